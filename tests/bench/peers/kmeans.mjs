// ml-kmeans: 1,000,000 points of 8 dimensions, 8 groups, 20 rounds from given centers, whatever the events are.

/// <reference path="./peers.d.ts" />
import { kmeans } from 'ml-kmeans';

const [POINTS, DIMENSIONS, GROUPS, ROUNDS] = [1_000_000, 8, 8, 20];

/** @type {number[][]} */
let points = [];

/** Points around eight places that overlap, so that the rounds do not end early; the same each time. */
async function start() {
  let state = 1;
  const unit = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  points = Array.from({ length: POINTS }, (_, at) =>
    Array.from({ length: DIMENSIONS }, (_, of) => ((at >> of) & 1) * 0.5 + unit() + unit() + unit()),
  );
}

async function cluster() {
  const initialization = points.slice(0, GROUPS).map((point) => [...point]);
  const begin = performance.now();
  const { iterations } = kmeans(points, GROUPS, { initialization, maxIterations: ROUNDS, tolerance: 0 });
  const millis = performance.now() - begin;
  if (iterations !== ROUNDS) throw new Error(`${iterations} rounds, not ${ROUNDS}`);
  return millis;
}

/** @type {import('./page.mjs').Peer} */
const peer = { start, cluster };
export default peer;
