//! What a table of people changes in the directory.
//!
//! Owns matching units by any of their names and people by unit, role and name, and the list of
//! changes that a person reads first. Refuses to take anything away that was not asked for, and
//! to show by what a person is called.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::units::edit::{Edit, Fields};
use crate::config::units::roster::{Entry, Person, Roster, WAYS_OF_A_PERSON};
use crate::domain::fault::Fault;
use crate::domain::pack::Audience;
use crate::domain::unit_names::{How, Near, nearest};

use super::plan::{Change, Field, Plan, shown};
use super::{AUDIENCES, Line, Listed, PARTS, People};

/// What `people` changes in `roster`; of the units in `replaced`, what the table does not have
/// goes.
///
/// # Errors
/// Every cell that contradicts another or the directory, at once.
pub fn compare(
    people: &People,
    roster: &Roster,
    replaced: &BTreeSet<String>,
) -> Result<Plan, Vec<Fault>> {
    let mut comparison = Comparison {
        roster,
        columns: &people.columns,
        plan: Plan {
            unread: people.unread.clone(),
            ..Plan::default()
        },
        faults: Vec::new(),
        taken: BTreeMap::new(),
    };
    let mut groups: Vec<(String, Vec<&Line>)> = Vec::new();
    for line in &people.lines {
        let known = roster.unit(&line.unit);
        let name = known.map_or(&line.unit, |unit| &unit.name).clone();
        match groups.iter_mut().find(|(own, _)| *own == name) {
            Some((_, lines)) => lines.push(line),
            None => groups.push((name, vec![line])),
        }
    }
    // A new unit's own name is taken before anybody's alias is looked at.
    for (name, lines) in &groups {
        let place = lines.first().map(|line| line.place.clone());
        comparison
            .taken
            .insert(name.clone(), (name.clone(), place.unwrap_or_default()));
    }
    let mut replaced: BTreeSet<&str> = replaced
        .iter()
        .map(|name| roster.unit(name).map_or(name.as_str(), |unit| &unit.name))
        .collect();
    for (name, lines) in &groups {
        comparison.unit(name, lines, replaced.remove(name.as_str()));
    }
    for name in replaced {
        let expected = "a unit of the directory that the table has";
        let found = format!("--replace {name}");
        comparison
            .faults
            .push(Fault::new("command line", found, expected));
    }
    if comparison.faults.is_empty() {
        Ok(comparison.plan)
    } else {
        Err(comparison.faults)
    }
}

struct Comparison<'a> {
    roster: &'a Roster,
    columns: &'a [&'static str],
    plan: Plan,
    faults: Vec<Fault>,
    /// Every name the table gives, with the unit it leads to and the cell.
    taken: BTreeMap<String, (String, String)>,
}

impl Comparison<'_> {
    fn unit(&mut self, name: &str, lines: &[&Line], is_replaced: bool) {
        let people = self.people(lines);
        let aliases = self.new_aliases(name, lines);
        let Some(unit) = self.roster.unit(name) else {
            return self.new_unit(name, lines, aliases, &people);
        };
        if !aliases.is_empty() {
            let field = Field {
                key: "aliases",
                before: None,
                after: Some(aliases.join("、")),
            };
            self.change("changed", name, None, vec![field]);
            self.plan.edits.push(Edit::Aliases {
                unit: name.to_owned(),
                aliases,
            });
        }
        if is_replaced {
            self.remove_others(unit, &people);
        }
        let mut added: Vec<Fields> = Vec::new();
        for listed in people {
            let is_it =
                |one: &Person| one.audience == listed.audience && one.name.trim() == listed.name;
            let mut found = unit.people.iter().enumerate();
            if let Some((number, person)) = found.find(|(_, one)| is_it(one)) {
                self.person(unit, number, person, listed, is_replaced);
            } else {
                self.added(name, listed);
                added.push(fields(listed));
            }
        }
        if !added.is_empty() {
            let people = added;
            let unit = name.to_owned();
            self.plan.edits.push(Edit::People { unit, people });
        }
    }

    /// The people of a unit's rows, each once.
    fn people<'l>(&mut self, lines: &[&'l Line]) -> Vec<&'l Listed> {
        let mut people: Vec<&Listed> = Vec::new();
        for listed in lines.iter().filter_map(|line| line.person.as_ref()) {
            let same = |one: &&&Listed| one.audience == listed.audience && one.name == listed.name;
            match people.iter().find(same) {
                Some(first) => {
                    let found = format!("{} a second time in the same role", listed.name);
                    let expected = format!("one row for each; the first is {}", first.place);
                    self.faults.push(Fault::new(&listed.place, found, expected));
                }
                None => people.push(listed),
            }
        }
        people
    }

    /// The names the unit does not have yet.
    fn new_aliases(&mut self, name: &str, lines: &[&Line]) -> Vec<String> {
        let mut new = Vec::new();
        for (alias, place) in lines.iter().flat_map(|line| &line.aliases) {
            let leads = match (self.roster.unit(alias), self.taken.get(alias)) {
                (Some(unit), _) => Some((unit.name.clone(), unit.place.clone())),
                (None, taken) => taken.cloned(),
            };
            match leads {
                None => {
                    let leads = (name.to_owned(), place.clone());
                    self.taken.insert(alias.clone(), leads);
                    new.push(alias.clone());
                }
                Some((unit, _)) if unit == name => {}
                Some((unit, there)) => {
                    let found = format!("{alias}, which leads to {unit} ({there})");
                    let expected = "a name that leads to one unit only";
                    self.faults.push(Fault::new(place, found, expected));
                }
            }
        }
        new
    }

    fn new_unit(&mut self, name: &str, lines: &[&Line], aliases: Vec<String>, people: &[&Listed]) {
        let near = nearest(name, self.roster.names()).into_iter().next();
        let near = near.filter(Near::is_telling);
        if let (Some(near), Some(line)) = (near, lines.first())
            && near.how == How::Same
        {
            let found = format!("{name}, which differs only in blanks or widths");
            let expected = format!("`{}`, as the directory has it", near.name);
            self.faults.push(Fault::new(&line.place, found, expected));
        }
        let mut parts = name.split(PARTS).map(str::trim);
        if let (Some(known), Some(line)) = (
            parts.find(|part| self.roster.unit(part).is_some()),
            lines.first(),
        ) {
            let expected = format!("one unit in each row; {known} is one");
            self.faults.push(Fault::new(&line.place, name, expected));
        }
        let field = (!aliases.is_empty()).then(|| Field {
            key: "aliases",
            before: None,
            after: Some(aliases.join("、")),
        });
        self.change("added", name, None, field.into_iter().collect());
        if let Some(change) = self.plan.changes.last_mut() {
            change.perhaps = near.map(|near| near.name.to_owned());
        }
        for listed in people {
            self.added(name, listed);
        }
        self.plan.edits.push(Edit::Unit {
            name: name.to_owned(),
            aliases,
            people: people.iter().map(|one| fields(one)).collect(),
        });
    }

    fn remove_others(&mut self, unit: &Entry, people: &[&Listed]) {
        for (number, person) in unit.people.iter().enumerate() {
            let is_it =
                |one: &&&Listed| one.audience == person.audience && one.name == person.name.trim();
            if people.iter().any(|one| is_it(&one)) {
                continue;
            }
            let who = Some((person.name.as_str(), person.audience));
            self.change("removed", &unit.name, who, Vec::new());
            self.plan.edits.push(Edit::NoPerson {
                unit: unit.name.clone(),
                person: number,
            });
        }
    }

    fn person(
        &mut self,
        unit: &Entry,
        number: usize,
        person: &Person,
        listed: &Listed,
        is_replaced: bool,
    ) {
        let mut changed = Vec::new();
        let mut shown_fields = Vec::new();
        for key in WAYS_OF_A_PERSON {
            let before = person.value(key);
            let mut values = listed.values.iter();
            let after = values.find(|(own, _)| *own == key).map(|(_, value)| value);
            let stays = match after {
                Some(after) => before == Some(after.as_str()) || same_number(key, before, after),
                None => before.is_none() || !is_replaced || !self.columns.contains(&key),
            };
            if stays {
                continue;
            }
            shown_fields.push(Field {
                key,
                before: before.map(|value| shown(key, value)),
                after: after.map(|value| shown(key, value)),
            });
            changed.push((key, after.cloned()));
        }
        if changed.is_empty() {
            return;
        }
        let who = Some((person.name.as_str(), person.audience));
        self.change("changed", &unit.name, who, shown_fields);
        self.plan.edits.push(Edit::Person {
            unit: unit.name.clone(),
            person: number,
            fields: changed,
        });
    }

    fn added(&mut self, unit: &str, listed: &Listed) {
        let values = listed.values.iter();
        let values = values.map(|(key, value)| Field {
            key,
            before: None,
            after: Some(shown(key, value)),
        });
        let who = Some((listed.name.as_str(), listed.audience));
        self.change("added", unit, who, values.collect());
    }

    fn change(
        &mut self,
        what: &'static str,
        unit: &str,
        who: Option<(&str, Audience)>,
        fields: Vec<Field>,
    ) {
        self.plan.changes.push(Change {
            what,
            unit: unit.to_owned(),
            person: who.map(|(name, _)| name.to_owned()),
            audience: who.map(|(_, audience)| audience),
            fields,
            perhaps: None,
        });
    }
}

/// Whether two ways of writing a number are one number.
fn same_number(key: &str, before: Option<&str>, after: &str) -> bool {
    let digits = |text: &str| {
        let digits = text.chars().filter(char::is_ascii_digit);
        let digits: String = digits.collect();
        digits
            .strip_prefix("86")
            .map_or(digits.clone(), str::to_owned)
    };
    key == "mobile" && before.is_some_and(|before| digits(before) == digits(after))
}

fn fields(listed: &Listed) -> Fields {
    let mut audiences = AUDIENCES.iter();
    let audience = audiences.find(|(own, _)| *own == listed.audience);
    let audience = audience.map_or("contact", |(_, key)| key);
    let head = [
        ("audience", audience.to_owned()),
        ("name", listed.name.clone()),
    ];
    head.into_iter()
        .chain(listed.values.iter().cloned())
        .collect()
}
