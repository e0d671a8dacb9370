//! What an obligation is made of: its dates, what ended it, what excuses it, what it lacks.
//!
//! Owns these values and how an excuse reads in a log. Refuses to say how an obligation
//! stands; that is the obligation's own.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::decision::Status;
use crate::domain::pack::{Basis, Rule, RuleId};

/// The dates of an obligation whose anchor is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    /// The day counting started from.
    pub anchor_on: NaiveDate,
    /// The safe reading: what people are told to keep.
    pub due_on: NaiveDate,
    /// The lenient reading: only past it (for a window: before it) there is a miss.
    pub latest_on: NaiveDate,
    /// The date touches a year whose notice is not out, and may still move.
    pub provisional: bool,
}

/// The event that ended an obligation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// When.
    pub on: NaiveDate,
    /// Which event kind.
    pub event: String,
    /// Document number or link, where one was given.
    pub evidence: Option<String>,
}

/// Why a duty that applies need not be done. Never silent: each names its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "excuse", rename_all = "snake_case")]
pub enum Excuse {
    /// A person waived it.
    Waived {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// From when on.
        on: NaiveDate,
        /// Until when; for good where nothing is said.
        until: Option<NaiveDate>,
    },
    /// The rule itself exempts decisions of this kind.
    Exempt {
        /// The condition that holds.
        because: String,
    },
    /// What it was about was put off; the later date has duties of its own.
    Moved {
        /// The later date.
        to: NaiveDate,
    },
    /// The decision is no longer pursued.
    Ended {
        /// Withdrawn from the catalogue, or closed.
        status: Status,
        /// The reason, as it was entered with the withdrawal.
        reason: Option<String>,
    },
}

impl Excuse {
    /// The excuse in a few words, for logs and audit entries.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Waived { by, reason, .. } => format!("waived by {by}: {reason}"),
            Self::Exempt { because } => format!("exempt: {because}"),
            Self::Moved { to } => format!("put off to {to}"),
            Self::Ended { status, reason } => {
                let status = match status {
                    Status::Active => "active",
                    Status::Withdrawn => "withdrawn",
                    Status::Closed => "closed",
                };
                let reason = reason.as_ref().map(|reason| format!(": {reason}"));
                format!("the decision is {status}{}", reason.unwrap_or_default())
            }
        }
    }
}

/// An exemption that the law allows and that nobody has confirmed: a person does, with
/// name and reason, or the duty stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The exemption's id.
    pub rule: RuleId,
    /// What it says, in Chinese.
    pub title: String,
    /// Where it stands.
    pub basis: Vec<Basis>,
    /// The event it is drawn from, where there is one, and its day.
    pub because: Option<(String, NaiveDate)>,
}

/// A gate whose evidence another gate asks for as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathered<'p> {
    /// Its rule.
    pub rule: &'p Rule,
    /// The event it occurs for; empty where it occurs once.
    pub occurrence: String,
    /// When it was done, if it was.
    pub done_on: Option<NaiveDate>,
    /// Flags nobody has said anything about, on which it depends.
    pub unsaid: Vec<String>,
}

/// Something nobody has entered, without which there is no date.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "missing", content = "name", rename_all = "snake_case")]
pub enum Missing {
    /// One of these events, fields or rules.
    Anchor(String),
    /// Nobody has said whether this flag holds.
    Flag(String),
    /// A term's first or last day.
    Term,
    /// The request came after the window had closed: no clock runs, a person decides.
    Late(String),
}
