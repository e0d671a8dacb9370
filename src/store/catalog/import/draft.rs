//! A row of a file on its way into the catalogue: which cells it gives, as values.
//!
//! Owns the reading of one cell out of a file. Refuses to judge the value: rows out
//! of a file are judged by the same reading as rows out of the database.

use rusqlite::types::Value;

use crate::store::catalog::columns::{Holds, Table};
use crate::store::catalog::dates::full_day;
use crate::store::catalog::words;
use crate::store::sheets::At;
use crate::store::text::{folded, has_strange_control, is_kept_in_cells, one_line};

/// What a line of a file gives.
#[derive(Debug)]
pub struct Draft {
    /// Where it stands in the file.
    pub at: At,
    /// The table it fills.
    pub table: Table,
    /// In the contract's order; `None` where the file says nothing about the column.
    values: Vec<Option<Value>>,
    /// Whether `planned_on` was read from the planned time and not given.
    pub(in crate::store::catalog) is_planned_derived: bool,
    /// Whether body and year are the title's or the command line's, which move no decision that the
    /// catalogue has.
    pub(in crate::store::catalog) is_completed: bool,
    /// Whether its table is only a part of a year's catalogue, with numbers of its own.
    pub(in crate::store::catalog) is_in_part: bool,
    /// How cells were read that could have been read otherwise.
    pub readings: Vec<Reading>,
}

/// How one cell was read, for people to look at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reading {
    /// Where the cell stands.
    pub place: String,
    /// The column of the contract it fills.
    pub column: &'static str,
    /// What the cell says.
    pub text: String,
    /// What was taken from it; `None` where nothing was.
    pub read: Option<String>,
    /// By which rule, in a few words.
    pub rule: String,
}

impl Draft {
    /// A draft that gives nothing yet.
    pub(in crate::store::catalog) fn new(table: Table, at: At) -> Self {
        Self {
            at,
            table,
            values: vec![None; table.columns().len()],
            is_planned_derived: false,
            is_completed: false,
            is_in_part: false,
            readings: Vec::new(),
        }
    }

    /// The values in the contract's order.
    pub(in crate::store::catalog) fn values(&self) -> &[Option<Value>] {
        &self.values
    }

    /// What stands in the column `name`, if the file gives it and it is not empty.
    pub(in crate::store::catalog) fn get(&self, name: &str) -> Option<&Value> {
        let value = self.values[self.table.place_of(name)?].as_ref()?;
        (*value != Value::Null).then_some(value)
    }

    /// The text in the column `name`, if there is one.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The units it names.
    pub(super) fn units(&self) -> Vec<String> {
        let one = |name| self.text(name).map(str::to_owned);
        let listed = self.text("cooperating_units").unwrap_or_default();
        // What is no list of names is a fault of its row, and told as one.
        let listed: Vec<String> = serde_json::from_str(listed).unwrap_or_default();
        let named = [one("drafting_unit"), one("executing_unit")];
        named.into_iter().flatten().chain(listed).collect()
    }

    /// The whole number in the column `name`, if there is one.
    #[must_use]
    pub fn whole(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// Puts `value` into the column `name`.
    pub(in crate::store::catalog) fn set(&mut self, name: &str, value: Value) {
        if let Some(place) = self.table.place_of(name) {
            self.values[place] = Some(value);
        }
    }

    /// Puts the cell `text` of a file into the column at `place`.
    pub(in crate::store::catalog) fn take(&mut self, place: usize, text: &str) {
        let column = &self.table.columns()[place];
        let text = words::meant(self.table, column.name, text);
        self.values[place] = Some(value_of(column.holds, text));
    }

    /// The row as it will stand: what the file says, else what is known, else the default.
    pub(in crate::store::catalog) fn over(&self, known: Option<&[Value]>) -> Vec<Value> {
        let columns = self.table.columns().iter().enumerate();
        let mut row: Vec<Value> = columns
            .map(|(place, column)| {
                let said = self.values()[place].clone();
                // A row that is recognised without its key keeps it.
                let said = said.filter(|said| column.name != "id" || *said != Value::Null);
                let known = known.map(|known| known[place].clone());
                let is_completed = self.is_completed && matches!(column.name, "organ" | "year");
                let said = said.filter(|_| !is_completed || known.is_none());
                let value = match (said, known) {
                    (Some(said), Some(known)) if is_as_written(column.holds, &known, &said) => {
                        known
                    }
                    (said, known) => said.or(known).unwrap_or(Value::Null),
                };
                match value {
                    Value::Null => default(self.table, column.name),
                    value => value,
                }
            })
            .collect();
        if let Some(known) = known {
            keep_corrected_plan(self, known, &mut row);
        }
        row
    }
}

/// What the schema puts into an empty cell.
fn default(table: Table, column: &str) -> Value {
    match (table, column) {
        (Table::Decision, "confidential") => Value::Integer(0),
        (Table::Decision, "status") => Value::Text("active".to_owned()),
        _ => Value::Null,
    }
}

/// Whether `said` is what a file has for `known` once it was written out, so that nobody changed it:
/// files have names and titles on one line, and spreadsheets drop carriage returns and control
/// characters when they save. What is reported in a name or a title is not kept, but mended.
fn is_as_written(holds: Holds, known: &Value, said: &Value) -> bool {
    let Value::Text(known) = known else {
        return false;
    };
    let said = match said {
        Value::Text(said) => said,
        Value::Null => "",
        _ => return false,
    };
    match holds {
        Holds::Line => one_line(known) == said && !has_strange_control(known),
        Holds::Text if known.trim().is_empty() => said.is_empty(),
        Holds::Text => saved(known).eq(saved(said)),
        Holds::Names => listed(known).is_some_and(|names| listed(said) == Some(names)),
        Holds::Day | Holds::Whole | Holds::Number => false,
    }
}

/// The letters of `text` that every spreadsheet keeps.
fn saved(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|letter| is_kept_in_cells(*letter))
}

/// The names in a JSON array, however it is written; none in an empty text.
fn listed(json: &str) -> Option<Vec<String>> {
    if json.is_empty() {
        return Some(Vec::new());
    }
    serde_json::from_str(json).ok()
}

/// A last day that somebody corrected by hand outlives an import of the same planned time.
fn keep_corrected_plan(draft: &Draft, known: &[Value], row: &mut [Value]) {
    let place_of = |name| draft.table.place_of(name);
    let (Some(text), Some(day)) = (place_of("planned_text"), place_of("planned_on")) else {
        return;
    };
    if draft.is_planned_derived && known[text] == row[text] && known[day] != Value::Null {
        row[day] = known[day].clone();
    }
}

/// The value of a file's cell. What is not what the column holds stays a text, to be
/// reported where the whole row is judged.
fn value_of(holds: Holds, text: &str) -> Value {
    if text.trim().is_empty() {
        return Value::Null;
    }
    match holds {
        Holds::Line => Value::Text(one_line(text).into_owned()),
        Holds::Text => Value::Text(text.to_owned()),
        Holds::Names => names(text),
        // Spreadsheets rewrite 2025-06-30 as 2025/6/30, which still is one day only.
        Holds::Day => Value::Text(
            full_day(text).map_or_else(|| one_line(text).into_owned(), |day| day.to_string()),
        ),
        Holds::Whole => folded(text)
            .parse()
            .map_or_else(|_| Value::Text(one_line(text).into_owned()), Value::Integer),
        Holds::Number => folded(text)
            .parse()
            .map_or_else(|_| Value::Text(one_line(text).into_owned()), Value::Real),
    }
}

/// A JSON array as it stands, or a published list of names as a JSON array.
pub(in crate::store::catalog) fn names(text: &str) -> Value {
    let line = one_line(text);
    if line.starts_with('[') {
        return Value::Text(line.into_owned());
    }
    let names: Vec<&str> = text
        .split(['、', '，', ',', '；', ';', '\n'])
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    Value::Text(serde_json::Value::from(names).to_string())
}
