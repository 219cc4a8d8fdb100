// Paths by segment on a page: by the name that the host says, by exported rules, by the nearest of exported centroids.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './harness.mjs';
import { openHost, page } from './widget-page.mjs';

/** @typedef {import('../../www/cairn-checklist.d.ts').CairnChecklistElement} Element */

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

const task = (/** @type {string} */ id) => ({ id, title: `Task ${id}`, detail: 'Do it.', complete_when: 'manual' });
const scale = (/** @type {object} */ feature) => ({ feature, mean: 0, deviation: 1 });

const DEFINITION = {
  version: 1,
  id: 'paths',
  title: 'Paths',
  tasks: ['named', 'ruled', 'near', 'same'].map(task),
  paths: [
    { id: 'named', tasks: ['named'], when: { segment: 'enterprise' } },
    { id: 'ruled', tasks: ['ruled'], when: { segment: 'small-team' } },
    { id: 'near', tasks: ['near'], when: { segment: 'busy' } },
    { id: 'same', tasks: ['same'] },
  ],
  control: { path: 'same' },
  segments: {
    version: 1,
    segments: [
      {
        name: 'small-team',
        segment: {
          kind: 'all_of',
          of: [
            { kind: 'property', property: 'seats', on: 'user', op: 'lte', values: ['5'] },
            { kind: 'did', rule: { event: 'project_created' }, times: 'at_least', n: 2 },
          ],
        },
      },
      {
        name: 'busy',
        segment: { kind: 'cluster', features: [scale({ kind: 'event_count', event: 'saved' }), scale({ kind: 'property', property: 'seats' })], centroids: [[0, 1], [1.8, 40]], cluster: 1 },
      },
    ],
    needs: { traits: ['seats'], events: ['project_created', 'saved'] },
  },
};

/** The path that the log names last, and its task, for a visitor of whom this is known. @param {{ segment?: string, traits?: object, events?: string[] }} visitor */
async function pathOf({ segment = '', traits, events = [] }) {
  const body = `<cairn-checklist src="paths.json" user="u" segment="${segment}"></cairn-checklist>`;
  const host = await openHost(site, { path: 'host.html', files: { 'host.html': page(body), 'paths.json': DEFINITION } });
  if (traits) await host.element.evaluate((it, traits) => Reflect.set(it, 'traits', traits), traits);
  await host.ready();
  for (const event of events) await host.track(event);
  // Until the list is seen, what is learned of a visitor may still decide.
  await host.element.evaluate((it) => Reflect.set(it, 'traits', Reflect.get(it, 'traits')));
  const requests = host.requests.length;
  await host.launcher.click();
  await host.panel.waitFor();
  const [title] = await host.panel.locator('[part=task]:not([hidden]) [part=name]').allTextContents();
  const rows = (await host.element.evaluate((it) => /** @type {Element} */ (it).log())) ?? [];
  assert.equal(host.requests.length, requests, 'nothing is sent');
  assert.deepEqual([await host.violations(), host.said.filter((line) => line.startsWith('error'))], [[], []]);
  await host.close();
  return [rows.at(-1)?.path, title];
}

test('a segment that the host names picks its path', async () => {
  assert.deepEqual(await pathOf({ segment: 'enterprise' }), ['named', 'Task named']);
});

test('exported rules pick the path of who meets them, and of nobody else', async () => {
  const events = ['project_created', 'project_created'];
  assert.deepEqual(await pathOf({ traits: { seats: 3 }, events }), ['ruled', 'Task ruled']);
  assert.deepEqual(await pathOf({ traits: { seats: 3 }, events: events.slice(1) }), ['same', 'Task same']);
  assert.deepEqual(await pathOf({ events }), ['same', 'Task same'], 'unknown is not in the segment');
});

test('the nearest of exported centroids picks the path', async () => {
  const saved = Array.from({ length: 5 }, () => 'saved');
  assert.deepEqual(await pathOf({ traits: { seats: 38 }, events: saved }), ['near', 'Task near']);
  assert.deepEqual(await pathOf({ traits: { seats: 6 }, events: saved }), ['same', 'Task same']);
});
