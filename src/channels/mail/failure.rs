//! How a conversation with a relay can fail: where, and with what.
//!
//! Owns the phases and causes, and whether the session outlives a failure. Refuses to
//! say what a failure means for the mail; that is `classify`.

use std::fmt;

/// Where a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Connect,
    Tls,
    Greeting,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The message, before its dot.
    Body,
    /// After the dot.
    Reply,
}

/// What ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    /// The relay said so.
    Reply(u16, String),
    /// The connection broke, or the reply was none.
    Lost(String),
    /// Its deadline passed.
    Late,
    /// The setup does not fit the relay.
    Unfit(String),
}

/// A conversation that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) phase: Phase,
    pub(super) cause: Cause,
}

impl Failure {
    pub(super) const fn new(phase: Phase, cause: Cause) -> Self {
        Self { phase, cause }
    }

    pub(super) const fn late(phase: Phase) -> Self {
        Self::new(phase, Cause::Late)
    }

    pub(super) fn lost(phase: Phase, error: &std::io::Error) -> Self {
        Self::new(phase, Cause::Lost(error.to_string()))
    }

    /// Whether the relay refused in words and keeps the connection (421 closes it).
    pub(super) const fn keeps_session(&self) -> bool {
        let in_between = matches!(
            self.phase,
            Phase::Mail | Phase::Rcpt | Phase::Data | Phase::Reply
        );
        in_between && matches!(&self.cause, Cause::Reply(code, _) if *code >= 400 && *code != 421)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Greeting => "greeting",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Body => "body",
            Self::Reply => "reply",
        })
    }
}
