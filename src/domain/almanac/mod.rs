//! The calendar's files as texts: yearly notices, and the days a locality decides.
//!
//! Owns which file name holds what, both forms of a notice, the form of the local days,
//! and the calendar that is made of them. What is read here is sound: no contradiction in
//! itself, no statutory day missing. Refuses to touch the disk, and to turn a doubt into a
//! fault: a notice may be out of the ordinary, as in 2020, when the Spring Festival was
//! lengthened in mid-course.

mod entry;
mod json;
mod local;
mod sound;
mod written;

use std::collections::BTreeMap;

use super::calendar::{Calendar, LocalDay, Notice};
use super::fault::Fault;

pub use local::read as read_local;
pub use sound::doubts;

/// The one file of the calendar folder that holds local days.
pub const LOCAL: &str = "local.toml";

/// What a file of the calendar folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A year's notice, in the `holiday-cn` JSON form or in ours.
    Notice(Form),
    /// The days the locality decided.
    Local,
}

/// How a year's notice is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The widely used `holiday-cn` form.
    Json,
    /// Ours, which reads like the State Council's own sentences.
    Toml,
}

impl Form {
    /// How the names of such files end.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Toml => "toml",
        }
    }
}

/// What the file called `name` holds; nothing of ours, where it is hidden or ends otherwise.
#[must_use]
pub fn kind(name: &str) -> Option<Kind> {
    let (stem, extension) = name.rsplit_once('.')?;
    match extension {
        _ if stem.is_empty() || stem.starts_with('.') => None,
        _ if name == LOCAL => Some(Kind::Local),
        "json" => Some(Kind::Notice(Form::Json)),
        "toml" => Some(Kind::Notice(Form::Toml)),
        _ => None,
    }
}

/// The form of a notice: by the name of its file, or else by how its text begins.
#[must_use]
pub fn form(file: &str, text: &str) -> Form {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    match kind(name) {
        Some(Kind::Notice(form)) => form,
        Some(Kind::Local) | None if text.trim_start().starts_with('{') => Form::Json,
        Some(Kind::Local) | None => Form::Toml,
    }
}

/// Reads one notice; `file` is its name in faults.
///
/// # Errors
/// The place where the text stops being a notice, or else every fault of its days.
pub fn read(file: &str, text: &str) -> Result<Notice, Vec<Fault>> {
    match form(file, text) {
        Form::Json => json::read(file, text),
        Form::Toml => written::read(file, text),
    }
}

/// The calendar of `notices`, a later one for a year replacing an earlier, under `local`
/// days; its version names the years and marks with an asterisk those whose notice is not
/// out.
///
/// # Errors
/// Every contradiction between the tables.
pub fn calendar(notices: &[Notice], local: &[LocalDay]) -> Result<Calendar, Vec<Fault>> {
    let marked = |notice: &Notice| {
        let mark = if notice.provisional { "*" } else { "" };
        (notice.year, format!("{}{mark}", notice.year))
    };
    let years: BTreeMap<i32, String> = notices.iter().map(marked).collect();
    let names: Vec<String> = years.into_values().collect();
    let calendar = Calendar::from_notices(notices, names.join(" "))?;
    Ok(calendar.with_local(local))
}
