// Trends and data quality: from the form to the numbers in the table, by mouse and by keyboard.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, makeEvents, makeFile, openSite, screenshot } from './harness.mjs';
import { UNDECIDED, nativeAnswer, openFile, openPanel, queryInAddress, readTable, settled } from './workbench.mjs';

const TABLE = 'Numbers by period';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/** Reads "1,234.50" as 1234.5 and "–" as nothing. @param {string | undefined} text */
const numberOf = (text) => (text === '–' ? null : Number((text ?? '').replaceAll(',', '')));

/** As the table writes it: two decimals unless it is whole. @param {number | null} value */
const rounded = (value) => (value === null ? null : Number(value.toFixed(Number.isInteger(value) ? 0 : 2)));

/** @param {any} line */
const columns = (line) => [[line.total, ...line.values], ...(line.compared.length > 0 ? [[line.compared_total, ...line.compared]] : [])];

test('a trend by plan with a formula says what the engine says natively', async () => {
  const { page, problems, close } = await site.visit();
  const file = await makeEvents(page, { rows: 20_000 });
  const content = await file.evaluate((file) => file.text());
  await openFile(page, file);
  await openPanel(page, 'Trends');
  assert.ok((await readTable(page, TABLE)).length > 80, 'users by day are proposed');

  await page.getByRole('combobox', { name: 'Event of series A' }).fill('purchase');
  await page.getByRole('option', { name: /^purchase/ }).click();
  await page.getByRole('button', { name: 'Add a series' }).click();
  await page.getByLabel('What series B tells').selectOption({ label: 'Users' });
  await page.getByLabel('Period', { exact: true }).selectOption({ label: 'week' });
  await page.getByLabel('Compared with').selectOption({ label: 'the periods before' });
  await page.getByLabel('Range').selectOption({ label: 'the last 7' });
  await page.getByRole('combobox', { name: 'Broken down by' }).selectOption({ label: 'plan' });
  await page.getByRole('textbox', { name: 'Formula' }).fill('A / B * 100');
  await page.keyboard.press('Enter');
  await page.getByRole('columnheader', { name: 'A / B * 100, business, before' }).waitFor();
  await settled(page);

  const query = await queryInAddress(page);
  const answer = await nativeAnswer('events.csv', content, query);
  const expected = answer.lines.flatMap(columns).map((/** @type {any[]} */ column) => column.map(rounded));
  const rows = await readTable(page, TABLE);
  const shown = expected.map((/** @type {any} */ _, /** @type {number} */ at) => rows.map((row) => numberOf(row[at + 1])));
  assert.deepEqual(shown, expected);
  assert.match(rows.at(-1)?.[0] ?? '', /not over/);
  assert.match((await page.locator('.answer-text').textContent()) ?? '', /A \/ B \* 100: .* in all\. .*compared periods.*The largest group is/s);
  await assertAccessible(page, UNDECIDED);
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    await screenshot(page, `trends-${colorScheme}-1280`);
  }
  await page.setViewportSize({ width: 360, height: 800 });
  await screenshot(page, 'trends-light-360');
  assert.deepEqual(problems, []);
  await close();
});

test('a formula with a mistake says where it is, and the last good answer stays', async () => {
  const { page, close } = await site.visit();
  await openFile(page, await makeFile(page, 'few.csv', 'user,time,event\na,2026-01-01,x\nb,2026-01-02,y\nb,2026-01-03,y\n'));
  await openPanel(page, 'Trends');
  const before = await readTable(page, TABLE);
  // By keyboard alone: from the last field of the sentence on to the formula.
  await page.getByLabel('Moving average').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.type('A / C');
  await page.keyboard.press('Enter');
  await page.getByText('at character 5: there is no series "C"').first().waitFor();
  assert.deepEqual(await readTable(page, TABLE), before);
  await page.keyboard.press('Backspace');
  await page.keyboard.type('2');
  await page.keyboard.press('Enter');
  await page.getByRole('columnheader', { name: 'A / 2' }).waitFor();
  await close();
});

test('data quality names each trouble, what it could spoil, and who is no person', async () => {
  const { page, problems, close } = await site.visit();
  const rows = ['user,time,event,plan'];
  for (let day = 0; day < 40; day += 1) {
    const date = new Date(Date.UTC(2026, 2, 1 + day)).toISOString().slice(0, 10);
    for (let user = 0; user < 30 && day !== 20; user += 1) rows.push(`u${user},${date}T09:${10 + user}:0${day % 10}.5Z,open,pro`);
  }
  for (let n = 0; n < 150; n += 1) rows.push(`robot,2026-03-15T12:00:${String(n % 60).padStart(2, '0')}.${100 + n}Z,open,pro`);
  rows.push('u1,2026-03-05T09:11:04.5Z,open,pro', 'u2,2026-03-06T10:00:00Z,Open,null');
  await openFile(page, await makeFile(page, 'troubled.csv', rows.join('\n')));
  await openPanel(page, 'Quality');
  const findings = page.getByRole('list', { name: /findings/ });
  await findings.getByText('1 row (0.1%) repeats another in every column').waitFor();
  await findings.getByText('1 day is without any event where there should be some: Mar 21, 2026').waitFor();
  await findings.getByText(/event holds 1 group of values that differ only in case, spaces or signs: open, Open/).waitFor();
  await findings.getByText(/1 such users|1 such user/).waitFor();
  const busy = await readTable(page, 'Users who do more than a person can');
  assert.deepEqual(busy, [['robot', '150', '150', '150', '1']]);
  const columnsTable = await readTable(page, 'What each column is made of');
  assert.equal(columnsTable[0]?.[3], '2');

  // By keyboard: with a higher bound the robot is a person.
  await page.getByRole('textbox', { name: 'Events a minute' }).focus();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('200');
  await page.getByRole('table', { name: 'Users who do more than a person can' }).waitFor({ state: 'detached' });
  assert.equal((await queryInAddress(page)).most_per_minute, 200);
  await assertAccessible(page, UNDECIDED);
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    await screenshot(page, `quality-${colorScheme}-1280`);
  }
  await page.setViewportSize({ width: 360, height: 800 });
  await screenshot(page, 'quality-light-360');
  assert.deepEqual(problems, []);
  await close();
});
