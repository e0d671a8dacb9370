//! What is asked, and what is said, where a number of the file is not the catalogue's.
//!
//! Owns these sentences. Refuses to decide anything.

use crate::domain::fault::Fault;
use crate::store::text::shown;

use super::years::{Known, Year};

/// Whether `title`, printed as number `seq`, is the decision `known` or another one.
pub(super) fn question(place: String, title: &str, known: &Known, seq: i64) -> Fault {
    let found = if known.seq == seq {
        format!(
            "{} at number {seq}, which is `{}` {} in the catalogue",
            shown(title),
            known.id,
            shown(&known.title)
        )
    } else {
        format!(
            "{}, and `{}` {}, which the file does not list",
            shown(title),
            known.id,
            shown(&known.title)
        )
    };
    let id = &known.id;
    let expected = format!(
        "an answer: --renamed {id} if it is that decision under a new title, --replaced {id} if it is another one"
    );
    Fault::new(place, found, expected)
}

/// Why a new decision does not get the number that is printed.
pub(super) fn taken(year: &Year, printed: i64, seq: i64) -> (String, &'static str) {
    match year.at(printed) {
        Some(at) => (
            format!(
                "the number {printed}, which `{}` has (taken as {seq})",
                year.known[at].id
            ),
            "a number that no decision of the catalogue has",
        ),
        None => (
            format!("the number {printed} again (taken as {seq})"),
            "numbers that do not start again in each group",
        ),
    }
}
