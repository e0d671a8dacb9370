//! What a table changes, as people read it before it is written.
//!
//! Owns the shape of the changes. Refuses to show by what a person is called.

use serde::Serialize;

use crate::config::units::edit::Edit;
use crate::config::units::roster::masked;
use crate::domain::pack::Audience;

/// Everything a table changes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Plan {
    /// For people, in the order of the table.
    pub changes: Vec<Change>,
    /// Headings and sheets that were not read.
    pub unread: Vec<String>,
    /// For the file.
    #[serde(skip)]
    pub edits: Vec<Edit>,
}

/// One change; its serialised form is a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `added`, `changed` or `removed`.
    pub what: &'static str,
    /// The unit.
    pub unit: String,
    /// The person; none where it is about the unit itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What the person is to the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// What it becomes, field by field.
    pub fields: Vec<Field>,
    /// A unit that the new one may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perhaps: Option<String>,
}

/// What stands under a key; numbers masked, ids of vendors not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// A value as it may be shown.
#[must_use]
pub fn shown(key: &str, value: &str) -> String {
    match key {
        "email" | "aliases" => value.to_owned(),
        "mobile" => masked(value),
        _ => "…".to_owned(),
    }
}
