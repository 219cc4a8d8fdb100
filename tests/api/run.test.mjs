// Queries: known numbers, text and objects, errors that name the field, and the end of a data set.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { CairnError, load, preview } from '../../dist/api/cairn.js';
import { engine_memory } from './memory.mjs';
import { sample } from './native.mjs';

const DAY = 86_400_000;

/** @type {import('../../dist/api/cairn.js').DataSet} */
let data;
before(async () => {
  data = await load(sample('saas-events.csv'), { name: 'saas-events.csv' });
});

test('an overview counts what the sample is known to hold', () => {
  const answer = data.run({ kind: 'overview' });
  assert.deepEqual([answer.kind, answer.n_events, answer.n_users, answer.events.length], ['overview', 50_000, 3_603, 14]);
  assert.deepEqual(answer.span_millis, [Date.parse('2026-01-05T02:42:52.288Z'), Date.parse('2026-07-02T20:05:27.353Z')]);
  const revenue = answer.columns.find(({ name }) => name === 'revenue');
  assert.equal(revenue?.n_distinct, null);
  assert.ok(data.n_bytes > 500_000);
});

test('a funnel finds the step that loses small teams', () => {
  const [, end = 0] = data.schema.span ?? [];
  const { groups } = data.run({
    kind: 'funnel',
    scope: { to: end - 14 * DAY }, // those who had all of the window
    steps: [{ rule: { event: 'project_created' } }, { rule: { event: 'teammate_invited' } }],
    window_millis: 14 * DAY,
    entry: 'first',
    breakdown: { kind: 'property', property: 'company_size', on: 'user_first' },
  });
  const rates = groups.map(({ key, result }) => [
    key.kind === 'value' ? key.value : key.kind,
    result.n_entered,
    result.n_converted,
  ]);
  // The table of www/samples/README.md.
  assert.deepEqual(rates.sort(), [
    ['1-5', 731, 189],
    ['101-500', 188, 133],
    ['21-100', 349, 238],
    ['6-20', 586, 367],
  ]);
});

test('the proposed funnel can be run as it is, and is broken down by what loses small teams', () => {
  const { query, breakdown } = data.run({ kind: 'suggest_funnel' });
  assert.ok(query?.kind === 'funnel' && breakdown);
  assert.equal(query.steps?.[breakdown.step]?.rule?.event, 'teammate_invited');
  const { overall, groups } = data.run(query);
  assert.equal(overall.n_entered, 3_603);
  assert.deepEqual([breakdown.property, groups.length], ['company_size', 4]);
});

test('a segment lists its users page by page', () => {
  /** @type {import('../../dist/api/cairn.js').NamedSegment[]} */
  const segments = [{ name: 'Paying', segment: { kind: 'did', rule: { event: 'payment' } } }];
  const all = data.run({ kind: 'segment', segments, list: { segment: 0, limit: 100_000 } });
  assert.equal(all.users.length, all.segments[0]?.n_users);
  const first = data.run({ kind: 'segment', segments, list: { segment: 0, limit: 10 } }).users;
  const after = first.at(-1) ?? null;
  const second = data.run({ kind: 'segment', segments, list: { segment: 0, limit: 10, after } }).users;
  assert.deepEqual([...first, ...second], all.users.slice(0, 20));
});

test('a cluster can be used as a segment', () => {
  const { clusters } = data.run({ kind: 'cluster', features: [{ kind: 'events' }, { kind: 'span' }], k: { kind: 'fixed', k: 3 } });
  const segments = clusters.map(({ segment }, index) => ({ name: `${index}`, segment }));
  const sizes = data.run({ kind: 'segment', segments });
  assert.deepEqual(sizes.segments.map(({ n_users }) => n_users), clusters.map(({ n_users }) => n_users));
  assert.equal(sizes.n_users_in_none, 0);
});

test('an answer is the text of the answer, read', () => {
  const query = /** @type {const} */ ({ kind: 'overview', scope: { zone: undefined } });
  assert.deepEqual(data.run(query), JSON.parse(data.run_json('{"kind":"overview","scope":{}}')));
});

/** @type {[string, string, RegExp, string | undefined][]} */
const bad_queries = [
  ['an unknown field', '{"kind":"funnel","window_milis":5}', /^window_milis: unknown field/, 'window_milis'],
  ['an unknown field inside', '{"kind":"funnel","steps":[{"rule":{"evnt":"a"}}]}', /evnt/, 'steps[0].rule.evnt'],
  ['a value of another type', '{"kind":"funnel","window_millis":"7 days"}', /"7 days"/, 'window_millis'],
  ['an unknown word', '{"kind":"funnel","order":"any"}', /unknown variant `any`.*`strict`/, 'order'],
  ['an unknown kind', '{"kind":"funel"}', /no kind `funel`.*`funnel`/, undefined],
  ['no kind', '{"steps":[]}', /^kind: is missing/, 'kind'],
  ['no object', '[]', /not an object/, undefined],
  ['no JSON', '{"kind":', /not JSON.*line 1 column 8/, undefined],
  ['no steps', '{"kind":"funnel"}', /^steps: is empty/, 'steps'],
  ['an unknown zone', '{"kind":"overview","scope":{"zone":"Berlin"}}', /Berlin.*Europe\/Berlin/, 'scope.zone'],
  [
    'an unknown property',
    '{"kind":"overview","scope":{"where":[{"kind":"property","property":"plann","op":"is_set"}]}}',
    /no column named "plann"/,
    'scope.where[0].property',
  ],
];

for (const [what, query, message, field] of bad_queries) {
  test(`a query with ${what} is refused, and the error names it`, () => {
    assert.throws(
      () => data.run_json(query),
      (error) => {
        assert.ok(error instanceof CairnError && error instanceof Error);
        assert.match(error.message, message);
        assert.deepEqual([error.name, error.code, error.position?.field], ['CairnError', 'bad_query', field]);
        return true;
      },
    );
  });
}

/** @type {[string, string | Uint8Array, import('../../dist/api/cairn.js').Mapping, string, object | undefined][]} */
const bad_files = [
  ['an empty file', '', {}, 'empty_file', { file: 'x.csv' }],
  ['a picture', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]), {}, 'binary_file', { file: 'x.csv' }],
  ['a file without times', 'user,event\nann,a\nben,b\n', {}, 'no_time_column', { file: 'x.csv' }],
  ['an unknown column', 'user,time\nann,2026-03-01\n', { columns: [{ name: 'usr', role: 'user' }] }, 'unknown_column', { file: 'x.csv' }],
  ['an unknown zone', 'user,time\nann,2026-03-01\n', { zone: 'Berlin' }, 'unknown_zone', { file: 'x.csv' }],
  ['an unknown field', 'user,time\nann,2026-03-01\n', /** @type {any} */ ({ colums: [] }), 'bad_mapping', { field: 'mapping.colums' }],
];

for (const [what, file, mapping, code, position] of bad_files) {
  test(`${what} in a load gives the code ${code}`, async () => {
    await assert.rejects(load(file, { name: 'x.csv', mapping }), (error) => {
      assert.ok(error instanceof CairnError);
      assert.deepEqual([error.code, error.position], [code, position]);
      assert.ok(error.message.length > 20);
      return true;
    });
  });
}

test('what is no source is refused', async () => {
  async function* words() {
    yield 'user,time\n';
  }
  for (const source of [42, null, undefined, {}, words()]) {
    await assert.rejects(preview(/** @type {any} */ (source)), { name: 'CairnError', code: 'bad_source' });
  }
});

test('a data set that was freed says so, and freeing it again does nothing', async () => {
  const own = await load('user,time\nann,2026-03-01\n');
  own.free();
  own.free();
  assert.throws(() => own.run({ kind: 'overview' }), { name: 'CairnError', code: 'freed' });
  assert.equal(own.schema.n_events, 1);
  const other = await load('user,time\nann,2026-03-01\n');
  other[Symbol.dispose]();
  assert.throws(() => other.run_json('{}'), { code: 'freed' });
});

test('memory of freed data is used again', async () => {
  const memory = await engine_memory();
  const bytes = sample('saas-events.csv');
  const once = async () => (await load(bytes)).free();
  await once();
  const size = memory.buffer.byteLength;
  for (let round = 0; round < 10; round += 1) await once();
  // An allocator may need a page or two more when pieces fall differently; ten tables left behind are 13 MB.
  const grown = memory.buffer.byteLength - size;
  assert.ok(grown < 2 ** 21, `grew by ${grown} bytes`);
});
