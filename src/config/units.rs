//! `units.toml`: who is who, and how each is reached.
//!
//! Owns the shape of that file and its faults: every one is told, with its line. Refuses
//! to judge endpoints, which the channels do when they are built, and to look outside
//! of the file: whether a unit of the catalogue is missing here is
//! found where the catalogue is read.

pub mod edit;
mod people;
pub mod put;
pub mod roster;
pub mod table;
mod ways;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::channels::robot::Robot;
use crate::channels::webhook::Endpoint;
use crate::domain::delivery::robot::Vendor;
use crate::domain::directory::{Directory, Unit};
use crate::domain::fault::Fault;
use crate::domain::pack::Role;

use super::document::Document;
use people::ContactTable;
use roster::Entry;
pub use roster::Roster;
use ways::{WayTable, Ways};

/// The units with their people, and the endpoints and robots of those that have some.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Units {
    /// Units, people and roles.
    pub directory: Directory,
    /// Where units are posted to.
    pub endpoints: Vec<Endpoint>,
    /// The robots of their groups.
    pub robots: Vec<Robot>,
}

impl Units {
    /// Reads the text of the file at `path`.
    ///
    /// # Errors
    /// Every fault of the file.
    pub fn read(path: &Path, text: &str) -> Result<Self, Vec<Fault>> {
        Self::read_with_roster(path, text).1
    }

    /// Reads the text of the file at `path`; the roster has whatever can be read of it.
    fn read_with_roster(path: &Path, text: &str) -> (Roster, Result<Self, Vec<Fault>>) {
        let mut document = Document::read(path, text);
        let centre: Option<UnitTable> = document.section("centre");
        let roles: RolesTable = document.section("roles").unwrap_or_default();
        let units: Vec<UnitTable> = document.each("unit");
        let mut names = Names::default();
        for unit in centre.iter().chain(&units) {
            names.add(unit, &mut document);
            unit.refuse_faults(&mut document);
        }
        let roles = roles.named(&names, &mut document);
        let all = || centre.iter().chain(&units);
        let roster = Roster {
            units: all().map(|unit| unit.entry(&document)).collect(),
            roles: roles.clone().into_iter().collect(),
        };
        let roster = roster.with_centre(centre.is_some());
        let endpoints = all().flat_map(|unit| unit.endpoints(&document)).collect();
        let robots = all().flat_map(|unit| unit.robots(&document)).collect();
        if let Some(centre) = &centre
            && centre.contact.is_empty()
            && centre.ways().is_empty()
        {
            let place = document.place(Some(centre.name.span()));
            let expected = "a contact: it is told whatever nobody else can be told";
            document.refuse(place, "a centre that nobody can reach", expected);
        }
        let read = match (centre, document.finish()) {
            (Some(centre), faults) if faults.is_empty() => {
                let units = units.into_iter().map(UnitTable::unit).collect();
                Ok(Self {
                    directory: Directory::new(centre.unit(), units, roles),
                    endpoints,
                    robots,
                })
            }
            (_, faults) => Err(faults),
        };
        (roster, read)
    }
}

/// The roles that no catalogue names a unit for.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RolesTable {
    office: Option<Spanned<String>>,
    legal: Option<Spanned<String>>,
    authority: Option<Spanned<String>>,
    archives: Option<Spanned<String>>,
}

impl RolesTable {
    fn named(self, names: &Names, document: &mut Document<'_>) -> BTreeMap<Role, String> {
        let all = [
            (Role::Office, self.office),
            (Role::Legal, self.legal),
            (Role::Authority, self.authority),
            (Role::Archives, self.archives),
        ];
        let given = all
            .into_iter()
            .filter_map(|(role, name)| Some((role, name?)));
        let mut roles = BTreeMap::new();
        for (role, name) in given {
            if !names.0.contains(name.get_ref().trim()) {
                let place = document.place(Some(name.span()));
                let found = format!("roles.{} = \"{}\"", role.name(), name.get_ref());
                document.refuse(place, found, "the name or alias of a unit of this file");
            }
            roles.insert(role, name.into_inner());
        }
        roles
    }
}

/// `[centre]` or one `[[unit]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitTable {
    name: Spanned<String>,
    #[serde(default)]
    aliases: Vec<Spanned<String>>,
    #[serde(default)]
    contact: Vec<ContactTable>,
    webhook: Option<Spanned<Ways>>,
}

impl UnitTable {
    fn unit(self) -> Unit {
        let ways = self.ways();
        let endpoints = ways.iter().map(|(_, way)| way.channel()).collect();
        let contacts = self.contact.into_iter().filter_map(ContactTable::contact);
        Unit {
            contacts: contacts.collect(),
            endpoints,
            aliases: self.aliases.into_iter().map(Spanned::into_inner).collect(),
            name: self.name.into_inner().trim().to_owned(),
        }
    }

    fn name(&self) -> &str {
        self.name.get_ref().trim()
    }

    fn entry(&self, document: &Document<'_>) -> Entry {
        let alias = |alias: &Spanned<String>| {
            let place = document.place(Some(alias.span()));
            (alias.get_ref().trim().to_owned(), place)
        };
        let ways = self.ways();
        Entry {
            place: document.place(Some(self.name.span())),
            name: self.name().to_owned(),
            aliases: self.aliases.iter().map(alias).collect(),
            people: self
                .contact
                .iter()
                .map(|one| one.listed(document))
                .collect(),
            ways: ways
                .iter()
                .map(|(_, way)| (way.channel(), way.host()))
                .collect(),
            is_centre: false,
        }
    }

    /// Each way to it besides mail, with where it stands.
    fn ways(&self) -> Vec<(Range<usize>, &WayTable)> {
        let ways = self.webhook.as_ref();
        let ways = ways.map(|ways| ways.get_ref().each(ways.span()));
        ways.unwrap_or_default()
    }

    fn endpoints(&self, document: &Document<'_>) -> Vec<Endpoint> {
        let ways = self.ways().into_iter();
        ways.filter_map(|(span, way)| way.endpoint(self.name(), document.place(Some(span))))
            .collect()
    }

    fn robots(&self, document: &Document<'_>) -> Vec<Robot> {
        let people = |vendor| {
            let people = self.contact.iter();
            people.map(|contact| contact.person(vendor)).collect()
        };
        let ways = self.ways().into_iter();
        ways.filter_map(|(span, way)| way.robot(self.name(), document.place(Some(span)), people))
            .collect()
    }

    fn refuse_faults(&self, document: &mut Document<'_>) {
        let vendors = self.ways().into_iter().map(|(_, way)| way.channel());
        let robots: Vec<Vendor> = vendors.filter_map(Vendor::of).collect();
        for contact in &self.contact {
            contact.refuse_faults(&robots, document);
        }
        let mut kinds = BTreeSet::new();
        for (span, way) in self.ways() {
            let place = document.place(Some(span));
            way.refuse_faults(self.name(), &place, document);
            if !kinds.insert(way.channel()) {
                let place = format!("{place}, unit {}, webhook.kind", self.name());
                let expected = "at most one of each kind for a unit";
                document.refuse(place, "a kind the unit has already", expected);
            }
        }
    }
}

/// Every name and alias so far: each may lead to one unit only.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn add(&mut self, unit: &UnitTable, document: &mut Document<'_>) {
        for name in std::iter::once(&unit.name).chain(&unit.aliases) {
            let text = name.get_ref().trim();
            let found = match text {
                "" => "an empty name".to_owned(),
                _ if self.0.insert(text.to_owned()) => continue,
                _ => format!("\"{text}\" a second time"),
            };
            let place = document.place(Some(name.span()));
            document.refuse(place, found, "a name or alias that leads to one unit only");
        }
    }
}
