// DuckDB-Wasm: the file read with types told, into a table sorted by user and time; a funnel in SQL without windows over
// all rows. `duckdb-eh` is its default build on one thread, `duckdb-coi` the threaded one, which needs the page to be
// isolated by special headers.

/// <reference path="./peers.d.ts" />
import { AsyncDuckDB, DuckDBDataProtocol, VoidLogger } from '@duckdb/duckdb-wasm';
import { EVENTS } from '../questions.mjs';

/** @typedef {import('../questions.mjs').Question} Question */
/** @typedef {import('../questions.mjs').Counts} Counts */

/** The columns' types. Small sets of texts, told beforehand, make the events' comparisons those of numbers. */
const TYPES = {
  user_id: 'VARCHAR',
  time: 'TIMESTAMP',
  event: `ENUM(${EVENTS.map((name) => `'${name}'`).join(', ')})`,
  plan: 'VARCHAR',
  country: 'VARCHAR',
  device: 'VARCHAR',
  channel: 'VARCHAR',
  revenue: 'DOUBLE',
  variant: 'VARCHAR',
  note: 'VARCHAR',
};

/** @type {Awaited<ReturnType<AsyncDuckDB['connect']>>} */
let connection;
/** @type {AsyncDuckDB} */
let database;
let isThreaded = false;

/** @param {'eh' | 'coi'} build */
async function start(build) {
  isThreaded = build === 'coi';
  const address = (/** @type {string} */ name) => new URL(`./duckdb/${name}`, location.href).href;
  const worker = new Worker(address(`duckdb-browser-${build}.worker.js`));
  database = new AsyncDuckDB(new VoidLogger(), worker);
  const pthread = isThreaded ? address('duckdb-browser-coi.pthread.worker.js') : null;
  await database.instantiate(address(`duckdb-${build}.wasm`), pthread);
  await database.open({ maximumThreads: isThreaded ? navigator.hardwareConcurrency : 1 });
  connection = await database.connect();
}

/** @param {File} file */
async function load(file) {
  const header = (await file.slice(0, 1000).text()).split(/\r?\n/)[0]?.split(',') ?? [];
  const types = Object.entries(TYPES).filter(([name]) => header.includes(name));
  const columns = types.map(([name, type]) => `'${name}': '${type.replaceAll("'", "''")}'`).join(', ');
  const format = `header = true, auto_detect = false, delim = ',', quote = '"', escape = '"'`;
  // A thread of the threaded build knows no file but those in memory.
  if (isThreaded) await database.registerFileBuffer('events.csv', new Uint8Array(await file.arrayBuffer()));
  else await database.registerFileHandle('events.csv', file, DuckDBDataProtocol.BROWSER_FILEREADER, true);
  // The rows are sorted anyway, and two threads are twice as fast if they need not keep the order of the file.
  await query('set preserve_insertion_order = false');
  await query(`create table events as select epoch_ms(time) as t, * exclude (time)
    from read_csv('events.csv', ${format}, columns = {${columns}}) order by user_id, t`);
  const [row] = await query('select count(*)::double as n from events');
  return Number(row?.['n']);
}

/** Numbers in place of the users' ids, which join faster than texts. Its time is not part of the load's. */
async function prepare() {
  await query(`create table users as select user_id, country, (row_number() over () - 1)::integer as u
    from (select user_id, any_value(country) as country from events group by user_id)`);
  await query('create table slim as select u, t, event from events join users using (user_id) order by u, t');
}

/** @param {Question} question @returns {Promise<Counts>} */
async function ask(question) {
  return tally(await query(funnel(question)), question.byCountry);
}

/**
 * Each event of step 1 is joined with the first event of step 2 that is not before it, and so on; the users of what is
 * left are counted. The fastest of six formulations: lists of times per user and step took 1.2 times as long, window
 * functions that carry the latest start down 4 times, folding a list per user 4 times; ASOF joins count wrong.
 * @param {Question} question
 */
function funnel({ steps, windowMillis, byCountry }) {
  const next = (/** @type {string} */ before, /** @type {number} */ step) =>
    `from ${before} p join slim e on e.u = p.u and e.event = '${steps[step]}' and e.t between p.t and p.start + ${windowMillis}`;
  const reached = ['a', 'b', 'c', 'd'].map((name, step) => `select distinct ${step} as step, u from ${name}`);
  const country = byCountry ? 'country, ' : '';
  return `with a as materialized (select u, t, t as start from slim where event = '${steps[0]}'),
    b as materialized (select p.u, min(e.t) as t, start ${next('a', 1)} group by p.u, start),
    c as materialized (select p.u, min(e.t) as t, start ${next('b', 2)} group by p.u, start),
    d as (select p.u ${next('c', 3)})
    select step, ${country} count(*)::double as n from (${reached.join(' union all ')})
    ${byCountry ? 'join users using (u)' : ''} group by ${country} step`;
}

/**
 * @param {Record<string, unknown>[]} rows users by step, and country if it was asked
 * @param {boolean} byCountry
 */
function tally(rows, byCountry) {
  const reached = [0, 0, 0, 0];
  /** @type {Record<string, number[]>} */
  const groups = {};
  for (const row of rows) {
    const [step, n] = [Number(row['step']), Number(row['n'])];
    reached[step] = (reached[step] ?? 0) + n;
    (groups[String(row['country'])] ??= [0, 0, 0, 0])[step] = n;
  }
  return byCountry ? { reached, groups } : { reached };
}

/** @param {string} sql */
async function query(sql) {
  return (await connection.query(sql)).toArray().map((row) => row.toJSON());
}

/**
 * @param {'eh' | 'coi'} build
 * @returns {import('./page.mjs').Peer}
 */
export const peer = (build) => ({ start: () => start(build), load, prepare, ask });
