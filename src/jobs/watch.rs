//! The watch over the clock: what it shows is believed, or everything is held.
//!
//! Owns the last reading that was accepted, in memory and in the ledger, and the hold that
//! begins with a jump and ends when the clock is back. Refuses to judge; that is
//! `domain::timekeeping`. Whoever claims asks it each time; the ledger hears once a round.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use tracing::info;

use super::Context;
use crate::clock::Clock;
use crate::domain::hold::Cause;
use crate::domain::timekeeping::{Judged, Jump, Reading, judge};
use crate::store::StoreError;
use crate::store::ledger::timekeeping::Known;
use crate::store::ledger::{Reader, timekeeping};

/// The accepted reading is written down this often: what it is needed for after a boot is
/// coarser than that, and an idle disk stays idle.
const WRITE_EVERY_MIN: i64 = 5;

/// The watch; its clones look at the same clock. One that has made no round yet believes.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The last reading that was accepted.
    accepted: Option<Reading>,
    /// The one in the ledger, as this process last saw it there.
    written: Option<Reading>,
    /// Where none was ever accepted: the newest moment the ledger knows.
    newest: Option<DateTime<Utc>>,
    /// The jump was told.
    is_told: bool,
}

impl Watch {
    /// What the clock shows, and whether it can be true.
    #[must_use]
    pub fn look(&self, clock: &Clock) -> Judged {
        let state = self.state();
        judge(&read(clock), state.accepted.as_ref(), state.newest)
    }

    /// Looks, once a round, and keeps the ledger's hold to what is seen. The next look
    /// compares with this one: small corrections never add up to a jump.
    ///
    /// # Errors
    /// What the ledger says.
    pub fn inspect(&self, context: &Context, reader: &Reader) -> Result<Judged, StoreError> {
        let known = reader.ask("read the clock's last reading", timekeeping::known)?;
        let reading = read(&context.clock);
        let judged = self.adopt_and_judge(&known, &reading);
        match judged.jump {
            Some(jump) => self.tell(context, &known, jump, (reading.wall, judged.now))?,
            None => self.accept(context, &known, reading)?,
        }
        Ok(judged)
    }

    /// What another process has written since, a person's confirmation or the run before
    /// this one, is what counts.
    fn adopt_and_judge(&self, known: &Known, reading: &Reading) -> Judged {
        let mut state = self.state();
        if known.accepted != state.written {
            state.accepted.clone_from(&known.accepted);
            state.written.clone_from(&known.accepted);
        }
        state.newest = known.newest;
        judge(reading, state.accepted.as_ref(), state.newest)
    }

    /// An audit entry once, also over restarts; the hold as often as it is not there. The
    /// round's inspection raises the alarm.
    fn tell(
        &self,
        context: &Context,
        known: &Known,
        jump: Jump,
        (wall, now): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<(), StoreError> {
        let is_held = known.held.is_some();
        let is_told = self.state().is_told || known.held.as_deref() == Some(Cause::Clock.name());
        if !is_told || !is_held {
            let hold = move |c: &_| timekeeping::hold(c, jump, wall, now);
            context.ledger.write_blocking("hold everything", hold)?;
        }
        self.state().is_told = true;
        Ok(())
    }

    fn accept(&self, context: &Context, known: &Known, reading: Reading) -> Result<(), StoreError> {
        let is_held = known.held.as_deref() == Some(Cause::Clock.name());
        let was_told = std::mem::take(&mut self.state().is_told);
        if is_held || was_told {
            info!(at = %reading.wall, "the clock is believed again");
        }
        let written = reading.clone();
        if is_held {
            let release = move |c: &_| timekeeping::release(c, &written);
            context
                .ledger
                .write_blocking("end the clock's hold", release)?;
        } else if self.is_worth_writing(&reading) {
            let accept = move |c: &_| timekeeping::accept(c, &written);
            context
                .ledger
                .write_blocking("keep the clock's reading", accept)?;
        } else {
            self.state().accepted = Some(reading);
            return Ok(());
        }
        let mut state = self.state();
        state.written = Some(reading.clone());
        state.accepted = Some(reading);
        Ok(())
    }

    fn is_worth_writing(&self, reading: &Reading) -> bool {
        let bound = TimeDelta::minutes(WRITE_EVERY_MIN);
        self.state().written.as_ref().is_none_or(|written| {
            written.boot != reading.boot || (reading.wall - written.wall).abs() >= bound
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wall clock and boot time, read together; to the millisecond, as they are written down.
#[must_use]
pub fn read(clock: &Clock) -> Reading {
    let (wall, since_boot) = clock.read();
    Reading {
        wall: wall.trunc_subsecs(3),
        since_boot: TimeDelta::milliseconds(since_boot.num_milliseconds()),
        boot: clock.boot(),
    }
}
