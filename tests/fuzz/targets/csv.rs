//! Any text is cut into the records that `csv-core` finds in it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cairn_engine::ingest::assert_as_csv_core(bytes));
