// The questions of the bench, by kind. To add one: a module in works/, and a line here.

import { frequency, lifecycle, sessions, stickiness } from './works/activity.mjs';
import { ahaMoment, drivers, journey, quality, sequence, timeToConvert } from './works/alone.mjs';
import { funnel, funnelByCountry } from './works/funnel.mjs';
import { retention } from './works/retention.mjs';
import { segment } from './works/segment.mjs';
import { transition } from './works/transition.mjs';
import { trend } from './works/trend.mjs';

/** @type {import('./works/data.mjs').Work<any>[]} */
export const WORKS = [
  funnel,
  funnelByCountry,
  retention,
  segment,
  transition,
  trend,
  lifecycle,
  stickiness,
  frequency,
  sessions,
  journey,
  sequence,
  quality,
  drivers,
  ahaMoment,
  timeToConvert,
];

/** One question: the name of its work, and what it says. @typedef {{ work: string, asks: any }} Question */

/** @param {string} name */
export function workOf(name) {
  const work = WORKS.find((work) => work.name === name);
  if (!work) throw new Error(`the bench has no work ${name}`);
  return work;
}

/** The questions of a work. @param {import('./works/data.mjs').Work<any>} work @returns {Question[]} */
export function questionsOf({ name, questions }) {
  return questions.map((asks) => ({ work: name, asks }));
}
