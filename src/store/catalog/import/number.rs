//! Keys for rows that only have a place in a published catalogue.
//!
//! Owns the custom `YEAR-SEQ` (`2026-003`) and what happens where real catalogues
//! break it: bodies of one city that number alike, groups that each start at 1.
//! Refuses to move a key: what once is in the catalogue keeps it, because events
//! hang on it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::fault::Fault;

use super::draft::Draft;
use super::plan::ImportPlan;
use crate::store::text::shown;

/// Body and year; places are unique in it.
type Series = (String, i64);

/// What the file has used so far.
struct Numbering<'a> {
    catalogue: &'a Connection,
    /// The highest place of each series, in the file and in the catalogue.
    highest: BTreeMap<Series, i64>,
    /// The title at each place of the file.
    places: BTreeMap<(Series, i64), String>,
    /// The first line of each title of the file.
    titles: BTreeMap<(Series, String), u64>,
    ids: BTreeSet<String>,
}

/// Gives a key to each draft of a decision that has none. Drafts that say the same as
/// an earlier line are left out. What was doubtful or cannot be goes into `plan`.
///
/// # Errors
/// Whatever the engine says.
pub(in crate::store::catalog) fn number(
    catalogue: &Connection,
    drafts: Vec<Draft>,
    plan: &mut ImportPlan,
) -> rusqlite::Result<Vec<Draft>> {
    let ids = drafts.iter().filter_map(|draft| draft.text("id"));
    let mut numbering = Numbering {
        catalogue,
        highest: BTreeMap::new(),
        places: BTreeMap::new(),
        titles: BTreeMap::new(),
        ids: ids.map(str::to_owned).collect(),
    };
    for draft in &drafts {
        numbering.note(draft)?;
    }
    let mut numbered = Vec::with_capacity(drafts.len());
    for mut draft in drafts {
        let place = draft.at.to_string();
        if draft.get("id").is_some() || numbering.name(&mut draft, &place, plan)? {
            numbered.push(draft);
        }
    }
    Ok(numbered)
}

impl Numbering<'_> {
    /// Notes what the whole file uses, before the first row is named.
    fn note(&mut self, draft: &Draft) -> rusqlite::Result<()> {
        let Some((series, seq, title)) = named_by_number(draft) else {
            return Ok(());
        };
        let title = (series.clone(), title);
        self.titles.entry(title).or_insert(draft.at.row);
        if !self.highest.contains_key(&series) {
            let known = highest(self.catalogue, &series)?;
            self.highest.insert(series.clone(), known);
        }
        let highest = self.highest.entry(series).or_default();
        *highest = seq.max(*highest);
        Ok(())
    }

    /// Names `draft`; `false` where an earlier line says the same.
    fn name(
        &mut self,
        draft: &mut Draft,
        place: &str,
        plan: &mut ImportPlan,
    ) -> rusqlite::Result<bool> {
        // Without body, year, place or title there is no key; the row's own faults say which.
        let Some((series, mut seq, title)) = named_by_number(draft) else {
            return Ok(true);
        };
        if let Some(earlier) = self.places.get(&(series.clone(), seq)) {
            if *earlier == title {
                let expected = "a row that is not in the file already (it was skipped)";
                plan.warnings.push(Fault::new(place, title, expected));
                return Ok(false);
            }
            let printed = seq;
            seq = self.another_place(&series, &title)?;
            let expected = "numbers that do not start again in each group";
            let found = format!("the number {printed} again (taken as {seq})");
            let place = format!("{place}, seq");
            plan.warnings.push(Fault::new(place, found, expected));
            draft.set("seq", Value::Integer(seq));
        }
        let id = match self.known_key(&series, seq)? {
            Some((known, stored)) => {
                plan.faults
                    .extend(self.moved(&series, &title, &stored, place));
                known
            }
            None => self.new_key(&series, seq, place, &mut plan.warnings)?,
        };
        self.places.insert((series, seq), title);
        self.ids.insert(id.clone());
        draft.set("id", Value::Text(id));
        Ok(true)
    }

    /// The place of a row whose printed number is taken: the one it got when it was
    /// first imported, or the next free one.
    fn another_place(&mut self, series: &Series, title: &str) -> rusqlite::Result<i64> {
        let mut statement = self.catalogue.prepare_cached(
            "select seq from decision where organ = $1 and year = $2 and title = $3 order by seq",
        )?;
        let known: Option<i64> = statement
            .query_row(params![series.0, series.1, title], |row| row.get(0))
            .optional()?;
        if let Some(seq) = known {
            return Ok(seq);
        }
        let highest = self.highest.entry(series.clone()).or_default();
        *highest += 1;
        Ok(*highest)
    }

    /// A row inserted in the middle pushes all later ones to other places. Taken by its
    /// place, each would get the events of its neighbour.
    fn moved(&self, series: &Series, title: &str, stored: &str, place: &str) -> Option<Fault> {
        if title == stored {
            return None;
        }
        let line = self.titles.get(&(series.clone(), stored.to_owned()))?;
        Some(Fault::new(
            format!("{place}, seq"),
            format!(
                "the place of {}, which line {line} has elsewhere",
                shown(stored)
            ),
            "the place each decision has in the catalogue, or a column id",
        ))
    }

    /// The key and the title the catalogue has for that place.
    fn known_key(&self, series: &Series, seq: i64) -> rusqlite::Result<Option<(String, String)>> {
        let sql = "select id, title from decision where organ = $1 and year = $2 and seq = $3";
        let mut statement = self.catalogue.prepare_cached(sql)?;
        statement
            .query_row(params![series.0, series.1, seq], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
    }

    /// The customary key for that place, or the first free one after it where another
    /// body of the city has it.
    fn new_key(
        &self,
        series: &Series,
        seq: i64,
        place: &str,
        warnings: &mut Vec<Fault>,
    ) -> rusqlite::Result<String> {
        let customary = format!("{}-{seq:03}", series.1);
        let mut id = customary.clone();
        let mut body = 2;
        while self.ids.contains(&id) || is_taken(self.catalogue, &id)? {
            id = format!("{customary}-{body}");
            body += 1;
        }
        if id != customary {
            let found = format!("`{customary}`, which another row has (the key is `{id}`)");
            warnings.push(Fault::new(
                format!("{place}, id"),
                found,
                "a key of its own",
            ));
        }
        Ok(id)
    }
}

/// What names a row without a key: its series, its place and its title.
fn named_by_number(draft: &Draft) -> Option<(Series, i64, String)> {
    if draft.get("id").is_some() {
        return None;
    }
    let series = (draft.text("organ")?.to_owned(), draft.whole("year")?);
    Some((series, draft.whole("seq")?, draft.text("title")?.to_owned()))
}

fn highest(catalogue: &Connection, series: &Series) -> rusqlite::Result<i64> {
    let sql = "select coalesce(max(seq), 0) from decision where organ = $1 and year = $2";
    let mut statement = catalogue.prepare_cached(sql)?;
    statement.query_row(params![series.0, series.1], |row| row.get(0))
}

fn is_taken(catalogue: &Connection, id: &str) -> rusqlite::Result<bool> {
    catalogue
        .prepare_cached("select 1 from decision where id = $1")?
        .exists(params![id])
}
