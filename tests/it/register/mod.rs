//! The register (台账) for people: what stands in it, read back from the files themselves.

mod dates;
mod hostile;
mod notices;
mod place;
mod print;
mod text;
mod workbook;

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use serde_json::Value;

use crate::support::command::Desk;

/// The day on which the shipped sample has something in every state.
const DAY: &str = "2026-05-20";

/// A row of a sheet by its columns' headings.
type Row = BTreeMap<String, String>;

/// A desk with the shipped sample in its catalogue.
fn sample() -> Desk {
    let desk = Desk::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/sample");
    for name in ["catalog.csv", "events.csv"] {
        let file = folder.join(name).display().to_string();
        desk.duban(&["catalog", "import", &file, "--yes"]).ok();
    }
    desk
}

/// The rows of a sheet.
fn rows(file: &Path, sheet: &str) -> Vec<Row> {
    let mut cells = cells(file, sheet).into_iter();
    let header = cells.next().unwrap();
    let row = |cells: Vec<String>| header.iter().cloned().zip(cells).collect();
    cells.map(row).collect()
}

/// The cells of a sheet as text, its header first.
fn cells(file: &Path, sheet: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(file).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let rows = range.rows();
    rows.map(|row| row.iter().map(text).collect()).collect()
}

fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(day) => day.as_datetime().unwrap().date().to_string(),
        other => other.to_string(),
    }
}

/// Whether `row` is about the duty `due`.
fn is_about(row: &Row, due: &Value) -> bool {
    row["事项编号"] == due["decision"] && row["规则"] == rule(due)
}

/// What `due --json` answers, most urgent first as its table has it.
fn due(desk: &Desk, arguments: &[&str]) -> Vec<Value> {
    let all = [&["due", "--json"], arguments].concat();
    let Value::Array(mut due) = desk.duban(&all).json() else {
        panic!("no array");
    };
    due.sort_by_key(urgency);
    due
}

fn urgency(row: &Value) -> (usize, String, String, String, String) {
    let states = [
        "overdue", "near", "open", "waiting", "done", "waived", "exempt",
    ];
    let state = states.iter().position(|state| row["state"] == *state);
    let text = |name: &str| row[name].as_str().unwrap_or("9999-99-99").to_owned();
    (
        state.unwrap(),
        text("due_on"),
        text("decision"),
        text("rule"),
        text("occurrence"),
    )
}

/// The rule and its occurrence as the register names them.
fn rule(row: &Value) -> String {
    let (rule, occurrence) = (
        row["rule"].as_str().unwrap(),
        row["occurrence"].as_str().unwrap(),
    );
    if occurrence.is_empty() {
        rule.to_owned()
    } else {
        format!("{rule}/{occurrence}")
    }
}
