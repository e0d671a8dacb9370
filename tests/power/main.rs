//! The power goes: nothing durable disappears, and nothing was sent that was not first durable.
//!
//! The real program runs under a shim that records every write and sync of the ledger's files
//! and every byte to a server (`tests/kit/shim.c`). From the record the files are made as a disk
//! may hold them after a cut at any moment (`disk`), opened by SQLite, and held against what the
//! program had said by then: to the servers, and to itself by a sync that had ended.
//!
//! `cargo test --test power` is the short form.
//! `DUBAN_CUTS=1000 cargo test --test power -- --nocapture` is the long one; `DUBAN_SEED=n` throws
//! other dice.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod disk;
#[expect(dead_code, reason = "the kill campaign uses the rest")]
#[path = "../kit/mod.rs"]
mod kit;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use disk::{FATES, Fate};
use kit::books::Books;
use kit::seed::{self, Seed};
use kit::shim::Shim;
use kit::trace::{self, Call, Sending, Target};
use run::Run;

/// Cuts of the short form at moments of chance; at the first byte of each message is one more.
const SHORT: u64 = 100;

/// Cuts in one recorded run.
const CUTS_IN_RUN: usize = 50;

/// Rows that are only ever added, so what was there stays there.
const ADDED: [&str; 5] = [
    "select seq || what || subject from audit",
    "select message_id || '.' || number from attempt",
    "select key from notice",
    "select obligation_id || '.' || revision || '.' || level from rung",
    "select decision_id || rule || occurrence from obligation",
];

/// What all cuts came to.
#[derive(Debug, Default)]
struct Report {
    runs: usize,
    sendings: usize,
    cuts: usize,
    /// Cuts at which something was not durable.
    undecided: usize,
    durable_commits: usize,
    checkpoints: usize,
}

#[test]
fn whatever_a_power_cut_takes_was_neither_answered_nor_sent() {
    let cuts = usize::try_from(seed::number("DUBAN_CUTS", SHORT)).unwrap();
    let mut seed = Seed(seed::number("DUBAN_SEED", 1));
    let (shim, folder) = (Shim::compile(), tempfile::tempdir().unwrap());
    let (mut report, mut faults) = (Report::default(), Vec::new());
    while report.cuts < cuts {
        let run = Run::record(&shim, &mut seed);
        let mut proof = Proof::new(&run, folder.path().join("ledger.db"));
        report.runs += 1;
        report.checkpoints += usize::from(has_checkpoint(&run));
        report.sendings += proof.sendings.len();
        faults.extend(proof.cut_at_sendings(&mut seed));
        for _ in 0..CUTS_IN_RUN.min(cuts - report.cuts) {
            let at = seed.below(run.records.len() + 1);
            let (undecided, found) = proof.cut(at, FATES[seed.below(FATES.len())], &mut seed);
            report.cuts += 1;
            report.undecided += usize::from(undecided > 0);
            faults.extend(found);
        }
        report.durable_commits += proof.references.len();
    }
    println!("{report:?}, {} faults", faults.len());
    assert!(faults.is_empty(), "{faults:#?}");
    // Otherwise nothing was proved.
    assert!(report.sendings >= report.runs * 20, "{report:?}");
    assert!(report.undecided * 4 > report.cuts, "{report:?}");
    assert!(report.durable_commits > report.runs * 5, "{report:?}");
}

#[test]
fn a_program_that_does_not_sync_its_claims_would_be_caught() {
    let mut seed = Seed(seed::number("DUBAN_SEED", 1));
    let (shim, folder) = (Shim::compile(), tempfile::tempdir().unwrap());
    let mut run = Run::record(&shim, &mut seed);
    let is_sync = |call: &Call| matches!(call, Call::SyncBegins | Call::SyncEnded);
    run.records
        .retain(|record| record.target != Target::Wal || !is_sync(&record.call));
    // What it says to systemd is not at issue here.
    run.ready.clear();
    let mut proof = Proof::new(&run, folder.path().join("ledger.db"));
    let faults = proof.cut_at_sendings(&mut seed);
    assert!(faults.len() >= proof.sendings.len() / 2, "{faults:#?}");
}

/// Whether something went from the WAL into the database.
fn has_checkpoint(run: &Run) -> bool {
    let mut wal = run
        .records
        .iter()
        .skip_while(|one| one.target != Target::Wal);
    wal.any(|one| one.target == Target::Database && matches!(one.call, Call::Write { .. }))
}

/// The rows of [`ADDED`].
type Rows = Vec<BTreeSet<String>>;

/// A run, and what it had said by when.
struct Proof<'a> {
    run: &'a Run,
    sendings: Vec<Sending>,
    ledger: PathBuf,
    /// What was durable, by the sync that made it so.
    references: BTreeMap<usize, Rc<Rows>>,
}

impl<'a> Proof<'a> {
    fn new(run: &'a Run, ledger: PathBuf) -> Self {
        Self {
            run,
            sendings: trace::sendings(&run.records),
            ledger,
            references: BTreeMap::new(),
        }
    }

    /// Cuts the power before a record and judges what is left. How much was not durable, and
    /// everything that is wrong.
    fn cut(&mut self, at: usize, fate: Fate, seed: &mut Seed) -> (usize, Vec<String>) {
        let total = self.run.records.len();
        let case = format!("cut at {at} of {total}, {fate:?}, {seed:?}");
        let durable = self.durable_rows(at);
        let (books, undecided) = self.books(at, fate, seed);
        let mut faults = books.damage();
        for (was, is) in durable.iter().zip(rows(&books)) {
            faults.extend(was.difference(&is).map(|row| format!("gone is {row}")));
        }
        faults.extend(self.unclaimed(at, &books));
        let ready = self.run.ready.iter().rfind(|(place, _)| *place < at);
        if let Some((_, known)) = ready {
            let planned = books.planned().unwrap_or_default();
            let lost = known.difference(&planned);
            faults.extend(lost.map(|id| format!("{id} was ready and is not planned")));
        }
        let named = faults.into_iter().map(|fault| format!("{case}: {fault}"));
        (undecided, named.collect())
    }

    /// Messages of which more went to a server before `at` than there are claims.
    fn unclaimed(&self, at: usize, books: &Books) -> Vec<String> {
        let mut sent: BTreeMap<&str, usize> = BTreeMap::new();
        for sending in self.sendings.iter().filter(|sending| sending.first < at) {
            *sent.entry(&sending.key).or_default() += 1;
        }
        let claims = books.claims().unwrap_or_default();
        let of = |key: &str| claims.get(key).copied().unwrap_or_default();
        let more = sent.into_iter().filter(|(key, times)| of(key) < *times);
        more.map(|(key, times)| format!("{key} was sent {times} times on {} claims", of(key)))
            .collect()
    }

    /// The first byte is out, the power goes, and what was not synced is lost: the claim's sync
    /// has come before the first write to the socket.
    fn cut_at_sendings(&mut self, seed: &mut Seed) -> Vec<String> {
        let firsts: Vec<usize> = self.sendings.iter().map(|sending| sending.first).collect();
        let all = firsts.into_iter();
        all.flat_map(|first| self.cut(first + 1, Fate::Dropped, seed).1)
            .collect()
    }

    fn books(&self, at: usize, fate: Fate, seed: &mut Seed) -> (Books, usize) {
        let (files, undecided) = disk::after_cut(&self.run.records, at, fate, seed);
        disk::lay_down(&files, &self.ledger);
        (open(&self.ledger), undecided)
    }

    /// What the last sync of the WAL that had ended before `at` made durable: that much was
    /// answered.
    fn durable_rows(&mut self, at: usize) -> Rc<Rows> {
        let before = self.run.records[..at].iter();
        let synced = before
            .enumerate()
            .rfind(|(_, record)| record.target == Target::Wal && record.call == Call::SyncEnded);
        let Some((sync, _)) = synced else {
            return Rc::default();
        };
        if !self.references.contains_key(&sync) {
            // Everything there was by then is kept.
            let (books, _) = self.books(sync, Fate::Kept, &mut Seed(0));
            self.references.insert(sync, Rc::new(rows(&books)));
        }
        Rc::clone(&self.references[&sync])
    }
}

fn open(ledger: &Path) -> Books {
    Books::recover(ledger).unwrap()
}

/// A table that is not there yet has no rows.
fn rows(books: &Books) -> Rows {
    let all = ADDED
        .iter()
        .map(|question| books.set(question).unwrap_or_default());
    all.collect()
}
