//! The program as a person runs it: a folder, arguments, and what comes back.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Stdout of a command that must have succeeded.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self.out
    }

    /// Stderr of a command that must have ended with `code`.
    pub(crate) fn refused(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self.err
    }

    /// Stdout as JSON, whatever the exit code.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A desk with a configuration, units and an empty catalogue; mail goes into files.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

const CONFIG: &str = "\
[catalog]
file = \"catalog.db\"
[mail]
transport = \"file\"
from = \"duban@example.gov.cn\"
folder = \"mail\"
";

const UNITS: &str = "\
[centre]
name = \"市督查指挥中心\"
contact = [{ name = \"值班员\", email = \"centre@dc\" }]
[[unit]]
name = \"市住建局\"
contact = [{ name = \"王联络\", email = \"contact@zjj\" }]
";

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Self { folder };
        desk.write("duban.toml", CONFIG);
        desk.write("units.toml", UNITS);
        std::fs::create_dir(desk.at("mail")).unwrap();
        desk.plain(&["catalog", "init", &desk.path("catalog.db")])
            .ok();
        desk
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.at(name).display().to_string()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        std::fs::write(self.at(name), text).unwrap();
        self.path(name)
    }

    /// Adds `text` to a file.
    pub(crate) fn extend(&self, name: &str, text: &str) {
        let before = std::fs::read_to_string(self.at(name)).unwrap();
        self.write(name, before + text);
    }

    /// The catalogue as the city's own software has it open.
    pub(crate) fn catalogue(&self) -> Connection {
        Connection::open(self.at("catalog.db")).unwrap()
    }

    /// A decision of 市住建局 with this title, whatever is in it.
    pub(crate) fn decision(&self, id: &str, title: &str) {
        let seq = id.rsplit('-').next().unwrap();
        let sql = "insert into decision (id, organ, year, seq, title, drafting_unit)
                   values ($1, '洮南市人民政府', 2026, $2, $3, '市住建局')";
        self.catalogue().execute(sql, (id, seq, title)).unwrap();
    }

    pub(crate) fn event(&self, decision: &str, kind: &str, on: &str) {
        let sql = "insert into event (decision_id, kind, on_date, recorded_at)
                   values ($1, $2, $3, '2026-01-01')";
        self.catalogue().execute(sql, (decision, kind, on)).unwrap();
    }

    /// Runs duban on this desk.
    pub(crate) fn duban(&self, arguments: &[&str]) -> Said {
        let config = self.path("duban.toml");
        let mut all = arguments.to_vec();
        all.extend(["--config", &config]);
        self.plain(&all)
    }

    /// Runs duban on the catalogue alone.
    pub(crate) fn alone(&self, arguments: &[&str]) -> Said {
        let catalog = self.path("catalog.db");
        let mut all = arguments.to_vec();
        all.extend(["--catalog", &catalog]);
        self.plain(&all)
    }

    /// The same where no file can grow beyond so many bytes, as on a full disk.
    pub(crate) fn with_files_of(&self, bytes: &str, arguments: &[&str]) -> Said {
        let config = self.path("duban.toml");
        // A shell that ignores the signal has its children told by an error instead.
        let script = "trap '' XFSZ; exec prlimit --fsize=$0 \"$@\"";
        let mut command = Command::new("sh");
        command.args(["-c", script, bytes, env!("CARGO_BIN_EXE_duban")]);
        command.args(arguments).args(["--config", &config]);
        said(command, self.folder.path())
    }

    /// Runs duban with nothing added.
    pub(crate) fn plain(&self, arguments: &[&str]) -> Said {
        duban(self.folder.path(), arguments)
    }
}

/// Runs duban in `folder`.
pub(crate) fn duban(folder: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_duban"));
    command.args(arguments);
    said(command, folder)
}

fn said(mut command: Command, folder: &Path) -> Said {
    let output: Output = command
        .current_dir(folder)
        .env("COLUMNS", "160")
        .output()
        .unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
