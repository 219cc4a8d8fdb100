//! Short names between the checklist's wasm and its glue. wasm-bindgen's end in hashes, which no compression makes
//! smaller: 2 kB of what every visitor of a host page receives.

use std::path::Path;

use serde_json::Value;

use super::{read, write};
use crate::places;
use crate::shell::{self, Context, Result};

const WASM: &str = "cairn/cairn-widget_bg.wasm";
const GLUE: &str = "cairn/cairn-widget.js";

/// Renames what the wasm imports and exports, in it and in its glue.
pub(super) fn run(staging: &Path) -> Result {
    let wasm = staging.join(WASM);
    let mut wasm_opt = shell::program(places::npm(places::root())?.join("node_modules/.bin/wasm-opt"));
    wasm_opt.arg("--minify-imports-and-exports-and-modules");
    // Last, since the other passes want to know the features.
    wasm_opt.args(["--strip-producers", "--strip-target-features"]);
    wasm_opt.arg(&wasm).arg("-o").arg(&wasm);
    let names =
        serde_json::from_str(&shell::output(&mut wasm_opt)?).or_cannot("read wasm-opt's new names")?;
    let glue = staging.join(GLUE);
    write(&glue, &rename(&read(&glue)?, &names)?)
}

/// The glue with the new names: `imports` are lists of the module's old name, the old name and the new one, and
/// `exports` of the old name and the new one. All modules become the module `a`.
fn rename(glue: &str, names: &Value) -> Result<String> {
    let mut glue = glue.to_owned();
    for (list, before) in [("imports", ""), ("exports", "wasm.")] {
        for entry in names[list].as_array().into_iter().flatten() {
            let texts: Vec<&str> = entry.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let [modules @ .., old, new] = texts.as_slice() else {
                return Err(format!("wasm-opt's new names have changed their form: {entry}"));
            };
            if let [module] = modules {
                glue = glue.replace(&format!("\"{module}\""), "\"a\"");
            }
            glue = replace_word(&glue, &format!("{before}{old}"), &format!("{before}{new}"));
        }
    }
    Ok(glue)
}

/// Replaces `old` where it is not a part of a longer name.
fn replace_word(text: &str, old: &str, new: &str) -> String {
    let is_name = |char: char| char.is_alphanumeric() || matches!(char, '_' | '$');
    let mut parts = text.split(old);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_inside = replaced.ends_with(is_name) || part.starts_with(is_name);
        replaced.push_str(if is_inside { old } else { new });
        replaced.push_str(part);
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn imports_are_renamed_everywhere_and_exports_where_they_are_used() {
        let names = json!({
            "imports": [["./w_bg.js", "__wbg_log_1f", "$"], ["./w_bg.js", "__wbg_log_1f2", "A"]],
            "exports": [["memory", "B"], ["free", "C"]],
        });
        let glue = "__wbg_log_1f: f, __wbg_log_1f2: g }; \"./w_bg.js\": i; wasm.free(memory, wasm.memory); wasm.freed";
        assert_eq!(
            rename(glue, &names).as_deref(),
            Ok("$: f, A: g }; \"a\": i; wasm.C(memory, wasm.B); wasm.freed")
        );
    }

    #[test]
    fn names_of_another_form_are_an_error() {
        assert!(rename("", &json!({"exports": [["memory"]]})).unwrap_err().contains("changed"));
    }
}
