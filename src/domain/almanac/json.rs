//! A notice in the `holiday-cn` JSON form.
//!
//! Owns reading it and where in it a fault lies. Refuses to judge its days; that is
//! `sound`.

use super::super::calendar::Notice;
use super::super::fault::Fault;
use super::sound::{self, Finding};

/// Reads a notice; one without days says that the year's notice is not out, and is sound.
pub(super) fn read(file: &str, text: &str) -> Result<Notice, Vec<Fault>> {
    let notice: Notice = serde_json::from_str(text).map_err(|error| {
        let place = format!("{file}:{}:{}", error.line(), error.column());
        let expected = "a notice: year, papers, days of name, date and isOffDay";
        vec![Fault::new(place, error.to_string(), expected)]
    })?;
    if notice.days.is_empty() {
        return Ok(notice);
    }
    let findings = sound::days(&notice)
        .into_iter()
        .chain(sound::absent(&notice));
    let faults: Vec<Fault> = findings
        .map(|finding| Fault::new(place(file, text, &finding), finding.found, finding.expected))
        .collect();
    if faults.is_empty() {
        Ok(notice)
    } else {
        Err(faults)
    }
}

/// The line on which the finding's day is first named; the file alone, where it is about
/// no single day.
fn place(file: &str, text: &str, finding: &Finding) -> String {
    let at = finding.on.and_then(|on| text.find(&on.to_string()));
    let line = at.map(|at| text[..at].matches('\n').count() + 1);
    line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"))
}
