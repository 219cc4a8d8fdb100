// What <cairn-checklist> shows where the widget cannot run (an old browser, a policy without 'wasm-unsafe-eval'): the
// tasks as a plain list of links. It keeps no state and says so by not counting.

/** @typedef {import('./cairn-checklist.d.ts').View} View */

let isSaid = false;

/**
 * @param {HTMLElement} host
 * @param {ShadowRoot} root
 * @param {string} definition JSON text
 * @param {Error | undefined} error why the widget cannot run; said on the console once
 * @returns {View}
 */
export function view(host, root, definition, error) {
  if (!isSaid) console.warn(`cairn-checklist: shown as a plain list, because wasm cannot run here: ${error?.message}`);
  isSaid = true;
  const { title, tasks } = JSON.parse(definition);
  const panel = make('section', 'panel');
  panel.id = 'panel';
  panel.setAttribute('aria-labelledby', 'title');
  const heading = make('h2', 'title', title);
  heading.id = 'title';
  heading.tabIndex = -1;
  const list = make('ol', 'list');
  for (const task of tasks) {
    const item = make('li', 'plain');
    const link = safeLink(task.action?.link);
    const name = make(link ? 'a' : 'span', 'name', task.title);
    if (name instanceof HTMLAnchorElement) name.href = link;
    item.append(name);
    list.append(item);
  }
  panel.append(heading, list);
  root.append(panel);
  return {
    sync_open: () => void (panel.hidden = !host.hasAttribute('open')),
    focus_heading: () => heading.focus(),
  };
}

/**
 * @param {string} name
 * @param {string} part
 * @param {unknown} [text]
 */
function make(name, part, text = '') {
  const element = document.createElement(name);
  element.part.add(part);
  element.textContent = `${text}`;
  return element;
}

/**
 * The link if all it can do is navigate, else nothing: the checker that refuses others cannot run here.
 * @param {unknown} link
 */
function safeLink(link) {
  if (typeof link !== 'string' || !URL.canParse(link, document.baseURI)) return '';
  const { protocol } = new URL(link, document.baseURI);
  return ['https:', 'http:', 'mailto:', 'tel:'].includes(protocol) ? link : '';
}
