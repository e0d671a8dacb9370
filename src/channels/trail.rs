//! A trail short enough to send: runs of counted and of skipped days become one line.
//!
//! Owns the shape of a trail in mails and webhooks. Refuses to leave a step out:
//! every day of the full trail lies in one of the runs.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::calendar::Day;
use crate::domain::counting::Step;

/// One line of a trail: a run of days, or any other step as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Line {
    /// Days next to each other in the count.
    Run(Run),
    /// A step that stands alone.
    Single(Step),
}

/// Days next to each other that were counted, or passed over for the same reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Run {
    step: &'static str,
    /// Place of the first and the last day in the count; absent for skipped days.
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<(u32, u32)>,
    from: NaiveDate,
    to: NaiveDate,
    /// What kind of day they are, where it mattered.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<Day>,
}

/// The trail in as few lines as it has runs.
pub(super) fn compact(trail: &[Step]) -> Vec<Line> {
    // Where a rest day was counted, every day counts and its kind says nothing.
    let every_day = trail
        .iter()
        .any(|step| matches!(step, Step::Counted { day, .. } if !day.is_working()));
    let mut lines: Vec<Line> = Vec::new();
    for step in trail {
        let line = line(step, every_day);
        if let (Some(Line::Run(last)), Line::Run(next)) = (lines.last_mut(), &line)
            && last.goes_on_with(next)
        {
            last.take(next);
        } else {
            lines.push(line);
        }
    }
    lines
}

fn line(step: &Step, every_day: bool) -> Line {
    match step {
        Step::Counted { n, on, day } => Line::Run(Run {
            step: "counted",
            n: Some((*n, *n)),
            from: *on,
            to: *on,
            day: (!every_day).then(|| day.clone()),
        }),
        Step::Skipped { on, day } => Line::Run(Run {
            step: "skipped",
            n: None,
            from: *on,
            to: *on,
            day: Some(day.clone()),
        }),
        other => Line::Single(other.clone()),
    }
}

impl Run {
    fn goes_on_with(&self, next: &Self) -> bool {
        self.step == next.step && self.day == next.day
    }

    fn take(&mut self, next: &Self) {
        self.to = next.to;
        if let (Some((_, last)), Some((_, n))) = (self.n.as_mut(), next.n) {
            *last = n;
        }
    }
}
