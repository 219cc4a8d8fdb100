// A plain static server, as dumb as the cheapest host: the right types, no other headers, nothing cached.
// `node xtask/serve.mjs FOLDER PORT` serves one; the browser tests import `serve`.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @type {Record<string, string>} */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.gz': 'application/gzip',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.ndjson': 'application/x-ndjson',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/**
 * A running server.
 * @typedef {object} Served
 * @property {string} url where `prefix` is, ending in a slash
 * @property {string[]} hits the path and query of each request so far
 * @property {() => Promise<void>} close ends it, and the connections to it
 */

/**
 * Serves `folder` at `prefix` on 127.0.0.1; everything else is 404.
 * @param {string} folder
 * @param {{ port?: number, prefix?: string, headers?: Record<string, string> }} [options] port 0 is any free one; a prefix
 *   starts and ends with `/`; headers of every file, which the site itself must do without
 * @returns {Promise<Served>}
 */
export async function serve(folder, { port = 0, prefix = '/', headers = {} } = {}) {
  const root = resolve(folder);
  /** @type {string[]} */
  const hits = [];
  const server = createServer(async (request, response) => {
    hits.push(request.url ?? '');
    const file = await find(root, prefix, request.url ?? '');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
    if (!file) return refuse(response, 404);
    response.setHeader('content-type', TYPES[extname(file.path)] ?? 'application/octet-stream');
    response.setHeader('content-length', file.size);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method === 'HEAD') return response.end();
    createReadStream(file.path).on('error', () => response.destroy()).pipe(response);
  });
  await new Promise((done, failed) => {
    server.once('error', failed).listen(port, '127.0.0.1', () => done(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}${prefix}`,
    hits,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/**
 * The file that a request asks for; `index.html` for a folder; never one outside `root`.
 * @param {string} root
 * @param {string} prefix
 * @param {string} url
 */
async function find(root, prefix, url) {
  const path = decodePath(url);
  if (!path?.startsWith(prefix)) return undefined;
  const inside = normalize(`/${path.slice(prefix.length)}`);
  const candidate = join(root, inside.endsWith('/') ? `${inside}index.html` : inside);
  const found = await stat(candidate).catch(() => undefined);
  return found?.isFile() ? { path: candidate, size: found.size } : undefined;
}

/** @param {string} url */
function decodePath(url) {
  try {
    const path = decodeURIComponent(url.split(/[?#]/)[0] ?? '');
    return path.includes('\0') ? undefined : path;
  } catch {
    return undefined;
  }
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 */
function refuse(response, status) {
  response.statusCode = status;
  response.end();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder = 'dist', port = '8080'] = process.argv.slice(2);
  const { url } = await serve(folder, { port: Number(port) });
  console.log(`\n    Cairn is at ${url} (Ctrl C ends it)`);
}
