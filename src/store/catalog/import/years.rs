//! The decisions that the catalogue has of one body and year, and which of them a file lists.
//!
//! Owns looking them up by title and by number without asking the engine for each row, and the
//! numbers that are free. Refuses to decide which row is which decision.

use std::collections::{HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};

use crate::store::text::one_line;

/// Body and year; numbers are unique in it.
pub(super) type Series = (String, i64);

/// A decision of the catalogue.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: String,
    pub(super) seq: i64,
    pub(super) title: String,
    pub(super) status: String,
    /// Whether a row of the file is this decision.
    pub(super) is_claimed: bool,
}

/// The decisions of a body's year.
#[derive(Debug)]
pub(super) struct Year {
    pub(super) series: Series,
    pub(super) known: Vec<Known>,
    /// Whether the file lists decisions of this body and year by their numbers.
    pub(super) is_listed: bool,
    /// Decisions under way that no row was by its key or title.
    pub(super) open: Vec<usize>,
    by_title: HashMap<String, Vec<usize>>,
    by_seq: HashMap<i64, usize>,
    /// The numbers of the file's new decisions.
    given: HashSet<i64>,
    highest: i64,
}

impl Known {
    pub(super) fn is_active(&self) -> bool {
        self.status == "active"
    }

    pub(super) fn is_withdrawn(&self) -> bool {
        self.status == "withdrawn"
    }
}

impl Year {
    fn load(catalogue: &Connection, series: Series) -> rusqlite::Result<Self> {
        let sql = "select id, seq, title, status from decision \
                   where organ = $1 and year = $2 order by seq";
        let mut statement = catalogue.prepare_cached(sql)?;
        let known = statement.query_map(params![series.0, series.1], known)?;
        let known: Vec<Known> = known.collect::<rusqlite::Result<_>>()?;
        let mut by_title: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, decision) in known.iter().enumerate() {
            let title = decision.title.clone();
            by_title.entry(title).or_default().push(place);
        }
        let by_seq = known.iter().enumerate();
        Ok(Self {
            by_seq: by_seq.map(|(place, known)| (known.seq, place)).collect(),
            highest: known.iter().map(|known| known.seq).max().unwrap_or(0),
            series,
            known,
            is_listed: false,
            open: Vec::new(),
            by_title,
            given: HashSet::new(),
        })
    }

    /// The decision of that title that no row is yet; the one with the number `seq` before others.
    pub(super) fn titled(&self, title: &str, seq: i64) -> Option<usize> {
        let places = self.by_title.get(title)?;
        let mut free = places
            .iter()
            .copied()
            .filter(|at| !self.known[*at].is_claimed);
        let exact = free.clone().find(|at| self.known[*at].seq == seq);
        exact.or_else(|| free.next())
    }

    /// The decision with the number `seq`.
    pub(super) fn at(&self, seq: i64) -> Option<usize> {
        self.by_seq.get(&seq).copied()
    }

    /// Notes which decisions under way have not been found.
    pub(super) fn note_open(&mut self) {
        let known = self.known.iter().enumerate();
        let open = known.filter(|(_, known)| known.is_active() && !known.is_claimed);
        self.open = open.map(|(at, _)| at).collect();
    }

    /// Notes a number that the file prints, so that no other row is given it.
    pub(super) fn note(&mut self, seq: i64) {
        self.highest = self.highest.max(seq);
    }

    /// The number for a new decision: the printed one, or the next free one.
    pub(super) fn place_for(&mut self, printed: i64) -> i64 {
        let is_free = !self.by_seq.contains_key(&printed) && !self.given.contains(&printed);
        let seq = if is_free {
            printed
        } else {
            self.highest = self.highest.saturating_add(1);
            self.highest
        };
        self.given.insert(seq);
        seq
    }
}

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    let text = |column: usize| -> rusqlite::Result<String> {
        Ok(match row.get_ref(column)? {
            rusqlite::types::ValueRef::Text(bytes) => {
                one_line(&String::from_utf8_lossy(bytes)).into_owned()
            }
            _ => String::new(),
        })
    };
    let seq = match row.get(1)? {
        Value::Integer(seq) => seq,
        _ => 0,
    };
    Ok(Known {
        id: text(0)?,
        seq,
        title: text(2)?,
        status: text(3)?,
        is_claimed: false,
    })
}

/// The years that a file has to do with, each loaded once.
#[derive(Debug, Default)]
pub(super) struct Years {
    places: HashMap<Series, usize>,
    pub(super) all: Vec<Year>,
}

impl Years {
    /// Which of the years is that of `series`.
    pub(super) fn of(&mut self, catalogue: &Connection, series: Series) -> rusqlite::Result<usize> {
        if let Some(place) = self.places.get(&series) {
            return Ok(*place);
        }
        let place = self.all.len();
        self.all.push(Year::load(catalogue, series.clone())?);
        self.places.insert(series, place);
        Ok(place)
    }
}
