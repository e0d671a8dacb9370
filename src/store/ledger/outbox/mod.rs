//! The outbox: messages on their way, and transactions 2 and 3.
//!
//! Owns enqueueing a notice, claiming messages with a lease that is on disk before
//! the network is touched, settling what came of it, and giving back what a dead
//! process held. Refuses to send and to judge.
//!
//! SQLite gives `$1` its place by where it first stands in a statement, not by its
//! number: in every statement they first stand in order.

mod queue;

mod claim;
mod settle;

mod giving_back;

pub(super) use claim::standing;
pub use claim::{Claim, Claimed, Lease, claim};
pub use giving_back::{Abandoned, give_back, retry};
pub use queue::{cancel, enqueue, enqueue_digest};
pub use settle::settle;
