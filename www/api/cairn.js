// Cairn's engine for JavaScript, in browsers and in Node 20 and newer; cairn.d.ts describes what can be done with it.
// The first call fetches the engine and starts it. It computes on the thread that calls it.

import { CairnError, abandon, open } from './cairn-input.js';
import init, { Samples, sample_places } from './cairn-jsapi.js';

/** @typedef {import('./cairn-jsapi.js').Data} Data */
/** @typedef {import('./cairn-jsapi.js').Loading} Loading */
/** @typedef {import('./cairn.d.ts').DataSet} DescribedData */
/** @typedef {import('./cairn.d.ts').LoadOptions} LoadOptions */
/** @typedef {import('./cairn.d.ts').LoadProgress} LoadProgress */
/** @typedef {import('./cairn.d.ts').Query} Query */
/** @typedef {import('./cairn-input.js').Input} Input */

export { CairnError };

/** Bytes that the engine is given at once. */
const PIECE = 1 << 20;

/** How long a load goes on before others have their turn, and how often it says how far it is, in milliseconds. */
const TURN = 50;
const SPEAK = 100;

/** @type {typeof import('./cairn.d.ts').preview} */
export const preview = async (source, options = {}) => {
  const input = open(source);
  try {
    return JSON.parse(await look(input, options, (samples, name, mapping) => samples.preview(name, mapping)));
  } finally {
    input.close?.();
  }
};

/** @type {typeof import('./cairn.d.ts').load} */
export const load = async (source, options = {}) => {
  const input = open(source);
  /** @type {Loading | undefined} */
  let loading;
  try {
    // The seed keeps hostile files from being slow; no result depends on it.
    const started = await look(input, options, (samples, name, mapping) => samples.load(name, mapping, Math.random()));
    loading = started;
    for (const stage of /** @type {const} */ (['reading', 'reading_again'])) {
      await feed(input, started, options, stage);
      const data = calling(() => started.finish());
      if (data) return new DataSet(data);
    }
    throw new Error('a file is read at most twice');
  } finally {
    release(loading);
    input.close?.();
  }
};

/** @implements {DescribedData} */
export class DataSet {
  /** @type {Data | undefined} */
  #data;

  /** @param {Data} data */
  constructor(data) {
    this.#data = data;
    /** @type {import('./cairn.d.ts').Schema} */
    this.schema = JSON.parse(data.schema());
    /** @type {import('./cairn.d.ts').LoadReport} */
    this.report = JSON.parse(data.report());
    this.n_bytes = data.n_bytes();
  }

  /**
   * @template {Query['kind']} K
   * @param {import('./cairn.d.ts').QueryOf<K>} query
   * @returns {import('./cairn.d.ts').AnswerTo<K>}
   */
  run(query) {
    return JSON.parse(this.run_json(JSON.stringify(query)));
  }

  /** @param {string} query */
  run_json(query) {
    const data = this.#data;
    if (!data) throw new CairnError({ code: 'freed', message: 'this data set was freed; load the file again' });
    const text = `${query}`;
    return calling(() => data.run(text));
  }

  free() {
    release(this.#data);
    this.#data = undefined;
  }

  [Symbol.dispose]() {
    this.free();
  }
}

/** @type {Promise<unknown> | undefined} */
let started;

/** Fetches and starts the engine, once; after a failure the next call tries again. */
function start() {
  started ??= read_engine().catch((cause) => {
    started = undefined;
    const message = `the engine could not be started: ${cause?.message ?? cause}; check that all of Cairn's files are there`;
    throw new CairnError({ code: 'no_engine', message }, { cause });
  });
  return started;
}

async function read_engine() {
  const wasm = new URL('./cairn-jsapi_bg.wasm', import.meta.url);
  // Node's fetch cannot read files.
  const is_file = wasm.protocol === 'file:';
  await init({ module_or_path: is_file ? await (await import('node:fs/promises')).readFile(wasm) : wasm });
}

/** @type {CairnError | undefined} */
let died;

/**
 * Calls the engine. It throws failures as JSON text; a panic or a trap leaves its memory in disorder.
 * @template T
 * @param {() => T} work
 * @returns {T}
 */
function calling(work) {
  if (died) throw died;
  try {
    return work();
  } catch (thrown) {
    if (typeof thrown === 'string') throw new CairnError(JSON.parse(thrown));
    const is_trap = thrown instanceof WebAssembly.RuntimeError;
    if (!is_trap && !`${thrown}`.includes('panicked at')) throw thrown;
    const reason = is_trap ? 'it needs more memory than it can have' : `a bug: ${thrown}`;
    const message = `the engine stopped (${reason}) and cannot go on; start it anew in another worker, page or process`;
    died = new CairnError({ code: 'engine_died', message }, { cause: thrown });
    throw died;
  }
}

/** Frees what the engine holds, if it still can. @param {{ free(): void } | undefined} held */
function release(held) {
  if (!died) held?.free();
}

/**
 * Does something with the pieces of a file that a preview wants to see, and the caller's choices.
 * @template T
 * @param {Input} input
 * @param {LoadOptions} options
 * @param {(samples: Samples, name: string, mapping: string) => T} work
 */
async function look(input, { name = input.name ?? 'events', mapping = {}, signal }, work) {
  const choices = JSON.stringify(mapping);
  signal?.throwIfAborted();
  await start();
  const seen = await unless_aborted(input.sample(sample_places), signal);
  const samples = new Samples(seen.n_bytes);
  try {
    return calling(() => {
      for (const { offset, bytes } of seen.pieces) samples.add(offset, bytes);
      return work(samples, `${name}`, choices);
    });
  } finally {
    release(samples);
  }
}

/**
 * Gives the whole file to the engine.
 * @param {Input} input
 * @param {Loading} loading
 * @param {LoadOptions} options
 * @param {LoadProgress['stage']} stage
 */
async function feed(input, loading, { signal, on_progress }, stage) {
  const pieces = input.pieces();
  let n_bytes = 0;
  let turned = performance.now();
  let spoke = turned;
  /** @param {LoadProgress['stage']} stage */
  const speak = (stage) => {
    spoke = performance.now();
    on_progress?.({ stage, n_bytes, n_bytes_total: input.n_bytes, n_rows: loading.n_rows() });
  };
  try {
    for (;;) {
      const { done, value } = await unless_aborted(pieces.next(), signal);
      if (done) break;
      for (let at = 0; at < value.length; at += PIECE) {
        const piece = value.subarray(at, at + PIECE);
        calling(() => loading.push(piece));
        n_bytes += piece.length;
        if (performance.now() - spoke > SPEAK) speak(stage);
        if (performance.now() - turned > TURN) {
          await next_task();
          signal?.throwIfAborted();
          turned = performance.now();
        }
      }
    }
    speak('sorting');
    await next_task();
    signal?.throwIfAborted();
  } finally {
    abandon(pieces);
  }
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<T>}
 */
function unless_aborted(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Resolves after what waits already. Messages are used since timers are held to 4 ms once they are nested. */
function next_task() {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done(undefined);
    };
    port2.postMessage(null);
  });
}
