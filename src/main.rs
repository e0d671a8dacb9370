//! Parses the command line, runs it, and exits with its code.

use std::process::ExitCode;

use clap::Parser as _;
use duban::cli::{self, args::Cli};

fn main() -> ExitCode {
    cli::run(&Cli::parse())
}
