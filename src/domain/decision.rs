//! A major administrative decision as the catalogue tells it: the row and its events.
//!
//! Owns the nouns of the catalogue contract and how a planned time is read from
//! them. Refuses to derive dates; that is `rules`.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The event kinds of the catalogue contract. A pack may declare further ones.
pub const EVENT_KINDS: &[&str] = &[
    "comment_opened",
    "comment_closes",
    "hearing_requested",
    "hearing_replied",
    "hearing_on",
    "hearing_list_published",
    "hearing_notice_served",
    "hearing_report",
    "participation_report",
    "opinions_answered",
    "expert_material_sent",
    "expert_review_on",
    "expert_report",
    "expert_opinions_answered",
    "risk_assessed",
    "fair_competition_reviewed",
    "legality_requested",
    "legality_opinion",
    "consulted",
    "leader_consented",
    "submitted",
    "material_returned",
    "material_corrected",
    "executive_meeting_on",
    "plenary_meeting_on",
    "meeting_notice_sent",
    "meeting_material_sent",
    "minutes_signed",
    "party_reported",
    "decided",
    "document_issued",
    "published",
    "parties_notified",
    "execution_started",
    "progress_reported",
    "change_decided",
    "loss_measures_filed",
    "dispute_reported",
    "execution_completed",
    "evaluation_opened",
    "evaluation_plan",
    "evaluation_report",
    "evaluation_submitted",
    "evaluation_exempted",
    "stage_filed",
    "execution_material_filed",
    "archived",
    "archive_transferred",
    "accountability_decided",
    "accountability_served",
    "waived",
    "extended",
    "withdrawn_note",
];

/// Whether `kind` is one of the contract's event kinds.
#[must_use]
pub fn is_known_kind(kind: &str) -> bool {
    EVENT_KINDS.contains(&kind)
}

/// A decision's id in the city's catalogue, such as `2026-003`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DecisionId(pub String);

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the catalogue says about a decision's nature. Each is yes, no, or not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// 专业性、技术性较强.
    Professional,
    /// 涉及面较广.
    WideImpact,
    /// 争议性较强.
    Contested,
    /// 内容特别复杂.
    Complex,
    /// 敏感.
    Sensitive,
    /// 可能对社会稳定、公共安全造成不利影响.
    StabilityRisk,
    /// 涉及市场主体经济活动.
    MarketImpact,
    /// 重大改革.
    MajorReform,
    /// 对公民权利义务有普遍影响.
    GeneralEffect,
    /// 社会普遍关注.
    PublicConcern,
    /// 重大规划或政策.
    PlanOrPolicy,
    /// 上级部署并由上级评估.
    SuperiorMandated,
}

impl Flag {
    /// Every flag, in the order of the catalogue's columns.
    pub const ALL: [Self; 12] = [
        Self::Professional,
        Self::WideImpact,
        Self::Contested,
        Self::Complex,
        Self::Sensitive,
        Self::StabilityRisk,
        Self::MarketImpact,
        Self::MajorReform,
        Self::GeneralEffect,
        Self::PublicConcern,
        Self::PlanOrPolicy,
        Self::SuperiorMandated,
    ];

    /// The flag's column in the catalogue and its name in a pack.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Professional => "professional",
            Self::WideImpact => "wide_impact",
            Self::Contested => "contested",
            Self::Complex => "complex",
            Self::Sensitive => "sensitive",
            Self::StabilityRisk => "stability_risk",
            Self::MarketImpact => "market_impact",
            Self::MajorReform => "major_reform",
            Self::GeneralEffect => "general_effect",
            Self::PublicConcern => "public_concern",
            Self::PlanOrPolicy => "plan_or_policy",
            Self::SuperiorMandated => "superior_mandated",
        }
    }

    /// The flag of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.name() == name)
    }
}

/// Yes, no or not said, for every flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags([Option<bool>; 12]);

impl Flags {
    /// What is said about `flag`; `None` where nobody has said anything.
    #[must_use]
    pub const fn get(&self, flag: Flag) -> Option<bool> {
        self.0[flag as usize]
    }

    /// The same flags with `flag` said.
    #[must_use]
    pub const fn with(mut self, flag: Flag, said: Option<bool>) -> Self {
        self.0[flag as usize] = said;
        self
    }
}

/// Whether the city still pursues the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// In the catalogue and under way.
    #[default]
    Active,
    /// Taken out of the catalogue.
    Withdrawn,
    /// Finished; nothing more is due.
    Closed,
}

/// A row of the catalogue with everything that has happened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Key in the catalogue.
    pub id: DecisionId,
    /// 决策机关.
    pub organ: String,
    /// Year of the published catalogue.
    pub year: i32,
    /// Place in that year's catalogue.
    pub seq: i64,
    /// 决策事项名称.
    pub title: String,
    /// 起草/承办单位, by the name the catalogue uses.
    pub drafting_unit: Option<String>,
    /// 执行单位.
    pub executing_unit: Option<String>,
    /// 配合单位.
    pub cooperating_units: Vec<String>,
    /// The planned time as published, such as `第三季度`.
    pub planned_text: Option<String>,
    /// The last day of the planned time.
    pub planned_on: Option<NaiveDate>,
    /// First day of the term, part of it.
    pub term_start: Option<NaiveDate>,
    /// Last day of the term, part of it.
    pub term_end: Option<NaiveDate>,
    /// What has been said about its nature.
    pub flags: Flags,
    /// Messages carry the number only, never the title.
    pub confidential: bool,
    /// Whether it is still pursued.
    pub status: Status,
    /// What has happened or is fixed to happen, in order of date.
    pub events: Vec<Event>,
}

impl Decision {
    /// The title as it may be shown; of a confidential decision there is its number only.
    #[must_use]
    pub fn shown_title(&self) -> Option<&str> {
        (!self.confidential).then_some(self.title.as_str())
    }

    /// The events of `kind`, in order of date.
    pub fn events_of<'a, 'k>(
        &'a self,
        kind: &'k str,
    ) -> impl Iterator<Item = &'a Event> + use<'a, 'k> {
        self.events.iter().filter(move |event| event.kind == kind)
    }

    /// The events of `kind` that no later one of the kind took the place of.
    pub fn standing<'a, 'k>(
        &'a self,
        kind: &'k str,
    ) -> impl Iterator<Item = &'a Event> + use<'a, 'k> {
        self.events_of(kind)
            .filter(|event| self.moved_to(event).is_none())
    }

    /// The event of the same kind that names `event` as the one it takes the place of: a
    /// hearing or meeting that was put off.
    #[must_use]
    pub fn moved_to(&self, event: &Event) -> Option<&Event> {
        let mut others = self.events.iter();
        others.find(|other| {
            other.answers == Some(event.id) && other.kind == event.kind && other.id != event.id
        })
    }

    /// The event with that id.
    #[must_use]
    pub fn event(&self, id: i64) -> Option<&Event> {
        self.events.iter().find(|event| event.id == id)
    }
}

/// Something that happened to a decision, or is fixed to happen.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Key in the catalogue.
    pub id: i64,
    /// One of [`EVENT_KINDS`], or a kind that only the pack knows.
    pub kind: String,
    /// The civil date; it may lie ahead.
    pub on_date: NaiveDate,
    /// The event it answers: a reply names its request, a list its hearing.
    pub answers: Option<i64>,
    /// A quantity: percent of progress, number of experts.
    pub value: Option<f64>,
    /// For `evaluation_*` the kind of evaluation; for `waived` rule, person and reason.
    pub note: Option<String>,
    /// Document number or link.
    pub evidence: Option<String>,
}

impl Event {
    /// Whether it comes after `other`: on a later day, or entered later for the same one.
    #[must_use]
    pub fn is_after(&self, other: &Self) -> bool {
        (self.on_date, self.id) > (other.on_date, other.id)
    }

    /// The first word of its note, up to a space, colon, comma or semicolon.
    #[must_use]
    pub fn first_word(&self) -> &str {
        let note = self.note.as_deref().unwrap_or_default().trim_start();
        let ends = |c: char| c.is_whitespace() || "；;：:，,".contains(c);
        note.split(ends).next().unwrap_or_default()
    }
}
