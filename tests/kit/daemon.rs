//! The real program as a child process, and how it ended.

use std::fs::File;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::city::City;
use super::shim::{self, Orders, Shim};

/// Nothing here takes nearly as long, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(30);

/// A watchdog that makes the program plan every 200 ms.
const QUICK: Duration = Duration::from_millis(600);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);

const SIGKILL: i32 = 9;

/// `duban run`.
pub(crate) struct Daemon {
    child: Child,
    socket: UnixDatagram,
    log: PathBuf,
    heard: String,
}

impl Daemon {
    /// Starts it on the city; with a shim, under these orders. It plans every 200 ms.
    pub(crate) fn start(city: &City, shim: Option<(&Shim, &Orders)>) -> Self {
        Self::start_with(city, shim, QUICK)
    }

    /// With a watchdog that wants so much; it plans three times in that.
    pub(crate) fn start_with(
        city: &City,
        shim: Option<(&Shim, &Orders)>,
        watchdog: Duration,
    ) -> Self {
        let _ = std::fs::remove_file(city.at("notify"));
        let socket = UnixDatagram::bind(city.at("notify")).unwrap();
        socket.set_nonblocking(true).unwrap();
        let log = city.at("log");
        let mut command = Command::new(shim::duban());
        command
            .args(["run", "--config"])
            .arg(city.at("duban.toml"))
            .env("NOTIFY_SOCKET", city.at("notify"))
            .env("WATCHDOG_USEC", watchdog.as_micros().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap());
        if let Some((shim, orders)) = shim {
            shim.join(&mut command, city, orders);
        }
        Self {
            child: command.spawn().unwrap(),
            socket,
            log,
            heard: String::new(),
        }
    }

    pub(crate) fn name(&self) -> String {
        format!("pid-{}", self.child.id())
    }

    /// Waits until `holds`; says what it waited for if that takes too long or the program ends.
    pub(crate) fn until(
        &mut self,
        what: &str,
        mut holds: impl FnMut(&str) -> bool,
    ) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.listen();
            if holds(&self.heard) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                return Err(format!("{status} before {what}\n{}", self.log()));
            }
            if Instant::now() > deadline {
                return Err(format!("never {what}\n{}", self.log()));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits until it ends.
    pub(crate) fn ended(&mut self) -> Result<ExitStatus, String> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            self.listen();
            if let Some(status) = self.child.try_wait().unwrap() {
                return Ok(status);
            }
            std::thread::sleep(PAUSE);
        }
        Err(format!("never ended\n{}", self.log()))
    }

    /// Everything that systemd was told so far.
    pub(crate) fn heard(&mut self) -> &str {
        self.listen();
        &self.heard
    }

    /// How it ended, if it has.
    pub(crate) fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Nobody who notifies may have to wait for a full queue.
    fn listen(&mut self) {
        let mut buffer = [0; 4096];
        while let Ok(length) = self.socket.recv(&mut buffer) {
            self.heard += &String::from_utf8_lossy(&buffer[..length]);
        }
    }

    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether the shim, or anybody, ended it with SIGKILL.
pub(crate) fn is_killed(status: ExitStatus) -> bool {
    status.signal() == Some(SIGKILL)
}
