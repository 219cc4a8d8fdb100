// What happens when the engine cannot go on. A process of its own: afterwards there is no engine here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../dist/api/cairn.js';
import { engine_memory } from './memory.mjs';
import { sample } from './native.mjs';

const PAGES = 65_536;
const PAGE = 65_536;

test('data that need more memory than there is give an error, and so does every later call', async () => {
  const before = await load('user,time\nann,2026-03-01\n');
  const memory = await engine_memory();
  // Someone else takes what is left of the 4 GiB, but for some megabytes. None of it is touched.
  memory.grow(PAGES - memory.buffer.byteLength / PAGE - 200);
  const bytes = sample('saas-events.csv');
  const large = new Blob(Array.from({ length: 60 }, () => bytes));
  const died = { name: 'CairnError', code: 'engine_died', message: /more memory/ };
  await assert.rejects(load(large), died);
  assert.throws(() => before.run({ kind: 'overview' }), died);
  await assert.rejects(load('user,time\nann,2026-03-01\n'), died);
});
