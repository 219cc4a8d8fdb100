//! The checker beyond tasks: levels, paths, arms, tours, nudges, the survey, help, and texts in other words.

use super::{Definition, Missing, Placement, Trigger};
use crate::condition::{Condition, Signal};
use crate::value::testing::parse;

/// A sound definition with two tasks and `more` fields.
fn with(more: &str) -> String {
    format!(
        r#"{{"version": 1, "id": "c", "title": "C", "tasks": [
            {{"id": "a", "title": "A", "detail": "D", "complete_when": "manual"}},
            {{"id": "b", "title": "B", "detail": "D", "complete_when": "manual"}}], {more}}}"#
    )
}

fn read(more: &str) -> Definition {
    Definition::check(&parse(&with(more))).expect("sound").definition
}

fn problems(more: &str) -> Vec<String> {
    let error = Definition::check(&parse(&with(more))).expect_err("unsound");
    error.problems.iter().map(ToString::to_string).collect()
}

fn warnings(json: &str) -> Vec<String> {
    let checked = Definition::check(&parse(json)).expect("sound");
    checked.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_step_is_read_with_its_defaults_and_its_words() {
    let definition = read(
        r##""tours": [{"id": "t", "steps": [
            {"target": "#a", "text": "Click", "advance_when": "clicked"},
            {"text": "Read", "placement": "start", "missing": "center", "wait_millis": 0},
            {"target": "a >>> b", "text": "Fill", "advance_when": {"filled": "a >>> b"}, "modal": true}]}]"##,
    );
    let [click, read, fill] = &definition.tours[0].steps[..] else { panic!("three steps") };
    assert_eq!(click.advance_when, Some(Condition::Signal(Signal::Clicked, "#a".into())));
    assert_eq!((click.is_modal, click.wait_millis, click.missing), (false, 3_000, Missing::Skip));
    assert_eq!((read.is_modal, read.wait_millis, read.missing), (true, 0, Missing::Center));
    assert_eq!((read.placement, click.placement), (Placement::Start, Placement::Auto));
    assert!(fill.is_modal);
    assert_eq!(definition.watched(), [(Signal::Clicked, "#a"), (Signal::Filled, "a >>> b")]);
}

#[test]
fn a_step_without_a_target_cannot_advance_by_it() {
    let step =
        |more: &str| problems(&format!(r#""tours": [{{"id": "t", "steps": [{{"text": "T", {more}}}]}}]"#));
    let place = "$.tours[0].steps[0]";
    assert_eq!(
        step(r#""advance_when": "clicked""#),
        [format!("{place}.advance_when: needs the step's target, which is missing")]
    );
    assert_eq!(
        step(r#""advance_when": "manual""#),
        [format!("{place}.advance_when: cannot be \"manual\": leave it out, and the person presses next")]
    );
    assert!(step(r#""target": ">>> b""#)[0].starts_with(&format!("{place}.target: must be a CSS selector")));
}

#[test]
fn every_path_but_the_control_says_who_gets_it() {
    let paths = |control: &str| {
        format!(
            r#""paths": [{{"id": "p", "tasks": ["a"], "when": {{"segment": "s"}}}}, {{"id": "q", "tasks": ["b"]}}], {control} "help": {{}}"#
        )
    };
    let definition = read(&paths(r#""control": {"path": "q", "holdout": 0.1},"#));
    let control = definition.control.expect("there");
    assert_eq!((control.path, control.holdout), (1, 0.1));
    assert_eq!(
        problems(&paths("")),
        [
            "$.paths[1].when: is missing: say who gets this path; only the path that control names goes without"
        ]
    );
    assert_eq!(
        problems(&paths(r#""control": {"path": "p"},"#)),
        [
            "$.paths[0].when: must be left out: the control path is for everyone whom no other fits",
            "$.paths[1].when: is missing: say who gets this path; only the path that control names goes without",
        ]
    );
    assert!(
        problems(&paths(r#""control": {"path": "z"},"#))[0]
            .starts_with("$.control.path: no path has the id \"z\"")
    );
}

#[test]
fn arms_share_everyone_among_them() {
    let arms = |shares: [f64; 2]| {
        format!(
            r#""variants": {{"experiment": "x", "arms": [{{"id": "a", "share": {}}}, {{"id": "b", "share": {}}}]}}"#,
            shares[0], shares[1]
        )
    };
    assert_eq!(read(&arms([0.25, 0.75])).experiment.map(|it| it.arms.len()), Some(2));
    assert_eq!(problems(&arms([0.25, 0.5])), ["$.variants.arms: must have shares that add up to 1"]);
    assert_eq!(problems(&arms([1.5, 0.5])), ["$.variants.arms[0].share: must be a share from 0 to 1"]);
}

#[test]
fn with_levels_every_task_has_one_and_none_waits_for_a_later_one() {
    let json = |first: &str, second: &str| {
        with(r#""levels": [{"id": "one", "title": "1"}, {"id": "two", "title": "2"}]"#)
            .replacen(r#""title": "A""#, &format!(r#""title": "A", {first}"#), 1)
            .replacen(r#""title": "B""#, &format!(r#""title": "B", {second}"#), 1)
    };
    let sound =
        Definition::check(&parse(&json(r#""level": "one""#, r#""level": "two""#))).expect("sound").definition;
    assert_eq!((&sound.tasks[0].waits_for[..], &sound.tasks[1].waits_for[..]), (&[][..], &[0][..]));
    let check = |json: &str| {
        let error = Definition::check(&parse(json)).expect_err("unsound");
        error.problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        check(&json(r#""level": "one""#, r#""minutes": 1"#)),
        ["$.tasks[1].level: is missing: the checklist has levels, so say which one \"B\" belongs to"]
    );
    assert_eq!(
        check(&json(r#""level": "one", "requires": ["b"]"#, r#""level": "two""#)),
        ["$.tasks[0].requires: goes round in a circle, so none of these could ever start: a → b → a"]
    );
}

#[test]
fn a_nudge_comes_after_hours_or_after_a_condition() {
    let definition = read(
        r#""nudges": [{"id": "n", "text": "N", "after": {"idle_hours": 24}, "task": "b"},
                      {"id": "m", "text": "M", "after": {"event": "failed", "times": 3}, "times": 2}]"#,
    );
    assert_eq!((&definition.nudges[0].after, definition.nudges[0].task), (&Trigger::Idle(24), Some(1)));
    assert!(matches!(definition.nudges[1].after, Trigger::Holds(Condition::Event(_))));
    assert_eq!(
        problems(r#""nudges": [{"id": "n", "text": "N", "after": "manual"}]"#),
        ["$.nudges[0].after: cannot be \"manual\""]
    );
}

#[test]
fn a_picture_comes_from_the_same_site_or_from_the_definition() {
    let help = |picture: &str| {
        format!(
            r#""help": {{"specialist": {{"name": "A", "contact": "mailto:a@b.c", "picture": "{picture}"}}}}"#
        )
    };
    for picture in ["/a.png", "a/b.png", "data:image/png;base64,AA=="] {
        assert!(read(&help(picture)).help.is_some(), "{picture}");
    }
    for picture in [
        "https://x.example/a.png",
        "//x.example/a.png",
        "/\\\\x.example/a",
        "data:text/html,x",
        "javascript:x",
    ] {
        assert!(
            problems(&help(picture))[0].starts_with("$.help.specialist.picture: must be a path"),
            "{picture}"
        );
    }
}

#[test]
fn an_exported_rule_that_no_page_can_evaluate_is_refused_by_name() {
    let segments = |rule: &str| {
        format!(r#""segments": {{"version": 1, "segments": [{{"name": "s", "segment": {rule}}}]}}"#)
    };
    let place = "$.segments.segments[0].segment";
    assert!(
        problems(&segments(r#"{"kind": "not", "of": {"kind": "list", "users": ["u"]}}"#))[0].starts_with(
            &format!("{place}.of: is of the kind \"list\", which cannot be evaluated on a page")
        )
    );
    assert_eq!(
        problems(&segments(
            r#"{"kind": "cluster", "cluster": 1, "centroids": [[1]], "features": [{"feature": {"kind": "revenue"}, "mean": 0, "deviation": 1}]}"#
        )),
        [
            "$.segments.revenue: must name the property that revenue is summed from, because a cluster measures it",
            &format!("{place}.cluster: must be a whole number from 0 to 0"),
        ]
    );
    assert_eq!(
        problems(&segments(r#"{"kind": "property", "property": "p", "op": "matches", "values": ["x"]}"#)),
        [format!(
            "{place}.op: must be one of: eq, neq, in, not_in, contains, not_contains, starts_with, gt, gte, lt, lte, is_set, is_not_set"
        )]
    );
}

#[test]
fn what_works_badly_or_works_on_people_is_a_warning() {
    let tasks: Vec<_> = (0..7)
        .map(|n| format!(r#"{{"id": "t{n}", "title": "T", "detail": "D", "complete_when": {{"tour": "t"}}, "minutes": 9}}"#))
        .collect();
    let ids = (0..7).map(|n| format!("\"t{n}\"")).collect::<Vec<_>>().join(",");
    let json = format!(
        r#"{{"version": 1, "id": "c", "title": "C", "tasks": [{}],
            "paths": [{{"id": "p", "tasks": [{ids}], "when": "finished"}}],
            "tours": [{{"id": "t", "steps": [{{"text": "1"}}, {{"text": "2"}}, {{"text": "3"}}, {{"text": "4"}}]}}]}}"#,
        tasks.join(",")
    );
    let found = warnings(&json);
    let places: Vec<_> =
        found.iter().filter_map(|warning| warning.split_once(": ")).map(|(place, _)| place).collect();
    assert_eq!(
        places[..4],
        ["$.paths", "$.paths[0].tasks", "$.tasks[0].minutes", "$.tasks[0].complete_when"]
    );
    assert_eq!(places.last(), Some(&"$.tours[0].steps"));
    assert!(found[0].contains("there is no control"), "{found:?}");
}

#[test]
fn words_of_an_arm_and_of_a_language_reach_every_part_and_change_nothing_else() {
    let definition = read(
        r##""welcome": "W", "variants": {"experiment": "x", "arms": [
                {"id": "k", "share": 1, "texts": {"title": "Arm"}, "locale": {"de": {"tasks": {"a": {"title": "Arm de"}}}}}]},
            "tours": [{"id": "t", "steps": [{"target": "#a", "text": "S", "advance_when": "clicked"}]}],
            "survey": {"id": "s", "questions": [{"id": "q", "kind": "choice", "text": "Q", "options": ["1", "2"]}]},
            "locale": {"de": {"welcome": "Hallo", "tasks": {"b": {"title": "Zwei", "detail": "Neu"}},
                "tours": {"t": {"steps": {"0": {"text": "Schritt"}}}},
                "survey": {"questions": {"q": {"text": "Frage", "options": ["eins", "zwei"]}}}}}"##,
    );
    let words = definition.clone().in_words("de-AT", "k");
    assert_eq!((words.texts.title.as_str(), words.texts.welcome.as_deref()), ("Arm", Some("Hallo")));
    assert_eq!((words.tasks[0].title.as_str(), words.tasks[1].title.as_str()), ("Arm de", "Zwei"));
    assert_eq!(words.tours[0].steps[0].text, "Schritt");
    assert_eq!(words.tours[0].steps[0].advance_when, definition.tours[0].steps[0].advance_when);
    assert_eq!(words.survey.expect("there").questions[0].options, ["eins", "zwei"]);
    assert_eq!(definition.clone().in_words("en", "").tasks, definition.tasks);
}

#[test]
fn a_translation_cannot_bring_in_what_the_checker_would_refuse() {
    let locale = |texts: &str| problems(&format!(r#""locale": {{"de": {texts}}}"#));
    let link = r#"{"help": {"community": {"link": "javascript:x"}}}"#;
    assert!(locale(link)[0].starts_with("$.locale.de.help.community.link: must be relative"));
    assert_eq!(locale(r#"{"title": " "}"#), ["$.locale.de.title: must not be empty"]);
    assert_eq!(
        locale(r#"{"survey": {"questions": {"q": {"options": [""]}}}}"#),
        ["$.locale.de.survey.questions.q.options[0]: must be text"]
    );
    assert_eq!(locale(r#"{"tasks": 4}"#), ["$.locale.de.tasks: must be an object or a list, not a number"]);
}
