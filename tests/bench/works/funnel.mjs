// Funnels: four different events in this order within a window, for everyone or for each country.
//
// The rule is Cairn's default one, which others can follow exactly: a user reaches step k if some chain of the user's
// events fills steps 1..k in this order, each at the same time as the one before or later, the last at most `window`
// after the first (edge inclusive). The steps of a question are different events, so that no event fills two of them,
// and then the earliest next event is always a right choice: per event of step 1, take the first event of step 2 not
// before it, and so on. Equally, in one pass: remember for each step the latest start of a chain that has come so far,
// with events of one instant taken in the order of the steps. Whether users are still inside their window changes how
// Cairn shows those who are lost, and not who reached what, which alone is compared.
//
// By country: a user has one country in these data, so it does not matter on which event a contender looks it up.

import { EVENTS, HOUR, codeOf, eventCodes } from './data.mjs';

/** @typedef {import('./data.mjs').Counts} Counts */
/** @typedef {import('./data.mjs').Table} Table */
/** @typedef {{ steps: string[], windowMillis: number, byCountry: boolean }} Funnel */

/** Steps by their numbers in `EVENTS`, and how far the window is from seven days, in hours. */
const ASKED = [
  { steps: [0, 1, 2, 3], hours: 0 },
  { steps: [0, 6, 7, 8], hours: 5 },
  { steps: [6, 7, 8, 9], hours: -7 },
  { steps: [1, 2, 6, 3], hours: 11 },
  { steps: [7, 6, 9, 8], hours: -13 },
  { steps: [0, 2, 3, 4], hours: 17 },
  { steps: [2, 6, 8, 7], hours: -19 },
  { steps: [8, 9, 6, 10], hours: 23 },
  { steps: [0, 1, 6, 9], hours: -29 },
];

/** The same steps with other windows, so that no two questions are alike. @param {boolean} byCountry */
function asked(byCountry) {
  return ASKED.map(({ steps, hours }) => ({
    steps: steps.map((at) => EVENTS[at] ?? ''),
    windowMillis: (7 * 24 + hours + (byCountry ? 2 : 0)) * HOUR,
    byCountry,
  }));
}

/** @param {Funnel} question */
function query({ steps, windowMillis, byCountry }) {
  return {
    kind: 'funnel',
    steps: steps.map((event) => ({ rule: { event } })),
    window_millis: windowMillis,
    ...(byCountry && { breakdown: { kind: 'property', property: 'country' } }),
  };
}

/** @param {any} answer @param {Funnel} question @returns {Counts} */
function counts({ overall, groups }, { byCountry }) {
  /** @param {{ steps: { n_reached: number }[] }} result */
  const reached = ({ steps }) => steps.map((step) => step.n_reached);
  if (!byCountry) return { all: reached(overall) };
  return Object.fromEntries(groups.map((/** @type {any} */ { key, result }) => [key.value ?? key.kind, reached(result)]));
}

/** A code of an event that is no step. */
const NONE = 255;

/** @param {Table} table @param {Funnel} question @returns {Counts} */
function typed(table, { steps, windowMillis, byCountry }) {
  const stepOf = new Uint8Array(256).fill(NONE);
  steps.forEach((step, at) => (stepOf[codeOf(table, step)] = at));
  stepOf[255] = NONE;
  // Four steps for each of at most 256 countries: how many users came exactly so far.
  const levels = new Uint32Array(256 * 5);
  const { countries, tied } = table;
  const groups = byCountry ? countries : new Uint8Array(countries.length);
  pass(table, stepOf, windowMillis, groups, levels);
  for (const user of tied) {
    const group = 5 * (groups[user] ?? 0);
    levels[group + level(table, user, stepOf, windowMillis, 'rows')] -= 1;
    levels[group + level(table, user, stepOf, windowMillis, 'steps')] += 1;
  }
  const names = byCountry ? (table.texts['country']?.names ?? []) : ['all'];
  return Object.fromEntries(names.map((name, group) => [name, reachedOf(levels.subarray(5 * group, 5 * group + 5))]));
}

/**
 * One pass: per user the latest start of a chain that has come to each step. Codes are read of every row, times only
 * where the event is one that matters.
 * @param {Table} table
 * @param {Uint8Array} stepOf the step of each event's code
 * @param {number} windowMillis
 * @param {Uint8Array} groups each user's group
 * @param {Uint32Array} levels counts to add to, five per group
 */
function pass(table, stepOf, windowMillis, groups, levels) {
  const { starts, times } = table;
  const events = eventCodes(table);
  const users = groups.length;
  // Place k + 1 holds the latest start of a chain that has come to step k; place 0 the time of the event at hand, so that
  // step 0 is no special case.
  const latest = new Float64Array(6);
  let at = 0;
  for (let user = 0; user < users; user += 1) {
    const end = starts[user + 1];
    let top = 0;
    for (; at < end; at += 1) {
      const step = stepOf[events[at]];
      if (step > top) continue;
      const time = times[at];
      latest[0] = time;
      const start = latest[step];
      if (time - start > windowMillis) continue;
      latest[step + 1] = start;
      if (step === top) {
        top += 1;
        if (top === 4) break;
      }
    }
    at = end;
    levels[5 * groups[user] + top] += 1;
  }
}

/**
 * How far a user comes, with the events of an instant in the order of the rows or of the steps.
 * @param {Table} table
 * @param {number} user
 * @param {Uint8Array} stepOf
 * @param {number} windowMillis
 * @param {'rows' | 'steps'} ties
 */
function level(table, user, stepOf, windowMillis, ties) {
  const { starts, times } = table;
  const events = eventCodes(table);
  const rows = [];
  for (let at = starts[user] ?? 0; at < (starts[user + 1] ?? 0); at += 1) {
    rows.push({ step: stepOf[events[at]] ?? NONE, time: times[at] ?? 0 });
  }
  if (ties === 'steps') rows.sort((a, b) => a.time - b.time || a.step - b.step);
  const latest = [-Infinity, -Infinity, -Infinity, -Infinity];
  for (const { step, time } of rows) {
    if (step === 0) latest[0] = time;
    else if (step < 4 && time - (latest[step - 1] ?? 0) <= windowMillis) latest[step] = latest[step - 1] ?? 0;
  }
  return latest.filter((start) => start > -Infinity).length;
}

/** @param {Uint32Array} levels @returns {number[]} users who reached each step, from those who came exactly so far */
function reachedOf(levels) {
  return [1, 2, 3, 4].map((step) => levels.subarray(step).reduce((sum, n) => sum + n, 0));
}

/**
 * Each event of step 1 is joined with the first event of step 2 that is not before it, and so on; the users of what is
 * left are counted. The fastest of six formulations: lists of times per user and step took 1.2 times as long, window
 * functions that carry the latest start down 4 times, folding a list per user 4 times; ASOF joins count wrong.
 * @param {Funnel} question
 */
function sql({ steps, windowMillis, byCountry }) {
  const next = (/** @type {string} */ before, /** @type {number} */ step) =>
    `from ${before} p join slim e on e.u = p.u and e.event = '${steps[step]}' and e.t between p.t and p.start + ${windowMillis}`;
  const reached = ['a', 'b', 'c', 'd'].map((name, step) => `select distinct ${step} as step, u from ${name}`);
  const country = byCountry ? 'country, ' : '';
  return `with a as materialized (select u, t, t as start from slim where event = '${steps[0]}'),
    b as materialized (select p.u, min(e.t) as t, start ${next('a', 1)} group by p.u, start),
    c as materialized (select p.u, min(e.t) as t, start ${next('b', 2)} group by p.u, start),
    d as (select p.u ${next('c', 3)})
    select step, ${country} count(*)::double as n from (${reached.join(' union all ')})
    ${byCountry ? 'join users using (u)' : ''} group by ${country} step`;
}

/** @param {Record<string, unknown>[]} rows users by step, and country if it was asked @returns {Counts} */
function tally(rows) {
  /** @type {Counts} */
  const counts = {};
  for (const { country = 'all', step, n } of rows) (counts[String(country)] ??= [0, 0, 0, 0])[Number(step)] = Number(n);
  return counts;
}

const shared = { query, counts, typed, sql, tally };

/** @type {import('./data.mjs').Work<Funnel>} */
export const funnel = { ...shared, name: 'funnel', title: 'funnel of 4 steps, about 7 days', questions: asked(false), timesTyped: 4 };

/** @type {import('./data.mjs').Work<Funnel>} */
export const funnelByCountry = { ...shared, name: 'funnel by country', title: 'the same by country', questions: asked(true), timesTyped: 3 };
