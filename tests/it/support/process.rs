//! The real program as systemd runs it: a child process, its notifications, its log.

use std::fs::File;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes nearly as long, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(20);

/// `duban run`, and what it says.
pub(crate) struct Process {
    child: Child,
    socket: UnixDatagram,
    log: PathBuf,
    /// What systemd was told so far.
    pub(crate) heard: Vec<String>,
}

impl Process {
    /// Starts it on the `duban.toml` of `folder`, with a watchdog of that many milliseconds;
    /// a round is made three times in its period.
    pub(crate) fn start(folder: &Path, watchdog_ms: u32) -> Self {
        let place = tempfile::tempdir_in(folder).unwrap().keep();
        let socket = UnixDatagram::bind(place.join("notify")).unwrap();
        let log = place.join("log");
        let child = Command::new("sh")
            // As under systemd, a file that may not grow is an error and not a signal.
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_duban"))
            .args(["run", "--config"])
            .arg(folder.join("duban.toml"))
            .env("NOTIFY_SOCKET", place.join("notify"))
            .env("WATCHDOG_USEC", (watchdog_ms * 1000).to_string())
            .stdin(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Self {
            child,
            socket,
            log,
            heard: Vec::new(),
        }
    }

    /// Starts it and waits until it says that it is ready.
    pub(crate) fn ready(folder: &Path) -> Self {
        let mut process = Self::start(folder, 600);
        process.hears("READY=1");
        process
    }

    /// Waits until systemd is told something that contains `text`, from now on.
    pub(crate) fn hears(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let mut buffer = [0; 4096];
            let pause = Some(Duration::from_millis(50));
            self.socket.set_read_timeout(pause).unwrap();
            if let Ok(length) = self.socket.recv(&mut buffer) {
                let said = String::from_utf8_lossy(&buffer[..length]).into_owned();
                self.heard.push(said.clone());
                if said.contains(text) {
                    return said;
                }
            }
        }
        panic!("never said {text}: {:?}\n{}", self.heard, self.log());
    }

    /// Hears whatever was said meanwhile: a program whose notifications nobody takes waits.
    pub(crate) fn listen(&mut self) {
        let pause = Some(Duration::from_millis(1));
        self.socket.set_read_timeout(pause).unwrap();
        let mut buffer = [0; 4096];
        while let Ok(length) = self.socket.recv(&mut buffer) {
            let said = String::from_utf8_lossy(&buffer[..length]).into_owned();
            self.heard.push(said);
        }
    }

    /// Waits until `holds`.
    pub(crate) fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < deadline, "never {what}:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// How many files and sockets it has open.
    pub(crate) fn open_files(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        std::fs::read_dir(folder).unwrap().count()
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// The same to a process that may have ended already.
    pub(crate) fn try_signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let mut kill = Command::new("kill");
        kill.args(["-s", name, &pid]).stderr(Stdio::null());
        kill.status().unwrap();
    }

    /// Lets no file grow, or be written to at all, as on a full disk; or again.
    pub(crate) fn disk(&self, is_full: bool) {
        let limit = if is_full { "0:" } else { "unlimited:" };
        let set = Command::new("prlimit")
            .args(["--pid", &self.child.id().to_string()])
            .arg(format!("--fsize={limit}"))
            .status();
        assert!(set.unwrap().success());
    }

    /// Kills it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end; gives the exit code.
    pub(crate) fn ends(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), self.log());
            }
            assert!(Instant::now() < deadline, "never ended:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
