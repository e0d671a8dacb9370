//! A few sessions to one relay, each used by one mail at a time.
//!
//! Owns how many connections there are and when one is used again. Refuses to share
//! a session: it is taken out while in use, so an error, a deadline or a cancelled
//! send drops it, and its unread reply with it.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use lettre::address::Envelope;
use tokio::sync::Semaphore;

use super::Route;
use super::failure::Failure;
use super::gate::Gate;
use super::session::Session;
use crate::channels::plain;
use crate::domain::delivery::{Class, Outcome};

/// The way to one relay.
pub(super) struct Relay {
    route: Route,
    parked: Mutex<Vec<Session>>,
    permits: Semaphore,
    gate: Gate,
}

impl Relay {
    pub(super) fn new(route: Route, connections: usize) -> Self {
        Self {
            route,
            parked: Mutex::new(Vec::new()),
            permits: Semaphore::new(connections),
            gate: Gate::default(),
        }
    }

    /// Sends one mail. It waits for a free connection; whoever has many mails gives each its
    /// turn beforehand, so that this wait is none.
    pub(super) async fn send(
        &self,
        envelope: &Envelope,
        mail: &[u8],
        now: DateTime<Utc>,
    ) -> Outcome {
        let deadlines = &self.route.deadlines;
        let Ok(_permit) = self.permits.acquire().await else {
            return Outcome::new(Class::Deferred, "connect", "the relay is closed");
        };
        let mut session = match self.take(now).await {
            Ok(session) => session,
            Err(failure) => return failure.outcome(now),
        };
        match session.deliver(envelope, mail, deadlines).await {
            Ok(words) => {
                self.put_back(session);
                Outcome::new(Class::Accepted, "reply", plain::peer_words(&words))
                    .with_code(Some(250))
            }
            Err(failure) => {
                if failure.keeps_session() {
                    self.put_back(session);
                }
                failure.outcome(now)
            }
        }
    }

    /// Says goodbye on every parked connection, on all at once: one that does not answer
    /// costs the others no time.
    pub(super) async fn close(&self) {
        let parked = std::iter::from_fn(|| self.unpark());
        join_all(parked.map(Session::quit)).await;
    }

    async fn take(&self, now: DateTime<Utc>) -> Result<Session, Failure> {
        while let Some(mut session) = self.unpark() {
            if session.renew(&self.route.deadlines).await {
                return Ok(session);
            }
        }
        self.gate.pass(now, Session::open(&self.route)).await
    }

    fn unpark(&self) -> Option<Session> {
        // A list of connections has no half-done state that a panic could leave behind.
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        parked.pop()
    }

    fn put_back(&self, session: Session) {
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        parked.extend(session.park());
    }
}
