// Changes of the page's address without a page load, observed once for all checklists of a page. By the Navigation API
// where there is one; else pushState and replaceState are wrapped, and unwrapped unless someone else has wrapped them since.

/** @type {Set<() => void>} */
const listeners = new Set();
/** @type {(() => void) | undefined} */
let stop;

const tell = () => {
  for (const listener of [...listeners]) listener();
};

/**
 * Calls `listener` after each change, until the returned function is called.
 * @param {() => void} listener must not throw
 * @returns {() => void}
 */
export function onAddress(listener) {
  listeners.add(listener);
  stop ??= start();
  return () => {
    listeners.delete(listener);
    if (listeners.size) return;
    stop?.();
    stop = undefined;
  };
}

function start() {
  const navigation = /** @type {EventTarget | undefined} */ (Reflect.get(globalThis, 'navigation'));
  if (navigation) {
    navigation.addEventListener('currententrychange', tell);
    return () => navigation.removeEventListener('currententrychange', tell);
  }
  const unwrap = [wrap('pushState'), wrap('replaceState')];
  addEventListener('popstate', tell);
  addEventListener('hashchange', tell);
  return () => {
    for (const undo of unwrap) undo();
    removeEventListener('popstate', tell);
    removeEventListener('hashchange', tell);
  };
}

/** @param {'pushState' | 'replaceState'} name */
function wrap(name) {
  const was = Object.getOwnPropertyDescriptor(history, name);
  const original = history[name];
  let isOver = false;
  /** @type {History['pushState']} */
  function ours(...args) {
    original.apply(history, args);
    if (!isOver) tell();
  }
  history[name] = ours;
  return () => {
    isOver = true;
    if (history[name] !== ours) return;
    if (was) Object.defineProperty(history, name, was);
    else Reflect.deleteProperty(history, name);
  };
}
