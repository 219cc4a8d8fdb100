// Hand-written JavaScript on typed arrays, sorted by user at load: the strongest peer for queries, and what the layout
// alone buys. A funnel is one pass: per user the latest start of a chain that has come to each step (see
// questions.mjs). Codes are read of every row, times only where the event is one that matters.

import { loadTable } from './typed-load.mjs';

/** @typedef {import('../questions.mjs').Question} Question */
/** @typedef {import('../questions.mjs').Counts} Counts */

/** A code of an event that is no step. */
const NONE = 255;

/** @type {import('./typed-load.mjs').Table} */
let table;
/** The country of each user. */
let countries = new Uint8Array(0);
/** Users with two events at one instant, where the order of the steps counts and not that of the rows. @type {number[]} */
let tied = [];

/** @param {File} file */
async function load(file) {
  table = await loadTable(file);
  const { starts, times, texts } = table;
  const users = starts.length - 1;
  countries = new Uint8Array(users);
  tied = [];
  for (let user = 0; user < users; user += 1) {
    const [start, end] = [starts[user] ?? 0, starts[user + 1] ?? 0];
    countries[user] = texts['country']?.codes[start] ?? 0;
    for (let at = start + 1; at < end; at += 1) {
      if (times[at] !== times[at - 1]) continue;
      tied.push(user);
      break;
    }
  }
  return table.rows;
}

/**
 * @param {Question} question
 * @returns {Promise<Counts>}
 */
async function ask({ steps, windowMillis, byCountry }) {
  const stepOf = new Uint8Array(256).fill(NONE);
  const names = table.texts['event']?.names ?? [];
  steps.forEach((step, at) => names.includes(step) && (stepOf[names.indexOf(step)] = at));
  // Four steps for each of at most 256 countries: how many users came exactly so far.
  const levels = new Uint32Array(256 * 5);
  const groups = byCountry ? countries : new Uint8Array(countries.length);
  pass(stepOf, windowMillis, groups, levels);
  for (const user of tied) {
    const group = 5 * (groups[user] ?? 0);
    levels[group + level(user, stepOf, windowMillis, 'rows')] -= 1;
    levels[group + level(user, stepOf, windowMillis, 'steps')] += 1;
  }
  const countryNames = byCountry ? (table.texts['country']?.names ?? []) : [''];
  const reached = countryNames.map((_, group) => reachedOf(levels.subarray(5 * group, 5 * group + 5)));
  const all = [0, 1, 2, 3].map((step) => reached.reduce((sum, counts) => sum + (counts[step] ?? 0), 0));
  return byCountry ? { reached: all, groups: Object.fromEntries(countryNames.map((name, at) => [name, reached[at] ?? []])) } : { reached: all };
}

/**
 * @param {Uint8Array} stepOf the step of each event's code
 * @param {number} windowMillis
 * @param {Uint8Array} groups each user's group
 * @param {Uint32Array} levels counts to add to, five per group
 */
function pass(stepOf, windowMillis, groups, levels) {
  const { starts, times } = table;
  const events = /** @type {Uint8Array} */ (table.texts['event']?.codes);
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
 * @param {number} user
 * @param {Uint8Array} stepOf
 * @param {number} windowMillis
 * @param {'rows' | 'steps'} ties
 */
function level(user, stepOf, windowMillis, ties) {
  const { starts, times, texts } = table;
  const events = texts['event']?.codes;
  const rows = [];
  for (let at = starts[user] ?? 0; at < (starts[user + 1] ?? 0); at += 1) {
    rows.push({ step: stepOf[events?.[at] ?? 0] ?? NONE, time: times[at] ?? 0 });
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

/** @type {import('./page.mjs').Peer} */
const peer = { load, ask };
export default peer;
