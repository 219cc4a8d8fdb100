// Transitions: which event follows which, with one event left out.

import { EVENTS, codeOf, eventCodes } from './data.mjs';

/** @typedef {import('./data.mjs').Counts} Counts */
/** @typedef {import('./data.mjs').Table} Table */
/** @typedef {{ without: string }} Transition */

/** @param {any} answer @returns {Counts} by an event, how often each event follows it */
function counts({ transitions }) {
  /** @type {Counts} */
  const counts = {};
  for (const { from, to, n_rows } of transitions) {
    (counts[from.name] ??= EVENTS.map(() => 0))[EVENTS.indexOf(to.name)] = n_rows;
  }
  return counts;
}

/** @param {Table} table @param {Transition} question @returns {Counts} */
function typed(table, { without }) {
  const { starts } = table;
  const events = eventCodes(table);
  const skipped = codeOf(table, without);
  const cells = new Uint32Array(256 * 16);
  const users = starts.length - 1;
  // Place 255 stands for "nothing yet"; its row is not looked at afterwards.
  for (let user = 0, at = 0; user < users; user += 1) {
    const end = starts[user + 1];
    let before = 255;
    for (; at < end; at += 1) {
      const code = events[at];
      if (code === skipped) continue;
      cells[before * 16 + code] += 1;
      before = code;
    }
  }
  const names = table.texts['event']?.names ?? [];
  const row = (/** @type {number} */ from) => EVENTS.map((to) => (names.includes(to) ? cells[from * 16 + names.indexOf(to)] : 0));
  return Object.fromEntries(names.map((name, from) => [name, row(from)]));
}

/** @type {import('./data.mjs').Work<Transition>} */
export const transition = {
  name: 'transition',
  title: 'transitions: which event follows which',
  questions: [0, 2, 4, 6, 8, 10, 11].map((at) => ({ without: EVENTS[at] ?? '' })),
  query: ({ without }) => ({ kind: 'transition', items: { exclude: [without] }, sessions: { kind: 'history' } }),
  counts,
  typed,
  timesTyped: 3,
};
