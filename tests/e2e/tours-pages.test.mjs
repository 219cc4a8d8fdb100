// Tours over page loads: which go on by themselves, and which wait to be resumed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './harness.mjs';
import { driftOf, openTour } from './tour-page.mjs';

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

test('a tour goes on by itself on the next page if its own step navigated there', async () => {
  const steps = [{ target: '#link', text: 'One.', advance_when: 'clicked' }, { target: '#there', text: 'Two.', modal: false }];
  const { tab, card, tourLog, said, close } = await openTour(site, steps);
  await tab.locator('#link').click();
  await tab.waitForURL('**/next.html');
  await tab.getByText('Two.').waitFor();
  assert.ok((await driftOf(tab, '#there', 'rest')).worst <= 0.5);
  await tab.locator('[part~=card-next]').click();
  await card.waitFor({ state: 'detached' });
  assert.deepEqual(await tourLog(), ['tour_started 1', 'tour_step_seen 1', 'tour_step_completed 1', 'tour_step_seen 2', 'tour_step_completed 2', 'tour_ended 2 finished']);
  assert.deepEqual(said, []);
  await close();
});

for (const [minutes, goesOn] of /** @type {const} */ ([[4.9, true], [5.1, false]])) {
  test(`a tour whose own step led to a page that comes ${minutes} minutes later ${goesOn ? 'goes on by itself' : 'waits to be resumed'}`, async () => {
    const steps = [{ target: '#link', text: 'One.', advance_when: 'clicked' }, { target: '#there', text: 'Two.', modal: false }];
    const later = `if (location.pathname.endsWith('next.html')) { const { now } = Date; Date.now = () => now() + ${minutes * 60_000}; }`;
    const { tab, card, text, ready, startTour, said, close } = await openTour(site, steps, { before: later });
    await tab.locator('#link').click();
    await tab.waitForURL('**/next.html');
    await ready();
    if (!goesOn) {
      await tab.waitForTimeout(300);
      assert.equal(await card.count(), 0);
      await startTour();
    }
    await card.waitFor();
    assert.equal(await text(), 'Two.');
    assert.deepEqual(said, []);
    await close();
  });
}

test('a tour whose page was left otherwise resumes on request, at its step', async () => {
  const { tab, card, launcher, next, text, ready, element, close } = await openTour(site, [{ target: '#first', text: 'One.', modal: false }, { target: '#field', text: 'Two.', modal: false }]);
  await next();
  await tab.getByText('Two.').waitFor();
  await tab.waitForTimeout(100);
  await tab.reload();
  await ready();
  await tab.waitForTimeout(300);
  assert.equal(await card.count(), 0);
  await launcher.click();
  await element.getByRole('button', { name: 'Show me' }).click();
  await card.waitFor();
  assert.equal(await text(), 'Two.');
  await close();
});
