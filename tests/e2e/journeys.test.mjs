// Journeys: from the form to the numbers, by mouse and by keyboard, and what the engine says natively of the same file.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, makeEvents, openSite, screenshot } from './harness.mjs';
import { UNDECIDED, count, nativeAnswer, openFile, openPanel, queryInAddress, readTable, settled } from './workbench.mjs';

const [PATHS, EDGES, MATRIX, MATCHES] = [
  'Most frequent paths',
  'Transitions by step',
  'What follows what',
  'Users with a match',
];

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/** @param {any} item */
const named = (item) => (item.kind === 'item' ? item.name : item.kind === 'other' ? 'Other' : '…');

test('journeys from the form are those of the engine, and their users become a segment', async () => {
  const { page, problems, close } = await site.visit();
  const file = await makeEvents(page, { rows: 20_000 });
  const content = await file.evaluate((file) => file.text());
  await openFile(page, file);
  await openPanel(page, 'Journeys');
  await page.getByRole('combobox', { name: 'Start', exact: true }).fill('visit');
  await page.getByRole('option', { name: /^visit/ }).click();
  await page.getByRole('combobox', { name: 'Runs are cut by' }).selectOption({ label: 'nothing: the whole history' });
  await page.getByRole('combobox', { name: 'Compare', exact: true }).fill('users who did purchase');
  await page.getByRole('option', { name: /purchase/ }).first().click();
  await page.getByRole('columnheader', { name: 'Not purchase' }).first().waitFor();
  await settled(page);

  const query = await queryInAddress(page);
  assert.equal(query.start.item, 'visit');
  const answer = await nativeAnswer('events.csv', content, query);
  const edges = answer.edges.map((/** @type {any} */ edge) => [edge.step, named(edge.from), named(edge.to), edge.n_runs, ...edge.group_runs]);
  const shown = (await readTable(page, EDGES)).map(([step, from, to, runs, , , ...groups]) => [
    count(step), from, to, count(runs), ...groups.map(count),
  ]);
  assert.deepEqual(shown, edges.slice(0, shown.length));
  const paths = (await readTable(page, PATHS)).map((row) => [row[0], count(row[1])]);
  assert.deepEqual(paths, answer.paths.map((/** @type {any} */ path) => [path.items.map(named).join(' → '), path.n_runs]));

  const place = page.getByRole('combobox', { name: 'Users of' });
  await place.fill('Step 1: visit');
  await page.getByRole('option', { name: /Step 1: visit/ }).first().click();
  await page.getByText(`${answer.n_users.toLocaleString('en')} users passed here.`).waitFor();
  await page.getByRole('button', { name: 'Save these users as a segment' }).click();
  await openPanel(page, 'Segments');
  await page.locator('main').getByText('Step 1: visit').first().waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test('a pattern finds its users by keyboard alone, and a wrong one is pointed at', async () => {
  const { page, problems, close } = await site.visit();
  const file = await makeEvents(page, { rows: 20_000 });
  const content = await file.evaluate((file) => file.text());
  await openFile(page, file);
  await openPanel(page, 'Journeys');
  await readTable(page, MATRIX);
  const field = page.getByRole('textbox', { name: 'Pattern' });
  await field.focus();
  await page.keyboard.type('visit -> -> purchase');
  await page.keyboard.press('Enter');
  await page.locator('.field-error').getByText('at character 10').waitFor();
  assert.equal(await page.locator('.pattern-fault mark').textContent(), '-');

  await field.focus();
  await page.keyboard.press('Control+A');
  const pattern = 'visit -> [^purchase]* -> purchase';
  await page.keyboard.type(pattern);
  await page.keyboard.press('Enter');
  const rows = await readTable(page, MATCHES);
  const query = { kind: 'sequence', pattern, user_limit: 10_000 };
  const answer = await nativeAnswer('events.csv', content, query);
  const expected = answer.users.slice(0, rows.length).map((/** @type {any} */ user) => [user.user, user.n_matches]);
  assert.deepEqual(rows.map(([user, matches]) => [user, count(matches)]), expected);
  assert.equal(await page.locator('.field-error').count(), 0);
  assert.deepEqual(problems, []);
  await close();
});

test('every node of the picture can be reached by keyboard and says what goes on from it', async () => {
  const { page, close } = await site.visit();
  await page.getByRole('button', { name: 'Try it with sample data' }).click();
  await page.locator('.stats').waitFor();
  await openPanel(page, 'Journeys');
  await readTable(page, PATHS);
  const label = await page.locator('.figure [aria-label^="Step 1,"]').first().getAttribute('aria-label');
  assert.match(label ?? '', /runs\. Next: .*end here\./);
  await close();
});

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  for (const width of [360, 1280]) {
    test(`journeys are accessible and fit: ${colorScheme}, ${width} px`, async () => {
      const { page, close } = await site.visit('', { colorScheme, width });
      await page.getByRole('button', { name: 'Try it with sample data' }).click();
      await page.locator('.stats').waitFor();
      await openPanel(page, 'Journeys');
      await readTable(page, PATHS);
      await readTable(page, MATRIX);
      await settled(page);
      await assertAccessible(page, UNDECIDED);
      await screenshot(page, `journeys-${colorScheme}-${width}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `journeys are ${overflow} px wider than the window`);
      await close();
    });
  }
}
