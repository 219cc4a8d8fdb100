// What a person can do in Plank, and what Plank tells its checklist of it.

import { newId, note, saved, write } from './store.js';
import { t } from './texts.js';

/** @typedef {import('./store.js').Project} Project */
/** @typedef {import('./store.js').Card} Card */

export const COLUMNS = [0, 1, 2].map((column) => t(`board.column.${column}`));

/** The names of the columns for the log, which are the same in every language. */
const COLUMN_NAMES = ['todo', 'doing', 'done'];

/**
 * All that a product does for its checklist: say what happened.
 * @param {string} event
 * @param {Record<string, unknown>} [properties]
 */
export async function tell(event, properties = {}) {
  await customElements.whenDefined('cairn-checklist');
  await document.querySelector('cairn-checklist')?.track(event, properties);
}

/** @param {string} name @param {string[]} [cards] @returns {string} the project's id */
export function addProject(name, cards = []) {
  const id = newId();
  const column = (/** @type {number} */ index) => [0, 0, 0, 1, 1, 2][index] ?? 0;
  const made = cards.map((text, index) => ({ id: newId(), text, column: column(index), note: '', due: '' }));
  saved.projects.push({ id, name, cards: made, isShared: false });
  note(t('activity.project', { name }));
  write();
  void tell('project_created', { projects: saved.projects.length, from_guide: cards.length > 0 });
  return id;
}

/** @param {string} email */
export function invite(email) {
  saved.team.push(email);
  note(t('activity.invited', { name: email }));
  write();
  void tell('teammate_invited', { team: saved.team.length + 1 });
}

/** @param {Project} project @param {string} text @param {number} column */
export function addCard(project, text, column) {
  project.cards.push({ id: newId(), text, column, note: '', due: '' });
  note(t('activity.card', { name: text }));
  write();
  void tell('card_added', { column: COLUMN_NAMES[column] });
}

/** @param {Card} card */
export function moveCard(card) {
  card.column = (card.column + 1) % COLUMNS.length;
  note(t('activity.moved', { name: card.text, column: COLUMNS[card.column] ?? '' }));
  write();
  void tell('card_moved', { column: COLUMN_NAMES[card.column] });
}

/** @param {Project} project @param {boolean} isShared */
export function share(project, isShared) {
  project.isShared = isShared;
  write();
  void tell('board_shared', { public: isShared });
}
