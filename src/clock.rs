//! What time it is: the only place that asks.
//!
//! Owns the system's clocks, a clock that is set by hand, for the demo's simulated year and
//! for tests, and what tells one boot of the host from another. Refuses to sleep, to
//! schedule, and to judge whether the wall clock can be right: `domain::timekeeping` does.
//!
//! The law runs on civil dates in Asia/Shanghai, machines on instants; the two are
//! converted here and nowhere else.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{Asia::Shanghai, Tz};
use rustix::time::{ClockId, clock_gettime};

/// The zone the law is counted in.
pub const ZONE: Tz = Shanghai;

/// Its distance from UTC outside summer time.
const STANDARD_OFFSET_HOURS: i64 = 8;

/// Where the kernel says which boot this is (`random(4)`).
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Where the unit says it (`%b`, systemd.unit(5)): `ProcSubset=pid` hides the kernel's file.
const BOOT_ID_GIVEN: &str = "DUBAN_BOOT_ID";

/// A source of the present moment.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The host's clocks.
    #[default]
    System,
    /// Clocks that only move when they are told to.
    Set(Arc<Mutex<Hands>>),
}

/// Where the clocks that are set by hand stand.
#[derive(Debug, Clone, Copy)]
pub struct Hands {
    wall: DateTime<Utc>,
    since_boot: TimeDelta,
    boots: u32,
}

impl Clock {
    /// Clocks that stand at `at` until they are moved, on a host that has just been booted.
    #[must_use]
    pub fn set_at(at: DateTime<Utc>) -> Self {
        Self::Set(Arc::new(Mutex::new(Hands {
            wall: at,
            since_boot: TimeDelta::zero(),
            boots: 1,
        })))
    }

    /// What the wall clock shows.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.read().0
    }

    /// What the wall clock shows, and how long ago the host was booted, read together. A
    /// suspended host goes on counting; setting the wall clock does not move the other.
    #[must_use]
    pub fn read(&self) -> (DateTime<Utc>, TimeDelta) {
        match self {
            Self::System => (system_now(), since_boot()),
            Self::Set(hands) => {
                let hands = hands.lock().unwrap_or_else(PoisonError::into_inner);
                (hands.wall, hands.since_boot)
            }
        }
    }

    /// Which boot of the host this is.
    #[must_use]
    pub fn boot(&self) -> String {
        match self {
            Self::System => system_boot().to_owned(),
            Self::Set(hands) => {
                let hands = hands.lock().unwrap_or_else(PoisonError::into_inner);
                format!("boot {}", hands.boots)
            }
        }
    }

    /// Lets time pass on set clocks until the wall clock shows `at`. The host's clocks are
    /// never moved.
    pub fn move_to(&self, at: DateTime<Utc>) {
        self.adjust(|hands| {
            // Time does not run backwards; a wall clock can.
            hands.since_boot += (at - hands.wall).max(TimeDelta::zero());
            hands.wall = at;
        });
    }

    /// Sets the wall clock to `at`, while no time passes.
    pub fn jump_to(&self, at: DateTime<Utc>) {
        self.adjust(|hands| hands.wall = at);
    }

    /// Boots the host anew; its wall clock then shows `at`.
    pub fn boot_at(&self, at: DateTime<Utc>) {
        self.adjust(|hands| {
            *hands = Hands {
                wall: at,
                since_boot: TimeDelta::zero(),
                boots: hands.boots + 1,
            }
        });
    }

    fn adjust(&self, adjust: impl FnOnce(&mut Hands)) {
        if let Self::Set(hands) = self {
            adjust(&mut hands.lock().unwrap_or_else(PoisonError::into_inner));
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

fn since_boot() -> TimeDelta {
    let since = clock_gettime(ClockId::Boottime);
    TimeDelta::seconds(since.tv_sec) + TimeDelta::nanoseconds(since.tv_nsec)
}

/// The kernel's name for this boot. Where nobody gives one, a name that no other process
/// has: what an earlier process wrote then counts as of another boot.
fn system_boot() -> &'static str {
    static BOOT: OnceLock<String> = OnceLock::new();
    BOOT.get_or_init(|| {
        let given = std::env::var(BOOT_ID_GIVEN).ok();
        let named = given.or_else(|| std::fs::read_to_string(BOOT_ID).ok());
        // The unit writes it without the kernel's dashes.
        let named = named.map(|name| name.trim().replace('-', ""));
        named.filter(|name| !name.is_empty()).unwrap_or_else(|| {
            let (pid, at) = (std::process::id(), system_now().timestamp_millis());
            format!("process {pid} of {at}")
        })
    })
}

/// The civil date and time of an instant, in the law's zone.
#[must_use]
pub fn civil(at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&ZONE).naive_local()
}

/// An instant as people read it: civil date and time in the law's zone, to the minute.
#[must_use]
pub fn to_minute(at: DateTime<Utc>) -> String {
    civil(at).format("%Y-%m-%d %H:%M").to_string()
}

/// The same of an instant as it is written down (RFC 3339); as it stands if it is none.
#[must_use]
pub fn written_to_minute(at: &str) -> String {
    at.parse().map_or_else(|_| at.to_owned(), to_minute)
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
