// The page beside its peers in headless Chromium: `cargo xtask bench browser [--rows N] [--runs N] [--only NAME] [--dirty]
// [--json FILE]`. All read the same file from disk and are asked the same questions, each in a fresh browser, in an order
// that turns from run to run. No time counts unless all answers agree. The report is printed, and a run of all
// contenders is written into docs/benchmarks.md too.

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, findChrome } from '../e2e/harness.mjs';
import { assertAgreed } from './agree.mjs';
import { CLUSTERING } from './clustering.mjs';
import { CONTENDERS, measure } from './contenders.mjs';
import { replaceSection, report } from './report.mjs';
import { buildPeers, peerVersions } from './site.mjs';

const DOCS = join(ROOT, 'docs/benchmarks.md');

/**
 * Everything that a run of the bench found.
 * @typedef {object} Findings
 * @property {string} date
 * @property {string} command
 * @property {string} machine
 * @property {string} chromium
 * @property {Record<string, string>} versions of the peers
 * @property {number} rows
 * @property {boolean} dirty
 * @property {number} bytes of the file
 * @property {number} runs
 * @property {import('./contenders.mjs').Sample[]} samples in the order in which they were taken
 * @property {Record<string, string>} skipped the reason, by contender
 */

const options = readOptions();
const files = { events: makeFile(options), points: makePoints() };
await buildPeers();
const findings = await run(options, files);
assertAgreed(findings.samples, options.rows);
const text = report(findings);
console.log(`\n${text}`);
if (options.json) writeFileSync(options.json, JSON.stringify(findings, undefined, 2));
if (options.contenders.length === CONTENDERS.length) {
  writeFileSync(DOCS, replaceSection(readFileSync(DOCS, 'utf8'), sectionOf(options), text));
  console.log('docs/benchmarks.md now says this too.');
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      runs: { type: 'string', default: '3' },
      only: { type: 'string', multiple: true, default: [] },
      dirty: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const [rows, runs] = [wholeNumber('rows', values.rows), wholeNumber('runs', values.runs)];
  const names = CONTENDERS.map(({ name }) => name);
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown) throw new Error(`--only ${unknown}: the contenders are ${names.join(', ')}`);
  const contenders = CONTENDERS.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
  return { rows, runs, contenders, dirty: values.dirty, json: values.json };
}

/** @param {string} name @param {string} text */
function wholeNumber(name, text) {
  const number = Number(text.replaceAll('_', ''));
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} ${text}: a whole number from 1`);
  return number;
}

/** A file on disk, as people have it: one made in the page would lie in the renderer's memory. @param {typeof options} of */
function makeFile({ rows, dirty }) {
  const path = join(ROOT, `target/events-nine-${rows}${dirty ? '-dirty' : ''}.csv`);
  const shape = ['--shape', 'nine', '--rows', String(rows), ...(dirty ? ['--dirty'] : [])];
  execFileSync('cargo', ['xtask', 'sample', ...shape, '--out', path], { cwd: ROOT, stdio: 'inherit' });
  return path;
}

/** Users to cluster by eight numbers, the same whatever the events are. */
function makePoints() {
  const path = join(ROOT, `target/points-${CLUSTERING.points}.csv`);
  const shape = ['--shape', 'points', '--rows', String(CLUSTERING.points)];
  execFileSync('cargo', ['xtask', 'sample', ...shape, '--out', path], { cwd: ROOT, stdio: 'inherit' });
  return path;
}

/**
 * @param {typeof options} of
 * @param {{ events: string, points: string }} files
 * @returns {Promise<Findings>}
 */
async function run({ rows, runs, contenders, dirty }, files) {
  const takesPart = contenders.filter(({ mostRows = Infinity }) => rows <= mostRows);
  const left = contenders.filter((contender) => !takesPart.includes(contender));
  const samples = [];
  for (let run = 0; run < runs; run += 1) {
    const first = run % takesPart.length;
    for (const contender of [...takesPart.slice(first), ...takesPart.slice(0, first)]) {
      const sample = await measure(contender, files);
      const took = sample.failure ?? `${(sample.loadMillis ?? sample.clusterMillis ?? 0).toFixed(0)} ms`;
      console.log(`    run ${run + 1} of ${runs}: ${contender.name}: ${took}`);
      samples.push(sample);
    }
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    command: commandOf({ rows, runs, contenders, dirty }),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    chromium: execFileSync(findChrome(), ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
    versions: await peerVersions(),
    rows,
    dirty,
    bytes: statSync(files.events).size,
    runs,
    samples,
    skipped: Object.fromEntries(left.map(({ name, limit = '' }) => [name, limit])),
  };
}

/** What measures the same again. @param {Omit<typeof options, 'json'>} of */
function commandOf({ rows, runs, contenders, dirty }) {
  const only = contenders.length < CONTENDERS.length ? contenders.map(({ name }) => ` --only ${name}`) : [];
  return `cargo xtask bench browser --rows ${rows} --runs ${runs}${dirty ? ' --dirty' : ''}${only.join('')}`;
}

/** @param {typeof options} of */
function sectionOf({ rows, dirty }) {
  return `${rows}${dirty ? ' dirty' : ''}`;
}
