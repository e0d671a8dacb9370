//! What an event of a kind should say beside its day.
//!
//! Owns reading it out of the pack's evidence, and the contract's own few. Refuses to judge
//! whether what it says is enough: a quorum is a rule's.

use std::collections::BTreeSet;

use super::refs::asked_by;
use super::{Objection, Step};
use crate::domain::decision::Event;
use crate::domain::pack::{Pack, Rule, Strength, When};
use crate::domain::rules::waiver_note;

/// What a kind wants; empty where it wants nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wants {
    /// What `note` should hold.
    pub note: Option<String>,
    /// What `value` should hold.
    pub value: Option<&'static str>,
    /// What `evidence` should hold.
    pub evidence: Option<&'static str>,
    /// The kinds that `ref` should name one of.
    pub answers: Vec<String>,
}

/// Kinds whose note, value or evidence the contract itself speaks of.
const NOTES: [(&str, &str); 9] = [
    ("waived", THREE),
    ("extended", THREE),
    ("evaluation_exempted", THREE),
    ("evaluation_opened", EVALUATION),
    ("evaluation_plan", EVALUATION),
    ("evaluation_report", EVALUATION),
    ("evaluation_submitted", EVALUATION),
    ("withdrawn_note", "the reason"),
    ("volume_filed", "正卷 or 副卷 first"),
];
const THREE: &str = "rule；person；reason";
const EVALUATION: &str = "execution, midterm, final or adhoc first";

const VALUES: [(&str, &str); 4] = [
    ("progress_reported", "percent, 0 to 100"),
    ("expert_review_on", "the number of experts"),
    ("expert_report", "the number of experts who signed"),
    ("volume_filed", "the 案卷号"),
];

/// What an event of `kind` should say under `pack`.
#[must_use]
pub fn wants(kind: &str, pack: &Pack) -> Wants {
    let told = |list: &[(&'static str, &'static str)]| {
        let found = list.iter().find(|(one, _)| *one == kind);
        found.map(|(_, wanted)| *wanted)
    };
    let note = told(&NOTES).map(str::to_owned);
    let document = "a document, by number or link";
    Wants {
        note: note.or_else(|| words(kind, pack)),
        value: told(&VALUES).or_else(|| ending(kind, pack).any(counts).then_some("a number")),
        evidence: if kind == "volume_filed" {
            Some("its 档号")
        } else {
            let mut ending = ending(kind, pack);
            ending.any(|rule| rule.done_by.document).then_some(document)
        },
        answers: asked_by(kind, pack)
            .into_iter()
            .map(str::to_owned)
            .collect(),
    }
}

/// The rules that an event of `kind` ends.
fn ending<'p>(kind: &str, pack: &'p Pack) -> impl Iterator<Item = &'p Rule> {
    pack.rules
        .iter()
        .filter(move |rule| rule.done_by.events.iter().any(|one| one == kind))
}

const fn counts(rule: &Rule) -> bool {
    let wanted = &rule.done_by;
    wanted.min_value.is_some() || wanted.odd || wanted.same_value
}

/// The words by which rules tell events of `kind` apart: it begins with one of them.
fn words(kind: &str, pack: &Pack) -> Option<String> {
    let occurring = |rule: &&Rule| rule.each.iter().any(|one| one == kind);
    let noted = pack.rules.iter().filter(occurring);
    let noted = noted.flat_map(|rule| &rule.each_note);
    let named = ending(kind, pack).filter_map(|rule| rule.done_by.note.as_ref());
    let words: BTreeSet<&str> = noted.chain(named).map(String::as_str).collect();
    if !words.is_empty() {
        let words: Vec<&str> = words.into_iter().collect();
        return Some(format!("{} first, where it is so", words.join(" or ")));
    }
    let same = ending(kind, pack).find(|rule| rule.done_by.same_note)?;
    let of = same.each.join(" or ");
    Some(format!("the first word of the note of {of}"))
}

/// A quantity or a document that the texts ask of every event of the kind and this one does not
/// have: without it a duty stays open.
pub(super) fn judge(step: &Step<'_>) -> Vec<Objection> {
    let event = step.event;
    let evidence = event.evidence.as_deref().unwrap_or_default();
    let asking = |asks: fn(&Rule) -> bool| {
        let rules = ending(&event.kind, step.pack);
        let rules = rules.filter(|rule| asks(rule) && is_meant(rule, event));
        let ids: BTreeSet<&str> = rules.map(|rule| rule.id.0.as_str()).collect();
        ids.into_iter().collect::<Vec<_>>().join(", ")
    };
    let documents = asking(|rule| rule.done_by.document);
    let values = asking(counts);
    let mut found = Vec::new();
    if !documents.is_empty() && evidence.trim().is_empty() {
        let expected = format!("--evidence with a document, by number or link, for {documents}");
        found.push(step.unusual("no document", expected));
    }
    if !values.is_empty() && event.value.is_none() {
        let wanted = wants(&event.kind, step.pack).value.unwrap_or("a number");
        let expected = format!("--value with {wanted}, for {values}");
        found.push(step.unusual("no value", expected));
    }
    found.extend(excused_rule(step));
    found
}

/// A note that names a rule which is none, and excuses nothing, or one that no unit can waive. What was typed is not repeated,
/// for the decision may be confidential.
fn excused_rule(step: &Step<'_>) -> Option<Objection> {
    let event = step.event;
    let names_one = NOTES.contains(&(event.kind.as_str(), THREE));
    let note = event.note.as_deref().filter(|_| names_one);
    let rule = note.and_then(waiver_note)?.rule;
    let Some(rule) = step.pack.rule(rule) else {
        return Some(step.unusual(
            "a note for a rule that nobody knows",
            "the id of one first, as `duban rules list` has them; until then it changes nothing",
        ));
    };
    let mut others = step.pack.rules.iter();
    let is_left = rule.strength == Strength::Must
        && event.kind == "waived"
        && !others.any(|other| other.exempts.contains(&rule.id));
    is_left.then(|| {
        let found = format!(
            "a waiver of {}, which the text puts as 应当 (must)",
            rule.id
        );
        step.unusual(found, "the word of somebody who may; no unit can waive it")
    })
}

/// Whether the text itself asks (一般 and 应当), of every decision, and of events with such a note.
fn is_meant(rule: &Rule, event: &Event) -> bool {
    let note = event.note.as_deref().unwrap_or_default().trim_start();
    let is_of_it = !rule.each.contains(&event.kind)
        || rule.each_note.is_empty()
        || rule.each_note.iter().any(|word| note.starts_with(word));
    rule.strength != Strength::Advisory && rule.when == When::default() && is_of_it
}
