//! What is wrong with the directory, and how bad it is.
//!
//! Owns what the file, the catalogue and the ladders of the pack show together. Refuses to read
//! or to change any of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::named;
use super::show::word;
use crate::config::units::Roster;
use crate::config::units::roster::{Entry, masked, oddity};
use crate::domain::fault::Fault;
use crate::domain::pack::{Audience, Pack, Role};
use crate::domain::unit_names::{is_alike, nearest};
use crate::store::catalog::Mentions;

/// Those a rung can call in a unit.
const OF_A_UNIT: [Audience; 3] = [Audience::Contact, Audience::Head, Audience::Leader];

/// Names as near as each other that are still a hint.
const MOST_EQUAL: usize = 3;

/// What a check found; its serialised form is a contract.
#[derive(Debug, Default, Serialize)]
pub(super) struct Findings {
    /// Wrong.
    pub(super) faults: Vec<Fault>,
    /// It works, and somebody should look.
    pub(super) warnings: Vec<Fault>,
    /// Nothing follows from it.
    pub(super) remarks: Vec<Fault>,
}

impl Findings {
    /// Looks at everything, and returns the names that nobody knows.
    pub(super) fn look(
        &mut self,
        roster: &Roster,
        mentions: Option<&BTreeMap<String, Mentions>>,
        pack: Option<&Pack>,
    ) -> BTreeSet<String> {
        let mut unknown = BTreeSet::new();
        for (name, mentions) in mentions.into_iter().flatten() {
            if roster.unit(name).is_none() {
                let fault = stranger(&places(mentions), name, roster.names());
                self.faults.push(fault);
                unknown.insert(name.clone());
            }
        }
        for unit in &roster.units {
            let named = mentions.map(|mentions| named(unit, mentions));
            let mut roles = roster.roles_of(unit);
            roles.extend(named.as_ref().map(roles_named).unwrap_or_default());
            self.people(unit, &roles, pack);
            if let Some(mentions) = mentions {
                self.unused(unit, roster, &roles, mentions);
            }
        }
        self.addresses(roster);
        self.alike(roster);
        unknown
    }

    /// Whether anything reaches it, and whether those are there whom ladders call.
    fn people(&mut self, unit: &Entry, roles: &[Role], pack: Option<&Pack>) {
        if unit.is_out_of_reach() {
            let found = format!("nothing that reaches {}", unit.name);
            let expected = "a contact or a webhook; its notices go to the supervision centre";
            let fault = Fault::new(&unit.place, found, expected);
            if roles.is_empty() {
                self.warnings.push(fault);
            } else {
                self.faults.push(fault);
            }
            return;
        }
        let has = |audience| {
            let mut people = unit.people.iter();
            people.any(|one| one.audience == audience && one.email.is_some())
        };
        let called = pack.map(|pack| called(pack, roles)).unwrap_or_default();
        for (audience, count) in called.into_iter().filter(|(audience, _)| !has(*audience)) {
            let calls = match count {
                1 => "1 rule calls".to_owned(),
                several => format!("{several} rules call"),
            };
            let instead = match (has(Audience::Contact), unit.ways.is_empty()) {
                (true, _) => "its contact is told",
                (false, false) => "only its systems are told",
                (false, true) => "the supervision centre is told",
            };
            let found = format!("{} without a {}", unit.name, word(audience));
            let expected = format!("one with an address: {calls} for one; until then {instead}");
            self.warnings.push(Fault::new(&unit.place, found, expected));
        }
    }

    /// Names that lead to it and that nobody uses.
    fn unused(
        &mut self,
        unit: &Entry,
        roster: &Roster,
        roles: &[Role],
        mentions: &BTreeMap<String, Mentions>,
    ) {
        if roles.is_empty() {
            let found = format!("{}, which no decision names and no role needs", unit.name);
            let expected = "nothing else, if it is meant to be ready";
            self.remarks.push(Fault::new(&unit.place, found, expected));
        }
        let is_role = |alias: &str| roster.roles.iter().any(|(_, name)| name.trim() == alias);
        for (alias, place) in &unit.aliases {
            if !mentions.contains_key(alias) && !is_role(alias) {
                let found = format!("the name {alias}, which nobody uses");
                let expected = "nothing else, if catalogues may write it";
                self.remarks.push(Fault::new(place, found, expected));
            }
        }
    }

    /// Addresses that cannot be right, and those that stand in several units.
    fn addresses(&mut self, roster: &Roster) {
        let mut owners: BTreeMap<String, (&Entry, &str)> = BTreeMap::new();
        let people = roster.units.iter();
        let people = people.flat_map(|unit| unit.people.iter().map(move |one| (unit, one)));
        for (unit, person) in people {
            let email = person.email.as_deref();
            if let Some((email, oddity)) = email.and_then(|email| Some((email, oddity(email)?))) {
                let found = format!("\"{email}\" ({oddity})");
                let expected = "an address as mail servers take it";
                let fault = Fault::new(&person.place, found, expected);
                // In a network of the city's own a host may have a short name.
                if oddity == "a host without a dot" {
                    self.warnings.push(fault);
                } else {
                    self.faults.push(fault);
                }
            }
            let mobile = person.value("mobile");
            let mobile_key = mobile.map(|mobile| mobile.trim_start_matches("+86").trim());
            let keys = [
                email.map(|email| (email.to_lowercase(), email.to_owned())),
                mobile_key.map(|key| (key.to_owned(), masked(key))),
            ];
            for (key, shown) in keys.into_iter().flatten() {
                let (first, place) = *owners.entry(key).or_insert((unit, &person.place));
                if first.name != unit.name {
                    let found = format!("{shown}, which is in {}, too ({place})", first.name);
                    let expected = "one unit each, unless the person serves both";
                    self.warnings
                        .push(Fault::new(&person.place, found, expected));
                }
            }
        }
        for unit in &roster.units {
            self.twice(unit);
        }
    }

    /// One person twice in one unit.
    fn twice(&mut self, unit: &Entry) {
        let mut seen = BTreeMap::new();
        for person in &unit.people {
            let first = seen.insert((person.audience, &person.name), &person.place);
            if let Some(first) = first {
                let found = format!("{} a second time in the same role ({first})", person.name);
                let expected = format!("each person once in {}", unit.name);
                self.warnings
                    .push(Fault::new(&person.place, found, expected));
            }
        }
    }

    /// Names of two units that people take for one.
    fn alike(&mut self, roster: &Roster) {
        for (number, unit) in roster.units.iter().enumerate() {
            for other in &roster.units[..number] {
                let mut pairs = unit
                    .names()
                    .flat_map(|own| other.names().map(move |it| (own, it)));
                if let Some((own, it)) = pairs.find(|(own, it)| is_alike(own, it)) {
                    let found = format!("{own}, which is nearly {it} ({})", other.place);
                    let expected = "names that nobody takes for one, or one unit";
                    self.warnings.push(Fault::new(&unit.place, found, expected));
                }
            }
        }
    }
}

/// A unit that is named somewhere and that nobody knows.
pub(in crate::cli) fn stranger<'a>(
    place: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> Fault {
    let perhaps = perhaps(name, known);
    let expected = format!(
        "a unit of units.toml, or one of its aliases{perhaps}; until then the centre is told"
    );
    Fault::new(place, name, expected)
}

/// The end of a sentence that names the nearest of `known`; where several are equally near, to
/// name one of them would be a guess.
pub(super) fn perhaps<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let near = nearest(name, known);
    let Some(first) = near.iter().find(|near| near.is_telling()) else {
        return String::new();
    };
    let equal = near.iter().filter(|near| near.how == first.how);
    let equal: Vec<String> = equal.map(|near| format!("`{}`", near.name)).collect();
    if equal.len() > MOST_EQUAL {
        return String::new();
    }
    format!("; perhaps {}", equal.join(" or "))
}

/// Where a name stands: the first decisions, and how many more.
fn places(mentions: &Mentions) -> String {
    let listed = u64::try_from(mentions.some.len()).unwrap_or(u64::MAX);
    let some = mentions.some.join(", ");
    match mentions.all().saturating_sub(listed) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}

/// The roles in which decisions name a unit.
pub(super) fn roles_named(mentions: &Mentions) -> Vec<Role> {
    let all = [
        (Role::Drafting, mentions.drafting),
        (Role::Executing, mentions.executing),
        (Role::Cooperating, mentions.cooperating),
    ];
    let named = all.into_iter().filter(|(_, count)| *count > 0);
    named.map(|(role, _)| role).collect()
}

/// Whom the ladders call in a unit with these roles, and for how many rules.
fn called(pack: &Pack, roles: &[Role]) -> BTreeMap<Audience, usize> {
    let mut called = BTreeMap::new();
    for rule in &pack.rules {
        let mut audiences = BTreeSet::new();
        if roles.contains(&rule.responsible)
            && let Some(ladder) = pack.ladder(&rule.ladder)
        {
            audiences.extend(ladder.rungs.iter().flat_map(|rung| &rung.to).copied());
            audiences.extend(ladder.cut_short.iter().copied());
        }
        // Who is only told as well is told through the contact.
        if rule.tell.iter().any(|role| roles.contains(role)) {
            audiences.insert(Audience::Contact);
        }
        for audience in audiences.into_iter().filter(|one| OF_A_UNIT.contains(one)) {
            *called.entry(audience).or_default() += 1;
        }
    }
    called
}
