//! The address: `#journeys=QUERY&beside=QUERY&filter=SEGMENT` holds the panel, its query, that of a further section, and
//! the saved segment that filters every panel, each as percent-encoded JSON; never data. A link to a colleague with the same file opens the same view; back
//! and forward work.
//!
//! Without `filter` nothing is filtered. A bare `#funnels`, as the links of the navigation are, changes the panel only.

use std::str::FromStr;
use std::time::Duration;

use cairn_engine::Query;
use cairn_engine::rule::{Breakdown, NamedSegment};
use gloo::events::EventListener;
use gloo::utils::window;
use leptos::prelude::*;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::Session;
use crate::panel::{Panel, Place};

/// What JavaScript's `encodeURIComponent` escapes.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What an address says.
#[derive(Clone, Debug, PartialEq)]
struct Address {
    panel: Panel,
    query: Option<Query>,
    beside: Option<Query>,
    filter: Filter,
}

/// What an address says of the session's filter.
#[derive(Clone, Debug, PartialEq)]
enum Filter {
    /// Nothing: it stays.
    Kept,
    /// There is none.
    Nobody,
    /// A segment, by its rule and the name that it is to be saved under.
    By(NamedSegment),
}

impl Session {
    /// Follows the address, and writes into it what the person changes.
    pub fn follow_address(self) {
        self.read_address();
        EventListener::new(&window(), "hashchange", move |_| self.read_address()).forget();
    }

    /// Keeps the address in step with the panel on screen, its query and the filter.
    pub fn write_address(self) {
        let writing = StoredValue::new(None::<TimeoutHandle>);
        Effect::new(move || {
            let panel = self.panel.get();
            let draft = |place| self.drafts.with(|drafts| drafts.get(&place).cloned());
            let (query, beside) = (draft(Place::Main(panel)), draft(Place::Beside(panel)));
            let filter = self.filtering_segment().map_or(Filter::Nobody, Filter::By);
            let hash = Address { panel, query, beside, filter }.to_hash();
            if let Some(writing) = writing.try_update_value(Option::take).flatten() {
                writing.clear();
            }
            // Browsers take milliseconds for it, so it has a task of its own.
            let before = hash_now();
            let write = set_timeout_with_handle(move || write(&before, &hash), Duration::ZERO);
            writing.set_value(write.ok());
        });
    }

    fn read_address(self) {
        let Ok(address) = hash_now().parse::<Address>() else { return };
        let main = address.query.map(|query| (Place::Main(address.panel), query));
        let beside = address.beside.map(|query| (Place::Beside(address.panel), query));
        for (place, query) in main.into_iter().chain(beside) {
            for segment in segments_of(&query) {
                self.adopt_segment(segment.clone());
            }
            self.set_draft(place, query);
        }
        match address.filter {
            Filter::Kept => {}
            Filter::Nobody => self.filter.set(None),
            Filter::By(segment) => self.filter.set(Some(self.adopt_segment(segment))),
        }
        self.panel.set(address.panel);
    }
}

/// Writes the address, unless somebody has gone elsewhere since: then that is about to be read.
fn write(before: &str, hash: &str) {
    let now = hash_now();
    if now == before
        && now != hash
        && let Ok(history) = window().history()
    {
        // A browser that refuses, as some do after very many changes, only keeps an older address.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

fn hash_now() -> String {
    window().location().hash().unwrap_or_default()
}

impl Address {
    fn to_hash(&self) -> String {
        let query = self.query.as_ref().and_then(encoded);
        let beside = self.beside.as_ref().and_then(encoded);
        let filter = match &self.filter {
            Filter::By(segment) => encoded(segment),
            Filter::Kept | Filter::Nobody => None,
        };
        let query = query.map(|query| format!("={query}")).unwrap_or_default();
        let beside = beside.map(|beside| format!("&beside={beside}")).unwrap_or_default();
        let filter = filter.map(|filter| format!("&filter={filter}")).unwrap_or_default();
        format!("{}{query}{beside}{filter}", self.panel.address())
    }
}

impl FromStr for Address {
    type Err = ();

    fn from_str(hash: &str) -> Result<Self, ()> {
        let hash = hash.trim_start_matches('#');
        let mut parts =
            hash.split('&').map(|part| part.split_once('=').map_or((part, None), |(k, v)| (k, Some(v))));
        let (name, query) = parts.next().ok_or(())?;
        let panel = Panel::ALL.into_iter().find(|panel| panel.name() == name).ok_or(())?;
        let further: Vec<(&str, Option<&str>)> = parts.collect();
        let part = |name| further.iter().find(|(key, _)| *key == name).map(|&(_, value)| value);
        let filter = match part("filter") {
            Some(segment) => segment.and_then(decoded).map_or(Filter::Kept, Filter::By),
            None if query.is_some() => Filter::Nobody,
            None => Filter::Kept,
        };
        let beside = part("beside").flatten().and_then(decoded);
        Ok(Self { panel, query: query.and_then(decoded), beside, filter })
    }
}

/// A part of the address; none for what lists users: ids are data, and data never enter the address.
fn encoded(part: &impl Serialize) -> Option<String> {
    let json = serde_json::to_string(part).ok().filter(|json| !names_users(json))?;
    Some(utf8_percent_encode(&json, ESCAPED).to_string())
}

fn decoded<T: DeserializeOwned>(part: &str) -> Option<T> {
    let json = percent_decode_str(part).decode_utf8().ok()?;
    serde_json::from_str(&json).ok()
}

/// Whether a query or a segment lists users. A quote inside a name is escaped, so only the rule's own tag is found.
fn names_users(json: &str) -> bool {
    json.contains(r#""kind":"list""#)
}

/// The segments that a query breaks down by, which belong to the saved ones.
fn segments_of(query: &Query) -> &[NamedSegment] {
    let breakdown = match query {
        Query::Funnel(query) => &query.breakdown,
        Query::Retention(query) => &query.breakdown,
        Query::Trend(query) => &query.breakdown,
        _ => &None,
    };
    match breakdown {
        Some(Breakdown::Segments { segments }) => segments,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use cairn_engine::analysis::funnel::{FunnelQuery, Step};
    use cairn_engine::rule::{EventRule, Op, Owner, PropertyTest, Segment};

    use super::*;

    fn funnel(event: &str) -> Option<Query> {
        let step = Step { rule: EventRule::event(event), ..Step::default() };
        Some(Query::Funnel(FunnelQuery { steps: vec![step], ..FunnelQuery::default() }))
    }

    fn named(name: &str, value: &str) -> NamedSegment {
        let (property, values) = ("plan".to_owned(), vec![value.to_owned()]);
        let test = PropertyTest { property, on: Owner::User, op: Op::Eq, values };
        NamedSegment { name: name.to_owned(), segment: Segment::Property(test) }
    }

    #[test]
    fn what_an_address_says_is_read_back_the_same() {
        for query in [None, funnel("visit"), funnel("a&filter=b %25 \"#=é\u{1F600}")] {
            for filter in [Filter::By(named("Small & new = “ä”", "pro")), Filter::By(named("100 %", "a&b"))]
            {
                let beside = query.clone();
                let address = Address { panel: Panel::Funnels, query: query.clone(), beside, filter };
                assert_eq!(address.to_hash().parse(), Ok(address));
            }
        }
        let address =
            Address { panel: Panel::Funnels, query: funnel("visit"), beside: None, filter: Filter::Nobody };
        assert_eq!(address.to_hash().parse(), Ok(address));
    }

    #[test]
    fn an_address_is_readable_by_other_programs() {
        let filter = Filter::By(named("Pro", "pro"));
        let hash = Address { panel: Panel::Sources, query: None, beside: None, filter }.to_hash();
        let json = r#"{"name":"Pro","segment":{"kind":"property","property":"plan","on":"user","op":"eq","values":["pro"]}}"#;
        let escaped = json.replace('{', "%7B").replace('}', "%7D").replace('"', "%22").replace(':', "%3A");
        let escaped = escaped.replace(',', "%2C").replace('[', "%5B").replace(']', "%5D");
        assert_eq!(hash, format!("#sources&filter={escaped}"));
    }

    #[test]
    fn a_link_of_the_navigation_keeps_the_filter_and_a_query_without_one_clears_it() {
        let filter = |hash: &str| hash.parse::<Address>().map(|address| address.filter);
        assert_eq!(filter("#funnels"), Ok(Filter::Kept));
        assert_eq!(
            filter(
                &Address { panel: Panel::Funnels, query: funnel("x"), beside: None, filter: Filter::Kept }
                    .to_hash()
            ),
            Ok(Filter::Nobody)
        );
    }

    #[test]
    fn lists_of_users_never_enter_the_address() {
        let list = Segment::List { users: vec!["ada@example.org".to_owned()] };
        let nested = Segment::Not { of: Box::new(Segment::AnyOf { of: vec![list] }) };
        let segment = NamedSegment { name: "\"kind\":\"list\"".to_owned(), segment: nested };
        let filter = Filter::By(segment.clone());
        assert_eq!(
            Address { panel: Panel::Funnels, query: None, beside: None, filter }.to_hash(),
            "#funnels"
        );
        let breakdown = Some(Breakdown::Segments { segments: vec![segment] });
        let query = Some(Query::Funnel(FunnelQuery { breakdown, ..FunnelQuery::default() }));
        assert_eq!(
            Address { panel: Panel::Funnels, query, beside: None, filter: Filter::Nobody }.to_hash(),
            "#funnels"
        );
        let harmless = Filter::By(named("\"kind\":\"list\"", "x"));
        assert!(
            Address { panel: Panel::Funnels, query: None, beside: None, filter: harmless }
                .to_hash()
                .contains("&filter=")
        );
    }

    #[test]
    fn an_address_that_was_cut_or_belongs_to_nothing_does_no_harm() {
        assert_eq!("#content".parse::<Address>(), Err(()));
        assert_eq!("".parse::<Address>(), Err(()));
        let cut = "#funnels=%7B%22kind&filter=%7B%22na".parse();
        assert_eq!(
            cut,
            Ok(Address { panel: Panel::Funnels, query: None, beside: None, filter: Filter::Kept })
        );
    }
}
