//! The address: `#funnels=QUERY` holds the panel and its query as JSON, never data. A link to a colleague with the same
//! file opens the same view; back and forward work.

use std::str::FromStr;

use cairn_engine::Query;
use gloo::events::EventListener;
use gloo::utils::window;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::Session;
use crate::panel::Panel;

/// What an address says.
struct Address {
    panel: Panel,
    query: Option<Query>,
}

impl Session {
    /// Follows the address, and writes into it what the person changes.
    pub fn follow_address(self) {
        self.read_address();
        EventListener::new(&window(), "hashchange", move |_| self.read_address()).forget();
    }

    /// Keeps the address in step with the panel on screen and its query.
    pub fn write_address(self) {
        Effect::new(move || {
            let panel = self.panel.get();
            let query = self.drafts.with(|drafts| drafts.get(&panel).cloned());
            let hash = Address { panel, query }.to_hash();
            if window().location().hash().is_ok_and(|now| now != hash)
                && let Ok(history) = window().history()
            {
                // A browser that refuses, as some do after very many changes, only keeps an older address.
                let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&hash));
            }
        });
    }

    fn read_address(self) {
        let Ok(address) = window().location().hash().unwrap_or_default().parse::<Address>() else { return };
        if let Some(query) = address.query {
            self.set_draft(address.panel, query);
        }
        self.panel.set(address.panel);
    }
}

impl Address {
    fn to_hash(&self) -> String {
        let query = self.query.as_ref().filter(|query| !names_users(query));
        let json = query.and_then(|query| serde_json::to_string(query).ok());
        match json {
            Some(json) => {
                format!("#{}={}", self.panel.name(), String::from(js_sys::encode_uri_component(&json)))
            }
            None => self.panel.address(),
        }
    }
}

impl FromStr for Address {
    type Err = ();

    fn from_str(hash: &str) -> Result<Self, ()> {
        let hash = hash.trim_start_matches('#');
        let (name, query) = hash.split_once('=').map_or((hash, None), |(name, query)| (name, Some(query)));
        let panel = Panel::ALL.into_iter().find(|panel| panel.name() == name).ok_or(())?;
        let json = query.and_then(|query| js_sys::decode_uri_component(query).ok());
        let query = json.and_then(|json| serde_json::from_str(&String::from(json)).ok());
        Ok(Self { panel, query })
    }
}

/// Whether a query lists users: ids are data, and data never enter the address.
fn names_users(query: &Query) -> bool {
    serde_json::to_string(query).is_ok_and(|json| json.contains(r#""kind":"list""#))
}
