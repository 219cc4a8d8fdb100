// Whatever holds a file's content, made readable from its start as often as it is needed.

/** @typedef {import('./cairn.d.ts').CairnError} DescribedError */
/** @typedef {import('./cairn.d.ts').Source} Source */
/** @typedef {import('./cairn.d.ts').Stream} Stream */

/**
 * @typedef {object} Input
 * @property {string} [name] its own name
 * @property {number | null} n_bytes null if only the end will tell
 * @property {(places: Places) => Promise<Seen>} sample the pieces that a preview wants to see
 * @property {() => AsyncGenerator<Uint8Array, void>} pieces all of it, in order
 * @property {() => void} [close] gives back what it holds
 *
 * @typedef {(n_bytes: number) => Float64Array} Places where those pieces start and end in a file of this size, in pairs
 * @typedef {{ n_bytes: number | null, pieces: { offset: number, bytes: Uint8Array }[] }} Seen
 */

/** Bytes that are read of a Blob at once. */
const SLICE = 4 << 20;

/**
 * Makes a source readable; nothing is read yet.
 * @param {Source} source
 * @returns {Input}
 */
export function open(source) {
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
 * @returns {Input}
 */
function from_bytes(bytes) {
  return {
    n_bytes: bytes.length,
    sample: (places) => sample(bytes.length, places, async (start, end) => bytes.subarray(start, end)),
    async *pieces() {
      yield bytes;
    },
  };
}

/**
 * @param {Blob} blob
 * @returns {Input}
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
    name: 'name' in blob ? `${blob.name}` : undefined,
    n_bytes: blob.size,
    sample: (places) => sample(blob.size, places, slice),
    async *pieces() {
      for (let at = 0; at < blob.size; at += SLICE) yield await slice(at, at + SLICE);
    },
  };
}

/**
 * @param {number} n_bytes
 * @param {Places} places
 * @param {(start: number, end: number) => Promise<Uint8Array>} slice
 * @returns {Promise<Seen>}
 */
async function sample(n_bytes, places, slice) {
  const pieces = [];
  const ends = places(n_bytes);
  for (let at = 0; at < ends.length; at += 2) {
    const [start = 0, end = 0] = ends.subarray(at);
    pieces.push({ offset: start, bytes: await slice(start, end) });
  }
  return { n_bytes, pieces };
}

/**
 * A stream shows only its start before it is read.
 * @param {() => Stream | Promise<Stream>} reopen
 * @returns {Input}
 */
function from_stream(reopen) {
  const pieces = async function* () {
    yield* chunks(await reopen());
  };
  return {
    n_bytes: null,
    async sample(places) {
      const [, wanted = 0] = places(Number.MAX_SAFE_INTEGER);
      /** @type {Uint8Array<ArrayBuffer>[]} */
      const head = [];
      let n_bytes = 0;
      for await (const chunk of pieces()) {
        // Its owner may use the memory again.
        head.push(chunk.slice());
        n_bytes += chunk.length;
        if (n_bytes >= wanted) break;
      }
      const bytes = new Uint8Array(await new Blob(head).arrayBuffer());
      return { n_bytes: n_bytes < wanted ? n_bytes : null, pieces: [{ offset: 0, bytes }] };
    },
    pieces,
  };
}

/**
 * Keeps what the stream gave, to give it again.
 * @param {Stream} stream
 * @returns {Input}
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
export function abandon(pieces) {
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
