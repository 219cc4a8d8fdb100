// The workbench as a person uses it: files dropped, panels opened, tables read.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, dropFiles } from './harness.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./harness.mjs').FileHandle} FileHandle */

/** What axe cannot decide on these panels, and why it is right. */
export const UNDECIDED = {
  'color-contrast':
    'the texts of a chart lie under its transparent marks; the tokens test of the charts crate holds every tone to its ratio',
};

/**
 * Drops a file and waits until its data are there.
 * @param {Page} page
 * @param {FileHandle} file
 */
export async function openFile(page, file) {
  await openFiles(page, [file]);
}

/**
 * Drops a CSV file of this content, called `events.csv`, and waits until its data are there.
 * @param {Page} page
 * @param {string} content
 */
export async function openText(page, content) {
  await openFile(page, await page.evaluateHandle((text) => new File([text], 'events.csv', { type: 'text/csv' }), content));
}

/**
 * Drops files together and waits until data are there.
 * @param {Page} page
 * @param {FileHandle[]} files
 */
export async function openFiles(page, files) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await dropFiles(page.locator('body'), files);
  await page.locator('.stats').waitFor({ timeout: 120_000 });
}

/**
 * Opens a panel by its link in the navigation.
 * @param {Page} page
 * @param {string} name
 */
export async function openPanel(page, name) {
  const menu = page.locator('.rail-toggle');
  if (await menu.isVisible()) await menu.click();
  await page.getByRole('navigation').getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/**
 * The cells of a table, as people read them, without its head.
 * @param {Page} page
 * @param {string} caption
 * @returns {Promise<string[][]>}
 */
export async function readTable(page, caption) {
  const table = page.getByRole('table', { name: caption });
  await table.locator('tbody tr').first().waitFor();
  return table.locator('tbody tr').evaluateAll((rows) =>
    rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent?.trim() ?? '')),
  );
}

/** Reads "1,234" as 1234. @param {string | undefined} text */
export const count = (text) => Number((text ?? '').replaceAll(',', ''));

/**
 * The query that the address holds.
 * @param {Page} page
 * @returns {Promise<any>}
 */
export async function queryInAddress(page) {
  const [, query] = new URL(page.url()).hash.split('&')[0]?.split('=') ?? [];
  return JSON.parse(decodeURIComponent(query ?? ''));
}

/** Waits until no answer is older than its question. @param {Page} page */
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('.stale'));
}

/**
 * The engine's native answer to a query on a file of this content.
 * @param {string} name the file's name
 * @param {string | Uint8Array} content
 * @param {object} query
 * @returns {Promise<any>}
 */
export async function nativeAnswer(name, content, query) {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-'));
  try {
    const [file, question] = [join(folder, name), join(folder, 'query.json')];
    await writeFile(file, content);
    await writeFile(question, JSON.stringify(query));
    const cargo = ['run', '--quiet', '--locked', '--package', 'cairn-tests', '--bin', 'answer', '--', file, question];
    const { stdout } = await promisify(execFile)('cargo', cargo, { cwd: ROOT, maxBuffer: 1 << 28 });
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}
