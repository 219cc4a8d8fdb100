// Drivers, the aha moment, and how long users take: from the form to the table, and from a bar to a saved segment.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, assertAccessible, openSite, screenshot } from './harness.mjs';
import { UNDECIDED, count, nativeAnswer, openPanel, openText, queryInAddress, readTable, settled } from './workbench.mjs';

const DRIVERS = 'What goes with it, in numbers';
const AHA = 'The best behavior of each event';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
/** The sample, in which things do go with converting. */
let content = '';
before(async () => {
  content = await readFile(join(ROOT, 'www/samples/saas-events.csv'), 'utf8');
  site = await openSite();
});
after(() => site.close());

/** What the table calls a factor. @param {any} factor */
const name = (factor) => (factor.kind === 'event' ? factor.event : `${factor.property}: ${factor.value}`);

test('drivers say what the engine says natively, and a bar becomes a segment that filters', async () => {
  const { page, problems, close } = await site.visit();
  await openText(page, content);
  await openPanel(page, 'Drivers');
  await settled(page);
  await page.getByRole('spinbutton', { name: 'Fewest users' }).or(page.getByRole('textbox', { name: 'Fewest users' })).first().fill('10');
  await settled(page);

  const query = await queryInAddress(page);
  assert.deepEqual([query.target.kind, query.min_users], ['funnel', 10]);
  const answer = await nativeAnswer('events.csv', content, query);
  const rows = await readTable(page, DRIVERS);
  const expected = [...answer.more, ...answer.less].map((/** @type {any} */ driver) => [name(driver.factor), driver.n_users]);
  assert.deepEqual(rows.map(([factor, users]) => [factor, count(users)]), expected);
  assert.ok(expected.length > 0, 'something was compared');

  // The first bar, by keyboard.
  const marks = page.locator('.chart-marks').first();
  await marks.locator('.chart-mark').first().focus();
  await page.keyboard.press('Enter');
  const picked = page.getByRole('list', { name: 'Users of the chosen field' }).first();
  await picked.getByRole('button', { name: /Save as segment/ }).focus();
  await page.keyboard.press('Enter');
  await picked.getByText('Saved').waitFor();

  // What was saved is a target to ask about, and a filter.
  const saved = String(expected[0]?.[0]);
  await page.getByRole('combobox', { name: 'What users reach' }).selectOption({ label: `being in ${saved}` });
  await settled(page);
  assert.equal((await queryInAddress(page)).target.kind, 'segment');
  await openPanel(page, 'Segments');
  const list = page.getByRole('region', { name: 'Saved segments' });
  await list.getByRole('button', { name: 'Use as filter' }).first().click();
  await openPanel(page, 'Drivers');
  await settled(page);
  await page.getByText(/there is nothing to compare|Nothing that was compared/i).first().waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test('the aha moment says what the engine says natively, and its users are a rule', async () => {
  const { page, problems, close } = await site.visit();
  await openText(page, content);
  await openPanel(page, 'Drivers');
  await settled(page);
  await page.getByRole('combobox', { name: 'What users do later' }).fill('subscription');
  await page.getByRole('option', { name: /^subscription_started/ }).click();
  await page.getByRole('textbox', { name: 'First days to try' }).fill('1, 3');
  await page.keyboard.press('Tab');
  await settled(page);
  const target = { kind: 'did', rule: { event: 'subscription_started' } };
  const answer = await nativeAnswer('events.csv', content, { kind: 'aha_moment', target, days: [1, 3] });
  const rows = await readTable(page, AHA);
  const expected = answer.moments.map((/** @type {any} */ moment) => [moment.event, moment.times, moment.days, moment.n_users]);
  assert.deepEqual(rows.map(([event, ...cells]) => [event, ...cells.slice(0, 3).map(count)]), expected);
  assert.ok(expected.length > 0, 'something was tried');

  const section = page.locator('section.stack', { has: page.getByRole('heading', { name: 'The aha moment' }) });
  const mark = section.locator('.chart-mark').first();
  await mark.click();
  await page.getByRole('button', { name: /Save as segment: .* first/ }).click();
  // The rule holds for users too whose time is not over, so that it may hold more than the search looked at.
  const [best] = answer.moments;
  const within = { kind: 'first_days', days: best.days };
  const segment = { kind: 'did', rule: { event: best.event }, n: best.times, within };
  const { segments } = await nativeAnswer('events.csv', content, { kind: 'segment', segments: [{ name: 'best', segment }] });
  await openPanel(page, 'Segments');
  const saved = page.getByRole('region', { name: 'Saved segments' });
  await saved.getByText(`${segments[0].n_users.toLocaleString('en-US')} users`).waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test('how long users take opens below the funnel, and groups are compared in words', async () => {
  const { page, problems, close } = await site.visit();
  await openText(page, content);
  await openPanel(page, 'Funnels');
  await settled(page);
  await page.getByText('How long users take').click();
  await settled(page);
  const { kind: _, ...funnel } = await queryInAddress(page);
  const answer = await nativeAnswer('events.csv', content, { kind: 'time_to_convert', funnel });
  const rows = await readTable(page, 'Times in numbers');
  assert.equal(rows.length, answer.times.percentiles.length + 3);
  assert.equal(await page.locator('.disclosure .chart-mark').count(), answer.bins.length);
  assert.deepEqual(problems, []);
  await close();
});

for (const [colorScheme, width] of /** @type {['light' | 'dark', number][]} */ ([['light', 1280], ['dark', 360]])) {
  test(`drivers are accessible, ${colorScheme} at ${width} px`, async () => {
    const { page, close } = await site.visit('', { colorScheme, width });
    await openText(page, content);
    await openPanel(page, 'Drivers');
    await readTable(page, DRIVERS);
    await readTable(page, AHA);
    await settled(page);
    await assertAccessible(page, UNDECIDED);
    await screenshot(page, `drivers-${colorScheme}-${width}`);
    await openPanel(page, 'Funnels');
    await settled(page);
    await page.getByText('How long users take').click();
    await readTable(page, 'Times in numbers');
    await settled(page);
    await assertAccessible(page, UNDECIDED);
    await screenshot(page, `times-${colorScheme}-${width}`);
    await close();
  });
}
