//! Trees, judges, the map and outliers; groups that overlap.

use super::*;

fn hierarchical(linkage: ClusterLinkage, k: u32) -> ClusterQuery {
    ClusterQuery { method: ClusterMethod::Hierarchical { linkage }, ..fixed(k) }
}

/// Users of `centers.len()` kinds around points on the plane of two numbers, with a deviation of 1 each way. A user's kind is
/// the number before the dot of the id.
fn clouds(seed: u64, centers: &[(f64, f64)], n_each: usize) -> Sheet {
    let mut random = Random::new(seed);
    // Twelve even draws sum to a nearly normal one.
    let mut normal = move || (0..12).map(|_| random.next_f64()).sum::<f64>() - 6.0;
    let mut sheet =
        Sheet::new().column("x", Role::Other, Kind::Number).column("y", Role::Other, Kind::Number);
    for user in 0..n_each {
        for (kind, (x, y)) in centers.iter().enumerate() {
            let cells = vec![(x + normal()).to_string(), (y + normal()).to_string()];
            sheet.push(&format!("{kind}.{user}"), 0, "a", cells);
        }
    }
    sheet
}

fn by_numbers(query: ClusterQuery) -> ClusterQuery {
    let property = |name: &str| Feature::Property { property: name.to_owned() };
    ClusterQuery { features: Some(vec![property("x"), property("y")]), scaling: Scaling::Linear, ..query }
}

/// Hubert & Arabie's (1985) adjusted Rand index of the clusters and the kinds before the dot of the users' ids.
fn adjusted_rand(members: &[Vec<String>]) -> f64 {
    let pairs = |n: usize| (n * n.saturating_sub(1)) as f64 / 2.0;
    let kind = |id: &String| id.split('.').next().unwrap().to_owned();
    let mut kinds = std::collections::BTreeMap::<String, usize>::new();
    let mut both = 0.0;
    for ids in members {
        let mut own = std::collections::BTreeMap::<String, usize>::new();
        ids.iter().for_each(|id| *own.entry(kind(id)).or_default() += 1);
        both += own.values().map(|&n| pairs(n)).sum::<f64>();
        own.into_iter().for_each(|(kind, n)| *kinds.entry(kind).or_default() += n);
    }
    let (clusters, kinds): (f64, f64) =
        (members.iter().map(|ids| pairs(ids.len())).sum(), kinds.values().map(|&n| pairs(n)).sum());
    let expected = clusters * kinds / pairs(members.iter().map(Vec::len).sum());
    (both - expected) / ((clusters + kinds) / 2.0 - expected)
}

/// The index for each of 20 seeds, ascending.
fn recovered(centers: &[(f64, f64)], query: &ClusterQuery) -> Vec<f64> {
    let found = |seed: u64| {
        let sheet = clouds(seed * 7919 + 31, centers, 150);
        let answer = expect_clusters(run(&sheet.table(), &Query::Cluster(query.clone())).unwrap());
        adjusted_rand(&members(&answer, &sheet))
    };
    let mut all: Vec<f64> = (0..20).map(found).collect();
    all.sort_by(f64::total_cmp);
    all
}

#[test]
fn groups_that_lie_apart_are_found_in_every_way() {
    let centers = [(0.0, 0.0), (9.0, 0.0), (0.0, 9.0)];
    for query in [
        ClusterQuery::default(),
        hierarchical(ClusterLinkage::Ward, 3),
        hierarchical(ClusterLinkage::Average, 3),
    ] {
        let all = recovered(&centers, &by_numbers(query));
        assert!(all[0] >= 0.9, "{all:?}");
    }
}

#[test]
fn groups_that_overlap_are_found_for_the_most_part() {
    // Neighbors lie four deviations apart: a deviation of half the way from the middle between them.
    let all = recovered(&[(0.0, 0.0), (4.0, 0.0), (2.0, 3.5)], &by_numbers(ClusterQuery::default()));
    assert!(all[10] >= 0.8, "{all:?}");
}

#[test]
fn every_judge_says_how_many_groups_there_are_and_one_of_noise() {
    let judged = |sheet: &Sheet| {
        let answer = ask(sheet, &by_numbers(ClusterQuery { judge: Judge::Full, ..ClusterQuery::default() }));
        answer.suggested.iter().map(|said| (said.rule, said.k)).collect::<Vec<_>>()
    };
    let three = judged(&clouds(5, &[(0.0, 0.0), (12.0, 0.0), (0.0, 12.0)], 60));
    assert_eq!(three.len(), 4);
    assert!(three.iter().all(|said| said.1 == Some(3)), "{three:?}");
    let noise = judged(&clouds(5, &[(0.0, 0.0)], 180));
    assert_eq!(noise[2], (KRule::Gap, Some(1)), "{noise:?}");
}

#[test]
fn a_tree_tells_its_upper_joins_and_how_its_cut_agrees_with_centroids() {
    let sheet = clouds(8, &[(0.0, 0.0), (20.0, 20.0)], 50);
    for linkage in
        [ClusterLinkage::Ward, ClusterLinkage::Average, ClusterLinkage::Complete, ClusterLinkage::Single]
    {
        let answer = ask(&sheet, &by_numbers(hierarchical(linkage, 2)));
        let tree = answer.tree.unwrap();
        assert_eq!((tree.n_users, tree.n_leaves, tree.branches.len(), tree.merges.len()), (100, 100, 64, 63));
        assert_eq!((tree.branches.iter().sum::<u64>(), tree.agreement_rate), (100, 1.0));
        assert!(tree.merges.is_sorted_by(|a, b| a.height <= b.height));
        let mut joined: Vec<u32> = tree.merges.iter().flat_map(|merge| [merge.a, merge.b]).collect();
        joined.sort_unstable();
        assert_eq!(joined, (0..126).collect::<Vec<u32>>(), "everything but the last join is joined once");
        assert_eq!(answer.clusters.iter().map(|cluster| cluster.n_users).collect::<Vec<_>>(), [50, 50]);
    }
}

#[test]
fn more_users_than_a_tree_takes_are_joined_in_groups() {
    let sheet = clouds(3, &[(0.0, 0.0), (15.0, 0.0), (0.0, 15.0)], 3_400);
    let answer = expect_clusters(
        run(&sheet.table(), &Query::Cluster(by_numbers(hierarchical(ClusterLinkage::Ward, 3)))).unwrap(),
    );
    let tree = answer.tree.as_ref().unwrap();
    assert!(tree.n_users == 10_200 && tree.n_leaves <= 512 && tree.n_leaves > 200, "{}", tree.n_leaves);
    assert!(answer.clusters.iter().all(|cluster| cluster.n_users == 3_400));
}

#[test]
fn a_map_counts_every_user_once_and_lies_along_the_widest_spread() {
    let sheet = clouds(2, &[(0.0, 0.0), (30.0, 30.0)], 40);
    let query = by_numbers(ClusterQuery { map: 16, ..fixed(2) });
    let map = ask(&sheet, &query).map.unwrap();
    assert_eq!(map.cells.iter().map(|cell| cell.n_users).sum::<u64>(), 80);
    assert!(map.cells.iter().all(|cell| cell.x < 16 && cell.y < 16));
    assert!(map.axes[0].variance_rate > 0.9 && (map.axes[0].weights[0] - 0.5_f64.sqrt()).abs() < 1e-9);
    let halves =
        |cluster: u32| map.cells.iter().filter(move |cell| cell.cluster == cluster).map(|cell| cell.x < 8);
    for cluster in 0..2 {
        let all: std::collections::BTreeSet<bool> = halves(cluster).collect();
        assert_eq!(all.len(), 1, "each group lies at one end");
    }
    assert_eq!(ask(&sheet, &by_numbers(fixed(2))).map, None);
}

#[test]
fn who_lies_far_from_all_others_is_named() {
    let mut sheet = clouds(4, &[(0.0, 0.0)], 60);
    sheet.push("far", 0, "a", vec!["0".to_owned(), "30".to_owned()]);
    let answer = ask(&sheet, &by_numbers(fixed(1)));
    let [outlier] = &answer.outliers[..] else { panic!("{:?}", answer.outliers) };
    assert_eq!((outlier.user.as_str(), outlier.cluster), ("far", 0));
    assert!(outlier.times > 3.0 && outlier.feature == Feature::Property { property: "y".to_owned() });
}

#[test]
fn one_user_and_users_who_are_all_alike_have_a_tree_and_a_map_too() {
    for n in [1, 5] {
        let mut sheet = Sheet::new();
        (0..n).for_each(|user| sheet.push(&format!("u{user}"), 0, "a", Vec::new()));
        let query = ClusterQuery {
            map: 4,
            judge: Judge::Full,
            k: ClusterCount::default(),
            ..hierarchical(ClusterLinkage::Ward, 2)
        };
        let answer = ask(&sheet, &query);
        assert_eq!((answer.clusters.len(), answer.n_users), (1, n));
        assert_eq!(answer.map.unwrap().cells.len(), 1);
        assert_eq!(answer.tree.unwrap().agreement_rate, 1.0);
    }
}

#[test]
fn a_map_of_too_many_cells_is_refused() {
    let table = planted(1).table();
    let query = Query::Cluster(ClusterQuery { map: 257, ..fixed(2) });
    assert_eq!(run(&table, &query).unwrap_err().to_string(), "map: is 257, and must lie between 0 and 256");
}
