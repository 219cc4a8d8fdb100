// arquero: the file as one text, parsed to columns and sorted; a funnel by its verbs, one window function per step (see
// works/funnel.mjs: what fills down is the latest start of a chain). It is asked nothing else.

/// <reference path="./peers.d.ts" />
import { escape, fromCSV, op } from 'arquero';

/** @type {import('arquero').Table} */
let table;

/** @param {File} file */
async function load(file) {
  const loaded = fromCSV(await file.text(), { parse: { time: Date.parse, revenue: Number }, autoType: false });
  table = loaded.orderby('user_id', 'time').reify();
  return table.numRows();
}

/** @param {{ asks: import('../works/funnel.mjs').Funnel }} question */
async function ask({ asks: { steps, windowMillis, byCountry } }) {
  const places = new Map(steps.map((step, at) => [step, at]));
  const rows = table
    .filter(escape((row) => places.has(row.event)))
    .derive({ step: escape((row) => places.get(row.event)) })
    .select('user_id', 'time', 'step', 'country')
    .groupby('user_id')
    .orderby('user_id', 'time', 'step')
    .params({ w: windowMillis })
    .derive({ a: (/** @type {any} */ d) => op.fill_down(d.step === 0 ? d.time : null) })
    .derive({ b: (/** @type {any} */ d, /** @type {any} */ $) => op.fill_down(d.step === 1 && d.a && d.time - d.a <= $.w ? d.a : null) })
    .derive({ c: (/** @type {any} */ d, /** @type {any} */ $) => op.fill_down(d.step === 2 && d.b && d.time - d.b <= $.w ? d.b : null) })
    .derive({ d: (/** @type {any} */ d, /** @type {any} */ $) => (d.step === 3 && d.c && d.time - d.c <= $.w ? d.c : null) })
    .unorder();
  const users = rows.rollup({
    country: (/** @type {any} */ d) => op.any(d.country),
    level: (/** @type {any} */ d) =>
      op.max(d.d ? 4 : d.c ? 3 : d.b ? 2 : d.a ? 1 : 0),
  });
  const counted = users.groupby(...(byCountry ? ['country', 'level'] : ['level'])).rollup({ n: op.count() });
  return tally(counted.objects(), byCountry);
}

/**
 * @param {Record<string, any>[]} rows users by the level that they came to
 * @param {boolean} byCountry
 */
function tally(rows, byCountry) {
  /** @type {import('../works/data.mjs').Counts} */
  const counts = {};
  for (const { country, level, n } of rows) {
    const reached = (counts[byCountry ? country : 'all'] ??= [0, 0, 0, 0]);
    for (let step = 0; step < level; step += 1) reached[step] = (reached[step] ?? 0) + n;
  }
  return counts;
}

/** @type {import('./page.mjs').Peer} */
const peer = { load, ask };
export default peer;
