//! The inspection that ends each round, held to what happened.
//!
//! Owns which findings a year explains; every other one is false, or tells of a defect.
//! Refuses to know how the auditor finds them.

use duban::domain::address::everybody;
use duban::domain::directory::Directory;
use duban::domain::health::Code;
use duban::jobs::auditor::Health;

use super::oracle::Judged;
use super::ways::Ways;

/// Each closed way is alarmed, and nothing that did not happen is.
pub(crate) fn explained(
    health: &Health,
    ways: &Ways,
    directory: &Directory,
    is_start: bool,
) -> Judged {
    let centre = everybody(directory.centre());
    let centre_is_cut = centre.iter().any(|one| ways.is_closed(&one.destination()));
    let explained = |code: Code, subject: &str| match code {
        Code::DestinationHeld => ways.is_closed(subject),
        // The city names a unit that no directory has; years end before notices come; and a
        // mailbox of the centre may refuse.
        Code::UnitUnknown
        | Code::CalendarMissing
        | Code::NextCalendarMissing
        | Code::CentreNotReached => true,
        // It has stood still, and nobody delivered meanwhile.
        Code::MessagesLate => is_start,
        Code::FailureNotRaised => centre_is_cut,
        _ => false,
    };
    let mut findings = health.findings.iter();
    if let Some(false_one) = findings.find(|one| !explained(one.code, &one.subject)) {
        return Err(format!("alarm: nothing explains {false_one:?}"));
    }
    let alarmed = |way: &&String| {
        let mut findings = health.findings.iter();
        findings.any(|one| one.code == Code::DestinationHeld && one.subject == **way)
    };
    let mut silent = ways.closed().filter(|way| !alarmed(way));
    match silent.next() {
        Some(way) => Err(format!("alarm: {way} is closed, and no finding says so")),
        None => Ok(()),
    }
}
