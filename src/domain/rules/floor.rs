//! Higher law over local law: of two dates for one act the earlier governs.
//!
//! Owns which of the two speaks. Refuses to let a rule that is excused, or has no date,
//! silence the other.

use crate::domain::counting::Step;
use crate::domain::obligation::{Dates, Obligation};

/// A stricter rule of higher law governs the local one it names: the earlier of both
/// dates stands, and both are cited. One that is excused governs nothing, and one whose
/// local rule has no date, or is excused, speaks for itself.
pub(super) fn apply(derived: &mut [Obligation<'_>]) {
    for index in 0..derived.len() {
        let strict = derived[index].clone();
        let (Some(governed), Some(dates)) = (&strict.rule.floor_of, strict.dates) else {
            continue;
        };
        let same = |other: &&mut Obligation<'_>| {
            other.key.rule == *governed && other.key.occurrence == strict.key.occurrence
        };
        let local = derived.iter_mut().find(same);
        let Some(local) = local.filter(|local| local.excuse.is_none() && strict.excuse.is_none())
        else {
            continue;
        };
        if let Some(locals) = &mut local.dates {
            local.cited.push(strict.rule);
            if tighten(locals, &dates) {
                local.trail.push(Step::Floor {
                    rule: strict.key.rule.0.clone(),
                    on: dates.due_on,
                });
            }
            derived[index].spoken_for = true;
        }
    }
}

/// The earlier of both dates, in either reading; whether the stricter rule moved any.
fn tighten(local: &mut Dates, strict: &Dates) -> bool {
    let before = *local;
    local.due_on = local.due_on.min(strict.due_on);
    local.latest_on = local.latest_on.min(strict.latest_on);
    let is_moved = *local != before;
    local.provisional |= is_moved && strict.provisional;
    is_moved
}
