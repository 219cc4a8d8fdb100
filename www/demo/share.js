// <plank-share>: a component with an open shadow root, as design systems ship them. A button, and a small popover with
// the board's link and a switch.

import { element as h } from './dom.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: inline-block; position: relative; }
  button { display: inline-flex; align-items: center; min-height: 40px; padding: 0 16px; border: 1px solid var(--color-line-strong); border-radius: 6px; background: var(--color-surface); color: var(--color-ink); font: inherit; font-weight: 500; cursor: pointer; }
  button:hover { background: var(--color-hover); }
  :focus-visible { outline: 2px solid var(--color-focus); outline-offset: 2px; }
  .box { position: absolute; inset-block-start: calc(100% + 8px); inset-inline-end: 0; z-index: 5; box-sizing: border-box; inline-size: min(320px, 80vw); display: grid; gap: 12px; padding: 16px; border: 1px solid var(--color-line); border-radius: 10px; background: var(--color-raised); box-shadow: var(--shadow-3); }
  .box[hidden] { display: none; }
  code { padding: 8px 12px; border-radius: 6px; background: var(--color-sunken); font: 13px var(--text-family-mono); overflow-wrap: anywhere; }
  label { display: flex; gap: 8px; align-items: center; }
  input { inline-size: 18px; block-size: 18px; accent-color: var(--color-accent); }
`);

export class PlankShare extends HTMLElement {
  #root = this.attachShadow({ mode: 'open' });

  /**
   * @param {{ share: string, public: string }} texts
   * @param {string} link
   * @param {boolean} isShared
   * @param {(isShared: boolean) => void} changed
   */
  show(texts, link, isShared, changed) {
    const box = h('div', { class: 'box', id: 'box' });
    box.hidden = true;
    const button = h('button', { type: 'button', id: 'share', 'aria-expanded': 'false', 'aria-controls': 'box' }, texts.share);
    button.addEventListener('click', () => {
      box.hidden = !box.hidden;
      button.ariaExpanded = `${!box.hidden}`;
    });
    const input = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', id: 'public' }));
    input.checked = isShared;
    input.addEventListener('change', () => changed(input.checked));
    box.append(h('code', { dir: 'ltr' }, link), h('label', {}, input, texts.public));
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.replaceChildren(button, box);
    return this;
  }
}

customElements.define('plank-share', PlankShare);
