//! How we speak: the only network out.
//!
//! Owns sending a message over its channel and saying how that ended. Refuses to
//! decide what follows, to remember anything, and to know what time it is. A failed
//! delivery is an `Outcome`, never an error; an error here means the setup is wrong.

pub mod egress;
pub mod heartbeat;
pub mod mail;
pub mod secret;
pub mod proof;
pub mod webhook;

pub mod wording;

mod plain;
mod rule;
mod tls;
mod trail;

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::domain::acknowledgement::Links;
use crate::domain::delivery::{Class, Outcome};
use crate::domain::fault::Fault;
use crate::domain::notice::{Channel, Message};
use egress::Egress;
use mail::Mailer;
use webhook::Poster;
use wording::Wording;

/// Every channel, ready to send.
pub struct Channels {
    mail: Mailer,
    webhook: Poster,
    wording: Wording,
}

impl std::fmt::Debug for Channels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Nothing of the channels' secrets may reach a log.
        f.debug_struct("Channels").finish_non_exhaustive()
    }
}

impl Channels {
    /// Builds every channel once: templates, certificates, keys and passwords are read
    /// here and nowhere later. `credentials` is the folder systemd hands over.
    ///
    /// # Errors
    /// Everything that can be known wrong, all at once.
    pub fn new(
        mail: &mail::Settings,
        webhook: &webhook::Settings,
        endpoints: &[webhook::Endpoint],
        egress: &Egress,
        credentials: Option<&Path>,
    ) -> Result<Self, Vec<Fault>> {
        let wording = Wording::new().map_err(|fault| vec![fault]);
        let mail = Mailer::new(mail, credentials);
        let webhook = Poster::new(webhook, endpoints, egress, credentials);
        match (mail, webhook, wording) {
            (Ok(mail), Ok(webhook), Ok(wording)) => Ok(Self {
                mail,
                webhook,
                wording,
            }),
            (mail, webhook, wording) => {
                let faults = [mail.err(), webhook.err(), wording.err()];
                Err(faults.into_iter().flatten().flatten().collect())
            }
        }
    }

    /// The same, with links by which messages are acknowledged.
    #[must_use]
    pub fn with_links(self, links: Option<Links>) -> Self {
        let wording = self.wording.with_links(links);
        Self { wording, ..self }
    }

    /// Makes one attempt; `now` is its wall clock, for `Date` and `webhook-timestamp`.
    /// Dropping the future is safe: whatever it was using is not used again.
    pub async fn send(&self, message: &Message, now: DateTime<Utc>) -> Outcome {
        match message.recipient.channel {
            Channel::Mail => self.mail.send(message, &self.wording, now).await,
            Channel::Webhook => self.webhook.send(message, &self.wording, now).await,
            Channel::Wecom | Channel::Dingtalk | Channel::Feishu => {
                let why = "no robot is set up";
                Outcome::new(Class::Rejected, "address", why)
            }
        }
    }

    /// What is allowed but unwise: a readable password file, a relay without TLS.
    pub fn warnings(&self) -> impl Iterator<Item = &Fault> {
        self.mail.warnings.iter().chain(&self.webhook.warnings)
    }

    /// Ends what is still open, politely and within seconds.
    pub async fn close(&self) {
        self.mail.close().await;
    }
}
