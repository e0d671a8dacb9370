//! One city, and the program whose disk fails in it over and over.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::cases::{Case, Scene};
use crate::judge;
use crate::kit::books::Books;
use crate::kit::city::{Channel, City, UNITS};
use crate::kit::daemon::Daemon;
use crate::kit::http::Answer;
use crate::kit::seed::Seed;
use crate::kit::shim::{Orders, Shim};
use crate::kit::smtp::{Act, Stage};

/// Health is degraded this soon (bar B6), ...
const TOLD: Duration = Duration::from_secs(10);
/// ... and everything goes on unaided this soon after the disk does.
const RESUMED: Duration = Duration::from_mins(1);

/// So long mails that are files are waited for.
const PROBED: Duration = Duration::from_secs(3);

/// A case that is not met by then is not met.
const MEET: Duration = Duration::from_secs(2);

/// An answer that comes this late may come while the disk fails.
const LATE: Duration = Duration::from_millis(250);

/// Complaints for each second in which the disk fails: a round is made five times in it here, and once in twenty under systemd.
const LINES: usize = 30;

/// What one failing came to.
#[derive(Debug)]
pub(crate) struct Failing {
    pub(crate) case: Case,
    /// Calls that failed.
    pub(crate) hits: usize,
    /// How soon systemd was told, where it lasted.
    pub(crate) told: Option<Duration>,
    /// How soon everything was sent after it.
    pub(crate) resumed: Duration,
    /// Whether a start ended with an error.
    pub(crate) refused: bool,
}

/// What a lap came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) failings: Vec<Failing>,
    pub(crate) due: usize,
    pub(crate) deliveries: usize,
    /// Mails as files that still wait, as the ledger says.
    pub(crate) waiting: usize,
    /// Second deliveries, each marked; after a start only.
    pub(crate) repeats: usize,
    /// First bytes that were held against what was durable.
    pub(crate) firsts: usize,
    /// Most complaints in a second in which the disk failed.
    pub(crate) lines: usize,
    pub(crate) faults: Vec<String>,
}

/// A lap under way.
pub(crate) struct Lap<'a> {
    pub(crate) shim: &'a Shim,
    pub(crate) city: City,
    pub(crate) seed: Seed,
    pub(crate) report: Report,
    /// Whether nobody but the program has written the ledger, so that its record is whole.
    pub(crate) is_traced: bool,
    /// Numbers the orders, so that none is like the one before.
    orders: usize,
}

impl<'a> Lap<'a> {
    /// Has each of the cases in turn in one city, and judges what came of it.
    pub(crate) fn run(shim: &'a Shim, seed: u64, cases: &[Case]) -> Report {
        let files = cases.iter().any(|case| case.scene == Scene::Files);
        let mut lap = Self {
            shim,
            city: City::found_with(files),
            seed: Seed(seed),
            report: Report::default(),
            is_traced: true,
            orders: 0,
        };
        let is_start = cases.iter().any(|case| case.scene == Scene::Start);
        let ended = if is_start {
            lap.start_with_all(cases)
        } else {
            lap.work_through_all(cases)
        };
        let faults = ended
            .err()
            .into_iter()
            .chain(judge::judge(&mut lap, is_start));
        let named = faults.map(|fault| format!("seed {seed}: {fault}"));
        lap.report.faults = named.collect();
        lap.report
    }

    /// One process lives through all of them.
    fn work_through_all(&mut self, cases: &[Case]) -> Result<(), String> {
        let mut daemon = Daemon::start(&self.city, Some((self.shim, &self.told())));
        daemon.until("ready", |heard| heard.contains("READY=1"))?;
        for case in cases {
            let failing = self.live_through(*case, &mut daemon);
            let failing = failing.map_err(|fault| format!("{}: {fault}", case.name()))?;
            self.report.failings.push(failing);
        }
        daemon.terminate();
        let status = daemon.ended()?;
        let log = daemon.log();
        if !status.success() || log.contains("panicked") {
            return Err(format!("{status}\n{log}"));
        }
        Ok(())
    }

    /// What the shim is told at the start of a process.
    pub(crate) fn told(&self) -> Orders {
        Orders {
            trace: Some(self.city.at("trace")),
            fail: Some(self.city.at("fail")),
            ..Orders::default()
        }
    }

    fn live_through(&mut self, case: Case, daemon: &mut Daemon) -> Result<Failing, String> {
        if let Scene::Wal(pages) = case.scene {
            self.is_traced = false;
            lengthen_wal(&self.city.at("ledger.db"), pages);
        }
        let lasts = self.seed.below(3) > 0;
        let (heard, lines) = (daemon.heard().len(), complaints(daemon));
        if self.seed.coin() {
            self.answer_late();
        }
        // The disk fails before anybody plans, or while something is under way.
        let is_due_first = self.seed.coin();
        if is_due_first {
            self.bring();
            std::thread::sleep(Duration::from_millis(self.seed.next() % 250));
        }
        self.fail(case, lasts);
        if !is_due_first {
            self.bring();
        }
        let (began, fail) = (Instant::now(), self.city.at("fail"));
        daemon.until("it was met", |_| hits(&fail) > 0 || began.elapsed() > MEET)?;
        let met = Instant::now();
        let must_tell = lasts && hits(&fail) > 0 && case.is_told();
        if must_tell {
            let is_told = |heard_all: &str| is_trouble(&heard_all[heard..]);
            daemon.until("systemd was told", is_told)?;
        }
        let told = must_tell.then(|| met.elapsed());
        std::thread::sleep(Duration::from_millis(self.seed.next() % 500));
        let seconds = usize::try_from(began.elapsed().as_secs()).unwrap() + 1;
        let hits = self.heal();
        let lines = (complaints(daemon) - lines) / seconds;
        self.report.lines = self.report.lines.max(lines);
        let healed = Instant::now();
        let is_file = case.scene == Scene::Files;
        while is_file && !self.is_quiet() && healed.elapsed() < PROBED {
            // What is held is probed after minutes, or at once after a reload; what has failed
            // beside it may wait for its own pause.
            daemon.signal("HUP");
            std::thread::sleep(Duration::from_millis(200));
        }
        daemon.until("everything was sent", |_| is_file || self.is_quiet())?;
        let resumed = healed.elapsed();
        if must_tell && !is_file {
            daemon.until("it was over", |heard| !is_trouble(last_status(heard)))?;
        }
        if told.is_some_and(|told| told > TOLD) || resumed > RESUMED || lines > LINES {
            return Err(format!(
                "told {told:?}, resumed {resumed:?}, {lines} lines a second"
            ));
        }
        Ok(Failing {
            case,
            hits,
            told,
            resumed,
            refused: false,
        })
    }

    /// From some call of the case on the disk fails, once or a few times, or until it heals.
    pub(crate) fn fail(&mut self, case: Case, lasts: bool) {
        self.orders += 1;
        let nth = 1 + self.seed.below(case.calls());
        let times = if lasts {
            1_000_000
        } else {
            1 + self.seed.below(5)
        };
        let (id, number) = (self.orders, case.error.number());
        let order = format!("{id} {} {} {number} {nth} {times}", case.files, case.call);
        let draft = self.city.at("fail.draft");
        std::fs::write(&draft, order).unwrap();
        std::fs::rename(draft, self.city.at("fail")).unwrap();
    }

    /// The disk works again; how many calls have failed.
    pub(crate) fn heal(&self) -> usize {
        let fail = self.city.at("fail");
        std::fs::remove_file(&fail).unwrap();
        let failed = hits(&fail);
        let _ = std::fs::remove_file(self.city.at("fail.hits"));
        failed
    }

    /// One to all of the units of each channel have something due.
    pub(crate) fn bring(&mut self) {
        for channel in [Channel::Mail, Channel::Hook] {
            for unit in 0..=self.seed.below(UNITS) {
                self.city.decide(channel, unit, false);
            }
        }
    }

    fn answer_late(&self) {
        self.city.relay.next(Stage::Dot, Act::Late(LATE));
        self.city.receiver.next(Answer::Late(LATE, 204));
    }

    /// Whether everything that is due is planned, and nothing waits or is under way.
    pub(crate) fn is_quiet(&self) -> bool {
        let is_quiet = || -> rusqlite::Result<bool> {
            let books = Books::look(&self.city.at("ledger.db"))?;
            let planned = books.planned()?;
            let mut all = self.city.due.iter();
            Ok(all.all(|due| planned.contains(&due.decision)) && !books.is_busy()?)
        };
        is_quiet().unwrap_or_default()
    }
}

/// How many calls have failed so far.
pub(crate) fn hits(fail: &Path) -> usize {
    let hits = std::fs::read(fail.with_extension("hits"));
    hits.map_or(0, |bytes| bytes.len())
}

/// Lines of the log that say that something is wrong.
fn complaints(daemon: &Daemon) -> usize {
    let is_complaint = |line: &&str| line.contains("ERROR") || line.contains("WARN");
    daemon.log().lines().filter(is_complaint).count()
}

/// Whether systemd was told of something wrong.
pub(crate) fn is_trouble(said: &str) -> bool {
    said.contains("trouble:") || said.contains(" held since ")
}

fn last_status(heard: &str) -> &str {
    heard.rsplit("STATUS=").next().unwrap_or_default()
}

/// Writes a number of no meaning and what it was before, until the WAL has so many pages.
fn lengthen_wal(path: &Path, pages: u32) {
    let ledger = Connection::open(path).unwrap();
    ledger.busy_timeout(Duration::from_secs(10)).unwrap();
    let no_checkpoint = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    ledger.set_db_config(no_checkpoint, true).unwrap();
    ledger
        .execute_batch("pragma wal_autocheckpoint = 0; pragma synchronous = off")
        .unwrap();
    let was: i32 = ledger
        .query_row("pragma application_id", [], |row| row.get(0))
        .unwrap();
    let mut n = 0;
    while n % 2 == 1 || wal_pages(path) < pages {
        n += 1;
        ledger
            .pragma_update(None, "application_id", was + n % 2)
            .unwrap();
    }
}

/// `mxFrame` of the shared memory (sqlite.org, "WAL-mode File Format").
fn wal_pages(ledger: &Path) -> u32 {
    let mut shm = ledger.as_os_str().to_owned();
    shm.push("-shm");
    let bytes = std::fs::read(shm).unwrap();
    u32::from_ne_bytes(bytes[16..20].try_into().unwrap())
}
