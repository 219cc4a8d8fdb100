// Whole questions: what each form can say besides its first sentence is what the engine is asked, and what is chosen in a
// picture becomes a segment that filters elsewhere.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, makeEvents, makeFile, openSite, screenshot } from './harness.mjs';
import { UNDECIDED, count, nativeAnswer, openFile, openPanel, queryInAddress, readTable, settled } from './workbench.mjs';

/** @typedef {import('playwright-core').Page} Page */

const LIFECYCLE = 'Users by state and period';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/**
 * A page with events, and their file's content.
 * @param {string} panel
 */
async function open(panel) {
  const { page, problems, close } = await site.visit();
  const file = await makeEvents(page, { rows: 20_000 });
  const content = await file.evaluate((file) => file.text());
  await openFile(page, file);
  await openPanel(page, panel);
  const done = async () => {
    assert.deepEqual(problems, []);
    await close();
  };
  return { page, content, done };
}

/**
 * The native answer to the query that the address holds.
 * @param {Page} page
 * @param {string} content
 */
async function answered(page, content) {
  const query = await queryInAddress(page);
  return { query, answer: await nativeAnswer('events.csv', content, query) };
}

/**
 * Saves what a chosen place offers, filters by it, and says how many users another panel finds.
 * @param {Page} page
 * @param {RegExp} name
 */
async function saveAndFilter(page, name) {
  const picked = page.getByRole('list', { name: 'Users of the chosen field' }).first();
  await picked.getByText(/^[\d,]+ users?$/).first().waitFor();
  await picked.getByRole('button', { name }).first().click();
  await picked.getByText('Saved').waitFor();
  return filterByTheLast(page);
}

/**
 * Filters by the segment saved last, and says how many users the lifecycle finds: everybody is new once.
 * @param {Page} page
 */
async function filterByTheLast(page) {
  await openPanel(page, 'Segments');
  const saved = page.getByRole('region', { name: 'Saved segments' });
  await saved.getByRole('button', { name: 'Use as filter' }).last().click();
  await openPanel(page, 'Lifecycle');
  await settled(page);
  return (await readTable(page, LIFECYCLE)).reduce((sum, row) => sum + count(row[1]), 0);
}

test('sessions are cut as the form says, and their numbers are the engine’s', async () => {
  const { page, content, done } = await open('Sessions');
  await readTable(page, 'Sessions by period');
  await page.getByRole('combobox', { name: 'Cut by' }).selectOption({ label: 'by a pause of' });
  await page.getByRole('textbox', { name: 'Pause' }).fill('2');
  await page.getByRole('combobox', { name: 'Unit of: Pause' }).selectOption({ label: 'hours' });
  await page.getByRole('combobox', { name: 'Unit of time' }).selectOption({ label: 'week' });
  await page.waitForFunction(() => location.hash.includes('7200000') && location.hash.includes('week'));
  await settled(page);
  const { query, answer } = await answered(page, content);
  assert.deepEqual(query.session, { kind: 'gap', gap_millis: 7_200_000, edge: 'cuts' });
  const rows = await readTable(page, 'Sessions by period');
  const expected = answer.periods.map((/** @type {any} */ at) => [at.n_sessions, at.n_users, at.n_bounces]);
  assert.deepEqual(rows.map((row) => row.slice(1, 4).map(count)), expected);
  const ends = await readTable(page, 'Where sessions begin and end');
  const [entry] = answer.entries;
  assert.deepEqual([ends[0]?.[0], count(ends[0]?.[1])], [entry.value, entry.n_events]);
  await done();
});

test('a cell of frequency becomes a segment of as many users, by keyboard alone', async () => {
  const { page, content, done } = await open('Frequency');
  await readTable(page, 'Users by how often and how lately');
  await page.getByRole('textbox', { name: 'Groups begin at so many times' }).fill('1, 5, 10');
  await page.keyboard.press('Enter');
  await page.getByRole('columnheader', { name: '10 times or more' }).waitFor();
  await settled(page);
  const { answer } = await answered(page, content);
  const rows = await readTable(page, 'Users by how often and how lately');
  assert.deepEqual(rows.map((row) => row.slice(1).map(count)), answer.grid);

  // A failing list is told by its field, and the last good answer stays.
  const field = page.getByRole('textbox', { name: 'Groups begin at so many times' });
  await field.fill('2, 5');
  await page.keyboard.press('Enter');
  await page.locator('.field-error').getByText('must begin with 1').waitFor({ state: 'attached' });
  assert.deepEqual(await readTable(page, 'Users by how often and how lately'), rows);
  await field.fill('1, 5, 10');
  await page.keyboard.press('Enter');
  await page.locator('.field-error').waitFor({ state: 'detached' });
  await settled(page);

  const marks = page.locator('.chart-marks').first().locator('.chart-mark');
  await marks.first().focus();
  for (let place = 1; place < 3; place += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  assert.equal(await saveAndFilter(page, /10 times or more/), answer.grid[0][2]);
  await done();
});

test('a bar of a funnel becomes a segment, and the funnel is shown over time by another tool’s rules', async () => {
  const { page, content, done } = await open('Funnels');
  await page.getByRole('table').first().waitFor();
  await page.getByRole('combobox', { name: 'Broken down by' }).selectOption({ label: 'nothing' });
  await page.getByRole('columnheader', { name: 'Group' }).waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'Rules of' }).selectOption({ label: 'PostHog' });
  await page.waitForFunction(() => location.hash.includes('all_events'));
  await page.getByRole('combobox', { name: 'Shown' }).selectOption({ label: 'over time, by week' });
  await page.getByRole('table', { name: 'Conversion by when users entered' }).waitFor();
  await settled(page);
  const { query, answer } = await answered(page, content);
  assert.deepEqual([query.range, query.tie, query.open, query.trend], ['all_events', 'loose', 'dropped', 'week']);
  const rows = await readTable(page, 'Conversion by when users entered');
  const expected = answer.trend.map((/** @type {any} */ at) => [at.n_reached[0], at.n_reached.at(-1), at.n_open]);
  assert.deepEqual(rows.map((row) => row.slice(1, 4).map(count)), expected);
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    await screenshot(page, `funnels-over-time-${colorScheme}-1280`);
  }

  await page.getByRole('combobox', { name: 'Shown' }).selectOption({ label: 'as steps' });
  await page.getByRole('table', { name: 'Conversion by when users entered' }).waitFor({ state: 'detached' });
  await settled(page);
  await page.locator('.chart-marks').first().locator('.chart-mark').nth(1).click();
  assert.equal(await saveAndFilter(page, /Lost before/), answer.overall.steps[1].n_dropped);
  await done();
});

test('retention asks for conditions, brackets, occurrences and a sum; a mistake is told by its field', async () => {
  const { page, content, done } = await open('Retention');
  const TABLE = 'Share of users who came back, by cohort';
  await readTable(page, TABLE);
  await page.getByRole('button', { name: 'Add a condition to the return' }).click();
  await page.getByRole('spinbutton', { name: 'Least number of returns' }).or(page.getByRole('textbox', { name: 'Least number of returns' })).fill('2');
  await page.getByRole('textbox', { name: 'Lengths of columns' }).fill('1, 2, 4');
  await page.keyboard.press('Enter');
  await page.getByRole('columnheader', { name: 'Week 2–3' }).first().waitFor();
  await settled(page);
  const { query, answer } = await answered(page, content);
  assert.deepEqual([query.brackets, query.min_occurrences, query.return.where.length], [[1, 2, 4], 2, 1]);
  const rows = await readTable(page, TABLE);
  const expected = answer.overall.cohorts.map((/** @type {any} */ cohort) => cohort.cells.map((/** @type {any} */ cell) => `${(cell.rate.rate * 100).toFixed(1)}%`));
  assert.deepEqual(rows.slice(1).map((row) => row.slice(2).filter((cell) => cell !== '–')), expected);

  await page.getByRole('textbox', { name: 'Lengths of columns' }).fill('1, 0');
  await page.keyboard.press('Enter');
  await page.locator('.field-error').first().waitFor({ state: 'attached' });
  assert.deepEqual(await readTable(page, TABLE), rows);
  await done();
});

test('journeys leave out and group names, and the pattern is in the address', async () => {
  const { page, content, done } = await open('Journeys');
  await readTable(page, 'Most frequent paths');
  await page.getByRole('button', { name: 'Leave something out' }).click();
  const out = page.getByRole('combobox', { name: 'Left out' });
  await out.fill('visit');
  await page.getByRole('option', { name: 'visit', exact: true }).click();
  await page.getByRole('button', { name: 'Group names by a pattern' }).click();
  await page.getByRole('textbox', { name: 'Pattern with *' }).fill('create_*');
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'Equal neighbors' }).selectOption({ label: 'each count' });
  await page.getByRole('cell', { name: /create_\*/ }).or(page.getByRole('rowheader', { name: /create_\*/ })).first().waitFor();
  await settled(page);
  const { query, answer } = await answered(page, content);
  assert.deepEqual([query.items, query.repeats], [{ groupings: ['create_*'], exclude: ['visit'] }, 'keep']);
  const paths = (await readTable(page, 'Most frequent paths')).map((row) => count(row[1]));
  assert.deepEqual(paths, answer.paths.map((/** @type {any} */ path) => path.n_runs));
  assert.match((await readTable(page, 'What is done over and over'))[0]?.[0] ?? '', /→|⇄/);

  const field = page.getByRole('textbox', { name: 'Pattern', exact: true });
  await field.fill('visit ->> purchase');
  await page.keyboard.press('Enter');
  const matches = await readTable(page, 'Users with a match');
  await page.waitForFunction(() => location.hash.includes('&beside='));
  const link = page.url();
  await openPanel(page, 'Lifecycle');
  await page.goto(link);
  assert.equal(await field.inputValue(), 'visit ->> purchase');
  assert.deepEqual(await readTable(page, 'Users with a match'), matches);
  await done();
});

test('the users of a period of a trend become a segment, and what happened is noted', async () => {
  const { page, content, done } = await open('Trends');
  const TABLE = 'Numbers by period';
  await readTable(page, TABLE);
  await page.getByLabel('Period', { exact: true }).selectOption({ label: 'month' });
  await settled(page);
  await page.getByRole('button', { name: 'Note what happened' }).click();
  await page.getByRole('textbox', { name: 'What happened then' }).fill('New prices');
  await page.keyboard.press('Enter');
  await page.getByText(/: New prices/).first().waitFor();
  await settled(page);
  const { query, answer } = await answered(page, content);
  assert.equal(query.annotations[0].text, 'New prices');
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    await screenshot(page, `trends-note-${colorScheme}-1280`);
  }
  await page.locator('.chart-marks').first().locator('.chart-mark').first().focus();
  await page.keyboard.press('Enter');
  assert.equal(await saveAndFilter(page, /Save as segment/), answer.lines[0].values[0]);
  await done();
});

test('users who do more than a person can are saved as a segment', async () => {
  const { page, close } = await site.visit();
  const rows = ['user,time,event', ...Array.from({ length: 200 }, (_, n) => `robot,2026-03-15T12:00:${String(n % 60).padStart(2, '0')}.${100 + n}Z,open`)];
  for (let user = 0; user < 30; user += 1) rows.push(`u${user},2026-03-1${user % 9}T09:00:00Z,open`);
  await openFile(page, await makeFile(page, 'robots.csv', rows.join('\n')));
  await openPanel(page, 'Quality');
  await page.getByRole('button', { name: 'Save these users as a segment' }).click();
  assert.equal(await filterByTheLast(page), 1);
  await close();
});

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  for (const width of [360, 1280]) {
    test(`whole questions are accessible and fit: ${colorScheme}, ${width} px`, async () => {
      const { page, close } = await site.visit('', { colorScheme, width });
      await openFile(page, await makeEvents(page, { rows: 20_000 }));
      for (const panel of ['Sessions', 'Frequency', 'Trends', 'Retention']) {
        await openPanel(page, panel);
        await page.getByRole('table').first().waitFor();
        await settled(page);
        await assertAccessible(page, UNDECIDED);
        await screenshot(page, `whole-${panel.toLowerCase()}-${colorScheme}-${width}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${panel} is ${overflow} px wider than the window`);
      }
      await close();
    });
  }
}
