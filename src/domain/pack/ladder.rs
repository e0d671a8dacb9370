//! A ladder as a pack describes it.
//!
//! Owns rungs and audiences. Refuses to climb; that is `domain::ladder`.

use serde::{Deserialize, Serialize};

use crate::domain::counting::Span;

/// The rungs a reminder climbs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// What rules call it.
    pub id: String,
    /// From this long before the date a duty counts as near (临期).
    pub near: Span,
    /// Rungs in order of time.
    pub rungs: Vec<Rung>,
    /// Who is told at once when a window is cut short, or fixed to be.
    pub cut_short: Vec<Audience>,
    /// After the last rung, another one every so many working days, to the same people.
    pub then_every: Option<Span>,
}

/// One rung: when, and who in the responsible unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Relative to the date; before and on it to the safe reading, after it to the lenient.
    pub at: Span,
    /// Who is told.
    pub to: Vec<Audience>,
    /// A rest day moves the rung later instead of earlier: only for what opens by itself.
    pub later: bool,
}

/// Who in a unit a rung speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// 联络员.
    Contact,
    /// 单位负责人.
    Head,
    /// 分管领导.
    Leader,
    /// 市督查指挥中心.
    Centre,
    /// 市政府办公室, whose agenda depends on it.
    Office,
}
