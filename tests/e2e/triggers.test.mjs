// What the checklist notices on the page that hosts it, at what cost, and that it gives everything back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './harness.mjs';
import { openTour } from './tour-page.mjs';

/** @typedef {import('./widget-page.mjs').Element} Element */

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

/** A checklist of one task for each condition. @param {Record<string, unknown>} conditions */
const waiting = (conditions) => ({
  tasks: Object.entries(conditions).map(([id, complete_when]) => ({ id, title: id, detail: 'Do it.', complete_when })),
  tours: undefined,
});

const URLS = waiting({ pushed: { url: '*?page=pushed' }, replaced: { url: '*?page=replaced' }, popped: { url: '*?page=popped' }, hashed: { url: '#hashed' } });

for (const [name, before] of /** @type {[string, (() => void) | undefined][]} */ ([
  ['by the Navigation API', undefined],
  ['without it', () => void Reflect.deleteProperty(globalThis, 'navigation')],
])) {
  test(`pushState, replaceState, popstate and hashchange are noticed ${name}`, async () => {
    const { tab, ready, events, said, close } = await openTour(site, [], { more: URLS, start: 'by-hand', ...(before && { before }) });
    await tab.waitForTimeout(300);
    /** @param {string} id */
    const isDone = async (id) => {
      await tab.waitForFunction((id) => Reflect.get(globalThis, 'recordedEvents').some((/** @type {string} */ it) => it.startsWith(`task {"id":"${id}"`)), id);
    };
    await tab.evaluate(() => history.pushState(null, '', '?page=pushed'));
    await isDone('pushed');
    await tab.evaluate(() => history.replaceState(null, '', '?page=replaced'));
    await isDone('replaced');
    await tab.evaluate(() => location.assign('#hashed'));
    await isDone('hashed');
    assert.equal((await events()).some((it) => it.includes('"popped"')), false);
    await tab.evaluate(() => {
      // Behind the checklist's back, as if it had been there before the element.
      History.prototype.replaceState.call(history, null, '', '?page=popped');
      dispatchEvent(new PopStateEvent('popstate'));
    });
    await isDone('popped');
    assert.equal((await ready())?.done, 4);
    assert.deepEqual(said, []);
    await close();
  });
}

test('the history is patched once for all elements, and a patch is undone only if still ours', async () => {
  const { tab, element, close } = await openTour(site, [], { more: URLS, start: 'by-hand', before: () => void Reflect.deleteProperty(globalThis, 'navigation') });
  await tab.waitForFunction(() => Object.hasOwn(history, 'pushState'));
  const outcome = await element.evaluate(async (it) => {
    const patch = history.pushState;
    const second = document.createElement('cairn-checklist');
    second.setAttribute('src', 'tour.json');
    second.setAttribute('storage', 'memory');
    document.body.append(second);
    await second.progress();
    await new Promise((done) => setTimeout(done, 200));
    const isOnce = history.pushState === patch;
    second.remove();
    await new Promise((done) => setTimeout(done, 50));
    const isKept = history.pushState === patch;
    /** @type {History['pushState']} */
    const theirs = (...args) => patch.apply(history, args);
    history.replaceState = history.replaceState.bind(history);
    history.pushState = theirs;
    it.remove();
    await new Promise((done) => setTimeout(done, 50));
    const stays = history.pushState === theirs;
    history.pushState(null, '', '?still=works');
    return { isOnce, isKept, stays, search: location.search };
  });
  assert.deepEqual(outcome, { isOnce: true, isKept: true, stays: true, search: '?still=works' });
  await close();
});

test('without a foreign patch the history is as it was before', async () => {
  const { tab, element, close } = await openTour(site, [], { more: URLS, start: 'by-hand', before: () => void Reflect.deleteProperty(globalThis, 'navigation') });
  await tab.waitForFunction(() => Object.hasOwn(history, 'pushState'));
  await element.evaluate((it) => it.remove());
  await tab.waitForTimeout(50);
  assert.deepEqual(await tab.evaluate(() => Object.getOwnPropertyNames(history)), []);
  assert.equal(await tab.evaluate(() => history.pushState === History.prototype.pushState), true);
  await close();
});

test('an element that is there at first is done silently, one that comes later is noticed, and a click inside counts', async () => {
  const more = waiting({ here: { element: '#first' }, later: { element: '#later' }, inside: { clicked: '#later' }, shadow: { clicked: '#shadow >>> #shaded' }, field: { filled: '#field' } });
  const { tab, ready, events, status, said, close } = await openTour(site, [], { more, start: 'by-hand' });
  await tab.waitForFunction(() => Reflect.get(globalThis, 'recordedEvents').length > 1);
  assert.equal(await status.textContent(), '', 'what was there at first is not announced');
  await tab.evaluate(() => {
    const later = document.createElement('button');
    later.id = 'later';
    const inner = document.createElement('b');
    inner.textContent = 'Later';
    later.append(inner);
    document.querySelector('#push')?.append(later);
  });
  await tab.waitForFunction(() => Reflect.get(globalThis, 'recordedEvents').some((/** @type {string} */ it) => it.includes('"later"')));
  await tab.locator('#later b').click();
  await tab.locator('#shaded').click();
  await tab.locator('#field').fill('x');
  await tab.locator('#field').blur();
  await tab.waitForTimeout(200);
  assert.equal((await ready())?.done, 5, JSON.stringify(await events()));
  assert.ok((await events()).some((it) => it.startsWith('task {"id":"here","state":"done","by":"already"')), JSON.stringify(await events()));
  assert.deepEqual(said, []);
  await close();
});

test('the page is observed only while an element is missing, and looked through at most five times a second', async () => {
  const { tab, close } = await openTour(site, [], {
    more: waiting({ later: { element: '#later' } }),
    start: 'by-hand',
    before: () => {
      const counts = { observing: 0, looks: 0 };
      Reflect.set(globalThis, 'counts', counts);
      const { observe, disconnect } = MutationObserver.prototype;
      MutationObserver.prototype.observe = function (...args) {
        if (args[0] === document) counts.observing = 1;
        return observe.apply(this, args);
      };
      MutationObserver.prototype.disconnect = function () {
        counts.observing = 0;
        return disconnect.call(this);
      };
      const { querySelectorAll } = Document.prototype;
      Document.prototype.querySelectorAll = function (/** @type {string} */ selector) {
        if (selector.trim() === '#later') counts.looks += 1;
        return querySelectorAll.call(this, selector);
      };
    },
  });
  const counts = () => tab.evaluate(() => ({ ...Reflect.get(globalThis, 'counts') }));
  await tab.waitForFunction(() => Reflect.get(globalThis, 'counts').observing === 1);
  const first = (await counts()).looks;
  await tab.evaluate(async () => {
    for (let times = 0; times < 500; times += 1) {
      document.querySelector('#push')?.append(document.createElement('i'));
      await new Promise((done) => setTimeout(done, 2));
    }
  });
  const { looks } = await counts();
  assert.ok(looks - first > 1 && looks - first <= 30, `${looks - first} looks`);
  await tab.evaluate(() => void (/** @type {HTMLElement} */ (document.querySelector('#push i')).id = 'later'));
  await tab.evaluate(() => document.querySelector('#push i')?.append('now it is something'));
  await tab.waitForFunction(() => Reflect.get(globalThis, 'counts').observing === 0);
  await close();
});

test('a definition without tours and signals fetches nothing for them', async () => {
  const { tab, requests, close } = await openTour(site, [], { more: waiting({ only: { event: 'x' } }), start: 'by-hand' });
  await tab.waitForTimeout(300);
  assert.equal(requests.some((url) => url.includes('cairn-tour')), false);
  await close();
});

test('a selector that the browser does not understand is named once, and the tour goes on without it', async () => {
  const { tab, card, text, said, close } = await openTour(site, [{ target: '#first:nonsense(', text: 'One.', modal: false, wait_millis: 300 }, { target: '#first', text: 'Two.', modal: false }], { start: 'by-hand' });
  await tab.evaluate(() => document.querySelector('cairn-checklist')?.start_tour('t'));
  await card.waitFor();
  assert.equal(await text(), 'Two.');
  assert.equal(said.length, 1, said.join('\n'));
  assert.match(said[0] ?? '', /^warning: cairn-checklist: the selector "#first:nonsense\(" finds nothing/);
  await close();
});

test('no error escapes to the host, whatever the host’s own parts throw', async () => {
  const { tab, card, startTour, said, close } = await openTour(site, [{ target: '#first', modal: false }], { start: 'by-hand' });
  await tab.evaluate(() => {
    Element.prototype.checkVisibility = () => {
      throw new Error('the host broke it');
    };
  });
  await startTour();
  await tab.waitForTimeout(400);
  assert.equal(await card.isVisible(), false);
  assert.equal(said.filter((line) => line.startsWith('uncaught')).length, 0, said.join('\n'));
  assert.ok(said.some((line) => line.includes('cairn-checklist: ')));
  await close();
});
