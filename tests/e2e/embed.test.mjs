// What docs/checklist.md shows works as it stands there, on a page with the policy that it names.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, openSite } from './harness.mjs';
import { openHost } from './widget-page.mjs';

/** @type {import('./widget-page.mjs').Site} */
let site;
before(async () => void (site = await openSite()));
after(() => site.close());

const doc = await readFile(join(ROOT, 'docs/checklist.md'), 'utf8');

/** The one example of a language. @param {string} language */
function example(language) {
  const found = [...doc.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, code = '']) => code);
  assert.equal(found.length, 1, `one example in ${language}`);
  return found[0] ?? '';
}

test('five minutes from nothing to a working list: what the page says works as it stands there', async () => {
  const policy = /`(script-src [^`]*)`/.exec(doc)?.[1];
  assert.ok(policy, 'the page names a policy');
  const html = `<!doctype html><html lang="en"><title>Mine</title>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; ${policy}">${example('html')}<script type="module" src="mine.js"></script>`;
  const files = { 'mine.html': html, 'onboarding.json': example('json'), 'mine.js': `globalThis.made = () => { ${example('js')} };` };
  const { tab, launcher, panel, row, said, violations, ready, close } = await openHost(site, { path: 'mine.html', files });
  await ready();
  await launcher.click();
  await panel.getByText('0 of 3 done').waitFor();
  assert.match((await row('Invite a teammate').locator('[part=reason]').textContent()) ?? '', /Create your first project/);
  await tab.evaluate(() => Reflect.get(globalThis, 'made')());
  await panel.getByText('1 of 3 done').waitFor();
  assert.deepEqual([said, await violations()], [[], []]);
  await close();
});

test('every token of the style sheet is in the page about theming, with its colors', async () => {
  const theming = await readFile(join(ROOT, 'docs/checklist-theming.md'), 'utf8');
  const css = await readFile(join(ROOT, 'www/styles/widget.css'), 'utf8');
  const tokens = [...css.matchAll(/var\((--cairn-[a-z-]+), (?:light-dark\((#\w+|rgb\(.*?\)), (#\w+|rgb\(.*?\))\))?/g)];
  assert.ok(tokens.length > 10);
  for (const [, token = '', light, dark] of tokens) {
    const line = theming.split('\n').find((it) => it.startsWith(`| \`${token}\``)) ?? '';
    assert.ok(line, `${token} is listed`);
    for (const color of [light, dark]) assert.ok(!color || line.includes(color), `${token}: ${color}`);
  }
});
