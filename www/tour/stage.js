// Where a step is shown: a carrier element with the card, the rings and the shade in the top layer. It keeps them at
// their targets in every frame, and above whatever the page opens.

import { makeCard, makeOverlay } from './card.js';
import { everyFrame } from './frames.js';
import { arrowAt, place, sidesFor } from './place.js';
import { boxOf, find, focused, holds, isRendered, modalAround, reveal, visibleBox } from './target.js';

/** @typedef {import('./types.d.ts').Step} Step */
/** @typedef {import('./target.js').Box} Box */
/** @typedef {import('./place.js').Side} Side */
/** @typedef {{ selector: string, ring: HTMLElement, element: Element | undefined, again: number }} Mark */

/** For how long a target that the page's late layout pushes away is brought back into view, in milliseconds. */
const SETTLING_MILLIS = 1_000;

/** Between two looks for a place that is not there, in milliseconds. */
const AGAIN_MILLIS = 100;

/** A ring's distance from its target. */
const PAD = 4;

/** The tokens of a theme, which a carrier in the host's dialog does not inherit from the checklist. */
const TOKENS =
  'surface hover ink ink-soft line line-strong accent accent-strong on-accent done on-done focus shade scrim font radius'.split(' ');

export class Stage {
  /** The element in which the card lives: in the checklist, or in a modal dialog of the host. */
  carrier = document.createElement('cairn-tour');
  shadow = this.carrier.attachShadow({ mode: 'open' });
  /** @type {Element | undefined} */
  target;
  /** @type {HTMLElement} */
  card;
  #home;
  #step;
  #shade = makeOverlay('shade');
  /** One for the target and for each further place. @type {Mark[]} */
  #marks;
  /** @type {Side[]} */
  #sides;
  #isCentered;
  #isShown = false;
  #missingSince = performance.now();
  #revealUntil = 0;
  #told;
  #stops;

  /**
   * @param {HTMLElement} host
   * @param {ShadowRoot} home
   * @param {Step} step
   * @param {(what: 'next' | 'back' | 'close' | 'shown' | 'missing') => void} told
   * @param {(callback: () => void) => () => void} guard
   */
  constructor(host, home, step, told, guard) {
    this.#home = home;
    this.#step = step;
    this.#told = told;
    this.#isCentered = !step.target;
    this.#sides = sidesFor(step.placement, getComputedStyle(host).direction === 'rtl');
    this.carrier.setAttribute('exportparts', 'card,card-header,card-count,card-title,card-text,card-footer,card-next,card-back,card-skip,ring,shade,close');
    this.carrier.dir = getComputedStyle(host).direction;
    const theme = host.getAttribute('theme');
    if (theme) this.carrier.setAttribute('theme', theme);
    this.shadow.adoptedStyleSheets = home.adoptedStyleSheets;
    this.card = makeCard(step, told);
    this.card.addEventListener('cancel', (event) => {
      event.preventDefault();
      told('close');
    });
    this.#marks = [step.target ?? [], step.highlights].flat().map((selector) => ({ selector, ring: makeOverlay('ring'), element: undefined, again: 0 }));
    this.shadow.append(this.#shade, ...this.#marks.map(({ ring }) => ring), this.card);
    this.#settle(host);
    const settle = guard(() => this.#isShown && this.#settle(host));
    // A dialog that opens says so by its attribute, a popover of the page's by an event that does not bubble.
    const dialogs = new MutationObserver(settle);
    dialogs.observe(document, { subtree: true, attributeFilter: ['open'] });
    const raise = guard(() => this.#isShown && this.#raise());
    const onToggle = (/** @type {Event} */ event) => event.target !== this.carrier && /** @type {ToggleEvent} */ (event).newState === 'open' && raise();
    document.addEventListener('toggle', onToggle, true);
    // From the moment the person moves the page, it is theirs.
    const yieldView = () => void (this.#revealUntil = 0);
    for (const name of ['wheel', 'touchmove', 'keydown']) document.addEventListener(name, yieldView, { capture: true, passive: true });
    const end = everyFrame(this.shadow, guard(() => this.#look(host)));
    this.#stops = () => {
      end();
      dialogs.disconnect();
      document.removeEventListener('toggle', onToggle, true);
      for (const name of ['wheel', 'touchmove', 'keydown']) document.removeEventListener(name, yieldView, true);
    };
  }

  /** Takes everything away again. */
  free() {
    this.#stops();
    this.carrier.remove();
  }

  /** Puts the focus on the card. */
  focus() {
    this.card.focus({ preventScroll: true });
  }

  /** Puts the carrier where it is not inert: into the modal dialog that is open, else into the checklist. @param {HTMLElement} host */
  #settle(host) {
    const parent = (this.#step.modal ? undefined : modalAround(this.target)) ?? this.#home;
    if (this.carrier.parentNode === parent) return;
    const hadFocus = this.shadow.activeElement;
    for (const token of parent === this.#home ? [] : TOKENS) {
      this.carrier.style.setProperty(`--cairn-${token}`, getComputedStyle(host).getPropertyValue(`--cairn-${token}`));
    }
    if (parent === this.#home) this.carrier.removeAttribute('style');
    parent.append(this.carrier);
    if (this.#isShown) this.#raise();
    if (hadFocus instanceof HTMLElement) hadFocus.focus({ preventScroll: true });
  }

  /** Puts everything on top of the top layer, the card last. */
  #raise() {
    const hadFocus = this.shadow.activeElement;
    const overlays = [...(this.#step.modal ? [this.#shade] : []), ...this.#marks.map(({ ring }) => ring)];
    for (const overlay of overlays) {
      if (overlay.matches(':popover-open')) overlay.hidePopover();
      overlay.showPopover();
    }
    if (this.card instanceof HTMLDialogElement) {
      this.card.close();
      this.card.showModal();
    } else {
      if (this.card.matches(':popover-open')) this.card.hidePopover();
      this.card.showPopover();
    }
    if (hadFocus instanceof HTMLElement) hadFocus.focus({ preventScroll: true });
  }

  /** What is done in every frame. @param {HTMLElement} host */
  #look(host) {
    // A dialog of the host may have been taken out with the carrier inside.
    if (!this.carrier.isConnected) this.#settle(host);
    // What is moved in the document leaves the top layer, and the checklist itself may be.
    else if (this.#isShown && !this.card.matches(':popover-open, :modal')) this.#raise();
    for (const mark of this.#marks) lookFor(mark);
    const target = this.#step.target ? this.#marks[0]?.element : undefined;
    if (target && target !== this.target) this.#attach(host, target);
    if (!target && this.#step.target && !this.#isCentered) return this.#miss();
    this.#missingSince = performance.now();
    if (target && performance.now() < this.#revealUntil) reveal(target);
    if (!this.#isShown) this.#show();
    this.#draw(target);
  }

  /** @param {HTMLElement} host @param {Element} target */
  #attach(host, target) {
    this.target = target;
    this.#isCentered = false;
    this.#settle(host);
    this.#revealUntil = performance.now() + SETTLING_MILLIS;
  }

  #show() {
    this.#isShown = true;
    this.#raise();
    this.#told('shown');
  }

  /** The target is missing: whatever shows stays where it is, the rings go, and after the wait the policy is followed. */
  #miss() {
    for (const { ring } of this.#marks) ring.hidden = true;
    if (performance.now() - this.#missingSince < this.#step.wait) return;
    this.#missingSince = Infinity;
    this.#told('missing');
    if (this.#step.missing === 'center') this.#isCentered = true;
  }

  /** @param {Element | undefined} target */
  #draw(target) {
    /** @type {Box[]} */
    const holes = [];
    for (const { ring, element } of this.#marks) {
      const seen = element && visibleBox(element);
      ring.hidden = !seen || seen.width <= 0 || seen.height <= 0;
      if (!element || !seen || ring.hidden) continue;
      const box = { x: seen.x - PAD, y: seen.y - PAD, width: seen.width + 2 * PAD, height: seen.height + 2 * PAD };
      holes.push(box);
      put(ring, box);
      set(ring, 'width', `${box.width / zoomOf(ring)}px`);
      set(ring, 'height', `${box.height / zoomOf(ring)}px`);
    }
    if (this.#step.modal) set(this.#shade, 'clip-path', cut(holes));
    this.card.toggleAttribute('data-centered', !target);
    if (!target) return set(this.card, 'translate', 'none');
    const { width, height } = this.card.getBoundingClientRect();
    const shown = visibleBox(target);
    const box = shown.width > 0 && shown.height > 0 ? shown : boxOf(target);
    const at = place(box, { width, height }, viewBox(), this.#sides);
    if (at.side !== this.#sides[0]) this.#sides = [at.side, ...this.#sides.filter((side) => side !== at.side)];
    put(this.card, at);
    if (this.card.dataset['side'] !== at.side) this.card.dataset['side'] = at.side;
    set(this.card, '--arrow', `${arrowAt(box, { ...at, width, height }, at.side) / zoomOf(this.card)}px`);
  }

  /** Whether the focus is in the card. */
  get hasFocus() {
    return holds(this.carrier, focused());
  }
}

/** Looks for what a mark has lost, at once and then ten times a second. @param {Mark} mark */
function lookFor(mark) {
  if (mark.element && isRendered(mark.element)) return;
  const now = performance.now();
  if (!mark.element && now < mark.again) return;
  mark.element = find(mark.selector);
  mark.again = now + AGAIN_MILLIS;
}

/** The part of the window that is seen: less than the window when someone has zoomed in with two fingers. @returns {Box} */
function viewBox() {
  const view = visualViewport;
  if (!view) return { x: 0, y: 0, width: innerWidth, height: innerHeight };
  return { x: view.offsetLeft, y: view.offsetTop, width: view.width, height: view.height };
}

/** Moves an element that starts in the window's corner. @param {HTMLElement} element @param {{ x: number, y: number }} at */
function put(element, { x, y }) {
  const zoom = zoomOf(element);
  set(element, 'translate', `${x / zoom}px ${y / zoom}px`);
}

/** What the host's own `zoom` makes of a pixel. @param {Element} element @returns {number} */
const zoomOf = (element) => Reflect.get(element, 'currentCSSZoom') ?? 1;

/** Writes only what is new: the same again would still cost. @param {HTMLElement} element @param {string} name @param {string} value */
function set(element, name, value) {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

/** A path around everything but the holes. @param {Box[]} holes */
function cut(holes) {
  const hole = (/** @type {Box} */ { x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}z`;
  return `path(evenodd,"M0 0H${innerWidth}V${innerHeight}H0z${holes.map(hole).join('')}")`;
}
