// The checklist as it looks: every state, in every setting that a person may have, judged by axe and measured.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, openSite, screenshot } from './harness.mjs';
import { SIMPLE, openHost } from './widget-page.mjs';

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

/** @type {Record<string, import('./widget-page.mjs').Options>} */
const SETTINGS = {
  light: { looks: { colorScheme: 'light' } },
  dark: { looks: { colorScheme: 'dark' } },
  'right-to-left': { path: 'demo/?lang=ar' },
  'forced-colors': { looks: { forcedColors: 'active' } },
  'at-360': { looks: { viewport: { width: 360, height: 740 } } },
  'at-320-touch': { looks: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true } },
  // A browser zoomed to 200 % lays out half as many pixels.
  'at-200-percent': { looks: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } },
};

/** Axe cannot see through these; each was looked at. */
const UNDECIDED = {
  'color-contrast': 'text over the ring and the mark of a task, which are pseudo-elements beside the text, not behind it',
};

for (const [name, options] of Object.entries(SETTINGS)) {
  test(`axe finds nothing in any state: ${name}`, async () => {
    const { tab, launcher, panel, row, status, ready, track, said, violations, close } = await openHost(site, options);
    await ready();
    /** @param {string} state */
    const judge = async (state) => {
      // The status region is asserted elsewhere; here it only has to be quiet before the picture is taken.
      await tab.waitForTimeout(200);
      await screenshot(tab, `widget-${name}-${state}`);
      await assertAccessible(tab, UNDECIDED);
      const over = await panel.evaluate((it) => it.scrollWidth - it.clientWidth);
      assert.ok(over <= 0, `${state}: the panel scrolls sideways by ${over} px`);
      const wide = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${state}: the page scrolls sideways by ${wide} px`);
    };
    await judge('1-launcher');
    await launcher.click();
    await judge('2-open');
    await row('Create your first project').or(row('أنشئ مشروعك الأول')).locator('[part=toggle]').click();
    await judge('3-collapsed');
    await track('project_created');
    await judge('4-one-done');
    await panel.getByRole('checkbox').click();
    await judge('5-two-done');
    await track('teammate_invited');
    await status.getByText(/You’re all set|أنجزت كل شيء/).waitFor({ state: 'attached' });
    await judge('6-finished');
    assert.deepEqual([said, await violations()], [[], []]);
    await close();
  });
}

test('every text has at least 4.5:1 on its ground, in light and in dark', async () => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    for (const path of ['demo/', 'host.html']) {
      const files = SIMPLE.files ?? {};
      const { tab, element, launcher, ready, track, close } = await openHost(site, { path, files, looks: { colorScheme } });
      if (path === 'host.html') await element.evaluate((it, theme) => it.setAttribute('theme', theme), colorScheme);
      await ready();
      await launcher.click();
      await track('project_created');
      await track('made');
      const texts = await tab.evaluate(measureContrast);
      assert.ok(texts.length >= 8, 'the texts are found');
      for (const { text, ratio } of texts) assert.ok(ratio >= 4.5, `${colorScheme}, ${path}: "${text}" has ${ratio}:1`);
      await close();
    }
  }
});

/** Runs in the page: the contrast of each visible text of the checklist (WCAG 2.2, relative luminance). */
function measureContrast() {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  /** @param {string} color */
  const luminance = (color) => {
    if (!canvas) return 0;
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => {
      const share = byte / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
  };
  /** @param {Element | null} element @returns {string} */
  const ground = (element) => {
    if (!element) return 'white';
    const color = getComputedStyle(element).backgroundColor;
    return color === 'rgba(0, 0, 0, 0)' ? ground(element.parentElement) : color;
  };
  const all = [...(document.querySelector('cairn-checklist')?.shadowRoot?.querySelectorAll('*') ?? [])];
  const holdsText = (/** @type {Element} */ it) => [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
  return all.filter((it) => holdsText(it) && it.checkVisibility() && it.role !== 'status').map((it) => {
    const [light, dark] = [luminance(getComputedStyle(it).color), luminance(ground(it))].sort((a, b) => b - a);
    const ratio = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
    return { text: it.textContent, ratio: Math.round(ratio * 100) / 100 };
  });
}

test('every target is at least 24 px, and 44 px on touch', async () => {
  for (const [least, looks] of /** @type {[number, object][]} */ ([[24, {}], [44, { hasTouch: true, isMobile: true }]])) {
    const { element, launcher, ready, close } = await openHost(site, { looks });
    await ready();
    await launcher.click();
    const targets = await element.locator('button:visible, a:visible').evaluateAll((all) =>
      all.map((it) => ({ name: it.part.value, ...it.getBoundingClientRect().toJSON() })),
    );
    assert.ok(targets.length >= 6, 'the targets are found');
    for (const { name, width, height } of targets) {
      assert.ok(Math.min(width, height) >= least, `${name} is ${width} × ${height}, less than ${least}`);
    }
    await close();
  }
});

test('a person who asks for less motion sees none', async () => {
  for (const [reducedMotion, moves] of /** @type {const} */ ([['reduce', false], ['no-preference', true]])) {
    const { tab, launcher, ready, track, close } = await openHost(site, { ...SIMPLE, looks: { reducedMotion } });
    await ready();
    await launcher.click();
    await track('made');
    const animations = await tab.evaluate(
      () => document.querySelector('cairn-checklist')?.shadowRoot?.getAnimations().length ?? -1,
    );
    assert.equal(animations > 0, moves, `${reducedMotion}: ${animations} animations`);
    await close();
  }
});

test('the panel stays inside the window and scrolls inside itself', async () => {
  const { panel, launcher, ready, close } = await openHost(site, { looks: { viewport: { width: 568, height: 320 } } });
  await ready();
  await launcher.click();
  const { box, inner, outer } = await panel.evaluate((it) => ({
    box: it.getBoundingClientRect().toJSON(),
    inner: it.scrollHeight,
    outer: it.clientHeight,
  }));
  assert.ok(box.top >= 0 && box.bottom <= 320 && box.left >= 0 && box.right <= 568, JSON.stringify(box));
  assert.ok(inner > outer, 'this window is too low for the whole panel');
  await panel.locator('[part=toggle]').last().focus();
  const last = await panel.locator('[part=toggle]').last().evaluate((it) => it.getBoundingClientRect().toJSON());
  assert.ok(last.bottom <= box.bottom && last.top >= box.top, 'what has the focus is scrolled into view');
  await close();
});

test('the theme attribute wins over the page, and without it the page’s own scheme counts', async () => {
  const { tab, element, launcher, panel, ready, close } = await openHost(site, { ...SIMPLE, looks: { colorScheme: 'dark' } });
  await ready();
  await launcher.click();
  const ground = () => panel.evaluate((it) => getComputedStyle(it).backgroundColor);
  assert.equal(await ground(), 'rgb(255, 255, 255)', 'a page that knows no dark scheme gets a light list');
  await tab.evaluate(() => document.documentElement.style.setProperty('color-scheme', 'light dark'));
  assert.equal(await ground(), 'rgb(29, 30, 35)');
  await element.evaluate((it) => it.setAttribute('theme', 'light'));
  assert.equal(await ground(), 'rgb(255, 255, 255)');
  await close();
});

test('the language of the page, or of the locale attribute, is that of the widget', async () => {
  const { element, launcher, panel, ready, close } = await openHost(site, { path: 'demo/?lang=de' });
  await ready();
  await launcher.click();
  assert.match(await launcher.ariaSnapshot(), /^- button "Erste Schritte, 0 von 3 erledigt" \[expanded\]/);
  assert.equal(await panel.getAttribute('lang'), 'de');
  await panel.getByRole('button', { name: 'Jemanden einladen, gesperrt: zuerst „Das erste Projekt anlegen“ abschließen' }).waitFor();
  assert.equal(await element.evaluate((it) => it.hasAttribute('lang')), false, 'the host’s own attributes stay as they are');
  await close();
});
