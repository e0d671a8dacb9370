//! What a message looks like, without a way to send it.
//!
//! Owns rendering a message as its channel would, down to the bytes. Refuses to reach anybody,
//! and so needs no password, key or certificate.

use chrono::{DateTime, Utc};
use lettre::message::Mailbox;

use super::mail;
use super::robot::{self, Robot};
use super::webhook;
use super::wording::Wording;
use crate::domain::delivery::Outcome;
use crate::domain::delivery::robot::Vendor;
use crate::domain::fault::Fault;
use crate::domain::notice::{Channel, Message};

/// Renders messages.
pub struct Press {
    from: Mailbox,
    robots: Vec<Robot>,
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
    /// What a group sees.
    Group {
        /// What a phone's notification shows.
        title: String,
        /// The words in the vendor's markup.
        text: String,
        /// How many of the unit's people it calls; by what, nobody is shown.
        calls: usize,
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
    /// A press with the daemon's `wording`, the sender of its mail, and the robots that have
    /// words and people of their own.
    ///
    /// # Errors
    /// The sender is no address.
    pub fn new(mail: &mail::Settings, robots: &[Robot], wording: Wording) -> Result<Self, Fault> {
        Ok(Self {
            from: mail::sender(mail)?,
            robots: robots.to_vec(),
            wording,
        })
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
            Channel::Webhook => {
                let headline = self.wording.headline(message);
                Ok(Proof::Posted {
                    headline: headline.map_err(|error| error.outcome())?,
                    body: webhook::body(message, &self.wording)?,
                })
            }
            Channel::Wecom => self.group(Vendor::Wecom, message),
            Channel::Dingtalk => self.group(Vendor::Dingtalk, message),
            Channel::Feishu => self.group(Vendor::Feishu, message),
        }
    }

    fn group(&self, vendor: Vendor, message: &Message) -> Result<Proof, Outcome> {
        let unit = &message.recipient.unit;
        let is_its = |robot: &&Robot| robot.vendor == vendor && robot.unit == *unit;
        let robot = self.robots.iter().find(is_its);
        let (text, calls) = robot::look(robot, vendor, message, &self.wording)?;
        Ok(Proof::Group {
            title: text.title,
            text: text.body,
            calls,
        })
    }
}
