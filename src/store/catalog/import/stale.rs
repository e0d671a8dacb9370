//! A planned time that somebody changed without the day that stands beside it.
//!
//! Owns finding that. Refuses to change the day: a row with a key says of it what it says.

use rusqlite::types::Value;

use super::draft::Draft;
use crate::domain::fault::Fault;
use crate::store::catalog::columns::Table;
use crate::store::catalog::times::planned;
use crate::store::text::shown;

/// Warns where `row` has another planned time than it had, and the day that fitted the old one.
pub(super) fn warning(draft: &Draft, known: Option<&[Value]>, row: &[Value]) -> Option<Fault> {
    let place_of = |name| draft.table.place_of(name);
    if draft.table != Table::Decision || draft.is_planned_derived {
        return None;
    }
    let (text, day) = (place_of("planned_text")?, place_of("planned_on")?);
    let had = |place: usize| known.map_or(&Value::Null, |known| &known[place]);
    let is_stale = had(text) != &row[text] && had(day) == &row[day];
    let Value::Text(said) = row.get(text).filter(|_| is_stale)? else {
        return None;
    };
    let year = place_of("year").and_then(|year| match row[year] {
        Value::Integer(year) => i32::try_from(year).ok(),
        _ => None,
    });
    let last = planned(said, year).last.map(|last| last.to_string());
    let kept = match &row[day] {
        Value::Text(day) => Some(day.clone()),
        _ => None,
    };
    if last == kept {
        return None;
    }
    let last = last.as_deref().unwrap_or("a day that fits");
    let expected = format!(
        "{last}, for planned_text is {} now (it was kept)",
        shown(said)
    );
    let found = kept.map_or_else(|| "nothing".to_owned(), |day| shown(&day));
    Some(Fault::new(
        format!("{}, planned_on", draft.at),
        found,
        expected,
    ))
}
