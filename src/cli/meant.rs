//! Which open duties of a decision are meant, and how each of them stands.
//!
//! Owns finding them by rule and by `--ref`, and refusing, with what there is, where
//! none or several are open. Refuses to change any.

use std::collections::BTreeSet;

use anyhow::bail;
use chrono::NaiveDate;

use super::args::DecidedArgs;
use super::library::Books;
use super::text::harmless;
use super::trail::date;
use crate::domain::decision::Decision;
use crate::domain::obligation::{Excuse, Obligation, State};
use crate::domain::pack::{Pack, Relation};

/// The open duties of one occurrence that are meant; those of the items a rule opens
/// where nothing of its own is open.
///
/// # Errors
/// No such rule, nothing of it is open, or several occurrences are.
pub(super) fn meant<'o, 'b>(
    books: &Books,
    decided: &DecidedArgs,
    decision: &Decision,
    derived: &'o [Obligation<'b>],
    today: NaiveDate,
) -> anyhow::Result<Vec<&'o Obligation<'b>>> {
    known_duty(&books.library.pack, &decided.rule)?;
    let (rule, id) = (harmless(&decided.rule), &decision.id);
    let items = format!("{}.", decided.rule);
    let own = derived.iter().filter(|one| one.key.rule.0 == decided.rule);
    let opened = derived
        .iter()
        .filter(|one| one.key.rule.0.starts_with(&items));
    let (own, opened): (Vec<_>, Vec<_>) = (own.collect(), opened.collect());
    if own.is_empty() && opened.is_empty() {
        bail!("{rule} does not apply to {id}, or nothing it occurs for is recorded");
    }
    let open = |all: &[&'o Obligation<'b>]| -> Vec<&'o Obligation<'b>> {
        let all = all.iter().copied();
        all.filter(|one| is_open(one.state(today))).collect()
    };
    let all = match open(&own) {
        none if none.is_empty() => open(&opened),
        some => some,
    };
    if all.is_empty() {
        let closed = own.iter().map(|one| format!("\n  {}", line(one, today)));
        bail!(
            "nothing of {rule} is open for {id}:{}",
            closed.collect::<String>()
        );
    }
    choose(decided, decision, all, today)
}

/// Nothing can be done to what the pack does not know, nor to an exemption.
fn known_duty(pack: &Pack, id: &str) -> anyhow::Result<()> {
    let rule = harmless(id);
    match pack.rule(id) {
        None => bail!("there is no rule {rule}; `duban rules list` has them"),
        Some(known) if known.relation == Relation::Exemption => {
            bail!("{rule} is an exemption itself; name the duty it exempts")
        }
        Some(_) => Ok(()),
    }
}

const fn is_open(state: State) -> bool {
    state.is_live() || matches!(state, State::Waiting)
}

/// Those of the occurrence that `--ref` names, or of the only one.
fn choose<'o, 'b>(
    decided: &DecidedArgs,
    decision: &Decision,
    open: Vec<&'o Obligation<'b>>,
    today: NaiveDate,
) -> anyhow::Result<Vec<&'o Obligation<'b>>> {
    let of = |occurrence: &str| -> Vec<&'o Obligation<'b>> {
        let of = open.iter().copied();
        of.filter(|one| one.key.occurrence == occurrence).collect()
    };
    let occurrences: BTreeSet<&str> = open.iter().map(|one| &*one.key.occurrence).collect();
    let named = decided.answers.map(|id| of(&id.to_string()));
    let why = match (named, occurrences.len()) {
        (Some(named), _) if !named.is_empty() => return Ok(named),
        (None, 1) => return Ok(open),
        (None, _) => "several are open; name one with --ref",
        (Some(_), _) => "--ref names none of what is open",
    };
    let listed = open.iter().map(|one| {
        let event = one.key.occurrence.parse().ok();
        let event = event.and_then(|id| decision.event(id));
        let event = event.map(|event| format!(" for {} on {}", event.kind, date(event.on_date)));
        format!("\n  {}{}", line(one, today), event.unwrap_or_default())
    });
    bail!("{why}:{}", listed.collect::<String>())
}

fn line(one: &Obligation<'_>, today: NaiveDate) -> String {
    format!("{}: {}", one.key, standing(one, today))
}

/// Date and state of a duty, and whose word excuses it.
pub(super) fn standing(one: &Obligation<'_>, on: NaiveDate) -> String {
    let due = one.dates.map_or_else(
        || "no date yet".to_owned(),
        |dates| format!("due {}", date(dates.due_on)),
    );
    let state = one.state(on).name();
    let waived = match &one.excuse {
        Some(Excuse::Waived {
            by, reason, until, ..
        }) => {
            let until = until.map(|until| format!(" until {}", date(until)));
            format!("{} by {by}: {reason}", until.unwrap_or_default())
        }
        Some(Excuse::Exempt { .. } | Excuse::Moved { .. } | Excuse::Ended { .. }) | None => {
            String::new()
        }
    };
    let late = match &one.done {
        Some(done) if one.state(on) == State::Done && one.is_done_late() => {
            format!(" late on {}", date(done.on))
        }
        _ => String::new(),
    };
    format!("{due}, {state}{late}{waived}")
}
