// One worker or many: the same files give the same answers, byte for byte.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { makeFile, openSite } from './harness.mjs';
import { openFile, openFiles, openPanel, readTable, settled } from './workbench.mjs';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/** How many workers share a file. */
const POOLS = [1, 2, 3, 8];

/** A CSV of 3,000 users that is hard to cut into parts, with amounts whose sum depends on the order of adding. */
function hostileCsv() {
  const lines = ['user,time,event,note,plan,revenue'];
  const amounts = ['1e16', '1', '-1e16', '0.1', ''];
  const events = ['signed_up', 'project_created', 'invited', 'paid'];
  for (let row = 0; row < 30_000; row += 1) {
    const user = (row * 7919) % 3_000;
    const time = new Date(Date.UTC(2026, 0, 1) + ((row * 104_729) % 86_400) * 60_000).toISOString();
    const note = row % 5 === 0 ? `"line one\nu1,${time},trap,,,\n""two"" ${row % 11}"` : `plain ${row % 17}`;
    const event = events[(row * 31 + user) % (1 + (user % 4))];
    lines.push(`u${user},${time},${event},${note},${['free', 'pro'][user % 2]},${amounts[row % 5]}`);
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** Runs in the page before its own code: keeps every answer that a worker gives. */
function keepAnswers() {
  /** @type {string[]} */
  const answers = [];
  Reflect.set(globalThis, 'answers', answers);
  globalThis.Worker = class extends Worker {
    /** @param {string | URL} url @param {WorkerOptions} [options] */
    constructor(url, options) {
      super(url, options);
      this.addEventListener('message', ({ data }) => {
        const { body } = JSON.parse(data.text);
        if (body.kind === 'answered') answers.push(body.answer);
        if (body.kind === 'loaded') answers.push(JSON.stringify({ kind: 'loaded', schema: body.schema, report: body.report }));
      });
    }
  };
}

/** How often the page asks the sample's funnel to warm up, the last of what it asks. */
const WARMING_FUNNELS = 8;

/**
 * The page with so many workers, once it is ready for a file and has warmed up. From then on its answers are kept.
 * @param {number} n
 */
async function visitKeeping(n) {
  const visit = await site.visit();
  await isReady(visit.page);
  await visit.context.addInitScript(keepAnswers);
  await visit.page.goto(`${site.server.url}?workers=${n}`);
  await isReady(visit.page);
  await visit.page.waitForFunction((asked) => {
    const answers = /** @type {string[]} */ (Reflect.get(globalThis, 'answers'));
    const isWarm = answers.filter((answer) => JSON.parse(answer).kind === 'funnel').length === asked;
    if (isWarm) answers.length = 0;
    return isWarm;
  }, WARMING_FUNNELS);
  return visit;
}

/** @param {import('playwright-core').Page} page */
async function isReady(page) {
  await page.getByRole('button', { name: 'Try it with sample data' }).and(page.locator(':enabled')).waitFor();
}

/**
 * The rows of the hostile file in three files that are to be united: its first half, gzipped; records of JSON, in which
 * the user is called otherwise, and of which one has a field that no sample shows; and its second half with one more column.
 */
function hostileFiles() {
  const records = hostileCsv().split(/\r\n(?=u\d+,|$)/u);
  const [header, ...rows] = records.filter((record) => record !== '');
  const lines = [];
  for (let row = 0; row < 20_000; row += 1) {
    const time = new Date(Date.UTC(2026, 0, 1) + ((row * 104_729) % 86_400) * 60_000).toISOString();
    const more = row === 17_777 ? { screen: 'home' } : row > 5_000 ? { revenue: row % 3 ? 1e16 : -1e16 } : {};
    lines.push(JSON.stringify({ distinct_id: `u${(row * 31) % 3_000}`, timestamp: time, event: 'tapped', plan: 'pro', ...more }));
  }
  const second = rows.slice(15_000).map((record) => `${record},x`);
  return {
    'a.csv.gz': gzipSync([header, ...rows.slice(0, 15_000)].join('\r\n')),
    'b.ndjson': lines.join('\n'),
    'c.csv': ['user,time,event,note,plan,revenue,extra', ...second].join('\n'),
  };
}

/**
 * What the pool answers when the files are opened and each panel is looked at, by kind.
 * @param {Record<string, string | Uint8Array>} contents by the files' names
 * @param {number} n
 */
async function answersOf(contents, n) {
  const { page, problems, close } = await visitKeeping(n);
  const files = Object.entries(contents).map(([name, content]) => makeFile(page, name, content));
  await openFiles(page, await Promise.all(files));
  await openPanel(page, 'Funnels');
  await readTable(page, 'Users, rates and times by step');
  await openPanel(page, 'Segments');
  await page.getByText('Find groups by behavior').click();
  await readTable(page, 'What each group does, compared with all others');
  await settled(page);
  assert.equal(page.workers().length, n);
  assert.deepEqual(problems, []);
  const answers = /** @type {string[]} */ (await page.evaluate(() => Reflect.get(globalThis, 'answers')));
  await close();
  return new Map(answers.map((answer) => [JSON.parse(answer).kind, answer]));
}

test('one, two, three and eight workers give the same answers, byte for byte', async () => {
  const files = { 'hostile.csv': hostileCsv() };
  const [first, ...others] = await Promise.all(POOLS.map((n) => answersOf(files, n)));
  assert.ok(first);
  assert.deepEqual([...first.keys()].sort(), ['cluster', 'funnel', 'loaded', 'overview', 'segment', 'suggest_funnel']);
  const { report, schema } = JSON.parse(first.get('loaded') ?? '');
  assert.deepEqual([schema.n_events, schema.n_users, report.n_skipped], [30_000, 3_000, 0]);
  others.forEach((other, at) => assert.deepEqual(other, first, `${POOLS[at + 1]} workers`));
});

test('several files give the same answers to one, two, three and eight workers, byte for byte', async () => {
  const files = hostileFiles();
  const [first, ...others] = await Promise.all(POOLS.map((n) => answersOf(files, n)));
  assert.ok(first);
  const { report, schema } = JSON.parse(first.get('loaded') ?? '');
  const columns = schema.columns.map((/** @type {any} */ column) => column.name);
  assert.deepEqual(columns, ['user', 'time', 'event', 'note', 'plan', 'revenue', 'extra', 'screen']);
  assert.deepEqual([schema.n_events, schema.n_users, report.n_skipped], [50_000, 3_000, 0]);
  assert.deepEqual(report.files.map((/** @type {any} */ file) => [file.name, file.n_rows]), [
    ['a.csv.gz', 15_000],
    ['b.ndjson', 20_000],
    ['c.csv', 15_000],
  ]);
  others.forEach((other, at) => assert.deepEqual(other, first, `${POOLS[at + 1]} workers`));
});

test('the first file is opened by the workers that were warmed up while nobody waited', async () => {
  const { page, close } = await visitKeeping(2);
  const warm = page.workers();
  assert.equal(warm.length, 2);
  await openFile(page, await makeFile(page, 'small.csv', 'user,time,event\na,2026-01-01,x\nb,2026-01-02,y\n'));
  await openPanel(page, 'Funnels');
  assert.ok((await readTable(page, 'Users, rates and times by step')).length >= 1);
  assert.deepEqual(page.workers(), warm);
  await close();
});

/** Runs in a worker: before it says that its table is built, it speaks of a part again, as if it had been told late to forget it. */
function speakLate() {
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ transfer) {
    const peer = JSON.parse(message?.text ?? '{}');
    if (peer.step?.kind === 'built') {
      const step = { kind: 'reading', reading: 0, n_bytes: 1, n_rows: 1 };
      const failed = { kind: 'failed', failure: { code: 'late', message: 'of another load' } };
      post.call(this, { text: JSON.stringify({ ...peer, step }), handles: [] });
      post.call(this, { text: JSON.stringify({ ...peer, load: peer.load - 1, step: failed }), handles: [] });
    }
    post.call(this, message, transfer);
  };
}

test('what a worker says too late changes nothing in what is loaded', async () => {
  const { page, close } = await visitKeeping(3);
  const last = page.workers()[2];
  assert.ok(last);
  await last.evaluate(speakLate);
  await openFile(page, await makeFile(page, 'hostile.csv', hostileCsv()));
  const answers = /** @type {string[]} */ (await page.evaluate(() => Reflect.get(globalThis, 'answers')));
  const { schema } = answers.map((answer) => JSON.parse(answer)).find(({ kind }) => kind === 'loaded');
  assert.deepEqual([schema.n_events, schema.n_users], [30_000, 3_000]);
  await close();
});
