//! What the answer of a chat group's robot means: WeCom, DingTalk, Feishu.
//!
//! Owns what counts as a yes, and what follows from every other answer. Refuses to believe a
//! status alone: all three vendors answer 200 to what they refuse. Refuses to speak to the
//! network: whoever does, makes the second exchange that [`Treatment`] asks for.
//!
//! Only a 2xx with JSON in which the vendor's code is there and the number 0 is a yes. A page
//! of a proxy, an empty body, an answer that broke off or has no code is *unknown*: the
//! message may stand in the group, a robot knows no repeat when it sees one, and so the next
//! try has to be marked as one. The text `"0"` is no yes either: the vendors write a number, so
//! somebody in between has written that text, and may mean that it took the message itself.
//! For the same reason whatever is in doubt is tried a few times only.

mod body;
mod pace;
mod table;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::http::{self, Answer};
use super::{Class, Outcome, Scope};
use crate::domain::notice::Channel;
use body::{Says, plain};

pub use pace::Limit;
pub use table::{ROWS, STATUSES};

/// Whose robot it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// 企业微信.
    Wecom,
    /// 钉钉.
    Dingtalk,
    /// 飞书, and Lark.
    Feishu,
}

impl Vendor {
    /// Every vendor.
    pub const ALL: [Self; 3] = [Self::Wecom, Self::Dingtalk, Self::Feishu];

    /// The vendor behind a channel, where it is a robot's.
    #[must_use]
    pub const fn of(channel: Channel) -> Option<Self> {
        match channel {
            Channel::Wecom => Some(Self::Wecom),
            Channel::Dingtalk => Some(Self::Dingtalk),
            Channel::Feishu => Some(Self::Feishu),
            Channel::Mail | Channel::Webhook => None,
        }
    }

    /// The channel that leads to it.
    #[must_use]
    pub const fn channel(self) -> Channel {
        match self {
            Self::Wecom => Channel::Wecom,
            Self::Dingtalk => Channel::Dingtalk,
            Self::Feishu => Channel::Feishu,
        }
    }

    /// The fields in which its answers say yes or why not; the first that is there counts.
    /// Feishu's older answers know the second of its two only.
    #[must_use]
    pub const fn code_fields(self) -> &'static [&'static str] {
        match self {
            Self::Wecom | Self::Dingtalk => &["errcode"],
            Self::Feishu => &["code", "StatusCode"],
        }
    }
}

/// What a code means; the first row that fits counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Whose code it is.
    pub vendor: Vendor,
    /// The code.
    pub code: i64,
    /// Words of the answer, in lower case, that tell rows of the same code apart; none for any.
    pub says: &'static [&'static str],
    /// What follows.
    pub treatment: Treatment,
    /// In words, for logs.
    pub meaning: &'static str,
    /// In words, for whoever is told instead.
    pub meaning_zh: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// What a range of status codes means where the body has no code; the first row that holds
/// a status counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// The first status.
    pub from: u16,
    /// The last status.
    pub to: u16,
    /// What follows.
    pub treatment: Treatment,
    /// Whether the group may have it all the same.
    pub is_doubtful: bool,
    /// Who says so, or why.
    pub source: &'static str,
}

/// What follows from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// The group has it.
    Taken,
    /// The same message again, after so many seconds where somebody named them.
    Again {
        /// Seconds.
        after: Option<u32>,
    },
    /// Nothing to this robot for at least so many seconds.
    Pause {
        /// Seconds.
        of: u32,
    },
    /// Signed again with a fresh stamp, at once and once; then it needs a person.
    Afresh,
    /// Smaller and plainer, at once and once; then it is refused for good.
    Reshape,
    /// Nobody but a person can help: everything to this robot waits, and people are told.
    Person,
}

/// An answer, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What the attempt came to, if what the treatment asks for at once ([`Treatment::Afresh`],
    /// [`Treatment::Reshape`]) is not done or was done already.
    pub outcome: Outcome,
    /// What follows.
    pub treatment: Treatment,
}

/// What follows, and how it is told.
struct Found {
    treatment: Treatment,
    /// The group may have it, or nobody knows what was meant.
    doubt: Doubt,
    detail: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubt {
    None,
    /// It was refused, for a reason nobody knows.
    AboutReason,
    /// It may have been taken.
    AboutMessage,
}

/// What `answer` means at `now`. Feishu names its pause in `x-ogw-ratelimit-reset`, in
/// seconds as `Retry-After` does: whoever reads the headers hands in either.
#[must_use]
pub fn read(answer: &Answer<'_>, vendor: Vendor, now: DateTime<Utc>) -> Read {
    let says = body::says(&answer.body, vendor);
    let is_good = (200..300).contains(&answer.status);
    let found = match &says {
        Says::Code(0, _) if !is_good => Found {
            treatment: Treatment::Again { after: None },
            doubt: Doubt::AboutMessage,
            detail: "a yes in the body, under a status that says no".to_owned(),
        },
        Says::Code(code, words) => of_code(vendor, *code, words, answer.status),
        Says::Nothing(why) if is_good => Found {
            treatment: Treatment::Again { after: None },
            doubt: Doubt::AboutMessage,
            detail: why.clone(),
        },
        Says::Nothing(_) => of_status(answer.status),
    };
    let code = match says {
        Says::Code(code, _) => Some(code),
        Says::Nothing(_) => None,
    };
    let asked = answer
        .retry_after
        .and_then(|text| http::retry_after(text, now));
    let mut outcome = outcome(&found, asked, now).with_code(Some(answer.status));
    outcome.vendor_code = code;
    Read {
        outcome,
        treatment: found.treatment,
    }
}

/// An attempt that ended without an answer: whatever may have arrived is tried a few times
/// only, for the group sees each of them.
#[must_use]
pub fn unanswered(outcome: Outcome) -> Outcome {
    match outcome.class {
        Class::Unknown => outcome.with_short_patience(),
        Class::Accepted | Class::Deferred | Class::Rejected => outcome,
    }
}

/// The row for a code and the words that came with it.
#[must_use]
pub fn row_of(vendor: Vendor, code: i64, words: &str) -> Option<&'static Row> {
    let words = words.to_lowercase();
    let fits = |row: &&Row| {
        let says = row.says.is_empty() || row.says.iter().any(|word| words.contains(word));
        row.vendor == vendor && row.code == code && says
    };
    ROWS.iter().find(fits)
}

/// The row for a status without a code; the last one holds every status.
#[must_use]
pub fn status_row(status: u16) -> Status {
    let holds = |row: &&Status| (row.from..=row.to).contains(&status);
    let last = STATUSES[STATUSES.len() - 1];
    STATUSES.iter().find(holds).copied().unwrap_or(last)
}

fn of_code(vendor: Vendor, code: i64, words: &str, status: u16) -> Found {
    let field = vendor.code_fields()[0];
    let said = match plain(words) {
        words if words.is_empty() => format!("{field} {code}"),
        words => format!("{field} {code} `{words}`"),
    };
    let Some(row) = row_of(vendor, code, words) else {
        let of_status = status_row(status).treatment;
        let is_pace = matches!(of_status, Treatment::Pause { .. });
        return Found {
            treatment: if is_pace {
                of_status
            } else {
                Treatment::Again { after: None }
            },
            doubt: Doubt::AboutReason,
            detail: format!("{said}: {}", told(UNKNOWN)),
        };
    };
    Found {
        treatment: row.treatment,
        doubt: Doubt::None,
        detail: format!("{said}: {}", told((row.meaning, row.meaning_zh))),
    }
}

const UNKNOWN: (&str, &str) = ("a code that is not known", "未知错误码");

/// A meaning as it stands in what is logged, in both languages.
fn told((meaning, meaning_zh): (&str, &str)) -> String {
    format!("{meaning} ({meaning_zh})")
}

/// What was logged of an answer, for whoever is told instead: meanings in Chinese only.
pub(super) fn in_chinese(words: &str) -> String {
    let rows = ROWS.iter().map(|row| (row.meaning, row.meaning_zh));
    let meanings = rows.chain([UNKNOWN]);
    meanings.fold(words.to_owned(), |words, both| {
        words.replace(&told(both), both.1)
    })
}

fn of_status(status: u16) -> Found {
    let row = status_row(status);
    let doubt = match row.is_doubtful {
        true if status >= 500 => Doubt::AboutMessage,
        true => Doubt::AboutReason,
        false => Doubt::None,
    };
    Found {
        treatment: row.treatment,
        doubt,
        detail: format!(
            "{}, and no code of the robot's",
            http::row_of(status).meaning
        ),
    }
}

fn outcome(found: &Found, asked: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Outcome {
    let after = |seconds: u32| now + Duration::seconds(seconds.into());
    let (class, scope, retry_after) = match found.treatment {
        Treatment::Taken => (Class::Accepted, Scope::Message, None),
        Treatment::Again { after: own } => {
            let at = asked.max(own.map(after));
            (Class::Deferred, Scope::Message, at)
        }
        Treatment::Pause { of } => {
            let at = asked.max(Some(after(of)));
            (Class::Deferred, Scope::Channel, at)
        }
        Treatment::Reshape => (Class::Rejected, Scope::Message, None),
        Treatment::Afresh | Treatment::Person => (Class::Rejected, Scope::Channel, None),
    };
    let class = match found.doubt {
        Doubt::AboutMessage => Class::Unknown,
        Doubt::AboutReason | Doubt::None => class,
    };
    let mut outcome = Outcome::new(class, "http", &found.detail);
    (outcome.scope, outcome.retry_after) = (scope, retry_after);
    match found.doubt {
        Doubt::None => outcome,
        Doubt::AboutMessage | Doubt::AboutReason => outcome.with_short_patience(),
    }
}
