// WebAssembly and native code give the same bytes for the same file and query: the last bit of every number included.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from './harness.mjs';

const SAMPLE = join(ROOT, 'www/samples/saas-events.csv');

/** @type {Record<string, object>} */
const QUERIES = {
  overview: { kind: 'overview' },
  'overview in a zone with summer time': { kind: 'overview', scope: { zone: 'Europe/Berlin' } },
  'funnel by channel': {
    kind: 'funnel',
    steps: ['signed_up', 'project_created', 'teammate_invited', 'payment'].map((event) => ({ rule: { event } })),
    breakdown: { kind: 'property', property: 'channel' },
  },
  'clusters of behavior': { kind: 'cluster' },
};

/** @type {string} */
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-parity-'));
});
after(() => rm(folder, { recursive: true }));

test('the same file and query give the same bytes natively and in WebAssembly', async () => {
  const files = await Promise.all(
    Object.values(QUERIES).map(async (query, index) => {
      const file = join(folder, `${index}.json`);
      await writeFile(file, JSON.stringify(query));
      return file;
    }),
  );
  // Built on its own, this program is free of the features that the tests of other crates switch on (tidy checks it).
  const cargo = ['run', '--quiet', '--locked', '--package', 'cairn-tests', '--bin', 'answer', '--', SAMPLE, ...files];
  const { stdout } = await promisify(execFile)('cargo', cargo, { cwd: ROOT, maxBuffer: 1 << 28 });
  const native = stdout.trimEnd().split('\n');

  const { load } = await import('../../dist/api/cairn.js');
  const data = await load(await readFile(SAMPLE), { name: 'saas-events.csv' });
  for (const [index, [name, query]] of Object.entries(QUERIES).entries()) {
    const answer = data.run_json(JSON.stringify(query));
    assert.ok(answer.length > 200, `${name}: the answer says next to nothing: ${answer}`);
    assert.equal(answer, native[index], name);
  }
  data.free();
});
