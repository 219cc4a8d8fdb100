//! Ingest: push parsers that turn bytes into a table and a report of what was skipped.
