// ml-kmeans on the points of the same file as ours: 8 groups, 20 rounds from the first points. The file is read by a few
// lines of our own, which nobody times. Its own labels are those of the last round but one, so that sizes and inertia
// are counted here, after the clock has stopped.

/// <reference path="./peers.d.ts" />
import { kmeans } from 'ml-kmeans';
import { CLUSTERING } from '../clustering.mjs';

/** @type {number[][]} */
let points = [];

/** @param {File} file */
async function load(file) {
  const lines = (await file.text()).trimEnd().split('\n').slice(1);
  points = lines.map((line) => line.split(',').slice(3).map(Number));
  return points.length;
}

async function cluster() {
  const { groups, rounds } = CLUSTERING;
  const initialization = points.slice(0, groups).map((point) => [...point]);
  const begin = performance.now();
  const { iterations, centroids } = kmeans(points, groups, { initialization, maxIterations: rounds, tolerance: 0 });
  const millis = performance.now() - begin;
  return { millis, clusters: { rounds: iterations, centroids, ...counted(centroids) } };
}

/** How many points are nearest to each centroid, and the sum of their squared distances. @param {number[][]} centroids */
function counted(centroids) {
  const sizes = centroids.map(() => 0);
  let inertia = 0;
  for (const point of points) {
    let [nearest, least] = [0, Infinity];
    centroids.forEach((centroid, at) => {
      const distance = centroid.reduce((sum, value, of) => sum + (value - (point[of] ?? NaN)) ** 2, 0);
      if (distance < least) [nearest, least] = [at, distance];
    });
    sizes[nearest] = (sizes[nearest] ?? 0) + 1;
    inertia += least;
  }
  return { sizes, inertia };
}

/** @type {import('./page.mjs').Peer} */
const peer = { load, cluster };
export default peer;
