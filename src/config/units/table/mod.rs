//! Units and their people as tables that people keep, in and out.
//!
//! Owns which heading is which column, and what each row says. Refuses whatever is not certain,
//! a cell at a time and all at once; and to repeat by what a person is called.

pub mod compare;
pub mod export;
pub mod plan;

use lettre::Address;

use crate::domain::fault::Fault;
use crate::domain::pack::Audience;
use crate::domain::unit_names::narrow;
use crate::store::sheets::{At, Book, Cell, Grid, Row, unguarded};

use super::people::{NOT_REPEATED, is_a_number, unfit};
use super::roster::{WAYS_OF_A_PERSON, oddity};

/// The headings of every column, and the words for what a person is.
const HEADINGS: &str = include_str!("headings.txt");
/// A title and remarks may stand above the headings, but no more rows than this.
const ROWS_ABOVE: usize = 20;
/// What parts several names in a cell.
const PARTS: [char; 7] = ['、', '，', ',', ';', '；', '\n', '|'];
/// The columns, in the order in which they are written.
const COLUMNS: [&str; 9] = [
    "unit", "aliases", "audience", "name", "email", "mobile", "wecom", "dingtalk", "feishu",
];
/// The people a table may have.
pub(super) const AUDIENCES: [(Audience, &str); 3] = [
    (Audience::Contact, "contact"),
    (Audience::Head, "head"),
    (Audience::Leader, "leader"),
];

/// Everything a table says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People {
    /// Its rows.
    pub lines: Vec<Line>,
    /// The columns it has.
    pub columns: Vec<&'static str>,
    /// Headings that are not read, and sheets without headings.
    pub unread: Vec<String>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The cell with the unit.
    pub place: String,
    /// The unit, by whichever name.
    pub unit: String,
    /// Names it has besides, each with its cell.
    pub aliases: Vec<(String, String)>,
    /// The person, where the row has one.
    pub person: Option<Listed>,
}

/// A person in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The cell with the name.
    pub place: String,
    /// What the person is to the unit.
    pub audience: Audience,
    /// Name.
    pub name: String,
    /// What the row says under the keys of a person.
    pub values: Vec<(&'static str, String)>,
}

/// The words of a line of [`HEADINGS`].
fn words(key: &str) -> impl Iterator<Item = &'static str> {
    let line = HEADINGS
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    line.unwrap_or_default().split_whitespace()
}

/// What duban writes for a column or for what a person is.
pub(super) fn word(key: &str) -> &'static str {
    words(key).next().unwrap_or_default()
}

/// A heading without blanks, and without what explains it in brackets.
fn bare(text: &str) -> String {
    let kept = text.chars().map(narrow).filter(|c| !c.is_whitespace());
    let kept: String = kept.collect();
    let end = kept.find('(').filter(|end| *end > 0).unwrap_or(kept.len());
    kept[..end].to_lowercase()
}

fn key_of(text: &str) -> Option<&'static str> {
    let text = bare(text);
    let is_it = |key: &&str| words(key).any(|word| bare(word) == text);
    COLUMNS.into_iter().find(is_it)
}

/// What the tables of `book` say.
///
/// # Errors
/// Every cell that is not certain, at once.
pub fn read(book: &Book) -> Result<People, Vec<Fault>> {
    let mut people = People::default();
    let mut faults = Vec::new();
    for grid in &book.grids {
        match Headings::of(grid) {
            Some(headings) => headings.read(grid, &mut people, &mut faults),
            None => people.unread.extend(grid.sheet.clone()),
        }
    }
    if people.columns.is_empty() {
        let expected = format!("the headings {} and {}", word("unit"), word("name"));
        faults.push(Fault::new(&book.file, "no row of headings", expected));
    }
    if faults.is_empty() {
        Ok(people)
    } else {
        Err(faults)
    }
}

/// Which column is which, and the row that says so.
struct Headings {
    row: usize,
    columns: Vec<(&'static str, usize)>,
}

impl Headings {
    fn of(grid: &Grid) -> Option<Self> {
        let rows = grid.rows.iter().enumerate().take(ROWS_ABOVE);
        let mut found = rows.map(|(row, cells)| {
            let cells = cells.cells.iter().enumerate();
            let columns = cells.filter_map(|(column, cell)| Some((key_of(&cell.text)?, column)));
            let columns = columns.collect();
            Self { row, columns }
        });
        found.find(|one| one.has("unit") && (one.has("name") || one.has("aliases")))
    }

    fn has(&self, key: &str) -> bool {
        self.columns.iter().any(|(own, _)| *own == key)
    }

    fn read(&self, grid: &Grid, people: &mut People, faults: &mut Vec<Fault>) {
        let head = &grid.rows[self.row];
        let at = grid.at(head.number);
        for (index, (key, column)) in self.columns.iter().enumerate() {
            if self.columns[..index].iter().any(|(own, _)| own == key) {
                let found = format!("a second column {}", word(key));
                faults.push(Fault::new(at.cell(*column), found, "one of each"));
            }
        }
        let is_read = |column| self.columns.iter().any(|(_, own)| *own == column);
        let others = head.cells.iter().enumerate();
        let others = others.filter(|(column, cell)| !is_read(*column) && !cell.is_empty());
        people
            .unread
            .extend(others.map(|(_, cell)| cell.text.trim().to_owned()));
        for (key, _) in &self.columns {
            if !people.columns.contains(key) {
                people.columns.push(key);
            }
        }
        for row in &grid.rows[self.row + 1..] {
            let reader = Reader {
                at: grid.at(row.number),
                row,
                headings: self,
            };
            people.lines.extend(reader.line(faults));
        }
    }
}

/// A row, and which column is which.
struct Reader<'a> {
    at: At,
    row: &'a Row,
    headings: &'a Headings,
}

impl Reader<'_> {
    /// What stands in a column, without the blanks around it.
    fn text(&self, key: &str) -> String {
        let column = self.column(key);
        let cell = column.and_then(|column| self.row.cells.get(column));
        let text = cell.map(|cell: &Cell| unguarded(&cell.text));
        text.unwrap_or_default().trim().to_owned()
    }

    fn column(&self, key: &str) -> Option<usize> {
        let mut columns = self.headings.columns.iter();
        let found = columns.find(|(own, _)| *own == key);
        found.map(|(_, column)| *column)
    }

    fn place(&self, key: &str) -> String {
        let cell = self.at.cell(self.column(key).unwrap_or_default());
        // The cells of a text file have no name; the column's own says which is meant.
        if self.at.sheet.is_none() {
            format!("{cell}, {}", word(key))
        } else {
            cell
        }
    }

    fn line(&self, faults: &mut Vec<Fault>) -> Option<Line> {
        if COLUMNS.into_iter().all(|key| self.text(key).is_empty()) {
            return None;
        }
        let unit = self.text("unit");
        if unit.is_empty() {
            let expected = "the unit in every row, or in one cell that is merged over its rows";
            faults.push(Fault::new(self.place("unit"), "nothing", expected));
        }
        let listed = self.text("aliases");
        let aliases = listed.split(PARTS).map(str::trim);
        let aliases = aliases.filter(|alias| !alias.is_empty());
        let aliases = aliases.map(|alias| (alias.to_owned(), self.place("aliases")));
        Some(Line {
            place: self.place("unit"),
            aliases: aliases.collect(),
            person: self.person(faults),
            unit,
        })
    }

    fn person(&self, faults: &mut Vec<Fault>) -> Option<Listed> {
        let name = self.text("name");
        let values: Vec<(&'static str, String)> = WAYS_OF_A_PERSON
            .into_iter()
            .map(|key| (key, self.value(key)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let audience = self.text("audience");
        if name.is_empty() && values.is_empty() && audience.is_empty() {
            return None;
        }
        if let Some((found, expected)) = unfit_name(&name) {
            faults.push(Fault::new(self.place("name"), found, expected));
        }
        for (key, value) in &values {
            faults.extend(self.unfit(key, value));
        }
        if values.is_empty() {
            let expected = "an address, or what a robot of the unit calls the person by";
            faults.push(Fault::new(self.place("email"), "nothing", expected));
        }
        Some(Listed {
            place: self.place("name"),
            audience: self.audience(&audience, faults),
            name,
            values,
        })
    }

    /// As the file has it: numbers without the marks that only part their digits.
    fn value(&self, key: &str) -> String {
        let text = self.text(key);
        if key != "mobile" {
            return text;
        }
        let kept = text.chars().map(narrow);
        kept.filter(|c| !c.is_whitespace() && *c != '-').collect()
    }

    fn unfit(&self, key: &str, value: &str) -> Option<Fault> {
        if key != "email" {
            let found = "something else, which is not repeated here";
            let expected = unfit(key, value)?;
            return Some(Fault::new(self.place(key), found, expected));
        }
        let found = match (value.parse::<Address>(), oddity(value)) {
            // A number in the wrong column is a person's all the same.
            _ if is_a_number(value) => NOT_REPEATED.to_owned(),
            (Err(error), _) => format!("\"{value}\" ({error})"),
            // Of the centre's own host nothing is known; a short name may be right there.
            (Ok(_), Some("a host without a dot") | None) => return None,
            (Ok(_), Some(oddity)) => format!("\"{value}\" ({oddity})"),
        };
        let expected = "one e-mail address, alone and without a name";
        Some(Fault::new(self.place(key), found, expected))
    }

    fn audience(&self, text: &str, faults: &mut Vec<Fault>) -> Audience {
        // As in units.toml: who is not said to be anything else is a contact.
        if !self.headings.has("audience") {
            return Audience::Contact;
        }
        let text = bare(text);
        let is_it = |(_, key): &&(Audience, &str)| words(key).any(|word| bare(word) == text);
        if let Some((audience, _)) = AUDIENCES.iter().find(is_it) {
            return *audience;
        }
        let found = if text.is_empty() { "nothing" } else { &text };
        let all = AUDIENCES.map(|(_, key)| word(key)).join(", ");
        faults.push(Fault::new(
            self.place("audience"),
            found,
            format!("one of {all}"),
        ));
        Audience::Contact
    }
}

/// What is wrong with a person's name, and what was expected.
fn unfit_name(name: &str) -> Option<(String, &'static str)> {
    if name.is_empty() {
        return Some(("nothing".to_owned(), "the person's name"));
    }
    if is_a_number(name) {
        let expected = "the name alone; a number has a column of its own";
        return Some((NOT_REPEATED.to_owned(), expected));
    }
    // Whose of them the address is, nobody can say.
    let several = name.contains(PARTS) || name.contains(['/', '／']);
    several.then(|| (name.to_owned(), "one person, in a row of their own"))
}
