//! Killed at every point of a notice's life, the real program loses nothing and repeats
//! nothing without saying so.
//!
//! The program is not changed for it: a shim (`tests/kit/shim.c`, compiled here with `cc`)
//! sees its system calls and ends it with SIGKILL at a named point. The servers live in
//! this process and outlive it.
//!
//! `cargo test --test kill` is the short form.
//! `DUBAN_KILLS=5000 cargo test --test kill -- --nocapture` is the long one, and shows the table;
//! `DUBAN_SEED=n` throws other dice.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod backup;
mod judge;
#[expect(dead_code, reason = "the proof of power cuts uses the rest")]
#[path = "../kit/mod.rs"]
mod kit;
mod lap;
mod points;
mod scenes;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kit::seed::{self, Seed};
use kit::shim::Shim;
use lap::{Lap, Report};
use points::{Point, Scene};

/// Kills of the short form: each point with each of its channels twice.
const SHORT: u64 = 120;

/// Kills in one city; a migration needs a city of its own.
const LAP: usize = 15;

/// A point counts as hit where the ledger shows what its name says; commits that others share
/// may blur it, now and then.
const FITTING_PERCENT: usize = 95;

#[test]
fn killed_at_any_point_nothing_is_lost_and_nothing_is_repeated_unmarked() {
    let kills = usize::try_from(seed::number("DUBAN_KILLS", SHORT)).unwrap();
    let first_seed = seed::number("DUBAN_SEED", 1);
    let (shim, started) = (Shim::compile(), Instant::now());
    let laps = laps(kills, first_seed);
    let (next, reports) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|threads| {
        // One more than the cores, for each waits for its servers now and then.
        for _ in 0..=std::thread::available_parallelism().unwrap().get() {
            threads.spawn(|| {
                while let Some(points) = laps.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let report = Lap::run(&shim, points.0, &points.1);
                    reports.lock().unwrap().push(report);
                }
            });
        }
    });
    let reports = reports.into_inner().unwrap();
    println!("{}", table(&reports, started.elapsed()));
    let faults: Vec<&String> = reports.iter().flat_map(|report| &report.faults).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let done: Vec<_> = reports.iter().flat_map(|report| &report.kills).collect();
    let fitting = done.iter().filter(|kill| kill.fits).count();
    assert!(
        fitting * 100 >= done.len() * FITTING_PERCENT,
        "{fitting} of {}",
        done.len()
    );
    let missed: usize = reports.iter().map(|report| report.missed).sum();
    assert_eq!(done.len() + missed, kills);
}

/// Every point with every channel in turn, in an order of the seed, a lap at a time.
fn laps(kills: usize, first_seed: u64) -> Vec<(u64, Vec<Point>)> {
    let mut dice = Seed(first_seed);
    let mut all: Vec<Point> = Vec::new();
    while all.len() < kills {
        all.extend(dice.shuffled(&points::all()));
    }
    all.truncate(kills);
    let is_migration = |point: &Point| point.scene == Scene::Migration;
    let (migrations, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_migration);
    let laps = others.chunks(LAP).chain(migrations.chunks(1));
    laps.map(|points| (dice.next(), points.to_vec())).collect()
}

/// Kills, repeats and times, point by point.
fn table(reports: &[Report], took: Duration) -> String {
    let mut rows: BTreeMap<(&str, &str), [usize; 2]> = BTreeMap::new();
    let mut order = Vec::new();
    for point in points::all() {
        order.push((point.name, point.channel.name()));
    }
    for kill in reports.iter().flat_map(|report| &report.kills) {
        let row = rows
            .entry((kill.point.name, kill.point.channel.name()))
            .or_default();
        row[0] += 1;
        row[1] += usize::from(kill.fits);
    }
    let mut lines = vec![format!(
        "{:42} {:5} {:>6} {:>6}",
        "point", "", "kills", "hit"
    )];
    for (name, channel) in order {
        let [kills, fits] = rows.remove(&(name, channel)).unwrap_or_default();
        lines.push(format!("{name:42} {channel:5} {kills:>6} {fits:>6}"));
    }
    let sum = |of: fn(&Report) -> usize| reports.iter().map(of).sum::<usize>();
    let mut repeats: BTreeMap<&str, usize> = BTreeMap::new();
    for name in reports.iter().flat_map(|report| &report.repeats) {
        *repeats.entry(name).or_default() += 1;
    }
    let slowest = reports.iter().flat_map(|report| &report.returned).max();
    lines.push(format!(
        "{} kills ({} more were over before), {} notices due, {} deliveries, {} wait in the open, {} faults; \
         what was held returned within {:?}; {took:.0?}",
        sum(|report| report.kills.len()),
        sum(|report| report.missed),
        sum(|report| report.due),
        sum(|report| report.deliveries),
        sum(|report| report.waiting),
        sum(|report| report.faults.len()),
        slowest.copied().unwrap_or_default(),
    ));
    lines.push(format!(
        "marked repeats, by the kill that left the message sent and not settled: {repeats:?}"
    ));
    lines.join("\n")
}
