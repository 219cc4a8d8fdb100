// The report: tables in Markdown, for the terminal and for docs/benchmarks.md.

import { CONTENDERS, isOurs } from './contenders.mjs';
import { figuresOf, goals } from './figures.mjs';
import { WORKS } from './works.mjs';

/** @typedef {import('./browser.mjs').Findings} Findings */
/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {import('./figures.mjs').Spread} Spread */
/** @typedef {{ name: string, title: string, figures: Figures }} Line */

const [BEGIN, END] = ['<!-- bench:browser -->', '<!-- /bench:browser -->'];

/** @param {Findings} findings */
export function report(findings) {
  const { samples, skipped } = findings;
  const lines = CONTENDERS.filter(({ name }) => samples.some((sample) => sample.name === name)).map(({ name, title }) => ({
    name,
    title,
    figures: figuresOf(findings, name),
  }));
  const reasons = CONTENDERS.flatMap(({ name, title }) => {
    const failure = lines.find((line) => line.name === name)?.figures.failure;
    if (failure) return [`- ${title} failed: ${failure}`];
    return name in skipped ? [`- ${title} was left out: ${skipped[name]}.`] : [];
  });
  const parts = [heading(findings), loadTable(findings, lines), workTable(findings, lines), shownTable(lines), clusterTable(lines), memoryTable(lines)];
  return [...parts, reasons.join('\n'), goalTable(findings), losses(lines)].filter(Boolean).join('\n\n');
}

/**
 * The document with a section put in or replaced, within the markers.
 * @param {string} document
 * @param {string} section which data were measured
 * @param {string} text
 */
export function replaceSection(document, section, text) {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md lacks ${BEGIN} … ${END}, where the report belongs`);
  const [begin, end] = [`<!-- bench:browser ${section} -->`, `<!-- /bench:browser ${section} -->`];
  const whole = `${begin}\n${text}\n${end}`;
  const [old, oldEnd] = [document.indexOf(begin), document.indexOf(end)];
  if (old >= 0 && oldEnd > old) return document.slice(0, old) + whole + document.slice(oldEnd + end.length);
  return `${document.slice(0, to).trimEnd()}\n\n${whole}\n\n${document.slice(to)}`;
}

/** @param {Findings} findings */
function heading({ date, command, machine, chromium, versions, rows, dirty, bytes, runs, samples }) {
  const kind = dirty ? 'quoted, CRLF, out of order' : 'in order of time';
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const busy = samples.map(({ busyBefore }) => Math.round(100 * busyBefore)).sort((a, b) => a - b);
  return `### ${rows.toLocaleString('en')} events, ${mega(bytes)} MB of CSV, ${kind}

\`${command}\`, ${date}, ${machine}, headless ${chromium}, ${runs} ${runs === 1 ? 'run' : 'runs'}; ${peers.join(', ')}.
Just before a contender began, other work took ${busy[0]} to ${busy.at(-1)} % of the processors.
Median (least–most). A ratio above 1 says how many times better the first line is.`;
}

/** @param {Findings} findings @param {Line[]} lines */
function loadTable({ bytes }, lines) {
  const rows = lines.flatMap(({ title, figures: { load, prepare, ready } }) => {
    if (!load) return [];
    const rest = [ready && `overview on screen after ${millis(ready)} ms`, prepare && prepare.median > 1 && `then ${millis(prepare)} ms to make ready for funnels`];
    const rate = (bytes / 1e3 / load.median).toFixed(0);
    return [[title, millis(load), rate, ratio(load, lines[0]?.figures.load), rest.filter(Boolean).join('; ')]];
  });
  return table(['load', 'ms', 'MB/s', 'ratio', ''], rows);
}

/** A line for each kind of question, and a column for each contender that has an answer to any. @param {Findings} findings @param {Line[]} lines */
function workTable({ rows: n }, lines) {
  const asked = lines.filter(({ figures }) => figures.asked.size > 0);
  const rows = WORKS.map(({ name, title, millis: goal }) => {
    const own = asked[0]?.figures.asked.get(name);
    const cells = asked.map(({ figures }, at) => {
      const found = figures.asked.get(name);
      return found && at > 0 ? `${millis(found)}: ${ratio(found, own)}` : millis(found);
    });
    // The goals are for as many events.
    return [title, ...cells, goal && n === 1_000_000 ? `${goal}` : ''];
  });
  return table(['ms; and how many times as long as the first', ...asked.map(({ title }) => title), 'goal, ms'], rows);
}

/** @param {Line[]} lines */
function shownTable(lines) {
  const rows = lines.flatMap(({ title, figures: { again, shown } }) => (again ? [[title, millis(again), millis(shown)]] : []));
  return table(['funnels', 'asked again, ms', 'edited in the page to chart on screen, ms'], rows);
}

/** @param {Line[]} lines */
function clusterTable(lines) {
  const measured = lines.filter(({ figures }) => figures.cluster);
  const first = measured[0]?.figures.cluster;
  const rows = measured.map(({ title, figures: { cluster } }) => [title, millis(cluster), ratio(cluster, first)]);
  return table(['k-means, 1,000,000 × 8, k = 8, 20 rounds', 'ms', 'ratio'], rows);
}

/** @param {Line[]} lines */
function memoryTable(lines) {
  const rows = lines.flatMap(({ title, figures: { peak, empty, table } }) => {
    if (!peak || !empty) return [];
    return [[title, mega(peak.median), mega(empty.median), ratio(peak, lines[0]?.figures.peak), table ? mega(table.median) : '']];
  });
  return table(['peak memory of the renderer, MB', 'peak', 'before the file', 'ratio', 'tables'], rows);
}

/** @param {Findings} findings */
function goalTable(findings) {
  const rows = goals(findings).flatMap(({ work, against, least, found }) =>
    found === undefined ? [] : [[work, against, `${least}`, found.toFixed(2), found >= least ? 'yes' : '**no**']],
  );
  return rows.length > 0 ? table(['goal', 'against', 'at least', 'found', 'reached'], rows) : '';
}

/** Where a peer that does the same as ours is better, whatever the goal. @param {Line[]} lines */
function losses(lines) {
  const [ours] = lines;
  if (!ours || !isOurs(ours)) return '';
  /** @type {[string, (figures: Figures) => Spread | undefined][]} */
  const measures = [
    ['load', ({ load }) => load],
    ...WORKS.map(({ name, title }) => /** @type {[string, (figures: Figures) => Spread | undefined]} */ ([title, ({ asked }) => asked.get(name)])),
    ['peak memory', ({ peak }) => peak],
  ];
  // Who only parses keeps nothing, and who only reads does not even parse: their lines are ceilings, not rivals.
  const rivals = lines.filter((line) => !isOurs(line) && line.figures.asked.size > 0);
  const lost = rivals.flatMap(({ title, figures }) =>
    measures.flatMap(([measure, of]) => {
      const [theirs, mine] = [of(figures)?.median, of(ours.figures)?.median];
      return theirs && mine && theirs < mine ? [`- ${measure}: ${title} is ${(mine / theirs).toFixed(2)} times better`] : [];
    }),
  );
  return lost.length > 0 ? `What the first line loses at:\n\n${lost.join('\n')}` : 'The first line loses at nothing that was measured.';
}

/** @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  if (rows.length === 0) return '';
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** @param {Spread | undefined} theirs @param {Spread | undefined} ours */
function ratio(theirs, ours) {
  return theirs && ours ? (theirs.median / ours.median).toFixed(2) : '';
}

/** @param {Spread | undefined} spread */
function millis(spread) {
  if (!spread) return '';
  const digits = spread.median < 100 ? 1 : 0;
  const text = (/** @type {number} */ number) => number.toFixed(digits);
  return `${text(spread.median)} (${text(spread.least)}–${text(spread.most)})`;
}

/** @param {number} bytes */
function mega(bytes) {
  return (bytes / 1e6).toFixed(1);
}
