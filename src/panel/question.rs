//! A question: a query as the person left it, the state of its answer, and all that panels make of both.

mod fields;
mod kind;
mod picks;

use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::*;

pub use fields::Part;
pub(super) use fields::part;
pub use kind::Kind;
pub use picks::{Picked, Picks};

use super::shared::field_error;
use super::{Panel, Place};
use crate::session::{Answered, Asked, Session};
use crate::text::text;
use crate::view::Label;

/// A handle to one question of a panel, passed around by copy.
pub struct Question<Q: Kind> {
    session: Session,
    /// Whose draft the query is; none for a query that other fields make up.
    place: Option<Place>,
    draft: Memo<Option<Q>>,
    asked: RwSignal<Asked>,
    found: Memo<Option<Found<Q>>>,
}

/// Whom a question is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Filtered,
    Everyone,
}

// Deriving would ask the query to be `Copy`.
impl<Q: Kind> Clone for Question<Q> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q: Kind> Copy for Question<Q> {}

impl<Q: Kind> Question<Q> {
    /// A panel's question, which begins with `first`.
    pub fn of(panel: Panel, first: fn() -> Q) -> Self {
        let session = expect_context::<Session>();
        let place = Place::Main(panel);
        let draft = Memo::new(move |_| Some(session.draft(place).unwrap_or_else(first)));
        Self::asking(session, Some(place), draft, draft, Reach::Filtered)
    }

    /// The further question of a panel, which begins with `first`. `complete` adds what other fields say, or says that there
    /// is nothing to ask.
    pub fn beside(
        panel: Panel,
        first: fn() -> Q,
        complete: impl Fn(Q) -> Option<Q> + Send + Sync + 'static,
    ) -> Self {
        let session = expect_context::<Session>();
        let place = Place::Beside(panel);
        let draft = Memo::new(move |_| Some(session.draft(place).unwrap_or_else(first)));
        let query = Memo::new(move |_| complete(draft.get()?));
        Self::asking(session, Some(place), draft, query, Reach::Filtered)
    }

    /// A panel's question, which is not asked before somebody has [proposed](Self::propose) it.
    pub fn proposed(panel: Panel) -> Self {
        let session = expect_context::<Session>();
        let place = Place::Main(panel);
        let draft = Memo::new(move |_| session.draft(place));
        Self::asking(session, Some(place), draft, draft, Reach::Filtered)
    }

    /// A question that other fields make up; none asks nothing and keeps the last answer.
    pub fn about(query: impl Fn() -> Option<Q> + Send + Sync + 'static) -> Self {
        let query = Memo::new(move |_| query());
        Self::asking(expect_context::<Session>(), None, query, query, Reach::Filtered)
    }

    /// The same, asked of all users and rows whatever the session's filter.
    pub fn about_everyone(query: impl Fn() -> Option<Q> + Send + Sync + 'static) -> Self {
        let query = Memo::new(move |_| query());
        Self::asking(expect_context::<Session>(), None, query, query, Reach::Everyone)
    }

    fn asking(
        session: Session,
        place: Option<Place>,
        draft: Memo<Option<Q>>,
        query: Memo<Option<Q>>,
        reach: Reach,
    ) -> Self {
        let asked = session.ask(Memo::new(move |_| {
            let query = query.get()?;
            Some(match reach {
                Reach::Filtered => query.within(session.scope()),
                Reach::Everyone => query.into_query(),
            })
        }));
        let found = Memo::new(move |_| asked.read().answer.clone().and_then(Found::new));
        Self { session, place, draft, asked, found }
    }

    /// The state of the answer.
    pub fn asked(self) -> RwSignal<Asked> {
        self.asked
    }

    /// Whether a newer answer is on its way.
    pub fn stale(self) -> Signal<bool> {
        Signal::derive(move || self.asked.read().running.is_some())
    }

    /// The last good answer, with the query that it belongs to.
    pub fn found(self) -> Memo<Option<Found<Q>>> {
        self.found
    }

    /// What `make` makes of the last good answer; nothing before there is one.
    pub fn shown<T: Default + Send + Sync + 'static>(
        self,
        make: impl Fn(&Q, &Q::Answer) -> T + Send + Sync + 'static,
    ) -> Signal<T> {
        Signal::derive(move || {
            self.found.with(|found| found.as_ref().and_then(|found| found.with(&make)).unwrap_or_default())
        })
    }

    /// What `pick` takes out of the query; out of an empty one before it has been proposed.
    pub fn value<T: Send + Sync + 'static>(
        self,
        pick: impl Fn(&Q) -> T + Send + Sync + 'static,
    ) -> Signal<T> {
        Signal::derive(move || {
            self.draft.with(|draft| draft.as_ref().map_or_else(|| pick(&Q::default()), &pick))
        })
    }

    /// Whether there is a query.
    pub fn is_posed(self) -> bool {
        self.draft.with(Option::is_some)
    }

    /// Poses a query where the person has none yet.
    pub fn propose(self, query: Q) {
        if self.draft.with_untracked(Option::is_none) {
            self.pose(query);
        }
    }

    /// Changes the panel's query, which is asked at once.
    pub fn change(self, change: impl FnOnce(&mut Q)) {
        if let Some(mut query) = self.draft.get_untracked() {
            change(&mut query);
            self.pose(query);
        }
    }

    fn pose(self, query: Q) {
        if let Some(place) = self.place {
            self.session.set_draft(place, query.into_query());
        }
    }

    /// What is wrong with a field of the query.
    pub fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || field_error(&self.asked.read(), field))
    }

    /// The label of a field inside a sentence, with what is wrong with it.
    pub fn label(self, key: &str, field: &'static str) -> Label {
        Label::unseen(text(key)).with_error(self.error(field))
    }
}

impl Session {
    /// The query of a place, if it has one of this kind.
    pub(super) fn draft<Q: Kind>(self, place: Place) -> Option<Q> {
        self.drafts.with(|drafts| drafts.get(&place).and_then(Q::of).cloned())
    }
}

/// An answer of one kind with its query, shared.
pub struct Found<Q> {
    answered: Arc<Answered>,
    kind: PhantomData<fn() -> Q>,
}

impl<Q> Clone for Found<Q> {
    fn clone(&self) -> Self {
        Self { answered: Arc::clone(&self.answered), kind: PhantomData }
    }
}

impl<Q> PartialEq for Found<Q> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.answered, &other.answered)
    }
}

impl<Q: Kind> Found<Q> {
    /// None if it is of another kind.
    fn new(answered: Arc<Answered>) -> Option<Self> {
        let found = Self { answered, kind: PhantomData };
        found.with(|_, _| ()).map(|()| found)
    }

    /// What `make` makes of the query and its answer.
    pub fn with<T>(&self, make: impl FnOnce(&Q, &Q::Answer) -> T) -> Option<T> {
        Some(make(Q::of(&self.answered.query)?, Q::answer(&self.answered.answer)?))
    }
}
