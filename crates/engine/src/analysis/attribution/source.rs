//! Where a visitor came from, by the address of the page and by the one before: a campaign's parameters, a click's id, a
//! search engine, a network, another host.

use std::collections::BTreeMap;

use super::query::SourcePart;
use crate::table::{MISSING, TextColumn};

/// The channels of pages: which entry of either column says what.
#[derive(Debug)]
pub(super) struct Sources<'t> {
    url: Option<Pages<'t>>,
    referrer: Option<Pages<'t>>,
    direct: u32,
    /// In the order of their bytes, each once.
    names: Vec<String>,
}

/// What each entry of a column of addresses says.
#[derive(Debug)]
struct Pages<'t> {
    text: &'t TextColumn,
    /// By code, the channel; [`NONE`] where the address tells none.
    channels: Vec<u32>,
    /// By code, the number of the host; [`NONE`] where there is none.
    hosts: Vec<u32>,
}

const NONE: u32 = u32::MAX;

/// What one address says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Origin {
    source: Option<String>,
    medium: Option<String>,
    campaign: Option<String>,
}

impl<'t> Sources<'t> {
    /// Reads all addresses. O(entries of the columns).
    pub(super) fn new(url: Option<&'t TextColumn>, referrer: Option<&'t TextColumn>, by: SourcePart) -> Self {
        let direct =
            Origin { source: Some("direct".to_owned()), medium: Some("none".to_owned()), campaign: None };
        let mut names: BTreeMap<String, u32> = direct.name(by).into_iter().map(|name| (name, 0)).collect();
        let mut found =
            |text: Option<&'t TextColumn>, origin: fn(&str) -> Option<Origin>| -> Vec<Option<String>> {
                let entries = text.into_iter().flat_map(|text| text.dictionary.iter());
                let named: Vec<Option<String>> =
                    std::iter::once(None).chain(entries.map(|entry| origin(entry)?.name(by))).collect();
                names.extend(named.iter().flatten().map(|name| (name.clone(), 0)));
                named
            };
        let (of_url, of_referrer) = (found(url, campaign), found(referrer, referred));
        let ordered: Vec<String> = names.into_keys().collect();
        let code = |name: &Option<String>| {
            let found = name.as_ref().and_then(|name| ordered.binary_search(name).ok());
            found.map_or(NONE, |code| code as u32)
        };
        let mut hosts: BTreeMap<&'t str, u32> = BTreeMap::new();
        let mut pages = |text: Option<&'t TextColumn>, named: Vec<Option<String>>| {
            let text = text?;
            let mut host = |entry: &'t str| {
                let next = hosts.len() as u32;
                host_of(entry).map_or(NONE, |host| *hosts.entry(host).or_insert(next))
            };
            let hosts = std::iter::once(NONE).chain(text.dictionary.iter().map(&mut host)).collect();
            Some(Pages { text, channels: named.iter().map(code).collect(), hosts })
        };
        let (url, referrer) = (pages(url, of_url), pages(referrer, of_referrer));
        Self { url, referrer, direct: code(&direct.name(by)), names: ordered }
    }

    /// The channel of a row; none if the page was reached from its own host, or the row has no page.
    pub(super) fn of(&self, row: usize) -> Option<u32> {
        let code = |pages: &Option<Pages<'_>>| pages.as_ref().map(|pages| pages.text.codes.get(row) as usize);
        let (url, referrer) = (code(&self.url), code(&self.referrer));
        let is_missing = |code: Option<usize>| code.is_none_or(|code| code == MISSING as usize);
        if is_missing(url) && is_missing(referrer) {
            return None;
        }
        let (named, own_host) = Pages::at(&self.url, url);
        let (referred, host) = Pages::at(&self.referrer, referrer);
        let found = match named {
            NONE if host == NONE => self.direct,
            NONE if host == own_host => NONE,
            NONE => referred,
            named => named,
        };
        (found != NONE).then_some(found)
    }

    /// A channel's name.
    pub(super) fn name(&self, code: u32) -> &str {
        &self.names[code as usize]
    }
}

impl Pages<'_> {
    /// The channel and the host of an entry; [`NONE`] twice if there is no such column.
    fn at(pages: &Option<Self>, code: Option<usize>) -> (u32, u32) {
        pages
            .as_ref()
            .zip(code)
            .map_or((NONE, NONE), |(pages, code)| (pages.channels[code], pages.hosts[code]))
    }
}

impl Origin {
    fn name(&self, by: SourcePart) -> Option<String> {
        match by {
            SourcePart::Source => self.source.clone(),
            SourcePart::Medium => self.medium.clone(),
            SourcePart::Campaign => self.campaign.clone(),
            SourcePart::SourceMedium => {
                let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "(not set)".to_owned());
                Some(format!("{} / {}", part(&self.source), part(&self.medium)))
            }
        }
    }
}

/// Ids that advertisements put into the address of a click, with what they say.
const CLICK_IDS: [(&str, &str, &str); 7] = [
    ("gclid", "google", "cpc"),
    ("gbraid", "google", "cpc"),
    ("wbraid", "google", "cpc"),
    ("msclkid", "bing", "cpc"),
    ("fbclid", "facebook", "social"),
    ("ttclid", "tiktok", "social"),
    ("li_fat_id", "linkedin", "social"),
];

/// Hosts that are search engines or networks: a part of the host's name, what it is called, and what it is.
const KNOWN_HOSTS: [(&str, &str, &str); 27] = [
    ("google", "google", "organic"),
    ("bing", "bing", "organic"),
    ("yahoo", "yahoo", "organic"),
    ("duckduckgo", "duckduckgo", "organic"),
    ("baidu", "baidu", "organic"),
    ("yandex", "yandex", "organic"),
    ("ecosia", "ecosia", "organic"),
    ("qwant", "qwant", "organic"),
    ("startpage", "startpage", "organic"),
    ("seznam", "seznam", "organic"),
    ("naver", "naver", "organic"),
    ("facebook", "facebook", "social"),
    ("instagram", "instagram", "social"),
    ("linkedin", "linkedin", "social"),
    ("lnkd", "linkedin", "social"),
    ("twitter", "twitter", "social"),
    ("t.co", "twitter", "social"),
    ("x.com", "twitter", "social"),
    ("youtube", "youtube", "social"),
    ("reddit", "reddit", "social"),
    ("pinterest", "pinterest", "social"),
    ("tiktok", "tiktok", "social"),
    ("mastodon", "mastodon", "social"),
    ("bsky", "bluesky", "social"),
    ("quora", "quora", "social"),
    ("xing", "xing", "social"),
    ("vk.com", "vk", "social"),
];

/// What the address of a page says about where its visitor came from; none if nothing.
fn campaign(url: &str) -> Option<Origin> {
    let query = url.split_once('?')?.1.split('#').next()?;
    let mut origin = Origin::default();
    let mut click = None;
    for (name, value) in query.split('&').filter_map(|part| part.split_once('=')) {
        if value.is_empty() {
            continue;
        }
        match name {
            "utm_source" => origin.source = Some(decoded(value).to_lowercase()),
            "utm_medium" => origin.medium = Some(decoded(value).to_lowercase()),
            "utm_campaign" => origin.campaign = Some(decoded(value)),
            _ => click = click.or_else(|| CLICK_IDS.iter().find(|(id, ..)| *id == name)),
        }
    }
    if let Some((_, source, medium)) = click {
        let says_nothing = origin.source.is_none();
        origin.source.get_or_insert_with(|| (*source).to_owned());
        if says_nothing {
            origin.medium.get_or_insert_with(|| (*medium).to_owned());
        }
    }
    (origin != Origin::default()).then_some(origin)
}

/// What the address of the page before says.
fn referred(referrer: &str) -> Option<Origin> {
    let host = host_of(referrer)?.to_lowercase();
    let is_it = |part: &str| {
        // A name with a dot is the whole host or its end, one without is one of its labels.
        if part.contains('.') {
            host == part || host.strip_suffix(part).is_some_and(|rest| rest.ends_with('.'))
        } else {
            host.split('.').any(|label| label == part)
        }
    };
    let known = KNOWN_HOSTS.iter().find(|(part, ..)| is_it(part));
    let (source, medium) = known.map_or((host.as_str(), "referral"), |&(_, source, medium)| (source, medium));
    Some(Origin { source: Some(source.to_owned()), medium: Some(medium.to_owned()), campaign: None })
}

/// The host of an address, without `www.` and without its port; none if there is none.
fn host_of(address: &str) -> Option<&str> {
    let rest = address.trim();
    let rest = rest.split_once("://").map_or(rest, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty() && host.contains('.') || host == "localhost").then_some(host)
}

/// A parameter's value without its escapes; those that are none stay as they are.
fn decoded(value: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
    let bytes = value.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let escaped = digit(bytes.get(at + 1)).zip(digit(bytes.get(at + 2))).filter(|_| byte == b'%');
        out.push(match (escaped, byte) {
            (Some((high, low)), _) => (high * 16 + low) as u8,
            (None, b'+') => b' ',
            (None, byte) => byte,
        });
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(source: &str, medium: &str) -> Origin {
        let part = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        Origin { source: part(source), medium: part(medium), campaign: None }
    }

    #[test]
    fn a_campaign_is_read_from_the_address() {
        let all = "https://a.b/c?x=1&utm_source=News%20Letter&utm_medium=E-Mail&utm_campaign=Spring+26#utm_source=no";
        let expected = Origin { campaign: Some("Spring 26".to_owned()), ..origin("news letter", "e-mail") };
        assert_eq!(campaign(all), Some(expected));
        assert_eq!(campaign("/c?gclid=x"), Some(origin("google", "cpc")));
        assert_eq!(campaign("/c?fbclid=x&utm_source=insta"), Some(origin("insta", "")));
        assert_eq!(campaign("/c?utm_source=&q=utm_source"), None);
        assert_eq!((campaign("/c"), decoded("%4"), decoded("%zz%C3%A9")), (None, "%4".into(), "%zzé".into()));
    }

    #[test]
    fn a_referrer_is_a_search_engine_a_network_or_a_host() {
        assert_eq!(referred("https://www.google.co.uk/search?q=a"), Some(origin("google", "organic")));
        assert_eq!(referred("https://t.co/abc"), Some(origin("twitter", "social")));
        assert_eq!(referred("https://old.reddit.com/r/a"), Some(origin("reddit", "social")));
        assert_eq!(referred("http://at.com:80/x"), Some(origin("at.com", "referral")));
        assert_eq!(referred("https://googleplex.dev/"), Some(origin("googleplex.dev", "referral")));
        assert_eq!((referred(""), referred("about:blank"), referred("/page")), (None, None, None));
    }
}
