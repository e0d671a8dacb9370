//! How we speak: the only network out.
//!
//! Owns sending a message over its channel and saying how that ended. Refuses to
//! decide what follows, to remember anything, and to know what time it is. A failed
//! delivery is an `Outcome`, never an error; an error here means the setup is wrong.

pub mod egress;
pub mod heartbeat;
mod http;
pub mod mail;
pub mod robot;
pub mod secret;
pub mod proof;
pub mod webhook;

pub mod wording;

pub mod calendar_file;

mod plain;
mod rule;
mod tls;
mod trail;

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::domain::acknowledgement::Links;
use crate::domain::delivery::Outcome;
use crate::domain::fault::Fault;
use crate::domain::notice::{Channel, Message};
use egress::Egress;
use http::Clients;
use mail::Mailer;
use robot::Robots;
use webhook::Poster;
use wording::Wording;

/// Every channel, ready to send.
pub struct Channels {
    mail: Mailer,
    webhook: Poster,
    robots: Robots,
    wording: Wording,
    unlisted: Option<Fault>,
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
        robots: &[robot::Robot],
        egress: &Egress,
        credentials: Option<&Path>,
    ) -> Result<Self, Vec<Fault>> {
        let wording = Wording::new().map_err(|fault| vec![fault]);
        let mail = Mailer::new(mail, credentials);
        let mut clients = Clients::new(webhook, egress);
        let webhook = Poster::new(endpoints, &mut clients, credentials);
        let posts = !endpoints.is_empty() || !robots.is_empty();
        let robots = Robots::new(robots, &mut clients, credentials);
        match (mail, webhook, robots, wording) {
            (Ok(mail), Ok(webhook), Ok(robots), Ok(wording)) => Ok(Self {
                mail,
                webhook,
                robots,
                wording,
                unlisted: posts.then(|| http::unlisted(egress)).flatten(),
            }),
            (mail, webhook, robots, wording) => {
                let faults = [mail.err(), webhook.err(), robots.err(), wording.err()];
                Err(faults.into_iter().flatten().flatten().collect())
            }
        }
    }

    /// The same, in other words: the city's own. Links are given after it.
    #[must_use]
    pub fn with_wording(self, wording: Wording) -> Self {
        Self { wording, ..self }
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
                self.robots.send(message, &self.wording, now).await
            }
        }
    }

    /// What is allowed but unwise: a readable password file, a relay without TLS.
    pub fn warnings(&self) -> impl Iterator<Item = &Fault> {
        let posts = self.webhook.warnings.iter().chain(&self.robots.warnings);
        let posts = posts.chain(&self.unlisted);
        self.mail.warnings.iter().chain(posts)
    }

    /// Ends what is still open, politely and within seconds.
    pub async fn close(&self) {
        self.mail.close().await;
    }
}
