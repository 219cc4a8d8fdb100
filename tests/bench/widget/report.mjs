// The tables for docs/benchmarks.md.

import { CONTENDERS } from './contenders.mjs';

/** @typedef {import('./measure.mjs').Sample} Sample */

/** A bare Leptos list, after wasm-opt, with its glue: the floor of the framework that the workbench is built with. */
const LEPTOS_LIST = 72_000;

/** What is wanted of ours, and which way is better. @type {[string, (sample: Sample) => number | undefined, string, number][]} */
const MEASURES = [
  ['bytes over the wire, brotli', ({ bytes }) => bytes, 'kB', 1000],
  ['launcher visible, ms', ({ visible }) => visible, 'ms', 1],
  ['blocking time at load, ms', ({ blocking }) => blocking, 'ms', 1],
  ['longest task before use, ms', ({ longest }) => longest, 'ms', 1],
  ['list open after the click, ms', ({ opened }) => opened, 'ms', 1],
  ['card shown after the call, ms', ({ shown }) => shown, 'ms', 1],
  ['drift, px', ({ drift }) => drift, 'px', 1],
  ['peak memory of the renderer, MB', ({ peak }) => peak, 'MB', 1_000_000],
];

/**
 * @param {Sample[]} samples
 * @param {{ command: string, date: string, machine: string, chromium: string, versions: Record<string, string> }} about
 */
export function report(samples, { command, date, machine, chromium, versions }) {
  const lines = CONTENDERS.map((contender) => ({ ...contender, taken: samples.filter(({ name }) => name === contender.name) })).filter(({ taken }) => taken.length > 0);
  const busy = samples.map(({ busyBefore }) => Math.round(100 * busyBefore)).sort((a, b) => a - b);
  const rows = MEASURES.map(([title, of, , unit]) => [title, ...lines.map(({ taken }) => spread(taken.map(of), unit))]);
  const found = lines.map(({ title, taken }) => {
    const rules = [...new Set(taken.flatMap(({ axe }) => axe))];
    return `- ${title}: ${rules.length > 0 ? rules.join('; ') : 'nothing'}`;
  });
  const ours = samples.find(({ name }) => name === 'cairn');
  const floor = ours ? `\nOurs is ${((ours.bytes - LEPTOS_LIST) / 1000).toFixed(1)} kB above a bare Leptos list (72 kB), with all that a tour fetches and the definition counted.\n` : '';
  return `\`${command}\`, ${date}, ${machine}, headless ${chromium}; ${Object.entries(versions).map((it) => it.join(' ')).join(', ')}.
Just before a contender began, other work took ${busy[0]} to ${busy.at(-1)} % of the processors. Median (least–most).

${table(['', ...lines.map(({ title }) => title)], rows)}
${floor}
What axe finds, by state:

${found.join('\n')}

${losses(lines)}`;
}

/** @param {{ name: string, title: string, taken: Sample[] }[]} lines */
function losses(lines) {
  const ours = lines.find(({ name }) => name === 'cairn');
  if (!ours) return '';
  const rivals = lines.filter(({ name }) => name !== 'cairn' && name !== 'nothing');
  const lost = MEASURES.flatMap(([measure, of]) => {
    const mine = median(ours.taken.map(of));
    return rivals.flatMap(({ title, taken }) => {
      const theirs = median(taken.map(of));
      return mine !== undefined && theirs !== undefined && theirs < mine ? [`- ${measure}: ${title} has ${round(theirs / mine * 100)} % of ours`] : [];
    });
  });
  return lost.length > 0 ? `What ours loses at:\n\n${lost.join('\n')}` : 'Ours loses at nothing that was measured.';
}

/** @param {(number | undefined)[]} numbers @param {number} unit */
function spread(numbers, unit) {
  const sorted = sort(numbers);
  const middle = median(numbers);
  if (middle === undefined) return '–';
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  return least === most ? round(middle / unit) : `${round(middle / unit)} (${round(least / unit)}–${round(most / unit)})`;
}

/** @param {(number | undefined)[]} numbers */
function sort(numbers) {
  return numbers.filter((it) => it !== undefined).sort((a, b) => a - b);
}

/** @param {(number | undefined)[]} numbers */
function median(numbers) {
  const sorted = sort(numbers);
  return sorted[Math.floor(sorted.length / 2)];
}

/** @param {number} number */
function round(number) {
  return number >= 100 ? number.toFixed(0) : number.toFixed(1);
}

/** @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
