//! `templates …`: the wording of everything that is sent, and a city's own.
//!
//! Owns what is printed of templates and of their check. Refuses to change any: a city's own
//! stand in the folder that its configuration names.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::bail;
use clap::Subcommand;
use serde::Serialize;

use super::args::JsonArgs;
use super::due::write_json;
use super::library::Books;
use super::outcome::faulty;
use super::table::{Fit, Screen, Table};
use super::text::harmless;
use crate::channels::wording::Wording;
use crate::channels::wording::check::{Report, check};
use crate::channels::wording::folder::{self, TEMPLATES, Template};

/// `templates …`.
#[derive(Debug, Subcommand)]
pub enum TemplatesCommand {
    /// List every template, what it is for, and whether the city has its own.
    #[command(
        after_help = "Example:\n  duban templates list\n\nA file of the same name in the folder of [wording] replaces a built-in template."
    )]
    List(JsonArgs),
    /// Print a built-in template, to begin one's own with.
    #[command(
        after_help = "Example:\n  duban templates show words.txt > /etc/duban/templates/words.txt"
    )]
    Show {
        /// Its name.
        name: String,
    },
    /// Try every template on every sample, and list every fault; 78 if there is any.
    #[command(
        after_help = "Examples:\n  duban templates check\n  duban templates check --folder new-templates --json\n\nA fault names the template, its line, the first sample that shows it and, for a field that is\nnot there, the field. What is checked besides: the word every message carries, well-formed HTML,\nthe length a chat group takes, titles that mention people, confidential titles, and breaches\nwhere the law gives no number."
    )]
    Check {
        /// A folder to try instead of the one in force.
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
}

/// A template in `templates list`.
#[derive(Serialize)]
struct Listed {
    template: &'static str,
    purpose: &'static str,
    own: Option<String>,
}

/// Answers `templates …`.
///
/// # Errors
/// No such template, templates with faults, or stdout.
pub(super) fn run(books: &Books, command: &TemplatesCommand) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match command {
        TemplatesCommand::List(args) => list(&mut out, books, args.json)?,
        TemplatesCommand::Show { name } => out.write_all(named(name)?.source.as_bytes())?,
        TemplatesCommand::Check { folder, json } => {
            let folder = folder.as_deref().or(books.config.wording.as_deref());
            let report = match Wording::untried(folder) {
                Ok(wording) => check(&wording),
                Err(faults) => Report {
                    faults,
                    ..Report::default()
                },
            };
            write(&mut out, &report, *json)?;
            out.flush()?;
            if !report.faults.is_empty() {
                return Err(faulty(report.faults));
            }
        }
    }
    Ok(out.flush()?)
}

fn list(out: &mut dyn Write, books: &Books, json: bool) -> anyhow::Result<()> {
    let own = folder::own(books.config.wording.as_deref()).map_err(faulty)?;
    let listed = TEMPLATES.iter().map(|template| Listed {
        template: template.name,
        purpose: template.purpose,
        own: own
            .get(template.name)
            .map(|path| path.display().to_string()),
    });
    if json {
        return Ok(write_json(out, listed)?);
    }
    let columns = [
        ("TEMPLATE", Fit::Keep),
        ("IN FORCE", Fit::Keep),
        ("FOR", Fit::Cut),
    ];
    let mut table = Table::new(&columns);
    for one in listed {
        let in_force = one.own.map_or("built-in", |_| "own");
        table.push([one.template.into(), in_force.into(), one.purpose.into()]);
    }
    Ok(table.write(out, Screen::of_stdout())?)
}

fn named(name: &str) -> anyhow::Result<&'static Template> {
    match TEMPLATES.iter().find(|template| template.name == name) {
        Some(template) => Ok(template),
        None => bail!(
            "there is no template {}; `duban templates list` has them",
            harmless(name)
        ),
    }
}

/// What was tried; the faults of a check without JSON go to stderr at its end.
fn write(out: &mut dyn Write, report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        serde_json::to_writer(&mut *out, report)?;
        writeln!(out)?;
    } else if report.faults.is_empty() {
        let Report {
            templates,
            samples,
            texts,
            ..
        } = report;
        writeln!(
            out,
            "{templates} templates on {samples} samples: {texts} texts, no fault"
        )?;
    }
    Ok(())
}
