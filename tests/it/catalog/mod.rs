//! The city's catalogue: its schema, its rows, and the files that fill it.
//!
//! Owns the means the tests below share. The databases are real files, and the
//! city's own software is a second connection to them.

use std::path::{Path, PathBuf};

use duban::domain::decision::DecisionId;
use duban::domain::fault::Fault;
use duban::store::catalog::{self, Catalog, Defaults, Editor, ImportPlan, Reading, Table};
use duban::store::sheets::Workbooks;
use rusqlite::Connection;
use tempfile::TempDir;

mod files;
mod locks;
mod reading;
mod schema;

/// A city with a catalogue in a folder of its own.
pub(crate) struct City {
    folder: TempDir,
}

impl City {
    /// A city whose catalogue is empty.
    pub(crate) fn new() -> Self {
        let city = Self::without_catalogue();
        catalog::init(&city.path()).unwrap();
        city
    }

    fn without_catalogue() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("catalog.db")
    }

    /// The city's own software, which writes what it likes.
    pub(crate) fn software(&self) -> Connection {
        let connection = Connection::open(self.path()).unwrap();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        connection
    }

    pub(crate) fn write(&self, sql: &str) {
        self.software().execute_batch(sql).unwrap();
    }

    /// A decision with nothing unusual about it.
    fn decide(&self, id: &str, seq: i64) {
        let sql = "insert into decision (id, organ, year, seq, title) \
                   values ($1, '洮南市人民政府', 2026, $2, '供热专项规划')";
        self.software()
            .execute(sql, rusqlite::params![id, seq])
            .unwrap();
    }

    pub(crate) fn catalogue(&self) -> Catalog {
        Catalog::open(&self.path()).unwrap()
    }

    fn read(&self, id: &str) -> Reading {
        let id = DecisionId(id.to_owned());
        self.catalogue().read(&id).unwrap()
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn import(&self, file: &Path) -> ImportPlan {
        self.import_with(file, &Defaults::default(), false)
    }

    fn import_with(&self, file: &Path, defaults: &Defaults, is_dry_run: bool) -> ImportPlan {
        let workbooks = Workbooks::by(Path::new(env!("CARGO_BIN_EXE_duban")));
        let mut editor = Editor::open(&self.path()).unwrap().reading(workbooks);
        editor.import(file, defaults, is_dry_run).unwrap()
    }

    pub(crate) fn exported(&self, table: Table) -> Vec<u8> {
        let mut file = Vec::new();
        catalog::export(&self.catalogue(), table, &mut file).unwrap();
        file
    }

    /// Every decision of the catalogue, page by page.
    fn all(&self, page_rows: usize) -> Vec<Reading> {
        let catalogue = self.catalogue();
        let mut readings = Vec::new();
        let mut after = None;
        loop {
            let page = catalogue.page(after.as_ref(), page_rows).unwrap();
            readings.extend(page.readings);
            after = page.next;
            if after.is_none() {
                return readings;
            }
        }
    }
}

/// The faults as places, for assertions that read well.
fn places(faults: &[Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.place.as_str()).collect()
}
