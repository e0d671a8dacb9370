//! The table: what was measured, small and large, their ratio, the bar, and the verdict.
//!
//! Owns what counts as missed. A number over its bar by less than its margin is shown as
//! `near`: on a shared machine the same measurement differs by about as much from one run
//! to the next. Only beyond the margin the bench fails.

use std::fmt::Write as _;
use std::time::Duration;

/// Ratios of wall times: medians of repeated runs still move by about a fifth.
pub(crate) const TIME_MARGIN: f64 = 1.25;
/// Memory hardly moves: a page more or less.
pub(crate) const MEMORY_MARGIN: f64 = 1.05;

/// The few milliseconds that a minute's rest costs were three times as many where other
/// programs had emptied the processor's caches.
pub(crate) const REST_MARGIN: f64 = 2.0;

/// Which side of the bar is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    AtMost,
    AtLeast,
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) small: String,
    pub(crate) large: String,
    pub(crate) measured: f64,
    pub(crate) unit: &'static str,
    pub(crate) want: Want,
    pub(crate) bar: f64,
    pub(crate) margin: f64,
}

impl Line {
    /// `large` may take at most `bar` times as long as `small`.
    pub(crate) fn times(
        what: impl Into<String>,
        small: Duration,
        large: Duration,
        bar: f64,
    ) -> Self {
        Self {
            what: what.into(),
            small: millis(small),
            large: millis(large),
            measured: large.as_secs_f64() / small.as_secs_f64(),
            unit: "x",
            want: Want::AtMost,
            bar,
            margin: TIME_MARGIN,
        }
    }

    /// A number on its own, at most `bar`.
    pub(crate) fn at_most(
        what: impl Into<String>,
        measured: f64,
        unit: &'static str,
        bar: f64,
    ) -> Self {
        Self {
            what: what.into(),
            small: String::new(),
            large: format!("{measured:.3} {unit}"),
            measured,
            unit,
            want: Want::AtMost,
            bar,
            margin: TIME_MARGIN,
        }
    }

    fn verdict(&self) -> &'static str {
        let over = match self.want {
            Want::AtMost => self.measured / self.bar,
            Want::AtLeast => self.bar / self.measured,
        };
        if over <= 1.0 {
            "ok"
        } else if over <= self.margin {
            "near"
        } else {
            "OVER"
        }
    }

    fn cells(&self) -> [String; 6] {
        let sign = match self.want {
            Want::AtMost => "<=",
            Want::AtLeast => ">=",
        };
        [
            self.what.clone(),
            self.small.clone(),
            self.large.clone(),
            format!("{:.3} {}", self.measured, self.unit),
            format!("{sign} {} {}", self.bar, self.unit),
            self.verdict().to_owned(),
        ]
    }
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

/// The table as text, and whether no bar is missed.
pub(crate) fn table(lines: &[Line]) -> (String, bool) {
    let head = ["what", "small", "large", "measured", "bar", ""].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(head)
        .chain(lines.iter().map(Line::cells))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..6).filter_map(width).collect();
    let mut text = String::new();
    for row in &rows {
        for (cell, width) in row.iter().zip(&widths) {
            // Writing to a string cannot fail.
            let _ = write!(text, "{cell:<width$}  ");
        }
        text.push('\n');
    }
    let is_kept = lines.iter().all(|line| line.verdict() != "OVER");
    (text, is_kept)
}

/// The middle of `runs`.
pub(crate) fn median(mut runs: Vec<Duration>) -> Duration {
    runs.sort();
    runs.get(runs.len() / 2).copied().unwrap_or_default()
}

/// How far the quickest and the slowest of `runs` lie apart, as a share of the quickest.
pub(crate) fn spread(runs: &[Duration]) -> f64 {
    let seconds = || runs.iter().map(Duration::as_secs_f64);
    let (least, most) = (
        seconds().fold(f64::MAX, f64::min),
        seconds().fold(0.0, f64::max),
    );
    most / least - 1.0
}
