//! Which decision of the catalogue each row of a file is.
//!
//! Owns the order in which a row is recognised: by its key, by its title within body and year, by
//! its printed number. Refuses to guess, because events hang on the answer: a number under another
//! title is asked about, and a number in the catalogue never changes.

use std::collections::{BTreeSet, HashSet};

use rusqlite::Connection;

use crate::domain::fault::Fault;
use crate::domain::spelling::is_reworded;
use crate::store::catalog::columns::Table;
use crate::store::catalog::stored;
use crate::store::text::shown;

use super::answers::Answers;
use super::draft::{Draft, Reading};
use super::entry::Entry;
use super::flags;
use super::keys::Keys;
use super::plan::{ImportPlan, ListedAgain};
use super::questions::{question, taken};
use super::tables::Tables;
use super::years::{Known, Years};

/// How many pairs of titles are compared for likeness; a city's year needs a few hundred. In
/// pairs, some 0.3 µs each.
const MOST_PAIRS: usize = 1_000_000;

/// The decisions of a file, matched.
pub(super) struct Matched<'d> {
    pub(super) entries: Vec<Entry<'d>>,
    pub(super) years: Years,
}

/// A row while it is matched.
struct Row<'d> {
    draft: &'d Draft,
    /// Its printed number and its title, where they are what names it.
    numbered: Option<(i64, &'d str)>,
    /// The body and year it belongs to.
    year: Option<usize>,
    /// Which decision of the year it is.
    known: Option<usize>,
    is_repeated: bool,
    /// Whether it has a key that the catalogue does not have.
    has_new_key: bool,
}

struct Matching<'a> {
    catalogue: &'a Connection,
    answers: &'a Answers,
    plan: &'a mut ImportPlan,
    years: Years,
    keys: Keys<'a>,
    pairs: usize,
    /// Answers that were needed.
    used: BTreeSet<String>,
}

/// Matches the decisions of `tables`. What was doubtful or must be asked goes into `plan`.
///
/// # Errors
/// Whatever the engine says.
pub(super) fn matched<'d>(
    catalogue: &Connection,
    tables: &'d Tables,
    answers: &Answers,
    plan: &mut ImportPlan,
) -> rusqlite::Result<Matched<'d>> {
    let drafts = &tables.decisions;
    let taken = drafts.iter().filter_map(|draft| draft.text("id"));
    let mut matching = Matching {
        catalogue,
        answers,
        plan,
        years: Years::default(),
        keys: Keys::beside(catalogue, taken.map(str::to_owned).collect()),
        pairs: 0,
        used: BTreeSet::new(),
    };
    let rows = drafts.iter().map(|draft| matching.noted(draft));
    let mut rows: Vec<Row<'d>> = rows.collect::<rusqlite::Result<_>>()?;
    matching.leave_out_repeated(&mut rows);
    matching.match_titles(&mut rows);
    matching.note_numbers(&rows);
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| !row.is_repeated) {
        entries.extend(matching.entry(row)?);
    }
    matching.warn_of_idle_answers();
    let years = matching.years;
    flags::join(catalogue, &mut entries, &tables.flags, plan)?;
    Ok(Matched { entries, years })
}

impl Matching<'_> {
    /// Notes what the whole file uses, before the first row is matched.
    fn noted<'d>(&mut self, draft: &'d Draft) -> rusqlite::Result<Row<'d>> {
        let mut row = Row {
            draft,
            numbered: None,
            year: None,
            known: None,
            is_repeated: false,
            has_new_key: false,
        };
        let series = || Some((draft.text("organ")?.to_owned(), draft.whole("year")?));
        let Some(id) = draft.text("id") else {
            if let (Some(series), Some(seq), Some(title)) =
                (series(), draft.whole("seq"), draft.text("title"))
            {
                row.numbered = Some((seq, title));
                row.year = Some(self.years.of(self.catalogue, series)?);
            }
            self.list(&row);
            return Ok(row);
        };
        let place = stored::place(self.catalogue, id)?;
        if let Some((organ, year, _)) = &place {
            self.warn_of_other_series(draft, id, (organ, *year));
        }
        match place {
            // A table without numbers corrects single cells; it lists nothing.
            Some(_) if !gives(draft, "seq") => {}
            Some((organ, year, seq)) => {
                let place = self.years.of(self.catalogue, (organ, year))?;
                let year = &mut self.years.all[place];
                row.year = Some(place);
                row.known = year.at(seq);
                if let Some(known) = row.known {
                    year.known[known].is_claimed = true;
                }
            }
            None if stored::has_decision(self.catalogue, id)? => {}
            None => {
                row.has_new_key = true;
                if let Some(series) = series().filter(|_| gives(draft, "seq")) {
                    row.year = Some(self.years.of(self.catalogue, series)?);
                }
            }
        }
        self.list(&row);
        Ok(row)
    }

    /// A decision whose key says another year or body than the title above it stays where it is.
    fn warn_of_other_series(&mut self, draft: &Draft, id: &str, (organ, year): (&str, i64)) {
        let is_other = draft.text("organ").is_some_and(|said| said != organ)
            || draft.whole("year").is_some_and(|said| said != year);
        if draft.is_completed && is_other {
            let place = format!("{}, id", draft.at);
            let found = format!("`{id}`, which the catalogue has under {organ} {year}");
            let expected = "a decision of the body and year that the file is of (it stays there)";
            self.plan.warnings.push(Fault::new(place, found, expected));
        }
    }

    /// A row with a number lists its body's year, but for the rows of a part of it.
    fn list(&mut self, row: &Row<'_>) {
        if let Some(year) = row.year.filter(|_| !row.draft.is_in_part) {
            self.years.all[year].is_listed = true;
        }
    }

    /// Keeps the numbers that rows of new decisions print from other rows.
    fn note_numbers(&mut self, rows: &[Row<'_>]) {
        for year in &mut self.years.all {
            year.note_open();
        }
        for row in rows.iter().filter(|row| row.known.is_none()) {
            if let (Some(year), Some(seq)) = (row.year, row.draft.whole("seq")) {
                self.years.all[year].note(seq);
            }
        }
    }

    /// Rows that say the same as an earlier one, to the number.
    fn leave_out_repeated(&mut self, rows: &mut [Row<'_>]) {
        let mut seen = HashSet::new();
        for row in rows {
            let Some((seq, title)) = row.numbered else {
                continue;
            };
            if !seen.insert((row.year, seq, title)) {
                row.is_repeated = true;
                let expected = "a row that is not in the file already (it was skipped)";
                let fault = Fault::new(row.draft.at.to_string(), title, expected);
                self.plan.warnings.push(fault);
            }
        }
    }

    /// Finds rows by their titles: first those whose number is the same too, so that two decisions
    /// of one title keep apart.
    fn match_titles(&mut self, rows: &mut [Row<'_>]) {
        for needs_number in [true, false] {
            for row in rows.iter_mut().filter(|row| !row.is_repeated) {
                let (Some((seq, title)), Some(year), None) = (row.numbered, row.year, row.known)
                else {
                    continue;
                };
                let year = &mut self.years.all[year];
                let found = year.titled(title, seq);
                row.known = found.filter(|at| !needs_number || year.known[*at].seq == seq);
                if let Some(known) = row.known {
                    year.known[known].is_claimed = true;
                }
            }
        }
    }

    /// What a row is; `None` where it must be asked first.
    fn entry<'d>(&mut self, row: &Row<'d>) -> rusqlite::Result<Option<Entry<'d>>> {
        if let (Some(year), Some(known)) = (row.year, row.known) {
            return Ok(Some(self.known_entry(row.draft, year, known)));
        }
        let (Some((seq, title)), Some(year)) = (row.numbered, row.year) else {
            // Without body, year, number or title there is no key; the row's own faults say which.
            let id = row.draft.text("id").map(str::to_owned);
            let is_new = id.is_none() || row.has_new_key;
            return Ok(Some(Entry::new(row.draft, id, is_new)));
        };
        match self.decided(row.draft, year, seq, title) {
            Decided::Known(known) => {
                self.years.all[year].known[known].is_claimed = true;
                Ok(Some(self.known_entry(row.draft, year, known)))
            }
            Decided::New => self.new_entry(row.draft, year, seq).map(Some),
            Decided::Asked => Ok(None),
        }
    }

    /// Whose row it is that has a title the catalogue does not have.
    fn decided(&mut self, draft: &Draft, year: usize, seq: i64, title: &str) -> Decided {
        let near = self.near(year, title);
        let year = &self.years.all[year];
        let is_free = |known: &Known| {
            let is_replaced = self.answers.replaced.contains(&known.id);
            !known.is_claimed && !is_replaced
        };
        let owner = year.at(seq).filter(|_| !draft.is_in_part);
        let owner = owner.filter(|at| is_free(&year.known[*at]));
        let mut candidates = owner.into_iter().chain(near.iter().copied());
        let renamed = candidates.find(|at| self.answers.renamed.contains(&year.known[*at].id));
        if let Some(known) = renamed {
            self.used.insert(year.known[known].id.clone());
            return Decided::Known(known);
        }
        let is_same = |known: &Known| is_reworded(&known.title, title);
        // The number of a decision that is withdrawn is free for people, if not for us.
        let stays = |known: &Known| !known.is_withdrawn() || is_same(known);
        let owner = owner.filter(|at| stays(&year.known[*at]));
        let place = format!("{}, title", draft.at);
        match owner.or_else(|| near.first().copied()) {
            None => Decided::New,
            Some(at) if Some(at) == owner && is_same(&year.known[at]) => {
                let found = format!(
                    "{}, till now {}",
                    shown(title),
                    shown(&year.known[at].title)
                );
                let expected = format!(
                    "the title of `{}` (taken as its new one; if it is another decision: --replaced {0})",
                    year.known[at].id
                );
                self.plan.warnings.push(Fault::new(place, found, expected));
                Decided::Known(at)
            }
            Some(at) => {
                let asked = question(place, title, &year.known[at], seq);
                self.plan.faults.push(asked);
                Decided::Asked
            }
        }
    }

    /// Decisions under way that no row is and whose titles are worded nearly as `title`.
    fn near(&mut self, year: usize, title: &str) -> Vec<usize> {
        let year = &self.years.all[year];
        let answers = self.answers;
        let mut near = Vec::new();
        for at in year.open.iter().copied() {
            let known = &year.known[at];
            if known.is_claimed || answers.replaced.contains(&known.id) {
                continue;
            }
            self.pairs += 1;
            if self.pairs > MOST_PAIRS {
                return Vec::new();
            }
            if is_reworded(&known.title, title) {
                near.push(at);
            }
        }
        near
    }

    /// The row is a decision of the catalogue, which keeps its key and its number.
    fn known_entry<'d>(&mut self, draft: &'d Draft, year: usize, known: usize) -> Entry<'d> {
        let known = &self.years.all[year].known[known];
        if let Some(printed) = draft.whole("seq").filter(|printed| *printed != known.seq) {
            self.plan.readings.push(Reading {
                place: draft.at.to_string(),
                column: "seq",
                text: printed.to_string(),
                read: Some(known.seq.to_string()),
                rule: format!("`{}` keeps its number", known.id),
            });
        }
        let mut entry = Entry::new(draft, Some(known.id.clone()), false);
        entry.seq = Some(known.seq);
        if known.is_withdrawn() && !gives(draft, "status") {
            entry.is_readmitted = self.answers.readmitted.contains(&known.id);
            self.used.insert(known.id.clone());
            self.plan.listed_again.push(ListedAgain {
                place: draft.at.to_string(),
                id: known.id.clone(),
                title: known.title.clone(),
                is_readmitted: entry.is_readmitted,
            });
        }
        entry
    }

    fn new_entry<'d>(
        &mut self,
        draft: &'d Draft,
        year: usize,
        printed: i64,
    ) -> rusqlite::Result<Entry<'d>> {
        let year = &mut self.years.all[year];
        let seq = year.place_for(printed);
        let mut warn = |column: &str, found, expected: &str| {
            let place = format!("{}, {column}", draft.at);
            self.plan.warnings.push(Fault::new(place, found, expected));
        };
        if seq != printed {
            let (found, expected) = taken(year, printed, seq);
            warn("seq", found, expected);
        }
        let (key, customary) = self.keys.make(year.series.1, seq)?;
        if key != customary {
            let found = format!("`{customary}`, which another row has (the key is `{key}`)");
            warn("id", found, "a key of its own");
        }
        let mut entry = Entry::new(draft, Some(key), true);
        entry.seq = Some(seq);
        Ok(entry)
    }

    fn warn_of_idle_answers(&mut self) {
        let known = self.years.all.iter().flat_map(|year| &year.known);
        let gone = known.filter(|known| !known.is_claimed);
        let gone: BTreeSet<&str> = gone.map(|known| known.id.as_str()).collect();
        let answers = self.answers;
        let renamed = answers.renamed.iter().map(|id| ("--renamed", id));
        let replaced = answers.replaced.iter().map(|id| ("--replaced", id));
        let readmitted = answers.readmitted.iter().map(|id| ("--readmit", id));
        for (option, id) in renamed.chain(replaced).chain(readmitted) {
            let is_used = match option {
                "--replaced" => gone.contains(id.as_str()),
                _ => self.used.contains(id),
            };
            if !is_used {
                let expected = "a decision that the file raises this question about (it changes nothing; a row is that \
                     decision for certain where its key stands in a column 事项编号)";
                self.plan
                    .warnings
                    .push(Fault::new(option, id.as_str(), expected));
            }
        }
        if self.pairs > MOST_PAIRS {
            let found = format!("more than {MOST_PAIRS} pairs of titles");
            let expected = "fewer, to be compared for likeness (the rest was not)";
            self.plan
                .warnings
                .push(Fault::new("titles", found, expected));
        }
    }
}

/// What is known of a row with a new title.
enum Decided {
    /// It is that decision of the year.
    Known(usize),
    New,
    /// Only a person can say.
    Asked,
}

/// Whether the draft's table has that column.
fn gives(draft: &Draft, column: &str) -> bool {
    let place = Table::Decision.place_of(column);
    place.is_some_and(|place| draft.values()[place].is_some())
}
