// The checklist on a page, as a person and as the host page meet it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './harness.mjs';
import { DEFINITION, SIMPLE, openHost, page } from './widget-page.mjs';

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

/** @param {import('playwright-core').Page} tab */
const focused = (tab) =>
  tab.evaluate(() => {
    const inner = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
    return inner?.getAttribute('part') ?? inner?.id ?? '';
  });

/** @param {import('playwright-core').Page} tab @param {string} part @param {number} [most] */
async function tabTo(tab, part, most = 30) {
  for (let count = 0; count < most; count += 1) {
    await tab.keyboard.press('Tab');
    if ((await focused(tab)) === part) return;
  }
  assert.fail(`Tab does not reach ${part}`);
}

test("the embed page's checklist works by keyboard alone", async () => {
  const { tab, panel, launcher, status, row, said, violations, close } = await openHost(site);
  await launcher.waitFor();
  await tabTo(tab, 'launcher');
  await tab.keyboard.press('Enter');
  await panel.waitFor();
  assert.equal(await focused(tab), 'title', 'the focus moves to the heading of a panel that the person opened');

  // From the first task's button to the product's own dialog, and back with the task done.
  await tabTo(tab, 'action');
  await tab.keyboard.press('Enter');
  await tab.locator('#project-dialog[open]').waitFor();
  await tab.keyboard.type('Relaunch');
  await tab.keyboard.press('Enter');
  await tab.getByRole('heading', { name: 'Relaunch', level: 1 }).waitFor();
  await status.getByText('Create your first project: done. Invite a teammate can be done now. 1 of 3 done.').waitFor();

  // The tick of the second, there and back and there again.
  await tab.locator('#main').focus();
  await tabTo(tab, 'tick mark', 40);
  await tab.keyboard.press('Space');
  await status.getByText('See how other teams plan a week: done. 2 of 3 done.').waitFor();
  await tab.keyboard.press('Space');
  await status.getByText('See how other teams plan a week: to do again. 1 of 3 done.').waitFor();
  await tab.keyboard.press('Space');
  assert.equal(await focused(tab), 'tick mark', 'a tick keeps the focus');

  // The third by its heading-button, which opens and closes its detail.
  const toggle = row('Invite a teammate').getByRole('button', { expanded: true });
  await toggle.waitFor();
  await toggle.focus();
  await tab.keyboard.press('Enter');
  assert.equal(await row('Invite a teammate').locator('[part=detail]').isVisible(), false);
  await tab.keyboard.press('Enter');
  await tabTo(tab, 'action', 2);
  await tab.keyboard.press('Enter');
  await tab.locator('#invite-dialog[open]').waitFor();
  await tab.keyboard.type('sam@example.com');
  await tab.keyboard.press('Enter');
  await status.getByText('You’re all set').waitFor();

  await tab.locator('#main').focus();
  await tab.keyboard.press('Escape');
  assert.equal(await panel.isVisible(), true, 'Escape outside the checklist leaves it open');
  await tab.locator('cairn-checklist [part=toggle]').first().focus();
  await tab.keyboard.press('Escape');
  assert.equal(await panel.isVisible(), false);
  assert.equal(await focused(tab), 'launcher', 'the focus returns to the launcher');
  assert.deepEqual([said, await violations()], [[], []]);
  await close();
});

test('a tracked event completes its task, tells the host and says so', async () => {
  const { ready, track, events, status, said, close } = await openHost(site, SIMPLE);
  assert.deepEqual(await ready(), { done: 0, total: 3, finished: false });
  assert.equal(await status.textContent(), '', 'nothing is said at first');
  await track('made');
  await track('made');
  assert.deepEqual(await events(), [
    'ready {"done":0,"total":3,"finished":false}',
    'task {"id":"make","state":"done","by":"event"}',
    'progress {"done":1,"total":3,"finished":false}',
  ]);
  await status.getByText('Make one: done. 1 of 3 done.').waitFor();
  assert.deepEqual(said, []);
  await close();
});

test('finishing is told once, and opens again only by an undone tick', async () => {
  const { element, launcher, ready, track, row, events, close } = await openHost(site, SIMPLE);
  await ready();
  await launcher.click();
  for (const event of ['made', 'sent', 'sent']) await track(event);
  const tick = row('Read it').getByRole('checkbox');
  for (let times = 0; times < 3; times += 1) await tick.click();
  const told = (await events()).filter((event) => event.startsWith('complete'));
  assert.deepEqual(told, ['complete {"done":3,"total":3,"finished":true}']);
  assert.equal(await element.locator('[part=farewell]').isVisible(), true);
  await tick.click();
  assert.equal(await element.locator('[part=farewell]').isVisible(), false);
  await close();
});

test('progress is kept over a reload, and the launcher counts before the widget is there', async () => {
  const { tab, launcher, ready, track, row, events, context, close } = await openHost(site, SIMPLE);
  await ready();
  await launcher.click();
  await track('made');
  await row('Read it').getByRole('checkbox').click();
  await context.route('**/*.wasm*', () => {}); // never answered
  await tab.reload();
  await launcher.waitFor();
  assert.equal(await launcher.getAttribute('data-count'), '2/3');
  assert.deepEqual(await events(), []);
  await context.unroute('**/*.wasm*');
  await tab.reload();
  assert.deepEqual(await ready(), { done: 2, total: 3, finished: false });
  await launcher.click();
  assert.equal(await row('Read it').getByRole('checkbox').getAttribute('aria-checked'), 'true');
  assert.equal(await row('Make one').getAttribute('data-state'), 'done');
  await close();
});

test('a locked row can be focused, names what unlocks it, and says so when it is used', async () => {
  const { launcher, panel, ready, track, row, status, close } = await openHost(site, SIMPLE);
  await ready();
  await launcher.click();
  const name = 'Send it, locked: finish “Make one”, “Read it” first';
  const locked = panel.getByRole('button', { name });
  assert.equal(await locked.getAttribute('aria-disabled'), 'true');
  await locked.focus();
  await locked.press('Enter');
  await status.getByText('Send it, locked: finish “Make one”, “Read it” first.').waitFor();
  assert.equal(await row('Send it').locator('[part=detail]').isVisible(), false);
  await track('made');
  await panel.getByRole('button', { name: 'Send it, locked: finish “Read it” first' }).waitFor();
  await row('Read it').getByRole('checkbox').click();
  await panel.getByRole('button', { name: 'Send it, to do' }).waitFor();
  await close();
});

test('names and states are there for those who cannot see them', async () => {
  const { launcher, panel, ready, track, close } = await openHost(site, SIMPLE);
  await ready();
  await track('made');
  assert.match(await launcher.ariaSnapshot(), /^- button "Getting started, 1 of 3 done"/);
  await launcher.click();
  const snapshot = await panel.ariaSnapshot();
  for (const line of [
    'region "First steps"',
    'heading "First steps" [level=2]',
    'button "Close"',
    'progressbar "Progress"',
    'heading "Make one, done" [level=3]',
    'checkbox "Mark as done: Read it"',
    'button "Send it, locked: finish “Read it” first" [disabled]',
  ]) {
    assert.ok(snapshot.includes(line), `${line} is missing in\n${snapshot}`);
  }
  assert.equal(await panel.getByRole('progressbar').getAttribute('aria-valuetext'), '1 of 3 done');
  assert.equal(await panel.getByRole('list').locator('> li').count(), 3);
  assert.equal(await panel.locator('button button, button a, a button').count(), 0, 'no control inside another');
  await close();
});

test('what the host opens does not take the focus', async () => {
  const { tab, element, panel, ready, close } = await openHost(site, SIMPLE);
  await ready();
  await tab.getByRole('button', { name: 'Before' }).focus();
  await element.evaluate((it) => /** @type {import('./widget-page.mjs').Element} */ (it).open());
  await panel.waitFor();
  assert.equal(await tab.evaluate(() => document.activeElement?.textContent), 'Before');
  await close();
});

test('calls and properties that come before the element is defined or loaded are not lost', async () => {
  const html = page('<cairn-checklist user="u"></cairn-checklist>');
  const { element, events, said, close } = await openHost(site, {
    path: 'host.html',
    files: { 'host.html': html, 'three.json': DEFINITION },
    before: () => {
      document.addEventListener('readystatechange', async () => {
        if (document.readyState !== 'interactive') return;
        const element = document.querySelector('cairn-checklist');
        Reflect.set(element ?? {}, 'definition', await (await fetch('three.json')).json());
        await customElements.whenDefined('cairn-checklist');
        element?.track('made');
        element?.complete('read');
      });
    },
  });
  await element.locator('[part=panel]').waitFor({ state: 'attached' });
  await element.evaluate((it) => /** @type {import('./widget-page.mjs').Element} */ (it).progress());
  assert.deepEqual((await events()).slice(1), [
    'task {"id":"make","state":"done","by":"event"}',
    'progress {"done":1,"total":3,"finished":false}',
    'task {"id":"read","state":"done","by":"host"}',
    'task {"id":"send","state":"open"}',
    'progress {"done":2,"total":3,"finished":false}',
  ]);
  assert.deepEqual(said, []);
  await close();
});

test('two elements on one page are independent', async () => {
  const html = page(
    '<cairn-checklist src="three.json" user="a"></cairn-checklist><cairn-checklist src="three.json" user="b"></cairn-checklist>',
  );
  const { tab, ready, track, said, close } = await openHost(site, {
    path: 'host.html',
    files: { 'host.html': html, 'three.json': DEFINITION },
  });
  await ready();
  await track('made');
  const progress = (/** @type {number} */ index) =>
    tab.locator('cairn-checklist').nth(index).evaluate((it) => /** @type {import('./widget-page.mjs').Element} */ (it).progress());
  assert.deepEqual([await progress(0), await progress(1)].map((it) => it?.done), [1, 0]);
  assert.deepEqual(said, []);
  await close();
});

test('a second tab shows and says what the first one completed, and neither loses what the other did', async () => {
  const first = await openHost(site, SIMPLE);
  const second = await openHost(site, { ...SIMPLE, context: first.context });
  await first.ready();
  await second.ready();
  await first.track('made');
  await second.status.getByText('Make one: done. 1 of 3 done.').waitFor({ state: 'attached' });
  await Promise.all([
    first.element.evaluate((it) => /** @type {import('./widget-page.mjs').Element} */ (it).complete('read')),
    second.track('sent'),
  ]);
  await first.track('sent');
  await second.tab.waitForFunction(() => document.querySelector('cairn-checklist')?.progress().then((it) => it?.finished));
  await first.close();
});

test('the log is in the schema that the workbench reads', async () => {
  const { element, launcher, ready, track, close } = await openHost(site, {
    ...SIMPLE,
    files: { ...SIMPLE.files, 'host.html': page('<cairn-checklist src="three.json" user="u" segment="small"></cairn-checklist>') },
  });
  await ready();
  await launcher.click();
  await track('made');
  const text = (await element.evaluate((it) => /** @type {import('./widget-page.mjs').Element} */ (it).export_log())) ?? '';
  const rows = await element.evaluate((it) => /** @type {import('./widget-page.mjs').Element} */ (it).log());
  assert.deepEqual(text.trim().split('\n').map((line) => JSON.parse(line)), rows);
  assert.deepEqual(rows?.map((row) => row.event), [
    'checklist_started',
    'checklist_seen',
    ...['task_seen', 'task_seen', 'task_seen'],
    'task_completed',
  ]);
  const { time, ...last } = rows?.at(-1) ?? { time: '' };
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(last, {
    user_id: 'u',
    event: 'task_completed',
    checklist: 'three',
    version: '1',
    segment: 'small',
    task: 'make',
    value: 'event',
    url: '/a/b/host.html',
  });
  await close();
});
