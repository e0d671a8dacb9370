//! The plan of an import as people read it, a line for each thing that would happen.
//!
//! Owns the order of the lines: what happens, what was read and how, what is doubtful, what is
//! wrong, and the counts last, where the question stands. Refuses to leave out a warning.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::draft::Reading;
use super::kept::KEPT;
use super::plan::{Changed, Emptied, ImportPlan, ListedAgain, Missing};
use crate::store::text::one_line;

/// How many rows of each kind are printed; a catalogue of a year has fewer.
const PRINTED_ROWS: usize = 1_000;

/// How much of a cell is printed; the plan of a decision with a time for each of five steps has some
/// two hundred characters.
const PRINTED_CHARS: usize = 500;

/// Columns that are read once for all rows, or that tell what a row was taken for.
const OF_ALL_ROWS: [&str; 3] = ["organ", "year", "seq"];

/// Columns whose readings are the same in many rows, and are printed once for all of them.
const UNITS: [&str; 3] = ["drafting_unit", "executing_unit", "cooperating_units"];

impl fmt::Display for ImportPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for table in &self.tables {
            let (place, rows, name) = (&table.place, table.rows, table.table.name());
            writeln!(f, "{place}: {rows} rows for the table {name}")?;
        }
        some(f, &self.added, |row| format!("+ {} {}", row.id, row.what))?;
        some(f, &self.changed, ToString::to_string)?;
        some(f, &self.missing, ToString::to_string)?;
        some(f, &self.listed_again, ToString::to_string)?;
        let (told, rest) = self.told();
        some(f, &rows_read(&told), Clone::clone)?;
        some(f, &units_read(&told), Clone::clone)?;
        if rest > 0 {
            writeln!(
                f,
                "  … and {rest} cells read of rows that stay as they are (--json has all of them)"
            )?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for fault in &self.faults {
            writeln!(f, "fault: {fault}")?;
        }
        for emptied in &self.emptied {
            writeln!(f, "{emptied}")?;
        }
        f.write_str(&self.counts())
    }
}

impl ImportPlan {
    /// How cells were read of what is new, changes or is wrong, of the file as a whole, and where a
    /// person's word goes before the file's; and of how many other cells nobody has to look at it.
    fn told(&self) -> (Vec<&Reading>, usize) {
        let added = self.added.iter().map(|row| row.place.as_str());
        let changed = self.changed.iter().map(|row| row.place.as_str());
        let wrong = self.faults.iter().map(|fault| fault.place.as_str());
        let wrong = wrong.filter_map(|place| place.rsplit_once(", ").map(|(row, _)| row));
        let rows: HashSet<&str> = added.chain(changed).chain(wrong).collect();
        let is_told = |reading: &&Reading| {
            OF_ALL_ROWS.contains(&reading.column)
                || reading.rule == KEPT
                || rows.contains(row_of(&reading.place).as_str())
        };
        let told: Vec<&Reading> = self.readings.iter().filter(is_told).collect();
        let rest = self.readings.len() - told.len();
        (told, rest)
    }

    /// The last line: how many rows of each kind, and how it ended.
    #[must_use]
    pub fn counts(&self) -> String {
        let withdrawn = self.withdrawn();
        let missing = match (self.missing.len(), withdrawn) {
            (0, _) => String::new(),
            (missing, 0) => format!("{missing} not listed any more, "),
            (_, withdrawn) => format!("{withdrawn} to withdraw, "),
        };
        format!(
            "{} to add, {} to change, {missing}{} unchanged, {} warnings, {} faults: {}",
            self.added.len(),
            self.changed.len(),
            self.unchanged,
            self.warnings.len(),
            self.faults.len(),
            self.end(),
        )
    }

    fn end(&self) -> &'static str {
        match (self.is_written, self.faults.is_empty()) {
            (true, _) => "written",
            (false, false) => "nothing written; correct the faults and import again",
            (false, true) if self.changes_nothing() => "nothing to write",
            (false, true) => "nothing written",
        }
    }
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "~ {} {}", self.id, one_line(&self.what))?;
        for difference in &self.differences {
            let before = one_line(difference.before.as_deref().unwrap_or("(empty)"));
            let after = one_line(difference.after.as_deref().unwrap_or("(empty)"));
            write!(f, "\n    {}: {before} → {after}", difference.column)?;
        }
        Ok(())
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, title) = (&self.id, one_line(&self.title));
        if self.is_withdrawn {
            write!(f, "- {id} {title} (not listed any more: withdrawn)")
        } else {
            write!(
                f,
                "? {id} {title} (not listed any more: it stays as it is; --withdraw REASON withdraws it)"
            )
        }
    }
}

impl fmt::Display for ListedAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, title) = (&self.id, one_line(&self.title));
        if self.is_readmitted {
            write!(f, "^ {id} {title} (withdrawn and listed again: readmitted)")
        } else {
            write!(
                f,
                "? {id} {title} (withdrawn and listed again: it stays withdrawn; --readmit {id} takes it back)"
            )
        }
    }
}

impl fmt::Display for Emptied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "!!! {} {}: {} of {} decisions under way would be withdrawn. Is the file the whole catalogue?",
            self.organ, self.year, self.withdrawn, self.active
        )
    }
}

/// A line for each row, with what was read from its cells but for its units.
fn rows_read(readings: &[&Reading]) -> Vec<String> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for reading in readings.iter().filter(|one| !UNITS.contains(&one.column)) {
        let (row, said) = (row_of(&reading.place), said(reading));
        match lines.last_mut() {
            Some((last, line)) if *last == row => {
                line.push_str("; ");
                line.push_str(&said);
            }
            _ => lines.push((row.clone(), format!("read {row}: {said}"))),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

/// A line for each way in which units were read, with how many rows that was so in.
fn units_read(readings: &[&Reading]) -> Vec<String> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut lines: Vec<(String, &str, usize)> = Vec::new();
    for reading in readings.iter().filter(|one| UNITS.contains(&one.column)) {
        let said = said(reading);
        let place = *known.entry(said.clone()).or_insert(lines.len());
        match lines.get_mut(place) {
            Some((.., rows)) => *rows += 1,
            None => lines.push((said, &reading.place, 1)),
        }
    }
    let line = |(said, first, rows): (String, &str, usize)| match rows {
        1 => format!("read {first}: {said}"),
        rows => format!("read {first} and {} more: {said}", rows - 1),
    };
    lines.into_iter().map(line).collect()
}

fn said(reading: &Reading) -> String {
    let text = begun(&one_line(&reading.text));
    let read = reading.read.as_deref().map_or("nothing".into(), one_line);
    let (read, rule) = (begun(&read), begun(&reading.rule));
    format!("{} `{text}` → {read} ({rule})", reading.column)
}

/// The beginning of `text`, the whole of it in every sane cell.
fn begun(text: &str) -> String {
    match text.char_indices().nth(PRINTED_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The place of a cell without the letters of its column.
fn row_of(place: &str) -> String {
    match place.rsplit_once('!') {
        Some((sheet, cell)) => {
            let row = cell.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
            format!("{sheet}!{row}")
        }
        None => place.to_owned(),
    }
}

/// Prints the first rows, one below the other, and how many more there are.
fn some<T>(f: &mut fmt::Formatter<'_>, rows: &[T], print: impl Fn(&T) -> String) -> fmt::Result {
    for row in rows.iter().take(PRINTED_ROWS) {
        writeln!(f, "{}", print(row))?;
    }
    match rows.len().saturating_sub(PRINTED_ROWS) {
        0 => Ok(()),
        more => writeln!(f, "  … and {more} more (--json has all of them)"),
    }
}
