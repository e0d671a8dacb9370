//! The header of a table: where it stands, and which column of the contract each column is.
//!
//! Owns looking for it below titles, headings on two rows, and the report of what is missing.
//! Refuses to take a row for a header that names too little to read rows by.

use crate::domain::fault::Fault;
use crate::domain::spelling::perhaps;

use super::procedures::Step;
use super::vocabulary::{self, bare};
use crate::store::catalog::columns::Table;
use crate::store::sheets::{At, Cell, Grid, Kind, Row};
use crate::store::text::{one_line, shown};

/// A header stands within so many rows from the top: a title, a number, a unit and a date stand
/// above real ones, and twenty rows are a page.
const SEARCHED_ROWS: usize = 20;

/// What a column of the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A column of the contract, by its place.
    Column(usize),
    /// Steps of the procedure, listed.
    Steps,
    /// The answer whether one step is needed.
    Step(&'static Step),
    /// Something else, under a heading.
    Other,
    /// Nothing that a heading names.
    Blank,
}

/// Which column of the contract each column of the table is.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) table: Table,
    /// Where it stands.
    pub(super) at: At,
    /// The headings, each on one line.
    pub(super) names: Vec<String>,
    pub(super) roles: Vec<Role>,
    /// How many rows of the grid end with it.
    pub(super) ends_after: usize,
}

impl Header {
    /// The header of `grid`.
    ///
    /// # Errors
    /// There is none; the fault shows the row that is most like one.
    pub(super) fn find(grid: &Grid) -> Result<Self, Vec<Fault>> {
        let searched = grid.rows.len().min(SEARCHED_ROWS);
        let headers = || (0..searched).map(|row| Self::at(grid, row));
        if let Some(header) = headers().find(|header| header.lacks().is_empty()) {
            return Ok(header);
        }
        if let Some(fault) = paragraphs(grid) {
            return Err(vec![fault]);
        }
        let nearest = headers().reduce(|best, header| {
            if header.known().count() > best.known().count() {
                header
            } else {
                best
            }
        });
        Err(vec![match nearest {
            Some(nearest) => nearest.fault(),
            None => Fault::new(&grid.file, "an empty table", "a header and rows"),
        }])
    }

    /// The row of that place in `grid` as a header, with the row below where that goes on with it.
    pub(super) fn at(grid: &Grid, place: usize) -> Self {
        let row = &grid.rows[place];
        let below = grid.rows.get(place + 1);
        let below = below.filter(|below| goes_on(row, below));
        let width = below.map_or(0, |below| below.cells.len());
        let names = (0..row.cells.len().max(width)).map(|column| {
            let lower = below.map_or("", |below| text(below, column));
            let name = if lower.is_empty() {
                text(row, column)
            } else {
                lower
            };
            one_line(name).into_owned()
        });
        let names: Vec<String> = names.collect();
        let names_event = |column: &str| {
            let place = Table::Event.place_of(column);
            let mut names = names.iter();
            names.any(|name| vocabulary::column(Table::Event, name) == place)
        };
        let table = if names_event("decision_id") && names_event("kind") {
            Table::Event
        } else {
            Table::Decision
        };
        Self {
            table,
            at: grid.at(row.number),
            roles: names.iter().map(|name| role(table, name)).collect(),
            names,
            ends_after: place + 1 + usize::from(below.is_some()),
        }
    }

    /// Whether a column for `name` of the contract is there.
    pub(super) fn gives(&self, name: &str) -> bool {
        self.columns_of(name).next().is_some()
    }

    /// The places of all columns for `name` of the contract.
    pub(super) fn columns_of(&self, name: &str) -> impl Iterator<Item = usize> {
        let wanted = self.table.place_of(name).map(Role::Column);
        let roles = self.roles.iter().enumerate();
        roles
            .filter(move |(_, role)| Some(**role) == wanted)
            .map(|(column, _)| column)
    }

    /// How many different columns of the contract it names.
    pub(super) fn breadth(&self) -> usize {
        let columns = 0..self.table.columns().len();
        let named = |place: &usize| self.roles.contains(&Role::Column(*place));
        columns.filter(named).count()
    }

    /// Whether `row` says the same headings.
    pub(super) fn is_repeated_by(&self, row: &Row) -> bool {
        let cells = self.names.iter().enumerate();
        let mut named = cells.filter(|(_, name)| !name.is_empty());
        self.names.iter().any(|name| !name.is_empty())
            && named.all(|(column, name)| bare(text(row, column)) == bare(name))
    }

    /// What is ignored, read for little, or there twice.
    pub(super) fn warnings(&self) -> Vec<Fault> {
        let columns = self.names.iter().zip(&self.roles).enumerate();
        columns
            .filter_map(|(column, (name, role))| {
                let expected = match role {
                    Role::Other => "a column of the contract (it was ignored)",
                    Role::Steps => {
                        "a flag (it was read for those that its steps say, and not kept)"
                    }
                    Role::Step(step) if step.flag.is_none() => {
                        "a flag (it says none, and was ignored)"
                    }
                    Role::Column(_) if self.roles[..column].contains(role) => {
                        "one column of that meaning (a row is taken where both say the same)"
                    }
                    _ => return None,
                };
                let found = format!("the column {}", shown(name));
                Some(Fault::new(self.at.cell(column), found, expected))
            })
            .collect()
    }

    /// Columns without which no row could be read.
    fn lacks(&self) -> Vec<&'static str> {
        let needed: &[&str] = match self.table {
            Table::Event => &["decision_id", "kind", "on_date"],
            Table::Decision if self.gives("id") => &["id"],
            Table::Decision => &["seq", "title"],
        };
        let lacking = needed.iter().filter(|name| !self.gives(name));
        lacking.copied().collect()
    }

    fn known(&self) -> impl Iterator<Item = &str> {
        let columns = self.names.iter().zip(&self.roles);
        let known = columns.filter(|(_, role)| !matches!(role, Role::Other | Role::Blank));
        known.map(|(name, _)| name.as_str())
    }

    /// That this is the nearest to a header, and what it lacks.
    fn fault(&self) -> Fault {
        let known: Vec<&str> = self.known().collect();
        let others = self.names.iter().zip(&self.roles);
        let others = others.filter(|(_, role)| **role == Role::Other);
        let headings = vocabulary::headings();
        let others = others.map(|(name, _)| format!("{}{}", shown(name), perhaps(name, &headings)));
        let others: Vec<String> = others.collect();
        let found = format!(
            "no header; the nearest row is {}; known in it: {}; not known: {}",
            shown(&self.names.join(",")),
            listed(&known),
            listed(&others),
        );
        let lacks = self.lacks().into_iter().map(|name| {
            let heading = vocabulary::heading(self.table, name);
            format!("{heading} ({name})")
        });
        let lacks: Vec<String> = lacks.collect();
        let expected = format!(
            "a row with a column for {} within the first {SEARCHED_ROWS} rows",
            lacks.join(" and ")
        );
        Fault::new(self.at.to_string(), found, expected)
    }
}

/// What stands in the column of `row`, without blanks around it.
pub(super) fn text(row: &Row, column: usize) -> &str {
    row.cells.get(column).map_or("", |cell| cell.text.trim())
}

fn role(table: Table, name: &str) -> Role {
    if name.is_empty() {
        return Role::Blank;
    }
    if let Some(place) = vocabulary::column(table, name) {
        return Role::Column(place);
    }
    if table == Table::Event {
        return Role::Other;
    }
    if let Some(step) = Step::of_heading(name) {
        return Role::Step(step);
    }
    if vocabulary::is_procedure(name) {
        return Role::Steps;
    }
    Role::Other
}

fn listed<T: AsRef<str>>(names: &[T]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.join(", ")
}

/// Whether `below` is the second row of a header that begins with `row`: it says something only
/// below headings that span several columns, and at least one known thing.
fn goes_on(row: &Row, below: &Row) -> bool {
    let widest = row.cells.len().max(below.cells.len());
    let mut said = (0..widest).filter(|&column| {
        let lower = text(below, column);
        !lower.is_empty() && lower != text(row, column)
    });
    let is_spanned = |column: usize| {
        let upper = text(row, column);
        let is_one_with = |next: &Cell| {
            next.is_empty() || (next.kind == Kind::Merged && next.text.trim() == upper)
        };
        let merged = |cell: &Cell| cell.kind == Kind::Merged || cell.is_empty();
        row.cells.get(column).is_none_or(merged)
            || row.cells.get(column + 1).is_none_or(is_one_with)
    };
    // A title says one thing, and is no heading of columns: two of those a header has.
    let has_headings = {
        let roles = row
            .cells
            .iter()
            .map(|cell| role(Table::Decision, cell.text.trim()));
        let columns = roles.filter(|role| matches!(role, Role::Column(_)));
        columns
            .collect::<Vec<_>>()
            .windows(2)
            .any(|pair| pair[0] != pair[1])
    };
    let named = said.clone();
    let is_known = |column: usize| {
        !matches!(
            role(Table::Decision, text(below, column)),
            Role::Other | Role::Blank
        )
    };
    has_headings && said.all(is_spanned) && named.into_iter().any(is_known)
}

/// The fault of a text in numbered paragraphs, `承办单位：` on a line of its own.
fn paragraphs(grid: &Grid) -> Option<Fault> {
    let row = grid.rows.iter().find(|row| {
        let Some(line) = row.cells.iter().find(|cell| !cell.is_empty()) else {
            return false;
        };
        let label = line.text.trim().split_once(['：', ':']);
        let column = label.and_then(|(label, _)| vocabulary::column(Table::Decision, label));
        column.is_some() && column == Table::Decision.place_of("drafting_unit")
    })?;
    let line = row.cells.iter().find(|cell| !cell.is_empty())?;
    let found = format!("paragraphs of text and no table: {}", shown(&line.text));
    let expected = "a table: a header 序号, 事项名称, 承办单位, 计划完成时间, and each item on one row below it";
    Some(Fault::new(grid.at(row.number).to_string(), found, expected))
}
