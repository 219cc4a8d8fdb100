// Several files become one data set: what is shown of them, what is left out and how it comes in, what is there twice.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assertAccessible, dropFiles, makeEvents, makeFile, openSite, screenshot } from './harness.mjs';
import { UNDECIDED, openFile, openFiles, openPanel, readTable, settled } from './workbench.mjs';

const TABLE = 'Users, rates and times by step';
const HEADER = 'user_id,time,event,plan';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/** @param {import('playwright-core').Page} page */
const stats = async (page) => (await page.locator('.stats').textContent()) ?? '';

/** @param {import('playwright-core').Page} page */
const leftOut = (page) => page.getByRole('status').filter({ hasText: 'left out' });

test('the parts of an export give the table of the whole, in whatever order and format they come', async () => {
  const { page, problems, close } = await site.visit('?workers=2');
  const whole = await makeEvents(page, { rows: 20_000 });
  const [header, ...rows] = (await whole.evaluate((file) => file.text())).trim().split('\n');
  assert.ok(header);
  const names = header.split(',');
  const json = rows.slice(12_000).map((row) => {
    const cells = row.split(',');
    const fields = names.map((name, at) => [name, name === 'revenue' && cells[at] ? Number(cells[at]) : cells[at]]);
    return JSON.stringify(Object.fromEntries(fields.filter(([, value]) => value !== '')));
  });
  await openFile(page, whole);
  const of_whole = await stats(page);
  await openPanel(page, 'Funnels');
  const expected = await readTable(page, TABLE);
  await page.getByRole('navigation').getByRole('link', { name: 'Data' }).click();
  const parts = await Promise.all([
    makeFile(page, '3.ndjson', json.join('\n')),
    makeFile(page, '2.csv.gz', gzipSync([header, ...rows.slice(5_000, 12_000)].join('\r\n'))),
    makeFile(page, '1.csv', [header, ...rows.slice(0, 5_000)].join('\n')),
  ]);
  await dropFiles(page.locator('body'), parts);
  await page.getByRole('heading', { level: 1, name: '1.csv and 2 more' }).waitFor();
  await page.locator('summary', { hasText: '3 files' }).click();
  const table = await readTable(page, '3 files');
  assert.deepEqual(table.map(([name, n_rows, n_skipped]) => [name, n_rows, n_skipped]), [
    ['1.csv', '5,000', '0'],
    ['2.csv.gz', '7,000', '0'],
    ['3.ndjson', '8,000', '0'],
  ]);
  const facts = (/** @type {string} */ text) => text.match(/Events[\d,]+|Users[\d,]+|\d+ columns/gu);
  assert.deepEqual(facts(await stats(page)), facts(of_whole));
  await openPanel(page, 'Funnels');
  await settled(page);
  assert.deepEqual(await readTable(page, TABLE), expected);
  assert.match(await page.title(), /1\.csv and 2 more/);
  assert.deepEqual(problems, []);
  await close();
});

test('a file whose user cannot be told is left out by its name, and comes in when its column is chosen', async () => {
  const { page, problems, close } = await site.visit();
  await openFiles(page, [
    await makeFile(page, 'events.csv', `${HEADER}\nann,2026-01-01,see,pro\nbob,2026-01-02,buy,free\n`),
    await makeFile(page, 'odd.csv', 'color,when,event\nred,2026-01-03,paint\nblue,2026-01-04,paint\n'),
    await makeFile(page, 'empty.csv', ''),
    await makeFile(page, 'torn.csv.gz', gzipSync(`${HEADER}\n${'ann,2026-01-01,see,pro\n'.repeat(40_000)}`).subarray(0, -9)),
  ]);
  const notice = leftOut(page);
  await notice.getByText('3 files are left out').waitFor();
  const said = (await notice.textContent()) ?? '';
  assert.match(said, /odd\.csv: No column holds user ids; choose the column/);
  assert.match(said, /empty\.csv: the file is empty/i);
  assert.match(said, /torn\.csv\.gz: .*damaged or incomplete/);
  await page.getByRole('heading', { level: 1, name: 'events.csv' }).waitFor();
  assert.match(await stats(page), /Events2/);
  await page.getByRole('combobox', { name: 'Columns of' }).selectOption({ label: 'odd.csv' });
  await page.getByRole('combobox', { name: 'Meaning of color' }).selectOption({ label: 'user' });
  await page.getByRole('heading', { level: 1, name: 'events.csv and 1 more' }).waitFor();
  await notice.getByText('2 files are left out').waitFor();
  await page.waitForFunction(() => /Events4/.test(document.querySelector('.stats')?.textContent ?? ''));
  await assertAccessible(page, UNDECIDED);
  await screenshot(page, 'files-left-out');
  assert.deepEqual(problems, []);
  await close();
});

test('what is skipped names its file, and a file that is there twice is pointed out', async () => {
  const { page, close } = await site.visit('', { width: 360 });
  const march = `${HEADER}\nann,2026-03-01,see,pro\nann,someday,see,pro\n`;
  await openFiles(page, [
    await makeFile(page, 'april.csv', `user,time,event\nann,2026-04-01,see\nbob,2026-04-02,see\n,2026-04-02,see\n`),
    await makeFile(page, 'march.csv', march),
    await makeFile(page, 'march (1).csv', march),
  ]);
  const twins = page.getByRole('status').filter({ hasText: 'seems to be there twice' });
  assert.match((await twins.textContent()) ?? '', /march \(1\)\.csv and march\.csv have the same size/);
  const report = page.getByRole('region', { name: 'What was skipped, and why' });
  await report.getByText('3 of 7 rows were skipped').waitFor();
  await report.getByText('1 row equals an earlier one').waitFor();
  await report.getByText('april.csv, line 4').waitFor();
  await report.getByText('march (1).csv, line 3').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), report.getByText('Save the skipped rows').click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  assert.match(Buffer.concat(chunks).toString(), /april\.csv,4,/);
  await report.locator('summary', { hasText: '3 files' }).click();
  await assertAccessible(page, UNDECIDED);
  await screenshot(page, 'files-twice-360');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `the panel is ${overflow} px wider than the window`);
  await close();
});

test('files may be chosen as well, and a kind that is chosen holds in all of them', async () => {
  const { page, problems, close } = await site.visit();
  await page.getByRole('heading', { level: 1 }).waitFor();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Choose files…' }).click()]);
  assert.ok(chooser.isMultiple());
  await chooser.setFiles([
    { name: 'web.csv', mimeType: 'text/csv', buffer: Buffer.from('user_id,time,event,amount\nann,2026-01-01,see,7\nbob,2026-01-02,buy,8\n') },
    { name: 'app.csv', mimeType: 'text/csv', buffer: Buffer.from('distinct_id;at;action;amount\nann;2026-01-03;tap;n/k\n') },
  ]);
  await page.getByRole('heading', { level: 1, name: 'app.csv and 1 more' }).waitFor();
  await page.locator('.stats').waitFor();
  assert.match(await stats(page), /Events3/);
  assert.match(await stats(page), /Users2/);
  const kind = page.getByRole('combobox', { name: 'What amount holds' });
  const chosen = () => kind.evaluate((select) => /** @type {HTMLSelectElement} */ (select).selectedOptions[0]?.text);
  const files = page.getByRole('combobox', { name: 'Columns of' });
  await files.selectOption({ label: 'web.csv' });
  assert.equal(await chosen(), 'text');
  await page.getByText('Other files hold something else in it').waitFor();
  await kind.selectOption({ label: 'number' });
  await page.getByText('1 value is not a number').waitFor();
  await files.selectOption({ label: 'app.csv' });
  assert.equal(await chosen(), 'number');
  await page.getByRole('combobox', { name: 'Meaning of distinct_id' }).waitFor();
  await screenshot(page, 'files-mapping');
  assert.deepEqual(problems, []);
  await close();
});

test('of files none of which can be opened, each says why', async () => {
  const { page, close } = await site.visit();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await dropFiles(page.locator('body'), [
    await makeFile(page, 'empty.csv', ''),
    await makeFile(page, 'head.csv', `${HEADER}\n`),
  ]);
  const notice = page.getByRole('alert').filter({ hasText: 'empty.csv and 1 more could not be opened' });
  assert.match((await notice.textContent()) ?? '', /empty\.csv: the file is empty.*head\.csv: there are no records/i);
  await notice.getByRole('button', { name: 'Hide this message' }).click();
  await openFile(page, await makeFile(page, 'good.csv', `${HEADER}\nann,2026-01-01,see,pro\n`));
  await close();
});
