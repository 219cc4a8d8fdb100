// When users are active: lifecycle, stickiness, frequency and sessions.

import { DAY, EVENTS, codeOf, dayOf, eventCodes, spanOf, startOfWeek, weekOf } from './data.mjs';

/** @typedef {import('./data.mjs').Counts} Counts */
/** @typedef {import('./data.mjs').Table} Table */
/** @typedef {{ event: string }} Event */

const events = (/** @type {number[]} */ places) => places.map((at) => ({ event: EVENTS[at] ?? '' }));

/** Who is new, returning, resurrecting and dormant each week. @type {import('./data.mjs').Work<Event>} */
export const lifecycle = {
  name: 'lifecycle',
  title: 'lifecycle by week',
  questions: events([6, 7, 8, 9, 2]),
  query: ({ event }) => ({ kind: 'lifecycle', rule: { event }, period: 'week' }),
  counts: ({ periods }) => Object.fromEntries(
    periods.map((/** @type {any} */ of) => [of.start_millis, [of.n_new, of.n_returning, of.n_resurrecting, of.n_dormant]]),
  ),
  typed: (table, { event }) => {
    const { starts, times } = table;
    const [codes, code] = [eventCodes(table), codeOf(table, event)];
    const [first, last] = spanOf(table).map(weekOf);
    const cells = new Uint32Array((last - first + 2) * 4);
    const users = starts.length - 1;
    for (let user = 0, at = 0; user < users; user += 1) {
      const end = starts[user + 1];
      let before = -1;
      for (; at < end; at += 1) {
        if (codes[at] !== code) continue;
        const week = weekOf(times[at]) - first;
        if (week === before) continue;
        if (before < 0) cells[week * 4] += 1;
        else if (week === before + 1) cells[week * 4 + 1] += 1;
        else {
          cells[week * 4 + 2] += 1;
          cells[before * 4 + 7] += 1;
        }
        before = week;
      }
      if (before >= 0) cells[before * 4 + 7] += 1;
    }
    const weeks = Array.from({ length: last - first + 1 }, (_, week) => week);
    return Object.fromEntries(weeks.map((week) => [startOfWeek(first + week), [...cells.subarray(week * 4, week * 4 + 4)]]));
  },
};

/** On how many days users are active. Ours also compares daily, weekly and monthly users. @type {import('./data.mjs').Work<Event>} */
export const stickiness = {
  name: 'stickiness',
  title: 'stickiness by day',
  questions: events([6, 7, 8, 9, 2]),
  query: ({ event }) => ({ kind: 'stickiness', series: [{ event }], period: 'day' }),
  counts: ({ series }) => ({ users: [0, ...series[0].bars.map((/** @type {any} */ bar) => bar.n_users)] }),
  typed: (table, { event }) => {
    const { starts, times } = table;
    const [codes, code] = [eventCodes(table), codeOf(table, event)];
    const [first, last] = spanOf(table).map(dayOf);
    const users = starts.length - 1;
    const counts = new Uint32Array(last - first + 2);
    for (let user = 0, at = 0; user < users; user += 1) {
      const end = starts[user + 1];
      let [n, before] = [0, -1];
      for (; at < end; at += 1) {
        if (codes[at] !== code) continue;
        const day = dayOf(times[at]);
        if (day !== before) n += 1;
        before = day;
      }
      counts[n] += 1;
    }
    counts[0] = 0;
    return { users: [...counts] };
  },
};

/** The least number of events, and of days since the last one, of each group; as Cairn's defaults. */
const [EVENTS_FROM, DAYS_FROM] = [[1, 2, 4, 8, 16, 32, 64, 128], [0, 1, 7, 14, 30, 60, 90]];

/** How often and how lately. @type {import('./data.mjs').Work<Event>} */
export const frequency = {
  name: 'frequency',
  title: 'frequency and recency',
  questions: events([6, 7, 8, 9, 2]),
  query: ({ event }) => ({ kind: 'frequency', rule: { event } }),
  counts: ({ grid }) => Object.fromEntries(DAYS_FROM.map((days, at) => [days, grid[at]])),
  typed: (table, { event }) => {
    const { starts, times } = table;
    const [codes, code, now] = [eventCodes(table), codeOf(table, event), spanOf(table)[1]];
    const grid = DAYS_FROM.map(() => EVENTS_FROM.map(() => 0));
    const place = (/** @type {number[]} */ from, /** @type {number} */ n) => from.findLastIndex((least) => n >= least);
    const users = starts.length - 1;
    for (let user = 0, at = 0; user < users; user += 1) {
      const end = starts[user + 1];
      let [n, last] = [0, 0];
      for (; at < end; at += 1) {
        if (codes[at] !== code) continue;
        n += 1;
        last = times[at];
      }
      if (n > 0) grid[place(DAYS_FROM, Math.floor((now - last) / DAY))][place(EVENTS_FROM, n)] += 1;
    }
    return Object.fromEntries(DAYS_FROM.map((days, at) => [days, grid[at]]));
  },
};

/** Sessions by a gap. Ours also gives lengths and their quantiles. @type {import('./data.mjs').Work<{ gapMillis: number }>} */
export const sessions = {
  name: 'sessions',
  title: 'sessions by a gap',
  questions: [30, 31, 29, 45, 60].map((minutes) => ({ gapMillis: minutes * 60_000 })),
  query: ({ gapMillis }) => ({ kind: 'sessions', session: { kind: 'gap', gap_millis: gapMillis } }),
  counts: ({ n_sessions, n_bounces, n_users, entries }) => ({
    sessions: [n_sessions, n_bounces, n_users],
    ...Object.fromEntries(entries.map((/** @type {any} */ entry) => [entry.value, [entry.n_events]])),
  }),
  typed: (table, { gapMillis }) => {
    const { starts, times } = table;
    const codes = eventCodes(table);
    const names = table.texts['event']?.names ?? [];
    const entries = new Uint32Array(256);
    const users = starts.length - 1;
    let [n, bounces] = [0, 0];
    for (let user = 0; user < users; user += 1) {
      let length = 0;
      for (let at = starts[user], before = -Infinity; at < starts[user + 1]; at += 1) {
        const time = times[at];
        if (time - before >= gapMillis) {
          n += 1;
          if (length === 1) bounces += 1;
          length = 0;
          entries[codes[at]] += 1;
        }
        length += 1;
        before = time;
      }
      if (length === 1) bounces += 1;
    }
    return { sessions: [n, bounces, users], ...Object.fromEntries(names.map((name, at) => [name, [entries[at]]])) };
  },
};
