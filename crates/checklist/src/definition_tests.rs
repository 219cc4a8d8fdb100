//! The checker: what it takes, what it refuses, and the path and words it refuses with.

use super::{Definition, Target};
use crate::value::testing::parse;

fn check(json: &str) -> Result<Definition, Vec<String>> {
    match Definition::check(&parse(json)) {
        Ok(checked) => Ok(checked.definition),
        Err(error) => Err(error.problems.iter().map(ToString::to_string).collect()),
    }
}

fn warnings(json: &str) -> Vec<String> {
    let checked = Definition::check(&parse(json)).expect("the definition is sound");
    checked.warnings.iter().map(ToString::to_string).collect()
}

fn with_tasks(tasks: &str) -> String {
    format!(r#"{{"version": 1, "id": "c", "title": "C", "tasks": {tasks}}}"#)
}

fn task(id: &str, more: &str) -> String {
    format!(r#"{{"id": "{id}", "title": "T", "detail": "D", "complete_when": "manual"{more}}}"#)
}

/// A sound definition whose one task has `more` fields.
fn with(more: &str) -> String {
    with_tasks(&format!("[{}]", task("a", more)))
}

#[test]
fn a_full_definition_is_read_field_by_field() {
    let definition = check(
        r#"{"$schema": "x", "version": 1, "revision": 7, "id": " plank ", "title": "Start", "welcome": "Hello",
            "farewell": "Bye", "tasks": [
              {"id": "a", "title": "A", "detail": "How", "minutes": 2, "complete_when": {"event": "made"},
               "action": {"label": "Go", "link": "/new?x=1:2"}},
              {"id": "b", "title": "B", "requires": ["a", "a"], "when": {"segment": "small"},
               "complete_when": {"any": ["manual", {"event": "sent", "times": 2}]},
               "action": {"label": "Do", "event": "open-dialog"}}]}"#,
    )
    .expect("sound");
    assert_eq!((definition.id.as_str(), definition.revision.as_str()), ("plank", "7"));
    assert_eq!(definition.texts.welcome.as_deref(), Some("Hello"));
    let [a, b] = &definition.tasks[..] else { panic!("two tasks") };
    assert_eq!((a.minutes, a.detail.as_deref(), a.when.as_ref()), (Some(2), Some("How"), None));
    assert_eq!(a.action.as_ref().map(|it| &it.target), Some(&Target::Link("/new?x=1:2".into())));
    assert_eq!(b.requires, [0]);
    assert!(b.complete_when.is_manual() && !a.complete_when.is_manual() && b.when.is_some());
}

#[test]
fn every_problem_is_named_with_its_path_in_one_go() {
    let problems = check(
        r#"{"version": 1, "title": 3, "tasks": [
            {"id": "a", "title": "", "complete_when": "done", "minutes": 0.5},
            {"id": "a", "title": "B", "requires": ["z", 4], "complete_when": "manual"},
            "c",
            {"id": "d", "title": "D", "requires": "a", "action": {"label": "Go"}, "when": "manual"}]}"#,
    );
    let conditions = "must be \"manual\", \"finished\" or an object with one of: event, trait, segment, variant, path, task, tour, url, element, clicked, filled, all, any, not";
    assert_eq!(
        problems.expect_err("unsound"),
        [
            "$.id: is missing",
            "$.title: must be text, not a number",
            "$.tasks[1].id: is used by an earlier task; ids must be unique",
            "$.tasks[0].title: must not be empty",
            "$.tasks[0].minutes: must be a whole number from 1 to 600",
            &format!("$.tasks[0].complete_when: {conditions}"),
            "$.tasks[1].requires[0]: no task has the id \"z\"; there are: a, a, d",
            "$.tasks[1].requires[1]: must be a task's id, not a number",
            "$.tasks[2]: must be an object, not text",
            "$.tasks[3].requires: must be a list, not text",
            "$.tasks[3].action: needs either a link, an event or a tour",
            "$.tasks[3].complete_when: is missing",
            "$.tasks[3].when: cannot be \"manual\": a task that is not shown cannot be ticked",
        ]
    );
}

#[test]
fn what_is_no_object_is_refused_whole() {
    for (json, kind) in [("null", "null"), ("[]", "a list"), ("\"{}\"", "text"), ("7", "a number")] {
        assert_eq!(check(json), Err(vec![format!("$: must be an object, not {kind}")]));
    }
}

#[test]
fn a_newer_format_is_refused_before_its_fields_are_judged() {
    assert_eq!(
        check(r#"{"version": 2, "steps": []}"#),
        Err(vec!["$.version: 2 is newer than this widget understands (1); update the widget".to_owned()])
    );
    assert_eq!(
        check(&with("").replace(r#""version": 1"#, r#""version": "1""#)),
        Err(vec!["$.version: must be a whole number from 1 to 1".to_owned()])
    );
}

#[test]
fn a_circle_of_requirements_names_its_tasks() {
    let (a, b, c) =
        (task("a", ""), task("b", r#", "requires": ["a", "c"]"#), task("c", r#", "requires": ["b"]"#));
    assert_eq!(
        check(&with_tasks(&format!("[{a}, {b}, {c}]"))),
        Err(vec![
            "$.tasks[1].requires: goes round in a circle, so none of these could ever start: b → c → b"
                .to_owned()
        ])
    );
    let alone = check(&with(r#", "requires": ["a"]"#)).expect_err("requires itself");
    assert!(alone[0].ends_with("a → a"), "{alone:?}");
}

#[test]
fn a_diamond_of_requirements_is_no_circle() {
    let tasks = [
        task("a", ""),
        task("b", r#", "requires": ["a"]"#),
        task("c", r#", "requires": ["a"]"#),
        task("d", r#", "requires": ["b", "c"]"#),
    ];
    assert!(check(&with_tasks(&format!("[{}]", tasks.join(",")))).is_ok());
}

#[test]
fn links_that_could_run_code_are_refused() {
    let check_link =
        |link: &str| check(&with(&format!(r#", "action": {{"label": "Go", "link": "{link}"}}"#)));
    for link in
        ["javascript:alert(1)", "JavaScript:x", "java\\tscript:x", "\\u0001javascript:x", "data:text/html,x"]
    {
        let problems = check_link(link).expect_err(link);
        assert_eq!(
            problems,
            ["$.tasks[0].action.link: must be relative, or begin with https:, http:, mailto: or tel:"]
        );
    }
    for link in ["/a", "a?b=c:d", "#/x:y", "https://example.com", "MAILTO:x@example.com", "./a:b", "tel:112"]
    {
        assert!(check_link(link).is_ok(), "{link}");
    }
}

#[test]
fn no_tasks_and_too_many_are_refused() {
    let message = "$.tasks: must hold 1 to 200 tasks".to_owned();
    assert_eq!(check(&with_tasks("[]")), Err(vec![message.clone()]));
    let many: Vec<_> = (0..201).map(|index| task(&format!("t{index}"), "")).collect();
    assert_eq!(check(&with_tasks(&format!("[{}]", many.join(",")))), Err(vec![message]));
    assert_eq!(
        check(r#"{"version": 1, "id": "c", "title": "C"}"#),
        Err(vec!["$.tasks: is missing".to_owned()])
    );
}

#[test]
fn unwise_and_unknown_things_are_warnings() {
    assert_eq!(warnings(&with("")), Vec::<String>::new());
    let bare = r#"{"id": "z", "title": "Z", "complete_when": "manual", "comlete_when": 1}"#;
    let mut tasks: Vec<_> = (0..6).map(|index| task(&format!("t{index}"), "")).collect();
    tasks[0] = task("t0", r#", "minutes": 20"#);
    tasks.push(bare.to_owned());
    assert_eq!(
        warnings(&with_tasks(&format!("[{}]", tasks.join(",")))),
        [
            "$.tasks[6].comlete_when: unknown field, ignored; known here: id, title, detail, minutes, owner, level, requires, when, action, complete_when, due_days, milestone, reward, resources",
            "$.tasks: 7 tasks are more than most people finish; six or fewer work better",
            "$.tasks[0].minutes: a first task of 20 minutes puts people off; start with one of five or less",
            "$.tasks[6]: has neither detail nor action: people cannot tell how to do it",
        ]
    );
}

#[test]
fn a_language_replaces_the_texts_it_has_and_leaves_the_others() {
    let json = with("").replace(
        r#""title": "C""#,
        r#""title": "C", "welcome": "W", "locale": {"ar": {"title": "ع", "tasks": {"a": {"title": "م"}, "b": {}}}}"#,
    );
    let arabic = check(&json).expect("sound").in_words("ar-EG", "");
    assert_eq!((arabic.texts.title.as_str(), arabic.texts.welcome.as_deref()), ("ع", Some("W")));
    assert_eq!((arabic.tasks[0].title.as_str(), arabic.tasks[0].detail.as_deref()), ("م", Some("D")));
    assert_eq!(check(&json).expect("sound").in_words("de", "").texts.title, "C");
}

#[test]
fn a_translation_of_the_wrong_type_is_refused_with_its_path() {
    let json = with("")
        .replace(r#""id": "c""#, r#""id": "c", "locale": {"ar": {"tasks": {"a": {"title": 4}}}, "de": 1}"#);
    assert_eq!(
        check(&json),
        Err(vec![
            "$.locale.ar.tasks.a.title: must be text, not a number".to_owned(),
            "$.locale.de: must be an object, not a number".to_owned(),
        ])
    );
}
