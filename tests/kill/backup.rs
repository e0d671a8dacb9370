//! A backup that is killed while the daemon works.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::kit::books::Books;
use crate::kit::daemon::{Daemon, is_killed};
use crate::kit::shim::{self, Orders};
use crate::lap::Lap;
use crate::points::Point;

impl Lap<'_> {
    /// The daemon works; a backup beside it is killed, and another one made.
    pub(crate) fn kill_backup(&mut self, point: Point, mut orders: Orders) -> Result<(), String> {
        let mut daemon = Daemon::start(&self.city, None);
        daemon.until("ready", |heard| heard.contains("READY=1"))?;
        self.backups += 1;
        let (copy, whole) = (
            self.city.at(&format!("backup-{}", self.backups)),
            self.city.at(&format!("whole-{}", self.backups)),
        );
        orders.copy = Some(copy.clone());
        orders.channel = "";
        let killed = self.back_up(&copy, Some(&orders));
        if !is_killed(killed) {
            return Err(format!("the backup ended with {killed}"));
        }
        if copy.exists() {
            let found = Books::recover(&copy).map(|books| books.damage());
            if !found.as_ref().is_ok_and(Vec::is_empty) {
                return Err(format!("half a backup: {found:?}"));
            }
        }
        let again = self.back_up(&whole, None);
        if !again.success() || !Books::recover(&whole).is_ok_and(|books| books.damage().is_empty())
        {
            return Err("no whole backup afterwards".to_owned());
        }
        if copy.exists() {
            std::fs::remove_file(copy).unwrap();
        } else if !self.back_up(&copy, None).success() {
            return Err("no backup of the same name afterwards".to_owned());
        }
        daemon.until("everything was sent", |_| self.is_quiet())?;
        daemon.kill();
        self.note(point, &daemon.name(), &orders)
    }

    fn back_up(&self, to: &Path, orders: Option<&Orders>) -> ExitStatus {
        let mut command = Command::new(shim::duban());
        command
            .arg("backup")
            .arg(to)
            .arg("--config")
            .arg(self.city.at("duban.toml"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(orders) = orders {
            self.shim.join(&mut command, &self.city, orders);
        }
        command.status().unwrap()
    }
}
