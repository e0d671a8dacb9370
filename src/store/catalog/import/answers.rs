//! What a person has decided where a file alone does not say it.
//!
//! Owns these answers. Refuses to hold one that nobody gave: each names its decision or its reason.

use std::collections::BTreeSet;

use chrono::NaiveDate;

/// Answers to what an import would otherwise ask, or leave as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Decisions that have a new title in the file.
    pub renamed: BTreeSet<String>,
    /// Decisions whose number another one has in the file.
    pub replaced: BTreeSet<String>,
    /// Withdrawn decisions that are taken back into the catalogue.
    pub readmitted: BTreeSet<String>,
    /// What becomes of decisions that the file does not list any more; nothing without it.
    pub withdrawal: Option<Withdrawal>,
}

/// Why and when decisions leave the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The reason, for the record.
    pub reason: String,
    /// The day of the adjustment.
    pub on: NaiveDate,
    /// When it is entered, as the caller's clock tells it.
    pub recorded_at: Option<String>,
}
