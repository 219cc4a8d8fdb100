// DuckDB-Wasm on as many threads as the machine has processors.
import { peer } from './duckdb.mjs';

export default peer('coi');
