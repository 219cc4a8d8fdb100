// What the checklist must never do to the page that hosts it, whatever it is given.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, openSite } from './harness.mjs';
import { DEFINITION, SIMPLE, STRICT, openHost, page } from './widget-page.mjs';

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

/** @param {string | object} definition */
const hosting = (definition) => ({ ...SIMPLE, files: { ...SIMPLE.files, 'three.json': definition } });

/** @param {object} changes to the second task */
const withTask = (changes) => ({
  ...DEFINITION,
  tasks: DEFINITION.tasks.map((task, index) => (index === 1 ? { ...task, ...changes } : task)),
});

/** @type {[string, string | object, string, string][]} */
const BAD = [
  ['malformed JSON', '{"version": 1,', '$', '$: is not valid JSON: '],
  ['an unknown id', withTask({ requires: ['nope'] }), '$.tasks[1].requires[0]', 'no task has the id "nope"; there are: make, read, send'],
  ['a circle', withTask({ requires: ['send'] }), '$.tasks[1].requires', 'goes round in a circle, so none of these could ever start: read → send → read'],
  ['a wrong type', withTask({ title: 7 }), '$.tasks[1].title', 'must be text, not a number'],
  ['a missing field', withTask({ complete_when: undefined }), '$.tasks[1].complete_when', 'is missing'],
  ['a link that runs code', withTask({ action: { label: 'x', link: 'javascript:alert(1)' } }), '$.tasks[1].action.link', 'must be relative, or begin with'],
  ['a newer version', { version: 9 }, '$.version', '9 is newer than this widget understands (1); update the widget'],
  ['a deep nest', `{"version":1,"id":${'['.repeat(500)}${']'.repeat(500)}}`, '$', 'nested more than 64 levels deep'],
];

for (const [name, definition, path, message] of BAD) {
  test(`a definition with ${name} gives one console error naming the path, and nothing is rendered`, async () => {
    const { tab, element, events, said, close } = await openHost(site, hosting(definition));
    await tab.waitForFunction(() => Reflect.get(globalThis, 'recordedEvents').length > 0);
    assert.equal(said.length, 1, said.join('\n'));
    assert.ok(said[0]?.startsWith('error: cairn-checklist: the definition cannot be used:\n'), said[0]);
    assert.ok(said[0]?.includes(message), said[0]);
    const [error = ''] = await events();
    assert.equal(JSON.parse(error.slice('error '.length)).path, path);
    assert.equal(await element.evaluate((it) => it.shadowRoot?.childElementCount), 0);
    assert.equal(await element.evaluate((it) => /** @type {import('./widget-page.mjs').Element} */ (it).progress()), undefined);
    await close();
  });
}

test('a src that is not there gives one error, and a definition set later works', async () => {
  const { tab, element, panel, said, close } = await openHost(site, {
    ...SIMPLE,
    files: { 'host.html': page('<cairn-checklist src="gone.json"></cairn-checklist>') },
  });
  await tab.waitForFunction(() => Reflect.get(globalThis, 'recordedEvents').length > 0);
  // The browser's own line about the 404, and ours.
  assert.deepEqual(said.filter((line) => line.includes('cairn-checklist:')), ['error: cairn-checklist: gone.json answered 404']);
  await element.evaluate((it, definition) => {
    /** @type {import('./widget-page.mjs').Element} */ (it).definition = definition;
    /** @type {import('./widget-page.mjs').Element} */ (it).open();
  }, DEFINITION);
  await panel.waitFor();
  await close();
});

test('hostile texts are shown as text and break nothing', async () => {
  const markup = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  const rtl = '\u202Egnp.exe\u202C';
  const { element, panel, launcher, ready, said, requests, violations, close } = await openHost(
    site,
    hosting({ ...DEFINITION, title: markup, welcome: rtl, tasks: [{ ...DEFINITION.tasks[0], title: `${markup}${'x'.repeat(10_000)}`, detail: '{task} {{{' }] }),
  );
  await ready();
  await launcher.click();
  assert.equal(await element.locator('[part=title]').textContent(), markup);
  assert.equal(await element.locator('img, script').count(), 0);
  assert.equal(await element.locator('[part=detail] p').textContent(), '{task} {{{');
  const box = await panel.evaluate((it) => ({ over: it.scrollWidth - it.clientWidth, width: it.clientWidth }));
  assert.ok(box.over <= 0 && box.width <= 392, 'long words wrap');
  assert.deepEqual([said, await violations()], [[], []]);
  assert.ok(requests.every((url) => !url.endsWith('/x')));
  await close();
});

test('two versions of the widget on one page: the first to come serves both elements, and of the other nothing more is fetched', async () => {
  const loader = await readFile(join(ROOT, 'dist/cairn/cairn-checklist.js'), 'utf8');
  const two = '<cairn-checklist src="three.json" user="a"></cairn-checklist><cairn-checklist src="three.json" user="b"></cairn-checklist>';
  const second = '<script type="module" src="other/cairn-checklist.js"></script></head>';
  const { tab, said, requests, violations, close } = await openHost(site, {
    ...SIMPLE,
    files: {
      'host.html': page(two).replace('</head>', second),
      'three.json': DEFINITION,
      'other/cairn-checklist.js': `${loader}\nglobalThis.otherHasRun = true;`,
      'other/widget.css': '',
    },
  });
  await tab.waitForFunction(() => Reflect.get(globalThis, 'otherHasRun'));
  const done = await tab.evaluate(async () => {
    const both = [...document.querySelectorAll('cairn-checklist')];
    both[1]?.track('made');
    return Promise.all(both.map(async (it) => (await it.progress())?.done));
  });
  assert.deepEqual(done, [0, 1]);
  const others = requests.filter((url) => url.includes('/other/')).map((url) => url.split('/').pop());
  assert.deepEqual(others.filter((name) => name?.includes('wasm') || name?.includes('cairn-widget')), []);
  assert.deepEqual([said, await violations()], [[], []]);
  await close();
});

test('without wasm the tasks are a plain list of links, and the console says why once', async () => {
  const policy = STRICT.replace(" 'wasm-unsafe-eval'", '');
  const { tab, element, launcher, panel, said, close } = await openHost(site, {
    ...SIMPLE,
    files: {
      'host.html': page('<cairn-checklist src="three.json"></cairn-checklist><cairn-checklist src="bad.json"></cairn-checklist>', policy),
      'three.json': DEFINITION,
      'bad.json': { title: 'Bad', tasks: [{ title: 'Run', action: { link: 'javascript:alert(1)' } }] },
    },
  });
  await launcher.focus();
  await tab.keyboard.press('Enter');
  await panel.getByRole('heading', { name: 'First steps' }).waitFor();
  assert.deepEqual(await panel.getByRole('listitem').allTextContents(), ['Make one', 'Read it', 'Send it']);
  assert.equal(await panel.getByRole('link').getAttribute('href'), '#make');
  await element.evaluate((it) => /** @type {import('./widget-page.mjs').Element} */ (it).track('made'));
  await tab.keyboard.press('Escape');
  assert.equal(await panel.isVisible(), false);
  const bad = tab.locator('cairn-checklist').nth(1);
  await bad.evaluate((it) => /** @type {import('./widget-page.mjs').Element} */ (it).open());
  await bad.locator('[part=name]').waitFor();
  assert.equal(await bad.locator('a').count(), 0, 'a link that could run code is no link');
  const ours = said.filter((line) => line.includes('cairn-checklist:'));
  assert.equal(ours.length, 1, ours.join('\n'));
  assert.match(ours[0] ?? '', /^warning: cairn-checklist: shown as a plain list, because wasm cannot run here: .*unsafe-eval/);
  await close();
});

for (const [name, spoil, warning] of /** @type {[string, () => void, RegExp][]} */ ([
  ['corrupt', () => Storage.prototype.getItem.call(localStorage, 'cairn:three:u') ?? localStorage.setItem('cairn:three:u', '{"version":1,"tas'), /damaged/],
  ['full', () => void (Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }), /full or forbidden/],
  ['forbidden', () => Object.defineProperty(globalThis, 'localStorage', { get: () => { throw new DOMException('no', 'SecurityError'); } }), /may not use/],
])) {
  test(`storage that is ${name} is survived with one warning`, async () => {
    const { ready, track, row, launcher, said, close } = await openHost(site, { ...SIMPLE, before: spoil });
    await ready();
    await launcher.click();
    await track('made');
    await row('Read it').getByRole('checkbox').click();
    assert.equal((await ready())?.done, 2);
    assert.equal(said.length, 1, said.join('\n'));
    assert.match(said[0] ?? '', /^warning: cairn-checklist: /);
    assert.match(said[0] ?? '', warning);
    await close();
  });
}

test('what a later version stored is read and not overwritten', async () => {
  const { tab, ready, track, said, close } = await openHost(site, {
    ...SIMPLE,
    before: () => localStorage.setItem('cairn:three:u', '{"version":9,"tasks":{"read":{"completed_at":5,"by":"person"}},"hits":{},"new":1}'),
  });
  assert.equal((await ready())?.done, 1);
  await track('made');
  assert.equal((await ready())?.done, 2);
  assert.match((await tab.evaluate(() => localStorage.getItem('cairn:three:u'))) ?? '', /^\{"version":9/);
  assert.match(said.join(), /^warning: cairn-checklist: a later version/);
  await close();
});

test('disconnecting, moving and reconnecting leaks no listener and keeps the progress', async () => {
  const { tab, element, ready, track, events, said, close } = await openHost(site, {
    ...SIMPLE,
    before: () => {
      const balance = { window: 0, document: 0 };
      Reflect.set(globalThis, 'listeners', balance);
      const targets = /** @type {const} */ ({ window, document });
      const { addEventListener, removeEventListener } = EventTarget.prototype;
      /** @param {unknown} target @param {number} by */
      const count = (target, by) => {
        for (const name of /** @type {const} */ (['window', 'document'])) if (target === targets[name]) balance[name] += by;
      };
      EventTarget.prototype.addEventListener = function (...args) {
        count(this ?? window, 1);
        return addEventListener.apply(this ?? window, /** @type {any} */ (args));
      };
      EventTarget.prototype.removeEventListener = function (...args) {
        count(this ?? window, -1);
        return removeEventListener.apply(this ?? window, /** @type {any} */ (args));
      };
    },
  });
  await ready();
  await track('made');
  const listeners = () => tab.evaluate(() => JSON.stringify(Reflect.get(globalThis, 'listeners')));
  const before = await listeners();

  await element.evaluate((it) => document.querySelector('main')?.append(it));
  await tab.waitForTimeout(50);
  assert.equal((await events()).filter((event) => event.startsWith('ready')).length, 1, 'a move goes on as it was');

  for (let times = 0; times < 50; times += 1) {
    await tab.evaluate(async () => {
      const element = document.querySelector('cairn-checklist');
      element?.remove();
      await new Promise((done) => setTimeout(done));
      document.body.append(element ?? '');
      await element?.progress();
    });
  }
  assert.equal(await listeners(), before);
  assert.equal((await ready())?.done, 1);
  assert.equal(await element.evaluate((it) => it.shadowRoot?.querySelectorAll('[part=panel]').length), 1);
  await element.evaluate((it) => it.remove());
  await tab.waitForTimeout(50);
  assert.notEqual(await listeners(), before, 'the count would tell');
  assert.deepEqual(said, []);
  await close();
});

test('nothing is requested but the widget’s own files and src', async () => {
  const { tab, launcher, ready, track, requests, said, close } = await openHost(site, SIMPLE);
  await ready();
  await launcher.click();
  await track('made');
  await tab.waitForTimeout(300);
  const names = requests.map((url) => url.replace(site.server.url, '').replace(/\?v=.*/, '')).sort();
  assert.deepEqual(names, [
    'cairn/cairn-checklist.js',
    'cairn/cairn-widget.js',
    'cairn/cairn-widget_bg.wasm',
    'cairn/widget.css',
    'host.html',
    'three.json',
  ]);
  assert.deepEqual(said, []);
  await close();
});

test('the host’s style rules and attributes do not change, and its inherited styles do not come in', async () => {
  const { tab, launcher, ready, track, close } = await openHost(site, SIMPLE);
  await ready();
  const outside = () => tab.evaluate(() => document.documentElement.outerHTML);
  const before = await outside();
  await launcher.click();
  await track('made');
  await launcher.click();
  assert.equal(await outside(), before);
  await tab.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('body { text-transform: uppercase; letter-spacing: 1em; } button { border: 9px solid; }');
    document.adoptedStyleSheets = [sheet];
  });
  const style = await launcher.evaluate((it) => {
    const { letterSpacing, textTransform } = getComputedStyle(it);
    return { letterSpacing, textTransform };
  });
  assert.deepEqual(style, { letterSpacing: 'normal', textTransform: 'none' });
  assert.equal(await launcher.evaluate((it) => getComputedStyle(it).borderTopWidth), '0px');
  await close();
});
