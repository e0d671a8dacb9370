//! Dates as a calendar file (RFC 5545), for people who live in a calendar: those of one mail, or
//! all of a unit.
//!
//! Owns which notices have an event, and what identifies it for ever. Refuses words
//! (`templates/event.txt`), alarms (duban is the reminder), and answers: an event is
//! published, nobody is invited.

mod lines;

use std::collections::HashSet;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};

use super::wording::{Wording, WordingError};
use super::{mail, plain};
use crate::domain::fault::Fault;
use crate::domain::notice::{Content, Facts, Kind, Message};
use lines::Lines;

/// How far Beijing time is ahead of UTC, on every day that duban speaks of.
const BEIJING: TimeDelta = TimeDelta::hours(8);

/// A file ready to be attached.
pub(super) struct CalendarFile {
    /// Plain ASCII, which every mail program shows.
    pub(super) name: String,
    /// The same for every attempt, as the mail is.
    pub(super) text: String,
}

/// The calendar file of `message`: an event for each date that its recipient has not been
/// told, and a cancelled one for each that no longer holds; none where there is neither.
///
/// # Errors
/// The template does not fit the facts.
pub(super) fn of(
    message: &Message,
    wording: &Wording,
    domain: &str,
) -> Result<Option<CalendarFile>, WordingError> {
    let Content::Notices { notices } = &message.content else {
        return Ok(None);
    };
    let notices = newest_of_each(notices);
    if notices.is_empty() {
        return Ok(None);
    }
    let mut text = begin();
    for notice in &notices {
        text.push_str(&event(notice, wording, domain)?);
    }
    text.push_str(&end());
    Ok(Some(CalendarFile {
        name: name(&notices),
        text,
    }))
}

/// The host that names events, as it names mails: an event of an exported file is the one that
/// a mail with the same sender told of.
///
/// # Errors
/// The sender is no address.
pub fn domain(mail: &mail::Settings) -> Result<String, Fault> {
    Ok(mail::sender(mail)?.email.domain().to_owned())
}

/// How a file begins.
#[must_use]
pub fn begin() -> String {
    let mut lines = Lines::default();
    lines.line("BEGIN", "VCALENDAR");
    lines.line("VERSION", "2.0");
    lines.line("PRODID", "-//duban//duban//ZH");
    lines.line("METHOD", "PUBLISH");
    lines.into_text()
}

/// How it ends.
#[must_use]
pub fn end() -> String {
    let mut lines = Lines::default();
    lines.line("END", "VCALENDAR");
    lines.into_text()
}

/// The event of `notice`. Only VEVENT: Outlook and Google ignore VTODO. A day has no zone, so
/// that no program can move it; whoever looks at it is not busy all day.
///
/// # Errors
/// The template does not fit the facts.
pub fn event(notice: &Facts, wording: &Wording, domain: &str) -> Result<String, WordingError> {
    let (summary, description) = wording.event(notice)?;
    let uid = plain::stem(&notice.obligation.to_string());
    let mut lines = Lines::default();
    lines.line("BEGIN", "VEVENT");
    lines.line("UID", &format!("{uid}@{domain}"));
    lines.line("SEQUENCE", &sequence(notice).to_string());
    lines.line("DTSTAMP", &stamp(notice.as_of));
    lines.line("DTSTART;VALUE=DATE", &basic(notice.due_on));
    lines.line("DTEND;VALUE=DATE", &basic(notice.due_on + Days::new(1)));
    lines.text("SUMMARY", &summary);
    lines.text("DESCRIPTION", &description);
    lines.line("TRANSP", "TRANSPARENT");
    if notice.title.is_none() {
        // A hint to programs that share calendars; the words name nothing anyway.
        lines.line("CLASS", "CONFIDENTIAL");
    }
    if is_cancelled(notice) {
        lines.line("STATUS", "CANCELLED");
    }
    lines.line("END", "VEVENT");
    Ok(lines.into_text())
}

/// A file may say one thing of an event: of several notices about one obligation, the last.
fn newest_of_each(notices: &[Facts]) -> Vec<&Facts> {
    let mut dated: Vec<&Facts> = notices.iter().filter(|n| has_event(n)).collect();
    dated.sort_by_key(|notice| std::cmp::Reverse((sequence(notice), notice.as_of)));
    let mut seen = HashSet::new();
    dated.retain(|notice| seen.insert(&notice.obligation));
    dated.sort_by_key(|notice| (notice.due_on, notice.obligation.to_string()));
    dated
}

fn has_event(notice: &Facts) -> bool {
    is_cancelled(notice) || notice.kind == Kind::Changed || notice.date_is_new
}

/// What is done keeps its day: it was due then, and was met. What need not be done, or is
/// counted from nothing any more, never was.
fn is_cancelled(notice: &Facts) -> bool {
    matches!(notice.kind, Kind::Waived | Kind::Withdrawn)
}

/// Rises with the date, and once more when it no longer holds (RFC 5545 3.8.7.4).
fn sequence(notice: &Facts) -> u32 {
    let moved = notice.revision.saturating_sub(1);
    moved + u32::from(is_cancelled(notice))
}

/// The moment of an event's wording: midnight in Beijing of the day it was made, so that
/// each attempt sends the same bytes.
fn stamp(on: NaiveDate) -> String {
    let utc = on.and_time(NaiveTime::MIN) - BEIJING;
    utc.format("%Y%m%dT%H%M%SZ").to_string()
}

fn basic(on: NaiveDate) -> String {
    on.format("%Y%m%d").to_string()
}

/// Named by its decision; by its day where there are several.
fn name(notices: &[&Facts]) -> String {
    let mut decisions = notices.iter().map(|notice| &notice.obligation.decision);
    let first = decisions.next();
    let is_alone = decisions.all(|other| Some(other) == first);
    let newest = notices.iter().map(|notice| notice.as_of).max();
    match (first, newest) {
        (Some(decision), _) if is_alone => format!("{}.ics", plain::stem(&decision.0)),
        (_, Some(on)) => format!("duban-{on}.ics"),
        _ => "duban.ics".to_owned(),
    }
}
