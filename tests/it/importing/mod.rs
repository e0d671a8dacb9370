//! Files into the catalogue as a person does it: seen first, then written at once.
//!
//! Owns the means the tests below share: a desk with a year's catalogue, and books of several
//! sheets.

use duban::store::catalog::{Answers, Defaults, Editor, Import, ImportPlan};
use duban::store::sheets::{Book, Cell, Grid, Row};

use crate::support::command::{Desk, Said};

mod asking;
mod clerk;
mod large;
mod matching;
mod readings;
mod removed;
mod sheets;

const ORGAN: &str = "洮南市人民政府";

/// A desk whose catalogue was filled from this list of titles, numbered from 1.
fn desk_with(titles: &[&str]) -> Desk {
    let desk = Desk::new();
    import(&desk, &listed(titles), &["--yes"]).ok();
    desk
}

/// A published table of `titles`, numbered from 1.
fn listed(titles: &[&str]) -> String {
    let head = "序号,事项名称,承办单位\n".to_owned();
    let rows = titles.iter().enumerate();
    rows.fold(head, |table, (at, title)| {
        format!("{table}{},{title},市住建局\n", at + 1)
    })
}

/// `catalog import` of `table` as the list of this body's year.
fn import(desk: &Desk, table: &str, more: &[&str]) -> Said {
    let file = desk.write("list.csv", table);
    let all = [
        "catalog", "import", &file, "--organ", ORGAN, "--year", "2026",
    ];
    desk.duban(&[&all[..], more].concat())
}

/// Every decision as `id seq title status`, in order of id.
fn decisions(desk: &Desk) -> Vec<String> {
    let sql = "select id || ' ' || seq || ' ' || title || ' ' || status from decision order by id";
    all(desk, sql)
}

fn all(desk: &Desk, sql: &str) -> Vec<String> {
    let catalogue = desk.catalogue();
    let mut statement = catalogue.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// A sheet of a workbook, a line for each row and a tab between cells.
fn sheet(name: &str, text: &str) -> Grid {
    let cells = |line: &str| line.split('\t').map(Cell::typed).collect();
    let rows = text.lines().zip(1..).map(|(line, number)| Row {
        number,
        cells: cells(line),
    });
    Grid {
        file: "目录.xlsx".to_owned(),
        sheet: Some(name.to_owned()),
        rows: rows.collect(),
    }
}

fn book(grids: impl IntoIterator<Item = Grid>) -> Book {
    Book {
        warnings: Vec::new(),
        file: "目录.xlsx".to_owned(),
        grids: grids.into_iter().collect(),
    }
}

fn defaults() -> Defaults {
    Defaults {
        organ: Some(ORGAN.to_owned()),
        year: Some(2026),
        ..Defaults::default()
    }
}

fn editor(desk: &Desk) -> Editor {
    Editor::open(&desk.at("catalog.db")).unwrap()
}

/// Writes the book, whose plan is returned.
fn written(desk: &Desk, book: Book, answers: Answers) -> ImportPlan {
    let import = Import::of(book, None, &defaults()).answered(answers);
    editor(desk)
        .write(&import, None, &mut |_, _, _| {})
        .unwrap()
}

/// The faults or warnings as places.
fn places(faults: &[duban::domain::fault::Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.place.as_str()).collect()
}
