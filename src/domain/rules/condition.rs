//! Whether a rule's conditions hold for a decision: yes, no, or nobody has said.
//!
//! Owns the three-valued answer. Refuses to guess an unsaid flag from a title.

use crate::domain::counting::whole_months;
use crate::domain::decision::{Decision, Status};
use crate::domain::obligation::Missing;
use crate::domain::pack::{Condition, Readings, TermEnd, When};

/// Whether conditions hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// It depends on these, about which nobody has said anything.
    NotSaid(Vec<Missing>),
}

/// Whether `when` holds for `decision`.
pub(super) fn holds(when: &When, decision: &Decision, readings: Readings) -> Answer {
    let mut unsaid = Vec::new();
    for condition in &when.all {
        match said(*condition, decision) {
            Some(true) => {}
            Some(false) => return Answer::No,
            None => unsaid.push(Missing::Flag(condition.name().to_owned())),
        }
    }
    match any(&when.any, decision) {
        Answer::No => return Answer::No,
        Answer::Yes => {}
        Answer::NotSaid(flags) => unsaid.extend(flags),
    }
    match when
        .term_years_min
        .map(|years| lasts(decision, years, readings.term_end))
    {
        Some(Some(false)) => return Answer::No,
        Some(None) => unsaid.push(Missing::Term),
        Some(Some(true)) | None => {}
    }
    if unsaid.is_empty() {
        Answer::Yes
    } else {
        Answer::NotSaid(unsaid)
    }
}

/// The condition that holds, for an exemption that names its reason.
pub(super) fn reason(when: &When, decision: &Decision, readings: Readings) -> Option<String> {
    if holds(when, decision, readings) != Answer::Yes {
        return None;
    }
    let conditions = when.all.iter().chain(&when.any);
    let holding = conditions.filter(|condition| said(**condition, decision) == Some(true));
    let names: Vec<String> = holding
        .map(|condition| condition.name().to_owned())
        .collect();
    Some(names.join(", "))
}

fn any(conditions: &[Condition], decision: &Decision) -> Answer {
    let mut unsaid = Vec::new();
    for condition in conditions {
        match said(*condition, decision) {
            Some(true) => return Answer::Yes,
            Some(false) => {}
            None => unsaid.push(Missing::Flag(condition.name().to_owned())),
        }
    }
    match (conditions.is_empty(), unsaid.is_empty()) {
        (true, _) => Answer::Yes,
        (false, true) => Answer::No,
        (false, false) => Answer::NotSaid(unsaid),
    }
}

fn said(condition: Condition, decision: &Decision) -> Option<bool> {
    match condition {
        Condition::Flag(flag) => decision.flags.get(flag),
        Condition::Confidential => Some(decision.confidential),
        Condition::Withdrawn => Some(decision.status == Status::Withdrawn),
        Condition::Cooperating => Some(!decision.cooperating_units.is_empty()),
    }
}

/// Whether the term lasts at least `years`; not known while either end of it is.
fn lasts(decision: &Decision, years: u32, measured: TermEnd) -> Option<bool> {
    let (start, last) = (decision.term_start?, decision.term_end?);
    let end = match measured {
        TermEnd::Inclusive => last,
        TermEnd::Exclusive => last.pred_opt()?,
    };
    let months = whole_months(start, end);
    let whole_years = end.succ_opt().and_then(|after| after.years_since(start));
    Some(
        months.is_some_and(|months| months >= years * 12)
            || whole_years.is_some_and(|n| n >= years),
    )
}
