// A host's own storage in place of the browser's: what it holds is asked for once, and what is written is passed on.

/** How long the launcher waits for what the adapter holds about it, in milliseconds. */
const GLANCE_MILLIS = 500;

/**
 * What an adapter holds for the launcher; nothing where it takes too long.
 * @param {import('./cairn-checklist.d.ts').Adapter} adapter
 * @param {string} key
 */
export const glance = (adapter, key) =>
  Promise.race([adapter.get(key), new Promise((done) => setTimeout(done, GLANCE_MILLIS))]);

/**
 * What the widget takes for a storage. A host that does not answer within five seconds, or fails, holds nothing: the
 * checklist then works, and what is written is still passed on.
 * @param {HTMLElement & { adapter?: import('./cairn-checklist.d.ts').Adapter }} host
 * @param {string} definition JSON text
 * @param {string} glanceKey
 */
export async function area(host, definition, glanceKey) {
  const { adapter } = host;
  if (!adapter) return undefined;
  const state = `cairn:${encodeURIComponent(idOf(definition))}:${encodeURIComponent(host.getAttribute('user') ?? '')}`;
  const keys = [state, `${state}:log`, glanceKey];
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('it did not answer within 5 seconds')), 5000));
  /** @type {(string | null | undefined)[]} */
  let texts = [];
  try {
    texts = await Promise.race([Promise.all(keys.map((key) => adapter.get(key))), late]);
  } catch (error) {
    warn('read', error);
  }
  const held = new Map(keys.map((key, index) => [key, texts[index] ?? null]));
  return {
    /** @param {string} key */
    getItem: (key) => held.get(key) ?? null,
    /** @param {string} key @param {string} text */
    setItem(key, text) {
      held.set(key, text);
      Promise.resolve()
        .then(() => adapter.set(key, text))
        .catch((error) => warn('write', error));
    },
  };
}

let hasWarned = false;

/** @param {string} act @param {any} error */
function warn(act, error) {
  if (!hasWarned) console.warn(`cairn-checklist: the adapter could not ${act} the progress: ${error?.message ?? error}`);
  hasWarned = true;
}

/** @param {string} definition */
function idOf(definition) {
  try {
    return `${JSON.parse(definition).id}`.trim();
  } catch {
    return '';
  }
}
