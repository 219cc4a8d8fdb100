// One contender, once, in a browser of its own.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { busyShare, startChromium } from '../chromium.mjs';
import { serveSite } from './site.mjs';

/** @typedef {import('./contenders.mjs').Contender} Contender */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').CDPSession} Session */
/** @typedef {{ x: number, y: number }} Point */

/** A telephone of the middle class, on a slow mobile network. */
const SLOWDOWN = 4;
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };

/** A task of the main thread that is longer blocks: what is pressed then is answered late. Milliseconds. */
const LONG_TASK = 50;

/**
 * @typedef {object} Sample
 * @property {string} name
 * @property {number} busyBefore the share of the processors that other work took
 * @property {number} bytes of all responses but the page itself, compressed
 * @property {number} [visible] from the start of navigation to the first frame with the launcher, ms
 * @property {number} longest the longest task of the main thread before anything is used, ms
 * @property {number} blocking the sum of what tasks take beyond 50 ms, ms
 * @property {number} [opened] from a click on the launcher to the first frame with the list, ms
 * @property {number} [shown] from the call that starts a tour to the first frame with the card, ms
 * @property {number} [drift] the largest distance of the card from its place beside the target, px
 * @property {number} peak memory of the renderer, bytes
 * @property {string[]} axe what axe finds, by state
 */

/** @param {Contender} contender @returns {Promise<Sample>} */
export async function measure(contender) {
  const busyBefore = await busyShare();
  const server = await serveSite();
  const { browser, peakBytes } = await startChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
    const session = await page.context().newCDPSession(page);
    await page.addInitScript(watch, contender.launcher ?? '');
    const load = await loading(page, session, new URL(`${contender.name}.html`, server.url).href);
    const bytes = [...server.sent].filter(([path]) => !path.endsWith('.html')).reduce((sum, [, size]) => sum + size, 0);
    /** @type {Sample} */
    const sample = { name: contender.name, busyBefore, bytes, ...load, peak: 0, axe: await axe(page, 'at rest') };
    if (contender.launcher && contender.panel) {
      sample.opened = await page.evaluate(use, { act: contender.launcher, wanted: contender.panel });
      sample.axe.push(...(await axe(page, 'list open')));
    }
    if (contender.card) {
      sample.shown = await page.evaluate(use, { act: '', wanted: contender.card });
      await page.waitForTimeout(1500);
      sample.axe.push(...(await axe(page, 'card')));
      // At full speed: drift is about when, not how fast.
      await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
      sample.drift = await page.evaluate(drift, contender.card);
    }
    sample.peak = peakBytes();
    // What a tour fetches when it begins counts too.
    sample.bytes = [...server.sent].filter(([path]) => !path.endsWith('.html')).reduce((sum, [, size]) => sum + size, 0);
    return sample;
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Loads the page, and what the main thread did until all was quiet. @param {Page} page @param {Session} session @param {string} url */
async function loading(page, session, url) {
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', NETWORK);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  /** @type {{ name: string, ph: string, pid: number, tid: number, dur?: number, args?: any }[]} */
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => void events.push(.../** @type {any[]} */ (value)));
  const ended = new Promise((done) => session.once('Tracing.tracingComplete', done));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline', 'devtools.timeline', '__metadata'] } });
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.waitForTimeout(1500);
  await session.send('Tracing.end');
  await ended;
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const tasks = events.filter(({ name, dur, pid, tid }) => name === 'ThreadControllerImpl::RunTask' && dur && mains.some((main) => main.pid === pid && main.tid === tid));
  const millis = tasks.map(({ dur = 0 }) => dur / 1000);
  const blocking = millis.reduce((sum, it) => sum + Math.max(0, it - LONG_TASK), 0);
  const visible = await page.evaluate(() => /** @type {number | undefined} */ (Reflect.get(globalThis, 'launcherSeen')));
  return { longest: Math.max(0, ...millis), blocking, ...(visible !== undefined && { visible }) };
}

/** Runs in the page, before all else: when the launcher is first seen, and what finds an element. @param {string} launcher */
function watch(launcher) {
  const find = (/** @type {string} */ path) => {
    /** @type {Document | ShadowRoot | null | undefined} */
    let root = document;
    /** @type {HTMLElement | null | undefined} */
    let found;
    for (const selector of path.split(' >>> ')) {
      found = root?.querySelector(selector);
      root = found?.shadowRoot;
    }
    const box = found?.getBoundingClientRect();
    return box && box.width > 0 && box.height > 0 && found?.checkVisibility({ opacityProperty: true, visibilityProperty: true }) ? found : undefined;
  };
  Reflect.set(globalThis, 'benchFind', find);
  if (!launcher) return;
  const look = () => {
    if (document.body && find(launcher)) Reflect.set(globalThis, 'launcherSeen', performance.now());
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Runs in the page: the time from an act to the first frame with what it brings. @param {{ act: string, wanted: string }} what */
function use({ act, wanted }) {
  const find = Reflect.get(globalThis, 'benchFind');
  const ours = /** @type {import('../../../www/cairn-checklist.d.ts').CairnChecklistElement | null} */ (document.querySelector('cairn-checklist'));
  const startTour = () => (ours ? ours.start_tour('around') : Reflect.get(globalThis, 'startTour')());
  const start = performance.now();
  if (act) find(act).click();
  else startTour();
  return new Promise((done, fail) => {
    const look = () => {
      if (find(wanted)) return done(performance.now() - start);
      if (performance.now() - start > 20_000) return fail(new Error(`no ${wanted}`));
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Runs in the page: how far the card is from where it stood beside its target, at the end of 120 frames that move the target. @param {string} path */
async function drift(path) {
  const find = Reflect.get(globalThis, 'benchFind');
  const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const gap = () => {
    const [card, target] = [find(path), at('target')].map((it) => it.getBoundingClientRect());
    return { x: card.x - target.x, y: card.y - target.y };
  };
  const frame = (/** @type {() => void} */ act) =>
    new Promise((done) =>
      requestAnimationFrame(() => {
        act();
        // A task after the frame, when the page is as it was painted.
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(undefined);
        channel.port2.postMessage('');
      }),
    );
  await frame(() => document.dispatchEvent(new Event('touchmove')));
  const start = gap();
  let worst = 0;
  for (let index = 0; index < 120; index += 1) {
    await frame(() => {
      at('inner').scrollTop = 10 + 10 * Math.sin(index / 5);
      at('outer').scrollTop = 10 + 10 * Math.sin(index / 7);
      at('push').style.height = `${30 + 10.3 * Math.sin(index / 6)}px`;
    });
    const now = gap();
    worst = Math.max(worst, Math.abs(now.x - start.x), Math.abs(now.y - start.y));
  }
  return Math.round(worst * 100) / 100;
}

/** What axe finds. @param {Page} page @param {string} state */
async function axe(page, state) {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const found = await page.evaluate(async () => {
    const { violations } = await Reflect.get(globalThis, 'axe').run(document, { resultTypes: ['violations'] });
    return violations.map((/** @type {{ id: string, nodes: object[] }} */ { id, nodes }) => `${id} × ${nodes.length}`);
  });
  return found.map((/** @type {string} */ rule) => `${state}: ${rule}`);
}
