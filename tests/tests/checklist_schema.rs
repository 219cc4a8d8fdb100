//! The published schema of checklists against the checker: what one takes the other takes, and what one refuses for its
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
//! shape the other refuses.

use std::fs;
use std::path::{Path, PathBuf};

use cairn_checklist::Definition;
use cairn_tests::checklist::value;
use cairn_tests::json_schema::errors;
use serde_json::{Value as Json, json};

#[test]
fn every_example_fits_the_schema_and_the_checker() {
    for (name, example) in examples() {
        assert_eq!(errors(&schema(), &example), Vec::<String>::new(), "{name}");
        let checked = Definition::check(&value(&example)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let unknown: Vec<_> =
            checked.warnings.iter().filter(|it| it.message.starts_with("unknown field")).collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
    }
}

#[test]
fn every_field_of_the_schema_is_in_the_example_with_everything_in_it() {
    let everything = everything();
    for name in schema()["properties"].as_object().expect("an object").keys() {
        assert!(everything.get(name).is_some(), "{name}");
    }
}

#[test]
fn whatever_has_the_wrong_shape_is_refused_by_both() {
    for (pointer, wrong) in WRONG {
        let mut broken = everything();
        let wrong: Json = serde_json::from_str(wrong).expect("the test's JSON is valid");
        put(&mut broken, pointer, wrong.clone());
        assert!(!errors(&schema(), &broken).is_empty(), "the schema takes {wrong} at {pointer}");
        assert!(Definition::check(&value(&broken)).is_err(), "the checker takes {wrong} at {pointer}");
    }
}

#[test]
fn whatever_is_required_is_required_by_both() {
    for pointer in REQUIRED {
        let mut broken = everything();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        broken.pointer_mut(parent).and_then(Json::as_object_mut).expect(pointer).remove(name).expect(pointer);
        assert!(!errors(&schema(), &broken).is_empty(), "the schema misses nothing without {pointer}");
        assert!(Definition::check(&value(&broken)).is_err(), "the checker misses nothing without {pointer}");
    }
}

#[test]
fn an_unknown_field_is_an_error_for_the_editor_and_a_warning_on_the_page() {
    for pointer in [
        "/colour",
        "/tasks/0/colour",
        "/tours/0/steps/0/colour",
        "/survey/questions/0/colour",
        "/help/colour",
    ] {
        let mut odd = everything();
        put(&mut odd, pointer, json!(1));
        assert!(!errors(&schema(), &odd).is_empty(), "{pointer}");
        let checked = Definition::check(&value(&odd)).expect("an unknown field is no error");
        assert!(checked.warnings.iter().any(|it| it.path.ends_with(".colour")), "{pointer}");
    }
}

/// Each of these in place of what the example has.
const WRONG: [(&str, &str); 58] = [
    ("/version", "2"),
    ("/version", "\"1\""),
    ("/id", "\"\""),
    ("/title", "7"),
    ("/welcome", "[]"),
    ("/revision", "{}"),
    ("/snooze_hours", "0"),
    ("/snooze_hours", "1.5"),
    ("/ask_helpful", "\"yes\""),
    ("/locale", "[]"),
    ("/locale/de", "\"Alles\""),
    ("/levels", "[]"),
    ("/levels/0/title", "null"),
    ("/levels/1/when", "\"sometimes\""),
    ("/tasks", "[]"),
    ("/tasks", "{}"),
    ("/tasks/0", "\"make\""),
    ("/tasks/0/minutes", "601"),
    ("/tasks/0/owner", "\"nobody\""),
    ("/tasks/0/requires", "\"read\""),
    ("/tasks/0/requires", "[4]"),
    ("/tasks/0/due_days", "0"),
    ("/tasks/0/action", "{\"label\": \"Go\"}"),
    ("/tasks/0/action", "{\"label\": \"Go\", \"link\": \"/a\", \"event\": \"b\"}"),
    ("/tasks/0/reward", "\"Well done\""),
    ("/tasks/0/reward/celebration", "1"),
    ("/tasks/0/resources/0", "{\"title\": \"T\"}"),
    ("/tasks/0/resources/0/kind", "\"book\""),
    ("/tasks/0/complete_when", "{\"event\": \"e\", \"times\": 0}"),
    ("/tasks/0/complete_when", "{\"event\": \"e\", \"where\": []}"),
    ("/tasks/0/complete_when", "{\"event\": \"e\", \"where\": {\"a\": {}}}"),
    ("/tasks/0/complete_when", "{\"trait\": \"t\"}"),
    ("/tasks/0/complete_when", "{\"trait\": \"t\", \"at_least\": \"5\"}"),
    ("/tasks/0/complete_when", "{\"all\": []}"),
    ("/tasks/0/complete_when", "{\"any\": \"manual\"}"),
    ("/tasks/0/complete_when", "{\"not\": \"never\"}"),
    ("/tasks/0/complete_when", "{\"clicked\": \"\"}"),
    ("/tasks/0/complete_when", "{}"),
    ("/paths/0/tasks", "[]"),
    ("/paths/0/tasks", "\"read\""),
    ("/control/holdout", "1.1"),
    ("/variants/arms", "[]"),
    ("/variants/arms/0/share", "-0.1"),
    ("/segments/version", "2"),
    ("/segments/segments/0/segment", "{\"kind\": \"list\", \"users\": [\"u_1\"]}"),
    ("/segments/segments", "[]"),
    ("/tours/0/steps", "[]"),
    ("/tours/0/steps/0/target", "7"),
    ("/tours/0/steps/0/placement", "\"left\""),
    ("/tours/0/steps/0/missing", "\"wait\""),
    ("/tours/0/steps/0/wait_millis", "60001"),
    ("/tours/0/steps/0/advance_when", "\"looked at\""),
    ("/nudges/0/after", "{\"idle_hours\": 0}"),
    ("/nudges/0/times", "11"),
    ("/survey/questions/0/kind", "\"stars\""),
    ("/survey/questions/1/options", "[\"One\"]"),
    ("/survey/questions/2/options", "[\"One\", \"Two\"]"),
    ("/help/specialist", "\"Ana\""),
];

const REQUIRED: [&str; 25] = [
    "/version",
    "/id",
    "/title",
    "/tasks",
    "/tasks/0/id",
    "/tasks/0/title",
    "/tasks/0/complete_when",
    "/tasks/0/reward/message",
    "/tasks/0/resources/0/link",
    "/levels/0/id",
    "/paths/1/id",
    "/paths/1/tasks",
    "/control/path",
    "/variants/experiment",
    "/variants/arms/0/id",
    "/variants/arms/0/share",
    "/segments/version",
    "/segments/segments",
    "/segments/segments/0/name",
    "/tours/0/id",
    "/tours/0/steps/1/text",
    "/nudges/0/text",
    "/nudges/0/after",
    "/survey/questions/0/kind",
    "/help/specialist/contact",
];

fn examples() -> Vec<(String, Json)> {
    let demo = fs::read_to_string(root().join("www/demo/onboarding.json")).expect("the demo's list is there");
    let small = json!({"version": 1, "id": "c", "title": "C", "tasks": [{"id": "a", "title": "A", "complete_when": "manual"}]});
    vec![
        ("everything".to_owned(), everything()),
        ("the demo".to_owned(), serde_json::from_str(&demo).expect("the demo's list is JSON")),
        ("the smallest".to_owned(), small),
    ]
}

/// The example that the browser's tests and the types share: JSON after the first `= `, in a module.
fn everything() -> Json {
    let module =
        fs::read_to_string(root().join("tests/e2e/widget-everything.mjs")).expect("the example is there");
    let (_, json) = module.split_once("EVERYTHING = ").expect("it is exported under this name");
    serde_json::from_str(json.trim_end().trim_end_matches(';')).expect("it is written as JSON")
}

fn schema() -> Json {
    let text =
        fs::read_to_string(root().join("www/cairn-checklist.schema.json")).expect("the schema is there");
    serde_json::from_str(&text).expect("the schema is JSON")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn put(target: &mut Json, pointer: &str, wanted: Json) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match target.pointer_mut(parent).expect(pointer) {
        Json::Object(fields) => drop(fields.insert(name.to_owned(), wanted)),
        Json::Array(items) => items[name.parse::<usize>().expect(pointer)] = wanted,
        other => panic!("nothing can be put into {other}"),
    }
}
