//! The directory as it stands in its file, with the line of everything.
//!
//! Owns what people are shown of the file and what an edit is compared with. Refuses to hold a
//! signing secret or the URL of a robot, and to show by what a person is called.

use std::path::Path;

use crate::channels::secret::Secret;
use crate::domain::fault::Fault;
use crate::domain::notice::Channel;
use crate::domain::pack::{Audience, Role};

use super::Units;

/// Every unit of the file, the centre first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// The units that can be read.
    pub units: Vec<Entry>,
    /// The roles of their own, and the name that fills each.
    pub roles: Vec<(Role, String)>,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// File and line of its name.
    pub place: String,
    /// Full name.
    pub name: String,
    /// Its other names, each with its place.
    pub aliases: Vec<(String, String)>,
    /// Its people, in the order of the file.
    pub people: Vec<Person>,
    /// How it is reached besides mail; for a system of its own, the host.
    pub ways: Vec<(Channel, Option<String>)>,
    /// Whether it is the supervision centre.
    pub is_centre: bool,
}

/// Somebody of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// File and line of the name.
    pub place: String,
    /// What the person is to the unit.
    pub audience: Audience,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Mobile number, as it was typed.
    pub mobile: Option<Secret>,
    /// The id in WeCom.
    pub wecom: Option<Secret>,
    /// The id in DingTalk.
    pub dingtalk: Option<Secret>,
    /// The id in Feishu.
    pub feishu: Option<Secret>,
}

/// The keys of a person that a file may hold, as `units.toml` and tables of people have them.
pub const WAYS_OF_A_PERSON: [&str; 5] = ["email", "mobile", "wecom", "dingtalk", "feishu"];

impl Roster {
    /// What can be read of the file at `path`, and every fault in it.
    #[must_use]
    pub fn survey(path: &Path, text: &str) -> (Self, Vec<Fault>) {
        let (roster, read) = Units::read_with_roster(path, text);
        (roster, read.err().unwrap_or_default())
    }

    /// The same, with the first unit marked as the centre where that could be read.
    pub(super) fn with_centre(mut self, is_there: bool) -> Self {
        if let Some(first) = self.units.first_mut() {
            first.is_centre = is_there;
        }
        self
    }

    /// The unit of that name or alias.
    #[must_use]
    pub fn unit(&self, name: &str) -> Option<&Entry> {
        let name = name.trim();
        self.units
            .iter()
            .find(|unit| unit.names().any(|one| one == name))
    }

    /// Every name and alias.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.units.iter().flat_map(Entry::names)
    }

    /// The roles that a unit fills by itself, whatever the catalogue says.
    #[must_use]
    pub fn roles_of(&self, unit: &Entry) -> Vec<Role> {
        let fills = |name: &str| unit.names().any(|own| own == name.trim());
        let named = self.roles.iter().filter(|(_, name)| fills(name));
        let named = named.map(|(role, _)| *role);
        let centre = unit.is_centre.then_some(Role::Centre);
        centre.into_iter().chain(named).collect()
    }
}

impl Entry {
    /// Its name and its aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter().map(|(alias, _)| alias.as_str());
        std::iter::once(self.name.as_str()).chain(aliases)
    }

    /// Whether nothing can reach it.
    #[must_use]
    pub fn is_out_of_reach(&self) -> bool {
        self.ways.is_empty() && self.people.iter().all(|one| one.email.is_none())
    }
}

impl Person {
    /// What stands under a key of [`WAYS_OF_A_PERSON`]; for the one place that needs it.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        let secret = match key {
            "email" => return self.email.as_deref(),
            "mobile" => &self.mobile,
            "wecom" => &self.wecom,
            "dingtalk" => &self.dingtalk,
            "feishu" => &self.feishu,
            _ => return None,
        };
        secret.as_ref().map(Secret::expose)
    }
}

/// A mobile number as it may be shown: `138****0000`.
#[must_use]
pub fn masked(mobile: &str) -> String {
    let digits: Vec<char> = mobile.chars().filter(char::is_ascii_digit).collect();
    // The country's number in front is no secret, and would push the hidden part aside.
    let Some(before) = digits.len().checked_sub(11) else {
        return "****".to_owned();
    };
    let own = &digits[before..];
    let first: String = own.iter().take(3).collect();
    let last: String = own.iter().skip(own.len() - 4).collect();
    format!("{first}****{last}")
}

/// The host of a URL, which says whose system it is and nothing secret.
pub(super) fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty()).then(|| host.to_owned())
}

/// What makes an address odd although it is formally one, if anything does.
#[must_use]
pub fn oddity(address: &str) -> Option<&'static str> {
    let is_wide = |c: char| matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}' | '。' | '、');
    let is_unseen = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{a0}');
    if address.chars().any(is_wide) {
        Some("a full-width character")
    } else if address.chars().any(is_unseen) {
        Some("a character that nobody sees")
    } else if !address.is_ascii() {
        Some("a character that is not ASCII")
    } else if address.ends_with('.') || address.contains(".@") || address.contains("..") {
        Some("a dot too many")
    } else {
        let (_, host) = address.rsplit_once('@')?;
        (!host.contains('.')).then_some("a host without a dot")
    }
}
