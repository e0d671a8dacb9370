//! Which rows of `due` are wanted.
//!
//! Owns what `--from`, `--to`, `--unit` and `--state` mean. Refuses to change a row.

use chrono::NaiveDate;

use super::args::DueArgs;
use super::due::Row;
use crate::domain::directory::Directory;
use crate::domain::obligation::State;

/// Which rows are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Due on or after this day; rows without a date are left out.
    pub from: Option<NaiveDate>,
    /// Due on or before this day; rows without a date are left out.
    pub to: Option<NaiveDate>,
    /// The responsible unit's full name.
    pub unit: Option<String>,
    /// These states; every one where it is empty.
    pub states: Vec<State>,
}

impl Filter {
    /// What the command line asks for; a unit may be named by any of its names.
    #[must_use]
    pub fn new(args: &DueArgs, directory: &Directory) -> Self {
        Self {
            from: args.from,
            to: args.to,
            ..Self::of(args.unit.as_deref(), &args.state, directory)
        }
    }

    /// Only what `unit` is responsible for, by any of its names, and only these states.
    #[must_use]
    pub fn of(unit: Option<&str>, states: &[State], directory: &Directory) -> Self {
        let full_name = |name: &str| {
            let unit = directory.unit(name);
            unit.map_or_else(|| name.to_owned(), |unit| unit.name.clone())
        };
        Self {
            unit: unit.map(full_name),
            states: states.to_vec(),
            ..Self::default()
        }
    }

    /// The same filter for a table: what is waiting, done or excused is left out unless
    /// it was asked for.
    #[must_use]
    pub fn for_people(mut self) -> Self {
        if self.states.is_empty() {
            self.states = vec![State::Overdue, State::Near, State::Open];
        }
        self
    }

    /// Whether `row` is wanted.
    #[must_use]
    pub fn wants(&self, row: &Row<'_>) -> bool {
        let in_time = match (self.from, self.to, row.due_on) {
            (None, None, _) => true,
            (_, _, None) => false,
            (from, to, Some(on)) => {
                from.is_none_or(|from| from <= on) && to.is_none_or(|to| on <= to)
            }
        };
        let by_unit = self.unit.as_ref();
        let by_unit = by_unit.is_none_or(|name| row.responsible.split('、').any(|one| one == name));
        in_time && by_unit && (self.states.is_empty() || self.states.contains(&row.state))
    }
}
