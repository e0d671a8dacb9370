//! What an operator sets for one robot, and what can be known wrong in it.
//!
//! Owns a robot's part of a unit. Refuses a signature in the URL, which each post makes anew,
//! and more posts than the vendor takes.

use std::path::{Path, PathBuf};

use reqwest::Url;

use super::people::Person;
use crate::channels::http::{Clients, Site};
use crate::channels::secret::{Secret, SecretSource};
use crate::domain::delivery::robot::Vendor;
use crate::domain::fault::Fault;

/// Longest keyword, in characters; DingTalk takes ten keywords and says nothing of their
/// length, and a longer one is a mistake.
const MAX_KEYWORD_CHARS: usize = 50;

/// The robot of one of a unit's groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Robot {
    /// The unit's full name.
    pub unit: String,
    /// File and line.
    pub written: String,
    /// Whose robot it is.
    pub vendor: Vendor,
    /// Where to post; whoever has it may post to the group.
    pub url: Secret,
    /// With what each post is signed, where the vendor signs and the group asks for it.
    pub secret: Option<SecretSource>,
    /// A word that the group's robot asks for in every text.
    pub keyword: Option<String>,
    /// The only authorities to trust, as a PEM file; default the system's.
    pub ca_file: Option<PathBuf>,
    /// Our own certificate, as a PEM file, for a gateway that asks for one.
    pub client_cert: Option<PathBuf>,
    /// The key of `client_cert`, as a PEM file.
    pub client_key: Option<PathBuf>,
    /// Messages a minute, where they shall be fewer than the vendor takes.
    pub per_minute: Option<u32>,
    /// The unit's people, as the vendor knows them.
    pub people: Vec<Person>,
}

/// What of a robot is used for each post.
pub(super) struct Ready {
    pub(super) vendor: Vendor,
    pub(super) url: Url,
    pub(super) secret: Option<Secret>,
    pub(super) keyword: Option<String>,
    pub(super) people: Vec<Person>,
}

impl Robot {
    /// How many messages a minute it is sent at most.
    #[must_use]
    pub fn messages_per_minute(&self) -> u32 {
        let own = self.per_minute.and_then(|own| self.vendor.rate_of(own));
        own.unwrap_or(self.vendor.rate()).per_minute
    }

    /// How many of the unit's people it can call.
    #[must_use]
    pub fn known_people(&self) -> usize {
        let known = self.people.iter().filter(|person| person.handle.is_some());
        known.count()
    }

    /// What it has in common with whatever else is posted to.
    pub(super) fn site(&self) -> Site<'_> {
        Site {
            vendor: Some(self.vendor),
            unit: &self.unit,
            written: &self.written,
            url: self.url.expose(),
            ca_file: self.ca_file.as_deref(),
            client_cert: self.client_cert.as_deref(),
            client_key: self.client_key.as_deref(),
        }
    }

    /// The robot as it is used, and what is unwise about it.
    pub(super) fn read(
        &self,
        clients: &Clients<'_>,
        credentials: Option<&Path>,
        warnings: &mut Vec<Fault>,
    ) -> Result<Ready, Vec<Fault>> {
        let site = self.site();
        let instead = "the URL as the vendor shows it, whose path or query is the secret";
        let url = site.checked_url(clients.settings, clients.egress, instead, warnings);
        let mut faults: Vec<Fault> = self.keyword_fault().into_iter().collect();
        faults.extend(self.rate_fault());
        let secret = self.secret.as_ref().map(|source| source.read(credentials));
        let secret = match secret.transpose() {
            Ok(opened) => opened.map(|opened| {
                warnings.extend(opened.warning);
                opened.secret
            }),
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let url = url.and_then(|url| self.unsigned(url));
        let url = url.map_err(|fault| faults.push(fault));
        if let Ok(Some(identity)) = site.identity() {
            warnings.extend(identity.doubt());
        }
        warnings.extend(self.unguarded());
        match (url, faults.is_empty()) {
            (Ok(url), true) => Ok(Ready {
                vendor: self.vendor,
                url,
                secret,
                keyword: self.keyword.clone(),
                people: self.people.clone(),
            }),
            _ => Err(faults),
        }
    }

    /// A URL that was copied with its signature would carry two.
    fn unsigned(&self, url: Url) -> Result<Url, Fault> {
        let is_ours = |name: &str| name == "timestamp" || name == "sign";
        if url.query_pairs().any(|(name, _)| is_ours(&name)) {
            let expected = "the URL without `timestamp` and `sign`: `secret` signs each post anew";
            return Err(self.site().fault("url", "a signature in the URL", expected));
        }
        Ok(url)
    }

    fn keyword_fault(&self) -> Option<Fault> {
        let word = self.keyword.as_ref()?;
        let is_unfit = |c: char| c.is_control() || matches!(c, '<' | '>' | '@');
        let is_sound = !word.trim().is_empty()
            && word.chars().count() <= MAX_KEYWORD_CHARS
            && !word.chars().any(is_unfit);
        let found = format!("`{}`", word.escape_debug());
        let expected = "one of the group's keywords, on one line and without < > @";
        (!is_sound).then(|| self.site().fault("keyword", found, expected))
    }

    fn rate_fault(&self) -> Option<Fault> {
        let own = self.per_minute?;
        let most = self.vendor.rate().per_minute;
        let expected = format!("1 to {most}: more posts than these make, the vendor locks out");
        let is_sound = self.vendor.rate_of(own).is_some();
        (!is_sound).then(|| self.site().fault("per_minute", own.to_string(), expected))
    }

    /// WeCom has no guard but its URL; the others ask for one at least, which may be a list of
    /// addresses that is not seen from here.
    fn unguarded(&self) -> Option<Fault> {
        let may_be_guarded = match self.vendor {
            Vendor::Wecom => false,
            Vendor::Dingtalk | Vendor::Feishu => true,
        };
        let expected = "one of them: unless the robot lets in our address only, whoever has the \
                        URL may post to the group";
        let fault = || {
            self.site()
                .fault("secret", "neither `secret` nor `keyword`", expected)
        };
        (may_be_guarded && self.secret.is_none() && self.keyword.is_none()).then(fault)
    }
}
