// The page in a language of long words and in one that is written from right to left, and how a person chooses one.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, assertAccessible, dropFiles, makeEvents, makeFile, openSite, screenshot } from './harness.mjs';
import { UNDECIDED, openFile, openPanel, readTable, settled } from './workbench.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/**
 * The texts of a language without placeholders, by key.
 * @param {string} language
 * @returns {Promise<Record<string, string>>}
 */
async function texts(language) {
  return JSON.parse(await readFile(join(ROOT, 'www/locales', `${language}.json`), 'utf8'));
}

/** @param {Page} page */
const spoken = (page) => page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);

for (const language of ['de', 'ar']) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    for (const width of [360, 1280]) {
      test(`every panel is accessible and fits in ${language}: ${colorScheme}, ${width} px`, async () => {
        const t = await texts(language);
        const locale = language === 'ar' ? 'ar-EG' : 'de-DE';
        const { page, problems, close } = await site.visit('', { colorScheme, width, locale });
        await page.getByRole('heading', { level: 1, name: t['first.title'] }).waitFor();
        assert.deepEqual(await spoken(page), [language, language === 'ar' ? 'rtl' : 'ltr']);
        /** @param {string} name */
        const check = async (name) => {
          await settled(page);
          await assertAccessible(page, UNDECIDED);
          await screenshot(page, `${language}-${name}-${colorScheme}-${width}`);
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(overflow <= 0, `${name} is ${overflow} px wider than the window`);
          const bare = await page.evaluate(() => document.body.innerText.match(/\b[a-z]+\.[a-z]+_[a-z_]+\b|\{[a-z_]+\}/g));
          assert.equal(bare, null, `${name} shows keys or empty placeholders`);
        };
        await check('empty');
        await page.getByRole('button', { name: t['first.sample'] }).click();
        await page.locator('.stats').waitFor();
        await check('sources');
        await openPanel(page, t['funnels.title'] ?? '');
        await readTable(page, t['funnels.table'] ?? '');
        await check('funnels');
        await page.getByRole('combobox', { name: t['breakdown.label'] }).selectOption({ label: 'company_size' });
        await page.getByRole('table', { name: t['funnels.table'] }).getByText(t['group.everyone'] ?? '').first().waitFor();
        await check('funnels-breakdown');
        await openPanel(page, t['segments.title'] ?? '');
        await page.locator('.rule-group').waitFor();
        await page.getByRole('button', { name: t['segments.add_property'] }).click();
        await page.getByRole('button', { name: t['segments.save'] }).click();
        await page.getByRole('region', { name: t['segments.saved'] }).waitFor();
        await check('segments');
        await page.getByText(t['segments.by_behavior'] ?? '').click();
        await page.getByRole('button', { name: t['cluster.save_all'] }).waitFor();
        await check('clusters');
        assert.deepEqual(problems, []);
        await close();
      });
    }
  }
}

test('a chosen language is kept, asks before it takes an open file away, and leaves the view in the address', async () => {
  const [english, german] = await Promise.all(['en', 'de'].map(texts));
  const { page, context, close } = await site.visit('', { locale: 'en-US' });
  const choice = page.getByRole('contentinfo').getByRole('combobox');
  await choice.selectOption({ label: 'العربية' });
  await page.locator('html[lang=ar][dir=rtl]').waitFor();
  await page.reload();
  await page.locator('html[lang=ar]').waitFor(); // the choice outlives the visit
  await page.getByRole('heading', { level: 1 }).waitFor();
  await choice.selectOption({ label: 'English' });
  await page.locator('html[lang=en][dir=ltr]').waitFor();

  await openFile(page, await makeEvents(page, { rows: 2000 }));
  await openPanel(page, 'Funnels');
  await readTable(page, 'Users, rates and times by step');
  await choice.selectOption({ label: 'Deutsch' });
  await page.getByRole('status').getByText(english?.['language.reload'] ?? '').waitFor();
  await page.getByRole('button', { name: english?.['language.stay'] }).click();
  assert.equal(await choice.locator('option:checked').textContent(), 'English');
  assert.ok((await readTable(page, 'Users, rates and times by step')).length >= 2, 'the data are still there');
  await choice.selectOption({ label: 'Deutsch' });
  await page.getByRole('button', { name: english?.['language.now'] }).click();
  await page.locator('html[lang=de]').waitFor();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await dropFiles(page.locator('body'), [await makeEvents(page, { rows: 2000 })]);
  await page.getByRole('heading', { level: 1, name: german?.['funnels.title'] }).waitFor();
  assert.ok((await readTable(page, german?.['funnels.table'] ?? '')).length >= 2);

  // An address may ask for a language, once, whatever was chosen.
  const visitor = await context.newPage();
  await visitor.goto(`${site.server.url}?lang=ar`);
  await visitor.locator('html[lang=ar]').waitFor();
  await visitor.getByRole('heading', { level: 1 }).waitFor();
  await visitor.getByRole('contentinfo').getByRole('combobox').selectOption({ label: 'English' });
  await visitor.locator('html[lang=en]').waitFor();
  assert.equal(new URL(visitor.url()).search, '');
  await close();
});

test('numbers are counted and written as the language does, and names of the data keep their direction', async () => {
  const { page, close } = await site.visit('', { locale: 'ar' });
  const rows = (/** @type {number} */ n) =>
    Array.from({ length: n }, (_, row) => `u${row},2026-01-0${(row % 9) + 1},x\n`).join('');
  const expected = [
    [1, /صف الوحيد/],
    [2, /قُرئ الصفان/],
    [5, /وعددها 5/],
    [1200, /وعددها 1,200/],
  ];
  for (const [n, said] of /** @type {[number, RegExp][]} */ (expected)) {
    await openFile(page, await makeFile(page, `rows ${n}.csv`, `user,time,event\n${rows(n)}`));
    await page.getByRole('heading', { level: 1, name: `rows ${n}.csv` }).waitFor();
    await page.locator('[aria-labelledby=report-title]').getByText(said).waitFor();
  }
  assert.equal(await page.locator('h1 bdi').textContent(), 'rows 1200.csv');
  await dropFiles(page.locator('body'), [await makeFile(page, 'empty (1).csv', '')]);
  const title = page.locator('.notice-title');
  await title.getByText('empty (1).csv').waitFor();
  assert.equal(await title.locator('[dir=auto]').textContent(), 'empty (1).csv');
  await page.getByRole('alert').getByText('الملف فارغ').waitFor();
  await close();
});
