// A checklist with everything in it, as it looks: levels, dates, help, a nudge, a reward, a survey, put away, the plain list,
// judged in every setting by axe. The states of a simple one are in widget-looks.test.mjs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, openSite, screenshot } from './harness.mjs';
import { EVERYTHING } from './widget-everything.mjs';
import { STRICT, openHost, page } from './widget-page.mjs';

/** @typedef {import('playwright-core').BrowserContextOptions} Looks */

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

/** @type {Record<string, { looks: Looks, locale?: string, theme?: string }>} */
const SETTINGS = {
  light: { looks: {} },
  dark: { looks: {}, theme: 'dark' },
  'right-to-left': { looks: {}, locale: 'ar' },
  'at-320-touch': { looks: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true } },
  'at-200-percent': { looks: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } },
};

/** Axe cannot see through these; each was looked at. */
const UNDECIDED = {
  'color-contrast': 'text beside marks that are pseudo-elements, and texts that are scrolled out of the panel’s sight',
};

/** @param {string} locale @param {string} theme @param {string} [policy] */
function host(locale, theme, policy = `${STRICT}; img-src data:`) {
  const body = `<cairn-checklist src="all.json" user="u" locale="${locale}" theme="${theme}"></cairn-checklist>`;
  return { path: 'host.html', files: { 'host.html': page(body, policy), 'all.json': EVERYTHING } };
}

for (const [name, { looks, locale = 'en', theme = 'light' }] of Object.entries(SETTINGS)) {
  test(`axe finds nothing in any state of a list with everything in it: ${name}`, async () => {
    const { tab, element, launcher, panel, row, ready, track, said, violations, close } = await openHost(site, { ...host(locale, theme), looks });
    await ready();
    await element.evaluate((it) => Reflect.set(it, 'traits', { seats: 3, role: 'maker' }));
    const judge = async (/** @type {string} */ state) => {
      await tab.waitForTimeout(200);
      await screenshot(tab, `states-${name}-${state}`, { fullPage: false });
      await assertAccessible(tab, UNDECIDED);
      const over = await panel.evaluate((it) => it.scrollWidth - it.clientWidth);
      assert.ok(over <= 0, `${state}: the panel scrolls sideways by ${over} px`);
    };
    const notice = element.locator('[part=notice]');
    for (let times = 0; times < 3; times += 1) await track('import_failed');
    await notice.waitFor();
    await judge('1-nudge');
    await launcher.click();
    await judge('2-nudge-in-the-panel');
    await notice.getByRole('button').first().click();
    await notice.waitFor({ state: 'detached' });
    await judge('3-open');
    await track('made', { kind: 'board', seats: 1 });
    await notice.waitFor();
    await judge('4-reward');
    await notice.getByRole('button').click();
    await row('Read the guide').getByRole('checkbox').click();
    await element.locator('[part=survey]').scrollIntoViewIfNeeded();
    await judge('5-survey');
    await panel.locator('[part=footer]').getByRole('button').last().click();
    await panel.waitFor({ state: 'hidden' });
    await judge('6-away');
    const own = said.filter((line) => !line.includes('the definition works, but'));
    assert.deepEqual([own, await violations()], [[], []]);
    await close();
  });
}

test('axe finds nothing in the plain list that shows where wasm cannot run, and nothing is left of one that fails', async () => {
  for (const theme of ['light', 'dark']) {
    const policy = STRICT.replace(" 'wasm-unsafe-eval'", '');
    const { tab, launcher, panel, close } = await openHost(site, { ...host('en', theme, policy) });
    await launcher.click();
    await panel.waitFor();
    await screenshot(tab, `states-${theme}-plain`, { fullPage: false });
    await assertAccessible(tab, UNDECIDED);
    await close();
  }
  const broken = { path: 'host.html', files: { 'host.html': page('<cairn-checklist src="none.json"></cairn-checklist>'), 'none.json': '{' } };
  const { tab, element, close } = await openHost(site, broken);
  await tab.waitForFunction(() => document.querySelector('cairn-checklist')?.shadowRoot?.childElementCount === 0);
  const { width, height } = (await element.boundingBox()) ?? { width: 0, height: 0 };
  assert.deepEqual([width, height], [0, 0], 'nothing takes up room');
  await assertAccessible(tab, UNDECIDED);
  await close();
});
