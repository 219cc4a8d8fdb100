// k-means: what is asked of points, and when two answers are the same.

/** So many groups, from the first points of the file, for so many of Lloyd's rounds. */
export const CLUSTERING = { points: 1_000_000, groups: 8, rounds: 20 };

/**
 * An answer to it: the centroids after the last round, and how many points are nearest to each.
 * @typedef {object} Clusters
 * @property {number} rounds
 * @property {number[][]} centroids
 * @property {number[]} sizes
 * @property {number} inertia sum of the squared distances
 */

/** How far numbers of two contenders may be apart, relative to the greater: sums in another order differ. */
const CLOSE = 1e-9;

/** @param {Clusters} a @param {Clusters} b */
export function sameClusters(a, b) {
  const numbers = (/** @type {Clusters} */ of) => [of.inertia, ...of.centroids.flat()];
  const [mine, others] = [numbers(a), numbers(b)];
  const close = mine.every((number, at) => Math.abs(number - (others[at] ?? NaN)) <= CLOSE * Math.abs(number));
  return close && mine.length === others.length && a.rounds === b.rounds && a.sizes.join() === b.sizes.join();
}
