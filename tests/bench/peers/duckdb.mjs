// DuckDB-Wasm: the file read with types told, into a table sorted by user and time. What it is asked stands in the
// question's module in works/. `duckdb-eh` is its default build on one thread, `duckdb-coi` the threaded one, which needs the page to be
// isolated by special headers.

/// <reference path="./peers.d.ts" />
import { AsyncDuckDB, DuckDBDataProtocol, VoidLogger } from '@duckdb/duckdb-wasm';
import { workOf } from '../works.mjs';
import { EVENTS } from '../works/data.mjs';

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
  await query(`create table users as select user_id, country, channel, (row_number() over () - 1)::integer as u
    from (select user_id, any_value(country) as country, any_value(channel) as channel from events group by user_id)`);
  await query('create table slim as select u, t, event from events join users using (user_id) order by u, t');
}

/** @param {import('../works.mjs').Question} question */
async function ask({ work, asks }) {
  const { sql, tally } = workOf(work);
  if (!sql || !tally) throw new Error(`nothing is written for ${work}`);
  return tally(await query(sql(asks)), asks);
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
