//! Lengths of time as packs write them: `+5wd`, `-7d`, `+3m`, `+1y`.
//!
//! Owns reading and showing them. Refuses to count; that is the room's own file.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest offset that is accepted, per unit: far beyond any statute, and small
/// enough that no four-digit year can overflow the calendar.
const LONGEST_OFFSET: u32 = 4000;

/// What an offset is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 日: every day.
    Days,
    /// 工作日: days on which work is done.
    WorkingDays,
    /// 月.
    Months,
    /// 年.
    Years,
}

/// Which way an offset runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// After the anchor.
    Forward,
    /// Before the anchor.
    Backward,
}

/// A signed length of time: `+5wd`, `-7d`, `+1y`, `+3m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// How many units.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
    /// Which way.
    pub direction: Direction,
}

impl Span {
    /// Zero days: the anchor itself.
    pub const ZERO: Self = Self {
        count: 0,
        unit: Unit::Days,
        direction: Direction::Forward,
    };
}

impl FromStr for Span {
    type Err = String;

    /// Reads `[+|-]N{d|wd|m|y}`; the sign may be left out, which means `+`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = || format!("`{text}`: an offset like `+5wd`, `-7d`, `+3m` or `+1y`");
        let (direction, rest) = match text.strip_prefix('-') {
            Some(rest) => (Direction::Backward, rest),
            None => (Direction::Forward, text.strip_prefix('+').unwrap_or(text)),
        };
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .ok_or_else(expected)?;
        let (count, unit) = rest.split_at(digits);
        let count: u32 = count.parse().map_err(|_| expected())?;
        let unit = match unit {
            "d" => Unit::Days,
            "wd" => Unit::WorkingDays,
            "m" => Unit::Months,
            "y" => Unit::Years,
            _ => return Err(expected()),
        };
        if count > LONGEST_OFFSET {
            return Err(format!("`{text}`: at most {LONGEST_OFFSET} of a unit"));
        }
        Ok(Self {
            count,
            unit,
            direction,
        })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.direction {
            Direction::Forward => '+',
            Direction::Backward => '-',
        };
        let unit = match self.unit {
            Unit::Days => "d",
            Unit::WorkingDays => "wd",
            Unit::Months => "m",
            Unit::Years => "y",
        };
        write!(f, "{sign}{}{unit}", self.count)
    }
}
