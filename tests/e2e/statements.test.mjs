// Sentences of the design that no other file tests, each as the name of a test. Those on tours are in tours*.test.mjs, on
// triggers and navigation in triggers.test.mjs, on the host's safety in widget-host.test.mjs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './harness.mjs';
import { DEFINITION, SIMPLE, openHost, page } from './widget-page.mjs';

/** @typedef {import('../../www/cairn-checklist.d.ts').CairnChecklistElement} Element */

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

/** The simple host with other attributes of the element, or another definition. @param {string} attributes @param {object} [definition] */
function hosting(attributes, definition = DEFINITION) {
  const body = `<cairn-checklist src="three.json" user="u" ${attributes}></cairn-checklist>`;
  return { path: 'host.html', files: { 'host.html': page(body), 'three.json': definition } };
}

test('Completing once stays done; only a manual tick can be undone, by the person or by reset', async () => {
  const host = await openHost(site, SIMPLE);
  await host.ready();
  await host.launcher.click();
  await host.track('made');
  const make = host.row('Make one');
  assert.equal(await make.getAttribute('data-state'), 'done');
  assert.equal(await make.getByRole('checkbox').count(), 0, 'nothing to untick');
  const tick = host.row('Read it').getByRole('checkbox');
  await tick.click();
  assert.equal(await tick.getAttribute('aria-checked'), 'true');
  await tick.click();
  assert.equal(await tick.getAttribute('aria-checked'), 'false');
  await host.element.evaluate((it) => /** @type {Element} */ (it).reset('make'));
  assert.equal(await make.getAttribute('data-state'), 'open');
  await host.close();
});

test('a finished user stays finished when the definition changes version', async () => {
  const first = { ...DEFINITION, revision: 1, tasks: DEFINITION.tasks.slice(0, 1) };
  const host = await openHost(site, hosting('', first));
  await host.ready();
  await host.track('made');
  await host.element.evaluate((it, definition) => Reflect.set(it, 'definition', definition), { ...DEFINITION, revision: 2 });
  assert.deepEqual(await host.element.evaluate((it) => /** @type {Element} */ (it).progress()), { done: 1, total: 3, finished: true });
  assert.equal((await host.events()).filter((line) => line.startsWith('complete')).length, 1, 'it is told once');
  await host.close();
});

test('Snooze (48 h by default) before dismiss', async () => {
  const host = await openHost(site, SIMPLE);
  await host.ready();
  await host.launcher.click();
  const footer = host.panel.locator('[part=footer] button:visible');
  assert.deepEqual(await footer.allTextContents(), ['Remind me later', 'Hide this list']);
  await footer.first().click();
  const hours = await host.tab.evaluate(() => {
    const glance = Object.entries(localStorage).find(([key]) => key.startsWith('cairn:glance:'))?.[1];
    return (JSON.parse(glance ?? '{}').hidden_until - Date.now()) / 3_600_000;
  });
  assert.ok(hours > 47.9 && hours <= 48, `${hours} hours`);
  await host.close();
});

test('finished lists stay until hidden; a way back always exists', async () => {
  const host = await openHost(site, hosting('', { ...DEFINITION, tasks: DEFINITION.tasks.slice(0, 1) }));
  await host.ready();
  await host.track('made');
  await host.tab.reload();
  await host.ready();
  assert.equal(await host.launcher.getAttribute('data-away'), null, 'it is still there on the next page');
  await host.launcher.click();
  await host.panel.getByRole('button', { name: 'Hide this list' }).click();
  await host.tab.reload();
  await host.ready();
  assert.notEqual(await host.launcher.getAttribute('data-away'), null);
  await host.launcher.click();
  await host.panel.getByText('1 of 1 done').waitFor();
  assert.equal(await host.launcher.getAttribute('data-away'), null);
  await host.close();
});

for (const [storage, kept] of /** @type {const} */ ([['', ['localStorage']], ['session', ['sessionStorage']], ['memory', []]])) {
  test(`State in localStorage by default, or session, or memory: ${storage || 'local'}`, async () => {
    const host = await openHost(site, hosting(storage && `storage="${storage}"`));
    await host.ready();
    await host.track('made');
    const found = await host.tab.evaluate(() =>
      ['localStorage', 'sessionStorage'].filter((area) => Object.keys(Reflect.get(globalThis, area)).some((key) => key.startsWith('cairn:three:'))));
    assert.deepEqual(found, kept);
    await host.tab.reload();
    const { done } = await host.ready() ?? {};
    assert.equal(done, storage === 'memory' ? 0 : 1);
    await host.close();
  });
}

test('Never reads the page beyond the configured selectors. No eval, no cookies', async () => {
  const spy = () => {
    /** @type {string[]} */
    const read = [];
    Reflect.set(globalThis, 'readByWidget', read);
    for (const [owner, kind] of /** @type {const} */ ([[Document.prototype, 'document'], [Element.prototype, 'element']])) {
      for (const name of /** @type {const} */ (['querySelector', 'querySelectorAll', 'getElementsByTagName', 'getElementsByClassName'])) {
        const original = owner[name];
        Reflect.set(owner, name, /** @this {any} @param {string} selector */ function (selector) {
          read.push(`${kind} ${selector}`);
          return /** @type {any} */ (original).call(this, selector);
        });
      }
    }
    const cookie = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(Document.prototype, 'cookie'));
    Object.defineProperty(Document.prototype, 'cookie', {
      get() { read.push('cookie'); return cookie.get?.call(this); },
      set(value) { read.push('cookie'); cookie.set?.call(this, value); },
    });
  };
  const definition = { ...DEFINITION, tasks: [{ id: 'make', title: 'Make one', detail: 'Any.', complete_when: { any: [{ element: '#made' }, { clicked: '#make' }] } }] };
  const host = await openHost(site, { ...hosting('', definition), before: spy });
  await host.ready();
  await host.launcher.click();
  await host.tab.locator('main button').click();
  await host.tab.waitForTimeout(400);
  const read = await host.tab.evaluate(() => /** @type {string[]} */ (Reflect.get(globalThis, 'readByWidget')));
  assert.ok(read.length > 0, 'the spy hears of the configured one');
  assert.deepEqual(read.filter((line) => !['document #made', 'document #make'].includes(line)), []);
  assert.deepEqual(await host.tab.context().cookies(), []);
  assert.deepEqual(await host.violations(), [], 'the policy forbids eval, and would say so');
  await host.close();
});

test('Focus is never hidden beneath the launcher', async () => {
  const body = '<p class="corner"><a href="#a" id="a">A</a></p><cairn-checklist src="three.json" user="u"></cairn-checklist>';
  const css = '.corner { position: fixed; right: 60px; bottom: 24px; margin: 0; } #a { display: inline-block; width: 24px; height: 24px; }';
  const files = { 'host.html': page(`${body}<link rel="stylesheet" href="host.css">`), 'three.json': DEFINITION, 'host.css': css };
  const host = await openHost(site, { path: 'host.html', files });
  await host.ready();
  const isSeen = () => host.tab.evaluate(() => {
    const { x, y, width, height } = /** @type {HTMLElement} */ (document.querySelector('#a')).getBoundingClientRect();
    return document.elementFromPoint(x + width / 2, y + height / 2)?.id === 'a';
  });
  assert.equal(await isSeen(), false, 'the launcher lies over it');
  const before = await host.launcher.boundingBox();
  await host.tab.locator('main button').focus();
  await host.tab.keyboard.press('Tab');
  assert.equal(await host.tab.evaluate(() => document.activeElement?.id), 'a');
  assert.equal(await isSeen(), true, 'the launcher has stepped aside');
  await host.tab.keyboard.press('Tab');
  assert.deepEqual(await host.launcher.boundingBox(), before, 'and is back where it was');
  await host.close();
});

for (const name of ['sets another definition', 'makes it another person', 'takes it out', 'takes it out and puts it back', 'throws']) {
  test(`no error escapes to the host: a listener of the host that ${name}`, async () => {
    const host = await openHost(site, SIMPLE);
    await host.element.evaluate((it, definition) => void (/** @type {Element} */ (it).definition = definition), DEFINITION);
    await host.ready();
    await host.tab.evaluate((act) => {
      const acts = /** @type {Record<string, (it: Element) => void>} */ ({
        'sets another definition': (it) => void (it.definition = /** @type {any} */ ({ ...it.definition, title: 'Other steps' })),
        'makes it another person': (it) => it.setAttribute('user', 'v'),
        'takes it out': (it) => it.remove(),
        'takes it out and puts it back': (it) => (it.remove(), document.body.append(it)),
        throws: () => { throw new Error('the host is broken'); },
      });
      const it = /** @type {Element} */ (document.querySelector('cairn-checklist'));
      it.addEventListener('cairn:task', () => acts[act]?.(it), { once: true });
    }, name);
    await host.track('made');
    await host.tab.waitForTimeout(300);
    const own = host.said.filter((line) => !line.includes('the host is broken'));
    assert.deepEqual(own, []);
    if (name === 'takes it out') return host.close();
    const { done } = (await host.ready()) ?? {};
    assert.equal(done, name === 'makes it another person' ? 0 : 1);
    await host.launcher.click();
    await host.panel.getByText(name === 'sets another definition' ? 'Other steps' : 'First steps').waitFor();
    await host.close();
  });
}

test('a 5 MB definition: a long text shows and scrolls, a hundred thousand tasks are one error, and the page goes on', async () => {
  const long = { ...DEFINITION, tasks: [{ id: 'a', title: 'Read', detail: 'word '.repeat(1_000_000), complete_when: 'manual' }] };
  const task = (/** @type {number} */ at) => ({ id: `t${at}`, title: 'Do this', complete_when: 'manual' });
  const many = { ...DEFINITION, tasks: Array.from({ length: 100_000 }, (_, at) => task(at)) };
  const host = await openHost(site, hosting('', long));
  await host.ready();
  await host.launcher.click();
  await host.panel.getByText('0 of 1 done').waitFor();
  await host.element.evaluate((it, many) => Reflect.set(it, 'definition', many), many);
  await host.tab.waitForFunction(() => Reflect.get(globalThis, 'recordedEvents').some((/** @type {string} */ line) => line.startsWith('error')));
  const errors = host.said.filter((line) => line.startsWith('error'));
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? '', /\$\.tasks/);
  assert.ok((errors[0]?.length ?? 0) < 2_000, 'the error itself stays short');
  await host.tab.locator('main button').click();
  await host.close();
});

test('names that mean something to JavaScript are names like others in a definition', async () => {
  const text = JSON.stringify({ ...DEFINITION, tasks: [{ id: 'constructor', title: 'hasOwnProperty', detail: 'toString', complete_when: { event: '__proto__' } }] });
  const host = await openHost(site, { ...hosting(''), files: { ...hosting('').files, 'three.json': text } });
  await host.ready();
  await host.track('__proto__');
  assert.equal((await host.ready())?.done, 1);
  assert.equal(await host.tab.evaluate(() => Reflect.get({}, 'polluted')), undefined);
  await host.close();
});
