//! Acknowledging (签收) that a notice was received: the link it is done by.
//!
//! Owns what a link holds, until when it is good, and whether one that comes back is ours.
//! Refuses to know who acknowledged what, which the ledger remembers; to say what day it is;
//! and to show its key.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Days, NaiveDate};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::notice::{Content, Kind, Message};

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
const fn asks(kind: Kind) -> bool {
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
