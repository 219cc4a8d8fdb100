//! Surveys by hand, against SciPy, and against their definition.

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::rule::{Did, EventRule, Segment, Times, Within};
use crate::table::Kind;
use crate::testing::{Sheet, answer_on_any_shards, small_sheets};

fn ask(sheet: &Sheet, query: FeedbackQuery) -> FeedbackAnswer {
    match answer_on_any_shards(sheet, &Query::Feedback(query)) {
        Answer::Feedback(answer) => answer,
        other => unreachable!("a feedback answer: {other:?}"),
    }
}

/// A user for each score.
fn scored(scores: &[&str]) -> Sheet {
    let mut sheet = Sheet::new().column("stars", Role::Score, Kind::Number);
    for (at, score) in scores.iter().enumerate() {
        sheet.push(
            &format!("u{at}"),
            at as i64,
            if at % 2 == 0 { "a" } else { "b" },
            vec![(*score).to_owned()],
        );
    }
    sheet
}

fn did(event: &str) -> NamedSegment {
    let did = Did { rule: EventRule::event(event), times: Times::AtLeast, n: 1, within: Within::Ever };
    NamedSegment { name: event.to_owned(), segment: Segment::Did(did) }
}

#[test]
fn a_net_promoter_score_is_promoters_less_detractors_by_group() {
    let sheet = scored(&["10", "9", "8", "7", "6", "0", "10", "11", "-1", ""]);
    let answer =
        ask(&sheet, FeedbackQuery { groups: vec![did("a"), did("never")], ..FeedbackQuery::default() });
    let all = &answer.all;
    assert_eq!((all.n_answers, all.n_users, answer.n_out_of_range), (7, 7, 2));
    // Three promote, two detract: 100 / 7.
    assert!((all.result.unwrap() - 100.0 / 7.0).abs() < 1e-12);
    assert_eq!((all.promoter_rate.unwrap().rate, all.detractor_rate.unwrap().rate), (3.0 / 7.0, 2.0 / 7.0));
    // One added to each class: 4 and 3 of 10, variance 0.7 − 0.01.
    let (low, high) = all.interval.unwrap();
    let half = Z_95 * 0.069_f64.sqrt();
    assert!((low - 100.0 * (0.1 - half)).abs() < 1e-9 && (high - 100.0 * (0.1 + half)).abs() < 1e-9);
    // a: 10, 8, 6 and 10.
    assert_eq!((answer.groups[0].n_answers, answer.groups[0].result), (4, Some(25.0)));
    assert_eq!(
        (answer.groups[1].n_answers, answer.groups[1].result, answer.groups[1].interval),
        (0, None, None)
    );
}

#[test]
fn answers_that_are_all_alike_are_not_taken_for_certain() {
    let answer = ask(&scored(&["10", "10"]), FeedbackQuery::default());
    let (low, high) = answer.all.interval.unwrap();
    assert!(answer.all.result == Some(100.0) && low < 30.0 && high == 100.0, "{low} to {high}");
}

#[test]
fn satisfaction_is_a_share_and_effort_a_mean_with_the_interval_of_scipy() {
    let sheet = scored(&["1", "2", "4", "4", "5", "7"]);
    let csat = FeedbackScale::Csat { satisfied_from: 4.0, most: 5.0 };
    let satisfied = ask(&sheet, FeedbackQuery { scale: csat, ..FeedbackQuery::default() });
    assert_eq!((satisfied.all.result, satisfied.n_out_of_range), (Some(0.6), 1));
    let effort =
        ask(&sheet, FeedbackQuery { scale: FeedbackScale::Ces { most: 7.0 }, ..FeedbackQuery::default() });
    let (low, high) = effort.all.interval.unwrap();
    // scipy.stats.t.interval(0.95, 5, mean, sem), SciPy 1.17.1.
    assert!((low - 1.590_714_498).abs() < 1e-6 && (high - 6.075_952_168).abs() < 1e-6, "{low} to {high}");
    let same = ask(
        &scored(&["4.1", "4.1", "4.1"]),
        FeedbackQuery { scale: FeedbackScale::Ces { most: 7.0 }, ..FeedbackQuery::default() },
    );
    assert_eq!((same.all.result, same.all.interval), (Some(4.1), None));
}

#[test]
fn a_field_that_does_not_fit_is_named() {
    let refused = |sheet: &Sheet, query: FeedbackQuery| {
        run(&sheet.table(), &Query::Feedback(query)).unwrap_err().to_string()
    };
    let none = Sheet::new().row("u", 0, "a", &[]);
    assert!(
        refused(&none, FeedbackQuery::default()).starts_with("score: needs a column with the role \"score\"")
    );
    let sheet = scored(&["1"]);
    let event = FeedbackQuery { score: Some("event".to_owned()), ..FeedbackQuery::default() };
    assert_eq!(refused(&sheet, event), "score: \"event\" holds text, and this needs numbers");
    let csat = FeedbackScale::Csat { satisfied_from: 6.0, most: 5.0 };
    let wrong = refused(&sheet, FeedbackQuery { scale: csat, ..FeedbackQuery::default() });
    assert_eq!(wrong, "scale.satisfied_from: \"6\" is not a number from 1 to 5");
    let wrong = refused(
        &sheet,
        FeedbackQuery { scale: FeedbackScale::Ces { most: 1.0 }, ..FeedbackQuery::default() },
    );
    assert_eq!(wrong, "scale.most: \"1\" is not a number from 2 to 100");
}

proptest! {
    #[test]
    fn means_and_counts_agree_with_the_definition(sheet in small_sheets()) {
        let scale = FeedbackScale::Ces { most: 100.0 };
        let query = FeedbackQuery { scale, score: Some("money".to_owned()), groups: vec![did("a")], ..Default::default() };
        let answer = ask(&sheet, query);
        for (group, event) in [(&answer.all, None), (&answer.groups[0], Some("a"))] {
            let users = sheet.users();
            let own = users.values().filter(|rows| event.is_none_or(|event| rows.iter().any(|row| row.event == event)));
            let scores: Vec<f64> = own.flatten().filter_map(|row| row.cells[1].parse().ok()).collect();
            let kept: Vec<f64> = scores.iter().copied().filter(|score| (1.0..=100.0).contains(score)).collect();
            prop_assert_eq!(group.n_answers, kept.len() as u64);
            let mean = kept.iter().sum::<f64>() / kept.len() as f64;
            prop_assert!(group.result.is_none() == kept.is_empty());
            prop_assert!(group.result.is_none_or(|found| (found - mean).abs() < 1e-9));
            prop_assert!(group.scores.iter().map(|of| of.n).sum::<u64>() == group.n_answers);
        }
    }
}
