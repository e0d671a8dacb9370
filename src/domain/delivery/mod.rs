//! What a delivery attempt came to, and what is done next.
//!
//! Owns `Outcome` (what the network said), the tables that read it out of a protocol's
//! answers, and the policy that makes a `Verdict` of it. Refuses to speak to the network
//! or to roll dice: the moment and the jitter are arguments.

pub mod http;
mod meaning;
mod policy;
pub mod robot;
pub mod smtp;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use meaning::{Meaning, in_chinese, meaning};
pub use policy::{Attempt, RetryPolicy, Verdict, verdict};

/// How an attempt ended. A failed delivery is data, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The receiver took responsibility for the message.
    Accepted,
    /// The receiver, or the way to it, is not ready; the same message may pass later.
    Deferred,
    /// The receiver refuses this message for good.
    Rejected,
    /// The message may or may not have arrived: the answer was lost.
    Unknown,
}

/// What an outcome speaks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// This message to this recipient only.
    Message,
    /// Everything that goes the same way: a refused login, a broken TLS setup.
    Channel,
}

/// How long trying again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patience {
    /// As long as the retry policy says.
    #[default]
    Usual,
    /// A few times within hours, then a person has to look: nobody knows what the answer
    /// means, or each try that arrived after all is seen by a whole group.
    Short,
}

impl Patience {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands over a reference"
    )]
    const fn is_usual(&self) -> bool {
        matches!(self, Self::Usual)
    }
}

/// The result of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub class: Class,
    /// What it speaks about.
    pub scope: Scope,
    /// Where in the conversation: `connect`, `greeting`, `rcpt`, `body`, `http` and so on.
    pub phase: String,
    /// SMTP or HTTP status code, where one was received.
    pub code: Option<u16>,
    /// What the answer's body calls it, where its protocol has codes of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_code: Option<i64>,
    /// The peer's own words, or the system's; never an address, URL or secret.
    pub detail: String,
    /// Not before this moment, where the peer said so.
    pub retry_after: Option<DateTime<Utc>>,
    /// How long trying again makes sense.
    #[serde(default, skip_serializing_if = "Patience::is_usual")]
    pub patience: Patience,
}

impl Outcome {
    /// An outcome about this message, without a code.
    pub fn new(class: Class, phase: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            class,
            scope: Scope::Message,
            phase: phase.into(),
            code: None,
            vendor_code: None,
            detail: detail.into(),
            retry_after: None,
            patience: Patience::Usual,
        }
    }

    /// The same outcome with the peer's status code.
    #[must_use]
    pub const fn with_code(mut self, code: Option<u16>) -> Self {
        self.code = code;
        self
    }

    /// The outcome in one line, for a log, a receipt and a digest.
    #[must_use]
    pub fn words(&self) -> String {
        let code = self.code.map(|code| format!(" {code}")).unwrap_or_default();
        format!("{}{code}: {}", self.phase, self.detail)
    }

    /// The same outcome, speaking about the whole channel.
    #[must_use]
    pub const fn of_channel(mut self) -> Self {
        self.scope = Scope::Channel;
        self
    }

    /// The same outcome, to be tried a few times only.
    #[must_use]
    pub const fn with_short_patience(mut self) -> Self {
        self.patience = Patience::Short;
        self
    }
}
