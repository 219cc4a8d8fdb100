// Hand-written JavaScript on typed arrays, sorted by user at load: the strongest peer for queries, and what the layout
// alone buys. What it does for a question stands in the question's module in works/.

import { workOf } from '../works.mjs';
import { loadTable } from './typed-load.mjs';

/** @type {import('./typed-load.mjs').Table} */
let table;

/** @param {File} file */
async function load(file) {
  table = await loadTable(file);
  return table.rows;
}

/** @param {import('../works.mjs').Question} question */
async function ask({ work, asks }) {
  const { typed } = workOf(work);
  if (!typed) throw new Error(`nothing is written for ${work}`);
  return typed(table, asks);
}

/** @type {import('./page.mjs').Peer} */
const peer = { load, ask };
export default peer;
