//! What could not be delivered goes to somebody else: the unit's other people and channels,
//! then the supervision centre.
//!
//! Owns looking for such messages in each round, and saying aloud where nobody is left.
//! Refuses to decide who is told; that is `domain::upward`.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{error, warn};

use super::plan::Desk;
use crate::clock::{civil, instant};
use crate::domain::address::Draft;
use crate::domain::notice::Digest;
use crate::domain::upward::{self, Books, Step};
use crate::store::StoreError;
use crate::store::ledger::outbox::{self, Stuck};
use crate::store::ledger::{Ledger, holds};

/// Lets fail upward whatever was given up or has failed for as long as `after`.
///
/// # Errors
/// Whatever a database says.
pub fn run(desk: &Desk<'_>, ledger: &Ledger, after: TimeDelta) -> Result<(), StoreError> {
    let since = desk.now - after;
    let stuck = desk.reader.ask("find what cannot be delivered", |c| {
        outbox::stuck(c, desk.now, since)
    })?;
    if stuck.is_empty() {
        return Ok(());
    }
    let held = desk.reader.ask("read the holds", holds::list)?;
    let held: Vec<String> = held.into_iter().map(|hold| hold.destination).collect();
    let books = Books {
        directory: &desk.library.directory,
        held: &held,
        patience: after,
        now: desk.now,
    };
    for one in stuck {
        match one.digest.clone() {
            Some(digest) => digest_instead(ledger, &one, digest, books)?,
            None => notices_instead(desk, ledger, one, books)?,
        }
    }
    Ok(())
}

fn notices_instead(
    desk: &Desk<'_>,
    ledger: &Ledger,
    stuck: Stuck,
    books: Books<'_>,
) -> Result<(), StoreError> {
    let Some(step) = upward::step(&stuck.failing, books) else {
        return Ok(());
    };
    let release = |draft: &Draft| {
        let latest_on = draft.facts.latest_on;
        let calendar = &desk.library.calendar;
        let window = desk.library.window;
        instant(window.release(civil(desk.now), latest_on, calendar))
    };
    let releases: Vec<DateTime<Utc>> = step.drafts.iter().map(release).collect();
    let now = desk.now;
    log(&stuck, &step);
    ledger.write_blocking("let a message fail upward", move |c| {
        outbox::fail_upward(c, &stuck, &step, &releases, now)
    })?;
    Ok(())
}

/// Nobody is above the centre: only its other channels are left.
fn digest_instead(
    ledger: &Ledger,
    stuck: &Stuck,
    digest: Digest,
    books: Books<'_>,
) -> Result<(), StoreError> {
    let to = upward::instead(&stuck.failing.recipient, books);
    let now = books.now;
    let made = ledger.write_blocking("send a digest another way", {
        let stuck = stuck.clone();
        move |c| outbox::send_digest_instead(c, &stuck, &digest, &to, now)
    })?;
    if made == 0 && !stuck.is_reached {
        lost(stuck);
    }
    Ok(())
}

fn log(stuck: &Stuck, step: &Step) {
    for draft in &step.drafts {
        let to = &draft.recipient;
        warn!(
            message = stuck.key,
            from = stuck.failing.recipient.unit,
            to = to.unit,
            channel = to.channel.name(),
            notice = draft.key,
            "not delivered, and told to somebody else"
        );
    }
    if step.is_lost {
        lost(stuck);
    }
}

/// The last line of all: whoever reads the log is the only one left.
fn lost(stuck: &Stuck) {
    let recipient = &stuck.failing.recipient;
    error!(
        message = stuck.key,
        unit = recipient.unit,
        channel = recipient.channel.name(),
        reason = stuck.failing.word,
        "the supervision centre itself cannot be reached; nobody else is left to tell"
    );
}
