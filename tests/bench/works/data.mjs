// What all questions of the bench share: the events of the data, the form of an answer, and what typed arrays are asked by.
// Runs in Node and in the browser.

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

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

/** An answer: numbers by the name of their row, such as how many users of a country reached each step. @typedef {Record<string, number[]>} Counts */

/** @typedef {import('../peers/typed-load.mjs').Table} Table */

/**
 * One kind of question, with who answers it and how.
 * @template Question
 * @typedef {object} Work
 * @property {string} name
 * @property {string} title what the report says
 * @property {Question[]} questions no two alike, so that nothing that was remembered can serve
 * @property {(question: Question) => object} query what ours are asked
 * @property {(answer: any, question: Question) => Counts} [counts] what ours say; without it nothing is compared
 * @property {(table: Table, question: Question) => Counts} [typed] hand-written JavaScript on typed arrays
 * @property {(question: Question) => string} [sql] what DuckDB is asked
 * @property {(rows: Record<string, unknown>[], question: Question) => Counts} [tally] what it says
 * @property {number} [timesTyped] how many times faster than the hand-written JavaScript ours should be
 * @property {number} [millis] how long ours may take for 1,000,000 events
 */

/**
 * One text per answer, so that two can be compared: rows by name, and neither rows nor ends of rows without anything.
 * @param {Counts} counts
 */
export function canonical(counts) {
  const lines = Object.entries(counts).flatMap(([name, numbers]) => {
    const length = numbers.findLastIndex((number) => number !== 0) + 1;
    return length > 0 ? [`${name}: ${numbers.slice(0, length).join(' ')}`] : [];
  });
  return lines.sort().join('; ');
}

/** @param {Table} table @returns {Uint8Array} the code of each row's event */
export function eventCodes(table) {
  return codesOf(table, 'event');
}

/** @param {Table} table @param {string} column */
export function codesOf(table, column) {
  const text = table.texts[column];
  if (!text) throw new Error(`the data have no column ${column}`);
  return text.codes;
}

/** @param {Table} table @param {string} event @returns {number} its code; one that no row has, if it never happened */
export function codeOf(table, event) {
  const at = table.texts['event']?.names.indexOf(event) ?? -1;
  return at < 0 ? 255 : at;
}

/** Days since 1970 began, in UTC. @param {number} millis */
export function dayOf(millis) {
  return Math.floor(millis / DAY);
}

/** Weeks that begin on Monday, in UTC; the first of January 1970 was a Thursday. @param {number} millis */
export function weekOf(millis) {
  return Math.floor((millis + 3 * DAY) / WEEK);
}

/** @param {number} week as `weekOf` counts */
export function startOfWeek(week) {
  return week * WEEK - 3 * DAY;
}

/** The times of the first and of the last event. @param {Table} table */
export function spanOf({ times, span }) {
  if (span.length === 0) {
    let [first, last] = [Infinity, -Infinity];
    for (const time of times) {
      if (time < first) first = time;
      if (time > last) last = time;
    }
    span.push(first, last);
  }
  return /** @type {[number, number]} */ (span);
}
