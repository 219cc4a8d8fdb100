//! Who may depend on whom, and on what: the dependency rules of the design.

use std::fs;

use serde_json::Value;

use crate::places;
use crate::shell::{self, Context, Result};
use crate::tidy::Findings;

/// The workspace's crates, each with those that it may use. Nobody may use the page, the worker, the widget or the
/// JS API.
const MEMBERS: &[(&str, &[&str])] = &[
    ("cairn", &["cairn-charts", "cairn-checklist", "cairn-engine", "cairn-protocol"]),
    ("cairn-charts", &[]),
    ("cairn-checklist", &[]),
    ("cairn-engine", &[]),
    ("cairn-jsapi", &["cairn-engine"]),
    ("cairn-protocol", &["cairn-engine"]),
    ("cairn-tests", &["cairn-charts", "cairn-checklist", "cairn-engine", "cairn-protocol"]),
    ("cairn-widget", &["cairn-checklist"]),
    ("cairn-worker", &["cairn-engine", "cairn-protocol"]),
    ("xtask", &[]),
];

/// Crates that must run anywhere: nothing below them may touch JavaScript, the web or Leptos.
const PURE: [&str; 3] = ["cairn-engine", "cairn-protocol", "cairn-checklist"];

/// The beginnings of the names of crates that are not pure.
const WEB: [&str; 6] = ["wasm-bindgen", "js-sys", "web-sys", "leptos", "gloo", "serde-wasm-bindgen"];

/// What charts may use besides std.
const CHARTS: [&str; 1] = ["plotters"];

/// Programs that must compute the same last bit, each with its target (none: this machine's).
const EXACT: [(&str, Option<&str>); 3] =
    [("cairn-worker", Some(places::WASM)), ("cairn-jsapi", Some(places::WASM)), ("cairn-tests", None)];

/// Checks the rules against cargo's own view of the workspace.
pub(super) fn check(findings: &mut Findings) -> Result {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked"];
    let metadata = shell::output(shell::cargo().args(arguments))?;
    let metadata: Value = serde_json::from_str(&metadata).or_cannot("read cargo's metadata")?;
    let members: Vec<Member> = list(&metadata["packages"]).iter().map(Member::read).collect();
    for member in &members {
        check_members(member, findings);
    }
    check_pins(&members, findings);
    check_reasons(&members, findings);
    for path in ["package.json", "tests/bench/package.json"] {
        check_npm(path, findings)?;
    }
    for package in PURE {
        let tree = tree(package, Some(places::WASM))?;
        forbid_web(package, &tree, findings);
    }
    for (package, target) in EXACT {
        forbid_std_floats(package, &tree(package, target)?, findings);
    }
    Ok(())
}

struct Member {
    name: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    requirement: String,
    is_dev: bool,
    is_member: bool,
}

impl Member {
    fn read(package: &Value) -> Self {
        let dependencies = list(&package["dependencies"]).iter().map(|dependency| Dependency {
            name: text(&dependency["name"]),
            requirement: text(&dependency["req"]),
            is_dev: dependency["kind"] == "dev",
            is_member: dependency["path"].is_string(),
        });
        Self { name: text(&package["name"]), dependencies: dependencies.collect() }
    }
}

fn check_members(member: &Member, findings: &mut Findings) {
    let Some((_, allowed)) = MEMBERS.iter().find(|(name, _)| *name == member.name) else {
        findings.error(&member.name, "a crate that xtask/src/tidy/dependencies.rs says nothing about");
        return;
    };
    for dependency in &member.dependencies {
        let name = &dependency.name;
        if dependency.is_member && !allowed.contains(&name.as_str()) {
            findings.error(&member.name, format!("may not depend on {name}"));
        }
        let is_charts = member.name == "cairn-charts" && !dependency.is_member && !dependency.is_dev;
        if is_charts && !CHARTS.contains(&name.as_str()) {
            findings.error(&member.name, format!("may depend on {CHARTS:?} only, not on {name}"));
        }
    }
}

fn check_pins(members: &[Member], findings: &mut Findings) {
    for member in members {
        for dependency in member.dependencies.iter().filter(|dependency| !dependency.is_member) {
            if !dependency.requirement.starts_with('=') {
                let (name, requirement) = (&dependency.name, &dependency.requirement);
                findings.error(&member.name, format!("{name} `{requirement}` is not pinned with `=`"));
            }
        }
    }
}

/// Every dependency earns its place by a line of ARCHITECTURE.md.
fn check_reasons(members: &[Member], findings: &mut Findings) {
    let Ok(architecture) = fs::read_to_string(places::root().join("ARCHITECTURE.md")) else {
        findings.skipped.push("ARCHITECTURE.md is not there, so no dependency is looked up in it".into());
        return;
    };
    let all = members.iter().flat_map(|member| &member.dependencies);
    let mut names: Vec<&str> =
        all.filter(|found| !found.is_member).map(|found| found.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        if !architecture.contains(&format!("`{name}`")) {
            findings.error("ARCHITECTURE.md", format!("gives no reason for the dependency `{name}`"));
        }
    }
}

fn check_npm(path: &str, findings: &mut Findings) -> Result {
    let text = fs::read_to_string(places::root().join(path)).or_cannot(format!("read {path}"))?;
    let package: Value = serde_json::from_str(&text).or_cannot(format!("read {path}"))?;
    for (name, version) in package["devDependencies"].as_object().into_iter().flatten() {
        if !version.as_str().is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit()))
        {
            findings.error(path, format!("{name} {version} is not one exact version"));
        }
    }
    if !package["dependencies"].is_null() {
        findings.error(path, "nothing from npm is shipped: use devDependencies");
    }
    Ok(())
}

/// A crate below a package, with the features that a build of this package alone switches on.
struct Below {
    name: String,
    features: Vec<String>,
}

fn tree(package: &str, target: Option<&str>) -> Result<Vec<Below>> {
    let arguments = ["tree", "--offline", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none"];
    let mut cargo = shell::cargo();
    cargo.args(arguments).args(["--format", "{p}|{f}", "--package", package]);
    if let Some(target) = target {
        cargo.args(["--target", target]);
    }
    Ok(read_tree(&shell::output(&mut cargo)?))
}

fn read_tree(lines: &str) -> Vec<Below> {
    let below = |line: &str| {
        let (package, features) = line.trim_end_matches(" (*)").split_once('|')?;
        let features = features.split(',').filter(|feature| !feature.is_empty());
        let name = package.split(' ').next().unwrap_or_default().to_owned();
        Some(Below { name, features: features.map(str::to_owned).collect() })
    };
    lines.lines().filter_map(below).collect()
}

fn forbid_web(package: &str, tree: &[Below], findings: &mut Findings) {
    let mut names: Vec<&str> = tree.iter().map(|below| below.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().filter(|name| WEB.iter().any(|start| name.starts_with(start))) {
        findings.error(package, format!("must run anywhere, but {name} is below it"));
    }
}

/// With `num-traits/std`, statistics call the platform's libm, whose last bits differ from one machine to the next.
fn forbid_std_floats(package: &str, tree: &[Below], findings: &mut Findings) {
    let has_std =
        |below: &Below| below.name == "num-traits" && below.features.iter().any(|name| name == "std");
    if tree.iter().any(has_std) {
        findings.error(package, "num-traits has its feature `std`, which changes the last bits of results");
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, dependency: &str) -> Member {
        let (kind, rest) = dependency.split_once(' ').unwrap();
        let (name_of_dependency, requirement) = rest.split_once(' ').unwrap_or((rest, "*"));
        let dependency = Dependency {
            name: name_of_dependency.to_owned(),
            requirement: requirement.to_owned(),
            is_dev: kind == "dev",
            is_member: kind == "member",
        };
        Member { name: name.to_owned(), dependencies: vec![dependency] }
    }

    fn errors(check: impl FnOnce(&mut Findings)) -> Vec<String> {
        let mut findings = Findings::default();
        check(&mut findings);
        findings.errors
    }

    #[test]
    fn the_engine_may_use_no_other_crate_of_the_workspace() {
        let engine = member("cairn-engine", "member cairn-protocol");
        assert_eq!(
            errors(|findings| check_members(&engine, findings)),
            ["cairn-engine: may not depend on cairn-protocol"]
        );
        let protocol = member("cairn-protocol", "member cairn-engine");
        assert!(errors(|findings| check_members(&protocol, findings)).is_empty());
    }

    #[test]
    fn charts_may_use_plotters_only_but_test_with_anything() {
        let found = |dependency| {
            errors(|findings| check_members(&member("cairn-charts", dependency), findings)).len()
        };
        assert_eq!(found("normal serde =1.0.0"), 1);
        assert_eq!(found("normal plotters =0.3.7"), 0);
        assert_eq!(found("dev proptest =1.0.0"), 0);
    }

    #[test]
    fn a_crate_without_a_rule_is_an_error() {
        let stranger = member("cairn-new", "normal serde =1.0.0");
        assert!(errors(|findings| check_members(&stranger, findings))[0].contains("says nothing about"));
    }

    #[test]
    fn a_caret_is_not_a_pin() {
        let found =
            |dependency| errors(|findings| check_pins(&[member("xtask", dependency)], findings)).len();
        assert_eq!(found("normal serde ^1.0.229"), 1);
        assert_eq!(found("normal serde =1.0.229"), 0);
    }

    #[test]
    fn a_web_crate_far_below_and_std_floats_are_found() {
        let tree = read_tree("a v1.0.0 (/x)|\njs-sys v0.3.1|default,std (*)\nnum-traits v0.2.19|libm,std\n");
        let web = errors(|findings| forbid_web("cairn-engine", &tree, findings));
        assert_eq!(web, ["cairn-engine: must run anywhere, but js-sys is below it"]);
        assert_eq!(errors(|findings| forbid_std_floats("cairn-worker", &tree, findings)).len(), 1);
        let libm = read_tree("num-traits v0.2.19|libm\nbitflags v2.0.0|std\n");
        assert!(errors(|findings| forbid_std_floats("cairn-worker", &libm, findings)).is_empty());
    }
}
