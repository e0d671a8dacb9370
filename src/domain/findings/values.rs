//! Quantities that cannot be.
//!
//! Owns the numbers of people. Refuses to judge whether there are enough: that is a rule's.

use super::at;
use crate::domain::decision::Decision;
use crate::domain::fault::Fault;

/// The kinds whose value is a number of experts (论证 Art. 8).
const COUNT_EXPERTS: [&str; 2] = ["expert_review_on", "expert_report"];

/// No review seats more; a larger number is a year, a phone number or a sum.
const MOST_EXPERTS: f64 = 999.0;

/// The values of `decision` that nobody can have meant.
pub(super) fn impossible(decision: &Decision) -> Vec<Fault> {
    let counted = decision
        .events
        .iter()
        .filter(|event| COUNT_EXPERTS.contains(&event.kind.as_str()));
    let wrong = counted.filter_map(|event| Some((event, event.value?)));
    wrong
        .filter(|(_, experts)| experts.fract() != 0.0 || *experts > MOST_EXPERTS)
        .map(|(event, experts)| {
            let expected = "a number of experts: whole, and at most 999";
            Fault::new(at(decision, event), format!("value {experts}"), expected)
        })
        .collect()
}
