// The checklist beyond tasks on a page: put away and called back, personal paths, dates, rewards, nudges, the survey, help.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './harness.mjs';
import { EVERYTHING } from './widget-everything.mjs';
import { SIMPLE, openHost, page } from './widget-page.mjs';

/** @typedef {import('../../www/cairn-checklist.d.ts').CairnChecklistElement} Element */

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data:; require-trusted-types-for 'script'";

/** The checklist with everything in it, for a visitor with these traits. @param {object} traits */
const everything = (traits, attributes = '') => ({
  path: 'all.html',
  files: {
    'all.html': page(`<cairn-checklist src="all.json" user="u" ${attributes}></cairn-checklist>`, POLICY),
    'all.json': EVERYTHING,
  },
  before: `addEventListener('DOMContentLoaded', () => {
    document.querySelector('cairn-checklist').traits = ${JSON.stringify(traits)};
  })`,
});

/** @param {Awaited<ReturnType<typeof openHost>>} host */
const titles = (host) => host.panel.locator('[part=task]:visible [part=name]').allTextContents();

test('snoozing and dismissing are one action away, and the small button that stays brings the list back', async () => {
  const host = await openHost(site, SIMPLE);
  await host.launcher.click();
  await host.panel.getByRole('button', { name: 'Remind me later' }).click();
  assert.equal(await host.panel.isVisible(), false);
  await host.status.getByText('Put away. The small button brings it back.').waitFor();
  assert.equal(await host.launcher.getAttribute('aria-label'), 'Getting started, show “First steps” again');
  assert.ok(Number((await host.launcher.boundingBox())?.width) <= 48);

  await host.tab.reload();
  await host.ready();
  assert.notEqual(await host.launcher.getAttribute('data-away'), null, 'it stays away over a reload');
  await host.launcher.click();
  await host.panel.getByRole('button', { name: 'Hide this list' }).click();
  await host.launcher.click();
  await host.panel.waitFor();
  assert.equal(await host.launcher.getAttribute('data-away'), null);
  const log = await host.element.evaluate((it) => /** @type {Element} */ (it).log());
  const events = log?.map((row) => row.event);
  assert.ok(events?.includes('snoozed') && events.includes('dismissed'), `${events}`);
  assert.deepEqual(host.said, []);
  await host.close();
});

test('a snooze by the host ends by itself', async () => {
  const host = await openHost(site, SIMPLE);
  await host.ready();
  await host.element.evaluate((it) => /** @type {Element} */ (it).snooze(300));
  assert.notEqual(await host.launcher.getAttribute('data-away'), null);
  await host.tab.waitForTimeout(400);
  await host.track('anything');
  assert.equal(await host.launcher.getAttribute('data-away'), null);
  await host.close();
});

test('a visitor gets the tasks of the path that fits, in its order, under the headings of its levels', async () => {
  const host = await openHost(site, everything({ seats: 3 }));
  await host.launcher.click();
  await host.panel.waitFor();
  assert.deepEqual(await titles(host), ['Read the guide', 'Make a board', 'Import your data']);
  assert.deepEqual(await host.panel.locator('[part=tier] [role=heading]').allTextContents(), ['Basics', 'More']);
  await host.panel.getByText('locked: finish “Basics” first').waitFor();
  const [row] = (await host.element.evaluate((it) => /** @type {Element} */ (it).log())) ?? [];
  assert.deepEqual([row?.event, row?.path, row?.variant, row?.value], ['checklist_started', 'small', 'plain', 'fits']);
  assert.deepEqual(await host.violations(), []);
  await host.close();
});

test('a visitor whom no path fits gets the control, and the words of the arm', async () => {
  const host = await openHost(site, everything({ seats: 30 }));
  await host.launcher.click();
  await host.panel.getByText('All that a list can hold, in plain words.').waitFor();
  assert.deepEqual(await titles(host), ['Make a board', 'Read the guide', 'Invite a teammate']);
  await host.close();
});

test('a task shows its date, its owner, its milestone, what helps, and asks once whether that helped', async () => {
  const host = await openHost(site, everything({ seats: 3 }));
  await host.launcher.click();
  const make = host.row('Make a board');
  await make.locator('[part=toggle]').click();
  await make.getByText(/^Due /).waitFor();
  await make.getByText('Milestone: Your first board').waitFor();
  await make.getByRole('link', { name: 'Watch Boards in a minute' }).waitFor();
  await host.row('Read the guide').locator('[role=checkbox]').click();
  await host.track('made', { kind: 'board', seats: 4 });
  await host.status.getByText(/Well done! Milestone: Your first board/).waitFor();
  const badge = await host.events();
  assert.ok(badge.includes('reward {"task":"make"}'), `${badge}`);
  await make.locator('[part=toggle]').click();
  await make.getByRole('group', { name: 'Was this helpful?' }).getByRole('button', { name: 'Yes' }).click();
  assert.equal(await make.getByRole('group', { name: 'Was this helpful?' }).isVisible(), false);
  await host.row('Import your data').locator('[part=toggle]').click();
  await host.panel.getByText('Ana Ruiz does this for you').waitFor();
  assert.equal(await host.panel.getByRole('link', { name: 'Contact Ana Ruiz' }).getAttribute('href'), 'mailto:ana@example.com');
  await host.close();
});

test('three failures bring up a nudge beside the launcher, which can be put off', async () => {
  const host = await openHost(site, everything({ seats: 3 }));
  await host.ready();
  for (let count = 0; count < 3; count += 1) await host.track('import_failed');
  const nudge = host.element.locator('[part=notice]');
  await nudge.getByText('Imports fail now and then.').waitFor();
  await host.status.getByText('Imports fail now and then.').waitFor();
  assert.equal(await host.tab.evaluate(() => document.activeElement?.tagName), 'BODY', 'it takes no focus');
  await nudge.getByRole('button', { name: 'Not now' }).click();
  assert.equal(await nudge.count(), 0);
  await host.close();
});

test('the survey is answered with native controls, told to the host, logged, and asked no more', async () => {
  const host = await openHost(site, everything({ seats: 3 }));
  await host.launcher.click();
  await host.row('Read the guide').locator('[role=checkbox]').click();
  const survey = host.panel.locator('[part=survey]');
  await survey.getByRole('group', { name: 'Would you recommend this?' }).getByText('9', { exact: true }).click();
  await survey.getByText('I manage').click();
  await survey.getByLabel('What is missing?').fill('  Nothing <b>at all</b>  ');
  await survey.getByRole('button', { name: 'Send' }).click();
  await survey.waitFor({ state: 'hidden' });
  assert.ok((await host.events()).includes('survey {"score":"9","role":"2","why":"Nothing <b>at all</b>"}'));
  const log = await host.element.evaluate((it) => /** @type {Element} */ (it).log());
  const answers = log?.filter((row) => row.event === 'survey_answered').map((row) => [row.task, row.step, row.value, row.text]);
  assert.deepEqual(answers, [
    ['score', 1, '9', undefined],
    ['role', 2, '2', 'I manage'],
    ['why', 3, undefined, 'Nothing <b>at all</b>'],
  ]);
  await host.tab.reload();
  await host.launcher.click();
  await host.panel.waitFor();
  assert.equal(await survey.isVisible(), false);
  await host.close();
});

test('an adapter of the host keeps the progress, and one that fails is survived with a warning', async () => {
  const files = {
    'own.html': page('<script type="module" src="own.js"></script>'),
    'own.js': `const kept = (globalThis.kept = new Map(Object.entries(JSON.parse(sessionStorage.kept ?? '{}'))));
      const element = document.createElement('cairn-checklist');
      element.setAttribute('src', 'three.json');
      element.setAttribute('user', 'u');
      element.adapter = {
        async get(key) { return kept.get(key); },
        async set(key, text) { kept.set(key, text); sessionStorage.kept = JSON.stringify(Object.fromEntries(kept)); },
      };
      document.body.append(element);`,
    'three.json': SIMPLE.files['three.json'],
  };
  const host = await openHost(site, { path: 'own.html', files });
  await host.track('made');
  assert.deepEqual(await host.ready(), { done: 1, total: 3, finished: false });
  assert.equal(await host.tab.evaluate(() => Object.keys(localStorage).length), 0);
  await host.tab.reload();
  await host.tab.waitForFunction(() => document.querySelector('cairn-checklist')?.shadowRoot?.querySelector('[data-count="1/3"]'));
  assert.deepEqual(await host.ready(), { done: 1, total: 3, finished: false });
  await host.close();

  const broken = files['own.js'].replace('return kept.get(key);', "throw new Error('offline');");
  const other = await openHost(site, { path: 'own.html', files: { ...files, 'own.js': broken } });
  assert.deepEqual(await other.ready(), { done: 0, total: 3, finished: false });
  assert.deepEqual(other.said, ['warning: cairn-checklist: the adapter could not read the progress: offline']);
  await other.close();
});
