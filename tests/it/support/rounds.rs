//! The daemon's own rounds, made by hand: the clock is watched and everything is inspected.

use chrono::{DateTime, Utc};
use duban::jobs::auditor::Auditor;
use duban::jobs::deliver::{self, Tally};
use duban::jobs::round::{self, Made, Occasion};

use super::world::World;

/// A city whose daemon makes a round when it is told to.
pub(crate) struct Rounds {
    pub(crate) world: World,
    pub(crate) auditor: Auditor,
}

impl Rounds {
    pub(crate) fn in_city(today: &str) -> Self {
        Self {
            world: World::new(today),
            auditor: Auditor::default(),
        }
    }

    /// One round, and nothing is sent.
    pub(crate) fn tick(&mut self) -> Made {
        let work = self.world.live().work();
        round::make(&work, &mut self.auditor, Occasion::Wake, &mut |_, _| {}).unwrap()
    }

    /// One round, then everything that may go out.
    pub(crate) fn turn(&mut self) -> Tally {
        self.tick();
        self.deliver()
    }

    pub(crate) fn deliver(&self) -> Tally {
        let context = &self.world.live().context;
        self.world
            .runtime
            .block_on(deliver::until_idle(context))
            .unwrap()
    }

    /// The codes of what an inspection finds now, with their subjects.
    pub(crate) fn found(&mut self) -> Vec<String> {
        let health = self.tick().health;
        let shown = health.findings.iter().map(|one| {
            let line = format!("{} {}", one.code.name(), one.subject);
            line.trim_end().to_owned()
        });
        shown.collect()
    }

    /// Another process takes over, on the same boot of the host.
    pub(crate) fn restart(&mut self) {
        self.world.crash_and_reopen();
        self.auditor = Auditor::default();
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.world.clock.now()
    }

    /// A person with a database shell, beside the daemon.
    pub(crate) fn change(&self, sql: &str) {
        let ledger = rusqlite::Connection::open(self.world.at("ledger.db")).unwrap();
        let changed = ledger.execute(sql, []).unwrap();
        assert!(changed > 0, "nothing changed by {sql}");
    }
}
