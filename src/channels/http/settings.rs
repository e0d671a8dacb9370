//! What an operator sets for everything that is posted to, and what can be known wrong in it.
//!
//! Owns the `[webhook]` table. Refuses to know a single endpoint.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::fault::Fault;

/// What holds for every endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// From connecting to the end of the answer, in seconds; Standard Webhooks
    /// recommends 15 to 30.
    pub timeout_secs: u64,
    /// For the connection alone, in seconds; less than the whole.
    pub connect_timeout_secs: u64,
    /// Whether an endpoint may be reached without TLS; loopback always may.
    pub allow_http: bool,
    /// Posts a minute to one endpoint, after the first ten; 0 where there is no limit.
    /// An endpoint that is asked too much answers 429 and says when to come again.
    pub per_minute: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout_secs: 30,
            connect_timeout_secs: 10,
            allow_http: false,
            per_minute: 0,
        }
    }
}

impl Settings {
    /// The deadline for one delivery, the answer's body included.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_secs)
    }

    pub(in crate::channels) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !(1..=300).contains(&self.timeout_secs) {
            let found = self.timeout_secs.to_string();
            faults.push(Fault::new("webhook.timeout_secs", found, "1 to 300"));
        }
        if !(1..=self.timeout_secs).contains(&self.connect_timeout_secs) {
            let found = self.connect_timeout_secs.to_string();
            let expected = "at least 1, at most `timeout_secs`";
            faults.push(Fault::new("webhook.connect_timeout_secs", found, expected));
        }
        faults
    }
}
