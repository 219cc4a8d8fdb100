// What happens on the page that conditions ask about: elements that are there, clicks, filled fields, and the address.
// Only what is asked for is listened to, and the page is observed only while an element is still missing.

import { find, inside, parentOf } from './target.js';

/** @typedef {import('./types.d.ts').Watch} Wanted */
/** @typedef {'element' | 'clicked' | 'filled'} Signal */

/** Between two looks for missing elements, in milliseconds: pages that change all the time cost no more. */
const PAUSE_MILLIS = 200;

/** Signals of selectors, for one checklist. */
export class Watch {
  /** @type {Wanted} */
  #wanted = { element: [], clicked: [], filled: [], address: false };
  #found;
  /** `start` until everything was looked at once. @type {'start' | ''} */
  #when = 'start';
  #guard;
  /** @type {Map<Document, AbortController>} The page's document, and those of frames that selectors go into. */
  #documents = new Map();
  #observer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {(signal: Signal, selector: string, when: 'start' | '') => void} found
   * @param {<A extends unknown[]>(callback: (...args: A) => void) => (...args: A) => void} guard
   */
  constructor(found, guard) {
    this.#found = found;
    this.#guard = guard;
    this.#observer = new MutationObserver(() => {
      this.#timer ||= setTimeout(guard(() => this.#look()), PAUSE_MILLIS);
    });
  }

  /** Looks out for these from now on; at first also for what is there and was filled before. @param {Wanted} wanted */
  want(wanted) {
    this.#wanted = { ...wanted, element: [...wanted.element] };
    this.#look();
    // Later on a field counts when the person changes it: a step that asks for it should not be over before it shows.
    if (this.#when) for (const selector of wanted.filled) if (isFilled(find(selector))) this.#found('filled', selector, this.#when);
    this.#when = '';
  }

  free() {
    clearTimeout(this.#timer);
    this.#observer.disconnect();
    for (const listeners of this.#documents.values()) listeners.abort();
    this.#documents.clear();
  }

  #look() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { element, clicked, filled } = this.#wanted;
    this.#listen([...clicked, ...filled]);
    const there = element.filter(find);
    this.#wanted.element = element.filter((selector) => !there.includes(selector));
    this.#observer.disconnect();
    // A frame that is not there yet has to be waited for as well.
    const isWaiting = this.#wanted.element.length > 0 || [...clicked, ...filled].some((it) => it.includes('>>>') && !find(it));
    if (isWaiting) {
      const options = { childList: true, subtree: true, attributeFilter: ['class', 'hidden', 'id', 'open', 'style'] };
      for (const root of this.#roots()) this.#observer.observe(root, options);
    }
    for (const selector of there) this.#found('element', selector, this.#when);
  }

  /** What has to be observed: the page, and what selectors go into. @returns {(Document | ShadowRoot)[]} */
  #roots() {
    const { element, clicked, filled } = this.#wanted;
    return [document, ...[...element, ...clicked, ...filled].flatMap(wayInto)];
  }

  /** Listens in every document that the selectors lead into. @param {string[]} selectors */
  #listen(selectors) {
    const documents = selectors.flatMap((selector) => [document, ...wayInto(selector).filter((root) => root instanceof Node || 'defaultView' in root)]);
    const wanted = new Set(documents.map((root) => root.ownerDocument ?? /** @type {Document} */ (root)));
    for (const [known, listeners] of this.#documents) {
      if (wanted.has(known)) continue;
      listeners.abort();
      this.#documents.delete(known);
    }
    for (const root of wanted) {
      if (this.#documents.has(root)) continue;
      const listeners = new AbortController();
      const options = { capture: true, signal: listeners.signal };
      root.addEventListener('click', this.#guard((/** @type {Event} */ event) => this.#notice('clicked', event)), options);
      root.addEventListener('change', this.#guard((/** @type {Event} */ event) => this.#notice('filled', event)), options);
      // A frame's next page is another document.
      root.addEventListener('load', this.#guard(() => this.#look()), options);
      this.#documents.set(root, listeners);
    }
  }

  /** @param {Signal} signal @param {Event} event */
  #notice(signal, event) {
    const path = event.composedPath();
    for (const selector of signal === 'clicked' ? this.#wanted.clicked : this.#wanted.filled) {
      const element = path.find((it) => 'localName' in it && fits(/** @type {Element} */ (it), selector.split('>>>')));
      if (element && (signal === 'clicked' || isFilled(/** @type {Element} */ (element)))) this.#found(signal, selector, '');
    }
  }
}

/** The shadow roots and documents that a selector with `>>>` goes into. @param {string} selector @returns {(Document | ShadowRoot)[]} */
function wayInto(selector) {
  const parts = selector.split('>>>');
  return parts.slice(1).flatMap((_, index) => {
    const element = find(parts.slice(0, index + 1).join('>>>'));
    return (element && inside(element)) ?? [];
  });
}

/** Whether the element is one that the parts lead to. @param {Element | null} element @param {string[]} parts @returns {boolean} */
function fits(element, parts) {
  if (!element?.matches(parts.at(-1) ?? '')) return false;
  if (parts.length === 1) return element.getRootNode() === document;
  const root = element.getRootNode();
  const host = 'host' in root ? /** @type {ShadowRoot} */ (root).host : parentOf(element.ownerDocument.documentElement);
  return fits(host, parts.slice(0, -1));
}

/** Whether a field holds something that a person put or chose. @param {Element | undefined} element */
function isFilled(element) {
  const field = /** @type {HTMLInputElement | undefined} */ (element);
  if (!field) return false;
  if (['checkbox', 'radio'].includes(field.type)) return field.checked;
  return `${field.value ?? field.textContent}`.trim() !== '';
}
