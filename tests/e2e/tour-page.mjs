// What the tests of tours share: a host page with everything that makes a card lose its target, and a measure of drift.

import { openHost, page } from './widget-page.mjs';

/** @typedef {import('./widget-page.mjs').Element} Element */
/** @typedef {Record<string, unknown>} Step */

/** As strict as a page with frames can be. */
export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; frame-src 'self'; require-trusted-types-for 'script'";

const CSS = `
  body { margin: 0; font: 16px sans-serif; }
  header { position: sticky; top: 0; height: 60px; background: #ddd; z-index: 9; }
  #space { height: 1400px; }
  #scroller { height: 300px; width: 500px; margin-left: 300px; overflow: auto; background: #eee; }
  #inner { height: 200px; overflow: auto; background: #fff; margin: 100px 0 600px; }
  #inner > div { height: 500px; padding-top: 60px; }
  iframe { width: 300px; height: 160px; border: 7px solid #999; padding: 5px; margin: 20px 0 0 300px; }
  #far { margin-top: 500px; }
`;

const BODY = `
  <header>Sticky</header>
  <p><button id="first">First</button> <input id="field" aria-label="Field"> <a id="link" href="next.html">Next page</a></p>
  <div id="push"></div>
  <div id="shadow"></div>
  <div id="scroller"><div id="inner"><div><button id="deep">Deep</button> <button id="other">Other</button></div></div></div>
  <iframe id="frame" src="inside.html" title="Inside"></iframe>
  <dialog id="dialog"><p>A dialog</p><button id="in-dialog">In the dialog</button></dialog>
  <p id="far"><button id="below">Below</button></p><div id="space"></div>`;

/**
 * A definition with one tour of these steps.
 * @param {Step[]} steps
 * @param {object} [more]
 */
export const touring = (steps, more = {}) => ({
  version: 1,
  id: 'touring',
  title: 'A tour',
  tasks: [{ id: 'look', title: 'Look', complete_when: 'manual', action: { label: 'Show me', tour: 't' } }],
  tours: [{ id: 't', title: 'Around', steps: steps.map((step) => ({ text: 'Look here.', ...step })) }],
  ...more,
});

/**
 * Opens the host page, and starts the tour unless there is none.
 * @param {import('./widget-page.mjs').Site} site
 * @param {Step[]} steps
 * @param {{ more?: object, start?: 'by-hand', files?: Record<string, string | object> } & import('./widget-page.mjs').Options} [options]
 */
export async function openTour(site, steps, { more, start, files = {}, ...options } = {}) {
  const link = '<link rel="stylesheet" href="host.css">';
  const host = (/** @type {string} */ body) =>
    page(`${body}<cairn-checklist src="tour.json" user="u"></cairn-checklist>`, POLICY).replace('</head>', `${link}</head>`);
  const opened = await openHost(site, {
    path: 'host.html',
    files: {
      'host.html': host(BODY),
      'next.html': host('<p><button id="there">There</button></p>'),
      'inside.html': `<!doctype html><title>Inside</title><link rel="stylesheet" href="host.css"><p><button id="framed">Framed</button></p><div id="space"></div>`,
      'host.css': CSS,
      'tour.json': touring(steps, more),
      ...files,
    },
    ...options,
  });
  const { tab, element } = opened;
  await opened.ready();
  await tab.evaluate(() => {
    const root = document.querySelector('#shadow')?.attachShadow({ mode: 'open' });
    const button = document.createElement('button');
    button.id = 'shaded';
    button.textContent = 'In a shadow root';
    root?.append(button);
  });
  const startTour = () => element.evaluate((it) => /** @type {Element} */ (it).start_tour('t'));
  const card = tab.locator('[part~=card]');
  if (!start) {
    await startTour();
    await card.waitFor();
    // Until the page is the person's: see SETTLING_MILLIS.
    await tab.evaluate(() => document.dispatchEvent(new Event('touchmove')));
  }
  return {
    ...opened,
    card,
    ring: tab.locator('[part~=ring]:popover-open:not([hidden])'),
    startTour,
    next: () => tab.locator('[part~=card-next], [part~=card-skip]').click(),
    text: () => card.locator('[part~=card-text]').textContent(),
    /** The names of the logged events of tours, with what matters. */
    tourLog: async () => {
      const rows = (await element.evaluate((it) => /** @type {Element} */ (it).log())) ?? [];
      return rows.filter((row) => /tour|target/.test(row.event)).map((row) => [row.event, row.step, row.value].filter((it) => it !== undefined).join(' '));
    },
  };
}

/**
 * The largest distance, in px, between where card and ring should be and where they are, at the end of each of 120 frames,
 * while `act` runs in each of them. Measured in a task after the frame, when the page is as it was painted.
 * @param {import('playwright-core').Page} tab
 * @param {string} target what finds the target in the page: an expression
 * @param {string} act runs in the page with `frame`, the number of the frame
 */
export async function driftOf(tab, target, act) {
  return tab.evaluate(measure, { target, act: act.split(';').map((it) => it.trim()) });
}

/** Runs in the page, whose policy forbids code from text: so the few acts are written here. @param {{ target: string, act: string[] }} what */
async function measure({ target, act }) {
  const at = (/** @type {string} */ selector) => {
    const found = document.querySelector(selector);
    if (!(found instanceof HTMLElement)) throw new Error(`no ${selector}`);
    return found;
  };
  /** @type {Record<string, () => Element | null | undefined>} */
  const targets = {
    framed: () => /** @type {HTMLIFrameElement} */ (at('#frame')).contentDocument?.querySelector('#framed'),
    shaded: () => at('#shadow').shadowRoot?.querySelector('#shaded'),
  };
  /** @type {Record<string, (frame: number) => void>} */
  const acts = {
    nested: (frame) => void (at('#inner').scrollTop = 20 + 20 * Math.sin(frame / 5)),
    outer: (frame) => void (at('#scroller').scrollTop = 60 + 40 * Math.sin(frame / 7)),
    page: (frame) => scrollTo(0, 60 + 50 * Math.sin(frame / 9)),
    push: (frame) => void (at('#push').style.height = `${30 + 29.3 * Math.sin(frame / 6)}px`),
    grow: (frame) => void (at('#deep').style.width = `${100 + 40 * Math.sin(frame / 4)}px`),
    zoom: (frame) => void (document.body.style.zoom = `${1 + 0.25 * Math.abs(Math.sin(frame / 20))}`),
    framed: (frame) => /** @type {HTMLIFrameElement} */ (at('#frame')).contentWindow?.scrollTo(0, 8 + 7 * Math.sin(frame / 5)),
    rest: () => {},
  };
  const carrier = document.querySelector('cairn-checklist')?.shadowRoot?.querySelector('cairn-tour') ?? document.querySelector('cairn-tour');
  const parts = carrier?.shadowRoot;
  const [card, ring] = [parts?.querySelector('[part~=card]'), parts?.querySelector('[part~=ring]')];
  if (!card || !ring) throw new Error('no card');
  const after = () => new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(undefined);
    channel.port2.postMessage('');
  });
  let worst = 0;
  let moved = 0;
  let before = { x: 0, y: 0, width: 0 };
  for (let frame = 0; frame < 120; frame += 1) {
    await new Promise((done) => requestAnimationFrame(() => {
      for (const name of act) acts[name]?.(frame);
      done(after());
    }));
    const element = (targets[target] ?? (() => at(target)))();
    if (!element) throw new Error('no target');
    let { x, y, width, height } = element.getBoundingClientRect();
    const outer = element.ownerDocument.defaultView?.frameElement;
    if (outer instanceof HTMLElement && element.ownerDocument !== document) {
      const box = outer.getBoundingClientRect();
      [x, y] = [x + box.x + outer.clientLeft + 5, y + box.y + outer.clientTop + 5];
    }
    const [r, c] = [ring.getBoundingClientRect(), card.getBoundingClientRect()];
    const gap = { bottom: c.top - y - height, top: y - c.bottom, left: x - c.right, right: c.left - x - width }[card.getAttribute('data-side') ?? ''] ?? Infinity;
    worst = Math.max(worst, ...[r.x - x + 4, r.y - y + 4, r.right - x - width - 4, r.bottom - y - height - 4, gap - 14].map(Math.abs));
    if (frame) moved = Math.max(moved, Math.abs(x - before.x), Math.abs(y - before.y), Math.abs(width - before.width));
    before = { x, y, width };
  }
  return { worst: Math.round(worst * 1000) / 1000, moved };
}
