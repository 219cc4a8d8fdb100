// Builds an example into one script, as the frameworks' own tools would: `await bundle('vue')`.

import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const load = createRequire(import.meta.url);

/** The examples, each with its entry. */
export const EXAMPLES = /** @type {const} */ ({ plain: 'plain/main.js', react: 'react/main.jsx', vue: 'vue/main.js', svelte: 'svelte/main.js' });

/** @type {import('esbuild').Plugin} A component of one file, by Vue's own compiler, which is told that the element is none of Vue's. */
const vue = {
  name: 'vue',
  setup(build) {
    build.onLoad({ filter: /\.vue$/ }, async ({ path }) => {
      const { parse, compileScript } = load('vue/compiler-sfc');
      const { descriptor } = parse(await readFile(path, 'utf8'), { filename: path });
      const isCustomElement = (/** @type {string} */ tag) => tag.startsWith('cairn-');
      const script = compileScript(descriptor, { id: 'app', inlineTemplate: true, templateOptions: { compilerOptions: { isCustomElement } } });
      return { contents: script.content, loader: 'js' };
    });
  },
};

/** @type {import('esbuild').Plugin} */
const svelte = {
  name: 'svelte',
  setup(build) {
    build.onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { compile } = load('svelte/compiler');
      return { contents: compile(await readFile(path, 'utf8'), { filename: path, generate: 'client' }).js.code, loader: 'js' };
    });
  },
};

/** The script of an example. @param {keyof typeof EXAMPLES} name */
export async function bundle(name) {
  const define = {
    'process.env.NODE_ENV': '"production"',
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  };
  const { outputFiles } = await build({
    entryPoints: [HERE + EXAMPLES[name]],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    jsx: 'automatic',
    conditions: ['browser', 'production'],
    define,
    plugins: [vue, svelte],
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
