//! One city, and the program killed in it over and over.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::judge;
use crate::kit::books::Books;
use crate::kit::city::{City, UNITS};
use crate::kit::daemon::{Daemon, is_killed};
use crate::kit::seed::Seed;
use crate::kit::shim::{Orders, Shim};
use crate::kit::trace;
use crate::points::{Mark, Point, Scene};

/// What an earlier process held is in the queue again this soon after a start.
const RETURN: Duration = Duration::from_secs(5);

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

/// A lap under way.
pub(crate) struct Lap<'a> {
    pub(crate) shim: &'a Shim,
    pub(crate) city: City,
    pub(crate) seed: Seed,
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

    /// Brings something new that is due, and kills the program at the point.
    fn kill_at(&mut self, point: Point) -> Result<(), String> {
        let count = 1 + self.seed.below(UNITS);
        let orders = self.orders(point, count);
        // At work already when the catalogue changes, or started afterwards.
        let is_first = point.scene == Scene::Due && point.stop != "plan.before";
        let start = |city: &City| Daemon::start(city, Some((self.shim, &orders)));
        let started = (is_first && self.seed.coin()).then(|| start(&self.city));
        self.bring(point, count);
        if point.scene == Scene::Backup {
            return self.kill_backup(point, orders);
        }
        self.prepare(point.scene, count);
        let mut daemon = started.unwrap_or_else(|| start(&self.city));
        let told = self.end_when(point.scene, &mut daemon);
        let status = daemon.ended()?;
        if is_killed(status) {
            // A long WAL is put away before anybody tells the program to stop.
            return self.note(point, &daemon.name(), &orders);
        }
        told?;
        if point.scene == Scene::Drain && status.success() {
            self.report.missed += 1;
            return Ok(());
        }
        Err(format!("{status} instead of a kill\n{}", daemon.log()))
    }

    fn orders(&mut self, point: Point, count: usize) -> Orders {
        let trace = self.city.at("trace");
        let _ = std::fs::remove_file(&trace);
        let most = point.times.unwrap_or(count);
        Orders {
            stop: Some((point.stop, 1 + self.seed.below(most))),
            channel: point.channel.name(),
            token: self.city.next_decision(),
            trace: Some(trace),
            ..Orders::default()
        }
    }

    /// Something is due for so many units of the point's channel.
    fn bring(&mut self, point: Point, count: usize) {
        let units: Vec<usize> = (0..UNITS).collect();
        for unit in self.seed.shuffled(&units).into_iter().take(count) {
            let is_overdue = point.scene == Scene::Overdue;
            self.city.decide(point.channel, unit, is_overdue);
        }
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
