// The page's thread stays free to hear the person. The goal is 8 ms a task; on a machine with other work to do the same task
// takes twice as long, so the test holds what no machine should take, and prints what this one did.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeEvents, openSite } from './harness.mjs';
import { tasksDuring } from './tasks.mjs';
import { openFile, openPanel, settled } from './workbench.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** What a task may take, in milliseconds on the processor; it was 35 before panels were made in stages. */
const LIMIT = 20;

/**
 * How often each thing is done at most. The quickest time counts: the first is that of code which the browser has yet to
 * compile, and others may be those of a machine that has more to do.
 */
const MOST_ROUNDS = 6;

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/**
 * What a person does, by what it is called. Each may be done again and again.
 * @type {Record<string, (page: Page, round: number) => Promise<unknown>>}
 */
const ACTS = {
  'opening Data': (page) => page.evaluate(() => void (location.hash = '#sources')),
  'opening Segments': (page) => page.evaluate(() => void (location.hash = '#segments')),
  'opening Funnels': (page) => page.evaluate(() => void (location.hash = '#funnels')),
  'moving a step': (page) => press(page, 'Move step 1 down'),
  'breaking down': async (page, round) => {
    const select = await page.getByRole('combobox', { name: 'Broken down by' }).elementHandle();
    await select?.evaluate((select, index) => {
      /** @type {HTMLSelectElement} */ (select).selectedIndex = index;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }, 1 + (round % 2));
  },
};

/** How long everything that an act leads to may take. */
const CALM = 300;

/** Runs in the page: goes to the panel that an act needs to start from. @param {string} name */
function leave(name) {
  location.hash = name === 'opening Funnels' ? '#segments' : '#funnels';
}

/**
 * Presses a button without moving a pointer to it, which would be further tasks.
 * @param {Page} page
 * @param {string} name
 */
async function press(page, name) {
  const button = await page.getByRole('button', { name }).elementHandle();
  await button?.evaluate((button) => /** @type {HTMLElement} */ (button).click());
}

test('no task of the page takes over 20 ms when panels are opened and a funnel of 300,000 events is edited', async () => {
  const { page, close } = await site.visit('?workers=2');
  await openFile(page, await makeEvents(page, { rows: 300_000 }));
  await openPanel(page, 'Funnels');
  await settled(page);
  for (const [name, act] of Object.entries(ACTS)) {
    /** @type {import('./tasks.mjs').Task[]} */
    const longest = [];
    const isShort = () => longest.some(({ cpuMillis }) => cpuMillis <= LIMIT);
    for (let round = 0; round < MOST_ROUNDS && !isShort(); round += 1) {
      await page.evaluate(leave, name);
      await page.waitForTimeout(CALM);
      const tasks = await tasksDuring(page, async () => {
        await act(page, round);
        await page.waitForTimeout(CALM);
      });
      longest.push(...tasks.slice(0, 1));
    }
    const all = longest.map((task) => task.cpuMillis.toFixed(1)).join(', ');
    console.log(`    ${name}: longest task ${all} ms`);
    assert.ok(isShort(), `${name}: ${all} ms, of which ${longest.at(-1)?.within.join(', ')}`);
  }
  await close();
});
