// The page of every peer: `?peer=NAME` takes the module of that name, and `bench` is what the driver calls. Times are
// taken here, around the peer's own work, so that no peer pays for the way to the driver.

/** @typedef {import('../works.mjs').Question} Question */
/** @typedef {import('../works/data.mjs').Counts} Counts */
/** @typedef {import('../clustering.mjs').Clusters} Clusters */

/**
 * What a peer's module exports by default. All but `start` is timed.
 * @typedef {object} Peer
 * @property {() => Promise<void>} [start] fetches and compiles what the peer needs
 * @property {(file: File) => Promise<number>} [load] reads a file and says how many rows it has (bytes, if it only reads)
 * @property {() => Promise<void>} [prepare] makes what was loaded faster to ask, if that takes long
 * @property {(question: Question) => Promise<Counts>} [ask]
 * @property {() => Promise<{ millis: number, clusters: Clusters }>} [cluster] k-means, and its milliseconds
 */

const name = new URLSearchParams(location.search).get('peer') ?? '';
/** @type {Peer} */
let peer;

/**
 * @template T
 * @param {() => Promise<T>} work
 */
async function timed(work) {
  const start = performance.now();
  const result = await work();
  return { millis: performance.now() - start, result };
}

const bench = {
  async start() {
    peer = (await import(new URL(`./${name}.js`, import.meta.url).href)).default;
    await peer.start?.();
  },
  /** The file that the input holds. */
  async load() {
    const file = /** @type {HTMLInputElement} */ (document.querySelector('input')).files?.[0];
    if (!file || !peer.load) throw new Error(`${name} has no file, or cannot load one`);
    const { load } = peer;
    return timed(() => load(file));
  },
  prepare: () => timed(async () => peer.prepare?.()),
  /** @param {Question} question */
  async ask(question) {
    const { ask } = peer;
    if (!ask) throw new Error(`${name} answers no questions`);
    return timed(() => ask(question));
  },
  cluster: () => peer.cluster?.(),
};

Reflect.set(globalThis, 'bench', bench);
document.title = 'ready';
