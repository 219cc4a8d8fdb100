//! A segment's rule as a tree of signals: each field has its own, so that editing one leaves the others alone.

use cairn_engine::rule::{Condition, Did, EventRule, PropertyTest, Segment, Times, Within};
use leptos::prelude::*;

/// A part of the rule.
#[derive(Clone, Copy, PartialEq)]
pub struct Node {
    /// Tells it from its siblings.
    pub id: u32,
    /// Whether it must not hold.
    pub is_not: RwSignal<bool>,
    /// What must hold.
    pub body: Body,
}

/// What a part asks.
#[derive(Clone, Copy, PartialEq)]
pub enum Body {
    /// A property of the user.
    Property(RwSignal<PropertyTest>),
    /// How often the user did something.
    Did(DidFields),
    /// Several parts.
    Group(GroupFields),
    /// A rule that the form cannot show, such as a cluster; kept as it came.
    Kept(StoredValue<Segment>),
}

/// "Did E at least n times in a window."
#[derive(Clone, Copy, PartialEq)]
pub struct DidFields {
    /// The event; none = any.
    pub event: RwSignal<Option<String>>,
    /// Conditions on the event.
    pub conditions: RwSignal<Vec<Condition>>,
    /// How the count is compared.
    pub times: RwSignal<Times>,
    /// The count.
    pub n: RwSignal<u64>,
    /// When.
    pub within: RwSignal<Within>,
}

/// Parts joined by "and" or "or".
#[derive(Clone, Copy, PartialEq)]
pub struct GroupFields {
    /// How they are joined.
    pub joint: RwSignal<Joint>,
    /// The parts.
    pub parts: RwSignal<Vec<Node>>,
}

/// How parts are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// All must hold.
    And,
    /// At least one must hold.
    Or,
}

impl GroupFields {
    /// The fields of a segment, which becomes a group if it is none.
    pub fn new(segment: &Segment) -> Self {
        let (joint, parts) = match segment {
            Segment::AllOf { of } => (Joint::And, of.as_slice()),
            Segment::AnyOf { of } => (Joint::Or, of.as_slice()),
            other => (Joint::And, std::slice::from_ref(other)),
        };
        let nodes = (0_u32..).zip(parts).map(|(id, part)| Node::new(id, part)).collect();
        Self { joint: RwSignal::new(joint), parts: RwSignal::new(nodes) }
    }

    /// The segment that the fields say, tracked.
    pub fn segment(self) -> Segment {
        let of = self.parts.get().into_iter().map(Node::segment).collect();
        match self.joint.get() {
            Joint::And => Segment::AllOf { of },
            Joint::Or => Segment::AnyOf { of },
        }
    }

    /// Adds a part.
    pub fn push(self, part: &Segment) {
        self.parts.update(|parts| {
            let id = parts.iter().map(|node| node.id + 1).max().unwrap_or(0);
            parts.push(Node::new(id, part));
        });
    }

    /// Takes a part away.
    pub fn remove(self, id: u32) {
        self.parts.update(|parts| parts.retain(|node| node.id != id));
    }
}

impl Node {
    fn new(id: u32, segment: &Segment) -> Self {
        let (is_not, inner) = match segment {
            Segment::Not { of } => (true, of.as_ref()),
            other => (false, other),
        };
        let body = match inner {
            Segment::Property(test) => Body::Property(RwSignal::new(test.clone())),
            Segment::Did(did) if can_show(did) => Body::Did(DidFields::new(did)),
            Segment::AllOf { .. } | Segment::AnyOf { .. } => Body::Group(GroupFields::new(inner)),
            other => Body::Kept(StoredValue::new(other.clone())),
        };
        Self { id, is_not: RwSignal::new(is_not), body }
    }

    fn segment(self) -> Segment {
        let inner = match self.body {
            Body::Property(test) => Segment::Property(test.get()),
            Body::Did(fields) => Segment::Did(fields.did()),
            Body::Group(group) => group.segment(),
            Body::Kept(segment) => segment.get_value(),
        };
        if self.is_not.get() { Segment::Not { of: Box::new(inner) } } else { inner }
    }
}

impl DidFields {
    fn new(did: &Did) -> Self {
        Self {
            event: RwSignal::new(did.rule.event.clone()),
            conditions: RwSignal::new(did.rule.conditions.clone()),
            times: RwSignal::new(did.times),
            n: RwSignal::new(did.n),
            within: RwSignal::new(did.within),
        }
    }

    fn did(self) -> Did {
        let rule =
            EventRule { event: self.event.get(), conditions: self.conditions.get(), ..EventRule::default() };
        Did { rule, times: self.times.get(), n: self.n.get(), within: self.within.get() }
    }
}

fn can_show(did: &Did) -> bool {
    did.rule.any_of.is_empty()
}
