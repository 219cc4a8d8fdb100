//! Tests: drivers that can be checked by hand, and random ones against an oracle.

mod oracle;

use super::*;
use crate::analysis::funnel::{FunnelOutcome, FunnelQuery, FunnelRule, GroupKey, Step as FunnelStep};
use crate::analysis::{Query, run};
use crate::rule::{Did, EventRule, Op, Owner, PropertyTest, Scope, Segment, Times, Within};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_on_any_shards};

const HOUR: i64 = 3_600_000;

fn ask(sheet: &Sheet, query: &DriversQuery) -> DriversAnswer {
    match answer_on_any_shards(sheet, &Query::Drivers(Box::new(query.clone()))) {
        Answer::Drivers(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn funnel(events: &[&str]) -> FunnelQuery {
    FunnelQuery {
        steps: events.iter().map(|event| FunnelStep::event(*event)).collect(),
        ..FunnelQuery::default()
    }
}

fn to_pay() -> DriversQuery {
    DriversQuery {
        target: Target::Funnel { funnel: Box::new(funnel(&["signup", "pay"])) },
        ..DriversQuery::default()
    }
}

/// Ten users sign up: u0 to u4 pay a day later. u0 to u3 and u5 invite between; u6 to u9 ask for help; all visit before the
/// signup, and u0 after the payment. A month later somebody looks, so that all windows are over.
fn ten() -> Sheet {
    let mut sheet =
        Sheet::new().column("plan", Role::Other, Kind::Text).column("seats", Role::Other, Kind::Number);
    for n in 0..10 {
        let user = format!("u{n}");
        let cells = vec![if n < 4 { "pro" } else { "free" }.to_owned(), (n % 2).to_string()];
        sheet.push(&user, 0, "visit", cells.clone());
        sheet.push(&user, HOUR, "signup", cells.clone());
        match n {
            0..=3 | 5 => sheet.push(&user, 2 * HOUR, "invite", cells.clone()),
            6..=9 => sheet.push(&user, 2 * HOUR, "help", cells.clone()),
            _ => {}
        }
        if n < 5 {
            sheet.push(&user, 24 * HOUR, "pay", cells.clone());
        }
    }
    sheet.push("u0", 25 * HOUR, "praise", vec![String::new(), String::new()]);
    sheet.push("late", 30 * 24 * HOUR, "look", vec![String::new(), String::new()]);
    sheet
}

fn names(drivers: &[Driver]) -> Vec<String> {
    let name = |driver: &Driver| match &driver.factor {
        Factor::Event { event } => event.clone(),
        Factor::EventProperty { event, property, value } => format!("{event} {property}={value}"),
        Factor::UserProperty { property, value } => format!("{property}={value}"),
    };
    drivers.iter().map(name).collect()
}

#[test]
fn what_goes_with_converting_can_be_checked_by_hand() {
    let answer = ask(&ten(), &to_pay());
    assert_eq!((answer.n_reached, answer.n_missed, answer.n_open), (5, 5, 0));
    // What lies before the signup or after the payment does not count, nor do the steps.
    assert_eq!(names(&answer.more), ["plan=pro", "invite", "seats=0"]);
    assert_eq!(names(&answer.less), ["plan=free", "help", "seats=1"], "of equal ones that of more users");
    assert_eq!(answer.n_compared, 6);
    let invite = &answer.more[1];
    // 4 of the 5 who invited paid, 1 of the 5 others: odds 4 ÷ 1/4 = 16, lift 0.8 ÷ 0.5.
    assert_eq!((invite.n_users, invite.n_reached), (5, 4));
    assert!((invite.odds_ratio.ratio - 16.0).abs() < 1e-12 && invite.odds_ratio.added == 0.0);
    assert!((invite.lift.unwrap() - 1.6).abs() < 1e-12);
    // Fisher: (1 + 25) · 2 of the 252 ways.
    assert!((invite.p_value - 52.0 / 252.0).abs() < 1e-12, "{}", invite.p_value);
    // pro: all 4 paid, 1 of the 6 others. Halves are added: 4.5 · 5.5 ÷ (0.5 · 1.5) = 33.
    let pro = &answer.more[0];
    assert!((pro.odds_ratio.ratio - 33.0).abs() < 1e-12 && pro.odds_ratio.added == 0.5);
    assert!((pro.p_value - 10.0 / 210.0).abs() < 1e-12, "5 of 210 ways on either side");
    // The smallest of six is shared by help, plan=free and plan=pro: 4 of 10 users, none or all.
    assert!(answer.more[0].q_value >= pro.p_value * 6.0 / 3.0 - 1e-12);
}

#[test]
fn being_in_a_segment_is_a_target_too_and_what_it_names_does_not_count() {
    let paid = Segment::Did(Did {
        rule: EventRule::event("pay"),
        times: Times::AtLeast,
        n: 1,
        within: Within::Ever,
    });
    let query = DriversQuery { target: Target::Segment { segment: paid }, ..DriversQuery::default() };
    let answer = ask(&ten(), &query);
    assert_eq!((answer.n_reached, answer.n_missed), (5, 6), "who only looked is a user too");
    assert!(names(&answer.more).contains(&"praise".to_owned()), "whenever it was");
    assert!(!names(&answer.more).contains(&"pay".to_owned()));
    let pro = PropertyTest {
        property: "plan".to_owned(),
        op: Op::Eq,
        values: vec!["pro".to_owned()],
        on: Owner::User,
    };
    let target = Target::Segment { segment: Segment::Property(pro) };
    let answer = ask(&ten(), &DriversQuery { target, ..DriversQuery::default() });
    assert!(names(&answer.more).iter().all(|name| !name.starts_with("plan")), "{:?}", names(&answer.more));
}

#[test]
fn what_a_bar_of_a_funnel_names_does_not_count_as_going_with_its_users() {
    let by_plan = r#"{"kind": "property", "property": "plan", "on": "user_first"}"#;
    let query =
        FunnelQuery { breakdown: Some(serde_json::from_str(by_plan).unwrap()), ..funnel(&["signup", "pay"]) };
    let free = GroupKey::Value { value: "free".to_owned() };
    let named_in = |group: Option<GroupKey>| {
        let rule = FunnelRule { query: query.clone(), step: 1, outcome: FunnelOutcome::Dropped, group };
        let target = Target::Segment { segment: Segment::Funnel(Box::new(rule)) };
        let answer = ask(&ten(), &DriversQuery { target, ..DriversQuery::default() });
        [names(&answer.more), names(&answer.less)].concat()
    };
    let (all, free) = (named_in(None), named_in(Some(free)));
    for names in [&all, &free] {
        assert!(names.contains(&"help".to_owned()), "{names:?}");
        assert!(!names.contains(&"signup".to_owned()) && !names.contains(&"pay".to_owned()), "{names:?}");
    }
    assert!(all.contains(&"plan=free".to_owned()), "{all:?}");
    assert!(!free.contains(&"plan=free".to_owned()), "{free:?}");
}

#[test]
fn the_properties_of_an_event_are_compared_value_by_value() {
    let factors =
        Factors::EventProperties { events: vec!["invite".to_owned(), "none".to_owned()], properties: vec![] };
    let answer = ask(&ten(), &DriversQuery { factors: vec![factors], ..to_pay() });
    assert_eq!(names(&answer.more), ["invite plan=pro"]);
    assert_eq!(names(&answer.less), Vec::<String>::new(), "one user invited on free, which is too few");
    assert_eq!((answer.n_compared, answer.n_rare, answer.left_out), (1, 1, vec!["seats".to_owned()]));
}

#[test]
fn users_who_may_still_convert_are_left_out_and_counted() {
    let mut funnel = funnel(&["signup", "pay"]);
    funnel.window_millis = Some(60 * 24 * HOUR);
    let query = DriversQuery { target: Target::Funnel { funnel: Box::new(funnel.clone()) }, ..to_pay() };
    let answer = ask(&ten(), &query);
    assert_eq!((answer.n_reached, answer.n_missed, answer.n_open), (5, 0, 5));
    assert!(answer.more.is_empty() && answer.less.is_empty(), "nobody is left to compare with");
    funnel.open = crate::analysis::funnel::OpenUsers::Dropped;
    let answer =
        ask(&ten(), &DriversQuery { target: Target::Funnel { funnel: Box::new(funnel) }, ..to_pay() });
    assert_eq!((answer.n_missed, answer.n_open), (5, 0));
}

#[test]
fn a_number_of_many_values_is_left_out_by_name_on_any_number_of_shards() {
    let sheet = |n: i64| {
        let mut sheet = Sheet::new().column("size", Role::Other, Kind::Number);
        for user in 0..n {
            sheet.push(&format!("u{user}"), 0, "signup", vec![user.to_string()]);
            sheet.push(
                &format!("u{user}"),
                HOUR,
                if user % 2 == 0 { "pay" } else { "visit" },
                vec![String::new()],
            );
        }
        sheet.row("late", 90 * 24 * HOUR, "look", &[""])
    };
    let properties = Factors::UserProperties { properties: vec!["size".to_owned()], on: Owner::User };
    let query = DriversQuery { factors: vec![properties], ..to_pay() };
    let most = DriversQuery::MAX_NUMBERS as i64;
    let fits = ask(&sheet(most), &query);
    assert_eq!((fits.n_compared, fits.left_out.len()), (most as u64, 0));
    let full = ask(&sheet(most + 1), &query);
    assert_eq!((full.n_compared, full.left_out), (0, vec!["size".to_owned()]));
}

#[test]
fn what_cannot_be_asked_is_refused_by_its_field() {
    let table = ten().table();
    let field = |query: DriversQuery| run(&table, &Query::Drivers(Box::new(query))).unwrap_err().field;
    assert_eq!(field(DriversQuery::default()), "target.funnel.steps");
    let one = Target::Funnel { funnel: Box::new(funnel(&["pay"])) };
    assert_eq!(field(DriversQuery { target: one, ..to_pay() }), "target.funnel.steps");
    let mut scoped = funnel(&["signup", "pay"]);
    scoped.scope = Scope { from: Some(crate::time::Millis(0)), ..Scope::default() };
    assert_eq!(
        field(DriversQuery { target: Target::Funnel { funnel: Box::new(scoped) }, ..to_pay() }),
        "target.funnel.scope"
    );
    let unknown = PropertyTest { property: "none".to_owned(), ..PropertyTest::default() };
    let target = Target::Segment { segment: Segment::Property(unknown) };
    assert!(field(DriversQuery { target, ..to_pay() }).starts_with("target.segment"));
    assert_eq!(field(DriversQuery { factors: vec![], ..to_pay() }), "factors");
    assert_eq!(field(DriversQuery { min_share: f64::NAN, ..to_pay() }), "min_share");
    assert_eq!(field(DriversQuery { limit: Some(0), ..to_pay() }), "limit");
    let of = |properties: &[&str], on| {
        let properties = properties.iter().map(|&name| name.to_owned()).collect();
        DriversQuery {
            factors: vec![Factors::Events, Factors::UserProperties { properties, on }],
            ..to_pay()
        }
    };
    assert_eq!(field(of(&["none"], Owner::User)), "factors[1].properties[0]");
    assert_eq!(field(of(&["plan", "time"], Owner::User)), "factors[1].properties[1]");
    assert_eq!(field(of(&["plan"], Owner::Event)), "factors[1].on");
    let events = Factors::EventProperties { events: vec![], properties: vec![] };
    assert_eq!(field(DriversQuery { factors: vec![events], ..to_pay() }), "factors[0].events");
}
