//! What an outcome means, in the words of the tables that made it.
//!
//! Owns finding the row again from what an outcome holds, for whoever shows one. Refuses to
//! judge anew: class and scope are the outcome's own.

use super::http;
use super::policy::NEEDS_A_PERSON;
use super::robot::{self, Vendor};
use super::smtp::{self, Cause, Phase};
use super::{Class, Outcome, Scope};
use crate::domain::notice::Channel;

/// What an outcome means, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// In words.
    pub words: String,
    /// The source; empty where the words name it, or where nothing but this host speaks.
    pub source: &'static str,
}

/// What `outcome` means for a message that went by `channel`.
#[must_use]
pub fn meaning(channel: Channel, outcome: &Outcome) -> Meaning {
    of_this_host(outcome).unwrap_or_else(|| match channel {
        Channel::Mail => of_relay(outcome),
        Channel::Webhook | Channel::Wecom | Channel::Dingtalk | Channel::Feishu => {
            let vendor = Vendor::of(channel);
            let by_robot = vendor.and_then(|vendor| of_robot(vendor, outcome));
            by_robot.unwrap_or_else(|| of_http(outcome))
        }
    })
}

/// What was logged of an attempt or a hold, for units and the centre: what the tables add to
/// the other side's own words is in Chinese.
#[must_use]
pub fn in_chinese(words: &str) -> String {
    let (logged, told) = NEEDS_A_PERSON;
    robot::in_chinese(&words.replace(logged, told))
}

/// What is known before anybody was asked.
fn of_this_host(outcome: &Outcome) -> Option<Meaning> {
    let words = match outcome.phase.as_str() {
        "address" => "nobody was asked: there is no such address any more",
        "compose" => "nobody was asked: the message could not be put together",
        "egress" => "nobody was asked: this host does not let it go there",
        "file" if outcome.class == Class::Accepted => "the mail lies in the folder",
        "file" => "the folder did not take the mail",
        _ => return None,
    };
    Some(said_here(words))
}

fn of_relay(outcome: &Outcome) -> Meaning {
    if outcome.class == Class::Accepted {
        return Meaning {
            words: "the relay took over the mail and answers for it".to_owned(),
            source: "RFC 5321 4.2.5",
        };
    }
    let phase = Phase::ALL.iter().find(|one| one.name() == outcome.phase);
    let Some(phase) = phase else {
        return said_here("the conversation with the relay failed");
    };
    let words = outcome.detail.clone();
    let cause = match outcome.code {
        Some(code) => Cause::Reply(code, words),
        // Only a setup that does not fit holds a whole way without a word of the relay.
        None if outcome.scope == Scope::Channel => Cause::Unfit(words),
        None => Cause::Lost(words),
    };
    Meaning {
        words: smtp::source(*phase, &cause).to_owned(),
        source: "",
    }
}

fn of_http(outcome: &Outcome) -> Meaning {
    let Some(code) = outcome.code else {
        return said_here(match outcome.phase.as_str() {
            "connect" => "nobody was reached; nothing was sent",
            "tls" => "the way could not be made safe; nothing was taken",
            _ => "the request left and no answer came: it may have arrived",
        });
    };
    let row = http::row_of(code);
    let is_taken = row.class == Class::Accepted;
    let words = match outcome.class {
        Class::Deferred | Class::Rejected if is_taken => {
            "the status says yes and the answer itself says no: nothing was taken"
        }
        Class::Unknown if is_taken => "the answer does not say yes: it may have been taken",
        _ => row.meaning,
    };
    Meaning {
        words: words.to_owned(),
        source: row.source,
    }
}

/// What a robot's answer means; nothing where none came. Of receivers at large, whose status
/// counts, nothing is said of a robot.
fn of_robot(vendor: Vendor, outcome: &Outcome) -> Option<Meaning> {
    let status = outcome.code?;
    let is_good = (200..300).contains(&status);
    // Its own words stand in quotes, before what the table made of them.
    let words = outcome.detail.split('`').nth(1).unwrap_or_default();
    let code = outcome.vendor_code;
    let row = code.and_then(|code| robot::row_of(vendor, code, words));
    Some(match row {
        _ if outcome.class == Class::Unknown && (is_good || code.is_some()) => {
            said_here("the answer is no robot's yes: the group may have it")
        }
        Some(row) => Meaning {
            words: format!("{} ({})", row.meaning, row.meaning_zh),
            source: row.source,
        },
        None if code.is_some() => said_here(
            "a no for a reason that is not known here: search the vendor's manual for its code",
        ),
        None => Meaning {
            words: http::row_of(status).meaning.to_owned(),
            source: robot::status_row(status).source,
        },
    })
}

fn said_here(words: &str) -> Meaning {
    Meaning {
        words: words.to_owned(),
        source: "",
    }
}
