// The playground: what is typed there is what the checklist beside it becomes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, openSite, screenshot } from './harness.mjs';

/** @typedef {import('./harness.mjs').Looks} Looks */

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

/** @param {Looks} [looks] */
async function openPlayground(looks) {
  const opened = await site.visit('demo/playground.html', looks);
  const { page } = opened;
  page.setDefaultTimeout(10_000);
  const frame = page.frameLocator('#page');
  const source = page.locator('#source');
  const verdict = page.locator('#verdict');
  await verdict.getByText('The definition works.').waitFor();
  return {
    ...opened,
    source,
    verdict,
    panel: frame.locator('cairn-checklist [part=panel]'),
    frame,
    /** The events of the log, the newest first, each with its task. */
    log: () => page.locator('#rows tr').evaluateAll((rows) =>
      rows.map((row) => [...row.children].slice(1, 3).map((cell) => cell.textContent).join(' ').trim())),
    /** Types another definition. @param {(definition: any) => unknown} change */
    edit: async (change) => {
      const definition = JSON.parse(await source.inputValue());
      change(definition);
      await source.fill(JSON.stringify(definition, null, 2));
    },
  };
}

test('what is typed is what the checklist becomes', async () => {
  const { panel, edit, verdict, problems, violations, close } = await openPlayground();
  await panel.getByRole('heading', { name: 'Send your first invoice' }).waitFor();
  await edit((definition) => {
    definition.title = 'Something else';
    definition.tasks.push({ id: 'more', title: 'One more', complete_when: 'manual' });
  });
  await panel.getByRole('heading', { name: 'Something else' }).waitFor();
  assert.equal(await panel.locator('[part=task]').count(), 4);
  await verdict.getByText('The definition works.').waitFor();
  assert.deepEqual([problems.filter((line) => !line.includes('the definition works, but')), await violations()], [[], []]);
  await close();
});

test('what is wrong is said with its JSON path, and what is right again shows again', async () => {
  const { panel, source, edit, verdict, close } = await openPlayground();
  const before = await source.inputValue();
  await edit((definition) => (definition.tasks[2].requires = ['nope']));
  await verdict.getByText('no task has the id "nope"').waitFor();
  assert.equal(await verdict.locator('code').textContent(), '$.tasks[2].requires[0]');
  assert.equal(await panel.count(), 0);
  await source.fill('{');
  await verdict.getByText('is not valid JSON').waitFor();
  assert.equal(await verdict.locator('code').textContent(), '$');
  await source.fill(before);
  await verdict.getByText('The definition works.').waitFor();
  await panel.getByRole('heading', { name: 'Send your first invoice' }).waitFor();
  await close();
});

test('advice about a definition that works is shown below the verdict', async () => {
  const { edit, verdict, close } = await openPlayground();
  await edit((definition) => {
    definition.tasks = Array.from({ length: 7 }, (_, at) => ({ id: `t${at}`, title: `Task ${at}`, complete_when: 'manual' }));
    delete definition.tours;
  });
  await verdict.getByText('7 tasks are more than most people finish').waitFor();
  assert.match((await verdict.textContent()) ?? '', /^The definition works\./);
  await close();
});

test('the log shows what happens, a tour runs in the frame, and a reset begins anew', async () => {
  const { page, panel, frame, log, close } = await openPlayground();
  await page.locator('#event').fill('invoice_saved');
  await page.keyboard.press('Enter');
  await page.locator('#rows').getByText('task_completed').waitFor();
  assert.ok((await log()).includes('task_completed save'), (await log()).join('\n'));
  await panel.locator('[part=task]').first().locator('[part=toggle]').waitFor();
  await panel.getByRole('button', { name: 'Show me' }).click();
  await frame.locator('[part~=card]').waitFor();
  await frame.locator('[part~=card-next]').click();
  await frame.locator('[part~=card-next]').click();
  await page.locator('#rows').getByText('tour_ended').waitFor();
  await page.locator('#reset').click();
  await frame.locator('cairn-checklist [part=launcher][data-count="0/3"]').waitFor();
  await close();
});

/** @type {Record<string, Looks>} */
const SETTINGS = { light: {}, dark: { colorScheme: 'dark' }, 'at-360': { width: 360 }, 'dark-at-320': { width: 320, colorScheme: 'dark' } };

for (const [name, looks] of Object.entries(SETTINGS)) {
  test(`axe finds nothing in the playground, and it does not scroll sideways: ${name}`, async () => {
    const { page, panel, source, verdict, close } = await openPlayground(looks);
    await panel.waitFor();
    await screenshot(page, `playground-${name}`);
    const undecided = { 'color-contrast': 'text over the mark of a task, as in the tests of its looks' };
    await assertAccessible(page, undecided);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'the page scrolls sideways');
    await source.fill('{"version": 1}');
    await verdict.locator('code').waitFor();
    await screenshot(page, `playground-${name}-error`);
    await assertAccessible(page, undecided);
    await close();
  });
}
