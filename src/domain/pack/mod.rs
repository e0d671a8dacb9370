//! A rule pack: the law of one city as data.
//!
//! Owns the shape of a rule and what a sound pack is. Refuses to hold any number
//! of the law itself: every offset, quorum and article stands in the pack's file.

mod ladder;
mod rule;

mod entry;
mod read;
mod readings;
mod sound;
mod words;

use chrono::NaiveDate;

use super::counting::{Convention, Direction, Span, Unit};
pub use ladder::{Audience, Ladder, Rung};
pub use read::read;
pub use readings::{Ambiguity, Readings, Setting, TermEnd, Unsaid};
pub use rule::{
    Anchor, Basis, Condition, Evidence, Field, Late, Offset, Relation, Role, Rule, RuleId,
    Strength, Validity, When,
};

/// One city's rules, as read from one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Short name, such as `taonan`.
    pub name: String,
    /// Title for people, in Chinese.
    pub title: String,
    /// Version of the pack; shown with every date.
    pub version: String,
    /// The day the city's rules came into force.
    pub valid_from: NaiveDate,
    /// Event kinds of its own, beside those of the catalogue contract.
    pub events: Vec<String>,
    /// Event kinds that stand for one another: of those a rule counts from, the earliest day
    /// anchors, whichever kind it is of.
    pub alike: Vec<String>,
    /// How offsets are counted where a rule does not say otherwise.
    pub counting: Counting,
    /// Answers to open questions that hold for every rule.
    pub readings: Readings,
    /// Every question the texts leave open, with its answer here.
    pub ambiguities: Vec<Ambiguity>,
    /// The laws and systems that rules are based on.
    pub systems: Vec<System>,
    /// Ladders by id; `default` is always there.
    pub ladders: Vec<Ladder>,
    /// Rules in the order of the file; an item a rule opens follows it.
    pub rules: Vec<Rule>,
}

impl Pack {
    /// The rule with that id, in its latest wording.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().rfind(|rule| rule.id.0 == id)
    }

    /// Whether no later entry of the file gives the same rule another wording.
    #[must_use]
    pub fn is_latest(&self, rule: &Rule) -> bool {
        // Wordings of a sound pack do not overlap: nothing follows one without an end.
        rule.valid.until.is_none()
            || self
                .rule(&rule.id.0)
                .is_some_and(|latest| latest.valid == rule.valid)
    }

    /// The ladder with that id; a sound pack has every ladder its rules name.
    #[must_use]
    pub fn ladder(&self, id: &str) -> Option<&Ladder> {
        self.ladders.iter().find(|ladder| ladder.id == id)
    }

    /// The Chinese title of a system, or its id where it has none.
    #[must_use]
    pub fn system_title<'a>(&'a self, id: &'a str) -> &'a str {
        let system = self.systems.iter().find(|system| system.id == id);
        system.map_or(id, |system| system.title.as_str())
    }
}

/// The pack's conventions of counting, per kind of offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counting {
    /// `+Nd`.
    pub forward_days: Convention,
    /// `+Nwd`.
    pub forward_working_days: Convention,
    /// `-Nd`.
    pub backward_days: Convention,
    /// `-Nwd`.
    pub backward_working_days: Convention,
    /// `±Nm`, `±Ny`.
    pub months_and_years: Convention,
}

impl Counting {
    /// How `span` is counted where a rule does not say otherwise.
    #[must_use]
    pub const fn of(&self, span: Span) -> Convention {
        match (span.unit, span.direction) {
            (Unit::Days, Direction::Forward) => self.forward_days,
            (Unit::Days, Direction::Backward) => self.backward_days,
            (Unit::WorkingDays, Direction::Forward) => self.forward_working_days,
            (Unit::WorkingDays, Direction::Backward) => self.backward_working_days,
            (Unit::Months | Unit::Years, _) => self.months_and_years,
        }
    }
}

/// A law or system that rules cite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// What rules call it, such as `参与`.
    pub id: String,
    /// Its full title.
    pub title: String,
}
