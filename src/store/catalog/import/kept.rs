//! Last days that somebody entered by hand, and that an import leaves as they are.
//!
//! Owns saying so, where the plan would show what the file reads as. Refuses to change a day.

use std::collections::HashMap;

use rusqlite::types::Value;

use super::draft::Draft;
use super::plan::ImportPlan;
use crate::store::catalog::columns::Table;

/// What is said of a day that stays, in place of the rule by which the file's was read.
pub(super) const KEPT: &str = "entered by hand for the same planned time, and kept";

/// The places of planned times in the file, with the day that stays.
#[derive(Debug, Default)]
pub(super) struct Kept(HashMap<String, String>);

impl Kept {
    /// Notes that `row`, which `draft` becomes, keeps another day than was read.
    pub(super) fn note(&mut self, draft: &Draft, row: &[Value]) {
        let place = Table::Decision.place_of("planned_on");
        let Some(Value::Text(day)) = place.and_then(|place| row.get(place)) else {
            return;
        };
        if draft.is_planned_derived && draft.text("planned_on") != Some(day.as_str()) {
            let mut readings = draft.readings.iter();
            if let Some(reading) = readings.find(|one| one.column == "planned_on") {
                self.0.insert(reading.place.clone(), day.clone());
            }
        }
    }

    /// Says in `plan` which days stay; what was doubtful about them is settled.
    pub(super) fn tell(&self, plan: &mut ImportPlan) {
        if self.0.is_empty() {
            return;
        }
        let planned = plan.readings.iter_mut();
        for reading in planned.filter(|one| one.column == "planned_on") {
            if let Some(day) = self.0.get(&reading.place) {
                reading.read = Some(day.clone());
                KEPT.clone_into(&mut reading.rule);
            }
        }
        plan.warnings.retain(|warning| {
            let place = warning.place.strip_suffix(", planned_text");
            place.is_none_or(|place| !self.0.contains_key(place))
        });
    }
}
