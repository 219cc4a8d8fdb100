// Finding a step's target, and where it is: through open shadow roots and same-origin frames, in coordinates of the
// window that the checklist is in.

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/** @type {Set<string>} Selectors that were complained about. */
const wrong = new Set();

/**
 * The first element that `selector` finds and that is rendered. ` >>> ` goes on inside the open shadow root or the
 * frame that the part before it found. A selector that the browser does not understand finds nothing and is named on
 * the console once.
 * @param {string} selector
 * @returns {Element | undefined}
 */
export function find(selector) {
  try {
    /** @type {ParentNode[]} */
    let scopes = [document];
    /** @type {Element[]} */
    let found = [];
    for (const part of selector.split('>>>')) {
      found = scopes.flatMap((scope) => [...scope.querySelectorAll(part)]);
      scopes = found.flatMap((element) => inside(element) ?? []);
    }
    return found.find(isRendered);
  } catch (error) {
    if (!wrong.has(selector)) console.warn(`cairn-checklist: the selector "${selector}" finds nothing: ${error}`);
    wrong.add(selector);
    return undefined;
  }
}

/**
 * What `>>>` goes into: a shadow root, or a frame's document unless it is another site's.
 * @param {Element} element
 * @returns {ShadowRoot | Document | null}
 */
export function inside(element) {
  return element.shadowRoot ?? /** @type {HTMLIFrameElement} */ (element).contentDocument ?? null;
}

/**
 * Whether there is something to point at: a target that has been taken out, hidden, or is in a frame that was, is none.
 * @param {Element} element
 * @returns {boolean}
 */
export function isRendered(element) {
  const { width, height } = element.getBoundingClientRect();
  const frame = frameOf(element);
  return (
    element.isConnected &&
    width + height > 0 &&
    element.checkVisibility({ visibilityProperty: true }) &&
    (frame ? isRendered(frame) : element.ownerDocument === document)
  );
}

/**
 * Where the element is, in this window's coordinates.
 * @param {Element} element
 * @returns {Box}
 */
export function boxOf(element) {
  const { x, y, width, height } = element.getBoundingClientRect();
  const frame = frameOf(element);
  if (!frame) return { x, y, width, height };
  const outer = boxOf(frame);
  const style = getComputedStyle(frame);
  // A frame may be scaled; its own content does not know.
  const scale = outer.width / frame.offsetWidth || 1;
  const start = (/** @type {number} */ border, /** @type {string} */ padding) => (border + parseFloat(padding)) * scale;
  return {
    x: outer.x + start(frame.clientLeft, style.paddingLeft) + x * scale,
    y: outer.y + start(frame.clientTop, style.paddingTop) + y * scale,
    width: width * scale,
    height: height * scale,
  };
}

/**
 * The part of the box that the element's scrollers and the window let through; its width and height are 0 or less where
 * nothing of it shows.
 * @param {Element} element
 * @returns {Box}
 */
export function visibleBox(element) {
  let { x: left, y: top, width, height } = boxOf(element);
  let [right, bottom] = [left + width, top + height];
  const clip = (/** @type {Box} */ box) => {
    [left, top] = [Math.max(left, box.x), Math.max(top, box.y)];
    [right, bottom] = [Math.min(right, box.x + box.width), Math.min(bottom, box.y + box.height)];
  };
  for (let at = parentOf(element); at; at = parentOf(at)) {
    if (at.localName === 'iframe' || (!isRoot(at) && getComputedStyle(at).overflow !== 'visible')) clip(boxOf(at));
  }
  clip({ x: 0, y: 0, width: innerWidth, height: innerHeight });
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * Brings the element into view unless all of it is, and nothing such as a sticky header lies over its middle.
 * @param {Element} element
 */
export function reveal(element) {
  const [all, seen] = [boxOf(element), visibleBox(element)];
  const isWhole = seen.width >= all.width - 1 && seen.height >= all.height - 1;
  if (isWhole && !isCovered(element)) return;
  // In the middle it is clear of whatever sticks to the edges. At once: a smooth scroll would be motion nobody asked for.
  const block = all.height < innerHeight * 0.6 ? 'center' : 'start';
  element.scrollIntoView({ block, inline: 'nearest', behavior: 'instant' });
}

/** The next element outwards, out of shadow roots and frames. @param {Element} element @returns {Element | null} */
export function parentOf(element) {
  if (element.assignedSlot) return element.assignedSlot;
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  return 'host' in root ? /** @type {ShadowRoot} */ (root).host : frameOf(element);
}

/** Whether `outer` is the element or around it. @param {Element} outer @param {Element | null | undefined} element */
export function holds(outer, element) {
  for (let at = element; at; at = parentOf(at)) if (at === outer) return true;
  return false;
}

/** What has the focus, inside shadow roots and frames. @returns {Element | null} */
export function focused() {
  let at = document.activeElement;
  for (let next = at; next; next = inside(next)?.activeElement ?? null) at = next;
  return at;
}

/**
 * The modal dialog that makes all outside it inert: the one around the target, else the one that was opened last, as far
 * as document order tells.
 * @param {Element | undefined} target
 * @returns {Element | undefined}
 */
export function modalAround(target) {
  for (let at = target ?? null; at; at = parentOf(at)) {
    if (at.ownerDocument === document && at.matches('dialog:modal')) return at;
  }
  return [...document.querySelectorAll('dialog:modal')].pop();
}

/**
 * What Tab stops at, in or at the element.
 * @param {Element | ShadowRoot} element
 * @returns {HTMLElement[]}
 */
export function stops(element) {
  const inner = [...('matches' in element ? [element] : []), ...element.querySelectorAll('*')];
  return /** @type {HTMLElement[]} */ (
    inner.flatMap((it) => {
      const root = inside(it);
      const own = it.matches(STOPS) && isRendered(it) && /** @type {HTMLElement} */ (it).tabIndex >= 0 ? [it] : [];
      return root ? [...own, ...stops('body' in root ? root.body : root)] : own;
    })
  );
}

const STOPS =
  'a[href],button:enabled,input:enabled:not([type=hidden]),select:enabled,textarea:enabled,summary,[tabindex],[contenteditable=""],[contenteditable=true]';

/** @param {Element} element @returns {HTMLIFrameElement | null} the frame of this site that it is in */
const frameOf = (element) => /** @type {HTMLIFrameElement | null} */ (element.ownerDocument.defaultView?.frameElement && element.ownerDocument !== document ? element.ownerDocument.defaultView.frameElement : null);

/** @param {Element} element */
const isRoot = (element) => element === element.ownerDocument.documentElement || element === element.ownerDocument.body;

/** @param {Element} element */
function isCovered(element) {
  const { x, y, width, height } = element.getBoundingClientRect();
  const root = /** @type {Document | ShadowRoot} */ (element.getRootNode());
  const top = root.elementFromPoint(x + width / 2, y + height / 2);
  return top !== null && !holds(element, top) && !holds(top, element);
}
