//! What a failed conversation with a mail relay means: one table, a source per row.
//!
//! Owns the phases of a conversation, what can end it, and the table from phase, reply
//! code and reply text to class, scope and pause. Refuses to guess by the first digit
//! alone: Chinese providers answer 550 to throttling, and after the final dot nobody but
//! the relay knows whether it has the mail.
//!
//! Two principles stand behind the rows. What is said before a recipient has been named
//! cannot be about the recipient, so it may hold the channel; what is said afterwards may
//! be about this one alone, and holds the others only where the words leave no doubt.

mod table;

use std::fmt;
use std::ops::RangeInclusive;

use chrono::{DateTime, Duration, FixedOffset, NaiveTime, Utc};

use super::{Class, Outcome, Scope};
use table::TABLE;

/// Where a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reaching the relay.
    Connect,
    /// STARTTLS and the handshake.
    Tls,
    /// Greeting and EHLO.
    Greeting,
    /// Logging in.
    Auth,
    /// MAIL: the sender.
    Mail,
    /// RCPT: the one recipient.
    Rcpt,
    /// DATA, before the message.
    Data,
    /// The message, before its dot.
    Body,
    /// After the dot.
    Reply,
}

impl Phase {
    /// Every phase, in the order of a conversation.
    pub const ALL: [Self; 9] = [
        Self::Connect,
        Self::Tls,
        Self::Greeting,
        Self::Auth,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Body,
        Self::Reply,
    ];

    /// Its name in an outcome.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Greeting => "greeting",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Body => "body",
            Self::Reply => "reply",
        }
    }
}

/// Whether an attempt that ended in the phase of that name ended before the relay heard for
/// whom the mail is: then the relay is at fault, or the way to it, and no mailbox.
#[must_use]
pub fn is_before_recipient(phase: &str) -> bool {
    let before = Phase::ALL.iter().take_while(|one| **one != Phase::Rcpt);
    before.into_iter().any(|one| one.name() == phase)
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The relay said so: its code and its words.
    Reply(u16, String),
    /// The connection broke, or the reply was none.
    Lost(String),
    /// Its deadline passed.
    Late,
    /// The setup, or this address, does not fit the relay.
    Unfit(String),
}

/// A row of the table: the first that matches decides.
#[derive(Debug)]
struct Row {
    /// Phases it is for; none means every phase.
    phases: &'static [Phase],
    /// What ended the conversation.
    when: When,
    class: Class,
    scope: Scope,
    wait: Wait,
    /// Who says so.
    source: &'static str,
}

/// What a row is about.
#[derive(Debug)]
enum When {
    /// A reply with a code in the range and one of the words; no words mean any reply. A
    /// word that begins with a digit is an enhanced status (RFC 2034), which opens the
    /// text; one that ends with a dot stands for all that begin so.
    Says(RangeInclusive<u16>, &'static [&'static str]),
    /// Nothing more was heard.
    Silent,
    /// We could not go on.
    Unfit,
}

/// How long it makes no sense to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// The retry policy decides alone.
    Policy,
    Minutes(i64),
    /// The day's allowance is used up: 00:10 of the next day in China. The ten minutes are
    /// for a provider whose clock is late.
    NextDay,
}

/// What the end of a conversation means at `now`. `detail` carries the relay's words as
/// they came; whoever logs them masks addresses.
#[must_use]
pub fn outcome(phase: Phase, cause: &Cause, now: DateTime<Utc>) -> Outcome {
    let (code, detail) = match cause {
        Cause::Reply(code, text) => (Some(*code), text.as_str()),
        Cause::Lost(text) | Cause::Unfit(text) => (None, text.as_str()),
        Cause::Late => (None, "no answer in time"),
    };
    let row = find(phase, cause);
    let class = row.map_or(fallback(phase), |row| row.class);
    let outcome = Outcome {
        retry_after: row.and_then(|row| row.wait.until(now)),
        ..Outcome::new(class, phase.name(), detail).with_code(code)
    };
    match row.map(|row| row.scope) {
        Some(Scope::Channel) => outcome.of_channel(),
        Some(Scope::Message) | None => outcome,
    }
}

/// Who says that it means so: the source of the row that decides.
#[must_use]
pub fn source(phase: Phase, cause: &Cause) -> &'static str {
    find(phase, cause).map_or("no code of three digits", |row| row.source)
}

fn find(phase: Phase, cause: &Cause) -> Option<&'static Row> {
    let words = match cause {
        Cause::Reply(_, text) => text.trim_start().to_lowercase(),
        _ => String::new(),
    };
    let fits = |row: &&Row| {
        (row.phases.is_empty() || row.phases.contains(&phase)) && row.when.covers(cause, &words)
    };
    TABLE.iter().find(fits)
}

/// For a code that is none: the table takes every code of three digits.
const fn fallback(phase: Phase) -> Class {
    match phase {
        Phase::Reply => Class::Unknown,
        _ => Class::Deferred,
    }
}

impl When {
    fn covers(&self, cause: &Cause, text: &str) -> bool {
        match (self, cause) {
            (Self::Says(codes, words), Cause::Reply(code, _)) => {
                codes.contains(code)
                    && (words.is_empty() || words.iter().any(|word| says(text, word)))
            }
            (Self::Silent, Cause::Lost(_) | Cause::Late) | (Self::Unfit, Cause::Unfit(_)) => true,
            _ => false,
        }
    }
}

/// Whether a reply, in lower case, carries a word of the table.
fn says(text: &str, word: &str) -> bool {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return text.contains(word);
    }
    let status = text.split_whitespace().next().unwrap_or_default();
    status == word || (word.ends_with('.') && status.starts_with(word))
}

impl Wait {
    fn until(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Policy => None,
            Self::Minutes(minutes) => Some(now + Duration::minutes(minutes)),
            Self::NextDay => next_day(now),
        }
    }
}

/// China has kept UTC+8 without summer time since 1992.
fn next_day(now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let china = FixedOffset::east_opt(8 * 3600)?;
    let tomorrow = now.with_timezone(&china).date_naive().succ_opt()?;
    let morning = tomorrow.and_time(NaiveTime::from_hms_opt(0, 10, 0)?);
    Some(morning.and_local_timezone(china).single()?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A conversation that only this row can have been written for: its first phase, an end of
    /// its range of codes, one of its words.
    fn meetings(row: &Row) -> Vec<(String, Vec<(Phase, Cause)>)> {
        let phases = if row.phases.is_empty() {
            &Phase::ALL[..]
        } else {
            row.phases
        };
        let with = |cause: Cause| phases.iter().map(|phase| (*phase, cause.clone())).collect();
        match &row.when {
            When::Silent => vec![("silence".to_owned(), with(Cause::Late))],
            When::Unfit => vec![("unfit".to_owned(), with(Cause::Unfit(String::new())))],
            When::Says(codes, words) => {
                let words = if words.is_empty() { &["ok"][..] } else { words };
                let of = |word: &str| -> Vec<(Phase, Cause)> {
                    let text = format!("{word} and so on").replace(". and", ".9 and");
                    let say = |code| with(Cause::Reply(code, text.clone()));
                    [say(*codes.start()), say(*codes.end())].concat()
                };
                let all = words.iter().map(|word| ((*word).to_owned(), of(word)));
                all.collect()
            }
        }
    }

    #[test]
    fn every_word_of_every_row_can_decide_and_names_its_source() {
        for row in TABLE {
            assert!(row.source.len() > 8, "{row:?}");
            for (word, meetings) in meetings(row) {
                let decides = |(phase, cause): &(Phase, Cause)| {
                    find(*phase, cause).is_some_and(|found| std::ptr::eq(found, row))
                };
                assert!(
                    meetings.iter().any(decides),
                    "`{word}` is shadowed in {row:?}"
                );
            }
        }
    }

    #[test]
    fn every_code_in_every_phase_has_a_row() {
        for phase in Phase::ALL {
            for code in 0..=999 {
                assert!(find(phase, &Cause::Reply(code, String::new())).is_some());
            }
            assert!(find(phase, &Cause::Late).is_some());
            assert!(find(phase, &Cause::Unfit(String::new())).is_some());
        }
    }

    #[test]
    fn before_the_dot_nothing_is_unknown_and_after_it_silence_always_is() {
        let now = DateTime::UNIX_EPOCH;
        let silences = [
            Cause::Late,
            Cause::Lost("reset".to_owned()),
            Cause::Unfit(String::new()),
        ];
        for phase in Phase::ALL {
            for cause in &silences {
                let unknown = outcome(phase, cause, now).class == Class::Unknown;
                assert_eq!(unknown, phase == Phase::Reply, "{phase} {cause:?}");
            }
        }
    }

    #[test]
    fn a_status_is_only_read_at_the_beginning() {
        assert!(says("5.1.1 <a@b>: unknown", "5.1.1"));
        assert!(says("5.7.606 banned", "5.7."));
        assert!(!says("refused from 15.1.1.3", "5.1.1"));
        assert!(!says("see 5.1.1", "5.1.1"));
        assert!(!says("5.1.10 unknown", "5.1.1"));
    }

    #[test]
    fn the_day_ends_in_china_and_not_in_greenwich() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        for (now, then) in [
            ("2026-05-08T02:00:00Z", "2026-05-08T16:10:00Z"),
            ("2026-05-08T15:59:59Z", "2026-05-08T16:10:00Z"),
            ("2026-05-08T16:00:00Z", "2026-05-09T16:10:00Z"),
        ] {
            assert_eq!(next_day(at(now)), Some(at(then)), "{now}");
        }
    }
}
