//! duban as a process: how long it takes, how much memory it had at most, how much it
//! works at rest.
//!
//! Owns reading `/proc`. The peak is `VmHWM`, which only rises, so that it is exact
//! whenever it is read of a daemon that still runs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::scene::Scene;

/// The binary under test, as this bench's profile builds it.
pub(crate) const DUBAN: &str = env!("CARGO_BIN_EXE_duban");

/// What a command that ran to its end came to.
pub(crate) struct Ran {
    pub(crate) took: Duration,
    pub(crate) stdout: String,
}

/// Runs `duban plan` for `day` to its end.
pub(crate) fn plan(scene: &Scene, day: &str) -> anyhow::Result<Ran> {
    let begun = Instant::now();
    let output = Command::new(DUBAN)
        .args(["plan", "--as-of", day, "--config"])
        .arg(scene.config())
        .stderr(Stdio::inherit())
        .output()?;
    let took = begun.elapsed();
    if !output.status.success() {
        bail!("duban plan ended with {}", output.status);
    }
    Ok(Ran {
        took,
        stdout: String::from_utf8(output.stdout)?,
    })
}

/// Waits for the end of a process and tells the most memory it was seen to have, in MB (MiB).
pub(crate) fn peak_while_running(child: &mut Child) -> anyhow::Result<(f64, ExitStatus)> {
    let mut peak: f64 = 0.0;
    loop {
        // The kernel keeps the peak, but forgets it with the process: the last look counts.
        if let Ok(status) = fs::read_to_string(format!("/proc/{}/status", child.id())) {
            peak = number(&status, "VmHWM:").map_or(peak, |kb| peak.max(kb / 1024.0));
        }
        if let Some(status) = child.try_wait()? {
            return Ok((peak, status));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A running daemon; killed when it is dropped, which its ledger must survive anyway.
pub(crate) struct Daemon {
    child: Child,
    /// When it was asked for, before the process existed.
    pub(crate) begun: Instant,
}

impl Daemon {
    /// Starts `duban run`.
    pub(crate) fn start(scene: &Scene) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let child = Command::new(DUBAN)
            .args(["run", "--config"])
            .arg(scene.config())
            .env_remove("NOTIFY_SOCKET")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("failed to start duban")?;
        Ok(Self { child, begun })
    }

    /// Waits until its log says that it is ready; says how often it told its progress.
    /// What it logs afterwards is read and forgotten, so that the pipe never fills.
    pub(crate) fn ready(&mut self) -> anyhow::Result<usize> {
        let stderr = self.child.stderr.take().context("the log is taken")?;
        let mut log = BufReader::new(stderr);
        let (mut line, mut told) = (String::new(), 0);
        loop {
            line.clear();
            if log.read_line(&mut line)? == 0 {
                bail!("duban ended before it was ready");
            }
            told += usize::from(line.contains("planning done="));
            if line.contains("ready") {
                break;
            }
            if line.contains("ERROR") {
                eprint!("{line}");
            }
        }
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Ok(told)
    }

    /// The most memory it ever had, in MB (MiB).
    pub(crate) fn peak_mb(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        Ok(number(&status, "VmHWM:")? / 1024.0)
    }

    /// What its threads do in `time`.
    pub(crate) fn work_in(&self, time: Duration) -> anyhow::Result<Work> {
        let (mut seen, until) = (Threads::new(), Instant::now() + time);
        self.look_at_threads(&mut seen)?;
        // A thread takes its numbers with it when it ends, and threads that have nothing to
        // do end after ten seconds: each is looked at more often than that.
        while Instant::now() < until {
            std::thread::sleep(Duration::from_secs(1));
            self.look_at_threads(&mut seen)?;
        }
        let mut work = Work::default();
        for (first, last) in seen.values() {
            work.seconds += last.seconds - first.seconds;
            work.sleeps += last.sleeps - first.sleeps;
        }
        Ok(work)
    }

    /// A thread that is new since the last look began at zero.
    fn look_at_threads(&self, seen: &mut Threads) -> anyhow::Result<()> {
        let is_first_look = seen.is_empty();
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let task = task?;
            // One that ends meanwhile was looked at a second ago.
            let Ok(now) = work_of(&task.path()) else {
                continue;
            };
            let first = if is_first_look { now } else { Work::default() };
            seen.entry(task.file_name()).or_insert((first, now)).1 = now;
        }
        Ok(())
    }

    /// Ends it the way systemd does, and waits until it is gone.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What threads did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Work {
    /// Seconds on a processor.
    pub(crate) seconds: f64,
    /// How often one went to sleep by itself, and so was woken up.
    pub(crate) sleeps: f64,
}

/// Each thread at the first and at the last look.
type Threads = BTreeMap<OsString, (Work, Work)>;

/// `/proc/…/stat` counts in steps of 10 ms, more than an idle daemon needs in a minute;
/// `schedstat` counts nanoseconds.
fn work_of(task: &Path) -> anyhow::Result<Work> {
    let text = fs::read_to_string(task.join("schedstat"))?;
    let nanos = text.split(' ').next().context("an empty schedstat")?;
    let status = fs::read_to_string(task.join("status"))?;
    Ok(Work {
        seconds: nanos.parse::<f64>()? / 1e9,
        sleeps: number(&status, "voluntary_ctxt_switches:")?,
    })
}

fn number(status: &str, name: &str) -> anyhow::Result<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let text = line.with_context(|| format!("no {name} in /proc"))?;
    let digits = text.split_whitespace().next().context("an empty line")?;
    Ok(digits.parse()?)
}
