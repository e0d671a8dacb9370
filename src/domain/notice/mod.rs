//! What one recipient is told about one obligation, over one channel.
//!
//! Owns the facts a notice carries, frozen when it is made, and its key. Refuses
//! wording (templates) and addresses' secrets (channels).

mod changes;
mod digest;

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::counting::Step;
use crate::domain::obligation::{Candidate, Done, Excuse, ObligationKey, State};
use crate::domain::pack::{Audience, Basis, Relation, RuleId, Strength};

pub use changes::{ChangeRow, Changes, Happened, Happening, Net, Turn, TurnCount, Waiting, net};
pub use digest::{
    Acknowledgement, Delivery, Digest, DigestRow, GapRow, HeldRow, LogHead, Undelivered,
};

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail; one message carries all notices of a sweep for one person.
    Mail,
    /// Standard Webhooks; one message carries one notice.
    Webhook,
    /// The robot of a WeCom (企业微信) group.
    Wecom,
    /// The robot of a DingTalk (钉钉) group.
    Dingtalk,
    /// The robot of a Feishu (飞书) group, or a Lark one.
    Feishu,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 5] = [
        Self::Mail,
        Self::Webhook,
        Self::Wecom,
        Self::Dingtalk,
        Self::Feishu,
    ];

    /// The channel's name in the ledger and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::Wecom => "wecom",
            Self::Dingtalk => "dingtalk",
            Self::Feishu => "feishu",
        }
    }

    /// What is kept from waiting for others: all mail shares one relay, every unit's
    /// endpoint stands for itself.
    #[must_use]
    pub fn destination(self, unit: &str) -> String {
        match self {
            Self::Mail => self.name().to_owned(),
            Self::Webhook | Self::Wecom | Self::Dingtalk | Self::Feishu => {
                format!("{}:{unit}", self.name())
            }
        }
    }

    /// Whether one message carries all notices of a sweep for one recipient, as people want
    /// it; machines get one event each.
    #[must_use]
    pub const fn groups(self) -> bool {
        match self {
            Self::Mail | Self::Wecom | Self::Dingtalk | Self::Feishu => true,
            Self::Webhook => false,
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who receives a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Recipient {
    /// The unit's full name.
    pub unit: String,
    /// Which of its people; the contact stands for a webhook endpoint.
    pub audience: Audience,
    /// The person's name; empty for an endpoint.
    pub name: String,
    /// E-mail address; for an endpoint the unit's name, never its URL.
    pub address: String,
    /// How it travels.
    pub channel: Channel,
}

impl Recipient {
    /// A unit's endpoint of that channel: it has no name, and no address but the unit.
    #[must_use]
    pub fn endpoint(unit: &str, channel: Channel) -> Self {
        Self {
            unit: unit.to_owned(),
            audience: Audience::Contact,
            name: String::new(),
            address: unit.to_owned(),
            channel,
        }
    }

    /// What it shares its way with.
    #[must_use]
    pub fn destination(&self) -> String {
        self.channel.destination(&self.unit)
    }

    /// Whether a message to either arrives at the same place, whatever name or part is on it.
    #[must_use]
    pub fn is_at_the_place_of(&self, other: &Self) -> bool {
        (&self.address, self.channel) == (&other.address, other.channel)
    }
}

/// Why somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Ahead of the date (提醒).
    Reminder,
    /// On the last working day on or before the date (今日到期).
    DueToday,
    /// Past the lenient date (超期).
    Overdue,
    /// A window closed, or fixed to close, too early (时限不足).
    TooShort,
    /// What a date opens by itself, such as an evaluation (启动).
    Opened,
    /// The date moved after this recipient had been told (期限变更).
    Changed,
    /// It is done, and struck off (办结销号), after this recipient had been told of it.
    Cleared,
    /// It need not be done, with who or what excuses it (免办), after the same.
    Waived,
    /// What its date was counted from is no longer recorded (撤销提醒), after the same.
    Withdrawn,
    /// Nothing is to be done: somebody tries the way (测试). Never in the ledger.
    Test,
}

impl Kind {
    /// The kind's name in the ledger, in JSON and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::DueToday => "due_today",
            Self::Overdue => "overdue",
            Self::TooShort => "too_short",
            Self::Opened => "opened",
            Self::Changed => "changed",
            Self::Cleared => "cleared",
            Self::Waived => "waived",
            Self::Withdrawn => "withdrawn",
            Self::Test => "test",
        }
    }

    /// Whether it says that nothing is to be done any more.
    #[must_use]
    pub const fn is_ending(self) -> bool {
        matches!(self, Self::Cleared | Self::Waived | Self::Withdrawn)
    }
}

/// Why somebody receives what was meant for somebody else, mostly the supervision centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Rerouted {
    /// The catalogue names no unit for this role.
    UnitNotNamed {
        /// The role.
        name: String,
    },
    /// The directory does not know this unit.
    UnitUnknown {
        /// The unit.
        name: String,
    },
    /// The unit has nobody of this audience, and no endpoint.
    NobodyToTell {
        /// The unit.
        name: String,
    },
    /// It could not be delivered to whom it was meant for.
    Undelivered {
        /// The unit it was meant for.
        name: String,
        /// The person; empty for an endpoint.
        person: String,
        /// How it should have travelled.
        channel: Channel,
        /// The last that was heard on the way.
        word: String,
    },
}

/// The facts of one notice, as they were when it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The obligation it is about.
    pub obligation: ObligationKey,
    /// The obligation's revision; it rises when the date moves.
    pub revision: u32,
    /// The rung that was reached, such as `-3d`.
    pub rung: String,
    /// Why somebody is told.
    pub kind: Kind,
    /// The day it was made.
    pub as_of: NaiveDate,
    /// 决策机关.
    pub organ: String,
    /// Year of the catalogue.
    pub year: i32,
    /// Place in the catalogue.
    pub seq: i64,
    /// The decision's title; absent for a confidential one.
    pub title: Option<String>,
    /// What is to be done.
    pub duty: String,
    /// What the date means.
    pub relation: Relation,
    /// Each article it rests on, with the system's full title.
    pub basis: Vec<Basis>,
    /// How the law words it.
    pub strength: Strength,
    /// How the obligation stands on `as_of`.
    pub state: State,
    /// The day counting started from.
    pub anchor_on: NaiveDate,
    /// The safe reading.
    pub due_on: NaiveDate,
    /// The lenient reading.
    pub latest_on: NaiveDate,
    /// Working days from `as_of` to the date; negative once past the lenient date.
    pub working_days_left: i64,
    /// The date before it moved, where it did.
    pub was_due_on: Option<NaiveDate>,
    /// The date may still move.
    pub provisional: bool,
    /// Every step that led to the date.
    pub trail: Vec<Step>,
    /// Version of the pack and of the calendar.
    pub versions: String,
    /// The responsible unit, by the name the directory or the catalogue has for it.
    pub responsible: String,
    /// What is to be prepared.
    pub prepare: Vec<String>,
    /// The day the window was closed or is fixed to close, for a window cut short.
    pub closes_on: Option<NaiveDate>,
    /// What is not there yet of what a meeting or submission needs (以下材料尚缺).
    #[serde(default)]
    pub lacking: Vec<Lacking>,
    /// Exemptions that a person may confirm; until then the duty stays.
    #[serde(default)]
    pub candidates: Vec<Candidate>,
    /// Why this recipient receives it instead of another.
    pub rerouted: Option<Rerouted>,
    /// Which of the unit's people the rung speaks to: whom a group's robot mentions.
    #[serde(default)]
    pub calls: Vec<Audience>,
    /// The recipient has not been told of this date before.
    #[serde(default)]
    pub date_is_new: bool,
    /// A rung past the date was told before: this one chases (催办).
    #[serde(default)]
    pub is_chase: bool,
    /// What ended it, where this says that it has ended.
    #[serde(default)]
    pub ended: Option<Ended>,
}

/// What ended a duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ended", rename_all = "snake_case")]
pub enum Ended {
    /// It was done.
    Done(Done),
    /// It need not be done.
    Excused(Excuse),
    /// What its date was counted from is no longer recorded.
    Lost,
}

impl Facts {
    /// The day after which it says too late what it says; none for what speaks of a date
    /// that had passed when it was made, or of none at all.
    #[must_use]
    pub fn useful_on(&self) -> Option<NaiveDate> {
        let is_ahead = match self.kind {
            Kind::Reminder | Kind::DueToday | Kind::Changed => self.as_of <= self.latest_on,
            Kind::Overdue
            | Kind::TooShort
            | Kind::Opened
            | Kind::Cleared
            | Kind::Waived
            | Kind::Withdrawn
            | Kind::Test => false,
        };
        is_ahead.then_some(self.latest_on)
    }
}

/// A piece of evidence that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    /// The rule that asks for it.
    pub rule: RuleId,
    /// What is to be done.
    pub duty: String,
    /// Each article it rests on, with the system's full title.
    pub basis: Vec<Basis>,
    /// How the law words it.
    pub strength: Strength,
    /// Flags nobody has said anything about: whether it is needed depends on them.
    pub unsaid: Vec<String>,
}

/// What one message says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "content", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "a message in hand has one of either; a box would only be in every reader's way"
)]
pub enum Content {
    /// One or more notices to one recipient.
    Notices {
        /// Most urgent first.
        notices: Vec<Facts>,
    },
    /// The centre's daily digest.
    Digest {
        /// It.
        digest: Digest,
    },
}

impl Content {
    /// The last day on which all of it is said in time: the earliest lenient date that it
    /// is ahead of; for a digest its own day, for the next one says more.
    #[must_use]
    pub fn useful_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Notices { notices } => notices.iter().filter_map(Facts::useful_on).min(),
            Self::Digest { digest } => Some(digest.on),
        }
    }
}

/// A message on its way: what is said, to whom, and how often it was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Stable over every attempt: the stem of `Message-ID` and the `webhook-id`.
    pub key: String,
    /// To whom.
    pub recipient: Recipient,
    /// What it says.
    pub content: Content,
    /// Number of this attempt, from 1.
    pub attempt: u32,
    /// An earlier attempt may have arrived: the text says so.
    pub maybe_repeat: bool,
    /// The day of this attempt: what it says too late, it says is late. None before it is
    /// sent.
    pub sent_on: Option<NaiveDate>,
}

impl Message {
    /// Whether this attempt comes after a day that it speaks of as being ahead.
    #[must_use]
    pub fn is_late(&self) -> bool {
        let Content::Notices { .. } = self.content else {
            return false;
        };
        let useful_on = self.content.useful_on();
        self.sent_on
            .zip(useful_on)
            .is_some_and(|(sent, useful)| sent > useful)
    }
}
