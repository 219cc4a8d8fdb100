// A segment: users who did something at least so many times in the last days of the data.

import { DAY, EVENTS, codeOf, eventCodes, spanOf } from './data.mjs';

/** @typedef {import('./data.mjs').Counts} Counts */
/** @typedef {import('./data.mjs').Table} Table */
/** @typedef {{ event: string, n: number, days: number }} Did */

const ASKED = [[6, 3, 30], [7, 2, 29], [8, 4, 31], [9, 1, 14], [11, 2, 60], [3, 1, 28], [2, 5, 45]];

/** @param {Table} table @param {Did} question @returns {Counts} */
function typed(table, { event, n, days }) {
  const { starts, times } = table;
  const events = eventCodes(table);
  const code = codeOf(table, event);
  const after = spanOf(table)[1] - days * DAY;
  const users = starts.length - 1;
  let found = 0;
  for (let user = 0; user < users; user += 1) {
    let times_left = n;
    // From a user's end: what is too old ends the search.
    for (let at = starts[user + 1] - 1; at >= starts[user] && times_left > 0; at -= 1) {
      if (events[at] !== code) continue;
      if (times[at] <= after) break;
      times_left -= 1;
    }
    if (times_left === 0) found += 1;
  }
  return { users: [found] };
}

/** @type {import('./data.mjs').Work<Did>} */
export const segment = {
  name: 'segment',
  title: 'segment: did E at least n times in the last d days',
  questions: ASKED.map(([event = 0, n = 0, days = 0]) => ({ event: EVENTS[event] ?? '', n, days })),
  query: ({ event, n, days }) => {
    const did = { kind: 'did', rule: { event }, times: 'at_least', n, within: { kind: 'last_days', days } };
    return { kind: 'segment', segments: [{ name: 'found', segment: did }] };
  },
  counts: ({ segments }) => ({ users: [segments[0].n_users] }),
  typed,
  sql: ({ event, n, days }) => `select count(*)::double as n from (select u from slim where event = '${event}'
    and t > (select max(t) from slim) - ${days * DAY} group by u having count(*) >= ${n})`,
  tally: (rows) => ({ users: rows.map((row) => Number(row['n'])) }),
  timesTyped: 3,
};
