// Features, RFM and clusters: what the page says is what the engine says natively, and places of pictures become segments.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, assertAccessible, openSite, screenshot } from './harness.mjs';
import { UNDECIDED, count, nativeAnswer, openPanel, openText, queryInAddress, readTable, settled } from './workbench.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
let content = '';
before(async () => {
  content = await readFile(join(ROOT, 'www/samples/saas-events.csv'), 'utf8');
  site = await openSite();
});
after(() => site.close());

/** A page with the sample in a panel. @param {string} panel */
async function open(panel) {
  const { page, problems, close } = await site.visit();
  await openText(page, content);
  await openPanel(page, panel);
  await settled(page);
  const done = async () => {
    assert.deepEqual(problems, []);
    await close();
  };
  return { page, done };
}

/** @param {Page} page @param {string} name */
async function pictures(page, name) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    await screenshot(page, `${name}-${colorScheme}-1280`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 360, height: 800 });
  await screenshot(page, `${name}-light-360`);
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** A number of the answer as a cell with two digits. @param {number | null} value */
const rounded = (value) => (value === null ? null : Math.round(value * 100) / 100);

/** What such a cell says. @param {string | undefined} cell */
const shown = (cell) => (/\d/.test(cell ?? '') ? Number((cell ?? '').replaceAll(',', '').replace('−', '-')) : null);

test('RFM says what the engine says natively, and a cell becomes a segment of as many users', async () => {
  const { page, done } = await open('RFM');
  await readTable(page, 'Segments by recency and frequency');
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption({ label: '30 days earlier' });
  await page.getByRole('table', { name: 'Who moved since then' }).waitFor();
  await settled(page);
  const answer = await nativeAnswer('events.csv', content, await queryInAddress(page));
  const rows = await readTable(page, 'Segments by recency and frequency');
  assert.deepEqual(rows.map((row) => count(row[1])), answer.segments.map((/** @type {any} */ it) => it.n_users));
  assert.deepEqual(rows.map((row) => shown(row[6])), answer.segments.map((/** @type {any} */ it) => rounded(it.value)));
  const moves = await readTable(page, 'Who moved since then');
  const n_moved = [...answer.moves.n_users, answer.moves.n_new].flat().reduce((sum, n) => sum + n, 0);
  assert.equal(moves.reduce((sum, row) => sum + count(row[2]), 0), n_moved);
  assert.equal(n_moved, answer.n_users);

  // The freshest and most frequent, by keyboard: the last cell of the first row.
  const marks = page.locator('.chart-marks').first();
  await marks.locator('.chart-mark').first().focus();
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const picked = page.getByRole('list', { name: 'Users of the chosen field' }).first();
  const champions = answer.segments.find((/** @type {any} */ it) => it.name === 'champions').n_users;
  await picked.getByText(new RegExp(`^${champions} users?$`)).waitFor();
  await picked.getByRole('button', { name: /Save as segment/ }).click();
  await picked.getByText('Saved').waitFor();
  await assertAccessible(page, UNDECIDED);
  await pictures(page, 'rfm');
  await done();
});

test('features say what the engine says natively, and one that is taken out is gone until the data choose again', async () => {
  const { page, done } = await open('Features');
  const rows = await readTable(page, 'Features and their distributions');
  const answer = await nativeAnswer('events.csv', content, { kind: 'feature' });
  assert.deepEqual(rows.map((row) => [count(row[1]), shown(row[2])]),
    answer.features.map((/** @type {any} */ it) => [it.n_known, rounded(it.mean)]));
  await page.getByRole('combobox', { name: 'Scale' }).selectOption({ label: 'by rank' });
  await settled(page);
  await page.getByText('Choose features').click();
  const used = page.getByRole('list', { name: 'Features in use' });
  await used.getByRole('button', { name: 'Remove sessions' }).click();
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes('"features":['));
  await settled(page);
  const query = await queryInAddress(page);
  assert.deepEqual([query.scaling, query.features.length], ['rank', answer.features.length - 1]);
  assert.equal((await readTable(page, 'Features and their distributions')).length, answer.features.length - 1);
  const ranked = await nativeAnswer('events.csv', content, query);
  const pairs = await readTable(page, 'Correlations of all pairs');
  const strongest = Math.max(...ranked.correlations.flatMap((/** @type {any[]} */ row, /** @type {number} */ at) => row.slice(0, at).map(Math.abs)));
  assert.ok(Math.abs(shown(pairs[0]?.[2]) ?? 0) <= strongest + 0.001);
  await page.getByRole('combobox', { name: 'Add a feature' }).fill('sessions');
  await page.getByRole('option', { name: 'sessions' }).first().click();
  await used.getByRole('button', { name: 'Remove sessions' }).waitFor();
  await page.getByRole('button', { name: 'Let the data choose' }).click();
  await page.waitForFunction(() => !decodeURIComponent(location.hash).includes('"features":['));
  await settled(page);
  assert.equal((await queryInAddress(page)).features, undefined);
  await assertAccessible(page, UNDECIDED);
  await pictures(page, 'features');
  await done();
});

test('groups of behavior become personas and the checklist’s segments', async () => {
  const { page, done } = await open('Personas');
  await page.getByText('There is nobody to describe yet').waitFor();
  await openPanel(page, 'Segments');
  await page.getByText('Find groups by behavior').click();
  await page.getByRole('button', { name: 'Save all groups as segments' }).click();
  const saved = page.getByRole('region', { name: 'Saved segments' });
  await saved.getByText(/^[\d,]+ users, /).first().waitFor();
  const download = page.waitForEvent('download');
  await saved.getByRole('button', { name: 'Export for the checklist' }).click();
  const file = await download;
  assert.equal(file.suggestedFilename(), 'segments.json');
  const exported = JSON.parse(await readFile(await file.path(), 'utf8'));
  assert.deepEqual([exported.version, exported.revenue], [1, 'revenue']);
  assert.ok(exported.segments.length > 1, 'the groups are rules');

  await openPanel(page, 'Personas');
  const rows = await readTable(page, 'What sets each persona apart');
  const answer = await nativeAnswer('events.csv', content, { kind: 'persona', personas: exported.segments });
  const expected = answer.personas.flatMap((/** @type {any} */ persona) =>
    persona.traits.map((/** @type {any} */ it) => [persona.name, persona.n_users, rounded(it.mean), rounded(it.rest_mean)]));
  assert.deepEqual(rows.map((row) => [row[0], count(row[1]), shown(row[4]), shown(row[5])]), expected);
  assert.equal(await page.locator('article.card').count(), exported.segments.length);
  await assertAccessible(page, UNDECIDED);
  await pictures(page, 'personas');
  await done();
});
