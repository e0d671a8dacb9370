//! What a failed conversation means for the message: one table, a source per row.
//!
//! Owns the table from a phase and its cause to an `Outcome`.
//! Refuses to guess by the first digit alone: several Chinese providers answer 550
//! to throttling.

use chrono::{DateTime, Duration, Utc};

use super::failure::{Cause, Failure, Phase};
use crate::channels::plain;
use crate::domain::delivery::{Class, Outcome};

/// What a row speaks about.
#[derive(Debug, Clone, Copy)]
enum About {
    Message,
    Channel,
}

/// A row of the table: the first that matches decides.
struct Row {
    /// Phases it is for; none means every phase.
    phases: &'static [Phase],
    /// Reply codes from and to, both included.
    codes: (u16, u16),
    /// One of these stands in the reply, in lower case; none means any reply.
    words: &'static [&'static str],
    class: Class,
    about: About,
    /// Not again before so many minutes.
    wait_min: Option<i64>,
}

/// Replies, most telling first.
const REPLIES: &[Row] = &[
    // RFC 4954 section 6: 535, 534, 454 and the like speak about the account and not
    // about the mail; more tries lock a mailbox (NetEase 451 `too much fail authentication`).
    row(
        &[Phase::Auth],
        (400, 599),
        &[],
        Class::Deferred,
        About::Channel,
    ),
    // RFC 3207 section 4: 454 TLS not available for now, 5yz for good.
    row(
        &[Phase::Tls],
        (400, 599),
        &[],
        Class::Deferred,
        About::Channel,
    ),
    // RFC 5321 3.1: the relay takes nobody's mail now; a fault of the way, not of the mail.
    row(
        &[Phase::Connect, Phase::Greeting],
        (300, 599),
        &[],
        Class::Deferred,
        About::Message,
    ),
    // RFC 4954 section 6: 530 authentication required, 538 encryption required.
    row(&[], (530, 530), &[], Class::Deferred, About::Channel),
    row(&[], (538, 538), &[], Class::Deferred, About::Channel),
    // RFC 3463 5.1.1 and what Coremail and Exchange say: the address does not exist.
    row(
        &[],
        (500, 599),
        NO_SUCH_USER,
        Class::Rejected,
        About::Message,
    ),
    // Tencent 550 `frequency limited`, `access denied`; NetEase 554 DT:SPM, 550 MI:STC;
    // Aliyun 552 `quota exceeded`: throttling in the shape of a refusal. At least 15
    // minutes, the window of NetEase MI:SFQ.
    throttled(),
    // RFC 1870 section 6.1: too large now is too large for ever.
    row(
        &[Phase::Mail, Phase::Reply],
        (552, 552),
        &[],
        Class::Rejected,
        About::Message,
    ),
    // NetEase, QQ: 553 `Mail from must equal authorized user`: the sender is refused,
    // whoever the mail is for.
    row(
        &[Phase::Mail],
        (500, 599),
        &[],
        Class::Deferred,
        About::Channel,
    ),
    // RFC 5321 4.2.1: 4yz may pass later, 5yz will not.
    row(&[], (400, 499), &[], Class::Deferred, About::Message),
    row(&[], (500, 599), &[], Class::Rejected, About::Message),
    // 2yz or 3yz where it cannot stand: after the dot nobody knows, before it nothing was sent.
    row(
        &[Phase::Reply],
        (0, 399),
        &[],
        Class::Unknown,
        About::Message,
    ),
    row(&[], (0, 999), &[], Class::Deferred, About::Message),
];

const NO_SUCH_USER: &[&str] = &[
    "5.1.1",
    "user unknown",
    "invalid user",
    "no such user",
    "user not found",
];

const THROTTLED: &[&str] = &[
    "frequency limited",
    "access denied",
    "too many",
    "quota exceeded",
    "try again",
    "mi:stc",
    "mi:sfq",
    "mi:dmc",
    "hl:i",
    "rp:qrc",
    "dt:spm",
];

const fn row(
    phases: &'static [Phase],
    codes: (u16, u16),
    words: &'static [&'static str],
    class: Class,
    about: About,
) -> Row {
    Row {
        phases,
        codes,
        words,
        class,
        about,
        wait_min: None,
    }
}

const fn throttled() -> Row {
    Row {
        wait_min: Some(15),
        ..row(&[], (500, 599), THROTTLED, Class::Deferred, About::Message)
    }
}

/// What a failed conversation means at `now`.
pub(super) fn outcome(failure: &Failure, now: DateTime<Utc>) -> Outcome {
    let phase = failure.phase.to_string();
    match &failure.cause {
        Cause::Reply(code, text) => replied(failure.phase, *code, text, now),
        // Only after the dot can the relay hold the mail without our knowing.
        Cause::Lost(text) => Outcome::new(unheard(failure.phase), phase, plain::peer_words(text)),
        Cause::Late => Outcome::new(unheard(failure.phase), phase, "no answer in time"),
        Cause::Unfit(text) => {
            let detail = plain::peer_words(text);
            if failure.phase == Phase::Rcpt {
                Outcome::new(Class::Rejected, phase, detail)
            } else {
                Outcome::new(Class::Deferred, phase, detail).of_channel()
            }
        }
    }
}

fn unheard(phase: Phase) -> Class {
    if phase == Phase::Reply {
        Class::Unknown
    } else {
        Class::Deferred
    }
}

fn replied(phase: Phase, code: u16, text: &str, now: DateTime<Utc>) -> Outcome {
    let lower = text.to_lowercase();
    let row = REPLIES.iter().find(|row| row.matches(phase, code, &lower));
    // The last row takes everything a three-digit code can be.
    let class = row.map_or(Class::Deferred, |row| row.class);
    let mut outcome = Outcome::new(class, phase.to_string(), plain::peer_words(text));
    outcome.code = Some(code);
    if let Some(row) = row {
        outcome.retry_after = row.wait_min.map(|minutes| now + Duration::minutes(minutes));
        if matches!(row.about, About::Channel) {
            return outcome.of_channel();
        }
    }
    outcome
}

impl Row {
    fn matches(&self, phase: Phase, code: u16, text: &str) -> bool {
        (self.phases.is_empty() || self.phases.contains(&phase))
            && (self.codes.0..=self.codes.1).contains(&code)
            && (self.words.is_empty() || self.words.iter().any(|word| text.contains(word)))
    }
}
