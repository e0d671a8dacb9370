//! What can be wrong: the kinds of findings.
//!
//! Owns their codes, which are a contract (`duban health --json`, the digest), how grave each
//! is and whether a restart can cure it. Refuses to say when there is one.

use serde::Serialize;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The clock jumped; nothing is planned or sent.
    ClockJumped,
    /// The ledger's disk has too little room; nothing is sent.
    DiskNearlyFull,
    /// Nothing goes to anybody.
    EverythingHeld,
    /// Nothing goes to one destination.
    DestinationHeld,
    /// No complete pass over the catalogue for too long.
    PassOverdue,
    /// After a complete pass a duty still asks to be looked at.
    DueNotPlanned,
    /// A rung is recorded as told, and nobody was.
    RungNotTold,
    /// Messages whose time has come do not go out.
    MessagesLate,
    /// They do not, and no attempt at anything was begun either.
    DeliveryStuck,
    /// Messages wait for a day further ahead than anything may.
    MessageStranded,
    /// Messages are leased beyond the end of any lease.
    LeaseStuck,
    /// The centre itself was not reached.
    CentreNotReached,
    /// A message was given up, and nobody else was told instead.
    FailureNotRaised,
    /// A unit has neither a contact nor an endpoint.
    UnitUnreachable,
    /// A decision names a unit that the directory does not have.
    UnitUnknown,
    /// The present year's holiday notice is missing.
    CalendarMissing,
    /// The coming year's is, although it may be out.
    NextCalendarMissing,
    /// No round was made for too long: the daemon does not run.
    DaemonSilent,
}

/// How grave a finding is, in the words of monitoring plugins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Somebody should look in time; duban keeps its promise.
    Warning,
    /// A promise is broken, or about to be.
    Critical,
}

impl Severity {
    /// Its name in the ledger and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl Code {
    /// Its name in the ledger, in JSON and in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClockJumped => "clock_jumped",
            Self::DiskNearlyFull => "disk_nearly_full",
            Self::EverythingHeld => "everything_held",
            Self::DestinationHeld => "destination_held",
            Self::PassOverdue => "pass_overdue",
            Self::DueNotPlanned => "due_not_planned",
            Self::RungNotTold => "rung_not_told",
            Self::MessagesLate => "messages_late",
            Self::DeliveryStuck => "delivery_stuck",
            Self::MessageStranded => "message_stranded",
            Self::LeaseStuck => "lease_stuck",
            Self::CentreNotReached => "centre_not_reached",
            Self::FailureNotRaised => "failure_not_raised",
            Self::UnitUnreachable => "unit_unreachable",
            Self::UnitUnknown => "unit_unknown",
            Self::CalendarMissing => "calendar_missing",
            Self::NextCalendarMissing => "next_calendar_missing",
            Self::DaemonSilent => "daemon_silent",
        }
    }

    /// How grave it is. A notice that is not published yet breaks no promise: its dates say
    /// that they are provisional.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::NextCalendarMissing => Severity::Warning,
            _ => Severity::Critical,
        }
    }

    /// Whether a new process would do better: it returns every lease and begins every
    /// conversation anew. What only a person can cure restarts nothing in circles.
    #[must_use]
    pub const fn is_cured_by_restart(self) -> bool {
        matches!(self, Self::DeliveryStuck | Self::LeaseStuck)
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub code: Code,
    /// With what: a destination, a unit; empty where there is only one.
    pub subject: String,
    /// In words, for the administrator.
    pub words: String,
}

impl Finding {
    /// A finding about `subject`.
    pub fn new(code: Code, subject: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            code,
            subject: subject.into(),
            words: words.into(),
        }
    }
}
