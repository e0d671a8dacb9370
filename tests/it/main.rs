//! Everything duban promises, tested from outside.
//!
//! One binary, a module for each promise, so that shared support links once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod bell;
mod catalog;
mod config;
mod counting;
mod crash;
mod digest;
mod directory;
mod gaps;
mod golden;
mod holds;
mod journey;
mod ladder;
mod ledger;
mod mail;
mod pack;
mod revisions;
mod rules;
mod support;
mod webhook;
mod wording;
