//! A run of the real program that is recorded, over several of its lives.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::disk::{self, Fate, Files};
use crate::kit::books::Books;
use crate::kit::city::{Channel, City, UNITS};
use crate::kit::daemon::Daemon;
use crate::kit::seed::Seed;
use crate::kit::shim::{Orders, Shim};
use crate::kit::trace::{self, Call, Record};

/// Lives of the program in one run; each ends by SIGTERM or SIGKILL.
const LIVES: usize = 4;

/// Times in each life at which something new is due.
const WAVES: usize = 3;

/// A recorded run.
pub(crate) struct Run {
    pub(crate) records: Vec<Record>,
    /// For each time the program said that it is ready: the record, and what it must have
    /// planned by then.
    pub(crate) ready: Vec<(usize, BTreeSet<String>)>,
}

impl Run {
    pub(crate) fn record(shim: &Shim, seed: &mut Seed) -> Self {
        let mut city = City::found();
        let orders = Orders {
            trace: Some(city.at("trace")),
            ..Orders::default()
        };
        let (mut records, mut known) = (Vec::new(), Vec::new());
        for _ in 0..LIVES {
            bring(&mut city, seed);
            known.push(city.due.iter().map(|due| due.decision.clone()).collect());
            let daemon = Daemon::start(&city, Some((shim, &orders)));
            live(daemon, &mut city, seed);
            records.extend(trace::read(&city.at("trace")));
            std::fs::remove_file(city.at("trace")).unwrap();
            agree(&mut records, &disk::picked_up(&city.at("ledger.db")));
        }
        let ready = records
            .iter()
            .enumerate()
            .filter(|(_, record)| is_ready(record));
        let ready = ready.map(|(place, _)| place).zip(known).collect();
        Self { records, ready }
    }
}

/// Something is due, and again, until the program is told to stop or is killed while it plans.
fn live(mut daemon: Daemon, city: &mut City, seed: &mut Seed) {
    daemon
        .until("ready", |heard| heard.contains("READY=1"))
        .unwrap();
    for _ in 0..WAVES {
        daemon
            .until("everything was sent", |_| is_quiet(city))
            .unwrap();
        bring(city, seed);
    }
    if seed.coin() {
        daemon
            .until("everything was sent", |_| is_quiet(city))
            .unwrap();
        daemon.terminate();
        assert!(daemon.ended().unwrap().success(), "{}", daemon.log());
    } else {
        std::thread::sleep(Duration::from_millis(seed.next() % 300));
        daemon.kill();
    }
}

/// The record must say what the files say. A write is recorded before it is made, so a kill
/// may have come between: the last one is then taken back.
fn agree(records: &mut Vec<Record>, files: &Files) {
    let is_recorded = |records: &[Record]| {
        let all = disk::after_cut(records, records.len(), Fate::Kept, &mut Seed(0));
        all.0 == *files
    };
    if is_recorded(records) {
        return;
    }
    let is_write = |record: &Record| matches!(record.call, Call::Write { .. });
    let last = records.iter().rposition(is_write).unwrap();
    records.remove(last);
    assert!(
        is_recorded(records),
        "the record is not what the files hold"
    );
}

fn is_ready(record: &Record) -> bool {
    matches!(&record.call, Call::Notify(said) if said.starts_with(b"READY=1"))
}

/// One to all of the units of each channel have something due.
fn bring(city: &mut City, seed: &mut Seed) {
    for channel in [Channel::Mail, Channel::Hook] {
        for unit in 0..=seed.below(UNITS) {
            let is_overdue = seed.below(4) == 0;
            city.decide(channel, unit, is_overdue);
        }
    }
}

fn is_quiet(city: &City) -> bool {
    let is_quiet = || -> rusqlite::Result<bool> {
        let books = Books::look(&city.at("ledger.db"))?;
        let planned = books.planned()?;
        let all = city.due.iter().all(|due| planned.contains(&due.decision));
        Ok(all && !books.is_busy()?)
    };
    is_quiet().unwrap_or_default()
}
