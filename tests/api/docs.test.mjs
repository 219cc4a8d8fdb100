// The examples of docs/api.md run as they stand there, beside a copy of dist/api/ and the sample, and print what they say.
// `CAIRN_BLESS=1` writes anew what they print.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { serve } from '../../xtask/serve.mjs';
import { openSite } from '../e2e/harness.mjs';
import { ROOT } from './native.mjs';

const PAGE = join(ROOT, 'docs/api.md');
const FENCE = /^```(\w+)\n(.*?)^```$/gms;

let text = await readFile(PAGE, 'utf8');

/** Each example by the file name in its first line, with the output that follows it. */
const examples = [...text.matchAll(FENCE)].flatMap(([, language, code = ''], index, all) => {
  const [, name] = code.match(/^(?:\/\/|<!--) (\S+\.\w+)/) ?? [];
  if (language === 'text') return [];
  assert.ok(name, `an example has no name: ${code.slice(0, 60)}`);
  const next = all[index + 1];
  return [{ name, code, output: next?.[1] === 'text' ? next[2] : undefined }];
});

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-'));
  await cp(join(ROOT, 'dist/api'), join(folder, 'api'), { recursive: true });
  await cp(join(ROOT, 'www/samples/saas-events.csv'), join(folder, 'saas-events.csv'));
  for (const { name, code } of examples) await writeFile(join(folder, name), code);
});
after(() => rm(folder, { recursive: true }));

for (const { name, output } of examples.filter(({ name }) => name.endsWith('.mjs'))) {
  test(`${name} prints what docs/api.md says`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [name], { cwd: folder });
    if (process.env['CAIRN_BLESS']) {
      const start = text.indexOf('```text\n', text.indexOf(`// ${name}\n`)) + '```text\n'.length;
      text = text.slice(0, start) + stdout + text.slice(text.indexOf('```', start));
      await writeFile(PAGE, text);
    } else {
      assert.equal(stdout, output);
    }
  });
}

test('the page of docs/api.md answers in a browser', async () => {
  await writeFile(join(folder, 'favicon.ico'), ''); // browsers ask for it
  const server = await serve(folder);
  const site = await openSite();
  const page = await site.browser.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${server.url}page.html`);
  await page.getByLabel('Events').setInputFiles(join(folder, 'saas-events.csv'));
  await page.locator('output:not(:empty)').waitFor();
  assert.equal(await page.locator('output').textContent(), '3603 users; most did task_completed');
  assert.deepEqual(problems, []);
  await site.close();
  await server.close();
});

test('every code of an error is explained', async () => {
  const rust = ['crates/engine/src/ingest/error.rs', 'crates/engine/src/error.rs', 'crates/jsapi/src/read.rs'];
  const sources = [...rust, 'www/api/cairn.js', 'www/api/cairn-input.js'];
  for (const source of sources) {
    const code = await readFile(join(ROOT, source), 'utf8');
    const codes = [...code.matchAll(/(?:=> "|code: ["'])([a-z0-9_]+)["']/g)].map(([, code]) => code);
    assert.ok(codes.length > 0, source);
    for (const code of codes) assert.ok(text.includes(`\`${code}\``), `docs/api.md does not explain ${code}`);
  }
});

test("the package's version is the workspace's", async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'dist/api/package.json'), 'utf8'));
  const [, workspace] = (await readFile(join(ROOT, 'Cargo.toml'), 'utf8')).match(/\[workspace\.package\]\nversion = "(.*)"/) ?? [];
  assert.equal(version, workspace);
});
