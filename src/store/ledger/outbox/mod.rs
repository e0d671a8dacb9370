//! The outbox: messages on their way, and transactions 2 and 3.
//!
//! Owns enqueueing a notice, claiming messages with a lease that is on disk before
//! the network is touched, settling what came of it, giving back what a dead process
//! held or nobody was asked about, failing upward, and what people do by hand. Refuses to send and to judge.
//!
//! SQLite gives `$1` its place by where it first stands in a statement, not by its
//! number: in every statement they first stand in order.

mod queue;

mod claim;
mod settle;

mod giving_back;
mod desk;
mod upward;

pub use claim::{Claim, Claimed, Lease, begun_since, claim};
pub(super) use claim::{Taken, standing, take};
pub(super) use desk::ByHand;
pub use desk::{Touched, Whom, Wish, at_hand};
pub use giving_back::{Abandoned, give_back, put_back};
pub(super) use giving_back::{give_one_back, put_one_back};
pub(super) use queue::{DigestMade, cancel_notice};
pub use queue::{cancel, enqueue, enqueue_digest};
pub use settle::settle;
pub(super) use settle::{Receipt, record};
pub(super) use upward::FailedUpward;
pub use upward::{Stuck, fail_upward, send_digest_instead, stuck};
