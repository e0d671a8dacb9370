//! Acknowledging (签收) that a notice was received: the link it is done by, and what it quiets.
//!
//! Owns what a link holds, until when it is good, whether one that comes back is ours, and
//! what whoever has acknowledged a rung need not hear again. Acknowledged is not done: the
//! next rung comes all the same. Refuses to know who acknowledged what, which the ledger remembers; to say what day it is;
//! and to show its key.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Days, NaiveDate};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::address::Draft;
use super::ladder::Step;
use super::notice::{Content, Kind, Message};
use super::pack::Strength;
use super::record::Heard;

/// A link is good until so many days after its newest notice was made: twice the longest wait
/// between two rungs of a ladder that we ship (30 days), after which the next notice has
/// brought a link of its own.
pub const GOOD_FOR_DAYS: u64 = 60;

/// Bytes of a key: as many as the hash has (RFC 2104, section 3: fewer would weaken it, more
/// bring nothing).
pub const KEY_BYTES: usize = 32;

/// Bytes of the hash that a link holds: half of it, which is the least that RFC 2104, section
/// 5 recommends; 128 bits are beyond guessing, and the link stays short enough to be typed.
const MAC_BYTES: usize = 16;

/// Sets these hashes apart from any other use of the same key.
const PURPOSE: &[u8] = b"duban acknowledgement 1\0";

/// Why a link that came back is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// We did not make it, or made it with another key.
    Forged,
    /// Its last day is over.
    Expired,
}

/// Makes links, and reads them when they come back.
#[derive(Clone, PartialEq, Eq)]
pub struct Links {
    base_url: String,
    key: [u8; KEY_BYTES],
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever has the key can acknowledge everything.
        f.debug_struct("Links")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

impl Links {
    /// Links below `base_url`, sealed with `key`.
    #[must_use]
    pub fn new(base_url: &str, key: [u8; KEY_BYTES]) -> Self {
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self { base_url, key }
    }

    /// The link by which `message` is acknowledged: the same for the same notices, whenever it
    /// is asked for. None for a digest, and where nothing in it asks anything of anybody.
    #[must_use]
    pub fn of(&self, message: &Message) -> Option<String> {
        let Content::Notices { notices } = &message.content else {
            return None;
        };
        let asking = notices.iter().filter(|facts| asks(facts.kind));
        let newest = asking.map(|facts| facts.as_of).max()?;
        let last = newest.checked_add_days(Days::new(GOOD_FOR_DAYS))?;
        let day = last.format("%Y%m%d").to_string();
        let mac = self.sealed(&message.key, &day)?.finalize().into_bytes();
        let mac = URL_SAFE_NO_PAD.encode(mac.get(..MAC_BYTES)?);
        Some(format!("{}/q/{}/{day}/{mac}", self.base_url, message.key))
    }

    /// Whether the parts of a link are ours and still good on `today`. What is forged is not
    /// told that it is old, and a comparison takes as long whatever is wrong.
    ///
    /// # Errors
    /// Why it is not to be followed.
    pub fn read(
        &self,
        message_key: &str,
        day: &str,
        mac: &str,
        today: NaiveDate,
    ) -> Result<(), Refused> {
        let sealed = self.sealed(message_key, day).ok_or(Refused::Forged)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).unwrap_or_default();
        if mac.len() != MAC_BYTES || sealed.verify_truncated_left(&mac).is_err() {
            return Err(Refused::Forged);
        }
        match NaiveDate::parse_from_str(day, "%Y%m%d") {
            Err(_) => Err(Refused::Forged),
            Ok(last) if last < today => Err(Refused::Expired),
            Ok(_) => Ok(()),
        }
    }

    /// The hash over what a link says; HMAC takes a key of any length, so there always is one.
    fn sealed(&self, message_key: &str, day: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(PURPOSE);
        mac.update(message_key.as_bytes());
        mac.update(b"/");
        mac.update(day.as_bytes());
        Some(mac)
    }
}

/// Whether a notice asks something of its recipient: what has ended, or only tries the way,
/// does not.
#[must_use]
pub const fn asks(kind: Kind) -> bool {
    match kind {
        Kind::Reminder
        | Kind::DueToday
        | Kind::Overdue
        | Kind::TooShort
        | Kind::Opened
        | Kind::Changed => true,
        Kind::Cleared | Kind::Waived | Kind::Withdrawn | Kind::Test => false,
    }
}

/// Characters of a name at most: the longest full name in use has fewer, and what is longer
/// is no name.
pub const LONGEST_NAME: usize = 30;

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// Nothing is written.
    Empty,
    /// It is longer than [`LONGEST_NAME`].
    TooLong,
    /// It has control characters, line breaks among them, or is not text.
    NotOneLine,
}

/// The name of whoever acknowledges, without the spaces around it.
///
/// # Errors
/// Why it is none.
pub fn name(text: &str) -> Result<String, Unfit> {
    let text = text.trim();
    // What could not be read as UTF-8 became a replacement character on the way.
    let is_odd = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffd}');
    if text.is_empty() {
        Err(Unfit::Empty)
    } else if text.chars().any(is_odd) {
        Err(Unfit::NotOneLine)
    } else if text.chars().count() > LONGEST_NAME {
        Err(Unfit::TooLong)
    } else {
        Ok(text.to_owned())
    }
}

/// Whether a unit that has acknowledged a rung need not hear it again: from its other people,
/// or, past the last rung, as the same once more. What tells of a breach is heard by
/// everybody it is for; that a number which the law does not give has passed is no breach.
#[must_use]
pub const fn quiets(kind: Kind, strength: Strength) -> bool {
    match kind {
        Kind::Reminder | Kind::DueToday | Kind::Opened | Kind::Changed => true,
        Kind::Overdue => matches!(strength, Strength::Advisory),
        Kind::TooShort | Kind::Cleared | Kind::Waived | Kind::Withdrawn | Kind::Test => false,
    }
}

/// Takes out of `drafts` what `step` says to units that have acknowledged the same before, and
/// names them. A repeat beyond the last rung, on a ladder with so many `rungs`, says what the
/// last one said; each of those rungs says something new.
#[must_use]
pub fn leave_out(
    drafts: &mut Vec<Draft>,
    step: &Step,
    (rungs, strength): (usize, Strength),
    heard: &[Heard],
) -> Vec<String> {
    let rungs = u32::try_from(rungs).unwrap_or(u32::MAX);
    if step.level < rungs || !quiets(step.kind, strength) {
        return Vec::new();
    }
    let has_heard = |draft: &Draft| {
        let Draft {
            recipient, facts, ..
        } = draft;
        let mut same = heard.iter().filter(|one| {
            (one.revision, &one.unit) == (facts.revision, &recipient.unit) && one.level + 1 >= rungs
        });
        facts.rung == step.name && same.next().is_some()
    };
    let left_out = drafts.extract_if(.., |draft| has_heard(draft));
    let units: BTreeSet<String> = left_out.map(|draft| draft.recipient.unit).collect();
    units.into_iter().collect()
}
