// The part of <cairn-checklist> that reaches into the host page: steps of tours, and what conditions ask of the page. It is
// fetched when a definition needs it. What follows from what is decided in the widget; this part shows and reports. It changes
// nothing of the host's: no attribute, no style, no focusability; only its own carrier element comes and goes.

import { onAddress } from './address.js';
import { Stage } from './stage.js';
import { focused, holds, stops } from './target.js';
import { Watch } from './watch.js';

/** @typedef {import('./types.d.ts').Step} Step */
/** @typedef {import('./types.d.ts').Report} Report */

/** For how long a page that is about to be left shows nothing as seen, in milliseconds: servers may be slow. */
const LEAVING_MILLIS = 10_000;

/** @type {Page | undefined} The one whose step shows: two cards at once would be no guidance. */
let showing;

/** Nothing that goes wrong in here may reach the host page. @template {unknown[]} A @param {(...args: A) => void} callback */
const guard = (callback) => (/** @type {A} */ ...args) => {
  try {
    callback(...args);
  } catch (error) {
    console.warn('cairn-checklist: something went wrong in a tour:', error);
  }
};

/**
 * A checklist's hold on the page.
 * @param {HTMLElement} host
 * @param {ShadowRoot} root
 * @param {Report} report
 */
export const open = (host, root, report) => new Page(host, root, report);

/** One checklist's hold on the page. */
class Page {
  #host;
  #root;
  #report;
  #watch;
  /** @type {Stage | undefined} */
  #stage;
  /** @type {AbortController | undefined} There while a step is shown or waited for. */
  #run;
  /** @type {(() => void) | undefined} */
  #leaveAddress;
  /** What had the focus before the tour. @type {Element | null} */
  #before = null;
  /** When the page began to be left. */
  #leftAt = -Infinity;
  /** Whether the widget is gone, and hears nothing any more. */
  #isFree = false;

  /** @param {HTMLElement} host @param {ShadowRoot} root @param {Report} report */
  constructor(host, root, report) {
    this.#host = host;
    this.#root = root;
    // Not from inside a callback of the widget's own: it may be in the middle of something.
    this.#report = (/** @type {Parameters<Report>} */ ...args) => queueMicrotask(guard(() => this.#isFree || report(...args)));
    this.#watch = new Watch(this.#report, guard);
  }

  /** Looks out for what a `Watch`, as JSON, asks for. @param {string} json */
  watch(json) {
    guard(() => {
      const wanted = JSON.parse(json);
      this.#watch.want(wanted);
      if (!wanted.address) this.#leaveAddress?.();
      const changed = () => this.#report('address', '', '');
      this.#leaveAddress = wanted.address ? (this.#leaveAddress ?? onAddress(changed)) : undefined;
    })();
  }

  /** Shows a `Step`, as JSON, in the place of the one that shows. @param {string} json */
  show(json) {
    guard(() => {
      /** @type {Step} */
      const step = JSON.parse(json);
      if (showing && showing !== this) showing.#report('close', '', '');
      showing = this;
      const isFirst = !this.#stage;
      if (isFirst) this.#before = focused();
      const wasInCard = this.#stage?.hasFocus ?? false;
      this.#end();
      const run = (this.#run = new AbortController());
      const told = (/** @type {'next' | 'back' | 'close' | 'shown' | 'missing'} */ what) => {
        const isHeard = what !== 'shown' || this.#mayFocus(step, isFirst || wasInCard);
        if (what === 'shown' && isHeard) this.#stage?.focus();
        // A step that flashed up on a page that was being left has not been seen: it goes on on the next page.
        const isLeaving = performance.now() - this.#leftAt < LEAVING_MILLIS;
        if (what !== 'shown' || !isLeaving) this.#report(what, isHeard ? '' : 'unheard', '');
      };
      this.#stage = new Stage(this.#host, this.#root, step, told, guard);
      const options = { capture: true, signal: run.signal };
      document.addEventListener('keydown', guard((event) => this.#onKey(event)), options);
      addEventListener('beforeunload', () => void (this.#leftAt = performance.now()), options);
      const frame = () => this.#stage?.target?.ownerDocument;
      // A frame keeps its keys and clicks to itself.
      addEventListener('blur', guard(() => {
        if (frame() === document) return;
        frame()?.addEventListener('keydown', guard((event) => this.#onKey(event)), options);
      }), { signal: run.signal });
    })();
  }

  /** Takes the step away, and gives the focus back to what had it, or else to the launcher. */
  hide() {
    guard(() => {
      const hadFocus = this.#stage?.hasFocus;
      this.#end();
      if (showing === this) showing = undefined;
      if (!hadFocus) return;
      const before = /** @type {HTMLElement | null} */ (this.#before);
      const isThere = before?.isConnected && before !== document.body && before.checkVisibility();
      (isThere ? before : /** @type {HTMLElement | null} */ (this.#root.querySelector('[part=launcher]')))?.focus({ preventScroll: true });
    })();
  }

  /** Lets the page go. */
  free() {
    this.#isFree = true;
    guard(() => {
      this.#end();
      if (showing === this) showing = undefined;
      this.#watch.free();
      this.#leaveAddress?.();
    })();
  }

  #end() {
    this.#run?.abort();
    this.#stage?.free();
    this.#run = this.#stage = undefined;
  }

  /** A modal dialog takes the focus anyway; else it must not be pulled from under someone who types. @param {Step} step @param {boolean} isOurs */
  #mayFocus(step, isOurs) {
    if (step.modal) return true;
    if (step.quiet) return false;
    return isOurs || !focused()?.matches('input, textarea, select, [contenteditable]:not([contenteditable=false])');
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const stage = this.#stage;
    const at = focused();
    if (!stage || event.defaultPrevented || event.isComposing) return;
    const [inCard, inTarget] = [stage.hasFocus, stage.target !== undefined && holds(stage.target, at)];
    if (event.key === 'Escape') {
      // A dialog of the host's own has the first right to it, unless the focus is in the card.
      const isOurs = inCard || ((inTarget || at === document.body) && !document.querySelector('dialog:modal'));
      if (!isOurs) return;
      event.preventDefault();
      event.stopPropagation();
      this.#report('close', '', '');
    } else if (event.key === 'Tab' && stage.target && (inCard || inTarget)) {
      this.#onTab(event, stage, at);
    }
  }

  /** Card, then target, then card: the target may be anywhere in the page's own order. @param {KeyboardEvent} event @param {Stage} stage @param {Element | null} at */
  #onTab(event, stage, at) {
    const [card, target] = [stops(stage.card), stage.target ? stops(stage.target) : []];
    const order = [...card, ...target];
    const index = order.findIndex((it) => it === at);
    const last = event.shiftKey ? 0 : order.length - 1;
    // Inside the target, and inside the card, the page's own order is as good; only from one to the other it is not.
    const isSeam = index === last || (event.shiftKey ? index === card.length : index === card.length - 1);
    if (index < 0 || !isSeam || (card.length === order.length && !event.shiftKey)) return;
    event.preventDefault();
    order.at((index + (event.shiftKey ? -1 : 1) + order.length) % order.length)?.focus();
  }
}
