// Nothing leaves the tab: once the page is up, every way out is refused, to the page and to its workers, and all still
// works without a network. The site stands on a plain server without headers, below a sub-path.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { makeEvents, makeFile, openSite } from './harness.mjs';
import { openFile, openPanel, readTable } from './workbench.mjs';

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
/** @type {import('node:http').Server} */
let stranger;
let hits = 0;
let strangerUrl = '';

before(async () => {
  site = await openSite();
  stranger = createServer((_request, response) => {
    hits += 1;
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.end('hit');
  });
  stranger.on('upgrade', (_request, socket) => {
    hits += 1;
    socket.destroy();
  });
  await new Promise((done) => stranger.listen(0, '127.0.0.1', () => done(undefined)));
  const address = stranger.address();
  assert.ok(address && typeof address === 'object');
  strangerUrl = `http://127.0.0.1:${address.port}/`;
});
after(async () => {
  await site.close();
  stranger.close();
});

/**
 * Runs in the page or a worker: tries every way out that it has, and says what became of each.
 * @param {string[]} addresses
 */
async function tryEveryWayOut(addresses) {
  /** @type {Record<string, string>} */
  const outcomes = {};
  for (const url of addresses) {
    outcomes[`fetch ${url}`] = await fetch(url, { mode: 'no-cors' }).then(() => 'sent', () => 'refused');
    outcomes[`xhr ${url}`] = await new Promise((done) => {
      const request = new XMLHttpRequest();
      request.onload = () => done('sent');
      request.onerror = () => done('refused');
      try {
        request.open('GET', url);
        request.send();
      } catch {
        done('refused');
      }
    });
    outcomes[`websocket ${url}`] = await new Promise((done) => {
      try {
        const socket = new WebSocket(url.replace('http', 'ws'));
        socket.onopen = () => done('sent');
        socket.onerror = () => done('refused');
      } catch {
        done('refused');
      }
    });
    if (typeof document === 'undefined') continue;
    outcomes[`beacon ${url}`] = navigator.sendBeacon(url, 'x') ? 'queued' : 'refused';
    outcomes[`image ${url}`] = await new Promise((done) => {
      const image = new Image();
      image.onload = () => done('sent');
      image.onerror = () => done('refused');
      image.src = `${url}x.png`;
    });
    const form = document.createElement('form');
    form.action = url;
    form.method = 'post';
    form.target = '_blank';
    document.body.append(form);
    form.submit();
  }
  await new Promise((done) => setTimeout(done, 300));
  return outcomes;
}

test('once a file is dropped, every way out is refused to the page and to every worker', async () => {
  const { page, close } = await site.visit();
  await openFile(page, await makeEvents(page, { rows: 2000 }));
  const before = site.server.hits.length;
  const addresses = [strangerUrl, `${site.server.url}index.html`];
  const places = [page.mainFrame(), ...page.workers()];
  assert.ok(page.workers().length >= 1, 'a worker holds the data');
  for (const place of places) {
    const outcomes = await /** @type {import('playwright-core').Worker} */ (place).evaluate(tryEveryWayOut, addresses);
    for (const [way, outcome] of Object.entries(outcomes)) {
      // A beacon says that it was queued even if the policy then refuses it; the servers' counts decide.
      assert.ok(outcome === 'refused' || (way.startsWith('beacon') && outcome === 'queued'), `${way}: ${outcome}`);
    }
  }
  assert.equal(hits, 0, 'the other server was reached');
  assert.equal(site.server.hits.length, before, 'the own server was reached again');
  await close();
});

test('everything works offline once the page is open: a file, a funnel, a replaced worker', async () => {
  const { page, context, close } = await site.visit();
  await page.getByRole('button', { name: 'Try it with sample data' }).and(page.locator(':enabled')).waitFor();
  await context.setOffline(true);
  await openFile(page, await makeEvents(page, { rows: 2000 }));
  await openPanel(page, 'Funnels');
  assert.ok((await readTable(page, 'Users, rates and times by step')).length >= 2);
  await page.workers()[0]?.evaluate(() => void Promise.reject(new Error('killed by the test')));
  await page.getByText('A worker was replaced').waitFor();
  assert.ok((await readTable(page, 'Users, rates and times by step')).length >= 2);
  await page.goto(`${page.url().split('#')[0]}#sources`);
  await openFile(page, await makeFile(page, 'tiny.csv', 'user,time,event\na,2026-01-01,x\nb,2026-01-02,y\n'));
  await page.getByRole('heading', { name: 'tiny.csv' }).waitFor();
  await close();
});
