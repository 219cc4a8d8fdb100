// Prints `PATH RAW GZIP BROTLI` for each file below a folder: Node has both compressors at hand.
// `node xtask/sizes.mjs FOLDER`

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [folder = 'dist'] = process.argv.slice(2);
const names = /** @type {string[]} */ (readdirSync(folder, { recursive: true })).sort();
for (const name of names) {
  const path = join(folder, name);
  if (!statSync(path).isFile()) continue;
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes, { params }).length];
  console.log(name, ...sizes);
}
