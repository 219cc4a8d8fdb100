// Retention, lifecycle and stickiness: from the form to the table, and from a field of the picture to a saved segment.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, makeEvents, openSite, screenshot } from './harness.mjs';
import { UNDECIDED, count, nativeAnswer, openFile, openPanel, queryInAddress, readTable, settled } from './workbench.mjs';

const RETENTION = 'Share of users who came back, by cohort';
const LIFECYCLE = 'Users by state and period';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/**
 * Chooses an event in a field.
 * @param {import('playwright-core').Page} page
 * @param {string} field
 * @param {string} event
 */
async function chooseEvent(page, field, event) {
  await page.getByRole('combobox', { name: field, exact: true }).fill(event);
  await page.getByRole('option', { name: new RegExp(`^${event}`) }).click();
}

test('the retention table says what the engine says natively, and a cell becomes a segment that filters', async () => {
  const { page, problems, close } = await site.visit();
  const file = await makeEvents(page, { rows: 20_000 });
  const content = await file.evaluate((file) => file.text());
  await openFile(page, file);
  await openPanel(page, 'Retention');
  await chooseEvent(page, 'Start', 'create_project');
  await chooseEvent(page, 'Return', 'purchase');
  await page.getByRole('combobox', { name: 'Unit of time' }).selectOption({ label: 'month' });
  await page.getByRole('combobox', { name: 'Counted' }).selectOption({ label: 'in or after' });
  await settled(page);
  await page.getByRole('columnheader', { name: 'Month 1' }).waitFor();

  const query = await queryInAddress(page);
  assert.deepEqual([query.start.event, query.return.event, query.period, query.criterion], ['create_project', 'purchase', 'month', 'on_or_after']);
  const answer = await nativeAnswer('events.csv', content, query);
  const rows = await readTable(page, RETENTION);
  const expected = answer.overall.cohorts.map((/** @type {any} */ cohort) => [
    cohort.label,
    cohort.n_users,
    ...cohort.cells.map((/** @type {any} */ cell) => `${(cell.rate.rate * 100).toFixed(1)}%`),
  ]);
  const shown = rows.slice(1).map(([name, users, ...cells]) => [name, count(users), ...cells.filter((cell) => cell !== '–')]);
  assert.deepEqual(shown, expected);
  assert.equal(count(rows[0]?.[1]), answer.overall.n_entries, 'the average stands first');

  // The second cell of the first cohort, by keyboard: one tab stop, an arrow, Enter.
  const marks = page.locator('.chart-marks').first();
  await marks.locator('.chart-mark').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const cell = answer.overall.cohorts[0].cells[1];
  const picked = page.getByRole('list', { name: 'Users of the chosen field' });
  await picked.getByText(`${cell.n_users.toLocaleString('en-US')} users`).first().waitFor();
  await picked.getByRole('button', { name: /back in Month 1/ }).click();
  await picked.getByText('Saved').waitFor();

  await openPanel(page, 'Segments');
  const saved = page.getByRole('region', { name: 'Saved segments' });
  await saved.getByText(`${cell.n_users.toLocaleString('en-US')} users`).waitFor();
  await saved.getByRole('button', { name: 'Use as filter' }).first().click();
  await openPanel(page, 'Lifecycle');
  await settled(page);
  const lifecycle = await readTable(page, LIFECYCLE);
  const entered = lifecycle.reduce((sum, row) => sum + count(row[1]), 0);
  assert.equal(entered, cell.n_users, 'every user of the filter is new once');
  assert.deepEqual(problems, []);
  await close();
});

test('the lifecycle table says what the engine says natively, and a part of a column becomes a segment', async () => {
  const { page, problems, close } = await site.visit();
  const file = await makeEvents(page, { rows: 20_000 });
  const content = await file.evaluate((file) => file.text());
  await openFile(page, file);
  await openPanel(page, 'Lifecycle');
  await chooseEvent(page, 'Active by', 'purchase');
  await page.getByRole('combobox', { name: 'Unit of time' }).selectOption({ label: 'month' });
  await settled(page);
  await page.getByRole('rowheader', { name: '2026-01' }).or(page.getByRole('cell', { name: '2026-01' })).first().waitFor();
  const query = await queryInAddress(page);
  const answer = await nativeAnswer('events.csv', content, query);
  const expected = answer.periods.map((/** @type {any} */ at) => [at.label, at.n_new, at.n_returning, at.n_resurrecting, at.n_dormant]);
  const shown = (await readTable(page, LIFECYCLE)).map(([name, ...cells]) => [name, ...cells.map(count)]);
  assert.deepEqual(shown, expected);

  // By mouse: a part of the last column.
  const last = answer.periods.length - 1;
  const mark = page.getByRole('button', { name: new RegExp(`^${answer.periods[last].label}, Returning`) });
  await mark.click();
  const picked = page.getByRole('list', { name: 'Users of the chosen field' }).first();
  await picked.getByRole('button', { name: /Save as segment: Returning/ }).click();
  await openPanel(page, 'Segments');
  const saved = page.getByRole('region', { name: 'Saved segments' });
  await saved.getByText(`${answer.periods[last].n_returning.toLocaleString('en-US')} users`).waitFor();

  // Stickiness stands below, of the same events.
  await openPanel(page, 'Lifecycle');
  const bars = await readTable(page, 'Users by number of periods');
  const sticky = await nativeAnswer('events.csv', content, { kind: 'stickiness', series: [{ event: 'purchase' }] });
  assert.deepEqual(bars.map((row) => count(row[1])), sticky.series[0].bars.map((/** @type {any} */ bar) => bar.n_users));
  assert.deepEqual(problems, []);
  await close();
});

for (const [colorScheme, width] of /** @type {['light' | 'dark', number][]} */ ([['light', 1280], ['dark', 360]])) {
  test(`retention and lifecycle are accessible, ${colorScheme} at ${width} px`, async () => {
    const { page, close } = await site.visit('', { colorScheme, width });
    await openFile(page, await makeEvents(page, { rows: 20_000 }));
    for (const [panel, table] of [['Retention', RETENTION], ['Lifecycle', LIFECYCLE]]) {
      await openPanel(page, panel ?? '');
      await readTable(page, table ?? '');
      await settled(page);
      await assertAccessible(page, UNDECIDED);
      await screenshot(page, `${panel}-${colorScheme}-${width}`.toLowerCase());
    }
    await close();
  });
}
