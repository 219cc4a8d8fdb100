//! The cluster analysis: planted groups, noise, and awkward data.

mod oracle;
mod start;
mod ways;

use super::*;
use crate::analysis::segment::{SegmentAnswer, SegmentQuery, UserList};
use crate::analysis::{Query, run};
use crate::kernel::segment::select;
use crate::rule::{NamedSegment, Segment};
use crate::stats::interval::wilson;
use crate::stats::random::Random;
use crate::table::{Kind, Role, UserIdx};
use crate::testing::{Sheet, answer_of_shards, answer_on_any_shards};
use crate::time::Millis;

fn event_count(event: &str) -> Feature {
    Feature::EventCount { event: event.to_owned() }
}

fn ask(sheet: &Sheet, query: &ClusterQuery) -> ClusterAnswer {
    expect_clusters(answer_on_any_shards(sheet, &Query::Cluster(query.clone())))
}

fn expect_clusters(answer: Answer) -> ClusterAnswer {
    match answer {
        Answer::Cluster(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn fixed(k: u32) -> ClusterQuery {
    ClusterQuery { k: ClusterCount::Fixed { k }, ..ClusterQuery::default() }
}

/// The ids of each cluster's users, by the clusters' own rules.
fn members(answer: &ClusterAnswer, sheet: &Sheet) -> Vec<Vec<String>> {
    let table = sheet.table();
    let ids = |cluster: &Cluster| {
        let users = select(&cluster.segment, &table, answer.now).unwrap();
        users.iter().map(|user| table.users.id(UserIdx(user as u32)).to_owned()).collect()
    };
    answer.clusters.iter().map(ids).collect()
}

/// 1,200 users of three kinds, whose kind is the first letter of their id: `b`uyers (a sixth) pay often, `l`ookers (half)
/// view a lot and never pay, `s`leepers (a third) came long ago, once or twice.
fn planted(seed: u64) -> Sheet {
    let mut random = Random::new(seed);
    let mut sheet = Sheet::new().column("money", Role::Revenue, Kind::Number);
    for user in 0..1_200 {
        let (kind, n_views, n_payments, first_day, n_days) = match user % 6 {
            0 => ("b", 15 + random.below(20), 6 + random.below(6), 40, 50),
            1..=3 => ("l", 25 + random.below(30), 0, 60, 30),
            _ => ("s", 1 + random.below(2), 0, 0, 5),
        };
        let id = format!("{kind}{user}");
        let mut time =
            |_: usize| first_day * Millis::DAY + random.below((n_days * Millis::DAY) as usize) as i64;
        let times: Vec<i64> = (0..n_views + n_payments).map(&mut time).collect();
        for (at, time) in times.into_iter().enumerate() {
            let (event, money) = if at < n_views { ("view", "") } else { ("pay", "19.9") };
            sheet.push(&id, time, event, vec![money.to_owned()]);
        }
    }
    sheet
}

#[test]
fn planted_groups_are_found_described_and_saved_as_rules() {
    let sheet = planted(11);
    let answer = ask(&sheet, &ClusterQuery::default());
    assert_eq!(answer.clusters.len(), 3, "{:?}", answer.tried);
    assert_eq!(answer.structure, Some(Structure::Strong), "{:?}", answer.silhouette);
    assert!(answer.notes.is_empty() && answer.constant_features.is_empty());
    assert_eq!(answer.tried.iter().map(|tried| tried.k).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    let members = members(&answer, &sheet);
    for ((cluster, members), (kind, size)) in
        answer.clusters.iter().zip(&members).zip([("l", 600), ("s", 400), ("b", 200)])
    {
        assert_eq!(cluster.n_users, size);
        assert_eq!(members.len() as u64, size);
        assert!(members.iter().all(|id| id.starts_with(kind)));
        assert!(cluster.typical_user.starts_with(kind));
        assert_eq!(cluster.user_rate, wilson(size, 1_200));
    }
    let buyers = &answer.clusters[2];
    assert!(
        [event_count("pay"), Feature::Revenue].contains(&buyers.traits[0].feature),
        "{:?}",
        buyers.traits[0]
    );
    let pay = buyers.traits.iter().find(|found| found.feature == event_count("pay")).unwrap();
    assert!(
        pay.mean.is_some_and(|mean| (6.0..12.0).contains(&mean)) && pay.rest_mean == Some(0.0),
        "{pay:?}"
    );
    assert_eq!((pay.did_rate, pay.rest_did_rate), (wilson(200, 200), wilson(0, 1_000)));
    let difference = pay.difference.unwrap();
    let (low, high) = difference.interval.unwrap();
    // A feature that a sixth has and the rest lacks lies 1 / √(1/6 · 5/6) = 2.683 deviations apart.
    assert!(
        2.6 < low && low < difference.difference && difference.difference < high && high < 2.75,
        "{difference:?}"
    );
}

#[test]
fn any_cluster_is_a_filter_and_the_clusters_do_not_overlap() {
    let sheet = planted(5);
    let clusters = ask(&sheet, &fixed(4)).clusters;
    let named = |cluster: &Cluster| NamedSegment { name: "c".to_owned(), segment: cluster.segment.clone() };
    let list = Some(UserList { segment: 3, after: None, limit: 1_000 });
    let query =
        SegmentQuery { segments: clusters.iter().map(named).collect(), list, ..SegmentQuery::default() };
    // The rule goes through JSON, as a saved one does.
    let json = serde_json::to_string(&Query::Segment(query)).unwrap();
    let Answer::Segment(answer) = run(&sheet.table(), &serde_json::from_str(&json).unwrap()).unwrap() else {
        panic!()
    };
    let SegmentAnswer { segments, overlap, n_users_in_none, users, .. } = answer;
    assert_eq!(n_users_in_none, 0);
    for (at, (size, cluster)) in segments.iter().zip(&clusters).enumerate() {
        assert_eq!(size.n_users, cluster.n_users);
        assert!(overlap[at].iter().enumerate().all(|(other, &n)| other == at || n == 0));
    }
    assert!(users.contains(&clusters[3].typical_user));
    let scope = Scope { segment: Some(clusters[3].segment.clone()), ..Scope::default() };
    let inner = ask(&sheet, &ClusterQuery { scope: scope.clone(), ..fixed(1) });
    assert_eq!((inner.n_users, inner.clusters.len()), (clusters[3].n_users, 1));
    let filter = Segment::AllOf { of: vec![scope.segment.unwrap(), inner_rule(&inner)] };
    assert_eq!(inner.clusters[0].segment, filter, "a cluster inside a segment keeps the segment");
}

fn inner_rule(answer: &ClusterAnswer) -> Segment {
    match &answer.clusters[0].segment {
        Segment::AllOf { of } => of[1].clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn seeds_change_the_sample_but_not_clear_groups() {
    let sheet = planted(3);
    let sizes = |seed| {
        let answer = run(&sheet.table(), &Query::Cluster(ClusterQuery { seed, ..ClusterQuery::default() }));
        expect_clusters(answer.unwrap()).clusters.iter().map(|cluster| cluster.n_users).collect::<Vec<_>>()
    };
    assert!((0..5).all(|seed| sizes(seed) == [600, 400, 200]));
}

#[test]
fn noise_has_no_structure() {
    let mut random = Random::new(4);
    let mut sheet = Sheet::new();
    for user in 0..400 {
        for event in ["a", "b", "c", "d", "e", "f"] {
            for _ in 0..random.below(8) {
                sheet.push(
                    &format!("u{user}"),
                    random.below(90 * Millis::DAY as usize) as i64,
                    event,
                    Vec::new(),
                );
            }
        }
    }
    let events = ["a", "b", "c", "d", "e", "f"].map(event_count).to_vec();
    let answer = ask(&sheet, &ClusterQuery { features: Some(events), ..ClusterQuery::default() });
    assert_eq!(answer.structure, Some(Structure::None), "{:?}", answer.tried);
}

#[test]
fn more_users_than_the_sample_holds_are_all_clustered() {
    let mut random = Random::new(9);
    let mut sheet = Sheet::new();
    for user in 0..18_000 {
        for _ in 0..if user % 3 == 0 { 30 + random.below(20) } else { 1 + random.below(3) } / 3 + 1 {
            sheet.push(&format!("u{user}"), random.below(1_000) as i64, "e", Vec::new());
        }
    }
    let features = Some(vec![Feature::Events]);
    let query = Query::Cluster(ClusterQuery { features, n_restarts: 2, ..fixed(2) });
    let answer = expect_clusters(run(&sheet.table(), &query).unwrap());
    assert_eq!(answer.clusters.iter().map(|cluster| cluster.n_users).collect::<Vec<_>>(), [12_000, 6_000]);
    assert_eq!(answer.tried[0].n_users, 2_048);
    assert!(answer.n_rounds > 1 && answer.notes.is_empty());
    assert_eq!(Answer::Cluster(answer), answer_of_shards(&sheet.shuffled(1).shards(3), &query));
}

#[test]
fn sums_that_lose_digits_come_out_the_same_on_any_shards() {
    let mut sheet = Sheet::new().column("money", Role::Revenue, Kind::Number);
    for user in 0..1_000 {
        let amounts = ["1e16", "1", "-1e16", "0.1", "3e-9"];
        for at in 0..1 + user % 5 {
            let money = amounts[(user * 7 + at * 3) % 5].to_owned();
            sheet.push(&format!("u{user}"), (user % 3) as i64, ["a", "b"][at % 2], vec![money]);
        }
    }
    let answer = ask(&sheet, &ClusterQuery { n_restarts: 3, ..ClusterQuery::default() });
    assert_eq!(answer.n_users, 1_000);
}

#[test]
fn awkward_data_give_sound_answers() {
    let nobody = Scope { from: Some(Millis(100)), ..Scope::default() };
    let one = Sheet::new().row("u", 0, "a", &[]).row("u", 5, "b", &[]);
    let answer = ask(&one, &ClusterQuery { scope: nobody, ..ClusterQuery::default() });
    assert_eq!((answer.n_users, answer.clusters.len()), (0, 0));
    assert_eq!(answer.notes, [ClusterNote::NoUsers]);

    let answer = ask(&one, &ClusterQuery::default());
    assert_eq!((answer.n_users, answer.clusters.len(), answer.silhouette), (1, 1, None));
    assert_eq!(answer.notes, [ClusterNote::AllAlike, ClusterNote::FewerClusters { asked: 10 }]);
    assert_eq!(answer.clusters[0].typical_user, "u");
    assert_eq!(members(&answer, &one), [["u"]]);
    assert!(
        answer.clusters[0].traits.iter().all(|found| found.rest_mean.is_none() && found.difference.is_none())
    );
    assert_eq!((answer.inertia, answer.total_inertia), (0.0, 0.0));

    let two = Sheet::new().row("u", 0, "a", &[]).row("v", 0, "a", &[]).row("v", 0, "a", &[]);
    let answer = ask(&two, &fixed(5));
    assert_eq!(answer.clusters.len(), 2);
    assert_eq!(answer.notes, [ClusterNote::FewerClusters { asked: 5 }]);
    assert_eq!(answer.clusters[0].traits[0].difference.unwrap().interval, None, "one user has no spread");
    let constant = [Feature::DaysActive, Feature::Recency, Feature::Tenure, Feature::Span];
    assert_eq!(answer.constant_features, constant);

    let features = Some(vec![event_count("never"), Feature::Events]);
    let answer = ask(&two, &ClusterQuery { features, ..fixed(2) });
    assert_eq!(answer.constant_features, [event_count("never")]);
    let features = Some(vec![event_count("never"), event_count("nor this")]);
    let answer = ask(&two, &ClusterQuery { features, ..fixed(2) });
    assert_eq!(answer.features.len(), 2, "if all are constant, none is left out");
    assert_eq!(members(&answer, &two)[0].len(), 2);
}

#[test]
fn of_equally_typical_users_the_first_id_is_named() {
    let mut sheet = Sheet::new();
    for user in 0..50 {
        for time in 0..1 + 9 * (user % 2) {
            sheet.push(&format!("u{user:02}"), time, "a", Vec::new());
        }
    }
    let answer = ask(&sheet, &fixed(2));
    let typical: Vec<&str> = answer.clusters.iter().map(|cluster| cluster.typical_user.as_str()).collect();
    assert!(typical == ["u00", "u01"] || typical == ["u01", "u00"], "{typical:?}");
}

#[test]
fn default_features_are_the_common_events_that_tell_users_apart_most() {
    let mut sheet = Sheet::new().column("money", Role::Revenue, Kind::Number);
    let mut push = |user: usize, event: &str, n: usize| {
        for _ in 0..n {
            sheet.push(&format!("u{user}"), 0, event, vec![String::new()]);
        }
    };
    for user in 0..200 {
        push(user, "everybody once", 1);
        push(user, "half", user % 2);
        push(user, "much or little", 1 << (user % 4));
        push(user, "one in a hundred", usize::from(user % 100 == 0));
        push(user, "too rare", usize::from(user == 0));
    }
    let answer = ask(&sheet, &fixed(2));
    let counts = ["much or little", "half", "one in a hundred"].map(event_count);
    let found: Vec<Feature> = answer.features.iter().map(|scaled| scaled.feature.clone()).collect();
    assert_eq!(found[..3], counts);
    assert_eq!(found[3..], [Feature::Events]);
    let constant: Vec<Feature> = [event_count("everybody once")]
        .into_iter()
        .chain([Feature::DaysActive, Feature::Recency, Feature::Tenure, Feature::Span, Feature::Revenue])
        .collect();
    assert_eq!(answer.constant_features, constant);
    let single = Sheet::new().row("u", 0, "a", &[]).row("v", 0, "a", &[]).row("v", 0, "a", &[]);
    assert_eq!(
        ask(&single, &fixed(2)).features[0].feature,
        Feature::Events,
        "one event's count says what `events` says"
    );
}

#[test]
fn errors_name_the_field() {
    let table = Sheet::new().row("u", 0, "a", &[]).table();
    let problem = |json: &str| {
        let query: Query = serde_json::from_str(json).unwrap();
        run(&table, &query).unwrap_err().to_string()
    };
    let range = "is 65, and must lie between 1 and 64";
    assert_eq!(problem(r#"{"kind": "cluster", "k": {"kind": "fixed", "k": 65}}"#), format!("k.k: {range}"));
    let json = r#"{"kind": "cluster", "k": {"kind": "auto", "least": 5, "most": 4}}"#;
    assert_eq!(problem(json), "k.most: is 4, and must lie between 5 and 20");
    assert_eq!(
        problem(r#"{"kind": "cluster", "k": {"kind": "auto", "least": 1}}"#),
        "k.least: is 1, and must lie between 2 and 20"
    );
    assert_eq!(
        problem(r#"{"kind": "cluster", "n_restarts": 0}"#),
        "n_restarts: is 0, and must lie between 1 and 100"
    );
    let hint = "features: is empty; name at least one feature, or leave the choice to the data";
    assert_eq!(problem(r#"{"kind": "cluster", "features": []}"#), hint);
    let json = r#"{"kind": "cluster", "features": [{"kind": "span"}, {"kind": "revenue"}]}"#;
    assert!(problem(json).starts_with("features[1]: needs a column with the role \"revenue\""));
    let json = r#"{"kind": "cluster", "scope": {"zone": "Mars"}}"#;
    assert!(problem(json).starts_with("scope.zone: \"Mars\""));
}
