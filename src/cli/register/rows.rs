//! A duty, and what it lacks, as rows of the register.
//!
//! Owns what stands in which column. Refuses words of its own: every sentence is asked of the
//! templates.

use chrono::NaiveDate;
use serde_json::json;

use super::duties::{Duty, Question};
use super::form::Cell;
use super::standing::Standing;
use crate::channels::wording::WordingError;
use crate::channels::wording::register::RegisterWords;
use crate::cli::waiting::Because;
use crate::cli::why::working_days_late;
use crate::domain::address::{self, days_left};
use crate::domain::counting::Step;
use crate::domain::obligation::{Excuse, Missing, Obligation, State};
use crate::domain::pack::{Relation, Strength};
use crate::jobs::Library;

/// A row without its number, which is known when all are in order.
type Cells = Vec<Cell>;

/// Puts duties into rows.
pub(super) struct Scribe<'s, 'w> {
    words: &'s mut RegisterWords<'w>,
    library: &'s Library,
    today: NaiveDate,
}

impl<'s, 'w> Scribe<'s, 'w> {
    /// One for the duties of `question`.
    pub(super) const fn new(words: &'s mut RegisterWords<'w>, question: &'s Question<'_>) -> Self {
        Self {
            words,
            library: &question.books.library,
            today: question.today,
        }
    }

    /// The row of 台账.
    ///
    /// # Errors
    /// The templates do not fit the facts.
    pub(super) fn duty(&mut self, duty: &Duty<'_>) -> Result<Cells, WordingError> {
        let row = &duty.row;
        let standing = Standing::of(row, duty.because, self.today);
        let state = Cell::Lit {
            lamp: self.words.say("lamp", &standing)?,
            text: self.words.say("status", &standing)?,
        };
        let left = self.left(duty);
        let left = left.map_or(Cell::Empty, |(days, past)| Cell::Left { days, past });
        let basis = self.basis(duty)?;
        Ok(vec![
            state,
            Cell::text(row.decision),
            self.title(duty)?,
            Cell::text(rule(duty.obligation)),
            Cell::text(row.duty),
            Cell::text(basis),
            Cell::day(row.anchor_on),
            Cell::day(row.due_on),
            Cell::day(row.latest_on.filter(|on| Some(*on) != row.due_on)),
            left,
            self.responsible(duty)?,
            self.last(duty)?,
            Cell::text(self.remark(duty)?),
        ])
    }

    /// The row of 待补, of a duty that `because` waits.
    ///
    /// # Errors
    /// The templates do not fit the facts.
    pub(super) fn waiting(
        &mut self,
        duty: &Duty<'_>,
        because: Because,
    ) -> Result<Cells, WordingError> {
        let row = &duty.row;
        let lamp = if because == Because::NeverEntered {
            "late"
        } else {
            "near"
        };
        let state = Cell::Lit {
            lamp: lamp.to_owned(),
            text: self.words.say("because", &because)?,
        };
        let although = duty.lack.as_ref().map(|lack| &lack.although);
        let although = although.map(|kind| self.words.say("event", kind));
        Ok(vec![
            state,
            Cell::text(row.decision),
            self.title(duty)?,
            Cell::text(rule(duty.obligation)),
            Cell::text(row.duty),
            self.responsible(duty)?,
            Cell::text(self.needs(duty, "forgotten")?),
            Cell::text(although.transpose()?.unwrap_or_default()),
            Cell::day(duty.lack.as_ref().map(|lack| lack.on)),
        ])
    }

    /// The row of 后续.
    ///
    /// # Errors
    /// The templates do not fit the facts.
    pub(super) fn ahead(&mut self, duty: &Duty<'_>) -> Result<Cells, WordingError> {
        let row = &duty.row;
        Ok(vec![
            Cell::text(row.decision),
            self.title(duty)?,
            Cell::text(rule(duty.obligation)),
            Cell::text(row.duty),
            Cell::text(self.basis(duty)?),
            self.responsible(duty)?,
            Cell::text(self.needs(duty, "forgotten")?),
        ])
    }

    fn basis(&mut self, duty: &Duty<'_>) -> Result<String, WordingError> {
        let basis = address::cited(duty.obligation, &self.library.pack);
        self.words.say("bases", &basis)
    }

    /// The units that must act, by the names people have for them.
    ///
    /// # Errors
    /// The template does not fit.
    pub(super) fn units(&mut self, duty: &Duty<'_>) -> Result<String, WordingError> {
        let directory = &self.library.directory;
        let names = address::responsible(duty.obligation, duty.decision, directory);
        let shown = names.split('、');
        let shown = shown.map(|name| self.words.say("responsible", &name));
        Ok(shown.collect::<Result<Vec<_>, _>>()?.join("、"))
    }

    fn responsible(&mut self, duty: &Duty<'_>) -> Result<Cell, WordingError> {
        self.units(duty).map(Cell::text)
    }

    fn title(&mut self, duty: &Duty<'_>) -> Result<Cell, WordingError> {
        match duty.row.title {
            Some(title) => Ok(Cell::text(title)),
            None => self.words.name("title").map(Cell::text),
        }
    }

    /// Its light, as the mails have it.
    ///
    /// # Errors
    /// The template does not fit.
    pub(super) fn lamp(&mut self, duty: &Duty<'_>) -> Result<String, WordingError> {
        let standing = Standing::of(&duty.row, duty.because, self.today);
        self.words.say("lamp", &standing)
    }

    /// Working days to the date of what is still to be done, or gone since, and whether it is
    /// past. Between both readings there is neither, nor of a window that was cut short.
    pub(super) fn left(&self, duty: &Duty<'_>) -> Option<(i64, bool)> {
        let dates = duty.obligation.dates.filter(|_| duty.row.state.is_live())?;
        let past = self.today > dates.latest_on;
        let is_cut_short =
            duty.row.relation == Relation::NotBefore && duty.row.state == State::Overdue;
        if is_cut_short || (self.today > dates.due_on && !past) {
            return None;
        }
        Some((days_left(&dates, self.today, &self.library.calendar), past))
    }

    /// The last that happened.
    fn last(&mut self, duty: &Duty<'_>) -> Result<Cell, WordingError> {
        let events = duty.decision.events.iter();
        let happened = events.filter(|event| event.on_date <= self.today);
        match happened.max_by_key(|event| (event.on_date, event.id)) {
            Some(event) => {
                let facts = json!({ "on": event.on_date, "kind": event.kind });
                self.words.say("last", &facts).map(Cell::text)
            }
            None => Ok(Cell::Empty),
        }
    }

    /// Everything else that must not be overlooked, most pressing first.
    fn remark(&mut self, duty: &Duty<'_>) -> Result<String, WordingError> {
        let row = &duty.row;
        let mut parts = Vec::new();
        if row.provisional {
            parts.push(self.words.name("provisional")?);
        }
        if row.state == State::Waiting || duty.lack.is_some() {
            parts.push(self.needs(duty, "never_entered")?);
        }
        parts.extend(self.ending(duty)?);
        let extended = duty.row.trail.iter();
        for step in extended.filter(|step| matches!(step, Step::Extended { .. })) {
            parts.push(self.words.say("extended", step)?);
        }
        if !row.lacking.is_empty() && row.state.is_live() {
            parts.push(self.words.say("lacking", &row.lacking)?);
        }
        if row.state.is_live() {
            for candidate in row.candidates {
                parts.push(self.words.say("candidate", candidate)?);
            }
        }
        if row.strength == Strength::Advisory && row.state.is_live() {
            parts.push(self.words.name("advice")?);
        }
        if row.spoken_for && row.state.is_live() {
            parts.push(self.words.name("spoken_for")?);
        }
        parts.retain(|part| !part.is_empty());
        Ok(parts.join("；"))
    }

    /// What ended it: who let it off and why, or what was recorded when.
    fn ending(&mut self, duty: &Duty<'_>) -> Result<Vec<String>, WordingError> {
        let row = &duty.row;
        let mut parts = Vec::new();
        if let Some(excuse) = row.excuse.filter(|excuse| speaks(excuse, row.state)) {
            let facts = json!({ "ended": excuse, "candidates": row.candidates });
            parts.push(self.words.say("excuse", &facts)?);
        }
        let Some(on) = row.done_on else {
            return Ok(parts);
        };
        if row.relation == Relation::NotBefore && row.state == State::Overdue {
            parts.push(self.words.say("cut_short", &json!({ "on": on }))?);
        } else if row.state == State::Done {
            let facts = json!({
                "on": on,
                "counts": row.relation != Relation::NotBefore,
                "late": working_days_late(row, &self.library.calendar),
                "strength": row.strength,
                "evidence": row.evidence,
            });
            parts.push(self.words.say("done", &facts)?);
        }
        Ok(parts)
    }

    /// What it waits for: first what was never entered, in the words of that macro, then what else.
    fn needs(&mut self, duty: &Duty<'_>, never_entered: &str) -> Result<String, WordingError> {
        let forgotten = duty.lack.as_ref().map_or(&[][..], |lack| &lack.missing);
        let others = duty.row.missing.iter();
        let others: Vec<&Missing> = others.filter(|one| !is_among(one, forgotten)).collect();
        let mut parts = Vec::new();
        if !forgotten.is_empty() {
            parts.push(self.words.say(never_entered, &forgotten)?);
        }
        if !others.is_empty() {
            parts.push(self.words.say("missing", &others)?);
        }
        Ok(parts.join("；"))
    }
}

/// Whether what is `missing` is named among what was never entered, each with its alternatives.
fn is_among(missing: &Missing, forgotten: &[Vec<String>]) -> bool {
    let mut names = forgotten.iter().flatten();
    match missing {
        Missing::Anchor(anchors) => anchors
            .split(" | ")
            .any(|anchor| forgotten.iter().flatten().any(|name| name == anchor)),
        Missing::Flag(flag) => names.any(|name| name == flag),
        Missing::Term => names.any(|name| name.starts_with("field:term_")),
        Missing::Late(_) => false,
    }
}

/// A waiver that begins later or has lapsed is still worth a remark; what is done needs no excuse.
const fn speaks(excuse: &Excuse, state: State) -> bool {
    matches!(excuse, Excuse::Waived { .. }) || matches!(state, State::Exempt)
}

/// The rule, and which occurrence.
fn rule(obligation: &Obligation<'_>) -> String {
    let key = &obligation.key;
    if key.occurrence.is_empty() {
        key.rule.0.clone()
    } else {
        format!("{}/{}", key.rule.0, key.occurrence)
    }
}
