// Cairn's engine for JavaScript: load event files, ask, get plain data. Queries, answers and everything else that is the
// engine's own JSON is described in engine.d.ts.

import type { Answer, Failure, LoadReport, Mapping, Position, Preview, Query, Schema } from './engine.d.ts';

export type * from './engine.d.ts';

/**
 * A file's content. Text is read as UTF-8. A stream can be read once, and a file must at times be read twice, so what a
 * stream gives is kept in memory until the load is over; a function that opens the stream anew spares that.
 */
export type Source = Uint8Array | ArrayBuffer | Blob | string | Stream | (() => Stream | Promise<Stream>);

/** Pieces of a file, in order. */
export type Stream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

export interface PreviewOptions {
  /**
   * The file's name: it stands in errors, and without its endings it is what every event is called if no column tells.
   * Default: a `File`'s own name, else `events`.
   */
  name?: string;
  /** What you know better than the engine can guess. */
  mapping?: Mapping;
  /** Stops the work, which then throws the signal's reason. */
  signal?: AbortSignal;
}

export interface LoadOptions extends PreviewOptions {
  /** Told about ten times a second how far the load is. */
  on_progress?: (progress: LoadProgress) => void;
}

/** How far a load is. */
export interface LoadProgress {
  /**
   * What is being done: the file is read; it is read again, because a column that seemed to hold numbers or times holds
   * other values too; or it is read and the table is made.
   */
  stage: 'reading' | 'reading_again' | 'sorting';
  /** Bytes read, compressed ones if the file is compressed. */
  n_bytes: number;
  /** Bytes in all; null for a stream. */
  n_bytes_total: number | null;
  /** Records read. */
  n_rows: number;
}

/**
 * Looks at pieces of a file and says what it seems to be: its format, and what its columns hold and mean. To change
 * something, change `mapping` of the result and pass it on to `load`.
 *
 * @throws {CairnError} if the file is beyond loading
 */
export function preview(source: Source, options?: PreviewOptions): Promise<Preview>;

/**
 * Loads a file: CSV, TSV, NDJSON or a JSON array, in UTF-8 or UTF-16, gzipped or not. Rows that cannot be read are skipped,
 * counted and shown in the data set's `report`.
 *
 * @throws {CairnError} if the file is beyond loading, such as one without a column of times
 */
export function load(source: Source, options?: LoadOptions): Promise<DataSet>;

/** Loaded data, in the engine's memory. */
export class DataSet {
  private constructor();
  /** The columns, and the facts about the whole. */
  readonly schema: Schema;
  /** What was read, skipped and mended. */
  readonly report: LoadReport;
  /** Bytes of memory that the data hold. */
  readonly n_bytes: number;
  /**
   * Answers a query. The answer's `kind` is the query's. It is computed on this thread: large data belong into a worker.
   *
   * @throws {CairnError} `bad_query` if a field is unknown, or does not fit the data; `position.field` names it
   */
  run<K extends Query['kind']>(query: QueryOf<K>): AnswerTo<K>;
  /** The same as text: the query's JSON in, the answer's JSON out, to the byte as the engine writes it natively. */
  run_json(query: string): string;
  /** Gives the memory back. Data sets that are collected as garbage do so too, but nobody knows when. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The queries of this kind. */
export type QueryOf<K extends Query['kind']> = Extract<Query, { kind: K }> & { kind: K };

/** The answers to queries of this kind. */
export type AnswerTo<K extends Query['kind']> = Extract<Answer, { kind: K }>;

/** What is thrown when something cannot be done. */
export class CairnError extends Error {
  constructor(failure: Failure, options?: ErrorOptions);
  /** Stable, in snake_case: for programs. The message is for people. */
  readonly code: string;
  /** Where in the file or in the query, if it is somewhere. */
  readonly position: Position | undefined;
}
