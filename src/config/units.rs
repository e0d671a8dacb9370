//! `units.toml`: who is who, and how each is reached.
//!
//! Owns the shape of that file and its faults: every one is told, with its line. Refuses
//! to judge endpoints, which the channels do when they are built, and to look outside
//! of the file: whether a unit of the catalogue is missing here is
//! found where the catalogue is read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lettre::Address;
use serde::Deserialize;
use toml::Spanned;

use crate::channels::webhook::Endpoint;
use crate::domain::directory::{Contact, Directory, Unit};
use crate::domain::fault::Fault;
use crate::domain::notice::Channel;
use crate::domain::pack::{Audience, Role};

use super::document::Document;

/// The units with their people, and the endpoints of those that have one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Units {
    /// Units, people and roles.
    pub directory: Directory,
    /// Where units are posted to.
    pub endpoints: Vec<Endpoint>,
}

impl Units {
    /// Reads the text of the file at `path`.
    ///
    /// # Errors
    /// Every fault of the file.
    pub fn read(path: &Path, text: &str) -> Result<Self, Vec<Fault>> {
        let mut document = Document::read(path, text);
        let centre: Option<UnitTable> = document.section("centre");
        let roles: RolesTable = document.section("roles").unwrap_or_default();
        let units: Vec<UnitTable> = document.each("unit");
        let mut names = Names::default();
        for unit in centre.iter().chain(&units) {
            names.add(unit, &mut document);
            refuse_faults(unit, &mut document);
        }
        let roles = roles.named(&names, &mut document);
        let all = centre.iter().chain(&units);
        let endpoints = all.filter_map(|unit| unit.endpoint(&document)).collect();
        if let Some(centre) = &centre
            && centre.contact.is_empty()
            && centre.webhook.is_none()
        {
            let place = document.place(Some(centre.name.span()));
            let expected = "a contact: it is told whatever nobody else can be told";
            document.refuse(place, "a centre that nobody can reach", expected);
        }
        match (centre, document.finish()) {
            (Some(centre), faults) if faults.is_empty() => {
                let units = units.into_iter().map(UnitTable::unit).collect();
                Ok(Self {
                    directory: Directory::new(centre.unit(), units, roles),
                    endpoints,
                })
            }
            (_, faults) => Err(faults),
        }
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
    webhook: Option<Spanned<Endpoint>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContactTable {
    #[serde(default)]
    audience: ContactAudience,
    name: String,
    email: Spanned<String>,
}

/// What a person can be to a unit.
#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum ContactAudience {
    #[default]
    Contact,
    Head,
    Leader,
}

impl UnitTable {
    fn unit(self) -> Unit {
        Unit {
            name: self.name.into_inner().trim().to_owned(),
            aliases: self.aliases.into_iter().map(Spanned::into_inner).collect(),
            contacts: self
                .contact
                .into_iter()
                .map(ContactTable::contact)
                .collect(),
            endpoints: self.webhook.iter().map(|_| Channel::Webhook).collect(),
        }
    }

    fn endpoint(&self, document: &Document<'_>) -> Option<Endpoint> {
        let endpoint = self.webhook.as_ref()?;
        Some(Endpoint {
            unit: self.name.get_ref().trim().to_owned(),
            written: document.place(Some(endpoint.span())),
            ..endpoint.get_ref().clone()
        })
    }
}

impl ContactTable {
    fn contact(self) -> Contact {
        let audience = match self.audience {
            ContactAudience::Contact => Audience::Contact,
            ContactAudience::Head => Audience::Head,
            ContactAudience::Leader => Audience::Leader,
        };
        Contact {
            audience,
            name: self.name,
            email: self.email.into_inner(),
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

fn refuse_faults(unit: &UnitTable, document: &mut Document<'_>) {
    for contact in &unit.contact {
        if let Err(error) = contact.email.get_ref().parse::<Address>() {
            let place = document.place(Some(contact.email.span()));
            let found = format!("\"{}\" ({error})", contact.email.get_ref());
            document.refuse(place, found, "an e-mail address, alone and without a name");
        }
    }
}
