//! Simulated years: the pure core and a real ledger under a virtual clock, with scripted
//! peers, driven by a seed.
//!
//! Owns how many years are lived and what a failure says. The same seed gives the same
//! trace, so any failure can be looked at again. Refuses wall-clock time and threads within
//! a year; several years run side by side.
//!
//! `DUBAN_YEARS=10000 cargo test --release --test simulation` is the long form;
//! `DUBAN_SEED=7` lives one year, `DUBAN_FROM` begins at another seed, `DUBAN_DAYS` makes
//! years longer or shorter. `tests/simulation/plant` plants faults and demands that each is
//! found.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a simulation that cannot go on fails"
)]

mod alarms;
mod books;
mod city;
mod dice;
mod end;
mod endings;
mod incident;
mod letters;
mod life;
mod model;
mod oracle;
mod peers;
mod signing;
mod tempers;
mod trace;
mod upward;
mod ways;
mod year;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use books::Books;

/// Seeds lived where nobody asks for more.
const YEARS: u64 = 300;

/// Days of each: a year, or a stretch of it in a build that is not optimised, so that the
/// short form stays within a minute.
const DAYS: u64 = if cfg!(debug_assertions) { 21 } else { 365 };

fn asked(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} is `{text}`, expected a number")))
}

fn read_books() -> (tempfile::TempDir, Books) {
    let folder = tempfile::tempdir().unwrap();
    let books = Books::read(folder.path());
    (folder, books)
}

#[test]
fn every_promise_is_kept_in_every_year() {
    let (_folder, books) = read_books();
    let days = i64::try_from(asked("DUBAN_DAYS").unwrap_or(DAYS)).unwrap();
    let (first, years) = if let Some(seed) = asked("DUBAN_SEED") {
        (seed, 1)
    } else {
        let years = asked("DUBAN_YEARS").unwrap_or(YEARS);
        (asked("DUBAN_FROM").unwrap_or(1), years)
    };
    let last = first + years;
    let (next, began) = (AtomicU64::new(first), Instant::now());
    let (attempts, incidents) = (AtomicU64::new(0), AtomicU64::new(0));
    let lives = || -> Option<String> {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= last {
                return None;
            }
            match year::live(seed, days, &books) {
                Ok(year) => {
                    attempts.fetch_add(year.attempts, Ordering::Relaxed);
                    incidents.fetch_add(year.incidents, Ordering::Relaxed);
                }
                Err(broken) => {
                    // The others need not go on.
                    next.store(last, Ordering::Relaxed);
                    return Some(broken);
                }
            }
        }
    };
    let broken = std::thread::scope(|scope| {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let lives: Vec<_> = (0..workers).map(|_| scope.spawn(lives)).collect();
        let broken = lives.into_iter().filter_map(|life| life.join().unwrap());
        broken.collect::<Vec<String>>()
    });
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
    println!(
        "{} years of {days} days, {} attempts, {} incidents in {:.1} s",
        years,
        attempts.into_inner(),
        incidents.into_inner(),
        began.elapsed().as_secs_f64()
    );
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let (_folder, books) = read_books();
    let mut hashes = Vec::new();
    for seed in [11, 12, 13, 14] {
        let mut years = (0..2).map(|_| year::live(seed, 30, &books).unwrap());
        let (one, other) = (years.next().unwrap(), years.next().unwrap());
        assert_eq!(one.hash, other.hash, "seed {seed}");
        hashes.push(one.hash);
    }
    hashes.dedup();
    assert_eq!(hashes.len(), 4, "every seed is a year of its own");
}
