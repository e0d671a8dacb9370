//! Who is who: units, their people, and which unit fills which role.
//!
//! Owns finding a unit by any of its names and saying why it cannot be found.
//! Refuses addresses' secrets: an endpoint is known here by its unit's name only.

use std::collections::BTreeMap;

use super::decision::Decision;
use super::notice::Channel;
use super::pack::{Audience, Role};

/// A unit of the city, as the directory knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unit {
    /// Full name.
    pub name: String,
    /// Other names catalogues use for it.
    pub aliases: Vec<String>,
    /// Its people.
    pub contacts: Vec<Contact>,
    /// What it has besides mail: a system's endpoint, the robots of its groups.
    pub endpoints: Vec<Channel>,
}

/// A person of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// What the person is to the unit.
    pub audience: Audience,
    /// Name, for the greeting.
    pub name: String,
    /// E-mail address.
    pub email: String,
}

impl Unit {
    /// The unit's people of that audience.
    pub fn people(&self, audience: Audience) -> impl Iterator<Item = &Contact> {
        let matches = move |contact: &&Contact| contact.audience == audience;
        self.contacts.iter().filter(matches)
    }
}

/// Every unit, and the units that fill roles of their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    units: Vec<Unit>,
    by_name: BTreeMap<String, usize>,
    roles: BTreeMap<Role, String>,
    centre: Unit,
}

/// Why a role leads to no unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// The catalogue does not say which unit.
    NotNamed(Role),
    /// The catalogue or the directory names a unit that the directory does not have.
    Unknown(String),
}

impl Directory {
    /// A directory of `units`, with `centre` as the supervision centre and `roles`
    /// naming the units of those roles no catalogue names.
    #[must_use]
    pub fn new(centre: Unit, units: Vec<Unit>, roles: BTreeMap<Role, String>) -> Self {
        let mut by_name = BTreeMap::new();
        for (index, unit) in units.iter().enumerate() {
            for name in std::iter::once(&unit.name).chain(&unit.aliases) {
                by_name.entry(name.trim().to_owned()).or_insert(index);
            }
        }
        Self {
            units,
            by_name,
            roles,
            centre,
        }
    }

    /// The supervision centre (市督查指挥中心).
    #[must_use]
    pub const fn centre(&self) -> &Unit {
        &self.centre
    }

    /// Every unit but the centre.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// Every name and alias by which a unit is found.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let units = self.units.iter().chain([&self.centre]);
        let names = units.flat_map(|unit| std::iter::once(&unit.name).chain(&unit.aliases));
        names.map(String::as_str)
    }

    /// The unit of that name or alias.
    #[must_use]
    pub fn unit(&self, name: &str) -> Option<&Unit> {
        let name = name.trim();
        if name == self.centre.name || self.centre.aliases.iter().any(|alias| alias == name) {
            return Some(&self.centre);
        }
        self.by_name
            .get(name)
            .and_then(|index| self.units.get(*index))
    }

    /// The units that fill `role` for `decision`, or why there is none.
    #[must_use]
    pub fn filling(&self, role: Role, decision: &Decision) -> Vec<Result<&Unit, NotFound>> {
        let named: Vec<&str> = match role {
            Role::Centre => return vec![Ok(&self.centre)],
            Role::Drafting => decision.drafting_unit.iter().map(String::as_str).collect(),
            Role::Executing => decision.executing_unit.iter().map(String::as_str).collect(),
            Role::Cooperating => decision
                .cooperating_units
                .iter()
                .map(String::as_str)
                .collect(),
            Role::Office | Role::Legal | Role::Authority | Role::Archives => self
                .roles
                .get(&role)
                .map(String::as_str)
                .into_iter()
                .collect(),
        };
        if named.is_empty() && role != Role::Cooperating {
            return vec![Err(NotFound::NotNamed(role))];
        }
        let found = |name: &str| {
            self.unit(name)
                .ok_or_else(|| NotFound::Unknown(name.to_owned()))
        };
        named.into_iter().map(found).collect()
    }
}
