// DuckDB-Wasm's default build, on one thread.
import { peer } from './duckdb.mjs';

export default peer('eh');
