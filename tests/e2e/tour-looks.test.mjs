// Tours as they look: each state in each setting that a person may have, judged by axe, measured, and kept as a picture.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, openSite, screenshot } from './harness.mjs';
import { openHost } from './widget-page.mjs';

/** @typedef {import('./widget-page.mjs').Element} Element */

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

/** @type {Record<string, import('./widget-page.mjs').Options>} */
const SETTINGS = {
  light: {},
  dark: { looks: { colorScheme: 'dark' } },
  'right-to-left': { path: 'demo/?lang=ar' },
  'forced-colors': { looks: { forcedColors: 'active' } },
  'at-320-touch': { looks: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true } },
  'at-200-percent': { looks: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } },
};

const UNDECIDED = {
  'color-contrast': 'text over the ring and the mark of a task, and text below the shade of a modal step; each was looked at',
  'aria-hidden-focus': 'what is behind a modal dialog cannot be focused',
};

/** One step of each kind: used by the person, modal with several highlights, modal message, in a frame, in a dialog. */
const STEPS = {
  '1-act': [{ target: '.column-0 .card .move', advance_when: 'clicked' }, { text: '-' }],
  '2-modal': [{ target: '#main h1', highlights: ['.activity', 'plank-share >>> #share'] }, { text: '-' }],
  '3-message': [{}],
};

for (const [name, options] of Object.entries(SETTINGS)) {
  test(`axe finds nothing in any state of a tour: ${name}`, async (t) => {
    const { tab, element, ready, said, violations, close } = await openHost(site, options);
    await ready();
    await tab.locator('nav a').nth(2).click();
    await tab.locator('.tile button').first().click();
    const show = async (/** @type {object[]} */ steps) => {
      await element.evaluate(async (it, steps) => {
        const host = /** @type {Element} */ (it);
        host.setAttribute('storage', 'memory');
        host.definition = {
          version: 1,
          id: `looks-${Math.random()}`,
          title: 'Looks',
          tasks: [{ id: 'a', title: 'Move a card on', detail: 'Once.', complete_when: 'manual', action: { label: 'Show', tour: 't' } }],
          tours: [{ id: 't', title: 'Boards', steps: steps.map((step) => ({ title: 'Move a card on', text: 'When the work on a card moves on, so does the card. It takes one click, and everyone sees it.', ...step })) }],
        };
        await host.start_tour('t');
      }, steps);
      await tab.locator('[part~=card]').waitFor();
      await tab.waitForTimeout(200);
    };
    /** Each state by itself, so that one that fails hides no other. @param {string} state @param {object[]} steps */
    const judge = (state, steps) => t.test(state, async () => {
      await show(steps);
      await screenshot(tab, `tour-${name}-${state}`, { fullPage: false });
      const wide = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `the page scrolls sideways by ${wide} px`);
      const { box, targets } = await tab.locator('[part~=card]').evaluate((it) => ({
        box: it.getBoundingClientRect().toJSON(),
        targets: [...it.querySelectorAll('button')].map((button) => button.getBoundingClientRect().toJSON()),
      }));
      const view = tab.viewportSize() ?? { width: 0, height: 0 };
      assert.ok(box.left >= 0 && box.top >= 0 && box.right <= view.width && box.bottom <= view.height, JSON.stringify(box));
      const least = name.includes('touch') ? 44 : 24;
      for (const { width, height } of targets) assert.ok(Math.min(width, height) >= least, `a button of ${width} × ${height}`);
      await assertAccessible(tab, UNDECIDED);
    });
    for (const [state, steps] of Object.entries(STEPS)) await judge(state, steps);
    await tab.goto(new URL('demo/?page=settings', site.server.url).href);
    await ready();
    await judge('4-frame', [{ target: '#billing >>> #choose-plan', advance_when: 'clicked' }]);
    await tab.goBack();
    await ready();
    await tab.locator('.card a').first().click();
    await judge('5-dialog', [{ target: '#card-note', placement: 'end', advance_when: 'filled' }]);
    const own = said.filter((line) => !line.includes('the definition works, but'));
    assert.deepEqual([own, await violations()], [[], []]);
    await close();
  });
}

test('a person who asks for less motion sees none, and nobody sees the card fly in', async () => {
  for (const reducedMotion of /** @type {const} */ (['reduce', 'no-preference'])) {
    const { tab, launcher, ready, element, close } = await openHost(site, { looks: { reducedMotion } });
    await ready();
    await launcher.click();
    await element.locator('[part=task]').nth(1).locator('[part=toggle]').click();
    await element.locator('[part=task]').nth(1).locator('[part=action]').click();
    await tab.locator('[part~=card]').waitFor();
    const animated = await tab.locator('[part~=card]').evaluate((it) => {
      // Once more from its beginning: by now it may have ended.
      it.style.animation = 'none';
      it.getAnimations();
      it.style.animation = '';
      return it.getAnimations().flatMap((animation) =>
        /** @type {KeyframeEffect} */ (animation.effect).getKeyframes().flatMap((frame) => Object.keys(frame)));
    });
    const properties = new Set(animated.filter((name) => !['offset', 'computedOffset', 'easing', 'composite'].includes(name)));
    assert.deepEqual([...properties], reducedMotion === 'reduce' ? [] : ['opacity']);
    await close();
  }
});
