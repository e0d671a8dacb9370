//! What an administrator types, and what comes back.
//!
//! Owns the command line, its help and everything it prints. Refuses to know the
//! law, to write SQL or to send anything: it asks the rooms below and shows what
//! they answer. Results go to stdout, everything else to stderr.

pub mod args;
pub mod subcommands;

mod acknowledging;
mod asked;
mod asking;
mod auditing;
mod backward;
mod backing_up;
mod by_hand;
mod catalogue;
mod changed;
mod checking;
mod completion;
mod day;
mod demo;
mod events;
mod excusing;
mod health;
mod meant;
mod pack_words;
mod preview;
mod reading_workbooks;
mod readings;
mod register;
mod restoring;
mod rule_diff;
mod rule_words;
mod rulebook;
mod running;
mod shown;
mod test_send;
mod templates;
mod unfinished;
mod working_days;

pub mod library;
pub mod outcome;

pub mod table;
pub mod text;
pub mod trail;
pub mod units;

pub mod calendar;
pub mod counting;
pub mod due;
pub mod filter;
pub mod loading;
pub mod moves;
pub mod notices;
pub mod planned;
pub mod waiting;
pub mod why;

use std::process::ExitCode;

use args::{CatalogCommand, Cli, Command};
use library::Books;

use crate::clock::Clock;

/// Runs a command line to its end.
#[must_use]
pub fn run(cli: &Cli) -> ExitCode {
    outcome::exit(dispatch(cli))
}

fn dispatch(cli: &Cli) -> anyhow::Result<()> {
    let clock = Clock::System;
    match &cli.command {
        Command::Demo(args) => return demo::run(args, &clock),
        Command::Run => return running::run(cli, clock),
        Command::ReadWorkbook => return reading_workbooks::run(),
        Command::Check(args) => return checking::check(cli, args, &clock),
        Command::Units(command) => return units::run(cli, command),
        Command::Completions { shell } => return completion::run(*shell),
        // A catalogue is made before there is a configuration that names it.
        Command::Catalog(CatalogCommand::Init { file }) => return catalogue::init(file),
        _ => {}
    }
    let books = Books::open(cli)?;
    match &cli.command {
        Command::Catalog(command) => catalogue::catalog(&books, command, &clock),
        Command::Event(command) => events::run(&books, command, &clock),
        Command::Waive(args) => excusing::waive(&books, args, &clock),
        Command::Extend(args) => excusing::extend(&books, args, &clock),
        Command::Due(args) => asking::due(&books, args, &clock),
        Command::Export(args) => register::run(&books, args, &clock),
        Command::Plan(args) => asking::plan(&books, args, &clock),
        Command::Why(args) => asking::why(&books, args, &clock),
        Command::Calendar(command) => working_days::calendar(&books, command, &clock),
        Command::Backward(args) => backward::backward(&books, args, &clock),
        Command::Rules(command) => rulebook::rules(&books, command, &clock),
        Command::Templates(command) => templates::run(&books, command),
        Command::Notices(command) => notices::run(&books, command, &clock),
        Command::Ack(args) => acknowledging::run(&books, args, &clock),
        Command::Preview(args) => preview::run(&books, args, &clock),
        Command::TestSend(args) => test_send::run(&books, args, &clock),
        Command::Audit(command) => auditing::run(&books, command),
        Command::Health(args) => health::health(&books, args, &clock),
        Command::Clock(command) => health::clock(&books, command, &clock),
        Command::Backup { file } => backing_up::backup(&books, file, &clock),
        Command::Restore(args) => restoring::run(&books, args, &clock),
        // Answered above.
        Command::Demo(_)
        | Command::Run
        | Command::ReadWorkbook
        | Command::Check(_)
        | Command::Completions { .. }
        | Command::Units(_) => Ok(()),
    }
}
