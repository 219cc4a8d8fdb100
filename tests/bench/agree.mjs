// No time counts unless the answers agree: every contender must find the rows and the counts that the others found.

import { sameClusters } from './clustering.mjs';
import { canonical } from './works/data.mjs';

/** @typedef {import('./contenders.mjs').Sample} Sample */

/**
 * Throws if two samples differ, with who said what.
 * @param {Sample[]} samples all runs of all contenders on one file
 * @param {number} rows
 */
export function assertAgreed(samples, rows) {
  /** @type {Map<string, { name: string, answer: string }>} */
  const first = new Map();
  /** @type {string[]} */
  const wrong = [];
  for (const sample of samples) {
    if (sample.rows !== undefined && sample.rows !== rows) wrong.push(`${sample.name} found ${sample.rows} rows of ${rows}`);
    for (const { question, counts } of sample.asked) {
      if (!counts) continue;
      const [asked, answer] = [JSON.stringify(question), canonical(counts)];
      const other = first.get(asked) ?? { name: sample.name, answer };
      first.set(asked, other);
      if (other.answer !== answer) wrong.push(`${asked}\n  ${other.name}: ${other.answer}\n  ${sample.name}: ${answer}`);
    }
  }
  const clustered = samples.filter(({ clusters }) => clusters);
  for (const { name, clusters } of clustered) {
    const [other] = clustered;
    if (clusters && other?.clusters && !sameClusters(clusters, other.clusters)) {
      wrong.push(`k-means\n  ${other.name}: ${JSON.stringify(other.clusters)}\n  ${name}: ${JSON.stringify(clusters)}`);
    }
  }
  if (wrong.length > 0) throw new Error(`the contenders disagree, so that no time counts:\n${wrong.join('\n')}`);
}
