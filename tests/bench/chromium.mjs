// A Chromium of one's own for each measurement, the peak memory of its renderers, and how busy the machine is, from /proc.

import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { FLAGS, findChrome } from '../e2e/harness.mjs';

/** Starts one that nothing else uses. `peakBytes` is the greatest peak of resident memory of any of its renderers. */
export async function startChromium() {
  // The processes of other browsers on the machine are told apart by this flag, which means nothing to the browser.
  const mark = `--bench-mark=${randomUUID()}`;
  const browser = await chromium.launch({ executablePath: findChrome(), args: [...FLAGS, mark] });
  return {
    browser,
    peakBytes: () => {
      const root = processes().find(({ line }) => line.includes(mark) && !line.includes('--type='));
      return Math.max(0, ...below(root?.pid ?? 0).filter(({ line }) => line.includes('--type=renderer')).map(({ peak }) => peak));
    },
  };
}

/** The share of the processors' time that something takes while we wait, 0..1: what a measurement would suffer from. */
export async function busyShare() {
  const before = processorTimes();
  await setTimeout(500);
  const after = processorTimes();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

function processorTimes() {
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/\s+/) ?? [];
  const numbers = ticks.slice(0, 8).map(Number); // the guests' time, which follows, is in the first ones already
  return { idle: (numbers[3] ?? 0) + (numbers[4] ?? 0), all: numbers.reduce((a, b) => a + b, 0) };
}

/** @typedef {{ pid: number, parent: number, line: string, peak: number }} Process */

/** @param {number} root @returns {Process[]} all processes that it started, and those that they did */
function below(root) {
  const all = processes();
  const found = new Set([root]);
  // A child may be listed before its parent.
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => pid !== root && found.has(pid));
}

/** @returns {Process[]} */
function processes() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      const field = (/** @type {RegExp} */ pattern) => Number(pattern.exec(status)?.[1] ?? 0);
      return [{ pid: Number(name), parent: field(/PPid:\s+(\d+)/), line, peak: field(/VmHWM:\s+(\d+) kB/) * 1024 }];
    } catch {
      return []; // A process that has ended since has no files any more.
    }
  });
}
