// What only ours is asked: the peers can do it with much code of their own or not at all. There are goals of time for it.

import { EVENTS } from './data.mjs';

/** @type {import('./data.mjs').Work<{ start: string }>} */
export const journey = {
  name: 'journey',
  title: 'journeys of 10 steps',
  questions: [0, 1, 2, 6, 8].map((at) => ({ start: EVENTS[at] ?? '' })),
  query: ({ start }) => ({ kind: 'journey', start: { item: start }, sessions: { kind: 'history' }, n_steps: 10 }),
  millis: 150,
};

/** @type {import('./data.mjs').Work<{ pattern: string }>} */
export const sequence = {
  name: 'sequence',
  title: 'pattern: A, then no B, then C',
  questions: [[0, 11, 6], [2, 4, 8], [6, 3, 7], [7, 9, 8], [1, 5, 9]].map((places) => {
    const [a, b, c] = places.map((at) => EVENTS[at]);
    return { pattern: `${a} -> [^${b}]* -> ${c}` };
  }),
  query: ({ pattern }) => ({ kind: 'sequence', pattern }),
};

/** @type {import('./data.mjs').Work<{ perDay: number }>} */
export const quality = {
  name: 'quality',
  title: 'quality of the data, all columns',
  questions: [1000, 1001, 1002].map((perDay) => ({ perDay })),
  query: ({ perDay }) => ({ kind: 'quality', most_per_day: perDay }),
};

/** A funnel of three steps, by its last. @param {number} at */
const steps = (at) => ({ steps: [0, 1, at].map((step) => ({ rule: { event: EVENTS[step] } })) });

/** @type {import('./data.mjs').Work<{ last: number }>} */
export const drivers = {
  name: 'drivers',
  title: 'drivers: all events and properties',
  questions: [2, 4, 6, 8, 10].map((last) => ({ last })),
  query: ({ last }) => ({ kind: 'drivers', target: { kind: 'funnel', funnel: steps(last) } }),
  millis: 150,
};

/** @type {import('./data.mjs').Work<{ target: string }>} */
export const ahaMoment = {
  name: 'aha',
  title: 'aha moment: all events, 5 × 3 numbers',
  questions: [2, 4, 6, 8, 10].map((at) => ({ target: EVENTS[at] ?? '' })),
  query: ({ target }) => ({ kind: 'aha_moment', target: { kind: 'did', rule: { event: target } } }),
};

/** @type {import('./data.mjs').Work<{ last: number }>} */
export const timeToConvert = {
  name: 'time-to-convert',
  title: 'time to convert: histogram, percentiles',
  questions: [2, 4, 6, 8, 10].map((last) => ({ last })),
  query: ({ last }) => ({ kind: 'time_to_convert', funnel: steps(last) }),
};
