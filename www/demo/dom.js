// Elements by function call: no template strings, so nothing to escape and nothing that Trusted Types would stop.

/**
 * A new element.
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * Puts `children` in the place of all that `parent` has.
 * @param {Element} parent
 * @param {(Node | string)[]} children
 */
export function replace(parent, ...children) {
  parent.replaceChildren(...children);
}

/**
 * The element that a page is known to have.
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function must(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}
