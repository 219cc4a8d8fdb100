//! The TypeScript types beside the JavaScript API are those of the engine.
//!
//! `CAIRN_BLESS=1 cargo test -p cairn-tests --test types` writes them anew; what the difference shows is a change of the
//! public interface, and belongs into the changelog.

use std::fs;
use std::path::PathBuf;

use cairn_tests::typescript;

#[test]
fn the_types_for_typescript_are_those_of_the_engine() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../www/api/engine.d.ts");
    let text = typescript::file().unwrap();
    if std::env::var_os("CAIRN_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    } else {
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == text,
            "www/api/engine.d.ts is stale; renew it by: CAIRN_BLESS=1 cargo test -p cairn-tests --test types"
        );
    }
}

/// What a field may look like, each once, as it stands in the file.
#[test]
fn what_may_be_left_out_what_may_be_null_and_what_is_told_apart_by_a_tag() {
    let text = typescript::file().unwrap();
    for part in [
        "export type Millis = number;",
        "export type Query = OverviewQuery | FunnelQuery | ",
        "  query: Query | null;",
        "export interface FunnelQuery {\n  kind: 'funnel';",
        "export interface FunnelAnswer {\n  kind: 'funnel';",
        "  window_millis?: number | null;",
        "  conversion_rate: Rate | null;",
        "  span_millis: [Millis, Millis] | null;",
        "  rows: (string | null)[][];",
        "  | {\n    kind: 'last_days';\n    /** Days of exactly 24 hours; at least 1. */\n    days: number;\n  }",
        "export type DateOrder =\n  /** The 3rd of April. */\n  | 'day_first'",
    ] {
        assert!(text.contains(part), "the file does not hold\n{part}");
    }
    assert!(!text.contains("[`") && !text.contains("cairn_engine"), "Rust's links and examples are left out");
}
