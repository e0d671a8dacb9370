//! The suggestions themselves: from the catalogue, the pack and the directory.
//!
//! Owns how many there are and what stands beside each. Refuses the titles of confidential
//! decisions, and to wait for anybody's lock.

use std::ffi::OsStr;

use clap_complete::CompletionCandidate;

use super::words::{catalog, config, words};
use crate::cli::text::harmless;
use crate::daemon::live;
use crate::domain::decision::{DecisionId, EVENT_KINDS};
use crate::domain::naming::name_of;
use crate::domain::pack::Pack;
use crate::store::catalog::{Catalog, Named};

/// Suggestions at once: more than a screen holds are read by nobody.
const MOST: usize = 50;

/// Decisions whose id begins with what is typed, newest catalogue first; where there is none,
/// those with it in their title.
pub(super) fn decisions(typed: &OsStr) -> Vec<CompletionCandidate> {
    let found = || -> Option<Vec<Named>> {
        let (typed, catalog) = (typed.to_str()?, catalog(&config()?)?);
        let by_key = catalog.with_key(typed, MOST).ok()?;
        if by_key.is_empty() && !typed.is_empty() {
            return catalog.with_title(typed, MOST).ok();
        }
        Some(by_key)
    };
    let found = found().unwrap_or_default().into_iter();
    found
        .filter_map(|one| candidate(&one.id.0, one.title.as_deref().unwrap_or_default()))
        .collect()
}

/// Kinds that begin with what is typed, in its language, each beside its other name. There are
/// fewer than a hundred, and a clerk wants to see them all.
pub(super) fn kinds(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else {
        return Vec::new();
    };
    let own = pack().map(|pack| pack.events).unwrap_or_default();
    let kinds = EVENT_KINDS.iter().copied();
    let kinds: Vec<&str> = kinds.chain(own.iter().map(String::as_str)).collect();
    if typed.is_ascii() {
        let begun = kinds.iter().filter(|kind| kind.starts_with(typed));
        begun
            .filter_map(|kind| candidate(kind, name_of(kind)))
            .collect()
    } else {
        let begun = kinds.iter().filter(|kind| name_of(kind).starts_with(typed));
        begun
            .filter_map(|kind| candidate(name_of(kind), kind))
            .collect()
    }
}

/// Events whose id begins with what is typed, those entered last first: of the decision on the
/// line, or of all.
pub(super) fn events(typed: &OsStr) -> Vec<CompletionCandidate> {
    let found = || {
        let (typed, catalog) = (typed.to_str()?, catalog(&config()?)?);
        let of = on_the_line(&catalog);
        catalog.latest_events(of.as_ref(), typed, MOST).ok()
    };
    let found = found().unwrap_or_default().into_iter();
    found
        .filter_map(|one| {
            let help = format!("{} {} {}", one.decision, one.on, name_of(&one.kind));
            candidate(&one.id.to_string(), &help)
        })
        .collect()
}

/// The decision that one of the words on the line is the id of.
fn on_the_line(catalog: &Catalog) -> Option<DecisionId> {
    // The first three are the program and its commands.
    let words = words().into_iter().skip(3);
    let mut words = words.filter(|word| !word.starts_with('-') && !word.is_empty());
    words.find_map(|word| {
        let found = catalog.with_key(&word, MOST).ok()?;
        found.into_iter().map(|one| one.id).find(|id| id.0 == word)
    })
}

/// Units whose name, or another name of theirs, begins with what is typed.
pub(super) fn units(typed: &OsStr) -> Vec<CompletionCandidate> {
    let found = || {
        let (typed, config) = (typed.to_str()?, config()?);
        let library = live::library(&config).ok()?;
        let units = library.directory.units().iter();
        let names = |name: &String| name.starts_with(typed);
        let found = units.filter(|unit| names(&unit.name) || unit.aliases.iter().any(names));
        let found = found.filter_map(|unit| candidate(&unit.name, &unit.aliases.join("、")));
        Some(found.take(MOST).collect())
    };
    found().unwrap_or_default()
}

/// Rules whose id begins with what is typed, each beside its duty.
pub(super) fn rules(typed: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(typed), Some(pack)) = (typed.to_str(), pack()) else {
        return Vec::new();
    };
    let begun = pack
        .rules
        .iter()
        .filter(|rule| rule.id.0.starts_with(typed));
    let latest = begun.filter(|rule| pack.is_latest(rule));
    latest
        .filter_map(|rule| candidate(&rule.id.0, &rule.title))
        .collect()
}

fn pack() -> Option<Pack> {
    live::pack_of(config()?.rules.as_deref()).ok()
}

/// A suggestion with what stands beside it. What is beside it is harmless to the terminal that
/// shows it; a value that is not, or that the shell would take apart, is none: bash puts it on the line
/// as it is, and `;` in a key of the catalogue would end the command and begin another.
fn candidate(value: &str, help: &str) -> Option<CompletionCandidate> {
    let is_apart = |c: char| c.is_whitespace() || "\"'`$;&|<>(){}[]*?!#~\\".contains(c);
    if harmless(value) != value || value.contains(is_apart) {
        return None;
    }
    let help = (!help.is_empty()).then(|| harmless(help).into());
    Some(CompletionCandidate::new(value.to_owned()).help(help))
}
