// The reference of the checklist's definition says what the schema says. `CAIRN_BLESS=1` writes it anew.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './native.mjs';
import { reference } from './reference.mjs';

const PAGE = join(ROOT, 'docs/checklist-reference.md');

test('the reference is what the schema says', async () => {
  const wanted = await reference();
  if (process.env['CAIRN_BLESS']) await writeFile(PAGE, wanted);
  assert.equal(await readFile(PAGE, 'utf8'), wanted, 'CAIRN_BLESS=1 node --test tests/api/reference.test.mjs writes it anew');
});

test('every field of the schema has a description', async () => {
  const text = await readFile(PAGE, 'utf8');
  const bare = text.split('\n').filter((line) => /^\| \**`\w+`\** \|/.test(line) && line.endsWith('|  |'));
  assert.deepEqual(bare, []);
});
