//! A city of the tests' own: real databases in a folder, a relay and a receiver on
//! loopback, and a clock that only moves when it is told to.
//!
//! Everything between is the daemon's own wiring. The verbs are those of a working day.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use duban::clock::{Clock, instant};
use duban::config::Config;
use duban::daemon::live::Live;
use duban::daemon::start_writer;
use duban::domain::lanes::{Bounds, Lanes};
use duban::jobs::auditor::Auditor;
use duban::jobs::deliver::{self, Tally};
use duban::jobs::round::{self, Occasion};
use duban::jobs::{older, sweep};
use duban::store::StoreError;
use duban::store::ledger::obligations::Applied;
use duban::store::ledger::outbox::{self, Abandoned, Claim, Lease};
use duban::store::ledger::{self, Ledger, Reader};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::city;
use super::command;
use super::http::{Receiver, Request};
use super::mailbox::Mail;
use super::smtp::{Relay, Tls};

/// The city, and duban at work in it.
pub(crate) struct World {
    // Ends first: it holds the ledger.
    running: Option<Running>,
    pub(crate) relay: Relay,
    pub(crate) receiver: Receiver,
    pub(crate) clock: Clock,
    catalog: Connection,
    pub(crate) runtime: Runtime,
    folder: TempDir,
}

/// One run of duban, from opening the ledger to its end.
struct Running {
    live: Live,
    writer: JoinHandle<()>,
}

/// What went out.
pub(crate) struct Sent {
    pub(crate) mails: Vec<Mail>,
    pub(crate) posts: Vec<Request>,
}

impl World {
    /// A city without decisions, at 08:30 of that day.
    pub(crate) fn new(today: &str) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let relay = runtime.block_on(async { Relay::start(Tls::None) });
        let receiver = runtime.block_on(Receiver::start());
        city::found(folder.path(), relay.port, &receiver.url());
        let catalog = city::catalogue(folder.path());
        let clock = Clock::set_at(at(today, "08:30"));
        let mut world = Self {
            running: None,
            relay,
            receiver,
            clock,
            catalog,
            runtime,
            folder,
        };
        world.open();
        world
    }

    /// A file of the city.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A decision drafted by 市住建局 and executed by 市交通局.
    pub(crate) fn decision(&self, id: &str) {
        city::decision(&self.catalog, id);
    }

    /// Something that has happened to the decision, or will.
    pub(crate) fn event(&self, decision: &str, kind: &str, on: &str) -> i64 {
        city::event(&self.catalog, (decision, kind, on), None)
    }

    /// Something that answers an earlier event: a reply its request.
    pub(crate) fn answer(&self, decision: &str, kind: &str, on: &str, to: i64) -> i64 {
        city::event(&self.catalog, (decision, kind, on), Some(to))
    }

    /// The city's own software at work in its catalogue.
    pub(crate) fn change(&self, sql: &str) {
        let changed = self.catalog.execute(sql, []).unwrap();
        assert!(changed > 0, "nothing changed by {sql}");
    }

    /// Moves the clock.
    pub(crate) fn at_time(&self, day: &str, time: &str) {
        self.clock.move_to(at(day, time));
    }

    /// 08:30 of that day, planned and delivered; gives what went out.
    pub(crate) fn day(&self, day: &str) -> Sent {
        self.at_time(day, "08:30");
        self.work()
    }

    /// Plans and delivers at the time it is; gives what went out.
    pub(crate) fn work(&self) -> Sent {
        let (mails, posts) = (self.relay.taken().len(), self.receiver.requests().len());
        self.plan();
        self.deliver();
        Sent {
            mails: self.mails().split_off(mails),
            posts: self.posts().split_off(posts),
        }
    }

    /// Every day from `first` to `last`, each planned and delivered at 08:30.
    pub(crate) fn days(&self, first: &str, last: &str) {
        let last: NaiveDate = last.parse().unwrap();
        let from: NaiveDate = first.parse().unwrap();
        for day in from.iter_days().take_while(|day| *day <= last) {
            self.day(&day.to_string());
        }
    }

    /// One round of the planner, the digest included.
    pub(crate) fn plan(&self) -> Applied {
        self.try_plan().unwrap()
    }

    pub(crate) fn try_plan(&self) -> Result<Applied, StoreError> {
        let (work, mut auditor) = (self.live().work(), Auditor::default());
        let made = round::make(&work, &mut auditor, Occasion::Wake, &mut |_, _| {})?;
        made.failed.map_or(Ok(made.applied), Err)
    }

    /// Sends what may go out now, until nothing is under way.
    pub(crate) fn deliver(&self) -> Tally {
        let context = &self.live().context;
        self.runtime.block_on(deliver::until_idle(context)).unwrap()
    }

    /// Begins to send, and is killed as soon as so many messages have arrived, their
    /// answers not read yet.
    pub(crate) fn killed_when_arrived(&mut self, messages: usize) {
        let context = &self.live().context;
        let arrived = async {
            while self.relay.taken().len() + self.receiver.requests().len() < messages {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        self.runtime.block_on(async {
            tokio::select! {
                sent = deliver::until_idle(context) => panic!("not killed: {sent:?}"),
                () = arrived => {}
            }
        });
        self.crash_and_reopen();
    }

    /// Gives the city a calendar folder of its own, in force when the settings are read again.
    pub(crate) fn keep_calendars(&self) {
        std::fs::create_dir(self.at("calendar")).unwrap();
        let file = self.at("duban.toml");
        let settings = std::fs::read_to_string(&file).unwrap();
        let folder = "[calendar]\nfolder = \"calendar\"\n";
        std::fs::write(file, format!("{folder}{settings}")).unwrap();
    }

    /// Runs a command of the program on the city's settings; gives what it printed.
    pub(crate) fn duban(&self, arguments: &[&str]) -> String {
        let config = self.at("duban.toml").display().to_string();
        let mut all = arguments.to_vec();
        all.extend(["--config", &config]);
        command::duban(self.folder.path(), &all).ok()
    }

    /// Everything in memory is lost; what is on disk is opened anew.
    pub(crate) fn crash_and_reopen(&mut self) {
        self.close();
        self.open();
    }

    pub(crate) fn close(&mut self) {
        if let Some(Running { live, writer }) = self.running.take() {
            drop(live);
            writer.join().unwrap();
            // A process that another test starts just now may hold a copy of the lock.
            drop(open_once_free(&self.at("ledger.db")));
        }
    }

    /// What the daemon does at its start, up to the first plan.
    pub(crate) fn open(&mut self) {
        let mut config = Config::load(&self.at("duban.toml")).unwrap();
        // A test that looks at 08:30 finds what waits for that minute.
        config.schedule.spread_secs = 0;
        let (ledger, writer) = open_once_free(&config.ledger);
        let writer = start_writer(writer).unwrap();
        let live = Live::new(&config, self.clock.clone(), ledger.clone()).unwrap();
        older::hold_if_older(&ledger, self.clock.now()).unwrap();
        sweep::give_back(&ledger, Abandoned::ByEarlierProcess, self.clock.now()).unwrap();
        sweep::probe_held(&ledger, self.clock.now()).unwrap();
        self.running = Some(Running { live, writer });
    }

    pub(crate) fn live(&self) -> &Live {
        &self.running.as_ref().unwrap().live
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.live().context.ledger
    }

    /// Takes what is due as a process does that goes no further; its lease is half an hour.
    pub(crate) fn claimed(&self) -> Vec<Claim> {
        let now = self.clock.now();
        let lanes = Lanes::new(Bounds {
            in_flight: 64,
            per_destination: 2,
            per_relay: 2,
            relay_start: 2,
            ..Bounds::default()
        });
        let lease = Lease {
            holder: "tests".to_owned(),
            until: now + TimeDelta::minutes(30),
        };
        let claim = move |c: &_| outbox::claim(c, &lanes, &lease, now);
        let claimed = self.ledger().write_blocking("claim", claim);
        claimed.unwrap().claims
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::open(&self.at("ledger.db")).unwrap()
    }

    /// Every mail the relay took, in order.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.relay.taken().iter().map(Mail::read).collect()
    }

    /// Every request the receiver got, in order.
    pub(crate) fn posts(&self) -> Vec<Request> {
        self.receiver.requests()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.close();
    }
}

impl Sent {
    /// The mails that are not the centre's digest.
    pub(crate) fn notices(&self) -> Vec<&Mail> {
        self.mails.iter().filter(|mail| !mail.is_digest()).collect()
    }

    /// Who got a notice by mail, in order of address.
    pub(crate) fn mailed(&self) -> Vec<&str> {
        let mut to: Vec<&str> = self.notices().iter().map(|mail| mail.to.as_str()).collect();
        to.sort_unstable();
        to
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.mailed().is_empty() && self.posts.is_empty()
    }
}

/// An instant from a civil day and time.
pub(crate) fn at(day: &str, time: &str) -> DateTime<Utc> {
    let day: NaiveDate = day.parse().unwrap();
    instant(day.and_time(NaiveTime::parse_from_str(time, "%H:%M").unwrap()))
}

/// A program that another test starts holds this one's lock between its fork and its exec,
/// if it is forked just then: the lock is free again in an instant.
fn open_once_free(path: &Path) -> (Ledger, ledger::Writer) {
    for _ in 0..50 {
        match ledger::open(path) {
            Err(StoreError::InUse { .. }) => std::thread::sleep(Duration::from_millis(20)),
            opened => return opened.unwrap(),
        }
    }
    ledger::open(path).unwrap()
}
