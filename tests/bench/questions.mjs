// The questions that every contender is asked, and the form of an answer. Runs in Node and in the browser.
//
// The rule is Cairn's default one, which others can follow exactly: a user reaches step k if some chain of the user's
// events fills steps 1..k in this order, each at the same time as the one before or later, the last at most `window`
// after the first (edge inclusive). The steps of a question are different events, so that no event fills two of them,
// and then the earliest next event is always a right choice: per event of step 1, take the first event of step 2 not
// before it, and so on. Equally, in one pass: remember for each step the latest start of a chain that has come so far,
// with events of one instant taken in the order of the steps. Whether users are still inside their window changes how
// Cairn shows those who are lost, and not who reached what, which alone is compared.
//
// By country: a user has one country in these data, so it does not matter on which event a contender looks it up.

const HOUR = 3_600_000;

/** The events of the data, in the order that the codes of the contenders have. */
export const EVENTS = /** @type {const} */ ([
  'signed_up',
  'onboarding_started',
  'project_created',
  'teammate_invited',
  'upgrade_clicked',
  'subscription_started',
  'task_completed',
  'comment_added',
  'report_viewed',
  'file_uploaded',
  'integration_connected',
  'payment',
]);

/**
 * @typedef {object} Question
 * @property {string[]} steps four different events
 * @property {number} windowMillis
 * @property {boolean} byCountry
 */

/**
 * How many users reached each step; by country too, if it was asked.
 * @typedef {object} Counts
 * @property {number[]} reached
 * @property {Record<string, number[]>} [groups]
 */

/** Steps by their numbers above, and how far the window is from seven days, in hours. No two questions are alike. */
const ASKED = [
  { steps: [0, 1, 2, 3], hours: 0 },
  { steps: [0, 6, 7, 8], hours: 5 },
  { steps: [6, 7, 8, 9], hours: -7 },
  { steps: [1, 2, 6, 3], hours: 11 },
  { steps: [7, 6, 9, 8], hours: -13 },
  { steps: [0, 2, 3, 4], hours: 17 },
  { steps: [2, 6, 8, 7], hours: -19 },
  { steps: [8, 9, 6, 10], hours: 23 },
  { steps: [0, 1, 6, 9], hours: -29 },
];

/** @returns {Question[]} each question plain; the same ones with other windows by country */
export function questions() {
  const plain = ASKED.map(({ steps, hours }) => question(steps, hours, false));
  const split = ASKED.map(({ steps, hours }) => question(steps, hours + 2, true));
  return [...plain, ...split];
}

/**
 * @param {number[]} steps
 * @param {number} hours
 * @param {boolean} byCountry
 * @returns {Question}
 */
function question(steps, hours, byCountry) {
  return { steps: steps.map((at) => EVENTS[at] ?? ''), windowMillis: (7 * 24 + hours) * HOUR, byCountry };
}

/**
 * One text per answer, so that two can be compared: groups by name, and none in which nobody entered.
 * @param {Counts} counts
 */
export function canonical({ reached, groups }) {
  const entered = Object.entries(groups ?? {}).filter(([, counts]) => (counts[0] ?? 0) > 0);
  const sorted = entered.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, counts]) => `${name} ${counts.join(' ')}`);
  return [reached.join(' '), ...sorted].join('; ');
}

/** What is asked of points: so many groups, from the first points of the file, for so many of Lloyd's rounds. */
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
