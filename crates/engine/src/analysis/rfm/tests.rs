//! RFM against pandas, by hand, and against its definition.

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::kernel::segment::select;
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_on_any_shards, small_sheets};

fn ask(sheet: &Sheet, query: &RfmQuery) -> RfmAnswer {
    match answer_on_any_shards(sheet, &Query::Rfm(query.clone())) {
        Answer::Rfm(answer) => answer,
        other => unreachable!("an rfm answer: {other:?}"),
    }
}

/// 240 customers: number i bought last 37 i mod 101 days ago, and 1 + i² mod 7 times in all.
fn arithmetic() -> Sheet {
    let mut sheet = Sheet::new();
    for user in 0..240_i64 {
        for _ in 0..=(user * user % 7) {
            sheet.push(&format!("u{user}"), -(37 * user % 101) * Millis::DAY, "buy", Vec::new());
        }
    }
    sheet
}

#[test]
fn quintiles_are_those_of_pandas() {
    let answer = ask(&arithmetic(), &RfmQuery::default());
    let cuts = answer.cuts.unwrap();
    assert_eq!(
        cuts.recency_days.iter().map(|cut| (cut * 10.0).round()).collect::<Vec<_>>(),
        [198.0, 400.0, 600.0, 800.0]
    );
    assert_eq!(cuts.frequency, [2.0, 2.0, 3.0, 5.0]);
    let by_recency: Vec<u64> =
        answer.grid.iter().rev().map(|row| row.iter().map(|cell| cell.n_users).sum()).collect();
    assert_eq!(by_recency, [48, 50, 48, 47, 47]);
    let by_frequency: Vec<u64> = (0..5).map(|f| answer.grid.iter().map(|row| row[f].n_users).sum()).collect();
    assert_eq!(by_frequency, [104, 0, 68, 68, 0], "cuts that coincide leave classes empty");
    assert_eq!((answer.n_users, answer.value, answer.value_classes.len()), (240, None, 0));
}

/// Five customers of one purchase each, a day apart, and one who came and did not buy.
fn five() -> Sheet {
    let mut sheet = Sheet::new().column("price", Role::Revenue, Kind::Number);
    for user in 0..5 {
        sheet.push(&format!("u{user}"), user * Millis::DAY, "buy", vec![format!("{}", 10 * (user + 1))]);
    }
    sheet.push("looker", 4 * Millis::DAY, "visit", vec![String::new()]);
    sheet
}

#[test]
fn five_customers_can_be_checked_by_hand() {
    let cuts = Some(RfmCuts {
        recency_days: vec![0.0, 1.0, 2.0, 3.0],
        frequency: vec![1.0, 2.0, 3.0, 4.0],
        value: vec![10.0, 20.0, 30.0, 40.0],
    });
    let answer =
        ask(&five(), &RfmQuery { cuts, before: Some(Millis(3 * Millis::DAY)), ..RfmQuery::default() });
    assert_eq!((answer.n_users, answer.n_users_without, answer.value), (5, 1, Some(150.0)));
    let found: Vec<(RfmName, u64, Option<f64>)> = answer
        .segments
        .iter()
        .filter(|segment| segment.n_users > 0)
        .map(|segment| (segment.name, segment.n_users, segment.mean_recency_days))
        .collect();
    // Bought once: 0 days ago is new, 1 promising, 2 about to sleep, 3 and 4 hibernating.
    let expected = [
        (RfmName::New, 1, Some(0.0)),
        (RfmName::Promising, 1, Some(1.0)),
        (RfmName::AboutToSleep, 1, Some(2.0)),
        (RfmName::Hibernating, 2, Some(3.5)),
    ];
    assert_eq!(found, expected);
    assert_eq!(answer.value_classes, [1; 5]);
    // A day before, the four others were a class fresher each, and the newest had not bought.
    let moves = answer.moves.unwrap();
    let place = |name: RfmName| SEGMENTS.iter().position(|segment| segment.0 == name).unwrap();
    assert_eq!(moves.n_new[place(RfmName::New)], 1);
    assert_eq!(moves.n_users[place(RfmName::New)][place(RfmName::Promising)], 1);
    assert_eq!(moves.n_users[place(RfmName::Promising)][place(RfmName::AboutToSleep)], 1);
    assert_eq!(moves.n_users[place(RfmName::AboutToSleep)][place(RfmName::Hibernating)], 1);
    assert_eq!(moves.n_users[place(RfmName::Hibernating)][place(RfmName::Hibernating)], 1);
}

#[test]
fn every_class_of_recency_and_frequency_has_one_segment() {
    for recency in 1..=5 {
        for frequency in 1..=5 {
            let holds = |(from, to): (usize, usize), class| from <= class && class <= to;
            let n = SEGMENTS.iter().filter(|(_, r, f)| holds(*r, recency) && holds(*f, frequency)).count();
            assert_eq!(n, 1, "{recency}, {frequency}");
        }
    }
}

#[test]
fn nobody_and_one_customer_have_an_answer() {
    let nobody = ask(&five(), &RfmQuery { event: Some("never".to_owned()), ..RfmQuery::default() });
    assert_eq!((nobody.n_users, nobody.n_users_without, nobody.cuts), (0, 6, None));
    assert!(nobody.segments.iter().all(|segment| segment.segment.is_none() && segment.user_rate.is_none()));
    let one = ask(&Sheet::new().row("u", 0, "buy", &[]), &RfmQuery::default());
    assert_eq!((one.n_users, one.grid[4][0].n_users), (1, 1), "all amounts lie at the cuts");
}

#[test]
fn a_field_that_does_not_fit_is_named() {
    let table = five().table();
    let refused = |query: RfmQuery| run(&table, &Query::Rfm(query)).unwrap_err().to_string();
    let value = RfmQuery { value: Some("event".to_owned()), ..RfmQuery::default() };
    assert_eq!(refused(value), "value: \"event\" holds text, and this needs numbers");
    let cuts = |frequency: Vec<f64>| RfmQuery {
        cuts: Some(RfmCuts { recency_days: vec![1.0; 4], frequency, value: vec![1.0; 4] }),
        ..RfmQuery::default()
    };
    assert!(refused(cuts(vec![1.0])).starts_with("cuts.frequency: is 1, and must lie between 4 and 4"));
    assert!(refused(cuts(vec![4.0, 3.0, 2.0, 1.0])).starts_with("cuts.frequency: must be four numbers"));
    let late = RfmQuery { before: Some(Millis(4 * Millis::DAY)), ..RfmQuery::default() };
    assert!(refused(late).starts_with("before: must lie before"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn cells_and_rules_agree_with_the_definition(sheet in small_sheets(), by_event in any::<bool>()) {
        let event = by_event.then(|| "a".to_owned());
        let answer = ask(&sheet, &RfmQuery { event, ..RfmQuery::default() });
        let is_purchase = |row: &&&crate::testing::SheetRow| match by_event {
            true => row.event == "a",
            false => !row.cells[1].is_empty(),
        };
        let customers: Vec<(String, f64, usize)> = sheet.users().into_iter().filter_map(|(id, rows)| {
            let bought: Vec<_> = rows.iter().filter(is_purchase).collect();
            let last = bought.last()?.time;
            Some((id.to_owned(), (answer.now.0 - last) as f64 / Millis::DAY as f64, bought.len()))
        }).collect();
        prop_assert_eq!(answer.n_users, customers.len() as u64);
        prop_assert_eq!(answer.n_users + answer.n_users_without, sheet.users().len() as u64);
        let Some(cuts) = &answer.cuts else { return Ok(()) };
        // A fifth of the customers, rounded down, lies below each cut at most, and no more above it.
        for (at, &cut) in cuts.recency_days.iter().enumerate() {
            let share = (at + 1) as f64 / 5.0;
            let place = share * (customers.len() - 1) as f64;
            let below = customers.iter().filter(|it| it.1 < cut - 1e-9).count();
            prop_assert!(below as f64 <= place + 1.0);
        }
        let class = |cuts: &[f64], amount: f64| cuts.iter().filter(|&&cut| amount > cut).count();
        let table = sheet.table();
        for (at, segment) in answer.segments.iter().enumerate() {
            let own: Vec<&String> = customers.iter().filter(|it| {
                let (r, f) = (5 - class(&cuts.recency_days, it.1), 1 + class(&cuts.frequency, it.2 as f64));
                segment_of(r, f) == at
            }).map(|it| &it.0).collect();
            prop_assert_eq!(segment.n_users, own.len() as u64);
            let members = select(segment.segment.as_ref().unwrap(), &table, answer.now).unwrap();
            let n_found = own.iter().filter(|id| members.contains(table.users.find(id).unwrap().0 as usize)).count();
            prop_assert_eq!((members.count() as usize, n_found), (own.len(), own.len()), "the rule finds its users");
        }
        let of_grid: u64 = answer.grid.iter().flatten().map(|cell| cell.n_users).sum();
        prop_assert_eq!(of_grid, answer.n_users);
    }
}
