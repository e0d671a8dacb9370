//! Which decision and which kind of event a person names.
//!
//! Owns finding a decision by its id or a part of its title, and a kind by either of its
//! names. Refuses to guess: what could be two things, or is nearly one, is told and not taken.

use std::fmt::Write as _;

use crate::cli::library::{Books, complain};
use crate::domain::decision::{Decision, DecisionId, EVENT_KINDS};
use crate::domain::fault::Fault;
use crate::domain::naming;
use crate::domain::pack::Pack;
use crate::domain::spelling::nearest;
use crate::store::catalog::{Catalog, Named};

/// Decisions that are listed where several could be meant.
const LISTED: usize = 10;

/// Keys among which the nearest one is looked for: a city's catalogues of many years.
const KEYS: usize = 20_000;

/// Suggestions for one word.
const SUGGESTED: usize = 4;

/// The decision that `word` names.
///
/// # Errors
/// Only the catalogue's; a word that names none or several is the inner fault.
pub(super) fn decision(books: &Books, word: &str) -> anyhow::Result<Result<Decision, Fault>> {
    let catalog = books.catalog()?;
    let reading = catalog.read(&DecisionId(word.to_owned()))?;
    if let Some(decision) = reading.decision {
        complain(&reading.faults);
        return Ok(Ok(decision));
    }
    let found = if word.trim().is_empty() {
        Vec::new()
    } else {
        catalog.with_title(word.trim(), LISTED + 1)?
    };
    let fault = |expected| Fault::new("decision", format!("`{word}`"), expected);
    match found.as_slice() {
        [] => Ok(Err(fault(unknown(&catalog, word)?))),
        [one] => {
            let reading = catalog.read(&one.id)?;
            complain(&reading.faults);
            let unread = || fault(format!("a decision that can be read; {} cannot", one.id));
            Ok(reading.decision.ok_or_else(unread))
        }
        several => Ok(Err(fault(listed(several)))),
    }
}

fn unknown(catalog: &Catalog, word: &str) -> anyhow::Result<String> {
    let keys = catalog.with_key("", KEYS)?;
    let near = nearest(word, keys.iter().map(|one| one.id.0.as_str()));
    let near = near.map(|id| format!("; perhaps {id}"));
    let near = near.unwrap_or_default();
    Ok(format!(
        "a decision of the catalogue, by its id or a part of its title{near}"
    ))
}

fn listed(several: &[Named]) -> String {
    let mut text = "one decision; by its id, or a longer part of the title:".to_owned();
    for one in several.iter().take(LISTED) {
        let title = one.title.as_deref().unwrap_or("(confidential)");
        // Writing to a string cannot fail.
        let _ = write!(text, " {} {title},", one.id);
    }
    if several.len() > LISTED {
        text.push_str(" and more");
    }
    text.trim_end_matches(',').to_owned()
}

/// Every kind that the contract or the pack knows.
pub(super) fn known(pack: &Pack) -> Vec<&str> {
    let own = pack.events.iter().map(String::as_str);
    EVENT_KINDS.iter().copied().chain(own).collect()
}

/// The kind that `word` names, in English or Chinese.
pub(super) fn kind(pack: &Pack, word: &str) -> Result<String, Fault> {
    let word = word.trim();
    let known = known(pack);
    let named = naming::kind_of(word).unwrap_or(word);
    if known.contains(&named) {
        return Ok(named.to_owned());
    }
    let near = naming::near(word, &known);
    let near = near.into_iter().take(SUGGESTED).map(called);
    let near = near.collect::<Vec<_>>().join(" or ");
    let expected = if near.is_empty() {
        "a known kind of event; `duban event kinds` has them".to_owned()
    } else {
        format!("a known kind of event, such as {near}")
    };
    Err(Fault::new("kind", format!("`{word}`"), expected))
}

/// A kind with its Chinese name.
pub(super) fn called(kind: &str) -> String {
    match naming::name_of(kind) {
        name if name == kind => format!("`{kind}`"),
        name => format!("`{kind}` {name}"),
    }
}
