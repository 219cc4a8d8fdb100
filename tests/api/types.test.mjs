// What a TypeScript program sees: right uses compile, wrong ones do not, and the declarations themselves are without fault.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './native.mjs';

const PROGRAM = `
import { CairnError, load, preview } from './api/cairn.js';
import type { Answer, Condition, FunnelQuery, LoadReport, Query, Segment } from './api/cairn.js';

const pro: Condition = { kind: 'property', property: 'plan', op: 'eq', values: ['pro'] };
const buyers: Segment = { kind: 'did', rule: { event: 'payment', where: [pro] }, n: 2 };
const funnel: FunnelQuery = { kind: 'funnel', steps: [{ rule: { event: 'a' } }], scope: { segment: buyers } };

using data = await load(new Blob(['…']), { name: 'a.csv', on_progress: ({ n_bytes }) => console.log(n_bytes) });
const report: LoadReport = data.report;
const answer = data.run(funnel);
const rate: number | undefined = answer.overall.conversion_rate?.rate;
const events: string[] = data.run({ kind: 'overview' }).events.map(({ event }) => event);
const any = (query: Query): Answer => data.run(query);
const { columns } = await preview(() => new Blob([]).stream(), { mapping: { zone: 'UTC' } });
if (new Error() instanceof CairnError) console.log(report, rate, events, any, columns[0]?.why_role.code);

// @ts-expect-error a rate may be missing
answer.overall.conversion_rate.rate;
// @ts-expect-error the answer to a funnel has no days
answer.days;
// @ts-expect-error a misspelled field
data.run({ kind: 'funnel', step: [] });
// @ts-expect-error an unknown kind
data.run({ kind: 'funel' });
// @ts-expect-error an unknown comparison
const equals: Condition = { kind: 'property', property: 'plan', op: 'equals' };
// @ts-expect-error a number is no source
await load(42);
// @ts-expect-error only load makes data sets
new (data.constructor as typeof import('./api/cairn.js').DataSet)();
// @ts-expect-error facts are not for writing
data.n_bytes = 0;
`;

const FLAGS = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,esnext.disposable,dom'];

test('the declarations accept what is right and refuse what is wrong', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-'));
  try {
    await cp(join(ROOT, 'dist/api'), join(folder, 'api'), { recursive: true });
    await writeFile(join(folder, 'program.mts'), PROGRAM);
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    /** @type {string} */
    const complaints = await new Promise((done) => {
      execFile(tsc, [...FLAGS, 'program.mts'], { cwd: folder }, (_, stdout, stderr) => done(stdout + stderr));
    });
    assert.equal(complaints, '');
  } finally {
    await rm(folder, { recursive: true });
  }
});
