//! `units show`: who is who, as the file says and as the catalogue writes it.
//!
//! Owns the forms of the answer. Refuses to show a number in full, an id of a person in a chat
//! group, the URL of a robot or a secret.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::{Directory, ShowArgs, judging, mentions, named};
use crate::cli::library::Books;
use crate::cli::table::{Fit, Ink, Screen, Table};
use crate::cli::text::harmless;
use crate::config::units::Roster;
use crate::config::units::roster::{Entry, Person, masked};
use crate::domain::pack::{Audience, Role};
use crate::store::catalog::Mentions;

/// A unit; its serialised form is a contract.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    name: &'a str,
    place: &'a str,
    is_centre: bool,
    names: Vec<Name<'a>>,
    people: Vec<Somebody<'a>>,
    ways: Vec<Way<'a>>,
    /// `centre`, `office` … as the file says; `drafting` … as decisions do.
    roles: Vec<&'static str>,
    /// So many decisions name it to draft, execute, cooperate; none where no catalogue is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    named: Option<Named>,
}

/// One of its names.
#[derive(Debug, Serialize)]
struct Name<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    named: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Named {
    drafting: u64,
    executing: u64,
    cooperating: u64,
}

/// One of its people.
#[derive(Debug, Serialize)]
struct Somebody<'a> {
    audience: Audience,
    name: &'a str,
    email: Option<&'a str>,
    /// Masked.
    mobile: Option<String>,
    /// The chat systems that know the person by an id.
    known_to: Vec<&'static str>,
}

/// A way besides mail.
#[derive(Debug, Serialize)]
struct Way<'a> {
    channel: &'static str,
    /// Of the unit's own system.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
}

/// Answers `units show`.
///
/// # Errors
/// The files or stdout; no unit of that name.
pub(super) fn show(books: &Books, args: &ShowArgs) -> anyhow::Result<()> {
    let directory = Directory::of(books)?;
    let found = match &args.name {
        None => directory.roster.units.iter().collect(),
        Some(name) => found(&directory, name)?,
    };
    let mentions = mentions(books);
    let shown = found.into_iter();
    let shown = shown.map(|unit| Shown::of(unit, &directory.roster, mentions.as_ref()));
    let shown: Vec<Shown<'_>> = shown.collect();
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        serde_json::to_writer(&mut out, &shown)?;
        writeln!(out)?;
    } else if args.name.is_some() {
        shown.iter().try_for_each(|unit| unit.write(&mut out))?;
    } else {
        table(&shown).write(&mut out, Screen::of_stdout())?;
    }
    Ok(out.flush()?)
}

/// The unit of that name, or those with a name of which it is a part.
fn found<'d>(directory: &'d Directory, name: &str) -> anyhow::Result<Vec<&'d Entry>> {
    let part = name.trim();
    let exact = directory.roster.unit(part).map(|unit| vec![unit]);
    let parts = || {
        let units = directory.roster.units.iter();
        let has = |unit: &&Entry| unit.names().any(|own| own.contains(part));
        Some(units.filter(has).collect::<Vec<_>>()).filter(|found| !found.is_empty())
    };
    match exact.or_else(parts) {
        Some(found) => Ok(found),
        None => directory.unit(part).map(|unit| vec![unit]),
    }
}

impl<'a> Shown<'a> {
    fn of(unit: &'a Entry, roster: &Roster, mentions: Option<&BTreeMap<String, Mentions>>) -> Self {
        let count = |name: &str| mentions.map(|all| all.get(name).map_or(0, Mentions::all));
        let total = mentions.map(|all| named(unit, all));
        let by_file = roster.roles_of(unit).into_iter();
        let by_catalogue = total.as_ref().map(judging::roles_named).unwrap_or_default();
        let names = unit.names();
        let ways = unit.ways.iter();
        Self {
            name: &unit.name,
            place: &unit.place,
            is_centre: unit.is_centre,
            names: names
                .map(|name| Name {
                    name,
                    named: count(name),
                })
                .collect(),
            people: unit.people.iter().map(Somebody::of).collect(),
            ways: ways
                .map(|(channel, host)| Way {
                    channel: channel.name(),
                    host: host.as_deref(),
                })
                .collect(),
            roles: by_file.chain(by_catalogue).map(Role::name).collect(),
            named: total.map(|total| Named {
                drafting: total.drafting,
                executing: total.executing,
                cooperating: total.cooperating,
            }),
        }
    }

    fn count(&self) -> Option<u64> {
        let named = self.named.as_ref()?;
        Some(named.drafting + named.executing + named.cooperating)
    }

    fn ways(&self) -> String {
        let mail = self.people.iter().any(|one| one.email.is_some());
        let mail = mail.then(|| "mail".to_owned());
        let others = self.ways.iter().map(|way| match way.host {
            Some(host) => format!("{} {host}", way.channel),
            None => format!("{} robot", way.channel),
        });
        mail.into_iter()
            .chain(others)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Everything about it, a line for each thing.
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let screen = Screen::of_stdout();
        let name = Ink::Bold.paint(&harmless(self.name), screen);
        writeln!(out, "{name}  {}", harmless(self.place))?;
        for one in &self.names {
            let count = match one.named {
                Some(1) => ", in 1 decision".to_owned(),
                Some(count) => format!(", in {count} decisions"),
                None => String::new(),
            };
            writeln!(out, "  name     {}{count}", harmless(one.name))?;
        }
        for one in &self.people {
            let audience = word(one.audience);
            let mut parts = vec![one.name.to_owned()];
            parts.extend(one.email.map(str::to_owned));
            parts.extend(one.mobile.clone());
            if !one.known_to.is_empty() {
                parts.push(format!("({})", one.known_to.join(", ")));
            }
            writeln!(out, "  {audience:<7}  {}", harmless(&parts.join("  ")))?;
        }
        for (what, words) in [("ways", self.ways()), ("roles", self.roles.join(", "))] {
            let words = if words.is_empty() {
                "none".to_owned()
            } else {
                words
            };
            writeln!(out, "  {what:<7}  {}", harmless(&words))?;
        }
        Ok(())
    }
}

impl<'a> Somebody<'a> {
    fn of(person: &'a Person) -> Self {
        let ids = ["wecom", "dingtalk", "feishu"];
        Self {
            audience: person.audience,
            name: &person.name,
            email: person.email.as_deref(),
            mobile: person.value("mobile").map(masked),
            known_to: ids
                .into_iter()
                .filter(|key| person.value(key).is_some())
                .collect(),
        }
    }
}

fn table(units: &[Shown<'_>]) -> Table {
    let mut table = Table::new(&[
        ("unit", Fit::Cut),
        ("other names", Fit::Cut),
        ("people", Fit::Cut),
        ("ways", Fit::Cut),
        ("named", Fit::Keep),
        ("roles", Fit::Cut),
    ]);
    for unit in units {
        let names = unit.names.iter().skip(1).map(|one| one.name);
        let people = unit.people.iter();
        let people = people.map(|one| format!("{} {}", word(one.audience), one.name));
        let count = unit.count().map(|count| count.to_string());
        table.push([
            unit.name.into(),
            names.collect::<Vec<_>>().join(", ").into(),
            people.collect::<Vec<_>>().join(", ").into(),
            unit.ways().into(),
            count.unwrap_or_default().into(),
            unit.roles.join(", ").into(),
        ]);
    }
    table
}

/// What a person is to the unit, as units.toml says it.
pub(super) const fn word(audience: Audience) -> &'static str {
    match audience {
        Audience::Contact => "contact",
        Audience::Head => "head",
        Audience::Leader => "leader",
        Audience::Centre => "centre",
        Audience::Office => "office",
    }
}
