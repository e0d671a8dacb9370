//! `test-send`: one message to somebody, by the way a notice takes, and the true answer.
//!
//! Owns whom a test goes to, and waiting for the answers with a word of what is waited for.
//! Refuses to send by any way but the daemon's own channels, and to try anything twice.

mod advice;
mod shown;
mod whom;

use std::io::{self, Write as _};
use std::pin::pin;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use futures_util::StreamExt as _;
use tokio::time::{Instant, interval_at, timeout};

use super::library::Books;
use super::outcome::faulty;
use super::table::Screen;
use super::text::harmless;
use crate::channels::Channels;
use crate::clock::Clock;
use crate::daemon::live;
use crate::domain::notice::{Channel, Message};
use crate::domain::specimen::{self, Words};
use crate::jobs::trial::{self, Answered};
use crate::store::StoreError;
use crate::store::ledger::trial as remark;

/// What the help ends with.
pub(super) const EXAMPLES: &str = "\
Examples:
  duban test-send 市住建局
  duban test-send 市住建局 --channel mail --to 王联络
  duban test-send --all-channels --dry-run
  duban test-send 市住建局 --json

What is sent is a real notice of the kind 测试: same relay, robots and endpoints, same words,
signature and rules of egress as the daemon's, so that what passes here passes there. It says
that nothing is to be done. Each recipient is asked once, and the answer is shown as it came:
how it was taken, where in the conversation, the code, the other side's own words, what they
mean and what to do. A slow peer is waited for as long as the daemon would wait.

The daemon may be running. Run this as the daemon's user, so that it reads the same secrets. No
message, attempt or hold of the ledger is touched; that a test was made, to whom and with what
answer, is noted in the audit log where there is a ledger.

Ends with 0 only if everybody took it.";

/// Nothing is said of what is waited for in the first seconds, then every so often.
const TOLD_AFTER: Duration = Duration::from_secs(3);
/// How often.
const TOLD_EVERY: Duration = Duration::from_secs(10);
/// Saying goodbye to the relay may take this long; nothing depends on it.
const GOODBYE: Duration = Duration::from_secs(2);

/// `test-send`.
#[derive(Debug, Args)]
pub struct TestSendArgs {
    /// The unit, by its name or an alias; the supervision centre is one.
    #[arg(required_unless_present = "all_channels", add = super::completion::units())]
    pub unit: Option<String>,
    /// Only this channel of it.
    #[arg(long, value_parser = Channel::ALL.map(Channel::name))]
    pub channel: Option<String>,
    /// Only this person of it, by name.
    #[arg(long, value_name = "PERSON")]
    pub to: Option<String>,
    /// Everybody: every person, endpoint and robot of every unit.
    #[arg(long, conflicts_with_all = ["unit", "channel", "to"])]
    pub all_channels: bool,
    /// Show to whom it would go, sending nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// Answers `test-send`.
///
/// # Errors
/// There is nobody to send to, or somebody did not take it; faults of the settings.
pub(super) fn run(books: &Books, args: &TestSendArgs, clock: &Clock) -> anyhow::Result<()> {
    let to = whom::recipients(&books.library.directory, args)?;
    if args.dry_run {
        return shown::show_plan(&to, args.json);
    }
    let channels = live::channels(&books.config).map_err(faulty)?;
    let name = format!("test {}", clock.now().to_rfc3339());
    let (library, today) = (books.library.books(), clock.today());
    let words = Words::shipped()?;
    let messages: Vec<Message> = to
        .iter()
        .map(|to| specimen::trial(to, &words, library, today, &name))
        .collect();
    let ledger = &books.config.ledger;
    complain(remark::begun(ledger, &messages, clock.now()));
    let answers = ask(books, &channels, messages, clock, args.json)?;
    let told = answers.iter();
    let told = told.map(|one| (&one.message.recipient, &one.outcome));
    complain(remark::answered(ledger, told, clock.now()));
    if args.json {
        shown::write_json(&answers)?;
    }
    match shown::refused(&answers) {
        0 => Ok(()),
        refused => bail!("{refused} of {} did not take it", answers.len()),
    }
}

/// Sends them and waits for every answer; each is shown as it comes.
fn ask(
    books: &Books,
    channels: &Channels,
    messages: Vec<Message>,
    clock: &Clock,
    quiet: bool,
) -> anyhow::Result<Vec<Answered>> {
    let runtime = tokio::runtime::Runtime::new().context("failed to start the runtime")?;
    let mut waited_for: Vec<Message> = messages.clone();
    let rate = books.config.mail.per_minute();
    runtime.block_on(async {
        let mut answers = pin!(trial::run(channels, clock, messages, rate));
        let begun = Instant::now();
        let mut bell = interval_at(begun + TOLD_AFTER, TOLD_EVERY);
        let mut all = Vec::new();
        loop {
            tokio::select! {
                answer = answers.next() => match answer {
                    None => break,
                    Some(answer) => {
                        waited_for.retain(|one| one.key != answer.message.key);
                        if !quiet {
                            shown::write(&mut io::stdout().lock(), &answer, Screen::of_stdout())?;
                        }
                        all.push(answer);
                    }
                },
                _ = bell.tick() => tell(&waited_for, begun.elapsed()),
            }
        }
        // What the relay says to a goodbye changes nothing.
        let _ = timeout(GOODBYE, channels.close()).await;
        Ok(all)
    })
}

/// Says on stderr for whom is still waited.
fn tell(waited_for: &[Message], since: Duration) {
    let Some(first) = waited_for.first() else {
        return;
    };
    let others = match waited_for.len() {
        1 => String::new(),
        several => format!(" and {} more", several - 1),
    };
    let line = format!(
        "waiting for {}{others}, {} s",
        shown::way(&first.recipient),
        since.as_secs()
    );
    // Nobody may look; the answers are the result.
    let _ = writeln!(io::stderr(), "{}", harmless(&line));
}

/// A test is made although nobody could note it, where there is no ledger in silence.
fn complain(noted: Result<(), StoreError>) {
    match noted {
        Ok(()) | Err(StoreError::Missing { .. }) => {}
        Err(error) => eprintln!("the test is not in the audit log: failed to {error:#}"),
    }
}
