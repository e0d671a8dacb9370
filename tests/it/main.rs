//! Everything duban promises, tested from outside.
//!
//! One binary, a module for each promise, so that shared support links once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod almanac;
mod audit;
mod auditor;
mod backward;
mod bell;
mod by_hand;
mod cases;
mod catalog;
mod changes;
mod cities;
mod cli_commands;
mod cli_counting;
mod cli_due;
mod cli_excusing;
mod cli_keeping;
mod cli_loading;
mod cli_preview;
mod cli_rulebook;
mod cli_sending;
mod cli_tables;
mod clock;
mod closing;
mod config;
mod counting;
mod crash;
mod daemon;
mod digest;
mod directory;
mod edges;
mod egress;
mod fair;
mod findings;
mod gaps;
mod golden;
mod holds;
mod journey;
mod ladder;
mod lanes;
mod lapsing;
mod ledger;
mod mail;
mod moves;
mod needs_a_person;
mod pack;
mod procedure;
mod properties;
mod rebuild;
mod receiver;
mod register;
mod restore;
mod retrying;
mod revisions;
mod robot;
mod robot_answers;
mod rule_sentences;
mod rules;
mod sample;
mod spread;
mod stand_ins;
mod support;
mod tidy;
mod truth;
mod upward;
mod web;
mod webhook;
mod wording;
