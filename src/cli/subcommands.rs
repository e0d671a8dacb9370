//! The commands that have commands of their own, and the words options accept.
//!
//! Owns what may be typed after `calendar`, `rules`, `clock` and `notices`.
//! Refuses to act, as `args` does.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::builder::PossibleValue;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::args::JsonArgs;
use super::day::day;
use crate::domain::counting::{Reading, Roll, Span};
use crate::domain::notice::Channel;
use crate::domain::obligation::State;

/// `calendar …`.
#[derive(Debug, Subcommand)]
pub enum CalendarCommand {
    /// Show which years are known, or one year's off days and make-up days.
    #[command(after_help = "Example:\n  duban calendar show 2026")]
    Show {
        /// The year; all of them without it.
        year: Option<i32>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Load a year's holiday notice (holiday-cn JSON or duban's TOML) or the local days
    /// (local.toml), showing first which open dates move.
    #[command(
        after_help = "Examples:\n  duban calendar load 2027.json --dry-run\n  duban calendar load 2027.toml\n  duban calendar load local.toml --yes"
    )]
    Load(LoadArgs),
    /// Count from a day, showing every day on the way.
    #[command(
        after_help = "Examples:\n  duban calendar count 2026-09-17 +5wd\n  duban calendar count 2026-09-24 -5wd --json\n  duban calendar count 2025-09-25 +7wd --reading clear --not-before\n\nUnits: d days, wd working days, m months, y years. What --reading and --roll do not\nsay, the rule pack's counting table does."
    )]
    Count(CountArgs),
}

/// `calendar load`.
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// The notice, or a file named local.toml.
    pub file: PathBuf,
    /// The calendar folder, instead of the one the configuration names.
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Load it without asking.
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Show what would change, writing nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Answer with the dates that move, in JSON.
    #[arg(long)]
    pub json: bool,
}

/// `calendar count`.
#[derive(Debug, Args)]
pub struct CountArgs {
    /// The day counting starts from; it is not counted itself.
    #[arg(value_name = "DATE", value_parser = day)]
    pub from: NaiveDate,
    /// How far, such as `+5wd`, `+30d`, `-5wd`, `+1y`.
    #[arg(allow_hyphen_values = true)]
    pub offset: Span,
    /// On the Nth day itself, or with N clear days in between.
    #[arg(long)]
    pub reading: Option<Reading>,
    /// Where a last day that is a rest day goes.
    #[arg(long)]
    pub roll: Option<Roll>,
    /// The date is the first allowed one, not the last: a window that must stay open.
    #[arg(long)]
    pub not_before: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// `rules …`.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List every rule with its basis, offset and strength.
    #[command(after_help = "Example:\n  duban rules list")]
    List(JsonArgs),
    /// Show one rule in full.
    #[command(after_help = "Example:\n  duban rules show pub-6b")]
    Show {
        /// The rule's id.
        rule: String,
    },
    /// List the questions the texts leave open, with the answer of the pack in force.
    #[command(after_help = "Example:\n  duban rules readings")]
    Readings(JsonArgs),
    /// Compare a new rule pack with the one in force: rules, settings, and open dates that move.
    #[command(after_help = "Example:\n  duban rules diff 2027.toml")]
    Diff {
        /// The new rule pack.
        file: PathBuf,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check a rule pack and list every fault.
    #[command(after_help = "Example:\n  duban rules check config/rules/taonan.toml")]
    Check {
        /// The rule pack.
        file: PathBuf,
    },
}

/// `clock …`.
#[derive(Debug, Subcommand)]
pub enum ClockCommand {
    /// Take this host's clock to be right, now, and end the hold of a clock that jumped.
    #[command(
        after_help = "Example:\n  timedatectl && duban clock confirm --reason '已与授时服务器核对'\n\nLook at the clock first: what a false future plans as told is not told again."
    )]
    Confirm {
        /// Why, for the audit log.
        #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
    },
}

/// `notices …`.
#[derive(Debug, Subcommand)]
pub enum NoticesCommand {
    /// List notices and how far they have come, newest first.
    #[command(
        after_help = "Examples:\n  duban notices list --failed\n  duban notices list --held --json\n  duban notices list 2026-003 pub-6b"
    )]
    List(NoticesArgs),
    /// Send given-up messages again, with the same identity. The daemon may be running.
    #[command(
        after_help = "Example:\n  duban notices retry msg_6f1d0c52… --reason '信箱已恢复' --dry-run"
    )]
    Retry(RetryArgs),
    /// Keep messages or everything that goes one way from being sent. The daemon may be running.
    #[command(
        after_help = "Examples:\n  duban notices hold msg_6f1d0c52… --reason '内容待核实'\n  duban notices hold --to 市住建局 --reason '联系人调整中' --dry-run\n  duban notices hold --channel mail --reason '邮件系统检修'\n\nMESSAGE and --to hold what is there now; what is under way is not called back, but not\ntried again. --channel and --all hold whatever comes later, too."
    )]
    Hold(HoldArgs),
    /// Let go out what is held. The daemon may be running.
    #[command(
        after_help = "Examples:\n  duban notices release --channel mail --reason '检修完毕'\n  duban notices release --all --reason '已核实' --dry-run\n\nA way that is held because it is broken is tried by one message at once."
    )]
    Release(HoldArgs),
}

/// `notices retry`.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// The messages, as `notices list` names them.
    #[arg(required = true)]
    pub message: Vec<String>,
    /// Why, and whether at all.
    #[command(flatten)]
    pub how: ByHandArgs,
}

/// `notices hold` and `notices release`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whom").required(true).args(["message", "to", "channel", "all"])))]
pub struct HoldArgs {
    /// The messages, as `notices list` names them.
    pub message: Vec<String>,
    /// Every message to this unit that is there now.
    #[arg(long, value_name = "UNIT")]
    pub to: Option<String>,
    /// Everything that goes this way.
    #[arg(long, value_parser = Channel::ALL.map(Channel::name))]
    pub channel: Option<String>,
    /// Everything.
    #[arg(long)]
    pub all: bool,
    /// Why, and whether at all.
    #[command(flatten)]
    pub how: ByHandArgs,
}

/// What everything done by hand needs.
#[derive(Debug, Args)]
pub struct ByHandArgs {
    /// Why, for the audit log.
    #[arg(long)]
    pub reason: String,
    /// Show what would be touched, changing nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// `notices list`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").args(["state", "failed", "held", "waiting", "unacknowledged"])))]
pub struct NoticesArgs {
    /// Only those about this decision.
    pub decision: Option<String>,
    /// Only those about this rule.
    pub rule: Option<String>,
    /// Only those in this state.
    #[arg(long, value_parser = ["pending", "leased", "delivered", "failed", "cancelled"])]
    pub state: Option<String>,
    /// Which are looked for mostly.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Only those that arrived and still hold, and that nobody has acknowledged.
    #[arg(long)]
    pub unacknowledged: bool,
    /// At most so many.
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub limit: u32,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// What has not arrived, digests too.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// Only those that were given up, digests too.
    #[arg(long)]
    pub failed: bool,
    /// Only those that are held, or whose way is, digests too.
    #[arg(long)]
    pub held: bool,
    /// Only those that wait to be sent, digests too.
    #[arg(long)]
    pub waiting: bool,
}

impl ValueEnum for Reading {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Inclusive, Self::Clear]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Inclusive => "inclusive",
            Self::Clear => "clear",
        }))
    }
}

impl ValueEnum for Roll {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::None,
            Self::Forward,
            Self::Backward,
            Self::ForwardFromHoliday,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::None => "none",
            Self::Forward => "forward",
            Self::Backward => "backward",
            Self::ForwardFromHoliday => "forward_from_holiday",
        }))
    }
}

impl ValueEnum for State {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Overdue,
            Self::Near,
            Self::Open,
            Self::Waiting,
            Self::Done,
            Self::Waived,
            Self::Exempt,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}
