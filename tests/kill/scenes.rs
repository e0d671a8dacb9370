//! What stands around a kill: a ledger of an older version, a WAL that is about to be put away,
//! answers that are late, and when the program is told to stop.

use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Row};

use crate::kit::books::Books;
use crate::kit::daemon::Daemon;
use crate::kit::http::Answer;
use crate::kit::smtp::{Act, Stage};
use crate::lap::Lap;
use crate::points::Scene;

/// An answer that comes this late is waited for by a drain.
const LATE: Duration = Duration::from_millis(300);

/// The first version's schema, as it was shipped.
const FIRST_SCHEMA: &str = include_str!("../../src/store/ledger/migrations/0001_ledger.sql");

/// Writes of a first start that surely belong to the schema, which has more pages than this.
const FIRST_WRITES: usize = 50;

/// Writes of a later version's first start that do.
const UPGRADE_WRITES: usize = 8;

/// A WAL of so many pages is put into the database (sqlite.org, "Automatic Checkpoint").
const CHECKPOINT_PAGES: i32 = 1000;

/// The key of [`OLD_MESSAGE`].
pub(crate) const OLD_KEY: &str = "msg_old";

const OLD_MESSAGE: &str =
    "insert into message (key, channel, destination, recipient, state, made_at, next_at)
     values ('msg_old', 'mail', 'mail', '{}', 'delivered', '2026-01-01T00:00:00.000Z',
             '2026-01-01T00:00:00.000Z')";

impl Lap<'_> {
    /// A ledger that is not there, or is the first version's, with a message of old. Up to
    /// which write the schema is surely still being brought up to date.
    pub(crate) fn new_ledger(&mut self) -> usize {
        if self.seed.coin() {
            return FIRST_WRITES;
        }
        let ledger = Connection::open(self.city.at("ledger.db")).unwrap();
        ledger.pragma_update(None, "journal_mode", "wal").unwrap();
        ledger.execute_batch(FIRST_SCHEMA).unwrap();
        ledger.execute_batch(OLD_MESSAGE).unwrap();
        ledger.pragma_update(None, "user_version", 1).unwrap();
        self.has_old_message = true;
        UPGRADE_WRITES
    }

    /// Before the program is started.
    pub(crate) fn prepare(&self, scene: Scene, count: usize) {
        match scene {
            Scene::Drain => self.answer_late(count),
            Scene::Busy => self.lengthen_wal(),
            _ => {}
        }
    }

    /// Tells it to stop: when everything is sent, or when something is under way.
    pub(crate) fn end_when(&self, scene: Scene, daemon: &mut Daemon) -> Result<(), String> {
        match scene {
            Scene::Checkpoint => daemon.until("everything was sent", |_| self.is_quiet())?,
            Scene::Drain => daemon.until("something was under way", |heard| {
                heard.contains("READY=1") && self.is_under_way()
            })?,
            _ => return Ok(()),
        }
        daemon.terminate();
        Ok(())
    }

    fn answer_late(&self, count: usize) {
        for _ in 0..count {
            self.city.relay.next(Stage::Dot, Act::Late(LATE));
            self.city.receiver.next(Answer::Late(LATE, 204));
        }
    }

    /// Writes a number of no meaning and what it was before, until the engine wants to put the
    /// WAL into the database.
    fn lengthen_wal(&self) {
        let ledger = Connection::open(self.city.at("ledger.db")).unwrap();
        let no_checkpoint = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        ledger.set_db_config(no_checkpoint, true).unwrap();
        ledger
            .execute_batch("pragma wal_autocheckpoint = 0; pragma synchronous = off")
            .unwrap();
        let number = |row: &Row<'_>| row.get::<_, i32>(0);
        let was = ledger
            .query_row("pragma application_id", [], number)
            .unwrap();
        for n in 0..CHECKPOINT_PAGES {
            let next = was + (n + 1) % 2;
            ledger.pragma_update(None, "application_id", next).unwrap();
        }
    }

    fn is_under_way(&self) -> bool {
        let books = Books::look(&self.city.at("ledger.db"));
        books
            .and_then(|books| books.open())
            .is_ok_and(|open| !open.is_empty())
    }
}
