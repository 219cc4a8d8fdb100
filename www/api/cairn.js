// The engine for JavaScript: `import { … } from './cairn.js'` in a browser or in Node 20 and newer.
// The import ends when the engine is ready; what it offers is described in cairn-jsapi.d.ts.

import init from './cairn-jsapi.js';

const wasm = new URL('./cairn-jsapi_bg.wasm', import.meta.url);

// Node's fetch cannot read files, so the bytes are read there by its own means.
const source = wasm.protocol === 'file:' ? await (await import('node:fs/promises')).readFile(wasm) : wasm;
await init({ module_or_path: source });

export * from './cairn-jsapi.js';
