// The page before any file is dropped.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, openSite, screenshot } from './harness.mjs';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

test('the page starts from a sub-path without a complaint', async () => {
  const { page, problems, requests, violations, close } = await site.visit();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  assert.deepEqual(problems, []);
  assert.deepEqual(await violations(), []);
  const isForeign = (/** @type {string} */ url) => !url.replace(/^blob:/, '').startsWith(new URL(site.server.url).origin);
  assert.deepEqual(requests.filter(isForeign), []);
  assert.match((await page.locator('html').getAttribute('data-version')) ?? '', /^[0-9a-f]{16}$/);
  await close();
});

test('the policy refuses an inline script, an inline style and foreign hosts', async () => {
  const { page, violations, close } = await site.visit();
  const outcome = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.inlineRan = true';
    document.head.append(script);
    const style = document.createElement('style');
    style.textContent = 'html { display: none }';
    document.head.append(style);
    const fetched = await fetch('http://127.0.0.1:9/').then(() => 'fetched', () => 'refused');
    await new Promise((done) => setTimeout(done, 50));
    return { ran: 'inlineRan' in globalThis, display: getComputedStyle(document.documentElement).display, fetched };
  });
  assert.deepEqual(outcome, { ran: false, display: 'block', fetched: 'refused' });
  const directives = /** @type {string[]} */ (await violations()).map((violation) => violation.split(':')[0]);
  assert.deepEqual(directives.sort(), ['connect-src', 'script-src-elem', 'style-src-elem']);
  await close();
});

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  for (const width of [360, 1280]) {
    test(`the empty page is accessible: ${colorScheme}, ${width} px`, async () => {
      const { page, close } = await site.visit('', { colorScheme, width });
      await page.getByRole('heading', { level: 1 }).waitFor();
      await assertAccessible(page);
      await screenshot(page, `empty-${colorScheme}-${width}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `the page is ${overflow} px wider than the window`);
      await close();
    });
  }
}
