// The harness itself: what it claims to find it finds, and what it drops arrives.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, dropFiles, makeEvents, makeFile, openSite } from './harness.mjs';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

test('a planted picture without a text is found by axe', async () => {
  const { page, close } = await site.visit();
  await page.evaluate(() => document.body.append(document.createElement('img')));
  await assert.rejects(assertAccessible(page), /image-alt/);
  await close();
});

test('an uncaught error and a missing file are found', async () => {
  const { page, problems, close } = await site.visit();
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('planted');
    });
    return fetch('no-such-file.json');
  });
  await page.waitForTimeout(100);
  assert.ok(problems.includes('uncaught: planted'), problems.join('\n'));
  assert.ok(problems.some((problem) => problem.includes('404')), problems.join('\n'));
  await close();
});

test('dropped files arrive with their names and bytes', async () => {
  const { page, close } = await site.visit();
  await page.evaluate(() => {
    document.body.addEventListener('drop', (event) => Reflect.set(globalThis, 'dropped', event.dataTransfer?.files));
  });
  await dropFiles(page.locator('body'), [
    await makeFile(page, 'ümlaut.csv', 'a,b\n1,2\n'),
    await makeFile(page, 'bytes.gz', Uint8Array.of(0x1f, 0x8b, 0, 255)),
  ]);
  const arrived = await page.evaluate(async () => {
    /** @type {FileList} */
    const files = Reflect.get(globalThis, 'dropped');
    return Promise.all([...files].map(async (file) => [file.name, [...new Uint8Array(await file.arrayBuffer())]]));
  });
  assert.deepEqual(arrived, [
    ['ümlaut.csv', [...Buffer.from('a,b\n1,2\n')]],
    ['bytes.gz', [0x1f, 0x8b, 0, 255]],
  ]);
  await close();
});

test('generated events are the same for the same seed', async () => {
  const { page, close } = await site.visit();
  /** @param {number} seed */
  const text = async (seed) => (await makeEvents(page, { rows: 20_001, seed })).evaluate((file) => file.text());
  const first = await text(1);
  assert.equal(first.split('\n').length, 20_003);
  assert.equal(first.split('\n')[1]?.split(',').length, 7);
  assert.ok(first === (await text(1)), 'one seed, two files');
  assert.ok(first !== (await text(2)), 'two seeds, one file');
  await close();
});
