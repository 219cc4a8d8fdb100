// The memory of the engine that dist/api/cairn.js runs.

import { readFile } from 'node:fs/promises';

const API = new URL('../../dist/api/', import.meta.url);

/** There once something was loaded; the entry's own import leads to it. @returns {Promise<WebAssembly.Memory>} */
export async function engine_memory() {
  const entry = await readFile(new URL('cairn.js', API), 'utf8');
  const [, glue] = entry.match(/from '(\.\/cairn-jsapi\.js[^']*)'/) ?? [];
  const { default: init } = await import(new URL(`${glue}`, API).href);
  return (await init()).memory;
}
