//! Tables that line up when half the columns are Chinese.
//!
//! Owns laying out columns by the cells their text takes, and colour. Refuses to know
//! what the rows mean, and to ask the terminal anything beyond its width and whether
//! it is one.

use std::env;
use std::io::{self, IsTerminal, Write};

use super::text::{cut, harmless, width};
use crate::domain::obligation::State;

/// What is assumed where nobody says how wide the terminal is.
const USUAL_WIDTH: usize = 100;
/// A column is never cut below this many cells: four Chinese characters.
const NARROWEST: usize = 8;
/// Cells between two columns.
const GAP: usize = 2;

/// Where a table is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Cells in a line.
    pub width: usize,
    /// Whether colour may be used.
    pub colour: bool,
}

impl Screen {
    /// The screen stdout leads to: `COLUMNS` wide, and coloured only on a terminal
    /// where `NO_COLOR` is not set.
    #[must_use]
    pub fn of_stdout() -> Self {
        let columns = env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let silenced = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            width: columns.unwrap_or(USUAL_WIDTH),
            colour: !silenced && io::stdout().is_terminal(),
        }
    }

    /// A screen of `width` cells without colour, as a file or a pipe is one.
    #[must_use]
    pub const fn plain(width: usize) -> Self {
        Self {
            width,
            colour: false,
        }
    }
}

/// How a cell is coloured; never the only carrier of its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ink {
    /// As the terminal writes.
    #[default]
    Plain,
    /// Something is wrong.
    Red,
    /// Something is near.
    Yellow,
    /// All is well.
    Green,
    /// Of little concern now.
    Dim,
    /// A heading.
    Bold,
}

impl Ink {
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Red => Some("31"),
            Self::Yellow => Some("33"),
            Self::Green => Some("32"),
            Self::Dim => Some("2"),
            Self::Bold => Some("1"),
        }
    }

    /// `text` in this ink, or as it is where the screen has no colour.
    #[must_use]
    pub fn paint(self, text: &str, screen: Screen) -> String {
        match self.code() {
            Some(code) if screen.colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }
}

/// One cell: harmless text and its ink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    ink: Ink,
}

impl Cell {
    /// A cell of `text`, made harmless.
    #[must_use]
    pub fn new(text: &str, ink: Ink) -> Self {
        Self {
            text: harmless(text),
            ink,
        }
    }

    /// A state as sign, word and colour together, so that none of them stands alone.
    #[must_use]
    pub fn state(state: State) -> Self {
        let (sign, ink) = match state {
            State::Overdue => ('✕', Ink::Red),
            State::Near => ('!', Ink::Yellow),
            State::Open => ('·', Ink::Plain),
            State::Waiting => ('…', Ink::Dim),
            State::Done => ('■', Ink::Green),
            State::Waived | State::Exempt => ('○', Ink::Dim),
        };
        Self::new(&format!("{sign} {}", state.name()), ink)
    }

    /// The cell's text in its ink.
    #[must_use]
    pub fn painted(&self, screen: Screen) -> String {
        self.ink.paint(&self.text, screen)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text, Ink::Plain)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::new(&text, Ink::Plain)
    }
}

/// What a column does when the table is wider than the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It keeps its width: dates, states, ids.
    Keep,
    /// It is cut, and the cut shown by `…`: titles, names.
    Cut,
}

/// A table in the making.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<(&'static str, Fit)>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table under these heads.
    #[must_use]
    pub fn new(columns: &[(&'static str, Fit)]) -> Self {
        Self {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; a cell too few stays empty, a cell too many is not shown.
    pub fn push(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes head and rows to `out`, each line at most as wide as the screen, as far
    /// as the columns that keep their width allow.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write, screen: Screen) -> io::Result<()> {
        let widths = self.widths(screen.width);
        let heads = self.columns.iter();
        let heads: Vec<Cell> = heads.map(|(head, _)| Cell::new(head, Ink::Bold)).collect();
        write_row(out, &heads, &widths, screen)?;
        for row in &self.rows {
            write_row(out, row, &widths, screen)?;
        }
        Ok(())
    }

    /// Each column as wide as its widest cell, the widest cuttable ones then narrowed
    /// until the line fits.
    fn widths(&self, screen: usize) -> Vec<usize> {
        let widest = |(index, (head, _)): (usize, &(&str, Fit))| {
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            let cells = cells.map(|cell| width(&cell.text)).max().unwrap_or(0);
            cells.max(width(head))
        };
        let mut widths: Vec<usize> = self.columns.iter().enumerate().map(widest).collect();
        let gaps = GAP * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > screen {
            let cuttable = self.columns.iter().zip(widths.iter_mut());
            let cuttable = cuttable.filter(|((_, fit), _)| *fit == Fit::Cut);
            match cuttable.map(|(_, width)| width).max() {
                Some(widest) if *widest > NARROWEST => *widest -= 1,
                _ => break,
            }
        }
        widths
    }
}

fn write_row(
    out: &mut dyn Write,
    cells: &[Cell],
    widths: &[usize],
    screen: Screen,
) -> io::Result<()> {
    let last = cells.iter().rposition(|cell| !cell.text.is_empty());
    for (index, (cell, room)) in cells.iter().zip(widths).enumerate() {
        let text = cut(&cell.text, *room);
        out.write_all(cell.ink.paint(&text, screen).as_bytes())?;
        // Nothing trails the last cell that says something: a copied line ends there.
        if Some(index) < last {
            let padding = room.saturating_sub(width(&text)) + GAP;
            write!(out, "{:padding$}", "")?;
        }
    }
    writeln!(out)
}
