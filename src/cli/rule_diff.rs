//! `rules diff`: what a new pack changes, before anybody puts it in place.
//!
//! Owns comparing two packs key by key, in words, and saying how the new one is accepted.
//! Refuses to put it in place; and which dates move, `moves` knows.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::library::Books;
use super::moves::{self, Law, Move, Tally};
use super::outcome::faulty;
use super::pack_words;
use super::rule_words;
use super::table::Screen;
use super::text::harmless;
use crate::channels::wording::Wording;
use crate::domain::pack::{Pack, Rule};

/// Said where the moves cannot be known: a new host has rules before it has a catalogue.
const NO_CATALOG: &str =
    "there is no catalogue yet, so no open date is compared (--catalog FILE names one)";

/// Said of a key that one of the two does not set.
const NOT_SET: &str = "not set";

/// Everything a new pack changes, as `rules diff --json` answers it.
#[derive(Serialize)]
struct Diff<'a> {
    /// Settings of the pack as a whole.
    settings: Vec<Difference>,
    /// Rules, in the order of the new pack, then those that are gone.
    rules: Vec<Changed<'a>>,
    /// Open dates that change; absent where there is no catalogue.
    moves: Option<Vec<Move>>,
}

/// A key whose value changes; one side is absent where it is not set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Difference {
    key: String,
    was: Option<String>,
    is: Option<String>,
}

/// What becomes of a rule.
#[derive(Serialize)]
struct Changed<'a> {
    rule: &'a str,
    title: &'a str,
    change: Change,
    /// What the rule asks, in Chinese, where it is new or gone.
    sentence: Option<String>,
    /// The keys that change, where it stays.
    keys: Vec<Difference>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Change {
    Added,
    Removed,
    Changed,
}

impl Change {
    const fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Changed => '~',
        }
    }
}

/// Writes what `new` changes on `today`.
///
/// # Errors
/// The catalogue, the wording or `out`.
pub(super) fn write(
    out: &mut dyn Write,
    books: &Books,
    new: &Pack,
    json: bool,
    today: NaiveDate,
) -> anyhow::Result<()> {
    let old = &books.library.pack;
    let open_dates = moved(books, new, today)?;
    let diff = Diff {
        settings: keys(pack_words::facts(old), pack_words::facts(new)),
        rules: rules(old, new)?,
        moves: open_dates.as_ref().map(|(moves, _)| moves.clone()),
    };
    if json {
        serde_json::to_writer_pretty(&mut *out, &diff)?;
        return Ok(writeln!(out)?);
    }
    write_settings(out, &diff.settings)?;
    write_rules(out, &diff.rules)?;
    match &open_dates {
        Some((moves, tally)) => moves::write_table(out, moves, *tally, Screen::of_stdout())?,
        None => writeln!(out, "{NO_CATALOG}")?,
    }
    Ok(write_acceptance(out, books)?)
}

/// The open dates that change; nothing where there is no catalogue.
fn moved(
    books: &Books,
    new: &Pack,
    today: NaiveDate,
) -> anyhow::Result<Option<(Vec<Move>, Tally)>> {
    if !books.config.catalog.exists() {
        return Ok(None);
    }
    let calendar = &books.library.calendar;
    let law = |pack| Law { pack, calendar };
    let (before, after) = (law(&books.library.pack), law(new));
    let mut moves = Vec::new();
    let tally = moves::over(&books.catalog()?, before, after, today, &mut |one| {
        moves.push(one);
        Ok(())
    })?;
    Ok(Some((moves, tally)))
}

/// The rules that are new, changed or gone. A rule with several wordings is compared
/// wording by wording, in the order of the files.
fn rules<'a>(old: &'a Pack, new: &'a Pack) -> anyhow::Result<Vec<Changed<'a>>> {
    let wording = Wording::new().map_err(|fault| faulty(vec![fault]))?;
    let (before, after) = (wordings(old), wordings(new));
    let alone = |pack: &Pack, rule: &'a Rule, change: Change| -> anyhow::Result<Changed<'a>> {
        Ok(Changed {
            sentence: Some(wording.rule(pack, rule)?),
            ..blank(rule, change)
        })
    };
    let mut changed = Vec::new();
    for (id, rule) in &after {
        let Some((_, was)) = before.iter().find(|(other, _)| other == id) else {
            changed.push(alone(new, rule, Change::Added)?);
            continue;
        };
        let keys = keys(words(old, was), words(new, rule));
        if !keys.is_empty() {
            changed.push(Changed {
                keys,
                ..blank(rule, Change::Changed)
            });
        }
    }
    for (id, rule) in &before {
        if !after.iter().any(|(other, _)| other == id) {
            changed.push(alone(old, rule, Change::Removed)?);
        }
    }
    Ok(changed)
}

const fn blank(rule: &Rule, change: Change) -> Changed<'_> {
    Changed {
        rule: rule.id.0.as_str(),
        title: rule.title.as_str(),
        change,
        sentence: None,
        keys: Vec::new(),
    }
}

/// Every rule with its id and the place of its wording among those of that id.
fn wordings(pack: &Pack) -> Vec<((&str, usize), &Rule)> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all = Vec::new();
    for rule in &pack.rules {
        let place = seen.entry(rule.id.0.as_str()).or_default();
        all.push(((rule.id.0.as_str(), *place), rule));
        *place += 1;
    }
    all
}

/// The rule's title and keys; what has one label stands together.
fn words(pack: &Pack, rule: &Rule) -> Vec<(String, String)> {
    let mut words = vec![("title".to_owned(), rule.title.clone())];
    for (label, fact) in rule_words::facts(pack, rule) {
        match words.iter_mut().find(|(known, _)| known == label) {
            Some((_, all)) => *all = format!("{all}, {fact}"),
            None => words.push((label.to_owned(), fact)),
        }
    }
    words
}

/// The keys whose values differ, in the order of the new side, then what is gone.
fn keys(was: Vec<(String, String)>, is: Vec<(String, String)>) -> Vec<Difference> {
    let mut was: BTreeMap<String, String> = was.into_iter().collect();
    let mut keys = Vec::new();
    for (key, is) in is {
        let was = was.remove(&key);
        if was.as_ref() != Some(&is) {
            let is = Some(is);
            keys.push(Difference { key, was, is });
        }
    }
    let gone = was.into_iter().map(|(key, was)| Difference {
        key,
        was: Some(was),
        is: None,
    });
    keys.extend(gone);
    // A key without a value is as good as one left out.
    let says = |side: &Option<String>| side.as_ref().is_some_and(|text| !text.is_empty());
    keys.retain(|key| says(&key.was) || says(&key.is));
    keys
}

fn write_settings(out: &mut dyn Write, settings: &[Difference]) -> io::Result<()> {
    if !settings.is_empty() {
        writeln!(out, "~ the pack as a whole")?;
    }
    settings.iter().try_for_each(|key| write_key(out, key))
}

fn write_rules(out: &mut dyn Write, rules: &[Changed<'_>]) -> io::Result<()> {
    for one in rules {
        let head = format!("{} {}  {}", one.change.sign(), one.rule, one.title);
        writeln!(out, "{}", harmless(&head))?;
        if let Some(sentence) = &one.sentence {
            writeln!(out, "    {}", harmless(sentence))?;
        }
        one.keys.iter().try_for_each(|key| write_key(out, key))?;
    }
    let count = |change| rules.iter().filter(|one| one.change == change).count();
    let (added, removed) = (count(Change::Added), count(Change::Removed));
    let changed = count(Change::Changed);
    writeln!(
        out,
        "rules: {added} added, {removed} removed, {changed} changed"
    )
}

fn write_key(out: &mut dyn Write, key: &Difference) -> io::Result<()> {
    let side = |side: &Option<String>| harmless(side.as_deref().unwrap_or(NOT_SET));
    let label = harmless(&key.key);
    writeln!(out, "    {label}: {} -> {}", side(&key.was), side(&key.is))
}

fn write_acceptance(out: &mut dyn Write, books: &Books) -> io::Result<()> {
    let place = books.config.rules.as_ref().map_or_else(
        || "name the file in `[rules] file`".to_owned(),
        |path| format!("put the file in place of {}", path.display()),
    );
    writeln!(
        out,
        "to accept: {place} and `systemctl reload duban`; finished items stay untouched"
    )
}
