//! Where a request goes.
//!
//! Owns keeping the URL, and what else must not be told, out of what its own server says.
//! Refuses to be shown.

use reqwest::Url;

use crate::channels::plain;

/// Parts of a URL that are shorter stand in every other sentence, and are no token.
const SHORTEST_TOKEN: usize = 4;

/// Parts of every robot's URL: no secret, and words its server needs to say what is wrong.
const PUBLIC_PARTS: [&str; 10] = [
    "cgi-bin",
    "webhook",
    "send",
    "robot",
    "open-apis",
    "hook",
    "access_token",
    "token",
    "timestamp",
    "sign",
];

/// Where to post.
pub(in crate::channels) struct Target {
    pub(in crate::channels) url: Url,
    /// What else it is told and must not repeat: whom to call, and by what.
    pub(in crate::channels) unsaid: Vec<String>,
}

impl Target {
    /// A peer's words without its addresses and URLs, and without any part of this URL:
    /// servers like to repeat what they were asked for.
    pub(super) fn hide(&self, words: &str) -> String {
        let mut words = words.to_owned();
        for token in self.tokens() {
            if token.len() >= SHORTEST_TOKEN && !PUBLIC_PARTS.contains(&token.as_str()) {
                words = words.replace(&token, "…");
            }
        }
        // Only now is it cut to length: half a token would not be known again.
        plain::peer_words(&words)
    }

    /// Host, steps of the path, and names and values of the query, the longest first.
    fn tokens(&self) -> Vec<String> {
        let host = self.url.host_str().into_iter().map(str::to_owned);
        let path = self.url.path().split('/').map(str::to_owned);
        let query = self.url.query().unwrap_or_default();
        let written = query.split(['&', '=']).map(str::to_owned);
        let pairs = self.url.query_pairs();
        let meant = pairs.map(|(_, value)| value.into_owned());
        let unsaid = self.unsaid.iter().cloned();
        let parts = host.chain(path).chain(written).chain(meant);
        let mut tokens: Vec<String> = parts.chain(unsaid).collect();
        tokens.sort_by_key(|token| std::cmp::Reverse(token.len()));
        tokens
    }
}
