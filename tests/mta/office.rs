//! duban at work in the city, its wiring the daemon's and its clock the test's.

use std::thread::JoinHandle;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use duban::clock::{Clock, instant};
use duban::config::Config;
use duban::daemon::live::Live;
use duban::daemon::start_writer;
use duban::jobs::deliver;
use duban::jobs::plan::{self, Desk};
use duban::store::catalog::Catalog;
use duban::store::ledger::{self, Reader};
use tokio::runtime::{Builder, Runtime};

use crate::city::City;

/// One run of duban.
pub(crate) struct Office<'a> {
    // Ends first: it holds the ledger.
    live: Option<Live>,
    writer: Option<JoinHandle<()>>,
    clock: Clock,
    runtime: Runtime,
    city: &'a City,
}

impl<'a> Office<'a> {
    /// Opens at 08:30 of the city's day.
    pub(crate) fn open(city: &'a City) -> Self {
        let day: NaiveDate = city.day.parse().unwrap();
        let morning = NaiveTime::from_hms_opt(8, 30, 0).unwrap();
        let clock = Clock::set_at(instant(day.and_time(morning)));
        let config = Config::load(&city.file("duban.toml")).unwrap();
        let (ledger, writer) = ledger::open(&config.ledger).unwrap();
        let writer = start_writer(writer).unwrap();
        let live = Live::new(&config, clock.clone(), ledger).unwrap();
        Self {
            live: Some(live),
            writer: Some(writer),
            clock,
            runtime: Builder::new_multi_thread().enable_all().build().unwrap(),
            city,
        }
    }

    /// Moves the clock on.
    pub(crate) fn passes(&self, time: TimeDelta) {
        self.clock.move_to(self.clock.now() + time);
    }

    /// Plans, and sends whatever may go out now.
    pub(crate) fn work(&self) {
        let live = self.live.as_ref().unwrap();
        let kinds = live.library.pack.events.iter().cloned();
        let catalog = Catalog::open(&live.catalog).unwrap().knowing(kinds);
        let reader = Reader::open(&self.city.file("ledger.db")).unwrap();
        let desk = Desk {
            catalog: &catalog,
            reader: &reader,
            library: &live.library,
            now: self.clock.now(),
        };
        plan::run(&desk, &live.context.ledger, &mut |_, _| {}).unwrap();
        let sending = deliver::until_idle(&live.context);
        self.runtime.block_on(sending).unwrap();
    }
}

impl Drop for Office<'_> {
    fn drop(&mut self) {
        self.live.take();
        if let Some(writer) = self.writer.take() {
            writer.join().unwrap();
        }
    }
}
