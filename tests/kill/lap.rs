//! One city, and the program killed in it over and over.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;

use crate::judge;
use crate::kit::books::Books;
use crate::kit::city::{City, UNITS};
use crate::kit::daemon::{Daemon, is_killed};
use crate::kit::http::Answer;
use crate::kit::seed::Seed;
use crate::kit::shim::{Orders, Shim};
use crate::kit::smtp::{Act, Stage};
use crate::kit::trace;
use crate::points::{Mark, Point, Scene};

/// An answer that comes this late is waited for by a drain.
const LATE: Duration = Duration::from_millis(300);

/// What an earlier process held is in the queue again this soon after a start.
const RETURN: Duration = Duration::from_secs(5);

/// The first version's schema, as it was shipped.
const FIRST_SCHEMA: &str = include_str!("../../src/store/ledger/migrations/0001_ledger.sql");

/// What one kill came to.
#[derive(Debug, Clone)]
pub(crate) struct Kill {
    pub(crate) point: Point,
    /// Whether the ledger showed just what the point's name says.
    pub(crate) fits: bool,
    /// Messages whose last byte the killed process had sent, and whose result it had not
    /// committed: only these may be repeated.
    pub(crate) unsettled: BTreeSet<String>,
}

/// What a lap came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) kills: Vec<Kill>,
    /// Kills that were asked for and did not happen: the drain was over before.
    pub(crate) missed: usize,
    pub(crate) returned: Vec<Duration>,
    pub(crate) due: usize,
    pub(crate) deliveries: usize,
    /// Second deliveries of a message, each marked, with the point that left it open.
    pub(crate) repeats: Vec<&'static str>,
    pub(crate) waiting: usize,
    pub(crate) faults: Vec<String>,
}

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

/// A lap under way.
pub(crate) struct Lap<'a> {
    pub(crate) shim: &'a Shim,
    pub(crate) city: City,
    seed: Seed,
    pub(crate) report: Report,
    pub(crate) backups: usize,
    pub(crate) has_old_message: bool,
}

impl<'a> Lap<'a> {
    /// Kills at each of `points` in turn, in one city, and judges what came of it.
    pub(crate) fn run(shim: &'a Shim, seed: u64, points: &[Point]) -> Report {
        let mut lap = Self {
            shim,
            city: City::found(),
            seed: Seed(seed),
            report: Report::default(),
            backups: 0,
            has_old_message: false,
        };
        let ended = lap.kill_at_all(points);
        let faults = ended.err().into_iter().chain(judge::judge(&mut lap));
        let named = faults.map(|fault| format!("seed {seed}: {fault}"));
        lap.report.faults = named.collect();
        lap.report
    }

    fn kill_at_all(&mut self, points: &[Point]) -> Result<(), String> {
        for mut point in points.iter().copied() {
            let named = |fault| format!("{} ({}): {fault}", point.name, point.channel.name());
            if point.scene == Scene::Migration {
                point.times = Some(self.new_ledger());
            } else if !self.city.at("ledger.db").exists() {
                self.finish().map_err(named)?;
            }
            self.kill_at(point).map_err(named)?;
            // Half of the kills meet a program that still repairs what the one before left.
            if self.seed.coin() {
                self.finish().map_err(named)?;
            }
        }
        self.finish()
    }

    /// A ledger that is not there, or is the first version's, with a message of old. Up to
    /// which write the schema is surely still being brought up to date.
    fn new_ledger(&mut self) -> usize {
        if self.seed.coin() {
            return FIRST_WRITES;
        }
        let ledger = rusqlite::Connection::open(self.city.at("ledger.db")).unwrap();
        ledger.pragma_update(None, "journal_mode", "wal").unwrap();
        ledger.execute_batch(FIRST_SCHEMA).unwrap();
        ledger.execute_batch(OLD_MESSAGE).unwrap();
        ledger.pragma_update(None, "user_version", 1).unwrap();
        self.has_old_message = true;
        UPGRADE_WRITES
    }

    /// Brings something new that is due, and kills the program at the point.
    fn kill_at(&mut self, point: Point) -> Result<(), String> {
        let count = 1 + self.seed.below(UNITS);
        let units: Vec<usize> = (0..UNITS).collect();
        let mut units = self.seed.shuffled(&units);
        units.truncate(count);
        let most = point.times.unwrap_or(count);
        let mut orders = Orders {
            stop: Some((point.stop, 1 + self.seed.below(most))),
            channel: point.channel.name(),
            trace: Some(self.city.at("trace")),
            ..Orders::default()
        };
        let _ = std::fs::remove_file(self.city.at("trace"));
        let start_first =
            point.scene == Scene::Due && point.stop != "plan.before" && self.seed.coin();
        orders.token = format!("2026-{:05}", self.city.decisions() + 1);
        let mut started = None;
        if start_first {
            started = Some(Daemon::start(&self.city, Some((self.shim, &orders))));
        }
        for unit in units {
            self.city
                .decide(point.channel, unit, point.scene == Scene::Overdue);
        }
        if point.scene == Scene::Backup {
            return self.kill_backup(point, orders);
        }
        match point.scene {
            Scene::Drain => self.answer_late(count),
            Scene::Busy => self.lengthen_wal(),
            _ => {}
        }
        let mut daemon =
            started.unwrap_or_else(|| Daemon::start(&self.city, Some((self.shim, &orders))));
        self.end_when(point.scene, &mut daemon)?;
        let status = daemon.ended()?;
        if !is_killed(status) {
            if point.scene == Scene::Drain && status.success() {
                self.report.missed += 1;
                return Ok(());
            }
            return Err(format!("{status} instead of a kill\n{}", daemon.log()));
        }
        self.note(point, &daemon.name(), &orders)
    }

    /// Scenes in which the program is told to stop: when everything is sent, or nothing is.
    fn end_when(&self, scene: Scene, daemon: &mut Daemon) -> Result<(), String> {
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

    /// Writes a number of no meaning and what it was before, until the engine wants to put the
    /// WAL into the database.
    fn lengthen_wal(&self) {
        let ledger = rusqlite::Connection::open(self.city.at("ledger.db")).unwrap();
        let no_checkpoint = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        ledger.set_db_config(no_checkpoint, true).unwrap();
        ledger
            .execute_batch("pragma wal_autocheckpoint = 0; pragma synchronous = off")
            .unwrap();
        let number = |row: &rusqlite::Row<'_>| row.get::<_, i32>(0);
        let was = ledger
            .query_row("pragma application_id", [], number)
            .unwrap();
        for n in 0..CHECKPOINT_PAGES {
            let next = was + (n + 1) % 2;
            ledger.pragma_update(None, "application_id", next).unwrap();
        }
    }

    fn answer_late(&self, count: usize) {
        for _ in 0..count {
            self.city.relay.next(Stage::Dot, Act::Late(LATE));
            self.city.receiver.next(Answer::Late(LATE, 204));
        }
    }

    fn is_under_way(&self) -> bool {
        let books = Books::look(&self.city.at("ledger.db"));
        books
            .and_then(|books| books.open())
            .is_ok_and(|open| !open.is_empty())
    }

    /// Whether everything that is due is planned, and nothing waits or is under way.
    pub(crate) fn is_quiet(&self) -> bool {
        let is_quiet = || -> rusqlite::Result<bool> {
            let books = Books::look(&self.city.at("ledger.db"))?;
            let planned = books.planned()?;
            let all = self.city.due.iter();
            Ok(all.clone().all(|due| planned.contains(&due.decision)) && !books.is_busy()?)
        };
        is_quiet().unwrap_or_default()
    }

    /// Opens the body: what the files show, and whether it is what the point's name says.
    pub(crate) fn note(
        &mut self,
        point: Point,
        holder: &str,
        orders: &Orders,
    ) -> Result<(), String> {
        let books = Books::autopsy(&self.city.at("ledger.db"), &self.city.at("autopsy"));
        let sql = |error: rusqlite::Error| format!("autopsy: {error}");
        let books = books.map_err(sql)?;
        let damage = books.damage();
        if !damage.is_empty() {
            return Err(format!("damaged: {damage:?}"));
        }
        if point.scene == Scene::Migration {
            // Nothing is planned before the schema is whole; there may be no table yet.
            let fits = books.planned().map_or(true, |planned| planned.is_empty());
            self.add(point, fits, BTreeSet::new());
            return Ok(());
        }
        let open = books.open().map_err(sql)?;
        let settled = books.settled(holder).map_err(sql)?;
        let planned = books.planned().map_err(sql)?;
        let own = open.iter().filter(|one| one.holder == holder).count();
        let (_, nth) = orders.stop.unwrap_or_default();
        let fits = match point.mark {
            Mark::NotPlanned => !planned.contains(&orders.token),
            Mark::Planned => planned.contains(&orders.token),
            Mark::NotClaimed => own + settled < nth,
            Mark::UnderWay => own > 0,
            Mark::Settled => settled >= 1,
            Mark::Any => true,
        };
        let sent = trace::sent_whole(&self.city.at("trace"));
        let unsettled = open.into_iter().map(|one| one.key);
        let unsettled = unsettled.filter(|key| sent.contains(key)).collect();
        self.add(point, fits, unsettled);
        Ok(())
    }

    fn add(&mut self, point: Point, fits: bool, unsettled: BTreeSet<String>) {
        self.report.kills.push(Kill {
            point,
            fits,
            unsettled,
        });
    }

    /// Starts the program without the shim, sees what was held return, and waits until
    /// everything is sent; then it is killed too, for nothing is under way.
    fn finish(&mut self) -> Result<(), String> {
        let started = Instant::now();
        let mut daemon = Daemon::start(&self.city, None);
        let holder = daemon.name();
        let ledger = self.city.at("ledger.db");
        let is_back = || {
            let books = Books::look(&ledger);
            let open = books.and_then(|books| books.open());
            open.is_ok_and(|open| open.iter().all(|one| one.holder == holder))
        };
        daemon.until("what was held returned", |_| is_back())?;
        let returned = started.elapsed();
        self.report.returned.push(returned);
        daemon.until("everything was sent", |_| self.is_quiet())?;
        daemon.kill();
        if returned > RETURN {
            return Err(format!("what was held returned after {returned:?}"));
        }
        Ok(())
    }
}
