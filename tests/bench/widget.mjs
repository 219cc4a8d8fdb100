// The checklist beside its peers on the same page: `cargo xtask bench widget [--runs N] [--only NAME]`. Each in a fresh browser,
// over a network of 1.6 Mbit/s and 150 ms, on a processor slowed to a quarter, in an order that turns from run to run. A run
// of all contenders is written into docs/benchmarks.md.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, findChrome } from '../e2e/harness.mjs';
import { CONTENDERS } from './widget/contenders.mjs';
import { measure } from './widget/measure.mjs';
import { report } from './widget/report.mjs';
import { buildSite } from './widget/site.mjs';

const DOCS = join(ROOT, 'docs/benchmarks.md');
const [BEGIN, END] = ['<!-- bench:widget -->', '<!-- /bench:widget -->'];

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, only: { type: 'string', multiple: true, default: [] } } });
const runs = Number(values.runs);
const unknown = values.only.find((name) => !CONTENDERS.some((it) => it.name === name));
if (unknown || !(runs >= 1)) throw new Error(`--only takes ${CONTENDERS.map(({ name }) => name).join(', ')}; --runs a number from 1`);
const chosen = CONTENDERS.filter(({ name }) => values.only.length === 0 || values.only.includes(name));

await buildSite();
/** @type {import('./widget/measure.mjs').Sample[]} */
const samples = [];
for (let run = 0; run < runs; run += 1) {
  const first = run % chosen.length;
  for (const contender of [...chosen.slice(first), ...chosen.slice(0, first)]) {
    const sample = await measure(contender);
    console.log(`    run ${run + 1} of ${runs}: ${contender.name}: ${sample.bytes} bytes, longest task ${sample.longest.toFixed(0)} ms`);
    samples.push(sample);
  }
}
const text = report(samples, {
  command: `cargo xtask bench widget --runs ${runs}`,
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
  chromium: execFileSync(findChrome(), ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
  versions: JSON.parse(readFileSync(join(ROOT, 'tests/bench/widget/package.json'), 'utf8')).devDependencies,
});
console.log(`\n${text}`);
if (chosen.length === CONTENDERS.length) {
  const document = readFileSync(DOCS, 'utf8');
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md lacks ${BEGIN} … ${END}, where the report belongs`);
  writeFileSync(DOCS, `${document.slice(0, from)}${BEGIN}\n${text}\n${document.slice(to)}`);
  console.log('docs/benchmarks.md now says this too.');
}
