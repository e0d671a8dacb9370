//! A daemon, by whole processes: the way from exec to the first notice, and a day with
//! nothing to do.
//!
//! Owns the ledger in which one message waits. Refuses to look inside: only exec, `/proc`
//! and the receivers are used.

use std::time::Duration;

use anyhow::Context as _;
use duban::clock::Clock;
use duban::domain::notice::Channel;
use duban::domain::plan::Change;
use duban::store::ledger::{outbox, settings};
use rusqlite::Connection;

use crate::planning::{against, compare, due_changes};
use crate::process::Daemon;
use crate::receivers::{Receivers, Taken};
use crate::report::{Line, REST_MARGIN};
use crate::scene::Scene;

/// A first notice later than this after exec never comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// After a start, until the runtime's idle threads have ended.
const SETTLE: Duration = Duration::from_secs(15);

/// From exec to the first byte of a waiting notice at its receiver.
pub(crate) fn start(
    small: &Scene,
    large: &Scene,
    receivers: &Receivers,
    runs: usize,
) -> anyhow::Result<[Line; 2]> {
    let (in_small, in_large) = (a_due_change(small)?, a_due_change(large)?);
    let what = format!("exec to first notice, {} decisions", large.decisions);
    let [few, many] = compare(&what, small, large, runs, |scene| {
        let of_small = scene.decisions == small.decisions;
        let change = if of_small { &in_small } else { &in_large };
        first_notice(scene, change, receivers)
    })?;
    let ratio = Line::times(against(&what, small), few, many, 2.0);
    Ok([
        Line::at_most(what, many.as_secs_f64() * 1000.0, "ms", 50.0),
        ratio,
    ])
}

/// One of the changes that the bench's day will bring.
fn a_due_change(scene: &Scene) -> anyhow::Result<Change> {
    due_changes(scene)?
        .into_iter()
        .next()
        .context("nothing is due on the bench's day")
}

fn first_notice(scene: &Scene, change: &Change, receivers: &Receivers) -> anyhow::Result<Duration> {
    leave_one_waiting(scene, change)?;
    receivers.empty();
    let daemon = Daemon::start(scene)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // A post of an earlier measurement may still be answered late.
    let is_first = |taken: &Taken| !taken.path.is_empty() && taken.at > daemon.begun;
    let come = receivers.wait_for(1, is_first);
    runtime
        .block_on(async { tokio::time::timeout(PATIENCE, come).await })
        .context("no notice came")?;
    let taken = receivers.empty();
    let first = taken.iter().find(|taken| is_first(taken));
    let at = first.context("no notice came")?.at;
    Ok(at.duration_since(daemon.begun))
}

/// A ledger in which nothing is new and one message waits. Leaving it closes the ledger,
/// so that its log is empty, as a daemon that was stopped leaves it.
fn leave_one_waiting(scene: &Scene, change: &Change) -> anyhow::Result<()> {
    let ledger = Connection::open(scene.ledger())?;
    ledger.execute_batch("delete from attempt; delete from notice; delete from message")?;
    let post = change
        .notices
        .iter()
        .find(|draft| draft.recipient.channel == Channel::Webhook)
        .context("no webhook among the notices")?;
    let id = change.record.id.context("a record without a key")?;
    let now = Clock::System.now();
    outbox::enqueue(&ledger, id, post, now, now)?;
    let today = Clock::System.today().to_string();
    settings::set(&ledger, settings::DIGEST_ON, &today)?;
    Ok(())
}

/// A daemon with nothing to do, for `time`; it makes its rounds all the same, one a
/// minute, so that less than a minute is the time between two of them.
pub(crate) fn rest(scene: &Scene, time: Duration) -> anyhow::Result<[Line; 2]> {
    let mut daemon = Daemon::start(scene)?;
    daemon.ready()?;
    std::thread::sleep(SETTLE);
    let work = daemon.work_in(time)?;
    daemon.stop()?;
    let what = format!(
        "at rest for {} s, {} decisions",
        time.as_secs(),
        scene.decisions
    );
    let seconds = time.as_secs_f64();
    Ok([
        Line {
            margin: REST_MARGIN,
            ..Line::at_most(
                format!("{what}: processor"),
                work.seconds / seconds * 100.0,
                "%",
                0.01,
            )
        },
        Line::at_most(
            format!("{what}: wake-ups"),
            work.sleeps / seconds,
            "/s",
            1.0,
        ),
    ])
}
