//! Decisions that the catalogue has under way and that a file does not list any more.
//!
//! Owns finding them, and the event that records a withdrawal. Refuses to withdraw in silence, and
//! to delete: a list may be a part of the catalogue, and what was begun stays on record.

use rusqlite::types::Value;

use crate::domain::fault::Fault;
use crate::store::catalog::columns::Table;
use crate::store::catalog::stored::Write;

use super::answers::{Answers, Withdrawal};
use super::plan::{Emptied, ImportPlan, Missing};
use super::years::{Known, Year, Years};

/// Writes into `plan` what the file does not list of the bodies and years that it lists.
pub(super) fn find(years: &Years, answers: &Answers, plan: &mut ImportPlan) {
    let is_withdrawn = answers.withdrawal.is_some();
    if is_withdrawn && !years.all.iter().any(|year| year.is_listed) {
        let found = "a file that lists no decisions by number, or only a part of a year's";
        let expected = "the catalogue of a year (nothing is withdrawn)";
        plan.warnings
            .push(Fault::new("--withdraw", found, expected));
    }
    for year in years.all.iter().filter(|year| year.is_listed) {
        let active = year.known.iter().filter(|known| known.is_active());
        let missing: Vec<&Known> = active.clone().filter(|known| !known.is_claimed).collect();
        if is_withdrawn {
            let emptied = emptied(year, active.count(), missing.len());
            plan.emptied.extend(emptied);
        }
        plan.missing
            .extend(missing.into_iter().map(|known| Missing {
                id: known.id.clone(),
                title: known.title.clone(),
                is_withdrawn,
            }));
    }
}

fn emptied(year: &Year, active: usize, withdrawn: usize) -> Option<Emptied> {
    let (organ, year) = year.series.clone();
    (withdrawn * 2 > active).then_some(Emptied {
        organ,
        year,
        active,
        withdrawn,
    })
}

/// The event that says why and when the decision `id` was withdrawn.
pub(super) fn note(id: &str, withdrawal: &Withdrawal) -> Write {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = Table::Event
        .columns()
        .iter()
        .map(|column| match column.name {
            "decision_id" => text(id),
            "kind" => text("withdrawn_note"),
            "on_date" => text(&withdrawal.on.to_string()),
            "note" => text(&withdrawal.reason),
            "recorded_at" => withdrawal.recorded_at.as_deref().map_or(Value::Null, text),
            _ => Value::Null,
        });
    Write {
        values: values.collect(),
        is_new: true,
    }
}
