//! The one shape of every duty, window, gate and trigger.
//!
//! Owns a rule's parts and their names in a pack. Refuses to apply any; that is `rules`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::counting::{Convention, Span};
use crate::domain::decision::Flag;

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
    /// The event kind that makes one obligation per occurrence; without it there is one.
    pub each: Option<String>,
    /// How far from the anchor.
    pub offset: Offset,
    /// Reported progress beyond this percentage also reaches the date.
    pub or_progress_over: Option<f64>,
    /// How the offset is counted.
    pub convention: Convention,
    /// What the date means.
    pub relation: Relation,
    /// What ends it.
    pub done_by: Evidence,
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
pub struct Evidence {
    /// Event kinds; any one of them, or every one where `all` is set.
    pub events: Vec<String>,
    /// A checklist: each kind must be there.
    pub all: bool,
    /// The event must carry at least this value (a quorum).
    pub min_value: Option<f64>,
    /// The event's `note` must begin with this word (`execution`, `midterm`, `final`).
    pub note: Option<String>,
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
