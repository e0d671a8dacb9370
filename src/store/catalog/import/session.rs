//! An import from the file to the catalogue.
//!
//! Owns the order of an import, and its transaction: a plan is made in a transaction that only
//! reads, so that nobody waits while a person thinks, and made again in the one that writes.
//! Refuses to write a part of a file, and anything else than what was seen.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::domain::fault::Fault;
use crate::store::StoreError;
use crate::store::catalog::columns::Table;
use crate::store::catalog::editor::Editor;
use crate::store::catalog::stored::{self, Write};
use crate::store::sheets::{Book, Workbooks};

use super::answers::Answers;
use super::dialect::Defaults;
use super::draft::Draft;
use super::matching::matched;
use super::missing;
use super::plan::ImportPlan;
use super::planner::{Judged, judged};
use super::tables::Tables;

/// Files larger than this are refused, in bytes: some two hundred times the largest
/// real catalogue of a city, and still read into memory with ease.
const LARGEST_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// What an import is doing to each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Comparing it with the catalogue.
    Judged,
    /// Writing it.
    Written,
}

/// Is told how many rows of how many have taken a step.
pub type Watch<'w> = dyn FnMut(Step, usize, usize) + 'w;

/// A file that was read and understood, and is to be compared with a catalogue.
#[derive(Debug)]
pub struct Import {
    pub(in crate::store::catalog) tables: Tables,
    answers: Answers,
}

impl Import {
    /// The tables of `book`, or only its sheet named `sheet`.
    #[must_use]
    pub fn of(book: Book, sheet: Option<&str>, defaults: &Defaults) -> Self {
        Self {
            tables: Tables::of(book, sheet, defaults),
            answers: Answers::default(),
        }
    }

    /// The tables of the file at `path`; a workbook is read by `workbooks`.
    ///
    /// # Errors
    /// A file that cannot be read at all. What is wrong inside is in the plan.
    pub fn open(
        path: &Path,
        sheet: Option<&str>,
        defaults: &Defaults,
        workbooks: &Workbooks,
    ) -> Result<Self, StoreError> {
        let file = std::fs::File::open(path).map_err(StoreError::file(path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Self::read((&name, file), sheet, defaults, workbooks)
    }

    /// The tables that `from` gives up to its end, called `name` in what is said about them.
    ///
    /// # Errors
    /// As for [`Import::open`].
    pub fn read(
        (name, from): (&str, impl Read),
        sheet: Option<&str>,
        defaults: &Defaults,
        workbooks: &Workbooks,
    ) -> Result<Self, StoreError> {
        let bytes = contents(name, from)?;
        let book = Book::read(name, &bytes, workbooks);
        drop(bytes);
        Ok(match book {
            Ok(book) => Self::of(book, sheet, defaults),
            Err(faults) => Self {
                tables: Tables {
                    faults,
                    ..Tables::default()
                },
                answers: Answers::default(),
            },
        })
    }

    /// The same import, with what a person has decided.
    #[must_use]
    pub fn answered(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }

    /// Every unit that its decisions name.
    #[must_use]
    pub fn units(&self) -> BTreeSet<String> {
        let decisions = self.tables.decisions.iter();
        decisions.flat_map(Draft::units).collect()
    }

    /// The keys that the file's decisions have or will have, by their titles; none for a title of
    /// several.
    pub(in crate::store::catalog) fn keys_by_title(
        &self,
        catalogue: &Connection,
    ) -> rusqlite::Result<HashMap<String, Option<String>>> {
        let mut unseen = ImportPlan::default();
        let matched = matched(catalogue, &self.tables, &self.answers, &mut unseen)?;
        let mut keys = HashMap::new();
        for entry in matched.entries {
            let Some(title) = entry.draft.text("title") else {
                continue;
            };
            let key = keys.entry(title.trim().to_owned());
            key.and_modify(|key| *key = None).or_insert(entry.id);
        }
        Ok(keys)
    }

    /// How many rows the file gives.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.tables.rows()
    }
}

impl Editor {
    /// What `import` would do to the catalogue as it stands now.
    ///
    /// # Errors
    /// Whatever the engine says. What is wrong inside the file is in the plan.
    pub fn plan(
        &mut self,
        import: &Import,
        watch: &mut Watch<'_>,
    ) -> Result<ImportPlan, StoreError> {
        let doing = "compare the file with the catalogue";
        let reading = self.connection.transaction();
        let reading = reading.map_err(StoreError::sql(doing))?;
        let judged = judged(
            (&reading, &self.kinds),
            self.judging.as_ref(),
            &import.tables,
            &import.answers,
            watch,
        );
        Ok(judged.map_err(StoreError::sql(doing))?.plan)
    }

    /// Writes `import` and returns what was done. Where the plan has faults, or is not what was
    /// `seen`, nothing is written and the plan is what would be done now.
    ///
    /// # Errors
    /// As for [`Editor::plan`].
    pub fn write(
        &mut self,
        import: &Import,
        seen: Option<&ImportPlan>,
        watch: &mut Watch<'_>,
    ) -> Result<ImportPlan, StoreError> {
        let doing = "import the file into the catalogue";
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::sql(doing))?;
        let judged = judged(
            (&transaction, &self.kinds),
            self.judging.as_ref(),
            &import.tables,
            &import.answers,
            watch,
        );
        let judged = judged.map_err(StoreError::sql(doing))?;
        let plan = &judged.plan;
        if plan.changes_nothing()
            || !plan.faults.is_empty()
            || seen.is_some_and(|seen| seen != plan)
        {
            return Ok(judged.plan);
        }
        let written = write(transaction, judged, &import.answers, watch);
        written.map_err(StoreError::sql(doing))
    }

    /// Imports the file at `file` with nobody to ask, or with `is_dry_run` says what would be done.
    ///
    /// # Errors
    /// As for [`Import::open`] and [`Editor::plan`].
    pub fn import(
        &mut self,
        file: &Path,
        defaults: &Defaults,
        is_dry_run: bool,
    ) -> Result<ImportPlan, StoreError> {
        let import = self.understanding(Import::open(file, None, defaults, &self.workbooks)?)?;
        let watch = &mut |_, _, _| {};
        if is_dry_run {
            self.plan(&import, watch)
        } else {
            self.write(&import, None, watch)
        }
    }
}

fn contents(name: &str, from: impl Read) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let read = from.take(LARGEST_FILE_BYTES + 1).read_to_end(&mut bytes);
    let read = read.map_err(StoreError::file(Path::new(name)))?;
    if u64::try_from(read).is_ok_and(|read| read <= LARGEST_FILE_BYTES) {
        return Ok(bytes);
    }
    let expected = format!("at most {LARGEST_FILE_BYTES}; split the file");
    Err(StoreError::Refused {
        doing: "import the file",
        faults: vec![Fault::new(name, "more bytes", expected)],
    })
}

fn write(
    transaction: Transaction<'_>,
    judged: Judged<'_>,
    answers: &Answers,
    watch: &mut Watch<'_>,
) -> rusqlite::Result<ImportPlan> {
    let mut plan = judged.plan;
    let all = judged.decisions.len() + judged.events.len();
    let mut done = 0;
    let mut put = |table, over: Option<Vec<Value>>, row: &dyn Fn() -> Vec<Value>| {
        let is_new = over.is_none();
        let values = over.unwrap_or_else(row);
        watch(Step::Written, done, all);
        done += 1;
        stored::write(&transaction, table, &Write { values, is_new })
    };
    for pending in judged.decisions {
        put(Table::Decision, pending.over, &|| pending.row.over(None))?;
    }
    for pending in judged.events {
        put(Table::Event, pending.over, &|| pending.row.over(None))?;
    }
    watch(Step::Written, all, all);
    withdraw(&transaction, &plan, answers)?;
    transaction.commit()?;
    plan.is_written = true;
    Ok(plan)
}

fn withdraw(catalogue: &Connection, plan: &ImportPlan, answers: &Answers) -> rusqlite::Result<()> {
    let Some(withdrawal) = &answers.withdrawal else {
        return Ok(());
    };
    for missing in plan.missing.iter().filter(|one| one.is_withdrawn) {
        stored::withdraw(catalogue, &missing.id)?;
        stored::write(
            catalogue,
            Table::Event,
            &missing::note(&missing.id, withdrawal),
        )?;
    }
    Ok(())
}
