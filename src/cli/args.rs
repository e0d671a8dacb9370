//! The command line as a contract: commands, options, help.
//!
//! Owns what may be typed and how the help teaches it. Refuses to act: each
//! command is data that the dispatcher reads.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};

pub use super::acknowledging::AckArgs;
use super::acknowledging::EXAMPLES as ACK_EXAMPLES;
pub use super::auditing::AuditCommand;
pub use super::backward::BackwardArgs;
use super::backward::EXAMPLES as BACKWARD_EXAMPLES;
pub use super::catalogue::{CatalogCommand, ImportArgs};
use super::day::day;
pub use super::events::{EventArgs, EventCommand};
use super::preview::EXAMPLES as PREVIEW_EXAMPLES;
pub use super::preview::PreviewArgs;
use super::register::EXAMPLES as EXPORT_EXAMPLES;
pub use super::register::ExportArgs;
use super::restoring::EXAMPLES as RESTORE_EXAMPLES;
pub use super::restoring::RestoreArgs;
pub use super::subcommands::{
    ByHandArgs, CalendarCommand, ClockCommand, CountArgs, HoldArgs, LoadArgs, NoticesArgs,
    NoticesCommand, RetryArgs, RulesCommand,
};
pub use super::templates::TemplatesCommand;
use super::test_send::EXAMPLES as TEST_SEND_EXAMPLES;
pub use super::test_send::TestSendArgs;
use crate::domain::obligation::State;

const EXIT_CODES: &str = "\
Results go to stdout, logs to stderr. Colour only on a terminal; NO_COLOR turns it off.

Exit codes:
  0   done
  1   failed
  2   wrong usage
  75  not now, try again (another process holds the ledger)
  78  something in the configuration, rules or catalogue is wrong; `duban check` lists it

Start with `duban demo`: it needs no account and no configuration.";

/// Works out the statutory dates of major administrative decisions and tells the right people in time.
#[derive(Debug, Parser)]
#[command(name = "duban", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The catalogue database, instead of the one the configuration names.
    #[arg(long, global = true, value_name = "FILE")]
    pub catalog: Option<PathBuf>,
}

/// The commands, in the order an administrator meets them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the main job on a shipped sample: a year of dates, mails and webhooks.
    #[command(after_help = "Example:\n  duban demo\n  duban demo --days 60 --dir /tmp/duban")]
    Demo(DemoArgs),
    /// Run the daemon until it is told to stop.
    #[command(after_help = "Example:\n  duban run --config /etc/duban/duban.toml")]
    Run,
    /// Find everything that can be known wrong, all at once; 78 if there is anything.
    #[command(after_help = "Example:\n  duban check --config /etc/duban/duban.toml")]
    Check(JsonArgs),
    /// Create, fill and read the catalogue of decisions.
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Record what has happened to a decision.
    #[command(subcommand)]
    Event(EventCommand),
    /// Record that a person lets a duty off, with name and reason, showing first what changes.
    #[command(
        after_help = "Example:\n  duban waive 2026-003 h-26 --by 李局长 --reason 防汛应急，已报市政府同意 --dry-run\n\nWhat the text puts as 应当 (must) is waived only with --anyway, unless the pack knows an\nexemption for it. `duban due --state waived` lists what is waived."
    )]
    Waive(WaiveArgs),
    /// Record that a person set another last day for a duty, showing first what changes.
    #[command(
        after_help = "Example:\n  duban extend 2026-003 pub-6b --until 2026-09-30 --by 李局长 --reason 申请人补正材料 --ref 17"
    )]
    Extend(ExtendArgs),
    /// List what is due, most urgent first.
    #[command(
        after_help = "Examples:\n  duban due --to 2026-12-31\n  duban due --unit 市住建局 --state overdue,near\n  duban due --json | jq '.[] | select(.provisional)'\n  duban due --waiting\n\nThe table leaves out what is waiting, done or waived unless --state asks for it; JSON has it all.\n\n--waiting lists a duty as `never entered` where an event, unit, term or flag it needs is not\nrecorded although a later step of the procedure has happened, and names that step; as\n`unanswered` where what it needs can be said now; and with --all as `ahead` where the\nstep it is counted from has not come yet. Its JSON has the fields of `due` and `because`,\n`never_entered`, `although` and `although_on`, in the order of the catalogue."
    )]
    Due(DueArgs),
    /// Write the register (台账) for people: a workbook ready for print, CSV, JSON or calendars.
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(ExportArgs),
    /// Print what would be sent and why, sending nothing.
    #[command(after_help = "Example:\n  duban plan --as-of 2026-12-01")]
    Plan(PlanArgs),
    /// Explain a decision's dates: article, anchor, each day counted, and what was sent.
    #[command(after_help = "Examples:\n  duban why 2026-003\n  duban why 2026-003 pub-6b")]
    Why(WhyArgs),
    /// Count back from a meeting: the latest lawful day of every earlier step.
    #[command(after_help = BACKWARD_EXAMPLES)]
    Backward(BackwardArgs),
    /// Show, load and try out the calendar of working days.
    #[command(subcommand)]
    Calendar(CalendarCommand),
    /// Read the rule pack, or check a new one.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Show a message as its recipient gets it, sending nothing.
    #[command(after_help = PREVIEW_EXAMPLES)]
    Preview(PreviewArgs),
    /// Send a test to a unit by every way it has, and show the true answer of each.
    #[command(after_help = TEST_SEND_EXAMPLES)]
    TestSend(TestSendArgs),
    /// See and check the wording of everything that is sent.
    #[command(subcommand)]
    Templates(TemplatesCommand),
    /// See what was sent, hold it back or let it go, and send again what was given up.
    #[command(subcommand)]
    Notices(NoticesCommand),
    /// Record that a unit has acknowledged (签收) what it was told. The daemon may be running.
    #[command(after_help = ACK_EXAMPLES)]
    Ack(AckArgs),
    /// Verify the audit log, write it out, or make the ledger again from it.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Show what the daemon's last inspection found wrong; 1 if there is anything.
    #[command(
        after_help = "Example:\n  duban health || echo look\n\nThe first line begins with OK, WARNING or CRITICAL, as monitoring plugins do. A daemon that has\nnot inspected anything for 15 minutes is a finding."
    )]
    Health(JsonArgs),
    /// Say that the clock is right after it jumped.
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Copy the ledger into a new file while the daemon goes on working.
    #[command(
        after_help = "Example:\n  duban backup /srv/backup/ledger-2026-11-30.db\n\nThe copy is whole or not there at all. The catalogue belongs to the city: its own\nsoftware copies it."
    )]
    Backup {
        /// The file to make; it must not be there yet.
        file: PathBuf,
    },
    /// Put a copy in the ledger's place; see and release what may have been sent since.
    #[command(after_help = RESTORE_EXAMPLES)]
    Restore(RestoreArgs),
}

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Keep running afterwards, against the real clock, until interrupted.
    #[arg(long)]
    pub live: bool,
    /// Where mails, bodies and databases go; a new folder in the temporary one otherwise.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// How many days of the year are played, from 1 January.
    #[arg(long, value_name = "N", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub days: u32,
}

/// Commands whose only choice is the form of the answer.
#[derive(Debug, Args)]
pub struct JsonArgs {
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// `due`.
#[derive(Debug, Args)]
pub struct DueArgs {
    /// Only what is due on or after this day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub from: Option<NaiveDate>,
    /// Only what is due on or before this day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub to: Option<NaiveDate>,
    /// Only what this unit is responsible for.
    #[arg(long, value_name = "NAME")]
    pub unit: Option<String>,
    /// As it stands on this day instead of today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    /// Only these states, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "STATE")]
    pub state: Vec<State>,
    /// Only what waits, and what each needs: first what was never entered although a later
    /// step has happened, then what nobody has answered.
    #[arg(long, conflicts_with_all = ["from", "to", "state"])]
    pub waiting: bool,
    /// With --waiting: also what waits for a step that still lies ahead.
    #[arg(long, requires = "waiting")]
    pub all: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// Which duty a person decided about, and who and why.
#[derive(Debug, Args)]
pub struct DecidedArgs {
    /// The decision's id.
    pub decision: String,
    /// The rule's id.
    pub rule: String,
    /// Who decided it.
    #[arg(long, value_name = "NAME", value_parser = part)]
    pub by: String,
    /// Why.
    #[arg(long, value_name = "TEXT", value_parser = part)]
    pub reason: String,
    /// The event it occurs for, where several are open.
    #[arg(long = "ref", value_name = "ID")]
    pub answers: Option<i64>,
    /// Show what would change, writing nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `waive`.
#[derive(Debug, Args)]
pub struct WaiveArgs {
    /// The duty, the person and the reason.
    #[command(flatten)]
    pub decided: DecidedArgs,
    /// The first day it holds instead of today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub from: Option<NaiveDate>,
    /// The last day it holds; for good without it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: Option<NaiveDate>,
    /// Record it although the text says 应当 (must).
    #[arg(long)]
    pub anyway: bool,
}

/// `extend`.
#[derive(Debug, Args)]
pub struct ExtendArgs {
    /// The duty, the person and the reason.
    #[command(flatten)]
    pub decided: DecidedArgs,
    /// The new last day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: NaiveDate,
    /// Document number or link.
    #[arg(long, value_name = "DOC")]
    pub evidence: Option<String>,
}

/// A part of a note that is read in parts: it says something, on one line, without the
/// mark that parts them.
fn part(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        Err("expected a few words".to_owned())
    } else if text.contains([';', '；', '\n', '\r']) {
        Err("expected one line without `；` or `;`, which part the note".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// As of this day instead of today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// `why`.
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// The decision's id.
    pub decision: String,
    /// One rule's id; all of the decision's rules without it.
    pub rule: Option<String>,
    /// As it stands on this day instead of today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}
