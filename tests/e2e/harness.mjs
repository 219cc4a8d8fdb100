// What every browser test needs: the built site on a plain server below a sub-path, a fresh Chromium, a page whose
// complaints are collected, dropped files, axe, screenshots. The page's policy is never bypassed.

import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from '../../xtask/serve.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').JSHandle<File>} FileHandle */
/** @typedef {{ width?: number, colorScheme?: 'light' | 'dark', locale?: string, timezoneId?: string }} Looks */

/** The checkout's root, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** How every Chromium is started. */
export const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The site and a browser; `close` ends both.
 * @param {{ prefix?: string, flags?: string[] }} [options]
 */
export async function openSite({ prefix = '/a/b/', flags = [] } = {}) {
  const server = await serve(join(ROOT, 'dist'), { prefix });
  const browser = await chromium.launch({ executablePath: findChrome(), args: [...FLAGS, ...flags] });
  return {
    server,
    browser,
    /**
     * A page of the site in a browser profile of its own.
     * @param {string} [path] below the prefix
     * @param {Looks} [looks]
     */
    visit: (path = '', looks = {}) => visit(browser, new URL(path, server.url).href, looks),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {Looks} looks
 */
async function visit(browser, url, { width = 1280, ...looks }) {
  const viewport = { width, height: 800 };
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce', ...looks });
  const page = await context.newPage();
  /** @type {string[]} */
  const problems = [];
  /** @type {string[]} */
  const requests = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // A worker that was ended before it had started, which is no complaint.
    const isEnded = request.url().startsWith('blob:') && why === 'net::ERR_ABORTED';
    if (!isEnded) problems.push(`failed: ${request.url()} ${why}`);
  });
  context.on('request', (request) => requests.push(request.url()));
  await page.addInitScript(recordViolations);
  await page.goto(url);
  return {
    page,
    context,
    /** Console errors and warnings, uncaught errors and failed requests, of the page and its workers. */
    problems,
    /** The address of each request so far, of the page and its workers. */
    requests,
    violations: () => page.evaluate(() => Reflect.get(globalThis, 'policyViolations')),
    close: () => context.close(),
  };
}

/** Runs in the page before anything of the page does: keeps each refusal of the page's policy. */
function recordViolations() {
  /** @type {string[]} */
  const violations = [];
  Reflect.set(globalThis, 'policyViolations', violations);
  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.effectiveDirective}: ${event.blockedURI}`);
  });
}

/**
 * Asserts that axe finds nothing, and that whatever it could not decide is listed with the reason why it is right.
 * @param {Page} page
 * @param {Record<string, string>} [undecided] reasons by axe's rule
 */
export async function assertAccessible(page, undecided = {}) {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // In its frames too: what they hold is part of the page.
  for (const frame of page.frames()) await frame.evaluate(source);
  const { violations, incomplete } = await page.evaluate(async () => {
    /** @type {typeof import('axe-core')} */
    const axe = Reflect.get(globalThis, 'axe');
    const found = await axe.run(document, { resultTypes: ['violations', 'incomplete'] });
    /** @param {import('axe-core').Result} rule */
    const brief = (rule) => ({
      id: rule.id,
      nodes: rule.nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary ?? node.any[0]?.message}`),
    });
    return { violations: found.violations.map(brief), incomplete: found.incomplete.map(brief) };
  });
  assert.deepEqual(violations, [], 'axe finds violations');
  for (const { id, nodes } of incomplete) {
    assert.ok(undecided[id], `axe cannot decide \`${id}\` and no reason is listed:\n${nodes.join('\n')}`);
    console.log(`    axe cannot decide ${id} on ${nodes.length} elements: ${undecided[id]}`);
  }
}

/**
 * A file in the page's memory, to be dropped.
 * @param {Page} page
 * @param {string} name
 * @param {string | Uint8Array} content
 * @returns {Promise<FileHandle>}
 */
export function makeFile(page, name, content) {
  const base64 = Buffer.from(content).toString('base64');
  return page.evaluateHandle(
    ([name, base64]) => new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name),
    /** @type {const} */ ([name, base64]),
  );
}

/**
 * A CSV file of events with seven columns, about 70 bytes a row, the same for the same seed; made in the page from
 * parts, because a million rows are too many to send there.
 * @param {Page} page
 * @param {{ name?: string, rows: number, seed?: number }} options
 * @returns {Promise<FileHandle>}
 */
export function makeEvents(page, { name = 'events.csv', rows, seed = 1 }) {
  return page.evaluateHandle(generateEvents, { name, rows, seed });
}

/**
 * Runs in the page. Users come in waves of 20 events each, in the order of a small funnel, with losses.
 * @param {{ name: string, rows: number, seed: number }} options
 */
function generateEvents({ name, rows, seed }) {
  const events = ['visit', 'signup', 'create_project', 'invite', 'activate', 'purchase'];
  const countries = ['DE', 'FR', 'US', 'IN', 'BR'];
  const plans = ['free', 'team', 'business'];
  let state = seed >>> 0;
  /** @param {number} below */
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
  const users = Math.max(1, Math.floor(rows / 20));
  const start = Date.UTC(2026, 0, 1);
  const step = Math.floor((90 * 86_400_000) / rows);
  const parts = ['user_id,time,event,country,plan,revenue,session_id\n'];
  for (let row = 0; row < rows; row += 10_000) {
    let part = '';
    for (let at = row; at < Math.min(row + 10_000, rows); at += 1) {
      const user = random(users);
      const event = events[Math.min(random(6), random(6))];
      const revenue = event === 'purchase' ? (random(20_000) / 100).toFixed(2) : '';
      const time = new Date(start + at * step + random(1000)).toISOString();
      part += `user_${user},${time},${event},${countries[user % 5]},${plans[user % 3]},${revenue},s_${user}_${random(9)}\n`;
    }
    parts.push(part);
  }
  return new File(parts, name, { type: 'text/csv' });
}

/**
 * Drops files on an element, as a person does: the events of a drag, with the files in their DataTransfer.
 * @param {import('playwright-core').Locator} target
 * @param {FileHandle[]} files
 */
export async function dropFiles(target, files) {
  const page = target.page();
  const transfer = await page.evaluateHandle(() => new DataTransfer());
  for (const file of files) {
    await transfer.evaluate((transfer, file) => void transfer.items.add(file), file);
  }
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await target.dispatchEvent(type, { dataTransfer: transfer });
  }
  await transfer.dispose();
}

/**
 * Drops files and folders of this machine in the middle of the window, as the system does: only so do folders look like
 * folders to the page.
 * @param {Page} page
 * @param {string[]} paths
 */
export async function dropPaths(page, paths) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of /** @type {const} */ (['dragEnter', 'dragOver', 'drop'])) {
    await session.send('Input.dispatchDragEvent', { type, x: 200, y: 400, data });
  }
  await session.detach();
}

/**
 * Keeps a picture of the page in target/screenshots/, to be looked at.
 * @param {Page} page
 * @param {string} name
 * @param {{ fullPage?: boolean }} [options] whether it shows more than the window; what is fixed in the window is out of place then
 */
export async function screenshot(page, name, { fullPage = true } = {}) {
  await page.screenshot({ path: join(ROOT, 'target/screenshots', `${name}.png`), fullPage });
}

/** Chromium: the one of `CAIRN_CHROME`, which xtask sets, else the first on PATH. */
export function findChrome() {
  const given = process.env['CAIRN_CHROME'];
  if (given) return given;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = candidates.find(isExecutable);
  assert.ok(found, 'no Chromium on PATH: set CAIRN_CHROME to one, or run `cargo xtask setup`');
  return found;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
