// The examples of hosts, built and used beside the built element.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EXAMPLES, bundle } from '../../examples/build.mjs';
import { ROOT, openSite } from './harness.mjs';
import { STRICT, openHost } from './widget-page.mjs';

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

const DEFINITION = {
  version: 1,
  id: 'example',
  title: 'First steps',
  tasks: [
    { id: 'make', title: 'Make a project', detail: 'Any.', complete_when: { event: 'project_created' } },
    { id: 'ask', title: 'Ask your team', detail: 'By mail.', when: { trait: 'plan', is: 'team' }, complete_when: 'manual' },
    { id: 'pay', title: 'Choose a plan', detail: 'You have one.', when: { not: { trait: 'plan', is: 'team' } }, complete_when: 'manual' },
  ],
};

for (const name of /** @type {(keyof typeof EXAMPLES)[]} */ (Object.keys(EXAMPLES))) {
  test(`the example for ${name} sets properties, hears events, calls methods, and leaves nothing behind`, async () => {
    const plain = await readFile(join(ROOT, 'examples/plain/index.html'), 'utf8');
    // Trusted Types stay out of it here: what Svelte does to make elements is Svelte's.
    const policy = `<meta http-equiv="Content-Security-Policy" content="${STRICT.replace("; require-trusted-types-for 'script'", '')}">`;
    const body = name === 'plain' ? plain : plain.replace(/<body>.*<\/body>/s, '<body><div id="app"></div></body>');
    const files = { 'example.html': body.replace('<head>', `<head>${policy}`), 'main.js': await bundle(name), 'onboarding.json': DEFINITION };
    const { tab, launcher, panel, said, violations, ready, close } = await openHost(site, { path: 'example.html', files });
    await tab.locator('cairn-checklist').waitFor({ state: 'attached' });
    await ready();
    await launcher.click();
    await panel.getByText('0 of 2 done').waitFor();
    assert.deepEqual(await panel.locator('[part=task]:not([hidden]) [part=name]').allTextContents(), ['Make a project', 'Ask your team']);
    await tab.locator('#make').click();
    await tab.locator('#progress').getByText('1 of 2').waitFor();
    assert.deepEqual([said, await violations()], [[], []]);
    await close();
  });
}
