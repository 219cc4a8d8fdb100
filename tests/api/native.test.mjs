// The same file and the same query give the same bytes natively, in Node, in a page and in a worker.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { load } from '../../dist/api/cairn.js';
import { makeFile, openSite } from '../e2e/harness.mjs';
import { cases, native_answers, sample } from './native.mjs';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

test('there are queries on each sample', () => {
  assert.ok(cases.length >= 3);
  for (const { file, queries } of cases) assert.ok(queries.length >= 2, file);
});

for (const each of cases) {
  test(`${each.file}: native, Node, page and worker give the same bytes`, async () => {
    const native = await native_answers(each);
    assert.equal(native.length, each.queries.length);
    const texts = each.queries.map(({ text }) => text);
    const data = await load(sample(each.file), { name: each.file });
    compare(each, native, texts.map((text) => data.run_json(text)));
    data.free();
    compare(each, native, await in_page(each.file, texts));
    compare(each, native, await in_worker(each.file, texts));
  });
}

/**
 * @param {{ file: string, queries: { name: string }[] }} of
 * @param {string[]} native
 * @param {string[]} wasm
 */
function compare({ queries }, native, wasm) {
  queries.forEach(({ name }, index) => {
    assert.ok((native[index] ?? '').length > 100, `${name} has no native answer`);
    assert.equal(wasm[index], native[index], name);
  });
}

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src data:";

const HOST = '<!doctype html><link rel="icon" href="data:,"><title>Host</title>';

const WORKER = `
import { load } from '../api/cairn.js';
onmessage = async ({ data: [file, texts] }) => {
  const data = await load(file);
  postMessage(texts.map((text) => data.run_json(text)));
};`;

/** A page of another product beside the engine. Its policy allows what the engine needs, and nothing else. */
async function host() {
  const page = await site.browser.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.route('**/host/*', (route) => {
    const [contentType, body] = route.request().url().endsWith('.js') ? ['text/javascript', WORKER] : ['text/html', HOST];
    return route.fulfill({ headers: { 'content-security-policy': POLICY }, contentType, body });
  });
  await page.goto(new URL('host/page.html', site.server.url).href);
  return { page, problems, close: () => page.close() };
}

/**
 * @param {string} name
 * @param {string[]} texts
 */
async function in_page(name, texts) {
  const { page, problems, close } = await host();
  const file = await makeFile(page, name, sample(name));
  const answers = await file.evaluate(async (file, texts) => {
    const path = '../api/cairn.js';
    /** @type {typeof import('../../dist/api/cairn.js')} */
    const { load } = await import(path);
    const data = await load(file);
    return texts.map((text) => data.run_json(text));
  }, texts);
  assert.deepEqual(problems, []);
  await close();
  return answers;
}

/**
 * @param {string} name
 * @param {string[]} texts
 * @returns {Promise<string[]>}
 */
async function in_worker(name, texts) {
  const { page, problems, close } = await host();
  const file = await makeFile(page, name, sample(name));
  const answers = await file.evaluate(
    (file, texts) =>
      new Promise((done, failed) => {
        const worker = new Worker('worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => done(data);
        worker.onerror = ({ message }) => failed(new Error(message));
        worker.postMessage([file, texts]);
      }),
    texts,
  );
  assert.deepEqual(problems, []);
  await close();
  return /** @type {string[]} */ (answers);
}
