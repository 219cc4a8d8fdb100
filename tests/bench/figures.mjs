// From samples to figures: medians, extremes, and what is compared with what.

import { WORKS } from './works.mjs';

/** @typedef {import('./browser.mjs').Findings} Findings */

/** @typedef {{ median: number, least: number, most: number }} Spread */

/**
 * One contender's figures; undefined where it does no such thing. Milliseconds and bytes.
 * @typedef {object} Figures
 * @property {Spread | undefined} load
 * @property {Spread | undefined} ready
 * @property {Spread | undefined} prepare
 * @property {Map<string, Spread>} asked by the name of the work
 * @property {Spread | undefined} again
 * @property {Spread | undefined} shown
 * @property {Spread | undefined} cluster
 * @property {Spread | undefined} peak
 * @property {Spread | undefined} empty
 * @property {Spread | undefined} table
 * @property {string | undefined} failure
 */

/** @param {number[]} numbers @returns {Spread | undefined} */
export function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [least, most, middle] = [sorted[0], sorted.at(-1), sorted.length / 2];
  if (least === undefined || most === undefined) return undefined;
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
  return { median, least, most };
}

/** @param {Findings} findings @param {string} name @returns {Figures} */
export function figuresOf({ samples }, name) {
  const mine = samples.filter((sample) => sample.name === name);
  const asked = mine.flatMap((sample) => sample.asked);
  const of = (/** @type {(number | undefined)[]} */ numbers) => spread(numbers.filter((number) => number !== undefined));
  return {
    load: of(mine.map((sample) => sample.loadMillis)),
    ready: of(mine.map((sample) => sample.readyMillis)),
    prepare: of(mine.map((sample) => sample.prepareMillis)),
    asked: new Map(
      WORKS.flatMap(({ name: work }) => {
        const found = spread(asked.filter(({ question }) => question.work === work).map(({ millis }) => millis));
        return found ? [[work, found]] : [];
      }),
    ),
    again: of(mine.flatMap((sample) => sample.againMillis)),
    shown: of(mine.flatMap((sample) => sample.shownMillis)),
    cluster: of(mine.map((sample) => sample.clusterMillis)),
    peak: of(mine.map((sample) => sample.peakBytes)),
    empty: of(mine.map((sample) => sample.emptyBytes)),
    table: of(mine.map((sample) => sample.tableBytes)),
    failure: mine.find((sample) => sample.failure)?.failure,
  };
}

/**
 * A goal: how many times better ours should be.
 * @typedef {object} Goal
 * @property {string} work
 * @property {string} against
 * @property {number} least
 * @property {number | undefined} found undefined if one of the two was not measured
 */

/** @param {Findings} findings @returns {Goal[]} what the project set itself */
export function goals(findings) {
  const of = (/** @type {string} */ name) => figuresOf(findings, name);
  const [ours, one, typed] = [of('cairn'), of('cairn-1'), of('typed')];
  const points = of('cairn-points');
  const ducks = [of('duckdb-eh'), of('duckdb-coi')];
  /** The better of DuckDB's builds. @param {(of: Figures) => Spread | undefined} what */
  const duck = (what) => spread(ducks.flatMap((build) => what(build)?.median ?? []))?.least;
  /** @param {number | undefined} other @param {Spread | undefined} mine */
  const times = (other, mine) => (other && mine ? other / mine.median : undefined);
  const funnel = (/** @type {Figures} */ { asked }) => asked.get('funnel');
  const byHand = WORKS.flatMap(({ name, title, timesTyped: least }) =>
    least ? [{ work: title, against: 'hand-written JavaScript', least, found: times(typed.asked.get(name)?.median, ours.asked.get(name)) }] : [],
  );
  return [
    { work: 'load', against: 'DuckDB-Wasm, its faster build', least: 3, found: times(duck(({ load }) => load), ours.load) },
    { work: 'load', against: 'only reading the file', least: 0.4, found: times(of('reading').load?.median, ours.load) },
    { work: 'load', against: 'uDSV, parse only', least: 2, found: times(of('udsv').load?.median, ours.load) },
    { work: 'load', against: 'ours with one worker', least: 1.5, found: times(one.load?.median, ours.load) },
    { work: 'funnel', against: 'DuckDB-Wasm, its faster build', least: 60, found: times(duck(funnel), funnel(ours)) },
    { work: 'funnel', against: 'ours with one worker', least: 1.7, found: times(funnel(one)?.median, funnel(ours)) },
    ...byHand,
    { work: 'k-means', against: 'ml-kmeans', least: 15, found: times(of('kmeans').cluster?.median, points.cluster) },
    { work: 'k-means', against: 'ours with one worker', least: 1.5, found: times(of('cairn-points-1').cluster?.median, points.cluster) },
    { work: 'peak memory', against: 'DuckDB-Wasm, its smaller build', least: 3, found: times(duck(({ peak }) => peak), ours.peak) },
  ];
}
