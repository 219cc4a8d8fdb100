// The little of the peers' packages that the bench uses: they are installed by the bench alone, and the check of types
// must do without them.

declare module '@duckdb/duckdb-wasm' {
  interface Rows {
    toArray(): { toJSON(): Record<string, unknown> }[];
  }
  interface Connection {
    query(sql: string): Promise<Rows>;
  }
  export class AsyncDuckDB {
    constructor(logger: object, worker: Worker);
    instantiate(module: string, pthreadWorker?: string | null): Promise<unknown>;
    open(config: { path?: string; maximumThreads?: number; query?: object }): Promise<void>;
    connect(): Promise<Connection>;
    registerFileBuffer(name: string, bytes: Uint8Array): Promise<void>;
    registerFileHandle(name: string, file: File, protocol: number, direct: boolean): Promise<void>;
  }
  export class VoidLogger {}
  export const DuckDBDataProtocol: { BROWSER_FILEREADER: number };
}

declare module 'udsv' {
  export interface Parser {
    typedArrs: object;
    stringArrs: object;
    chunk(text: string, parse: object, onRow: (row: unknown[]) => void): void;
    end(): unknown;
  }
  export function inferSchema(text: string): object;
  export function initParser(schema: object): Parser;
}

declare module 'papaparse' {
  interface Options {
    header: boolean;
    skipEmptyLines: boolean;
    chunkSize: number;
    chunk(result: { data: string[][] }): void;
    complete(): void;
    error(error: Error): void;
  }
  const Papa: { parse(file: File, options: Options): void };
  export default Papa;
}

declare module 'arquero' {
  interface Table {
    numRows(): number;
    filter(test: object): Table;
    derive(values: object): Table;
    groupby(...names: string[]): Table;
    orderby(...names: string[]): Table;
    ungroup(): Table;
    unorder(): Table;
    reify(): Table;
    rollup(values: object): Table;
    params(values: object): Table;
    select(...names: string[]): Table;
    objects(): Record<string, any>[];
  }
  export function fromCSV(text: string, options: object): Table;
  export function escape(rule: (row: any) => unknown): object;
  export const op: any;
}

declare module 'ml-kmeans' {
  export function kmeans(
    data: number[][],
    k: number,
    options: { initialization: number[][]; maxIterations: number; tolerance: number },
  ): { clusters: number[]; centroids: number[][]; iterations: number };
}
