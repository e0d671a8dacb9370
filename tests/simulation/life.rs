//! One life of the process: from opening the ledger to its end, however it ends.
//!
//! Owns the files it holds open and the rounds of the planner, whole, killed in the middle
//! and on a full disk. Every one runs the daemon's own code. Refuses to know why.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use chrono::{DateTime, NaiveTime, Utc};
use duban::clock::Clock;
use duban::daemon::start_writer;
use duban::jobs::plan::{self, Desk};
use duban::jobs::{Context, digest, sweep};
use duban::store::catalog::Catalog;
use duban::store::ledger::outbox::Abandoned;
use duban::store::ledger::{self, Ledger, Reader};
use rusqlite::{Connection, OpenFlags};

use super::books::{Books, Edition};
use super::peers::Peers;

/// What a round brought: records written and notices made.
pub(crate) type Brought = (u64, u64);

/// Everything of one life of the process.
pub(crate) struct Life {
    pub(crate) context: Context,
    pub(crate) catalog: Catalog,
    reader: Reader,
    /// The judge's own look into the ledger.
    pub(crate) look: Connection,
    writer: JoinHandle<()>,
}

impl Life {
    /// The process starts: what an earlier one held is returned.
    pub(crate) fn begin(
        folder: &Path,
        (number, clock): (u32, &Clock),
        (books, edition): (&Books, &Edition),
        peers: &Arc<Peers>,
    ) -> Self {
        let path = folder.join("ledger.db");
        let (ledger, writer) = ledger::open(&path).unwrap();
        let writer = start_writer(writer).unwrap();
        sweep::give_back(&ledger, Abandoned::ByEarlierProcess, clock.now()).unwrap();
        let context = Context {
            carrier: peers.clone(),
            holder: format!("life-{number}"),
            ..books.context(clock.clone(), ledger)
        };
        let kinds = edition.library.pack.events.iter().cloned();
        let catalog = Catalog::open(&folder.join("catalog.db")).unwrap();
        peers.look_into(Some(&path));
        Self {
            context,
            catalog: catalog.knowing(kinds),
            reader: Reader::open(&path).unwrap(),
            look: Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap(),
            writer,
        }
    }

    /// Everything in memory is gone.
    pub(crate) fn end(self) {
        let Self {
            context, writer, ..
        } = self;
        drop(context);
        writer.join().unwrap();
    }

    fn ledger(&self) -> &Ledger {
        &self.context.ledger
    }

    fn desk<'b>(&'b self, edition: &'b Edition, now: DateTime<Utc>) -> Desk<'b> {
        Desk {
            catalog: &self.catalog,
            reader: &self.reader,
            library: &edition.library,
            now,
        }
    }

    /// Returns what was let go of and whose lease has run out.
    pub(crate) fn give_back(&self, now: DateTime<Utc>) -> Result<u64, String> {
        let returned = sweep::give_back(self.ledger(), Abandoned::Expired, now);
        returned.map_err(|error| error.to_string())
    }

    /// One round of the planner.
    pub(crate) fn round(&self, edition: &Edition, now: DateTime<Utc>) -> Result<Brought, String> {
        self.plan(edition, now, &mut |_, _| {})
    }

    fn plan(
        &self,
        edition: &Edition,
        now: DateTime<Utc>,
        progress: plan::Progress<'_>,
    ) -> Result<Brought, String> {
        let applied = plan::run(&self.desk(edition, now), self.ledger(), progress);
        let applied = applied.map_err(|error| error.to_string())?;
        Ok((applied.obligations, applied.notices))
    }

    /// A round that ends after so many pages, before the watermark is moved, if there are
    /// so many.
    pub(crate) fn killed_round(
        &self,
        pages: i64,
        edition: &Edition,
        now: DateTime<Utc>,
    ) -> Option<Brought> {
        let mut left = pages;
        let mut on_page = |_, _| {
            left -= 1;
            if left == 0 {
                resume_unwind(Box::new("killed"));
            }
        };
        let killed = catch_unwind(AssertUnwindSafe(|| self.plan(edition, now, &mut on_page)));
        killed.ok().and_then(Result::ok)
    }

    /// A round during which the file may not grow by a page, or takes no record at all.
    pub(crate) fn cramped_round(
        &self,
        refuses: bool,
        edition: &Edition,
        now: DateTime<Utc>,
    ) -> Option<Brought> {
        if refuses {
            self.run(
                "create temp trigger cramped before insert on main.obligation
                      begin select raise(abort, 'no room'); end",
            );
        } else {
            self.limit_pages(|pages| pages);
        }
        let planned = self.round(edition, now);
        if refuses {
            self.run("drop trigger temp.cramped");
        } else {
            self.limit_pages(|_| 1_000_000_000);
        }
        planned.ok()
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

    /// Today's digest, if it is due; whether it was made.
    pub(crate) fn digest(
        &self,
        edition: &Edition,
        now: DateTime<Utc>,
        at: NaiveTime,
    ) -> Result<bool, String> {
        let made = digest::run(&self.desk(edition, now), self.ledger(), at);
        made.map_err(|error| error.to_string())
    }

    /// How many messages somebody claims to be sending.
    pub(crate) fn leased(&self) -> i64 {
        let leased = "select count(*) from message where state = 'leased'";
        self.look.query_row(leased, [], |row| row.get(0)).unwrap()
    }

    /// How many entries the audit log has.
    pub(crate) fn entries(&self) -> i64 {
        let entries = "select count(*) from audit";
        self.look.query_row(entries, [], |row| row.get(0)).unwrap()
    }
}
