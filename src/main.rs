//! Parses the command line, runs it, and exits with its code; or suggests how it goes on.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use clap_complete::CompleteEnv;
use duban::cli::{self, args::Cli};

fn main() -> ExitCode {
    CompleteEnv::with_factory(Cli::command).complete();
    cli::run(&Cli::parse())
}
