//! duban (督办): the statutory dates of a city's major administrative decisions, and the
//! right people told in time.
//!
//! The journey of one date, and the room each step lives in:
//!
//! 1. `store::catalog` reads a decision and its events from the city's database.
//! 2. `domain::rules` derives its obligations, each date with the way that led there.
//! 3. `domain::ladder` finds the rung that is reached, `domain::address` who is told.
//! 4. `jobs::plan` puts the notices into `store::ledger`: transaction 1.
//! 5. `jobs::deliver` claims a message, its attempt on disk before the network is
//!    touched (transaction 2), sends it over `channels`, has `domain::delivery` judge
//!    the outcome, and settles receipt and audit entry together (transaction 3).
//!
//! `daemon` wires the loops, `cli` shows the same steps to people, `config` reads what
//! an administrator wrote, `clock` is the only one that asks what time it is.

pub mod domain;
pub mod clock;

pub mod store;
pub mod channels;
pub mod jobs;
pub mod web;

pub mod config;
pub mod daemon;
pub mod cli;
