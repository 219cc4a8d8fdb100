// Every kind of source gives the same data; loads tell how far they are and can be stopped.

import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CairnError, load, preview } from '../../dist/api/cairn.js';
import { ROOT, sample } from './native.mjs';

/** @typedef {import('../../dist/api/cairn.js').Source} Source */

const GZIPPED = 'ecom-clicks.csv.gz';
const OVERVIEW = '{"kind":"overview"}';

/**
 * Bytes in pieces of odd sizes, in memory that is used again for the next one.
 * @param {Uint8Array} bytes
 */
async function* in_pieces(bytes) {
  const memory = new Uint8Array(100_003);
  for (let at = 0, size = 1; at < bytes.length; at += size, size = Math.min(size * 7, memory.length)) {
    const piece = memory.subarray(0, Math.min(size, bytes.length - at));
    piece.set(bytes.subarray(at, at + size));
    yield piece;
  }
}

/** @param {Uint8Array} bytes @returns {ReadableStream<Uint8Array>} */
const web_stream = (bytes) => new ReadableStream({
  start(controller) {
    for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.slice(at, at + 65_536));
    controller.close();
  },
});

/** A web stream of a browser in which streams are not iterable. @param {Uint8Array} bytes */
function old_stream(bytes) {
  const stream = web_stream(bytes);
  const old = { getReader: () => stream.getReader() };
  return /** @type {ReadableStream<Uint8Array>} */ (old);
}

/** @type {[string, (bytes: Uint8Array<ArrayBuffer>, path: string) => Source][]} */
const sources = [
  ['an ArrayBuffer', (bytes) => bytes.slice().buffer],
  ['a DataView', (bytes) => /** @type {any} */ (new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))],
  ['a Blob', (bytes) => new Blob([bytes])],
  ['a web stream', (bytes) => web_stream(bytes)],
  ['a web stream of an older browser', (bytes) => old_stream(bytes)],
  ['an async generator', (bytes) => in_pieces(bytes)],
  ['a stream of Node', (_, path) => createReadStream(path)],
  ['a function that opens a stream', (_, path) => () => createReadStream(path)],
  ['a function that opens a stream later', (bytes) => async () => web_stream(bytes)],
];

for (const [what, source] of sources) {
  test(`${what} gives what the bytes give`, async () => {
    for (const name of ['saas-events.csv', GZIPPED]) {
      const bytes = new Uint8Array(sample(name));
      const whole = await load(bytes, { name });
      const data = await load(source(bytes, join(ROOT, 'www/samples', name)), { name });
      assert.deepEqual(data.schema, whole.schema);
      assert.deepEqual(data.report, whole.report);
      assert.equal(data.run_json(OVERVIEW), whole.run_json(OVERVIEW));
    }
  });
}

test('text is read as UTF-8', async () => {
  const data = await load('user;time;event\nÄnne;2026-03-01;öffnen\n');
  assert.equal(data.run({ kind: 'overview' }).events[0]?.event, 'öffnen');
});

test("a File's own name counts, unless another is given", async () => {
  const file = new File(['user,time\nann,2026-03-01\n'], 'logins.csv');
  const event = async (/** @type {string | undefined} */ name) =>
    (await load(file, name === undefined ? {} : { name })).run({ kind: 'overview' }).events[0]?.event;
  assert.equal(await event(undefined), 'logins');
  assert.equal(await event('visits.csv'), 'visits');
});

test('a preview says what a file seems to be, and its mapping can be changed and passed on', async () => {
  const text = 'who;when;what;score\nann;01.02.2026;a;1,5\nann;03.02.2026;b;2,5\n';
  const seen = await preview(text, { name: 'scores.csv' });
  assert.deepEqual(seen.format, { kind: 'delimited', separator: ';', quote: '"' });
  assert.equal(seen.decimal_mark, 'comma');
  const choices = Object.fromEntries((seen.mapping.columns ?? []).map((choice) => [choice.name, choice]));
  const columns = [
    { ...choices['who'], role: /** @type {const} */ ('user') },
    { ...choices['when'], role: /** @type {const} */ ('time'), time_format: /** @type {const} */ ('month_first') },
    { ...choices['what'], role: /** @type {const} */ ('event') },
    { ...choices['score'], kind: /** @type {const} */ ('text') },
  ];
  const data = await load(text, { mapping: { ...seen.mapping, columns, zone: 'Europe/Berlin' } });
  assert.deepEqual(data.schema.columns.map(({ role, kind }) => `${role} ${kind}`), [
    'user text',
    'time time',
    'event text',
    'score text',
  ]);
  // January 2 and March 2, at midnight in Berlin.
  assert.deepEqual(data.schema.span, [Date.UTC(2026, 0, 1, 23), Date.UTC(2026, 2, 1, 23)]);
});

test('rows that cannot be read are counted and shown, and the rest loads', async () => {
  const data = await load('user,time,event\nann,2026-03-01,a\n,2026-03-02,b\nben,soon,a\n');
  assert.equal(data.schema.n_events, 1);
  assert.deepEqual(
    data.report.warnings.map(({ kind, n, examples }) => [kind, n, examples[0]?.line]),
    [
      ['missing_user', 1, 3],
      ['bad_time', 1, 4],
    ],
  );
  assert.equal(data.report.skipped[1]?.text, 'ben,soon,a');
});

/** A megabyte in which a column holds numbers, but for one word far behind what a preview of a stream looks at. */
function late_word() {
  const rows = ['user,time,event,code'];
  for (let row = 0; row < 30_000; row += 1) {
    rows.push(`u${row % 500},2026-03-01T10:00:00Z,click,${row === 20_000 ? 'unknown' : row}`);
  }
  return new TextEncoder().encode(rows.join('\n'));
}

test('a stream whose guess proves wrong is read again from what was kept', async () => {
  const bytes = late_word();
  const stages = /** @type {string[]} */ ([]);
  const data = await load(in_pieces(bytes), { name: 'late.csv', on_progress: ({ stage }) => stages.push(stage) });
  assert.equal(stages.filter((stage) => stage === 'sorting').length, 2, 'it was read twice');
  assert.equal(data.schema.columns[3]?.kind, 'text');
  assert.deepEqual(data.report.warnings.map(({ kind, examples }) => [kind, examples[0]?.text]), [['retyped', 'unknown']]);
  const mapping = { columns: [{ name: 'code', kind: /** @type {const} */ ('text') }] };
  const told = await load(bytes, { name: 'late.csv', mapping });
  assert.equal(data.run_json(OVERVIEW), told.run_json(OVERVIEW));
});

test('a function is asked for the stream once for a look and once for each reading', async () => {
  let opened = 0;
  const open = (/** @type {Uint8Array} */ bytes) => () => {
    opened += 1;
    return in_pieces(bytes);
  };
  await load(open(late_word()));
  assert.equal(opened, 3);
  opened = 0;
  await load(open(new TextEncoder().encode('user,time\nann,2026-03-01\n')));
  assert.equal(opened, 2);
});

test('progress goes from nothing to all of the bytes', async () => {
  const bytes = sample('saas-events.csv');
  const large = Buffer.concat([bytes, ...Array.from({ length: 11 }, () => bytes.subarray(bytes.indexOf('\n') + 1))]);
  /** @type {import('../../dist/api/cairn.js').LoadProgress[]} */
  const seen = [];
  const data = await load(new Blob([large]), { on_progress: (progress) => seen.push(progress) });
  assert.ok(seen.length >= 3, `${seen.length} reports`);
  assert.deepEqual(seen.map(({ n_bytes }) => n_bytes), seen.map(({ n_bytes }) => n_bytes).sort((a, b) => a - b));
  assert.ok(seen.every(({ n_bytes_total }) => n_bytes_total === large.length));
  assert.deepEqual(seen.slice(0, -1).map(({ stage }) => stage), seen.slice(0, -1).map(() => 'reading'));
  assert.deepEqual([seen.at(-1)?.stage, seen.at(-1)?.n_bytes], ['sorting', large.length]);
  assert.equal(data.report.n_bytes, large.length);
  assert.equal(data.schema.n_events, 600_000);
});

test('a load can be stopped before it starts, while it reads and while it waits', async () => {
  const reason = new Error('enough');
  await assert.rejects(load('a', { signal: AbortSignal.abort(reason) }), reason);

  const reading = new AbortController();
  const bytes = sample('saas-events.csv');
  const large = new Blob(Array.from({ length: 20 }, () => bytes));
  const stop = { signal: reading.signal, on_progress: () => reading.abort(reason) };
  await assert.rejects(load(large, stop), reason);

  const waiting = new AbortController();
  const stuck = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('user,time\n')),
    pull: () => new Promise(() => setTimeout(() => waiting.abort(reason), 20)),
  });
  await assert.rejects(load(stuck, { signal: waiting.signal }), reason);
});

test('a stream that is read no further is closed', async () => {
  let closed = false;
  async function* endless() {
    try {
      for (;;) yield new TextEncoder().encode('not,events\n'.repeat(10_000));
    } finally {
      closed = true;
    }
  }
  await assert.rejects(load(endless()), CairnError);
  await new Promise((done) => setTimeout(done));
  assert.ok(closed);
});

test("a stream's own error comes through as it is", async () => {
  const own = new Error('the network is gone');
  async function* broken() {
    yield new TextEncoder().encode('user,time\n');
    throw own;
  }
  await assert.rejects(load(broken()), own);
});
