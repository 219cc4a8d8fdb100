// The playground: what stands in the editor is what the checklist in the frame is given; what it says about that, and
// what it logs, is shown.

import { element as h, must, replace } from './dom.js';

/** @typedef {import('../cairn-checklist.d.ts').LogRow} LogRow */

/** Between the last key and a new checklist, in milliseconds. */
const PAUSE_MILLIS = 400;
const COLUMNS = /** @type {const} */ (['time', 'event', 'task', 'tour', 'step', 'value']);
const KEPT = 'cairn-playground';

const source = /** @type {HTMLTextAreaElement} */ (must('#source'));
const frame = /** @type {HTMLIFrameElement} */ (must('#page'));
const select = (/** @type {string} */ id) => /** @type {HTMLSelectElement} */ (must(`#${id}`));
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {string[]} */
let advice = [];

const checklist = () => frame.contentDocument?.querySelector('cairn-checklist');

/** @param {'ok' | 'error'} kind @param {(Node | string)[]} parts */
function judge(kind, ...parts) {
  must('#verdict').dataset['kind'] = kind;
  replace(must('#verdict'), ...parts);
}

function apply() {
  sessionStorage.setItem(KEPT, source.value);
  advice = [];
  replace(must('#rows'));
  /** @type {import('../cairn-checklist.d.ts').Definition} */
  let definition;
  try {
    definition = JSON.parse(source.value);
  } catch (error) {
    return judge('error', h('code', {}, '$'), `: is not valid JSON: ${/** @type {Error} */ (error).message}`);
  }
  give(definition);
}

/** Gives the checklist its definition; the first makes the element, which without one would complain. @param {import('../cairn-checklist.d.ts').Definition} definition */
function give(definition) {
  const page = frame.contentDocument;
  if (!page) return;
  const element = checklist() ?? page.createElement('cairn-checklist');
  element.definition = definition;
  element.setAttribute('open', '');
  if (element.isConnected) return;
  for (const [name, value] of [['user', 'playground'], ['storage', 'memory'], ['locale', select('language').value]]) element.setAttribute(name ?? '', value ?? '');
  page.body.append(element);
}

/** @param {LogRow} row */
function addRow(row) {
  const cells = COLUMNS.map((name) => {
    const value = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (row))[name];
    return h('td', {}, name === 'time' ? `${value}`.slice(11, 19) : `${value ?? ''}`);
  });
  must('#rows').prepend(h('tr', {}, ...cells));
}

function onReady() {
  const lines = advice.map((line) => line.replace(/^cairn-checklist: (the definition works, but:\n)?/, ''));
  judge('ok', ['The definition works.', ...lines].join('\n'));
}

/** Hears what the page in the frame says; it is a new one after each load. */
function listen() {
  const view = /** @type {(Window & typeof globalThis) | null} */ (frame.contentWindow);
  const page = frame.contentDocument;
  if (!view || !page) return;
  const { warn } = view.console;
  view.console.warn = (...args) => {
    advice.push(args.join(' '));
    warn.apply(view.console, args);
    if (must('#verdict').dataset['kind'] === 'ok') onReady();
  };
  page.addEventListener('cairn:log', (event) => addRow(/** @type {CustomEvent<LogRow>} */ (event).detail));
  page.addEventListener('cairn:ready', onReady);
  page.addEventListener('cairn:error', (event) => {
    const { message, path } = /** @type {CustomEvent<{ message: string, path?: string }>} */ (event).detail;
    judge('error', ...(path ? [h('code', {}, path), '\n'] : []), message);
  });
  dress();
  apply();
}

/** Theme, language and width, which are the page's and not the definition's. */
function dress() {
  const page = frame.contentDocument;
  const [theme, language] = [select('theme').value, select('language').value];
  document.documentElement.dataset['theme'] = theme;
  frame.dataset['width'] = select('width').value;
  if (!page) return;
  page.documentElement.dataset['theme'] = theme;
  page.documentElement.lang = language;
  page.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
  checklist()?.setAttribute('locale', language);
}

async function loadExample() {
  source.value = await (await fetch(select('example').value)).text();
  apply();
}

source.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(apply, PAUSE_MILLIS);
});
for (const id of ['theme', 'language', 'width']) select(id).addEventListener('change', dress);
select('example').addEventListener('change', loadExample);
must('#track').addEventListener('submit', (event) => {
  event.preventDefault();
  const name = /** @type {HTMLInputElement} */ (must('#event')).value.trim();
  if (name) void checklist()?.track(name);
});
must('#reset').addEventListener('click', () => void checklist()?.reset());
must('#copy').addEventListener('click', async () => {
  const log = (await checklist()?.export_log()) ?? '';
  await navigator.clipboard.writeText(log).catch(() => judge('error', 'The browser does not let this page write to the clipboard.'));
});
select('theme').value = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
source.value = sessionStorage.getItem(KEPT) ?? (await (await fetch('playground.json')).text());
frame.addEventListener('load', listen);
if (frame.contentDocument?.readyState === 'complete' && frame.contentDocument.URL !== 'about:blank') listen();
