// Who is measured, and one measurement: a fresh Chromium, the file, the questions, the peak of the memory.

import { busyShare, startChromium } from './chromium.mjs';
import { openCairn } from './cairn.mjs';
import { servePeers } from './site.mjs';
import { WORKS, questionsOf } from './works.mjs';
import { funnel, funnelByCountry } from './works/funnel.mjs';

/** @typedef {import('./works.mjs').Question} Question */
/** @typedef {import('./works/data.mjs').Work<any>} Work */
/** @typedef {import('./works/data.mjs').Counts} Counts */
/** @typedef {import('./clustering.mjs').Clusters} Clusters */
/** @typedef {import('playwright-core').Page} Page */

/**
 * @typedef {object} Contender
 * @property {string} name what `--only` takes
 * @property {string} title what the report says
 * @property {'load and ask' | 'load' | 'read' | 'cluster'} does
 * @property {(work: Work) => boolean} [asked] whether there is an answer of its own to such questions
 * @property {number} [mostRows] beyond it the contender is skipped
 * @property {string} [limit] why it is skipped
 * @property {number} [workers] ours: the number of workers
 * @property {boolean} [isolated] the page needs the headers that allow threads
 */

const everything = () => true;
const inSql = (/** @type {Work} */ { sql }) => Boolean(sql);
const byHand = (/** @type {Work} */ { typed }) => Boolean(typed);
const funnelsOnly = (/** @type {Work} */ work) => work === funnel || work === funnelByCountry;

/** @type {Contender[]} */
export const CONTENDERS = [
  { name: 'cairn', title: 'Cairn, a worker per processor', does: 'load and ask', asked: everything },
  { name: 'cairn-1', title: 'Cairn, one worker', does: 'load and ask', asked: everything, workers: 1 },
  { name: 'duckdb-eh', title: 'DuckDB-Wasm, default build', does: 'load and ask', asked: inSql },
  { name: 'duckdb-coi', title: 'DuckDB-Wasm, threaded build', does: 'load and ask', asked: inSql, isolated: true },
  { name: 'typed', title: 'hand-written JavaScript, typed arrays', does: 'load and ask', asked: byHand },
  {
    name: 'arquero',
    title: 'arquero',
    does: 'load and ask',
    asked: funnelsOnly,
    mostRows: 2_000_000,
    limit: 'it reads a file as one text, and V8 allows texts of 512 MB',
  },
  { name: 'udsv', title: 'uDSV, typed rows, nothing kept', does: 'load' },
  { name: 'papaparse', title: 'PapaParse, rows of strings, nothing kept', does: 'load' },
  { name: 'reading', title: 'only reading the file, two workers', does: 'read' },
  { name: 'cairn-points', title: 'Cairn, a worker per processor, on points', does: 'cluster' },
  { name: 'cairn-points-1', title: 'Cairn, one worker, on points', does: 'cluster', workers: 1 },
  { name: 'kmeans', title: 'ml-kmeans', does: 'cluster' },
];

/** How many funnels are asked a second time at the end. */
const N_AGAIN = 4;

/**
 * What one run of one contender gave. Times are in milliseconds, sizes in bytes.
 * @typedef {object} Sample
 * @property {string} name
 * @property {number} busyBefore the share of the processors that other work took just before
 * @property {number} [rows]
 * @property {number} [loadMillis]
 * @property {number} [readyMillis] ours: from the choice of the file to the overview on screen
 * @property {number} [tableBytes] ours: what the tables hold
 * @property {number} [prepareMillis] what a peer did between load and questions
 * @property {Asked[]} asked
 * @property {number[]} againMillis
 * @property {number[]} shownMillis ours: from an edited question to its chart on screen
 * @property {number} [clusterMillis]
 * @property {Clusters} [clusters]
 * @property {number} emptyBytes the renderer before the file
 * @property {number} peakBytes
 * @property {string} [failure] why there is nothing more
 */

/** @typedef {{ question: Question, millis: number, counts: Counts | undefined }} Asked */

/**
 * What our page and the pages of the peers have in common.
 * @typedef {object} Driver
 * @property {(file: string) => Promise<Partial<Sample>>} load
 * @property {(question: Question) => Promise<{ millis: number, result: Counts | undefined }>} ask
 * @property {(query: object) => Promise<number>} [show] milliseconds from a funnel to its chart on screen
 * @property {(points: string) => Promise<{ clusterMillis: number, clusters: Clusters }>} cluster
 * @property {() => Promise<unknown>} close
 */

/**
 * @param {Contender} contender
 * @param {{ events: string, points: string }} files
 * @returns {Promise<Sample>} with what came before it, if a peer fails; a failure of ours is thrown
 */
export async function measure(contender, { events, points }) {
  const busyBefore = await busyShare();
  const { browser, peakBytes } = await startChromium();
  /** @type {Sample} */
  const sample = { name: contender.name, busyBefore, asked: [], againMillis: [], shownMillis: [], emptyBytes: 0, peakBytes: 0 };
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0); // What takes long is what is measured.
    const driver = isOurs(contender) ? await drive(page, contender) : await drivePeer(page, contender);
    sample.emptyBytes = peakBytes();
    try {
      if (contender.does === 'cluster') Object.assign(sample, await driver.cluster(points));
      else Object.assign(sample, await driver.load(events));
      if (contender.asked) await askAll(driver, contender.asked, sample);
    } finally {
      sample.peakBytes = peakBytes();
      await driver.close();
    }
  } catch (error) {
    if (isOurs(contender)) throw error;
    sample.failure = String(error).split('\n')[0] ?? '';
  } finally {
    await browser.close();
  }
  return sample;
}

/** @param {{ name: string }} contender */
export function isOurs({ name }) {
  return name.startsWith('cairn');
}

/**
 * @param {Driver} driver
 * @param {(work: Work) => boolean} isAsked
 * @param {Sample} sample
 */
async function askAll(driver, isAsked, sample) {
  for (const question of WORKS.filter(isAsked).flatMap(questionsOf)) {
    const { millis, result } = await driver.ask(question);
    sample.asked.push({ question, millis, counts: result });
  }
  for (const question of questionsOf(funnel).slice(0, N_AGAIN)) sample.againMillis.push((await driver.ask(question)).millis);
  if (!driver.show) return;
  for (const work of [funnel, funnelByCountry]) {
    for (const asks of work.questions) {
      const moved = work.query({ ...asks, windowMillis: asks.windowMillis + 60_000 });
      sample.shownMillis.push(await driver.show(moved));
    }
  }
}

/**
 * @param {Page} page
 * @param {Contender} contender
 * @returns {Promise<Driver>}
 */
async function drive(page, { workers }) {
  const cairn = await openCairn(page, workers);
  return {
    load: async (file) => {
      const { rows, millis, readyMillis, tableBytes } = await cairn.load(file);
      return { rows, loadMillis: millis, readyMillis, tableBytes };
    },
    ask: cairn.ask,
    show: cairn.show,
    cluster: async (points) => {
      await cairn.load(points);
      const { millis, clusters } = await cairn.cluster(points);
      return { clusterMillis: millis, clusters };
    },
    close: cairn.close,
  };
}

/**
 * @param {Page} page
 * @param {Contender} contender
 * @returns {Promise<Driver>}
 */
async function drivePeer(page, { name, does, isolated = false }) {
  const server = await servePeers({ isolated });
  await page.goto(`${server.url}?peer=${name}`);
  await page.waitForFunction(() => document.title === 'ready');
  /** @type {(method: string, argument?: unknown) => Promise<any>} */
  const call = (method, argument) =>
    page.evaluate(({ method, argument }) => Reflect.get(globalThis, 'bench')[method](argument), { method, argument });
  await call('start');
  return {
    load: async (file) => {
      await page.setInputFiles('input', file);
      const { millis, result } = await call('load');
      const prepared = does === 'load and ask' ? await call('prepare') : undefined;
      return { loadMillis: millis, ...(does !== 'read' && { rows: result }), prepareMillis: prepared?.millis };
    },
    ask: (question) => call('ask', question),
    cluster: async (points) => {
      await page.setInputFiles('input', points);
      await call('load');
      const { millis, clusters } = await call('cluster');
      return { clusterMillis: millis, clusters };
    },
    close: server.close,
  };
}
