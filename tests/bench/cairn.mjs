// Drives our own page: the file goes into the page's file input, and questions go to the page's own workers by the same
// message that the page sends, so that the time is that of the pool and no peer's way to a screen is missing. How long a
// person waits is a measurement of its own: a question in the address, as in a link to a colleague, until its chart stands.

import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serve } from '../../xtask/serve.mjs';
import { ROOT } from '../e2e/harness.mjs';
import { CLUSTERING } from './clustering.mjs';
import { workOf } from './works.mjs';

/** @typedef {import('./works.mjs').Question} Question */
/** @typedef {import('./works/data.mjs').Counts} Counts */
/** @typedef {import('./clustering.mjs').Clusters} Clusters */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ sent: number, query: any, millis: number, answer: any }} Asked */
/** @typedef {{ chosenAt: number, shownAt: number, loaded: any, asked: Asked[], open: Map<number, { sent: number, query: any }>, worker: Worker | undefined, waiting?: { id: number, resolve: (asked: Asked) => void } }} Log */

/**
 * @param {Page} page
 * @param {number} [workers] as many as the machine has processors, if none is given
 */
export async function openCairn(page, workers) {
  const server = await serve(join(ROOT, 'dist'));
  await page.addInitScript(keepLog);
  await page.goto(`${server.url}${workers ? `?workers=${workers}` : ''}`);
  await page.getByRole('button', { name: 'Try it with sample data' }).and(page.locator(':enabled')).waitFor();
  return {
    /** @param {string} file */
    load: (file) => load(page, file),
    /** @param {Question} question */
    ask: (question) => ask(page, question),
    /** @param {object} query of a funnel */
    show: (query) => show(page, query),
    /** @param {string} file */
    cluster: (file) => cluster(page, file),
    close: () => server.close(),
  };
}

/** Runs in the page before its own code: keeps when what was said to a worker, and what it said. */
function keepLog() {
  /** @type {Log} */
  const log = { chosenAt: 0, shownAt: 0, loaded: undefined, asked: [], open: new Map(), worker: undefined };
  Reflect.set(globalThis, 'benchLog', log);
  globalThis.Worker = class extends Worker {
    /** @param {string | URL} url @param {WorkerOptions} [options] */
    constructor(url, options) {
      super(url, options);
      this.addEventListener('message', ({ data }) => {
        const now = performance.now();
        const { id, body } = JSON.parse(data.text);
        if (body.kind === 'loaded') log.loaded = { rows: body.schema.n_events, millis: body.took_millis, bytes: body.n_table_bytes };
        const question = log.open.get(id);
        if (body.kind !== 'answered' || !question) return;
        log.open.delete(id);
        const asked = { ...question, millis: now - question.sent, answer: JSON.parse(body.answer) };
        log.asked.push(asked);
        if (id === log.waiting?.id) log.waiting?.resolve(asked);
      });
    }

    /** @type {any} */
    postMessage = (/** @type {{ text: string }} */ message, /** @type {Transferable[]} */ transfer) => {
      const { id, body } = JSON.parse(message.text ?? '{"body":{}}');
      if (body.kind === 'load') log.worker = this;
      if (body.kind === 'run') log.open.set(id, { sent: performance.now(), query: body.query });
      super.postMessage(message, transfer ?? []);
    };
  };
  document.addEventListener('change', () => (log.chosenAt ||= performance.now()), { capture: true });
  new MutationObserver(() => {
    if (!log.shownAt && log.chosenAt && document.querySelector('.stats')) {
      requestAnimationFrame(() => (log.shownAt ||= performance.now()));
    }
  }).observe(document, { childList: true, subtree: true });
}

/** @param {Page} page @param {string} file */
async function load(page, file) {
  await page.locator('input[type=file]').setInputFiles(file);
  await page.locator('.stats').waitFor({ timeout: 600_000 });
  await page.waitForFunction(() => Reflect.get(globalThis, 'benchLog').shownAt > 0);
  const { chosenAt, shownAt, loaded } = await page.evaluate(() => /** @type {Log} */ (Reflect.get(globalThis, 'benchLog')));
  return { rows: Number(loaded.rows), millis: Number(loaded.millis), readyMillis: shownAt - chosenAt, tableBytes: Number(loaded.bytes) };
}

/**
 * @param {Page} page
 * @param {Question} question
 * @returns {Promise<{ millis: number, result: Counts | undefined }>}
 */
async function ask(page, { work, asks }) {
  const { query, counts } = workOf(work);
  const { millis, answer } = await run(page, query(asks));
  return { millis, result: counts?.(answer, asks) };
}

/**
 * The page's own message to its workers, and theirs back.
 * @param {Page} page
 * @param {unknown} query
 * @returns {Promise<Asked>}
 */
async function run(page, query) {
  await idle(page);
  return page.evaluate((query) => {
    const log = /** @type {Log} */ (Reflect.get(globalThis, 'benchLog'));
    // Far from the ids that the page gives out.
    const id = 4_000_000_000 + log.asked.length;
    return new Promise((resolve) => {
      log.waiting = { id, resolve };
      log.worker?.postMessage({ text: JSON.stringify({ id, body: { kind: 'run', query } }) });
    });
  }, query);
}

/**
 * Milliseconds from a funnel in the address to the frame with the chart.
 * @param {Page} page
 * @param {object} query
 */
async function show(page, query) {
  await idle(page);
  const hash = `#funnels=${encodeURIComponent(JSON.stringify(query))}`;
  return page.evaluate(async (hash) => {
    const frame = () => new Promise(requestAnimationFrame);
    const { asked } = /** @type {Log} */ (Reflect.get(globalThis, 'benchLog'));
    const [n, start] = [asked.length, performance.now()];
    location.hash = hash;
    while (asked.length === n || document.querySelector('.stale')) await frame();
    await frame();
    return performance.now() - start;
  }, hash);
}

/**
 * k-means from the first points of the file.
 * @param {Page} page
 * @param {string} file that the page has loaded
 * @returns {Promise<{ millis: number, clusters: Clusters }>}
 */
async function cluster(page, file) {
  const centroids = await firstPoints(file);
  const features = (centroids[0] ?? []).map((_, at) => ({ feature: { kind: 'property', property: `x${at + 1}` }, mean: 0, deviation: 1 }));
  const query = { kind: 'cluster', start: { features, centroids, n_rounds: CLUSTERING.rounds } };
  const { millis, answer } = await run(page, query);
  return { millis, clusters: clustersOf(answer) };
}

/** @param {string} file @returns {Promise<number[][]>} the coordinates of its first users */
async function firstPoints(file) {
  const points = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    points.push(line.split(',').slice(3).map(Number));
    if (points.length > CLUSTERING.groups) break;
  }
  return points.slice(1);
}

/** Sizes in the centroids' order: every answer names its place among them. @param {any} answer @returns {Clusters} */
function clustersOf({ n_rounds, inertia, clusters }) {
  const centroids = clusters[0].segment.centroids;
  const sizes = centroids.map((/** @type {unknown} */ _, /** @type {number} */ at) =>
    clusters.find((/** @type {any} */ cluster) => cluster.segment.cluster === at)?.n_users ?? 0,
  );
  return { rounds: n_rounds, centroids, sizes, inertia };
}

/** Until no worker has a question, and the screen has had its time. @param {Page} page */
async function idle(page) {
  await page.waitForFunction(() => Reflect.get(globalThis, 'benchLog').open.size === 0 && !document.querySelector('.stale'));
  await page.waitForTimeout(100);
}
