//! The columns of the contract, in its order, and what a cell of each may hold.
//!
//! Owns the order in which rows are selected, read, imported and exported.
//! Refuses to know types or constraints: those are in `schema.sql`.

use crate::domain::decision::Flag;

/// One of the two tables that people fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// The decisions.
    Decision,
    /// Their events.
    Event,
}

/// What a cell holds when it comes out of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A name or a title: one line.
    Line,
    /// Free text, kept to the letter.
    Text,
    /// A civil date.
    Day,
    /// Names, as a JSON array.
    Names,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
}

/// A column of the contract.
pub(super) struct Column {
    /// Its name in the table and in the header of a file.
    pub(super) name: &'static str,
    pub(super) holds: Holds,
}

impl Column {
    /// Whether it holds one of the flags.
    pub(super) fn is_flag(&self) -> bool {
        Flag::ALL.iter().any(|flag| flag.name() == self.name)
    }
}

const fn column(name: &'static str, holds: Holds) -> Column {
    Column { name, holds }
}

const fn flag(flag: Flag) -> Column {
    column(flag.name(), Holds::Whole)
}

static DECISION: [Column; 27] = [
    column("id", Holds::Line),
    column("organ", Holds::Line),
    column("year", Holds::Whole),
    column("seq", Holds::Whole),
    column("title", Holds::Line),
    column("drafting_unit", Holds::Line),
    column("executing_unit", Holds::Line),
    column("cooperating_units", Holds::Names),
    column("planned_text", Holds::Line),
    column("planned_on", Holds::Day),
    column("term_start", Holds::Day),
    column("term_end", Holds::Day),
    flag(Flag::Professional),
    flag(Flag::WideImpact),
    flag(Flag::Contested),
    flag(Flag::Complex),
    flag(Flag::Sensitive),
    flag(Flag::StabilityRisk),
    flag(Flag::MarketImpact),
    flag(Flag::MajorReform),
    flag(Flag::GeneralEffect),
    flag(Flag::PublicConcern),
    flag(Flag::PlanOrPolicy),
    flag(Flag::SuperiorMandated),
    column("confidential", Holds::Whole),
    column("status", Holds::Line),
    column("note", Holds::Text),
];

static EVENT: [Column; 9] = [
    column("id", Holds::Whole),
    column("decision_id", Holds::Line),
    column("kind", Holds::Line),
    column("on_date", Holds::Day),
    column("ref", Holds::Whole),
    column("value", Holds::Number),
    column("note", Holds::Text),
    column("evidence", Holds::Text),
    column("recorded_at", Holds::Text),
];

impl Table {
    /// The table's name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Event => "event",
        }
    }

    /// The table's columns in the contract's order.
    pub(super) fn columns(self) -> &'static [Column] {
        match self {
            Self::Decision => &DECISION,
            Self::Event => &EVENT,
        }
    }

    /// Where the column of that name stands.
    pub(super) fn place_of(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| column.name == name)
    }

    /// The columns' names, parted by commas, for a select list.
    pub(super) fn list(self) -> String {
        let names: Vec<&str> = self.columns().iter().map(|column| column.name).collect();
        names.join(", ")
    }
}
