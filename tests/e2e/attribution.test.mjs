// Attribution: from the form to the tables, which say what the engine says natively.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, openSite, screenshot } from './harness.mjs';
import { UNDECIDED, count, nativeAnswer, openFile, openPanel, queryInAddress, readTable, settled } from './workbench.mjs';

const CREDITS = 'What each model gives';
const COUNTS = 'What each channel does';
const PATHS = 'The commonest paths';

/** Visits by three channels, of which each leads to payments in its own way. */
const CONTENT = (() => {
  const rows = ['user,time,event,channel,revenue'];
  const at = (/** @type {number} */ day) => `2026-03-${String(day).padStart(2, '0')}T09:00:00Z`;
  for (let user = 0; user < 60; user += 1) {
    const path = [['ads', 'mail', 'search'], ['ads', 'search'], ['mail'], ['ads'], ['search', 'search']][user % 5] ?? [];
    path.forEach((channel, index) => rows.push(`u${user},${at(1 + 2 * index)},visit,${channel},`));
    if (user % 5 !== 3 && user % 3 > 0) rows.push(`u${user},${at(9)},payment,,${10 + user}`);
  }
  return `${rows.join('\n')}\n`;
})();

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => { site = await openSite(); });
after(() => site.close());

/** @param {import('playwright-core').Page} page */
const openVisits = async (page) => {
  const make = (/** @type {string} */ text) => new File([text], 'visits.csv', { type: 'text/csv' });
  await openFile(page, await page.evaluateHandle(make, CONTENT));
  await openPanel(page, 'Attribution');
  await settled(page);
};

test('attribution says what the engine says natively, of the events that are chosen', async () => {
  const { page, problems, close } = await site.visit();
  await openVisits(page);
  await page.getByRole('combobox', { name: 'Conversion' }).fill('payment');
  await page.getByRole('option', { name: /^payment/ }).click();
  await settled(page);

  const query = await queryInAddress(page);
  assert.deepEqual([query.conversion, query.channel], [{ event: 'payment' }, { kind: 'property', property: 'channel', missing: 'left_out' }]);
  const answer = await nativeAnswer('visits.csv', CONTENT, query);
  assert.ok(answer.n_conversions > 20 && answer.channels.length === 3, JSON.stringify(answer.channels));

  const credits = await readTable(page, CREDITS);
  const rounded = (/** @type {any} */ credit) => (credit.value ?? credit.conversions).toLocaleString('en-US', { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  assert.deepEqual(credits, answer.channels.map((/** @type {any} */ channel) => [channel.key.value, ...channel.credits.map(rounded)]));
  const counts = await readTable(page, COUNTS);
  const counted = answer.channels.map((/** @type {any} */ own) => [own.key.value, own.n_touches, own.n_conversions, own.n_first, own.n_last, own.n_assisted]);
  assert.deepEqual(counts.map(([channel, ...cells]) => [channel, ...cells.slice(0, 5).map(count)]), counted);
  const paths = await readTable(page, PATHS);
  assert.deepEqual(paths.map((row) => count(row[1])), answer.paths.map((/** @type {any} */ path) => path.n_conversions));
  assert.equal(await page.locator('.chart-mark').count(), answer.channels.length);

  // Nobody is that quick.
  const days = page.getByRole('spinbutton', { name: 'Days before' }).or(page.getByRole('textbox', { name: 'Days before' })).first();
  await days.fill('0');
  await settled(page);
  await page.getByText(/None has a touch before it/).first().waitFor();
  assert.deepEqual(problems, []);
  await close();
});

for (const [colorScheme, width] of /** @type {['light' | 'dark', number][]} */ ([['light', 1280], ['dark', 360]])) {
  test(`attribution is accessible, ${colorScheme} at ${width} px`, async () => {
    const { page, close } = await site.visit('', { colorScheme, width });
    await openVisits(page);
    await readTable(page, CREDITS);
    await assertAccessible(page, UNDECIDED);
    await screenshot(page, `attribution-${colorScheme}-${width}`);
    await close();
  });
}
