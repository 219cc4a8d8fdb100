// Measures the real page in headless Chromium: `cargo xtask bench browser [--rows N] [--runs N]`. Each run has a browser of
// its own; the medians and extremes are printed, with the peak memory of the renderer from /proc.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, openSite } from '../e2e/harness.mjs';
import { openPanel, readTable, settled } from '../e2e/workbench.mjs';

const TABLE = 'Users, rates and times by step';

/** Windows in days, each asked once, so that no answer can come from a cache. */
const WINDOWS = [3, 5, 6, 8, 9, 10, 11, 12, 13, 15, 16];

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' }, runs: { type: 'string', default: '3' } } });
const [rows, runs] = [Number(values.rows), Number(values.runs)];

/** A file on disk, as people have it: one made in the page would lie in the renderer's memory. */
const file = join(ROOT, `target/events-${rows}.csv`);
execFileSync('cargo', ['xtask', 'sample', '--shape', 'seven', '--rows', String(rows), '--out', file], { cwd: ROOT });
const bytes = statSync(file).size;

/** @typedef {{ loadMillis: number, readyMillis: number, funnelMillis: number[], empty: number, peakBytes: number }} Run */

/** @returns {Promise<Run>} */
async function measure() {
  const site = await openSite();
  const { page } = await site.visit();
  await page.getByRole('button', { name: 'Try it with sample data' }).and(page.locator(':enabled')).waitFor();
  const empty = peakOfRenderers();
  const start = performance.now();
  await page.locator('input[type=file]').setInputFiles(file);
  await page.locator('.stats').waitFor({ timeout: 600_000 });
  const readyMillis = performance.now() - start;
  const loadMillis = await millisIn(page, '.stat:last-child .stat-value');
  await openPanel(page, 'Funnels');
  await readTable(page, TABLE);
  const funnelMillis = [];
  for (const days of WINDOWS) {
    const field = page.getByRole('spinbutton', { name: 'Conversion window' }).or(page.getByRole('textbox', { name: 'Conversion window' }));
    await field.first().fill(String(days));
    await field.first().blur();
    await page.getByText(`within ${days} days of the first`).first().waitFor();
    await settled(page);
    funnelMillis.push(await millisIn(page, '.answer-note'));
  }
  const peakBytes = peakOfRenderers();
  await site.close();
  return { loadMillis, readyMillis, funnelMillis, empty, peakBytes };
}

/**
 * The time that an element says, in milliseconds.
 * @param {import('playwright-core').Page} page
 * @param {string} selector
 */
async function millisIn(page, selector) {
  const text = (await page.locator(selector).first().textContent()) ?? '';
  const match = /([\d.,]+)\s*(ms|s)\b/.exec(text);
  if (!match) throw new Error(`no time in ${JSON.stringify(text)}`);
  return Number(match[1]?.replace(',', '')) * (match[2] === 's' ? 1000 : 1);
}

/** The greatest peak of resident memory of any Chromium renderer that runs, in bytes. */
function peakOfRenderers() {
  let peak = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) continue;
      const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      peak = Math.max(peak, Number(line?.[1] ?? 0) * 1024);
    } catch {
      // A process that has ended since has no files any more.
    }
  }
  return peak;
}

/** @param {number[]} numbers */
function summary(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { median, text: `${median.toFixed(0)} (${sorted[0]?.toFixed(0)}–${sorted.at(-1)?.toFixed(0)})` };
}

/** @param {number} bytes */
const mega = (bytes) => (bytes / 1e6).toFixed(1);

/** @type {Run[]} */
const all = [];
for (let run = 0; run < runs; run += 1) all.push(await measure());
const load = summary(all.map((run) => run.loadMillis));
const ready = summary(all.map((run) => run.readyMillis));
const funnel = summary(all.flatMap((run) => run.funnelMillis));
const chromium = execFileSync(process.env['CAIRN_CHROME'] ?? 'chromium', ['--version'], { encoding: 'utf8' }).trim();
console.log(`
${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model}), ${chromium}, ${runs} runs
| ${rows.toLocaleString('en')} events, ${mega(bytes)} MB of CSV, seven columns | median (least–most) |
|---|---|
| load in the worker, ms | ${load.text} |
| load, MB/s | ${(bytes / 1e3 / load.median).toFixed(0)} |
| from drop to overview on screen, ms | ${ready.text} |
| funnel, asked to answered on the page, ms | ${funnel.text} |
| peak memory of the renderer, MB (empty page: ${mega(Math.max(...all.map((run) => run.empty)))}) | ${mega(Math.max(...all.map((run) => run.peakBytes)))} |
`);
