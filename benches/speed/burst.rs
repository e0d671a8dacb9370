//! Half past eight: thousands of messages come due at one moment, for hundreds of
//! destinations.
//!
//! Owns the city for it: the small scene's catalogue and plan, an endpoint for each of
//! many units, and an outbox whose messages all wait for the same second. The daemon is
//! measured as a process, asleep until then.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chrono::TimeDelta;
use duban::clock::Clock;
use duban::domain::address::Draft;
use duban::domain::notice::{Channel, Recipient};
use duban::store::ledger::outbox;
use rusqlite::Connection;

use crate::planning::due_changes;
use crate::process::Daemon;
use crate::receivers::Receivers;
use crate::report::{Line, MEMORY_MARGIN, Want};
use crate::scene::Scene;

/// How many come due at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Burst {
    /// One in five by mail, each to a person of its own; the others are posts.
    pub(crate) messages: usize,
    /// Units with an endpoint, which have the posts in equal shares.
    pub(crate) endpoints: usize,
}

/// The daemon is up and asleep well before the moment.
const AHEAD: TimeDelta = TimeDelta::seconds(20);

/// Longer than any bar.
const PATIENCE: Duration = Duration::from_mins(10);

/// The delay from due to first byte, and the most memory.
pub(crate) fn half_past_eight(
    small: &Scene,
    receivers: &Receivers,
    burst: Burst,
) -> anyhow::Result<Vec<Line>> {
    let scene = city(small, receivers, burst)?;
    let (due, now) = (Instant::now() + AHEAD.to_std()?, Clock::System.now());
    fill(&scene, small, burst, now + AHEAD)?;
    receivers.empty();
    let mut daemon = Daemon::start(&scene)?;
    daemon.ready()?;
    ensure!(Instant::now() < due, "not ready before the moment");
    let runtime = tokio::runtime::Runtime::new()?;
    // A post of an earlier measurement may still be answered late.
    let begun = daemon.begun;
    let all = receivers.wait_for(burst.messages, move |taken| taken.at > begun);
    let come = runtime.block_on(async { tokio::time::timeout(PATIENCE, all).await });
    come.context("messages are missing")?;
    let peak = daemon.peak_mb()?;
    daemon.stop()?;
    let mut taken = receivers.empty();
    taken.retain(|taken| taken.at > begun);
    ensure!(taken.len() == burst.messages, "{} came", taken.len());
    let mut delays: Vec<f64> = taken
        .iter()
        .map(|one| one.at.saturating_duration_since(due).as_secs_f64())
        .collect();
    delays.sort_by(f64::total_cmp);
    let of = |percent: usize| delays.get((delays.len() - 1) * percent / 100).copied();
    let (half, p99, last) = (of(50), of(99), of(100));
    let (half, p99, last) = (
        half.unwrap_or_default(),
        p99.unwrap_or_default(),
        last.unwrap_or_default(),
    );
    println!(
        "burst: {} messages to {} endpoints and a relay: first byte after {half:.2} s (half), \
         {p99:.2} s (p99), {last:.2} s (last); peak {peak:.1} MB",
        burst.messages, burst.endpoints,
    );
    let what = format!(
        "{} messages due at once, {} endpoints",
        burst.messages, burst.endpoints
    );
    Ok(vec![
        Line::at_most(format!("{what}: first byte, p99"), p99, "s", 60.0),
        Line {
            what: format!("{what}: peak memory"),
            small: String::new(),
            large: format!("{peak:.1} MB"),
            measured: peak,
            unit: "MB",
            want: Want::AtMost,
            bar: 100.0,
            margin: MEMORY_MARGIN,
        },
    ])
}

fn unit(n: usize) -> String {
    format!("第{n}局")
}

/// The small scene with other units.
fn city(small: &Scene, receivers: &Receivers, burst: Burst) -> anyhow::Result<Scene> {
    let folder = small.folder.with_file_name("burst");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    for name in ["catalog.db", "ledger.db"] {
        copy(&small.folder, &folder, name)?;
    }
    // Without it the copy would be taken for an older ledger, and held.
    let head = "ledger.db.head";
    fs::copy(small.folder.join(head), folder.join(head))?;
    let scene = Scene {
        folder,
        ..small.clone()
    };
    scene.configure(receivers.smtp.port(), receivers.http.port())?;
    let mut units = fs::read_to_string(scene.folder.join("units.toml"))?;
    for n in 0..burst.endpoints {
        // Writing to a string cannot fail.
        let _ = write!(
            units,
            "\n[[unit]]\nname = \"{}\"\n[unit.webhook]\n\
             url = \"http://127.0.0.1:{}/{n}\"\nsecrets = [{{ file = \"secret\" }}]\n",
            unit(n),
            receivers.http.port(),
        );
    }
    fs::write(scene.folder.join("units.toml"), units)?;
    // At any hour of the day.
    let settings = fs::read_to_string(scene.config())?;
    let hours =
        "[schedule]\nsend_from = \"00:00\"\nsend_until = \"23:59\"\ndigest_at = \"23:59\"\n\n";
    fs::write(scene.config(), hours.to_owned() + &settings)?;
    Ok(scene)
}

/// A database with what its log still holds.
fn copy(from: &Path, to: &Path, name: &str) -> anyhow::Result<()> {
    Connection::open(from.join(name))?.pragma_update(None, "wal_checkpoint", "truncate")?;
    fs::copy(from.join(name), to.join(name))?;
    Ok(())
}

/// Puts everything into the outbox, due at `due`.
fn fill(
    scene: &Scene,
    small: &Scene,
    burst: Burst,
    due: chrono::DateTime<chrono::Utc>,
) -> anyhow::Result<()> {
    let changes = due_changes(small)?;
    let mut ledger = Connection::open(scene.ledger())?;
    let transaction = ledger.transaction()?;
    // What still waited in the small scene is not of this burst.
    transaction
        .execute_batch("update message set state = 'cancelled' where state <> 'delivered'")?;
    let of = |channel| {
        let mut all = changes.iter().flat_map(|change| &change.notices);
        all.find(|draft| draft.recipient.channel == channel)
            .context("nothing is due by this channel")
    };
    let (mail, post) = (of(Channel::Mail)?, of(Channel::Webhook)?);
    let id = changes.iter().find_map(|change| change.record.id);
    let id = id.context("nothing is due")?;
    for n in 0..burst.messages {
        let is_mail = n % 5 == 0;
        let draft = if is_mail { mail } else { post };
        let unit = unit(n % burst.endpoints);
        let address = if is_mail {
            format!("person{n}@example.gov.cn")
        } else {
            unit.clone()
        };
        let draft = Draft {
            key: format!("{}#{n}", draft.key),
            recipient: Recipient {
                unit,
                address,
                ..draft.recipient.clone()
            },
            facts: draft.facts.clone(),
        };
        outbox::enqueue(&transaction, id, &draft, due, Clock::System.now())?;
    }
    transaction.commit()?;
    Ok(())
}
