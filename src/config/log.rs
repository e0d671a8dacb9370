//! `[log]`: in which form and how much.
//!
//! Owns the settings of the log. Refuses to set it up: the command line does that.

use serde::Deserialize;

/// `[log]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How a line looks.
    pub format: Format,
    /// The least important that is still logged.
    pub level: Level,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// For people; the journal adds the time.
    #[default]
    Text,
    /// One JSON object per line, for machines.
    Json,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// What somebody must look at.
    Error,
    /// And what may go wrong soon.
    Warn,
    /// And what was done.
    #[default]
    Info,
    /// And why.
    Debug,
}
