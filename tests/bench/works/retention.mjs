// Weekly retention: of the users who did one thing for the first time in a week, how many did another so many weeks later.

import { EVENTS, codeOf, eventCodes, spanOf, startOfWeek, weekOf } from './data.mjs';

/** @typedef {import('./data.mjs').Counts} Counts */
/** @typedef {import('./data.mjs').Table} Table */
/** @typedef {{ start: string, returns: string }} Retention */

/** Columns that are asked for. */
const COLUMNS = 12;

const ASKED = [[0, 6], [1, 7], [2, 8], [0, 9], [6, 3], [7, 11], [1, 6]];

/** @param {any} answer @returns {Counts} by the first instant of a cohort: its users, and those who returned */
function counts({ overall }) {
  const cohorts = overall.cohorts.map((/** @type {any} */ { start_millis, n_users, cells }) => [
    start_millis,
    [n_users, ...cells.map((/** @type {any} */ cell) => cell.n_users)],
  ]);
  return Object.fromEntries(cohorts);
}

/** @param {Table} table @param {Retention} question @returns {Counts} */
function typed(table, { start, returns }) {
  const { starts, times } = table;
  const events = eventCodes(table);
  const [first, last] = spanOf(table).map(weekOf);
  const [from, to] = [codeOf(table, start), codeOf(table, returns)];
  const width = COLUMNS + 1;
  const cells = new Uint32Array((last - first + 1) * width);
  const users = starts.length - 1;
  for (let user = 0; user < users; user += 1) {
    const [begin, end] = [starts[user], starts[user + 1]];
    let at = begin;
    while (at < end && events[at] !== from) at += 1;
    if (at === end) continue;
    const since = times[at];
    const week = weekOf(since);
    // A return at the very instant of the start counts, whichever stands first.
    while (at > begin && times[at - 1] === since) at -= 1;
    let seen = 0;
    for (; at < end; at += 1) {
      if (events[at] !== to) continue;
      const column = weekOf(times[at]) - week;
      if (column >= COLUMNS) break;
      seen |= 1 << column;
    }
    const row = (week - first) * width;
    cells[row] += 1;
    for (let column = 0; column < COLUMNS; column += 1) cells[row + 1 + column] += (seen >> column) & 1;
  }
  /** @type {Counts} */
  const counts = {};
  for (let week = first; week <= last; week += 1) {
    counts[startOfWeek(week)] = [...cells.subarray((week - first) * width, (week - first + 1) * width)];
  }
  return counts;
}

/** @param {Retention} question */
function sql({ start, returns }) {
  const week = (/** @type {string} */ time) => `(epoch_ms(date_trunc('week', epoch_ms(${time}))) / ${7 * 86_400_000})`;
  return `with s as materialized (select u, min(t) as t from slim where event = '${start}' group by u),
    r as (select distinct s.u, epoch_ms(date_trunc('week', epoch_ms(s.t))) as cohort, round(${week('e.t')} - ${week('s.t')}) as k
      from s join slim e on e.u = s.u and e.event = '${returns}' and e.t >= s.t)
    select epoch_ms(date_trunc('week', epoch_ms(t)))::double as cohort, 0::double as k, count(*)::double as n from s group by all
    union all select cohort::double, k::double + 1, count(*)::double from r where k < ${COLUMNS} group by all`;
}

/** @param {Record<string, unknown>[]} rows @returns {Counts} */
function tally(rows) {
  /** @type {Counts} */
  const counts = {};
  for (const { cohort, k, n } of rows) (counts[Number(cohort)] ??= Array(COLUMNS + 1).fill(0))[Number(k)] = Number(n);
  return counts;
}

/** @type {import('./data.mjs').Work<Retention>} */
export const retention = {
  name: 'retention',
  title: `retention by week, ${COLUMNS} columns`,
  questions: ASKED.map(([start = 0, returns = 0]) => ({ start: EVENTS[start] ?? '', returns: EVENTS[returns] ?? '' })),
  query: ({ start, returns }) => ({ kind: 'retention', start: { event: start }, return: { event: returns }, columns: COLUMNS }),
  counts,
  typed,
  sql,
  tally,
  timesTyped: 3,
  millis: 15,
};
