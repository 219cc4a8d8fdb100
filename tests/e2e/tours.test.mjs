// Tours on a host page: the sentences of "Where no peer stands" in docs/tours.md that concern them, each a test.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './harness.mjs';
import { driftOf, openTour } from './tour-page.mjs';

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

const DEEP = { target: '#deep', advance_when: { event: 'never' } };

/** What has the focus, inside shadow roots and frames. @param {import('playwright-core').Page} tab */
const focused = (tab) =>
  tab.evaluate(() => {
    let at = document.activeElement;
    for (let next = at; next; next = next.shadowRoot?.activeElement ?? /** @type {HTMLIFrameElement} */ (next).contentDocument?.activeElement ?? null) at = next;
    return at?.getAttribute('part') || at?.id || at?.localName;
  });

/** Which element is drawn topmost in the middle of the card. @param {import('playwright-core').Locator} card */
const isOnTop = (card) =>
  card.evaluate((it) => {
    const { x, y, width, height } = it.getBoundingClientRect();
    /** @type {Element | null} */
    let top = document.elementFromPoint(x + width / 2, y + height / 2);
    while (top?.shadowRoot?.elementFromPoint(x + width / 2, y + height / 2) && top.shadowRoot.elementFromPoint(x + width / 2, y + height / 2) !== top) {
      top = top.shadowRoot.elementFromPoint(x + width / 2, y + height / 2);
    }
    return top !== null && it.contains(top);
  });

test('In the top layer (popover / dialog), so that it shows above the host’s own dialogs', async () => {
  const { tab, card, said, violations, close } = await openTour(site, [DEEP]);
  assert.equal(await card.evaluate((it) => it.matches(':popover-open')), true);
  assert.equal(await isOnTop(card), true);
  await tab.evaluate(() => /** @type {HTMLDialogElement} */ (document.querySelector('#dialog')).showModal());
  await tab.waitForTimeout(100);
  assert.equal(await isOnTop(card), true, 'above a dialog that opened later');
  assert.deepEqual([said, await violations()], [[], []]);
  await close();
});

/** @type {[string, string, string, object?][]} */
const MOVES = [
  ['a nested scroller moves', '#deep', 'nested'],
  ['the scroller around it moves as well', '#deep', 'nested;outer'],
  ['the page scrolls below a sticky header', '#deep', 'page;nested'],
  ['layout pushes the target', '#deep', 'push'],
  ['the target changes its size', '#deep', 'grow'],
  ['the page is zoomed', '#deep', 'zoom'],
  ['the target in a shadow root is pushed', 'shaded', 'push', { target: '#shadow >>> #shaded' }],
  ['the frame around the target scrolls and is pushed', 'framed', 'framed;push', { target: '#frame >>> #framed' }],
];
for (const [name, target, act, step] of MOVES) {
  test(`no drift (at most 0.5 px between card and target by getBoundingClientRect at frame end, over 120 frames) when ${name}`, async () => {
    const { tab, said, close } = await openTour(site, [{ ...DEEP, ...step }]);
    const { worst, moved } = await driftOf(tab, target, act);
    console.log(`    drift ${worst} px, while the target moved up to ${moved.toFixed(1)} px a frame`);
    assert.ok(moved > 1, 'the target moves');
    assert.ok(worst <= 0.5, `drift of ${worst} px`);
    assert.deepEqual(said, []);
    await close();
  });
}

test('no drift on resize, under two fingers’ zoom, and at twice the pixels', async () => {
  const { tab, context, close } = await openTour(site, [DEEP]);
  const session = await context.newCDPSession(tab);
  for (const size of [{ width: 900, height: 700 }, { width: 640, height: 400 }, { width: 1280, height: 800 }]) {
    await tab.setViewportSize(size);
    await tab.evaluate(() => document.querySelector('#deep')?.scrollIntoView({ block: 'center' }));
    assert.ok((await driftOf(tab, '#deep', 'nested')).worst <= 0.5, JSON.stringify(size));
  }
  await session.send('Emulation.setPageScaleFactor', { pageScaleFactor: 1.6 });
  const { worst } = await driftOf(tab, '#deep', 'rest');
  assert.ok(worst <= 0.5, `under two fingers: ${worst}`);
  await session.send('Emulation.setPageScaleFactor', { pageScaleFactor: 1 });
  await session.send('Emulation.setDeviceMetricsOverride', { width: 640, height: 400, deviceScaleFactor: 2, mobile: false });
  await tab.evaluate(() => document.querySelector('#deep')?.scrollIntoView({ block: 'center' }));
  assert.ok((await driftOf(tab, '#deep', 'nested')).worst <= 0.5);
  await close();
});

test('usable above the host’s modal dialog: the card’s element moves into that dialog and back', async () => {
  const { tab, card, tourLog, next, text, said, close } = await openTour(site, [
    { target: '#first', text: 'One.', modal: false },
    { target: '#in-dialog', text: 'Two.', modal: false },
    { target: '#first', text: 'Three.', modal: false },
  ]);
  const parent = () => tab.evaluate(() => document.querySelector('dialog > cairn-tour')?.parentElement?.id);
  assert.equal(await parent(), undefined);
  await tab.evaluate(() => /** @type {HTMLDialogElement} */ (document.querySelector('#dialog')).showModal());
  await next(); // a click: an inert card would not get it
  await tab.waitForFunction(() => document.querySelector('#dialog > cairn-tour'));
  assert.equal(await text(), 'Two.');
  assert.equal(await isOnTop(card), true);
  assert.ok((await driftOf(tab, '#in-dialog', 'rest')).worst <= 0.5);
  await next();
  await tab.evaluate(() => /** @type {HTMLDialogElement} */ (document.querySelector('#dialog')).close());
  await tab.waitForFunction(() => !document.querySelector('#dialog > cairn-tour'));
  assert.equal(await text(), 'Three.');
  await next();
  assert.deepEqual((await tourLog()).at(-1), 'tour_ended 3 finished');
  assert.deepEqual(said, []);
  await close();
});

test('a dialog that is taken out with the card inside leaves the card on the page', async () => {
  const { tab, card, close } = await openTour(site, [{ target: '#first', modal: false }], { start: 'by-hand' });
  await tab.evaluate(() => /** @type {HTMLDialogElement} */ (document.querySelector('#dialog')).showModal());
  await tab.evaluate(() => document.querySelector('cairn-checklist')?.start_tour('t'));
  await tab.waitForFunction(() => document.querySelector('#dialog > cairn-tour'));
  await tab.evaluate(() => document.querySelector('#dialog')?.remove());
  await tab.waitForTimeout(100);
  assert.equal(await isOnTop(card), true);
  assert.ok((await driftOf(tab, '#first', 'push')).worst <= 0.5);
  await close();
});

test('targets inside shadow roots and same-origin iframes, and the person’s own click in them moves on', async () => {
  const { tab, text, tourLog, said, close } = await openTour(site, [
    { target: '#shadow >>> #shaded', text: 'One.', advance_when: 'clicked' },
    { target: '#frame >>> #framed', text: 'Two.', advance_when: 'clicked' },
    { target: '#first', text: 'Three.', modal: false },
  ]);
  assert.ok((await driftOf(tab, 'shaded', 'rest')).worst <= 0.5);
  await tab.locator('#shaded').click();
  await tab.getByText('Two.').waitFor();
  assert.ok((await driftOf(tab, 'framed', 'rest')).worst <= 0.5);
  await tab.frameLocator('#frame').locator('#framed').click();
  await tab.getByText('Three.').waitFor();
  assert.equal(await text(), 'Three.');
  assert.deepEqual((await tourLog()).filter((it) => it.includes('completed')), ['tour_step_completed 1', 'tour_step_completed 2']);
  assert.deepEqual(said, []);
  await close();
});

for (const [missing, log, outcome] of /** @type {const} */ ([
  ['skip', 'target_missing 1 skip', 'Two.'],
  ['center', 'target_missing 1 center', 'One.'],
  ['pause', 'target_missing 1 pause', ''],
])) {
  test(`target removed mid-step → the documented policy (${missing}), never a jump to 0,0`, async () => {
    const { tab, card, text, tourLog, status, said, close } = await openTour(site, [
      { target: '#deep', text: 'One.', modal: false, missing, wait_millis: 2000 },
      { target: '#first', text: 'Two.', modal: false },
    ]);
    const place = () => card.evaluate((it) => it.getBoundingClientRect().toJSON());
    const before = await place();
    await tab.evaluate(() => document.querySelector('#deep')?.remove());
    await tab.waitForTimeout(200);
    assert.deepEqual(await place(), before, 'while it is waited for, the card stays where it is');
    assert.equal(await tab.locator('[part~=ring]:not([hidden])').count(), 0, 'and points at nothing');
    const end = Date.now() + 10_000;
    while (!(await tourLog()).includes(log)) {
      assert.ok(Date.now() < end, JSON.stringify(await tourLog()));
      await tab.waitForTimeout(100);
    }
    await tab.waitForTimeout(100);
    if (missing === 'pause') {
      assert.equal(await card.count(), 0);
      await status.getByText('The tour is paused.').waitFor({ state: 'attached' });
    } else {
      assert.equal(await text(), outcome);
      const { x, y } = await place();
      assert.ok(x > 4 && y > 4, `at ${x}, ${y}`);
    }
    if (missing === 'center') {
      const { x, width } = await place();
      assert.ok(Math.abs(x + width / 2 - 640) < 10, 'in the middle');
    }
    assert.deepEqual(said, []);
    await close();
  });
}

test('a target that comes late is waited for, and one that a framework swaps is followed to its successor', async () => {
  const { tab, card, startTour, tourLog, close } = await openTour(site, [{ target: '#late', modal: false, wait_millis: 3000 }], { start: 'by-hand' });
  await startTour();
  await tab.waitForTimeout(300);
  assert.equal(await card.isVisible(), false, 'nothing shows before there is something to show it at');
  const put = () => tab.evaluate(() => {
    document.querySelector('#late')?.remove();
    const late = document.createElement('button');
    late.id = 'late';
    late.textContent = 'Late';
    document.querySelector('#push')?.append(late);
  });
  await put();
  await card.waitFor();
  assert.ok((await driftOf(tab, '#late', 'push')).worst <= 0.5);
  for (let times = 0; times < 20; times += 1) await put();
  assert.ok((await driftOf(tab, '#late', 'push')).worst <= 0.5);
  assert.deepEqual(await tourLog(), ['tour_started 1', 'tour_step_seen 1']);
  await close();
});

test('a target below the window, or under a sticky header, is brought into view', async () => {
  const { tab, next, close } = await openTour(site, [{ target: '#below', modal: false }, { target: '#first', text: 'Two.', modal: false }]);
  const isInView = (/** @type {string} */ selector) => tab.waitForFunction((selector) => {
    const element = document.querySelector(selector);
    const { x, y, width, height } = element?.getBoundingClientRect() ?? { x: 0, y: 0, width: 0, height: 0 };
    return element && document.elementFromPoint(x + width / 2, y + height / 2) === element;
  }, selector);
  await isInView('#below');
  await tab.evaluate(() => scrollTo(0, document.querySelector('#first')?.getBoundingClientRect().y ?? 0));
  await next();
  await isInView('#first');
  await close();
});

test('several places of a step are lit up, each with a ring of its own', async () => {
  const { tab, ring, said, close } = await openTour(site, [{ target: '#first', highlights: ['#field', '#link', '#not-there'] }]);
  assert.equal(await ring.count(), 3);
  const boxes = await ring.evaluateAll((all) => all.map((it) => it.getBoundingClientRect().toJSON()));
  for (const [index, id] of ['first', 'field', 'link'].entries()) {
    const box = await tab.locator(`#${id}`).evaluate((it) => it.getBoundingClientRect().toJSON());
    assert.ok(Math.abs(boxes[index].x - box.x + 4) <= 0.5 && Math.abs(boxes[index].width - box.width - 8) <= 0.5, id);
  }
  assert.deepEqual(said, []);
  await close();
});

test('advance when the person does the real thing: a field filled, an event tracked, an address reached', async () => {
  const { tab, element, text, track, close } = await openTour(site, [
    { target: '#field', text: 'One.', advance_when: 'filled' },
    { target: '#first', text: 'Two.', advance_when: { event: 'done' } },
    { target: '#first', text: 'Three.', advance_when: { url: '*#there' } },
    { target: '#first', text: 'Four.' },
  ]);
  await tab.locator('#field').fill('  ');
  await tab.locator('#field').blur();
  assert.equal(await text(), 'One.', 'spaces fill nothing');
  await tab.locator('#field').fill('Acme');
  await tab.locator('#field').blur();
  await tab.getByText('Two.').waitFor();
  await track('done');
  await tab.getByText('Three.').waitFor();
  await tab.evaluate(() => history.pushState(null, '', '#there'));
  await tab.getByText('Four.').waitFor();
  assert.equal(await element.evaluate((it) => it.hasAttribute('open')), false);
  await close();
});

test('Tab goes card → target → card, both ways; Escape closes and gives the focus back', async () => {
  const { tab, card, launcher, element, events, close } = await openTour(site, [{ target: '#first', modal: false }, { target: '#field', modal: false }], { start: 'by-hand' });
  await launcher.click();
  await element.getByRole('button', { name: 'Show me' }).click();
  await card.waitFor();
  await tab.waitForTimeout(100);
  assert.equal(await focused(tab), 'card', 'the focus moves to the card of a tour that the person started');
  assert.equal(await card.getAttribute('role'), 'dialog');
  const order = [];
  for (let times = 0; times < 5; times += 1) {
    await tab.keyboard.press('Tab');
    order.push(await focused(tab));
  }
  assert.deepEqual(order, ['close', 'card-next', 'first', 'close', 'card-next']);
  for (let times = 0; times < 3; times += 1) await tab.keyboard.press('Shift+Tab');
  assert.equal(await focused(tab), 'card-next');
  await tab.keyboard.press('Shift+Tab');
  assert.equal(await focused(tab), 'close');
  await tab.keyboard.press('Escape');
  await card.waitFor({ state: 'detached' });
  assert.equal(await focused(tab), 'launcher');
  assert.ok((await events()).includes('tour {"id":"t","state":"paused"}'));
  await close();
});

test('a message only is a native modal dialog, and the page behind it is out of use', async () => {
  const { tab, card, close } = await openTour(site, [{ text: 'Hello.' }, { target: '#first', text: 'Look.' }]);
  for (const text of ['Hello.', 'Look.']) {
    await tab.getByText(text).waitFor();
    assert.equal(await card.evaluate((it) => it.matches('dialog:modal')), true);
    assert.equal(await focused(tab), 'card');
    await assert.rejects(tab.locator('#first').click({ timeout: 500 }));
    await tab.locator('[part~=card-next]').click();
  }
  await card.waitFor({ state: 'detached' });
  await tab.locator('#first').click();
  await close();
});

test('ends restoring every host attribute exactly, no listener left', async () => {
  const { tab, element, startTour, card, close } = await openTour(site, [{ target: '#deep', highlights: ['#field'], advance_when: { element: '#never' } }, { text: 'Bye.' }], {
    start: 'by-hand',
    before: () => {
      const balance = { count: 0 };
      Reflect.set(globalThis, 'balance', balance);
      const { addEventListener, removeEventListener } = EventTarget.prototype;
      const isPage = (/** @type {unknown} */ it) => it === window || it === document || it === Reflect.get(globalThis, 'navigation') || it === visualViewport;
      EventTarget.prototype.addEventListener = function (...args) {
        const [, , options] = args;
        if (isPage(this ?? window)) {
          balance.count += 1;
          if (typeof options === 'object' && options.signal) addEventListener.call(options.signal, 'abort', () => (balance.count -= 1));
        }
        return addEventListener.apply(this ?? window, /** @type {any} */ (args));
      };
      EventTarget.prototype.removeEventListener = function (...args) {
        if (isPage(this ?? window)) balance.count -= 1;
        return removeEventListener.apply(this ?? window, /** @type {any} */ (args));
      };
    },
  });
  const outside = () => tab.evaluate(() => document.documentElement.outerHTML);
  const listeners = () => tab.evaluate(() => Reflect.get(globalThis, 'balance').count);
  const round = async () => {
    await startTour();
    await card.waitFor();
    await tab.evaluate(() => /** @type {HTMLDialogElement} */ (document.querySelector('#dialog')).showModal());
    await tab.waitForTimeout(50);
    await tab.evaluate(() => /** @type {HTMLDialogElement} */ (document.querySelector('#dialog')).close());
    await tab.locator('[part~=card-skip]').click();
    await tab.locator('[part~=card-next]').click();
    await card.waitFor({ state: 'detached' });
  };
  await round();
  const [html, count] = [await outside(), await listeners()];
  for (let times = 0; times < 5; times += 1) await round();
  assert.equal(await outside(), html);
  assert.equal(html.includes('cairn-tour>'), false);
  assert.equal(await listeners(), count);
  await startTour();
  await card.waitFor();
  await element.evaluate((it) => it.remove());
  await tab.waitForTimeout(50);
  assert.ok((await listeners()) < count, 'an element that is taken out lets everything go');
  assert.equal(await tab.locator('cairn-tour').count(), 0);
  await close();
});

test('two elements on one page are independent, and never show two cards at once', async () => {
  const { tab, said, close } = await openTour(site, [{ target: '#first', modal: false }], { start: 'by-hand' });
  await tab.evaluate(async () => {
    const first = document.querySelector('cairn-checklist');
    const second = document.createElement('cairn-checklist');
    second.setAttribute('src', 'tour.json');
    second.setAttribute('user', 'other');
    second.setAttribute('storage', 'memory');
    document.body.append(second);
    await first?.start_tour('t');
    await second.progress();
  });
  await tab.locator('[part~=card]').waitFor();
  await tab.evaluate(() => document.querySelectorAll('cairn-checklist')[1]?.start_tour('t'));
  await tab.waitForFunction(async () => (await document.querySelectorAll('cairn-checklist')[1]?.log())?.some((row) => row.event === 'tour_step_seen'));
  assert.equal(await tab.locator('[part~=card]').count(), 1);
  const states = await tab.evaluate(() => Promise.all([...document.querySelectorAll('cairn-checklist')].map(async (it) => (await it.log())?.map((row) => row.event))));
  assert.ok(states.every((events) => events?.includes('tour_step_seen')), JSON.stringify(states));
  assert.deepEqual(said, []);
  await close();
});

test('an element that is moved in the middle of a step goes on, and early calls are not lost', async () => {
  const { tab, card, element, said, close } = await openTour(site, [{ target: '#deep', modal: false }]);
  await element.evaluate((it) => document.querySelector('main')?.append(it));
  await tab.waitForTimeout(200);
  assert.equal(await isOnTop(card), true);
  assert.ok((await driftOf(tab, '#deep', 'nested')).worst <= 0.5);
  await tab.evaluate(() => {
    const early = document.createElement('cairn-checklist');
    early.setAttribute('src', 'tour.json');
    early.setAttribute('storage', 'memory');
    early.setAttribute('user', 'early');
    void early.start_tour('t');
    document.querySelector('cairn-checklist')?.replaceWith(early);
  });
  await tab.waitForFunction(() => document.querySelector('cairn-checklist')?.shadowRoot?.querySelector('cairn-tour'));
  assert.equal(await card.count(), 1);
  assert.deepEqual(said, []);
  await close();
});

test('a step that does not take the focus is read out instead', async () => {
  const { tab, status, track, close } = await openTour(site, [
    { target: '#first', text: 'One.', advance_when: { event: 'go' } },
    { target: '#field', title: 'A field', text: 'Two.', modal: false },
  ]);
  await tab.locator('#field').focus();
  await track('go');
  await tab.getByText('Two.').first().waitFor();
  await tab.waitForTimeout(600);
  assert.match((await status.textContent()) ?? '', /^A field\. Two\./);
  assert.equal(await focused(tab), 'field', 'nobody who types is interrupted');
  await close();
});
