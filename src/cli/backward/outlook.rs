//! Whether the meeting can still be lawful, in words.
//!
//! Owns what is said below the table. Refuses to name a day that was not searched for.

use super::super::table::Ink;
use super::super::trail::date;
use super::sheet::Sheet;
use crate::domain::backward::{Instead, Obstacle, Outlook, SEARCHED_DAYS};

impl Sheet<'_> {
    /// One line each, with its ink.
    pub(super) fn outlook(&self) -> Vec<(String, Ink)> {
        let Outlook::TooLate { obstacles, instead } = &self.timetable.outlook else {
            let line = format!(
                "as of {} every statutory step can still be in time for this meeting",
                date(self.today)
            );
            return vec![(line, Ink::Green)];
        };
        let mut lines = vec![(
            format!(
                "as of {} this meeting is already too early:",
                date(self.today)
            ),
            Ink::Red,
        )];
        lines.extend(obstacles.iter().map(|one| (obstacle(one), Ink::Red)));
        match instead {
            Instead::Earliest { on, provisional } => {
                let unsure = if *provisional {
                    ", provisional: a year it touches has no holiday notice"
                } else {
                    ""
                };
                let line = format!("the earliest lawful meeting would be {}{unsure}", date(*on));
                lines.push((line, Ink::Bold));
            }
            Instead::None { obstacles } => {
                let line = format!(
                    "as recorded no meeting within {SEARCHED_DAYS} days would be lawful; it takes the step anew, or a waiver with its reason:"
                );
                lines.push((line, Ink::Bold));
                lines.extend(obstacles.iter().map(|one| (obstacle(one), Ink::Bold)));
            }
        }
        lines
    }
}

fn obstacle(one: &Obstacle) -> String {
    let recorded = one.recorded_on;
    let state = recorded.map_or_else(
        || "which is past".to_owned(),
        |on| format!("but it is recorded for {}", date(on)),
    );
    let latest = date(one.latest_on);
    format!(
        "  {} ({}): the latest day is {latest}, {state}",
        one.event, one.rule
    )
}
