// Workers that die come back with the data, and a load can be canceled at once.

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { after, before, test } from 'node:test';
import { dropFiles, makeEvents, makeFile, openSite } from './harness.mjs';
import { openFile, openPanel, readTable, settled } from './workbench.mjs';

const TABLE = 'Users, rates and times by step';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/**
 * Each way to lose a worker of a pool in the midst of a query: what is done to which worker.
 * @type {Record<string, { place: number, act: (kind: string) => void, kind?: string }>}
 */
const DEATHS = {
  'a panic in a scan': { place: 0, act: spoil, kind: 'scan' },
  'a panic in a merge': { place: 1, act: spoil, kind: 'scanned' },
  'the first worker closing itself': { place: 0, act: () => self.close() },
  'another worker closing itself': { place: 1, act: () => self.close() },
};

/**
 * Runs in a worker: from now on the bytes of its messages of one kind are such as no analysis has written. To read them
 * is a bug, and bugs panic.
 * @param {string} kind
 */
function spoil(kind) {
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ transfer) {
    const isIt = JSON.parse(message?.text ?? '{}').kind === kind;
    if (isIt) message.handles[0] = new Uint8Array(16).fill(255);
    post.call(this, message, isIt ? [] : transfer);
  };
}

for (const [name, { place, act, kind = '' }] of Object.entries(DEATHS)) {
  test(`a pool that loses a worker by ${name} in the midst of a query is replaced, and the data come back`, async () => {
    const { page, close } = await site.visit('?workers=2');
    await openFile(page, await makeEvents(page, { rows: 200_000 }));
    await openPanel(page, 'Funnels');
    const before = await readTable(page, TABLE);
    await openPanel(page, 'Segments');
    const worker = page.workers()[place];
    assert.ok(worker);
    await worker.evaluate(act, kind);
    await page.getByText('Find groups by behavior').click();
    await page.getByText('A worker was replaced').waitFor({ timeout: 20_000 });
    await openPanel(page, 'Funnels');
    await settled(page);
    assert.deepEqual(await readTable(page, TABLE), before);
    await onlyWorkers(page, 2);
    await close();
  });
}

test('a file that exhausts the memory is refused with a message, and the data on screen stay', async () => {
  const { page, close } = await site.visit();
  await openFile(page, await makeFile(page, 'small.csv', 'user,time,event\na,2026-01-01,x\nb,2026-01-02,y\n'));
  await dropFiles(page.locator('body'), [await makeFile(page, 'bomb.csv.gz', bomb())]);
  await page.getByText('bomb.csv.gz could not be opened').waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Hide this message' }).click();
  await openPanel(page, 'Funnels');
  assert.ok((await readTable(page, TABLE)).length >= 1);
  await close();
});

/** Files that a browser's cache may pair with a page that they do not fit, and what the person is told then. */
const MISFITS = [
  {
    said: 'are of two versions of Cairn',
    file: 'worker-boot.js',
    body: `postMessage({ text: JSON.stringify({ id: 0, body: { kind: 'ready', build: 'another' } }), handles: [] });`,
  },
  { said: 'did not start (Uncaught Error: broken)', file: 'worker-boot.js', body: `throw new Error('broken');` },
  { said: 'did not start (TypeError', file: 'cairn-worker_bg.wasm', body: '\0asm\x01\0\0\0' },
];

for (const { said, file, body } of MISFITS) {
  test(`a worker that does not fit the page is no lack of memory: ${said}`, async () => {
    const { page, context, close } = await site.visit('locales/en.json');
    await context.route(`**/${file}?*`, (route) => route.fulfill({ body }));
    await page.goto(site.server.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await dropFiles(page.locator('body'), [await makeFile(page, 'a.csv', 'user,time,event\na,2026-01-01,x\n')]);
    const notice = page.getByRole('alert').filter({ hasText: 'a.csv could not be opened' });
    await notice.getByText(said).waitFor();
    await notice.getByText('Reload the page').waitFor();
    assert.doesNotMatch((await notice.textContent()) ?? '', /memory/);
    await close();
  });
}

test('a page that lost a part of itself says so of every file, and waits for nothing', async () => {
  const { page, context, close } = await site.visit('locales/en.json');
  await context.route('**/cairn-worker_bg.wasm?*', (route) => route.fulfill({ status: 404 }));
  await page.goto(site.server.url);
  await page.getByText('The page could not be loaded whole').waitFor();
  await dropFiles(page.locator('body'), [await makeFile(page, 'a.csv', 'user,time,event\na,2026-01-01,x\n')]);
  await page.getByText('a.csv could not be opened').waitFor();
  assert.equal(await page.getByRole('progressbar').count(), 0);
  await close();
});

/** A few megabytes of gzip that hold five gigabytes of distinct values. */
function bomb() {
  const padding = 'x'.repeat(1 << 20);
  /** @type {Buffer[]} */
  const members = [gzipSync('user,time,event,note\n')];
  for (let row = 0; row < 5_000; row += 1) {
    members.push(gzipSync(`u${row},2026-01-01,x,${row}${padding}\n`));
  }
  return Buffer.concat(members);
}

/**
 * Waits until so many workers are left.
 * @param {import('playwright-core').Page} page
 * @param {number} n
 */
async function onlyWorkers(page, n) {
  const end = performance.now() + 10_000;
  while (page.workers().length !== n) {
    assert.ok(performance.now() < end, `${page.workers().length} workers are there`);
    await new Promise((next) => setTimeout(next, 20));
  }
}

test('a canceled load ends within 100 ms, keeps what was there, and the next one peaks no higher', async () => {
  const { page, close } = await site.visit('?workers=2');
  await openFile(page, await makeFile(page, 'small.csv', 'user,time,event\na,2026-01-01,x\nb,2026-01-02,y\n'));
  const large = await makeEvents(page, { rows: 400_000 });
  for (let round = 0; round < 3; round += 1) {
    await dropFiles(page.locator('body'), [large]);
    const cancel = page.getByRole('button', { name: 'Cancel' });
    await cancel.waitFor();
    const took = await cancel.evaluate(async (button) => {
      const start = performance.now();
      /** @type {HTMLElement} */ (button).click();
      while (document.querySelector('[role=progressbar]')) await new Promise((next) => setTimeout(next, 1));
      return performance.now() - start;
    });
    assert.ok(took < 100, `canceling took ${took} ms`);
    await onlyWorkers(page, 2);
    await page.getByText('small.csv').first().waitFor();
  }
  // A worker that has ended has given its memory back whole.
  await onlyWorkers(page, 2);
  await openFile(page, large);
  await page.getByText('400,000').first().waitFor();
  await close();
});
