//! `[auditor]`: from when on something that waits is an alarm.
//!
//! Owns the bound. Refuses to inspect: `jobs::auditor` does.

use serde::Deserialize;

/// A day: what waits for longer is late whatever the relay allows.
const LATE_MIN_MAX: u32 = 24 * 60;

/// `[auditor]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auditor {
    /// A message that may go out and has not been for so many minutes is late.
    pub late_min: u32,
}

impl Default for Auditor {
    /// Longer than the longest lawful conversation with a relay, 22 minutes with the default
    /// deadlines of `[mail]`.
    fn default() -> Self {
        Self { late_min: 30 }
    }
}

impl Auditor {
    /// Each key that is out of bounds, with what was found and what was expected.
    pub(super) fn contradictions(self) -> Vec<(&'static str, String, String)> {
        let expected = format!("a number from 1 to {LATE_MIN_MAX}");
        let is_sound = (1..=LATE_MIN_MAX).contains(&self.late_min);
        let fault = ("late_min", self.late_min.to_string(), expected);
        (!is_sound).then_some(fault).into_iter().collect()
    }
}
