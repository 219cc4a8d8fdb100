// Cairn's engine for JavaScript, in browsers and in Node 20 and newer; cairn.d.ts describes what can be done with it.
// The first call fetches the engine and starts it. It computes on the thread that calls it.

import init, { Samples, sample_places } from './cairn-jsapi.js';

/** @typedef {import('./cairn-jsapi.js').Data} Data */
/** @typedef {import('./cairn-jsapi.js').Loading} Loading */
/** @typedef {import('./cairn.d.ts').CairnError} DescribedError */
/** @typedef {import('./cairn.d.ts').DataSet} DescribedData */
/** @typedef {import('./cairn.d.ts').LoadOptions} LoadOptions */
/** @typedef {import('./cairn.d.ts').LoadProgress} LoadProgress */
/** @typedef {import('./cairn.d.ts').Query} Query */
/** @typedef {import('./cairn.d.ts').Source} Source */
/** @typedef {import('./cairn.d.ts').Stream} Stream */

/**
 * A file that can be read from its start as often as one likes.
 * @typedef {object} Input
 * @property {string} name
 * @property {number | null} n_bytes null if only the end will tell
 * @property {() => Promise<Samples>} sample the pieces that a preview wants to see
 * @property {() => AsyncGenerator<Uint8Array, void>} pieces all of it, in order
 * @property {() => void} [close] gives back what it holds
 */

/** Bytes that the engine is given at once, and that are read of a Blob at once. */
const PIECE = 1 << 20;
const SLICE = 4 << 20;

/** How long a load goes on before others have their turn, and how often it says how far it is, in milliseconds. */
const TURN = 50;
const SPEAK = 100;

/** @type {typeof import('./cairn.d.ts').preview} */
export const preview = async (source, options = {}) => {
  const input = await open(source, options);
  try {
    return JSON.parse(await look(input, options, (samples, name, mapping) => samples.preview(name, mapping)));
  } finally {
    input.close?.();
  }
};

/** @type {typeof import('./cairn.d.ts').load} */
export const load = async (source, options = {}) => {
  const input = await open(source, options);
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
    if (!died) loading?.free();
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
    return calling(() => data.run(`${query}`));
  }

  free() {
    this.#data?.free();
    this.#data = undefined;
  }

  [Symbol.dispose]() {
    this.free();
  }
}

/** @implements {DescribedError} */
export class CairnError extends Error {
  /**
   * @param {import('./cairn.d.ts').Failure} failure
   * @param {ErrorOptions} [options]
   */
  constructor({ code, message, position }, options) {
    super(message, options);
    this.name = 'CairnError';
    this.code = code;
    this.position = position ?? undefined;
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
 * Calls the engine. It throws failures as JSON text; anything else is a trap, which leaves its memory in disorder.
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
    const reason = is_trap ? 'it needs more memory than it can have' : `a bug: ${thrown}`;
    const message = `the engine stopped (${reason}) and cannot go on; start it anew in another worker, page or process`;
    died = new CairnError({ code: 'engine_died', message }, { cause: thrown });
    throw died;
  }
}

/**
 * Does something with the pieces of a file that a preview wants to see, and the caller's choices.
 * @template T
 * @param {Input} input
 * @param {LoadOptions} options
 * @param {(samples: Samples, name: string, mapping: string) => T} work
 */
async function look(input, { mapping = {}, signal }, work) {
  const samples = await unless_aborted(input.sample(), signal);
  try {
    return calling(() => work(samples, input.name, JSON.stringify(mapping)));
  } finally {
    if (!died) samples.free();
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
 * @param {Source} source
 * @param {LoadOptions} options
 * @returns {Promise<Input>}
 */
async function open(source, { name, signal }) {
  signal?.throwIfAborted();
  const own = source instanceof Blob && 'name' in source ? source.name : undefined;
  const input = { ...content(source), name: `${name ?? own ?? 'events'}` };
  await start();
  return input;
}

/**
 * @param {Source} source
 * @returns {Omit<Input, 'name'>}
 */
function content(source) {
  if (typeof source === 'string') return from_bytes(new TextEncoder().encode(source));
  if (source instanceof ArrayBuffer) return from_bytes(new Uint8Array(source));
  if (ArrayBuffer.isView(source)) return from_bytes(bytes_of(source));
  if (source instanceof Blob) return from_blob(source);
  if (typeof source === 'function') return from_stream(source);
  if (is_stream(source)) return from_stream_read_once(source);
  const message = 'this is no source: give bytes, text, a Blob, a stream of bytes, or a function that opens a stream';
  throw new CairnError({ code: 'bad_source', message });
}

/**
 * @param {Uint8Array} bytes
 * @returns {Omit<Input, 'name'>}
 */
function from_bytes(bytes) {
  return {
    n_bytes: bytes.length,
    sample: () => sample(bytes.length, async (start, end) => bytes.subarray(start, end)),
    async *pieces() {
      yield bytes;
    },
  };
}

/**
 * @param {Blob} blob
 * @returns {Omit<Input, 'name'>}
 */
function from_blob(blob) {
  /** @param {number} start @param {number} end */
  const slice = async (start, end) => {
    try {
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    } catch (cause) {
      const message = 'the file can no longer be read; it was changed, moved or deleted since: choose it again';
      throw new CairnError({ code: 'unreadable_file', message }, { cause });
    }
  };
  return {
    n_bytes: blob.size,
    sample: () => sample(blob.size, slice),
    async *pieces() {
      for (let at = 0; at < blob.size; at += SLICE) yield await slice(at, at + SLICE);
    },
  };
}

/**
 * @param {number} n_bytes
 * @param {(start: number, end: number) => Promise<Uint8Array>} slice
 */
async function sample(n_bytes, slice) {
  const samples = new Samples(n_bytes);
  const places = sample_places(n_bytes);
  for (let at = 0; at < places.length; at += 2) {
    const [start = 0, end = 0] = places.subarray(at);
    samples.add(start, await slice(start, end));
  }
  return samples;
}

/**
 * A stream shows only its start before it is read.
 * @param {() => Stream | Promise<Stream>} reopen
 * @returns {Omit<Input, 'name'>}
 */
function from_stream(reopen) {
  const pieces = async function* () {
    yield* chunks(await reopen());
  };
  return {
    n_bytes: null,
    async sample() {
      const [, wanted = 0] = sample_places(Number.MAX_SAFE_INTEGER);
      /** @type {Uint8Array<ArrayBuffer>[]} */
      const head = [];
      let n_bytes = 0;
      for await (const chunk of pieces()) {
        // Its owner may use the memory again.
        head.push(chunk.slice());
        n_bytes += chunk.length;
        if (n_bytes >= wanted) break;
      }
      const samples = new Samples(n_bytes < wanted ? n_bytes : undefined);
      samples.add(0, new Uint8Array(await new Blob(head).arrayBuffer()));
      return samples;
    },
    pieces,
  };
}

/**
 * Keeps what the stream gave, to give it again.
 * @param {Stream} stream
 * @returns {Omit<Input, 'name'>}
 */
function from_stream_read_once(stream) {
  /** @type {Uint8Array[]} */
  const kept = [];
  const rest = chunks(stream);
  const replay = async function* () {
    yield* kept;
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      // Its owner may use the memory again.
      const chunk = next.value.slice();
      kept.push(chunk);
      yield chunk;
    }
  };
  return { ...from_stream(replay), close: () => abandon(rest) };
}

/**
 * @param {Stream} stream
 * @returns {AsyncGenerator<Uint8Array, void>}
 */
async function* chunks(stream) {
  if (Symbol.asyncIterator in stream) {
    for await (const chunk of stream) yield bytes_of(chunk);
    return;
  }
  // Some browsers' streams are not iterable.
  const reader = /** @type {ReadableStream<Uint8Array>} */ (stream).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield bytes_of(next.value);
  } finally {
    await reader.cancel();
  }
}

/**
 * Closes what is read no further. A stream that gives nothing does not answer either, so nobody waits for it.
 * @param {AsyncGenerator<unknown, void>} pieces
 */
function abandon(pieces) {
  pieces.return().catch(() => {});
}

/** @param {unknown} chunk */
function bytes_of(chunk) {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const message = 'the stream gives something else than bytes; in Node, open it without an encoding';
  throw new CairnError({ code: 'bad_source', message });
}

/** @param {unknown} source @returns {source is Stream} */
function is_stream(source) {
  return typeof source === 'object' && source !== null && (Symbol.asyncIterator in source || 'getReader' in source);
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
