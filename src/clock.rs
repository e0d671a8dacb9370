//! What time it is: the only place that asks.
//!
//! Owns the system's clock and a clock that is set by hand, for the demo's
//! simulated year and for tests. Refuses to sleep and to schedule.
//!
//! The law runs on civil dates in Asia/Shanghai, machines on instants; the two are
//! converted here and nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::{Asia::Shanghai, Tz};

/// The zone the law is counted in.
pub const ZONE: Tz = Shanghai;

/// Its distance from UTC outside summer time.
const STANDARD_OFFSET_HOURS: i64 = 8;

/// A source of the present moment.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The host's clock.
    #[default]
    System,
    /// A clock that only moves when it is told to; milliseconds since 1970.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at` until it is moved.
    #[must_use]
    pub fn set_at(at: DateTime<Utc>) -> Self {
        Self::Set(Arc::new(AtomicI64::new(at.timestamp_millis())))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => system_now(),
            Self::Set(millis) => {
                DateTime::from_timestamp_millis(millis.load(Ordering::SeqCst)).unwrap_or_default()
            }
        }
    }

    /// Moves a set clock to `at`; the host's clock is never moved.
    pub fn move_to(&self, at: DateTime<Utc>) {
        if let Self::Set(millis) = self {
            millis.store(at.timestamp_millis(), Ordering::SeqCst);
        }
    }

    /// Today, in the law's zone.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        civil(self.now()).date()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that asks what time it is"
)]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

/// The civil date and time of an instant, in the law's zone.
#[must_use]
pub fn civil(at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&ZONE).naive_local()
}

/// The instant of a civil date and time in the law's zone. Of an hour that summer time
/// skipped (it was kept from 1986 to 1991), standard time decides.
#[must_use]
pub fn instant(at: NaiveDateTime) -> DateTime<Utc> {
    match ZONE.from_local_datetime(&at).earliest() {
        Some(local) => local.with_timezone(&Utc),
        None => (at - Duration::hours(STANDARD_OFFSET_HOURS)).and_utc(),
    }
}
