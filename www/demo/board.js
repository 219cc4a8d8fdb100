// The board of one project: columns that scroll inside a page that scrolls, and what happened beside them.

import { element as h, replace } from './dom.js';
import { COLUMNS, addCard, moveCard, share } from './product.js';
import { href } from './router.js';
import { PlankShare } from './share.js';
import { saved } from './store.js';
import { t } from './texts.js';

/** @typedef {import('./store.js').Project} Project */
/** @typedef {import('./store.js').Card} Card */

/** @param {HTMLElement} main @param {Project} project @param {HTMLElement} head */
export function showBoard(main, project, head) {
  const again = () => showBoard(main, project, head);
  const board = h('div', { class: 'board' }, ...COLUMNS.map((_, column) => showColumn(project, column, again)));
  const happened = saved.activity.map((text) => h('li', {}, text));
  const none = h('li', { class: 'soft' }, t('board.activity_none'));
  const list = h('ul', { id: 'activity', tabindex: '0', 'aria-labelledby': 'activity-title' }, ...(happened.length ? happened : [none]));
  const activity = h('aside', { class: 'activity', 'aria-labelledby': 'activity-title' }, h('h2', { id: 'activity-title' }, t('board.activity')), list);
  const scrolled = [...main.querySelectorAll('.column ul')].map((it) => it.scrollTop);
  replace(main, head, h('div', { class: 'board-page' }, board, activity));
  main.querySelectorAll('.column ul').forEach((it, index) => void (it.scrollTop = scrolled[index] ?? 0));
}

/** @param {Project} project @param {number} column @param {() => void} again */
function showColumn(project, column, again) {
  const name = COLUMNS[column] ?? '';
  const cards = project.cards.filter((card) => card.column === column);
  const input = /** @type {HTMLInputElement} */ (h('input', { 'aria-label': t('board.add_to', { column: name }), placeholder: t('board.add'), maxlength: '80' }));
  const form = h('form', { class: 'add' }, input);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    addCard(project, text, column);
    again();
    /** @type {HTMLInputElement | undefined} */ ([...document.querySelectorAll('.add input')][column])?.focus();
  });
  const title = h('h2', { id: `column-${column}` }, name, ' ', h('span', { class: 'soft' }, `${cards.length}`));
  const items = cards.map((card) => showCard(project, card, again));
  const list = h('ul', { 'aria-labelledby': `column-${column}`, ...(items.length > 4 ? { tabindex: '0' } : {}) }, ...items);
  return h('section', { class: `column column-${column}` }, title, list, form);
}

/** @param {Project} project @param {Card} card @param {() => void} again */
function showCard(project, card, again) {
  const next = COLUMNS[(card.column + 1) % COLUMNS.length] ?? '';
  const move = h('button', { type: 'button', class: 'quiet move', 'aria-label': t('board.move', { card: card.text, column: next }) });
  move.addEventListener('click', () => {
    moveCard(card);
    again();
  });
  const due = card.due ? [h('span', { class: 'due' }, new Date(card.due).toLocaleDateString(document.documentElement.lang))] : [];
  const link = h('a', { href: href(`projects/${project.id}/${card.id}`) }, card.text);
  return h('li', { class: 'card' }, h('div', { class: 'grow' }, link, ...due), move);
}

/** @param {Project} project */
export function shareButton(project) {
  const link = `https://plank.example/b/${project.id}`;
  const changed = (/** @type {boolean} */ isShared) => share(project, isShared);
  return new PlankShare().show({ share: t('board.share'), public: t('board.public') }, link, project.isShared, changed);
}
