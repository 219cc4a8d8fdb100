// The card of a step and what lies around it: elements only. Where they are is the stage's matter.

/** @typedef {import('./types.d.ts').Step} Step */

/**
 * A card: a modal dialog where the page is out of use, else a popover that says it is a dialog.
 * @param {Step} step
 * @param {(what: 'next' | 'back' | 'close') => void} pressed
 */
export function makeCard(step, pressed) {
  const card = make(step.modal ? 'dialog' : 'div', 'card');
  // A popover shows nothing until it is told to, and so does a dialog.
  if (!step.modal) [card.role, card.popover] = ['dialog', 'manual'];
  card.setAttribute('aria-labelledby', step.title ? 'tour-title' : 'tour-text');
  if (step.title) card.setAttribute('aria-describedby', 'tour-text');
  card.lang = step.words.language;
  card.tabIndex = -1;
  // A modal dialog takes the focus anyway, without this to its first button. A popover would take it from someone who types.
  card.autofocus = step.modal;
  const button = (/** @type {'next' | 'back' | 'close'} */ what, /** @type {string} */ part, /** @type {string} */ text) => {
    const made = /** @type {HTMLButtonElement} */ (make('button', part, text));
    made.type = 'button';
    made.onclick = () => pressed(what);
    return made;
  };
  const close = button('close', 'close', '');
  close.ariaLabel = step.words.close;
  const header = make('div', 'card-header');
  header.append(make('span', 'card-count', step.words.count), close);
  const title = make('div', 'card-title', step.title);
  title.id = 'tour-title';
  title.role = 'heading';
  title.ariaLevel = '2';
  const text = make('p', 'card-text', step.text);
  text.id = 'tour-text';
  const footer = make('div', 'card-footer');
  if (step.words.back) footer.append(button('back', 'card-back', step.words.back));
  if (step.words.next) footer.append(button('next', step.acts ? 'card-skip' : 'card-next', step.words.next));
  card.append(header, ...(step.title ? [title] : []), text, footer, make('i', 'arrow'));
  return card;
}

/** A ring around a target, or the shade over all else: shown above the page, and clicked through. @param {string} part */
export function makeOverlay(part) {
  const overlay = make('div', part);
  overlay.popover = 'manual';
  overlay.ariaHidden = 'true';
  return overlay;
}

/** @param {string} name @param {string} part @param {string} [text] */
function make(name, part, text = '') {
  const element = document.createElement(name);
  element.part.add(...part.split(' '));
  element.textContent = text;
  return element;
}
