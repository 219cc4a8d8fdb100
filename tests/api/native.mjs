// The engine run natively, and the committed queries on the samples.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The checkout's root, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const SAMPLES = join(ROOT, 'www/samples');
const QUERIES = join(ROOT, 'tests/golden/queries');

/** @param {string} name */
export const sample = (name) => readFileSync(join(SAMPLES, name));

/** The samples with the committed queries on each: a file's name before the first dot is the sample's. */
export const cases = readdirSync(SAMPLES)
  .filter((file) => /\.csv(\.gz)?$/.test(file))
  .map((file) => {
    const stem = `${file.split('.')[0]}.`;
    const names = readdirSync(QUERIES).filter((name) => name.startsWith(stem));
    const read = (/** @type {string} */ name) => ({ name, text: readFileSync(join(QUERIES, name), 'utf8') });
    return { file, queries: names.sort().map(read) };
  });

/**
 * The native engine's answers, as text.
 * @param {{ file: string, queries: { name: string }[] }} of
 * @returns {Promise<string[]>}
 */
export async function native_answers({ file, queries }) {
  const paths = [join(SAMPLES, file), ...queries.map(({ name }) => join(QUERIES, name))];
  const cargo = ['run', '--quiet', '--locked', '--package', 'cairn-tests', '--bin', 'answer', '--', ...paths];
  const { stdout } = await promisify(execFile)('cargo', cargo, { cwd: ROOT, maxBuffer: 1 << 28 });
  return stdout.trimEnd().split('\n');
}
