//! The dialects of tables: the contract's own columns, or the headings of a published catalogue.
//!
//! Owns turning each item of a table into a draft, with the reading of every cell that could have
//! been read otherwise. Refuses to drop anything unseen: each column ignored and each row skipped
//! is a warning.

use std::collections::BTreeSet;

use crate::domain::fault::Fault;

use super::draft::{Draft, Reading};
use super::header::Header;
use super::items::body;
use super::reader::Reader;
use super::title::{Title, title};
use super::units::Names;
use crate::store::catalog::columns::Table;
use crate::store::sheets::{Grid, Row};
use crate::store::text::shown;

/// What holds for rows of a published catalogue that do not say it themselves, and what is
/// known besides.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// 决策机关.
    pub organ: Option<String>,
    /// Year of the catalogue.
    pub year: Option<i32>,
    /// Every name and alias of a unit that the directory knows; empty where there is none.
    pub units: BTreeSet<String>,
}

/// A table, understood.
#[derive(Debug)]
pub struct Drafted {
    /// The table of the contract that it fills.
    pub table: Table,
    /// Its items, in its order.
    pub drafts: Vec<Draft>,
    /// What was ignored, skipped or taken with a doubt, with its place.
    pub warnings: Vec<Fault>,
}

/// Reads the rows of `grid` in its dialect.
///
/// # Errors
/// All faults of the header, or all those of the rows.
pub fn drafts(grid: &Grid, defaults: &Defaults) -> Result<Drafted, Vec<Fault>> {
    let header = Header::find(grid)?;
    let above = lines_above(grid, &header);
    let mut reader = Reader {
        title: title(&above),
        header: &header,
        defaults,
        names: Names::new(&defaults.units),
        warnings: header.warnings(),
        faults: Vec::new(),
    };
    reader.warn_of_another_title(grid);
    reader.warn_of_part(grid);
    reader.warnings.extend(tables_above(grid, &above));
    let body = body(grid, &header);
    let mut drafts: Vec<Draft> = body.items.iter().map(|item| reader.draft(item)).collect();
    if let Some(first) = drafts.first_mut() {
        first.readings.splice(..0, reader.readings_of_title(grid));
    }
    let mut faults = reader.missing_series();
    faults.extend(other_titles(grid, &header, reader.title.as_ref(), defaults));
    faults.extend(body.faults);
    faults.extend(reader.faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut warnings = reader.warnings;
    warnings.extend(body.skipped);
    Ok(Drafted {
        table: header.table,
        drafts,
        warnings,
    })
}

/// The rows above the header, each with the different texts in it.
fn lines_above(grid: &Grid, header: &Header) -> Vec<(u64, Vec<String>)> {
    let rows = grid.rows.iter();
    let above = rows.take_while(|row| row.number < header.at.row);
    above.map(|row| (row.number, texts(row))).collect()
}

/// The different texts in `row`.
fn texts(row: &Row) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for cell in row.cells.iter().filter(|cell| !cell.is_empty()) {
        let text = cell.text.trim();
        if texts.iter().all(|before| before != text) {
            texts.push(text.to_owned());
        }
    }
    texts
}

/// Titles below the header of another body or year: what follows them would come in under the
/// first one.
fn other_titles(
    grid: &Grid,
    header: &Header,
    first: Option<&Title>,
    defaults: &Defaults,
) -> Vec<Fault> {
    let below = grid.rows.iter().skip(header.ends_after);
    let titles = below.filter_map(|row| {
        let mut said = row.cells.iter().filter(|cell| !cell.is_empty());
        said.next().filter(|cell| cell.text.contains("目录"))?;
        let texts = texts(row);
        let is_alone = texts.len() == 1;
        title(&[(row.number, texts)]).filter(|_| is_alone)
    });
    let (organ, year) = match first {
        Some(first) => (first.organ.as_ref(), first.year),
        None => (defaults.organ.as_ref(), defaults.year),
    };
    let is_other = |other: &Title| {
        let organs = organ.zip(other.organ.as_ref());
        let years = year.zip(other.year);
        organs.is_some_and(|(first, other)| first != other)
            || years.is_some_and(|(first, other)| first != other)
    };
    let others = titles.filter(is_other);
    others
        .map(|other| {
            let found = format!("a second title, {}", shown(&other.text));
            let expected = "one table; put what begins here into a sheet or a file of its own";
            Fault::new(grid.at(other.row).to_string(), found, expected)
        })
        .collect()
}

/// Rows above the header that look like rows of a table: a title, a number, and a line of unit
/// and date have one cell or two.
fn tables_above(grid: &Grid, above: &[(u64, Vec<String>)]) -> Vec<Fault> {
    let rows = above.iter().filter(|(_, texts)| texts.len() > 2);
    rows.map(|(row, texts)| {
        let expected = "no table above the header (the row was not read)";
        Fault::new(grid.at(*row).to_string(), shown(&texts.join(" ")), expected)
    })
    .collect()
}

impl Reader<'_> {
    /// What was taken from the title, for rows that do not say it.
    fn readings_of_title(&self, grid: &Grid) -> Vec<Reading> {
        let Some(title) = &self.title else {
            return Vec::new();
        };
        let organ = title
            .organ
            .clone()
            .filter(|_| self.defaults.organ.is_none());
        let year = title.year.filter(|_| self.defaults.year.is_none());
        let said = [
            ("organ", organ),
            ("year", year.map(|year| year.to_string())),
        ];
        let is_open = |name| {
            !self.header.gives(name) && (self.header.gives("seq") || !self.header.gives("id"))
        };
        let open = said.into_iter().filter(|(column, _)| is_open(column));
        open.filter(|(_, read)| read.is_some())
            .map(|(column, read)| Reading {
                place: grid.at(title.row).to_string(),
                column,
                text: title.text.clone(),
                read,
                rule: "from the title above the table".to_owned(),
            })
            .collect()
    }

    /// A list without keys whose body or year nobody says: one fault, and not three for each row.
    fn missing_series(&self) -> Vec<Fault> {
        let header = self.header;
        if header.table == Table::Event || header.gives("id") {
            return Vec::new();
        }
        let title = self.title.as_ref();
        let organ = self.defaults.organ.as_ref();
        let organ = organ.or_else(|| title?.organ.as_ref()).is_some();
        let year = self.defaults.year.or_else(|| title?.year).is_some();
        let asked = [
            (
                organ || header.gives("organ"),
                "决策机关 (organ)",
                "--organ NAME",
            ),
            (year || header.gives("year"), "年度 (year)", "--year YEAR"),
        ];
        let asked: Vec<_> = asked.into_iter().filter(|(is_said, ..)| !is_said).collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let names: Vec<&str> = asked.iter().map(|(_, name, _)| *name).collect();
        let options: Vec<&str> = asked.iter().map(|(.., option)| *option).collect();
        let found = format!("nothing that says {}", names.join(" or "));
        let expected = format!(
            "`catalog import` with {}, or a title above the table such as 洮南市人民政府2026年度重大行政决策事项目录",
            options.join(" and ")
        );
        vec![Fault::new(header.at.to_string(), found, expected)]
    }

    /// Warns of a title that says that the table is a part.
    fn warn_of_part(&mut self, grid: &Grid) {
        if let Some(title) = self.title.clone().filter(|title| title.is_part) {
            let expected = "a whole catalogue (taken as a part: its numbers are its own, and what it does not list stays)";
            let place = grid.at(title.row).to_string();
            self.warnings
                .push(Fault::new(place, shown(&title.text), expected));
        }
    }

    /// Warns of a title that says otherwise than the command line.
    fn warn_of_another_title(&mut self, grid: &Grid) {
        let Some(title) = self.title.clone() else {
            return;
        };
        let year = self.defaults.year.zip(title.year);
        let year = year.map(|(typed, said)| ("year", typed.to_string(), said.to_string()));
        let organ = self.defaults.organ.clone().zip(title.organ);
        let organ = organ.map(|(typed, said)| ("organ", typed, said));
        let place = grid.at(title.row).to_string();
        for (column, typed, said) in year.into_iter().chain(organ) {
            if typed != said {
                let expected = format!(
                    "{}, which the command line says (it was taken)",
                    shown(&typed)
                );
                self.warn(&place, column, shown(&said), &expected);
            }
        }
    }
}
