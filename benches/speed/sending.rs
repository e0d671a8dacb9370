//! Sending: 1,200 notices by mail and by webhook, against a bare program; and whether one
//! slow receiver holds up the others.
//!
//! Owns the outbox both are measured with. The daemon's own jobs are run on its own
//! settings, in this process, so that neither side pays for an exec.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use duban::clock::Clock;
use duban::config::Config;
use duban::daemon::{live::Live, start_writer};
use duban::domain::address::Draft;
use duban::domain::notice::{Channel, Recipient};
use duban::jobs::deliver;
use duban::store::ledger::{self, outbox};
use rusqlite::Connection;

use crate::planning::due_changes;
use crate::process::Daemon;
use crate::receivers::Receivers;
use crate::report::{Line, TIME_MARGIN, Want, median, millis, spread};
use crate::scene::{Scene, UNITS, unit};
use crate::yardstick::Yardstick;

/// Notices, each by mail to a person of its own and by webhook to one of [`UNITS`].
const NOTICES: usize = 1200;

/// How late the slow receiver answers.
const LATE: Duration = Duration::from_secs(2);

/// duban's throughput as a share of the bare program's.
pub(crate) fn throughput(
    scene: &Scene,
    receivers: &Receivers,
    runs: usize,
) -> anyhow::Result<Line> {
    let outbox = Outbox::fill(scene, true)?;
    let runtime = tokio::runtime::Runtime::new()?;
    receivers.empty();
    // Once for the caches; what it sent is what the bare program sends.
    outbox.send(scene, &runtime, receivers, None)?;
    let yardstick = Yardstick::of(receivers.empty(), receivers)?;
    let (mut ours, mut bare, mut forgetful) = (Vec::new(), Vec::new(), Vec::new());
    let memory = scene.folder.join("yardstick.db");
    for _ in 0..runs {
        ours.push(outbox.send(scene, &runtime, receivers, None)?);
        receivers.empty();
        remove(&memory)?;
        bare.push(yardstick.run(&runtime, Some(&memory))?);
        ensure!(
            receivers.empty().len() == 2 * NOTICES,
            "a notice is missing"
        );
        forgetful.push(yardstick.run(&runtime, None)?);
        receivers.empty();
    }
    println!(
        "throughput: {runs} runs each, apart by {:.0} % (duban) and {:.0} % (bare); \
         a bare program that remembers nothing: {}",
        spread(&ours) * 100.0,
        spread(&bare) * 100.0,
        millis(median(forgetful)),
    );
    let (ours, bare) = (median(ours), median(bare));
    Ok(Line {
        what: format!("{NOTICES} notices by mail and webhook, of a bare program's throughput"),
        small: format!("{} bare", millis(bare)),
        large: format!("{} duban", millis(ours)),
        measured: bare.as_secs_f64() / ours.as_secs_f64(),
        unit: "x",
        want: Want::AtLeast,
        bar: 0.8,
        margin: TIME_MARGIN,
    })
}

/// What the healthy receivers wait for when one of them is slow.
pub(crate) fn fairness(scene: &Scene, receivers: &Receivers, runs: usize) -> anyhow::Result<Line> {
    let outbox = Outbox::fill(scene, false)?;
    let runtime = tokio::runtime::Runtime::new()?;
    outbox.send(scene, &runtime, receivers, Some("/7"))?;
    let (mut healthy, mut with_slow) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        receivers.answer_late(None);
        healthy.push(outbox.send(scene, &runtime, receivers, Some("/7"))?);
        receivers.answer_late(Some(("/7".to_owned(), LATE)));
        with_slow.push(outbox.send(scene, &runtime, receivers, Some("/7"))?);
    }
    receivers.answer_late(None);
    receivers.empty();
    let what = format!("59 of {UNITS} receivers done while one is 2 s late : all healthy");
    Ok(Line::times(what, median(healthy), median(with_slow), 1.5))
}

/// A ledger full of messages that may go out, to be copied for every run.
struct Outbox {
    full: PathBuf,
    messages: usize,
}

impl Outbox {
    /// [`NOTICES`] by webhook, and by mail too where `mails` is set.
    fn fill(scene: &Scene, mails: bool) -> anyhow::Result<Self> {
        let full = scene.folder.join("outbox.db");
        plan_anew(scene)?;
        fs::copy(scene.ledger(), &full)?;
        let changes = due_changes(scene)?;
        let mut ledger = Connection::open(&full)?;
        let transaction = ledger.transaction()?;
        transaction
            .execute_batch("delete from attempt; delete from notice; delete from message")?;
        let (now, mut messages) = (Clock::System.now(), 0);
        for (n, change) in changes.iter().cycle().take(NOTICES).enumerate() {
            let wanted = |draft: &&Draft| mails || draft.recipient.channel == Channel::Webhook;
            for draft in change.notices.iter().filter(wanted) {
                let id = change.record.id.unwrap_or_default();
                outbox::enqueue(&transaction, id, &readdressed(draft, n), now, now)?;
                messages += 1;
            }
        }
        transaction.commit()?;
        let expected = if mails { 2 * NOTICES } else { NOTICES };
        ensure!(
            messages == expected,
            "{messages} messages, expected {expected}"
        );
        Ok(Self { full, messages })
    }

    /// Sends everything; how long it took. With a path to leave out, only until all but
    /// the posts to that path have come.
    fn send(
        &self,
        scene: &Scene,
        runtime: &tokio::runtime::Runtime,
        receivers: &Receivers,
        but: Option<&str>,
    ) -> anyhow::Result<Duration> {
        let path = scene.folder.join("sending.db");
        remove(&path)?;
        fs::copy(&self.full, &path)?;
        let (ledger, writer) = ledger::open(&path)?;
        let writer = start_writer(writer)?;
        let config = Config::load(&scene.config());
        let live = config.and_then(|config| Live::new(&config, Clock::System, ledger));
        let live = match live {
            Ok(live) => live,
            Err(faults) => bail!("the configuration has faults: {faults:?}"),
        };
        receivers.empty();
        let begun = Instant::now();
        let took = runtime.block_on(async {
            let work = deliver::until_idle(&live.context);
            let Some(but) = but else {
                let delivered = work.await?.delivered;
                ensure!(delivered == self.messages as u64, "{delivered} delivered");
                return Ok(begun.elapsed());
            };
            let healthy = self.messages - self.messages / UNITS as usize;
            let others = receivers.wait_for(healthy, |taken| taken.path != but);
            tokio::pin!(work, others);
            tokio::select! {
                () = &mut others => {}
                _ = &mut work => others.await,
            }
            Ok(begun.elapsed())
        });
        drop(live);
        if writer.join().is_err() {
            bail!("the ledger's writer panicked");
        }
        took
    }
}

/// A scene that was planned by an earlier build is planned for with the books in force:
/// nothing is sent before that.
fn plan_anew(scene: &Scene) -> anyhow::Result<()> {
    let mut daemon = Daemon::start(scene)?;
    daemon.ready()?;
    daemon.stop()
}

/// The notice for the `n`th person and unit, so that each mail is one of its own.
fn readdressed(draft: &Draft, n: usize) -> Draft {
    let unit = unit(u32::try_from(n).unwrap_or_default());
    let address = match draft.recipient.channel {
        Channel::Mail => format!("person{n}@example.gov.cn"),
        _ => unit.clone(),
    };
    Draft {
        key: format!("{}#{n}", draft.key),
        recipient: Recipient {
            unit,
            address,
            ..draft.recipient.clone()
        },
        facts: draft.facts.clone(),
    }
}

fn remove(path: &Path) -> anyhow::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}
