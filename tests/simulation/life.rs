//! One life of the process: from opening the ledger to its end, however it ends.
//!
//! Owns the files it holds open and its rounds, whole, killed in the middle and on a full
//! disk. Every one is the daemon's own. Refuses to know why.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use duban::clock::Clock;
use duban::daemon::start_writer;
use duban::jobs::Context;
use duban::jobs::auditor::{Auditor, Health};
use duban::jobs::plan::Progress;
use duban::jobs::round::{self, Occasion};
use duban::store::catalog::Catalog;
use duban::store::ledger::{self, Ledger, Reader};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::books::{Books, Edition};
use super::peers::Peers;

/// Where databases live while a year lasts: in memory where there is such a place, since
/// nobody pulls a plug here.
const SHELF: &str = "/dev/shm";

/// A folder for a year.
pub(crate) fn shelf() -> TempDir {
    let shelf = Path::new(SHELF);
    let builder = tempfile::Builder::new().prefix("duban-year-").to_owned();
    let folder = if shelf.is_dir() {
        builder.tempdir_in(shelf)
    } else {
        builder.tempdir()
    };
    folder.unwrap()
}

/// What a round brought: records written and notices made.
pub(crate) type Brought = (u64, u64);

/// A whole round: what it brought, and what its inspection found.
pub(crate) type Round = (Brought, Health);

/// Law and settings of a life.
pub(crate) type Law<'a> = (&'a Books, &'a Edition);

/// Everything of one life of the process.
pub(crate) struct Life {
    pub(crate) context: Context,
    auditor: Auditor,
    file: PathBuf,
    /// The judge's own look into the catalogue and the ledger.
    pub(crate) catalog: Catalog,
    pub(crate) look: Connection,
    writer: JoinHandle<()>,
}

impl Life {
    /// The process starts; its first round takes up what an earlier one held.
    pub(crate) fn begin(
        folder: &Path,
        (number, clock): (u32, &Clock),
        (books, edition): Law<'_>,
        peers: &Arc<Peers>,
    ) -> Self {
        let (path, file) = (folder.join("ledger.db"), folder.join("catalog.db"));
        let (ledger, writer) = ledger::open(&path).unwrap();
        let writer = start_writer(writer).unwrap();
        let holder = format!("life-{number}");
        let kinds = edition.library.pack.events.iter().cloned();
        peers.look_into(Some(&path));
        Self {
            context: Context {
                gate: Books::gate(edition, &file),
                ..books.context((clock.clone(), ledger), peers.clone(), holder)
            },
            auditor: Auditor::default(),
            catalog: Catalog::open(&file).unwrap().knowing(kinds),
            file,
            look: Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap(),
            writer,
        }
    }

    /// Other books are in force; what is remembered of clock and rounds stays.
    pub(crate) fn reload(&mut self, edition: &Edition) {
        self.context.gate = Books::gate(edition, &self.file);
    }

    /// Everything in memory is gone.
    pub(crate) fn end(self) {
        let Self {
            context, writer, ..
        } = self;
        drop(context);
        writer.join().unwrap();
    }

    /// The ledger as a stranger reads it.
    pub(crate) fn reader(&self) -> Reader {
        Reader::open(self.ledger().path()).unwrap()
    }

    fn ledger(&self) -> &Ledger {
        &self.context.ledger
    }

    /// One round.
    pub(crate) fn round(&mut self, occasion: Occasion, law: Law<'_>) -> Result<Round, String> {
        self.make(occasion, law, &mut |_, _| {})
    }

    fn make(
        &mut self,
        occasion: Occasion,
        (books, edition): Law<'_>,
        progress: Progress<'_>,
    ) -> Result<Round, String> {
        let work = books.work(&self.context, edition, &self.file);
        let made = round::make(&work, &mut self.auditor, occasion, progress);
        let made = made.map_err(|error| error.to_string())?;
        match made.failed {
            Some(error) => Err(error.to_string()),
            None => Ok((
                (made.applied.obligations, made.applied.notices),
                made.health,
            )),
        }
    }

    /// A round that ends after so many pages, before the watermark is moved, if there are
    /// so many.
    pub(crate) fn killed_round(
        &mut self,
        pages: i64,
        occasion: Occasion,
        law: Law<'_>,
    ) -> Option<Round> {
        let mut left = pages;
        let mut on_page = |_, _| {
            left -= 1;
            if left == 0 {
                resume_unwind(Box::new("killed"));
            }
        };
        let round = || self.make(occasion, law, &mut on_page);
        let killed = catch_unwind(AssertUnwindSafe(round));
        killed.ok().and_then(Result::ok)
    }

    /// A round during which the file may not grow by a page, or takes no record at all.
    pub(crate) fn cramped_round(
        &mut self,
        refuses: bool,
        occasion: Occasion,
        law: Law<'_>,
    ) -> Option<Round> {
        if refuses {
            self.run(
                "create temp trigger cramped before insert on main.obligation
                      begin select raise(abort, 'no room'); end",
            );
        } else {
            self.limit_pages(|pages| pages);
        }
        let made = self.round(occasion, law);
        if refuses {
            self.run("drop trigger temp.cramped");
        } else {
            self.limit_pages(|_| 1_000_000_000);
        }
        made.ok()
    }

    fn run(&self, sql: &'static str) {
        let run = move |c: &Connection| c.execute_batch(sql);
        self.ledger().write_blocking("cramp the file", run).unwrap();
    }

    fn limit_pages(&self, limit: impl FnOnce(i64) -> i64 + Send + 'static) {
        let set = move |c: &Connection| {
            let pages = c.query_row("pragma page_count", [], |row| row.get(0))?;
            let set = format!("pragma max_page_count = {}", limit(pages));
            c.query_row(&set, [], |row| row.get::<_, i64>(0))
        };
        self.ledger().write_blocking("limit the file", set).unwrap();
    }

    /// How many messages somebody claims to be sending.
    pub(crate) fn leased(&self) -> i64 {
        self.count("select count(*) from message where state = 'leased'")
    }

    /// How many entries the audit log has, but for steps upward: a message may take its
    /// second right after its first.
    pub(crate) fn entries(&self) -> i64 {
        self.count("select count(*) from audit where what <> 'failed upward'")
    }

    fn count(&self, sql: &str) -> i64 {
        self.look.query_row(sql, [], |row| row.get(0)).unwrap()
    }
}
