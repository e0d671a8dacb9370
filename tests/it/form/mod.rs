//! The form: the catalogue in a workbook that people fill, and back.
//!
//! Owns the means the tests below share. A form is read with a parser that did not write it, and as
//! the XML it is.

mod commands;
mod look;
mod nasty;
mod round_trip;

use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx};
use duban::domain::decision::EVENT_KINDS;
use duban::domain::fault::Fault;
use duban::store::catalog::form::{self, Filled, Offers};

use crate::catalog::City;

/// A decision with something in every column, and one with as little as there can be.
const DECISIONS: &str = "\
insert into decision values
('2026-001', '洮南市人民政府', 2026, 1, '供热专项规划（2026—2030年）', '市住建局', '市城管局', '[\"市发改委\",\"市财政局\"]',
 '第三季度', '2026-09-30', '2026-01-01', '2030-12-31', 1, 0, null, 1, 0, null, 1, 0, 1, 0, 1, 0, 0, 'active', '先行论证'),
('2026-002', '洮南市人民政府', 2026, 2, '公交票价调整', null, null, null,
 null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, 1, 'withdrawn', null),
('2026-003', '洮南市人民政府', 2026, 3, '老旧小区改造办法', '市住建局', null, '[]',
 '适时', null, null, null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'closed', '第一行
第二行');";

/// A city with everything in its catalogue that the contract knows.
fn full_city() -> City {
    let city = City::new();
    city.write(DECISIONS);
    let software = city.software();
    for (number, kind) in (1..).zip(EVENT_KINDS) {
        let note = match *kind {
            "waived" | "extended" | "evaluation_exempted" => Some("pub-6b；李局长；防汛应急"),
            "evaluation_opened"
            | "evaluation_plan"
            | "evaluation_report"
            | "evaluation_submitted" => Some("midterm"),
            _ => None,
        };
        let sql = "insert into event values ($1, '2026-001', $2, '2026-07-29', $3, $4, $5, $6, $7)";
        let (answers, value) = ((number > 1).then_some(1), (number % 3 == 0).then_some(12.5));
        let (evidence, recorded) = ("洮政发〔2026〕7号", "2026-07-29T09:30:00+08:00");
        software
            .execute(
                sql,
                rusqlite::params![number, kind, answers, value, note, evidence, recorded],
            )
            .unwrap();
    }
    city.write(
        "insert into event (id, decision_id, kind, on_date) values (900, '2026-003', 'trial_run', '2026-08-01')",
    );
    city
}

fn offers() -> Offers {
    Offers {
        units: ["市住建局", "市发改委"].map(str::to_owned).into(),
        kinds: ["trial_run".to_owned()].into(),
    }
}

/// A form, as the bytes of its file.
struct Form(Vec<u8>);

impl Form {
    /// An empty one.
    fn empty() -> Self {
        let mut file = Vec::new();
        form::template(&offers(), &mut file).unwrap();
        Self(file)
    }

    /// One with the city's catalogue in it.
    fn of(city: &City) -> (Self, Filled) {
        let mut file = Vec::new();
        let filled = form::fill(&city.catalogue(), &offers(), &mut file).unwrap();
        (Self(file), filled)
    }

    fn book(&self) -> Xlsx<Cursor<&Vec<u8>>> {
        Xlsx::new(Cursor::new(&self.0)).unwrap()
    }

    /// The cells of a sheet, row by row.
    fn rows(&self, sheet: &str) -> Vec<Vec<Data>> {
        let range = self.book().worksheet_range(sheet).unwrap();
        range.rows().map(<[Data]>::to_vec).collect()
    }

    /// The cell below `heading`, in the `row`-th row below it.
    fn cell(&self, sheet: &str, heading: &str, row: usize) -> Data {
        let rows = self.rows(sheet);
        let named = |cell: &Data| *cell == Data::String(heading.to_owned());
        let column = rows[0].iter().position(named).expect(heading);
        rows[row][column].clone()
    }

    fn text(&self, sheet: &str, heading: &str, row: usize) -> String {
        self.cell(sheet, heading, row).to_string()
    }

    /// A part of the file as it is.
    fn part(&self, name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(&self.0)).unwrap();
        let mut text = String::new();
        let mut part = archive.by_name(name).unwrap();
        part.read_to_string(&mut text).unwrap();
        text
    }
}

/// The faults as places, for assertions that read well.
fn places(faults: &[Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.place.as_str()).collect()
}
