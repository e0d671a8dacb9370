//! A start on a disk that fails: it ends with an error that says so, or works.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::cases::Case;
use crate::kit::daemon::Daemon;
use crate::lap::{Failing, Lap};

/// The first version's schema, as it was shipped.
const FIRST_SCHEMA: &str = include_str!("../../src/store/ledger/migrations/0001_ledger.sql");

impl Lap<'_> {
    /// Each start finds what the one before has left, a killed process as a rule.
    pub(crate) fn start_with_all(&mut self, cases: &[Case]) -> Result<(), String> {
        if !cases[0].is_of_a_new_ledger() && self.seed.coin() {
            self.is_traced = false;
            let ledger = Connection::open(self.city.at("ledger.db")).unwrap();
            ledger.pragma_update(None, "journal_mode", "wal").unwrap();
            ledger.execute_batch(FIRST_SCHEMA).unwrap();
            ledger.pragma_update(None, "user_version", 1).unwrap();
        }
        for case in cases {
            let failing = self.start_on(*case);
            let failing = failing.map_err(|fault| format!("{}: {fault}", case.name()))?;
            self.report.failings.push(failing);
        }
        Ok(())
    }

    fn start_on(&mut self, case: Case) -> Result<Failing, String> {
        self.bring();
        self.fail(case, true);
        let mut daemon = Daemon::start(&self.city, Some((self.shim, &self.told())));
        let (began, mut status) = (Instant::now(), None);
        while status.is_none() && !daemon.heard().contains("READY=1") {
            status = daemon.status();
            if began.elapsed() > Duration::from_secs(20) {
                return Err(format!("neither ready nor ended\n{}", daemon.log()));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        if let Some(status) = status {
            // 78 would be for good: systemd does not start it again then.
            let log = daemon.log();
            let is_clear = log.contains("error: failed to") || matches!(case.files, "log" | "all");
            if !matches!(status.code(), Some(1 | 75)) || !is_clear || log.contains("panicked") {
                return Err(format!("{status} at the start\n{log}"));
            }
        } else {
            std::thread::sleep(Duration::from_millis(self.seed.next() % 300));
        }
        let hits = self.heal();
        let healed = Instant::now();
        let refused = status.is_some();
        if refused {
            daemon = Daemon::start(&self.city, Some((self.shim, &self.told())));
        }
        // A reader of ours would otherwise make the WAL, unseen by the record.
        daemon.until("ready", |heard| heard.contains("READY=1"))?;
        daemon.until("everything was sent", |_| self.is_quiet())?;
        let resumed = healed.elapsed();
        daemon.kill();
        Ok(Failing {
            case,
            hits,
            told: None,
            resumed,
            refused,
        })
    }
}
