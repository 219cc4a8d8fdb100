// A trend: how often something happened each day, and to how many users, for each channel by which users came.

import { DAY, EVENTS, codeOf, codesOf, dayOf, eventCodes, spanOf } from './data.mjs';

/** @typedef {import('./data.mjs').Counts} Counts */
/** @typedef {import('./data.mjs').Table} Table */
/** @typedef {{ event: string }} Trend */

/** @param {any} answer @returns {Counts} */
function counts({ lines }) {
  const groups = lines.filter((/** @type {any} */ line) => line.group);
  return Object.fromEntries(groups.map((/** @type {any} */ { group, of, values }) => [`${group.value} ${['users', 'events'][of.index]}`, values]));
}

/** @param {Table} table @param {Trend} question @returns {Counts} */
function typed(table, { event }) {
  const { starts, times } = table;
  const [events, channels] = [eventCodes(table), codesOf(table, 'channel')];
  const names = table.texts['channel']?.names ?? [];
  const code = codeOf(table, event);
  const [first, last] = spanOf(table).map(dayOf);
  const width = last - first + 1;
  const [nEvents, nUsers] = [new Uint32Array(names.length * width), new Uint32Array(names.length * width)];
  const users = starts.length - 1;
  for (let user = 0, at = 0; user < users; user += 1) {
    const end = starts[user + 1];
    const row = channels[at] * width - first;
    let before = -1;
    for (; at < end; at += 1) {
      if (events[at] !== code) continue;
      const day = dayOf(times[at]);
      nEvents[row + day] += 1;
      if (day !== before) nUsers[row + day] += 1;
      before = day;
    }
  }
  const of = (/** @type {Uint32Array} */ cells, /** @type {number} */ at) => [...cells.subarray(at * width, (at + 1) * width)];
  return Object.fromEntries(names.flatMap((name, at) => [[`${name} users`, of(nUsers, at)], [`${name} events`, of(nEvents, at)]]));
}

/** @type {import('./data.mjs').Work<Trend>} */
export const trend = {
  name: 'trend',
  title: 'trend: events and users by day and channel',
  questions: [6, 7, 8, 9, 2, 11, 3].map((at) => ({ event: EVENTS[at] ?? '' })),
  query: ({ event }) => ({
    kind: 'trend',
    series: ['users', 'events'].map((kind) => ({ rule: { event }, measure: { kind } })),
    period: 'day',
    breakdown: { kind: 'property', property: 'channel', on: 'user_first' },
  }),
  counts,
  typed,
  sql: ({ event }) => `select channel, (t // ${DAY} - (select min(t) // ${DAY} from slim))::double as day, count(*)::double as events,
    count(distinct u)::double as users from slim join users using (u) where event = '${event}' group by all`,
  tally: (rows) => {
    /** @type {Counts} */
    const counts = {};
    for (const { channel, day, ...numbers } of rows) {
      for (const kind of ['users', 'events']) {
        const row = (counts[`${channel} ${kind}`] ??= []);
        while (row.length <= Number(day)) row.push(0);
        row[Number(day)] = Number(numbers[kind]);
      }
    }
    return counts;
  },
  millis: 15,
};
