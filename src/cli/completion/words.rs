//! The command line so far, as the shell hands it over.
//!
//! Owns finding the configuration and the catalogue it means. Refuses to parse the rest: it is
//! not finished.

use std::env;
use std::path::PathBuf;

use crate::cli::args::{Cli, Command};
use crate::cli::library::settings;
use crate::config::Config;
use crate::store::catalog::Catalog;

/// The words after `--`, which parts them from the shell's own.
pub(super) fn words() -> Vec<String> {
    let words = env::args_os().map(|word| word.to_string_lossy().into_owned());
    words.skip_while(|word| word != "--").skip(1).collect()
}

/// The settings that the line means, as the command itself would find them.
pub(super) fn config() -> Option<Config> {
    let words = words();
    let line = Cli {
        command: Command::Run,
        config: option(&words, "--config"),
        catalog: option(&words, "--catalog"),
    };
    settings(&line).ok()
}

/// The catalogue of `config`, for a glance.
pub(super) fn catalog(config: &Config) -> Option<Catalog> {
    Catalog::at_a_glance(&config.catalog).ok()
}

/// The value of a long option: its own word, after `=`, or as bash parts it, after a word `=`.
fn option(words: &[String], name: &str) -> Option<PathBuf> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = match word.strip_prefix(name) {
            Some("") => words
                .next()
                .filter(|next| *next != "=")
                .or_else(|| words.next())
                .cloned(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        if let Some(value) = value {
            return Some(PathBuf::from(value));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_found_in_each_way_it_reaches_us() {
        for line in [
            "duban due --catalog a.db",
            "duban --catalog=a.db due",
            "duban due --catalog = a.db",
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(
                option(&words, "--catalog"),
                Some(PathBuf::from("a.db")),
                "{line}"
            );
            assert_eq!(option(&words, "--config"), None);
        }
    }
}
