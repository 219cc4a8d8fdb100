// The pages of all contenders, on a server that compresses as well as a good host does.

import { build } from 'esbuild';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { ROOT } from '../../e2e/harness.mjs';
import { CONTENDERS, DEFINITION, hostPage } from './contenders.mjs';

const FOLDER = join(ROOT, 'target/bench-widget');
const HERE = join(ROOT, 'tests/bench/widget/contenders');

/** @type {Record<string, string>} */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Builds the pages anew; ours is the built site's. */
export async function buildSite() {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(join(FOLDER, 'cairn'), { recursive: true });
  const modules = (await readdir(HERE)).filter((name) => name.endsWith('.mjs')).map((name) => join(HERE, name));
  const define = { 'process.env.NODE_ENV': '"production"' };
  await build({ entryPoints: modules, outdir: FOLDER, bundle: true, format: 'esm', target: 'es2022', minify: true, define, logLevel: 'error' });
  for (const contender of CONTENDERS) await writeFile(join(FOLDER, `${contender.name}.html`), hostPage(contender));
  await writeFile(join(FOLDER, 'joyride.css'), '');
  await writeFile(join(FOLDER, 'definition.json'), JSON.stringify(DEFINITION));
  for (const name of await readdir(join(ROOT, 'dist/cairn'))) await copyFile(join(ROOT, 'dist/cairn', name), join(FOLDER, 'cairn', name));
}

/** Serves them compressed; `sent` is what each request so far took, by path. */
export async function serveSite() {
  /** @type {Map<string, number>} */
  const sent = new Map();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    try {
      const body = await compressed(path);
      sent.set(path, body.length);
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain', 'content-encoding': 'br', 'content-length': body.length });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(undefined)));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { url: `http://127.0.0.1:${port}/`, sent, close: () => new Promise((closed) => (server.closeAllConnections(), server.close(closed))) };
}

/** @type {Map<string, Buffer>} */
const compressedFiles = new Map();

/** @param {string} path */
async function compressed(path) {
  const known = compressedFiles.get(path);
  if (known) return known;
  const bytes = await readFile(join(FOLDER, path));
  const body = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  compressedFiles.set(path, body);
  return body;
}
