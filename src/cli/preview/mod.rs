//! `preview`: a message as its recipient gets it, without anybody getting it.
//!
//! Owns which message is meant by a name and options, and where it is put. Refuses to send, to
//! write to a database, and to word anything: the daemon's own press does.

mod copied;
mod found;
mod rule;
mod shown;

use std::path::PathBuf;

use anyhow::bail;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::library::Books;
use super::outcome::faulty;
use super::text::harmless;
use crate::channels::proof::Proof;
use crate::clock::{Clock, civil};
use crate::daemon::live;
use crate::domain::notice::{Channel, Kind};
use found::Found;

/// What the help ends with.
pub(super) const EXAMPLES: &str = "\
Examples:
  duban preview msg_6f1d0c52…                           as it was sent, or will be next
  duban preview msg_6f1d0c52… --eml letter.eml          to be opened by a mail program
  duban preview pub-6b                                  that rule's notice about a real decision
  duban preview pub-6b --kind overdue --decision 2026-003
  duban preview h-26 --channel wecom --to 市住建局
  duban preview digest --html digest.html               today's, as it stands now

NOTICE is a message or notice of the ledger, as `notices list` names it: what is shown is what
was sent, byte for byte but for its Date, or what would be sent next. RULE is shown on the first
duty of the catalogue that has a date under it, or else on one that is made up, on the day of
the rung that says --kind. Nothing is sent and nothing is written but the files that are named;
`-` stands for stdout.";

/// `preview`.
#[derive(Debug, Args)]
pub struct PreviewArgs {
    /// A message or notice of the ledger, a rule, or `digest`.
    #[arg(value_name = "NOTICE|RULE|digest")]
    pub what: String,
    /// For a rule: what is said; what is reached today without it.
    #[arg(long)]
    pub kind: Option<Kind>,
    /// For a rule: of this decision.
    #[arg(long, value_name = "ID")]
    pub decision: Option<String>,
    /// For a rule or the digest: to this unit.
    #[arg(long, value_name = "UNIT")]
    pub to: Option<String>,
    /// By this channel instead of its own, or of mail.
    #[arg(long, value_parser = Channel::ALL.map(Channel::name))]
    pub channel: Option<String>,
    /// Write the HTML part of a mail here.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the whole mail here, as it goes over the wire.
    #[arg(long, value_name = "FILE")]
    pub eml: Option<PathBuf>,
}

impl PreviewArgs {
    /// The channel that is asked for.
    fn channel(&self) -> Option<Channel> {
        let name = self.channel.as_deref()?;
        Channel::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Refuses options that only mean something for a rule.
fn refuse_for(what: &str, options: &[(&str, bool)]) -> anyhow::Result<()> {
    let given = options.iter().find(|(_, is_given)| *is_given);
    match given {
        Some((option, _)) => bail!("{option} is not for {what}"),
        None => Ok(()),
    }
}

/// Answers `preview`.
///
/// # Errors
/// Nothing of that name; a message that cannot be put together; databases, files or stdout.
pub(super) fn run(books: &Books, args: &PreviewArgs, clock: &Clock) -> anyhow::Result<()> {
    let mut found = found::find(books, args, clock)?;
    found.message.sent_on = Some(civil(found.at).date());
    let press = live::press(&books.config).map_err(faulty)?;
    let Found { message, at, .. } = &found;
    let proof = press.proof(message, *at).map_err(|outcome| {
        let words = harmless(&outcome.words());
        anyhow::anyhow!("failed to put the message together: {words}")
    })?;
    if args.html.is_none() && args.eml.is_none() {
        return shown::show(&found, &proof);
    }
    let Proof::Mail { html, eml, .. } = &proof else {
        bail!("only a mail has HTML and headers; without --html and --eml the body is shown");
    };
    copied::copy(&[(&args.html, html.as_bytes()), (&args.eml, eml)])
}

impl ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Reminder,
            Self::DueToday,
            Self::Overdue,
            Self::TooShort,
            Self::Opened,
            Self::Changed,
            Self::Cleared,
            Self::Waived,
            Self::Withdrawn,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}
