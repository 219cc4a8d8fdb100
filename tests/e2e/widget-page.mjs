// What the checklist's tests share: a page that hosts the element, with everything that it does on record.

/** @typedef {Awaited<ReturnType<typeof import('./harness.mjs').openSite>>} Site */
/** @typedef {import('../../www/cairn-checklist.d.ts').CairnChecklistElement} Element */

/**
 * @typedef {object} Options
 * @property {string} [path] the page below the site's prefix
 * @property {Record<string, string | object>} [files] pages and definitions of the test's own, by path
 * @property {import('playwright-core').BrowserContextOptions} [looks]
 * @property {string | (() => void)} [before] runs in the page before anything of it does
 * @property {import('playwright-core').BrowserContext} [context] a profile to open the page in, instead of a new one
 */

/** The policy of a page that allows as little as the widget can do with. */
export const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; require-trusted-types-for 'script'";

/**
 * Three tasks with all states between them: by event, by hand, and locked.
 * @type {import('../../www/cairn-checklist.d.ts').Definition}
 */
export const DEFINITION = {
  version: 1,
  id: 'three',
  title: 'First steps',
  tasks: [
    { id: 'make', title: 'Make one', detail: 'Any one.', complete_when: { event: 'made' }, action: { label: 'Make', link: '#make' } },
    { id: 'read', title: 'Read it', detail: 'All of it.', complete_when: 'manual' },
    { id: 'send', title: 'Send it', detail: 'To anyone.', requires: ['make', 'read'], complete_when: { event: 'sent', times: 2 } },
  ],
};

/**
 * A bare page around the element.
 * @param {string} body
 * @param {string} [policy]
 */
export function page(body, policy = STRICT) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A host</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <script type="module" src="cairn/cairn-checklist.js"></script></head>
    <body><main><h1>A host</h1><button>Before</button></main>${body}</body></html>`;
}

/** The simplest host: a page of the three tasks. */
export const SIMPLE = {
  path: 'host.html',
  files: { 'host.html': page('<cairn-checklist src="three.json" user="u"></cairn-checklist>'), 'three.json': DEFINITION },
};

/**
 * Opens a host page; without options the demo product.
 * @param {Site} site
 * @param {Options} [options]
 */
export async function openHost(site, { path = 'demo/', files = {}, looks = {}, before, context } = {}) {
  const viewport = { width: 1280, height: 800 };
  const profile = context ?? (await site.browser.newContext({ viewport, reducedMotion: 'reduce', ...looks }));
  for (const [name, content] of Object.entries(files)) {
    const body = typeof content === 'string' ? content : JSON.stringify(content);
    const types = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css' };
    const contentType = Reflect.get(types, name.split('.').pop() ?? '') ?? 'application/json';
    const address = new URL(name, site.server.url).href;
    // Whatever version is asked for.
    await profile.route((url) => url.origin + url.pathname === address, (route) => route.fulfill({ body, contentType }));
  }
  profile.setDefaultTimeout(10_000);
  const tab = await profile.newPage();
  /** @type {string[]} */
  const said = [];
  /** @type {string[]} */
  const requests = [];
  tab.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  tab.on('pageerror', (error) => said.push(`uncaught: ${error.message}`));
  tab.on('request', (request) => requests.push(request.url()));
  await tab.addInitScript(record);
  if (before) await tab.addInitScript(typeof before === 'string' ? { content: before } : before);
  await tab.goto(new URL(path, site.server.url).href);
  const element = tab.locator('cairn-checklist').first();
  return {
    tab,
    context: profile,
    element,
    launcher: element.locator('[part=launcher]'),
    panel: element.locator('[part=panel]'),
    status: element.locator('[role=status]'),
    /** Console lines and uncaught errors, each as "type: text". */
    said,
    requests,
    /** The element's events so far, each as "name detail". */
    events: () => tab.evaluate(() => /** @type {string[]} */ (Reflect.get(globalThis, 'recordedEvents'))),
    violations: () => tab.evaluate(() => /** @type {string[]} */ (Reflect.get(globalThis, 'recordedViolations'))),
    /** Waits until the widget itself is there. */
    ready: () => element.evaluate((it) => /** @type {Element} */ (it).progress()),
    /** @param {string} event @param {Record<string, unknown>} [properties] */
    track: (event, properties) =>
      element.evaluate((it, [event, properties]) => /** @type {Element} */ (it).track(event, properties), /** @type {const} */ ([event, properties])),
    /** The row of the task with this title. @param {string} title */
    row: (title) => element.locator('[part=task]', { has: tab.getByText(title, { exact: true }) }),
    close: () => profile.close(),
  };
}

/** Runs in the page: keeps the element's events and the policy's refusals. */
function record() {
  /** @type {string[]} */
  const events = [];
  /** @type {string[]} */
  const violations = [];
  Reflect.set(globalThis, 'recordedEvents', events);
  Reflect.set(globalThis, 'recordedViolations', violations);
  for (const name of ['ready', 'task', 'progress', 'complete', 'tour', 'reward', 'survey', 'error']) {
    addEventListener(`cairn:${name}`, (event) => {
      events.push(`${name} ${JSON.stringify(/** @type {CustomEvent} */ (event).detail)}`);
    });
  }
  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.effectiveDirective}: ${event.blockedURI}`);
  });
}
