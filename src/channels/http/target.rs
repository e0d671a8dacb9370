//! Where a request goes.
//!
//! Owns keeping the URL, and what else must not be told, out of what its own server says.
//! Refuses to be shown.

use reqwest::Url;

use crate::channels::plain;

/// Parts of a URL that are shorter stand in every other sentence, and are no token.
const SHORTEST_TOKEN: usize = 4;

/// Where to post.
pub(in crate::channels) struct Target {
    pub(in crate::channels) url: Url,
}

impl Target {
    /// A peer's words without its addresses and URLs, and without any part of this URL:
    /// servers like to repeat what they were asked for.
    pub(super) fn hide(&self, words: &str) -> String {
        let mut words = plain::peer_words(words);
        for token in self.tokens() {
            if token.len() >= SHORTEST_TOKEN {
                words = words.replace(&token, "…");
            }
        }
        words
    }

    /// Host, steps of the path, and names and values of the query, the longest first.
    fn tokens(&self) -> Vec<String> {
        let host = self.url.host_str().into_iter().map(str::to_owned);
        let path = self.url.path().split('/').map(str::to_owned);
        let query = self.url.query().unwrap_or_default();
        let written = query.split(['&', '=']).map(str::to_owned);
        let pairs = self.url.query_pairs();
        let meant = pairs.map(|(_, value)| value.into_owned());
        let mut tokens: Vec<String> = host.chain(path).chain(written).chain(meant).collect();
        tokens.sort_by_key(|token| std::cmp::Reverse(token.len()));
        tokens
    }
}
