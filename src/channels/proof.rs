//! What a message looks like, without a way to send it.
//!
//! Owns rendering a message as its channel would, down to the bytes. Refuses to reach anybody,
//! and so needs no password, key or certificate.

use chrono::{DateTime, Utc};
use lettre::message::Mailbox;

use super::mail;
use super::webhook;
use super::wording::Wording;
use crate::domain::delivery::Outcome;
use crate::domain::fault::Fault;
use crate::domain::notice::{Channel, Message};

/// Renders messages.
pub struct Press {
    from: Mailbox,
    wording: Wording,
}

/// A message as its recipient gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A mail.
    Mail {
        /// Its subject.
        subject: String,
        /// Its plain text.
        text: String,
        /// Its HTML part.
        html: String,
        /// All of it, as it goes over the wire.
        eml: Vec<u8>,
    },
    /// A body that is posted.
    Posted {
        /// Its first line for people.
        headline: String,
        /// The body.
        body: Vec<u8>,
    },
}

impl std::fmt::Debug for Press {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The wording may hold the key by which links are made.
        f.debug_struct("Press").finish_non_exhaustive()
    }
}

impl Press {
    /// A press with the daemon's `wording`, and the sender of its mail.
    ///
    /// # Errors
    /// The sender is no address.
    pub fn new(mail: &mail::Settings, wording: Wording) -> Result<Self, Fault> {
        let from = mail::sender(mail)?;
        Ok(Self { from, wording })
    }

    /// `message` as it is sent at `now`.
    ///
    /// # Errors
    /// The outcome of a message that cannot be put together.
    pub fn proof(&self, message: &Message, now: DateTime<Utc>) -> Result<Proof, Outcome> {
        match message.recipient.channel {
            Channel::Mail => {
                let (text, eml) = mail::letter(message, &self.wording, &self.from, now)?;
                Ok(Proof::Mail {
                    subject: text.subject,
                    text: text.plain,
                    html: text.html,
                    eml,
                })
            }
            Channel::Webhook | Channel::Wecom | Channel::Dingtalk | Channel::Feishu => {
                Ok(Proof::Posted {
                    headline: self.headline(message)?,
                    body: webhook::body(message, &self.wording)?,
                })
            }
        }
    }

    fn headline(&self, message: &Message) -> Result<String, Outcome> {
        let headline = self.wording.headline(message);
        headline.map_err(|error| error.outcome())
    }
}
