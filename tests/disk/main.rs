//! A disk that is full or broken for a while: nothing is sent that could not be written down
//! first, nothing is lost, and everything goes on by itself.
//!
//! The program is not changed for it: a shim (`tests/kit/shim.c`) lets calls fail with `ENOSPC`
//! or `EIO`, one kind on one file at a time. The same process lives through many such cases.
//!
//! `cargo test --test disk` is the short form.
//! `DUBAN_DISKS=500 cargo test --test disk -- --nocapture` is the long one, and shows the table;
//! `DUBAN_SEED=n` throws other dice.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod cases;
mod judge;
#[expect(dead_code, reason = "the other proofs from outside use the rest")]
#[path = "../kit/mod.rs"]
mod kit;
mod lap;
mod pace;
#[expect(dead_code, reason = "the proof of power cuts uses the rest")]
#[path = "../power/disk.rs"]
mod replay;
mod start;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cases::{Case, Scene};
use kit::seed::{self, Seed};
use kit::shim::Shim;
use lap::{Lap, Report};

/// Cases of the short form: each once.
const SHORT: u64 = 88;

/// Cases in one city.
const LAP: usize = 8;

/// A case that is over before it is met proves nothing; so many are met at least.
const MET_PERCENT: usize = 70;

#[test]
fn whatever_the_disk_refuses_nothing_is_lost_and_nothing_is_sent_unclaimed() {
    let count = usize::try_from(seed::number("DUBAN_DISKS", SHORT)).unwrap();
    let (shim, started) = (Shim::compile(), Instant::now());
    let laps = laps(count, seed::number("DUBAN_SEED", 1));
    let (next, reports) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|threads| {
        // Each waits for rounds and answers most of the time.
        for _ in 0..3 * std::thread::available_parallelism().unwrap().get() {
            threads.spawn(|| {
                while let Some((seed, cases)) = laps.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let report = Lap::run(&shim, *seed, cases);
                    reports.lock().unwrap().push(report);
                }
            });
        }
    });
    let reports = reports.into_inner().unwrap();
    println!("{}", table(&reports, started.elapsed()));
    let faults: Vec<&String> = reports.iter().flat_map(|report| &report.faults).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let all = reports.iter().flat_map(|report| &report.failings);
    let met = all.clone().filter(|failing| failing.hits > 0).count();
    assert!(met * 100 >= all.count() * MET_PERCENT, "{met} were met");
}

/// Every case in turn, in an order of the seed, a lap at a time.
fn laps(count: usize, first_seed: u64) -> Vec<(u64, Vec<Case>)> {
    let mut dice = Seed(first_seed);
    let mut all: Vec<Case> = Vec::new();
    while all.len() < count {
        all.extend(dice.shuffled(&cases::all()));
    }
    all.truncate(count);
    let mut kinds: BTreeMap<usize, Vec<Case>> = BTreeMap::new();
    for (n, case) in all.into_iter().enumerate() {
        let kind = match case.scene {
            // A city of its own.
            Scene::Start if case.is_of_a_new_ledger() => 4 + n,
            Scene::Start => 0,
            Scene::Files => 1,
            Scene::Wal(_) => 2,
            Scene::Work => 3,
        };
        kinds.entry(kind).or_default().push(case);
    }
    let laps = kinds.values().flat_map(|cases| cases.chunks(LAP));
    laps.map(|cases| (dice.next(), cases.to_vec())).collect()
}

/// What each case came to.
fn table(reports: &[Report], took: Duration) -> String {
    let failings = || reports.iter().flat_map(|report| &report.failings);
    let mut rows: BTreeMap<Case, [usize; 4]> = BTreeMap::new();
    for failing in failings() {
        let row = rows.entry(failing.case).or_default();
        row[0] += 1;
        row[1] += usize::from(failing.hits > 0);
        row[2] += failing.hits;
        row[3] += usize::from(failing.refused);
    }
    let mut lines = vec![format!(
        "{:32} {:>6} {:>5} {:>6} {:>8}",
        "case", "times", "met", "calls", "refused"
    )];
    for (case, [times, met, calls, refused]) in rows {
        let name = case.name();
        lines.push(format!(
            "{name:32} {times:>6} {met:>5} {calls:>6} {refused:>8}"
        ));
    }
    let sum = |of: fn(&Report) -> usize| reports.iter().map(of).sum::<usize>();
    lines.push(format!(
        "{} cases, {} calls failed, {} notices due, {} deliveries, {} files still wait, {} marked repeats after a start, \
         {} first bytes held against what was durable, {} faults; told within {:?}, resumed within \
         {:?}, at most {} complaints a second; {took:.0?}",
        failings().count(),
        failings().map(|failing| failing.hits).sum::<usize>(),
        sum(|report| report.due),
        sum(|report| report.deliveries),
        sum(|report| report.waiting),
        sum(|report| report.repeats),
        sum(|report| report.firsts),
        sum(|report| report.faults.len()),
        failings().filter_map(|failing| failing.told).max().unwrap_or_default(),
        failings().map(|failing| failing.resumed).max().unwrap_or_default(),
        reports.iter().map(|report| report.lines).max().unwrap_or_default(),
    ));
    lines.join("\n")
}
