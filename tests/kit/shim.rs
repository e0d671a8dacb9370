//! The shim that sees the program's system calls, compiled by the test that loads it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::city::City;

const SOURCE: &str = include_str!("shim.c");

/// The compiled shim; it goes with the value.
pub(crate) struct Shim {
    folder: TempDir,
}

/// What it is told to do; `shim.c` says what each means.
#[derive(Debug, Clone, Default)]
pub(crate) struct Orders {
    pub(crate) stop: Option<(&'static str, usize)>,
    pub(crate) channel: &'static str,
    pub(crate) token: String,
    pub(crate) trace: Option<PathBuf>,
    pub(crate) copy: Option<PathBuf>,
    /// Where it is told which calls fail; the mails' folder is then known too.
    pub(crate) fail: Option<PathBuf>,
}

impl Shim {
    pub(crate) fn compile() -> Self {
        let shim = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let source = shim.folder.path().join("shim.c");
        std::fs::write(&source, SOURCE).unwrap();
        let compiled = Command::new("cc")
            .args([
                "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
            ])
            .arg(shim.library())
            .arg(source)
            .args(["-ldl", "-lpthread"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&compiled.stderr);
        assert!(compiled.status.success(), "{said}");
        shim
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("shim.so")
    }

    /// Lets it into a program that is about to start.
    pub(crate) fn join(&self, command: &mut Command, city: &City, orders: &Orders) {
        let path = |path: &Option<PathBuf>| path.clone().unwrap_or_default();
        let stop = orders.stop.map(|(point, nth)| format!("{point}:{nth}"));
        command
            .env("LD_PRELOAD", self.library())
            .env("SHIM_LEDGER", city.at("ledger.db"))
            .env("SHIM_MAIL", city.relay.port.to_string())
            .env("SHIM_HOOK", city.receiver.port.to_string())
            .env("SHIM_CHANNEL", orders.channel)
            .env("SHIM_TOKEN", &orders.token)
            .env("SHIM_STOP", stop.unwrap_or_default())
            .env("SHIM_COPY", path(&orders.copy))
            .env("SHIM_FAIL", path(&orders.fail))
            .env("SHIM_BOX", city.at("mail"));
        if let Some(trace) = &orders.trace {
            command.env("SHIM_TRACE", trace);
        }
    }
}

/// The real program.
pub(crate) fn duban() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_duban"))
}
