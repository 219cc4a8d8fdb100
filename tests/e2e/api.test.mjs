// dist/api/cairn.js, as programs in Node and pages in browsers import it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openSite, ROOT } from './harness.mjs';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

test('the engine starts by an import, in Node and in a browser alike', async () => {
  const inNode = Object.keys(await import(pathToFileURL(`${ROOT}dist/api/cairn.js`).href));
  // Any text of the site will do: it has no policy of its own, as other people's pages may have none.
  const { page, close } = await site.visit('api/cairn.d.ts');
  const inBrowser = await page.evaluate(async (url) => Object.keys(await import(url)), `${site.server.url}api/cairn.js`);
  assert.deepEqual(inBrowser, inNode);
  await close();
});
