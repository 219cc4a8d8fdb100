// The pages of the peers: their modules bundled, beside what they load at run time, on a plain server.

import { build } from 'esbuild';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serve } from '../../xtask/serve.mjs';
import { ROOT } from '../e2e/harness.mjs';

const HERE = join(ROOT, 'tests/bench');
const FOLDER = join(ROOT, 'target/bench-site');

/** The modules of peers/ that become files of their own. */
const ENTRIES = ['page', 'reading-worker', 'duckdb-eh', 'duckdb-coi', 'typed', 'arquero', 'udsv', 'papaparse', 'reading', 'kmeans'];

const HTML = `<!doctype html>
<meta charset="utf-8">
<title>loading</title>
<link rel="icon" href="data:,">
<input type="file">
<script type="module" src="./page.js"></script>
`;

/** What lets a page have threads with shared memory. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** Builds the pages anew. */
export async function buildPeers() {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await build({
    entryPoints: ENTRIES.map((name) => join(HERE, 'peers', `${name}.mjs`)),
    outdir: FOLDER,
    bundle: true,
    format: 'esm',
    target: 'esnext',
    minify: true,
    logLevel: 'warning',
  });
  await writeFile(join(FOLDER, 'index.html'), HTML);
  await symlink(join(HERE, 'node_modules/@duckdb/duckdb-wasm/dist'), join(FOLDER, 'duckdb'));
}

/** @param {{ isolated?: boolean }} [options] */
export function servePeers({ isolated = false } = {}) {
  return serve(FOLDER, { headers: isolated ? ISOLATED : {} });
}

/** The exact versions of the peers, by name. @returns {Promise<Record<string, string>>} */
export async function peerVersions() {
  return JSON.parse(await readFile(join(HERE, 'package.json'), 'utf8')).devDependencies;
}
