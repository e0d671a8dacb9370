//! What a disk holds after a power cut: everything that was synced, and of the rest what
//! chance has kept.
//!
//! Owns the model: a write is durable once a sync of its file that began after it has ended; a
//! name in the folder once a sync of the folder has. What is not durable yet may be missing in any
//! combination, sector by sector. Names come and go in the order in which they were made, as on
//! a file system with a journal.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::kit::seed::Seed;
use crate::kit::trace::{Call, Record, Target};

/// The smallest piece that a disk writes whole.
const SECTOR: usize = 512;

/// What becomes of what is not durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// All of it is lost.
    Dropped,
    /// All of it is kept.
    Kept,
    /// Of the writes, in their order, some first ones are kept, the last of them in part.
    Prefix,
    /// Each write is kept or lost.
    Scattered,
    /// Each sector of each write is kept or lost.
    Torn,
}

pub(crate) const FATES: [Fate; 5] = [
    Fate::Dropped,
    Fate::Kept,
    Fate::Prefix,
    Fate::Scattered,
    Fate::Torn,
];

/// The ledger's three files, as far as they are there.
pub(crate) type Files = BTreeMap<Target, Vec<u8>>;

/// A disk, fed with records.
#[derive(Debug, Default)]
struct Disk<'a> {
    files: Vec<File<'a>>,
    /// Which file is under a name, for the program and after a cut.
    now: BTreeMap<Target, usize>,
    durable: BTreeMap<Target, usize>,
    /// Names that came (with their file) or went, and are not durable.
    names: Vec<(Target, Option<usize>)>,
    /// Syncs under way: by whom, of which file, and how much was pending.
    syncs: BTreeMap<(u32, u16), (Option<usize>, usize)>,
}

/// One file, durable bytes and pending changes.
#[derive(Debug, Default)]
struct File<'a> {
    bytes: Vec<u8>,
    pending: Vec<&'a Call>,
}

/// The files after a cut before `records[cut]`, and how many changes were not durable then.
pub(crate) fn after_cut(
    records: &[Record],
    cut: usize,
    fate: Fate,
    seed: &mut Seed,
) -> (Files, usize) {
    let mut disk = Disk::default();
    for record in &records[..cut] {
        disk.take(record);
    }
    disk.fall(fate, seed)
}

/// What they are called, after the ledger's name. The shared memory is made anew after a cut.
const NAMES: [(Target, &str); 4] = [
    (Target::Database, ""),
    (Target::Wal, "-wal"),
    (Target::Journal, "-journal"),
    (Target::Other, "-shm"),
];

/// The files as they lie there.
pub(crate) fn picked_up(ledger: &Path) -> Files {
    let read = |(target, rest): &(Target, &str)| {
        let bytes = std::fs::read(named(ledger, rest)).ok()?;
        Some((*target, bytes))
    };
    NAMES[..3].iter().filter_map(read).collect()
}

fn named(ledger: &Path, rest: &str) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(rest);
    name.into()
}

/// Writes them into a folder, and nothing else of the ledger.
pub(crate) fn lay_down(files: &Files, ledger: &Path) {
    for (target, rest) in NAMES {
        let name = named(ledger, rest);
        let _ = std::fs::remove_file(&name);
        if let Some(bytes) = files.get(&target) {
            std::fs::write(&name, bytes).unwrap();
        }
    }
}

impl<'a> Disk<'a> {
    fn take(&mut self, record: &'a Record) {
        let target = record.target;
        match &record.call {
            Call::Create => {
                self.files.push(File::default());
                self.now.insert(target, self.files.len() - 1);
                self.names.push((target, Some(self.files.len() - 1)));
            }
            Call::Remove => {
                self.now.remove(&target);
                self.names.push((target, None));
            }
            call @ (Call::Write { .. } | Call::Truncate { .. }) => {
                let file = self.now[&target];
                self.files[file].pending.push(call);
            }
            Call::SyncBegins if target == Target::Folder => {
                self.syncs.insert(record.by, (None, self.names.len()));
            }
            Call::SyncBegins => {
                let file = self.now[&target];
                let pending = self.files[file].pending.len();
                self.syncs.insert(record.by, (Some(file), pending));
            }
            Call::SyncEnded => match self.syncs.remove(&record.by) {
                Some((None, names)) => self.settle_names(names),
                Some((Some(file), pending)) => self.files[file].settle(pending),
                None => panic!("a sync ended that never began"),
            },
            Call::Connect | Call::Send(_) | Call::Notify(_) => {}
        }
    }

    fn settle_names(&mut self, count: usize) {
        for (target, file) in self.names.drain(..count) {
            match file {
                Some(file) => self.durable.insert(target, file),
                None => self.durable.remove(&target),
            };
        }
    }

    /// The power goes.
    fn fall(mut self, fate: Fate, seed: &mut Seed) -> (Files, usize) {
        let pending: usize = self.files.iter().map(|file| file.pending.len()).sum();
        let undecided = pending + self.names.len();
        let names = match fate {
            Fate::Dropped => 0,
            Fate::Kept => self.names.len(),
            _ => seed.below(self.names.len() + 1),
        };
        self.settle_names(names);
        for file in &mut self.files {
            file.fall(fate, seed);
        }
        let mut files = Files::new();
        for (target, file) in &self.durable {
            files.insert(*target, std::mem::take(&mut self.files[*file].bytes));
        }
        (files, undecided)
    }
}

impl File<'_> {
    fn settle(&mut self, count: usize) {
        for call in self.pending.drain(..count) {
            apply(&mut self.bytes, call);
        }
    }

    fn fall(&mut self, fate: Fate, seed: &mut Seed) {
        let whole = match fate {
            Fate::Kept => self.pending.len(),
            Fate::Prefix => seed.below(self.pending.len() + 1),
            Fate::Dropped | Fate::Scattered | Fate::Torn => 0,
        };
        let rest = self.pending.split_off(whole);
        self.settle(whole);
        for (n, call) in rest.into_iter().enumerate() {
            match fate {
                Fate::Prefix if n == 0 => apply_torn(&mut self.bytes, call, seed),
                Fate::Scattered if seed.coin() => apply(&mut self.bytes, call),
                Fate::Torn => apply_torn(&mut self.bytes, call, seed),
                _ => {}
            }
        }
    }
}

fn apply(bytes: &mut Vec<u8>, call: &Call) {
    match call {
        Call::Write { at, bytes: new } => put(bytes, *at, new),
        Call::Truncate { to } => bytes.resize(*to, 0),
        _ => {}
    }
}

/// Some of its sectors; a change of length happens or does not.
fn apply_torn(bytes: &mut Vec<u8>, call: &Call, seed: &mut Seed) {
    let Call::Write { at, bytes: new } = call else {
        if seed.coin() {
            apply(bytes, call);
        }
        return;
    };
    for piece in sectors(*at, new.len()) {
        if seed.coin() {
            put(bytes, at + piece.start, &new[piece]);
        }
    }
}

/// The pieces of a write that begin and end with a sector of the file.
fn sectors(at: usize, length: usize) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let end = ((at + from) / SECTOR + 1) * SECTOR - at;
        let piece = from..end.min(length);
        from = piece.end;
        (!piece.is_empty()).then_some(piece)
    })
}

/// What lies between the end of the file and the write reads as zeros.
fn put(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    if bytes.len() < at + new.len() {
        bytes.resize(at + new.len(), 0);
    }
    bytes[at..at + new.len()].copy_from_slice(new);
}
