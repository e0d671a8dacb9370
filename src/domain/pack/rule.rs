//! The one shape of every duty, window, gate and trigger.
//!
//! Owns a rule's parts and their names in a pack. Refuses to apply any; that is `rules`.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::counting::{Convention, Span};
use crate::domain::decision::{Flag, Status};

/// A rule's id: its row in the register of obligations, in lower case (`pub-6b`);
/// an item that a rule opens adds its own name (`eva-15c.start`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(pub String);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a rule stands in the law.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Basis {
    /// The system's id.
    pub system: String,
    /// Article and paragraph, such as `6` or `15 ¶3`.
    pub article: String,
}

/// One duty, window, gate or trigger.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What is to be done, in Chinese, in a few words.
    pub title: String,
    /// Where it stands; never empty in a sound pack.
    pub basis: Vec<Basis>,
    /// Which decisions it applies to.
    pub when: When,
    /// Which decisions are exempt by law, although it applies.
    pub exempt_when: Option<When>,
    /// The events, fields or rules it is counted from; the first that is there.
    pub from: Vec<Anchor>,
    /// Stand-ins for `from`, used and marked as assumed while nothing better is recorded.
    pub or_from: Vec<Anchor>,
    /// A later anchor that only the lenient reading is counted from.
    pub latest_from: Option<Anchor>,
    /// The event kinds of which each makes an obligation of its own; without any there is one.
    pub each: Vec<String>,
    /// Only events whose note begins with one of these words; any event where it is empty.
    pub each_note: Vec<String>,
    /// Only an event that follows another one of its kind within this time.
    pub repeated_within: Option<Span>,
    /// What becomes of an occurrence that comes after the window it belongs to.
    pub late: Late,
    /// How far from the anchor.
    pub offset: Offset,
    /// Reported progress beyond this percentage also reaches the date.
    pub or_progress_over: Option<f64>,
    /// How the offset is counted.
    pub convention: Convention,
    /// The anchor's own day is the first that counts (C-2).
    pub counts_anchor: bool,
    /// What the date means.
    pub relation: Relation,
    /// What ends it.
    pub done_by: Evidence,
    /// The gates whose evidence is this one's: what they lack is told in one notice.
    pub gathers: Vec<RuleId>,
    /// An event kind that excuses it, such as the choice of a simplified procedure.
    pub excused_by: Option<String>,
    /// For an exemption: the rules it can excuse, once a person confirms.
    pub exempts: Vec<RuleId>,
    /// For an exemption: an event of these kinds after the anchor leaves no room for it.
    pub unless_after: Vec<String>,
    /// An event of these kinds ends a waiver that was given before it.
    pub lapses_on: Vec<String>,
    /// Decisions of these statuses keep it, though they are no longer pursued.
    pub stays_when: Vec<Status>,
    /// The days of its anchor for which this wording of the rule is in force.
    pub valid: Validity,
    /// Who must act.
    pub responsible: Role,
    /// Who is told, besides what the ladder adds.
    pub tell: Vec<Role>,
    /// How the law words it.
    pub strength: Strength,
    /// Which ladder its reminders climb.
    pub ladder: String,
    /// The local rule this stricter rule of higher law governs.
    pub floor_of: Option<RuleId>,
    /// The rule that opens this one, for an item with dates of its own.
    pub opened_by: Option<RuleId>,
    /// What is to be prepared, in Chinese, for the notice that opens it.
    pub prepare: Vec<String>,
}

/// What a rule is counted from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// An event of this kind.
    Event(String),
    /// A field of the decision: `field:term_end`.
    Field(Field),
    /// The date another rule gives: `rule:pub-5a`.
    Rule(RuleId),
}

/// A date that stands in the decision's own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Last day of the planned time.
    PlannedOn,
    /// First day of the term.
    TermStart,
    /// Last day of the term.
    TermEnd,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(kind) => f.write_str(kind),
            Self::Field(Field::PlannedOn) => f.write_str("field:planned_on"),
            Self::Field(Field::TermStart) => f.write_str("field:term_start"),
            Self::Field(Field::TermEnd) => f.write_str("field:term_end"),
            Self::Rule(rule) => write!(f, "rule:{rule}"),
        }
    }
}

/// How far from the anchor a date lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// A counted span.
    Span(Span),
    /// `half_term`: half of the decision's term, whatever the anchor.
    HalfTerm,
}

/// What a date means for the act it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Done no later than the date.
    By,
    /// Not done before the date: a window that must stay open.
    NotBefore,
    /// The evidence must exist when the anchor's day comes.
    Gate,
    /// On the date something opens by itself; the duty lies in what it opens.
    Trigger,
    /// No duty: until the date a person may excuse the rules it names.
    Exemption,
}

/// What becomes of an occurrence that comes after the window it belongs to (C-9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Late {
    /// No clock runs; a person decides.
    #[default]
    Ask,
    /// Its clock runs from its own day.
    OwnClock,
}

/// The days for whose anchors a rule, in this wording, is in force; both part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Validity {
    /// First day; open where there is none.
    pub from: Option<NaiveDate>,
    /// Last day; open where there is none.
    pub until: Option<NaiveDate>,
}

impl Validity {
    /// Whether it is in force for an anchor on that day.
    #[must_use]
    pub fn covers(&self, on: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= on) && self.until.is_none_or(|until| on <= until)
    }

    /// Whether some day is covered by both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_in_time = |from: Option<NaiveDate>, until: Option<NaiveDate>| {
            from.zip(until).is_none_or(|(from, until)| from <= until)
        };
        starts_in_time(self.from, other.until) && starts_in_time(other.from, self.until)
    }
}

/// How the law words a duty, and so how a miss may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// 应当.
    Must,
    /// 一般: may be waived with a reason.
    Should,
    /// No number in the text: a miss is never called a breach.
    Advisory,
}

/// The events that end an obligation.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of the pack, and any of them may be set"
)]
pub struct Evidence {
    /// Event kinds; any one of them, or every one where `all` is set.
    pub events: Vec<String>,
    /// A checklist: each kind must be there.
    pub all: bool,
    /// The event must carry at least this value (a quorum).
    pub min_value: Option<f64>,
    /// The value must be an odd number.
    pub odd: bool,
    /// The value must be that of the occurrence's event, where that one has a value:
    /// as many signatures as experts.
    pub same_value: bool,
    /// The event's `note` must begin with this word (`execution`, `midterm`, `final`).
    pub note: Option<String>,
    /// The event's `note` must begin with the first word of the occurrence's own.
    pub same_note: bool,
    /// The event must name a document, by number or link.
    pub document: bool,
    /// The event's `ref` must name the occurrence's event.
    pub answers: bool,
}

/// Conditions on a decision; an empty one holds for every decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct When {
    /// Each of these.
    pub all: Vec<Condition>,
    /// At least one of these, if there are any.
    pub any: Vec<Condition>,
    /// The term lasts at least so many whole years, its last day included (以上 includes
    /// the number, 民法典 Art. 1259).
    pub term_years_min: Option<u32>,
}

/// Something the catalogue says, or does not say, about a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    /// A flag of the decision.
    Flag(Flag),
    /// The decision is confidential.
    Confidential,
    /// The decision was taken out of the catalogue.
    Withdrawn,
    /// Other units than the drafting one take part (配合单位).
    Cooperating,
}

impl Condition {
    /// The condition's name in packs: a flag's column, or a word of its own.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flag(flag) => flag.name(),
            Self::Confidential => "confidential",
            Self::Withdrawn => "withdrawn",
            Self::Cooperating => "cooperating",
        }
    }
}

/// Who a duty falls on or who is told. Which unit that is, decision and directory say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 起草/承办单位, from the decision.
    Drafting,
    /// 执行单位, from the decision.
    Executing,
    /// 配合单位, from the decision.
    Cooperating,
    /// 市政府办公室, from the directory.
    Office,
    /// 市司法局, from the directory.
    Legal,
    /// 有权机关, from the directory.
    Authority,
    /// 档案馆, from the directory.
    Archives,
    /// 市督查指挥中心, from the directory.
    Centre,
}

impl Role {
    /// Every role, as packs and directories name it.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Drafting, "drafting"),
        (Self::Executing, "executing"),
        (Self::Cooperating, "cooperating"),
        (Self::Office, "office"),
        (Self::Legal, "legal"),
        (Self::Authority, "authority"),
        (Self::Archives, "archives"),
        (Self::Centre, "centre"),
    ];

    /// The role's name in packs and directories.
    #[must_use]
    pub fn name(self) -> &'static str {
        let named = Self::ALL.iter().find(|(role, _)| *role == self);
        named.map_or("", |(_, name)| name)
    }
}
