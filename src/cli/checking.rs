//! `check`: everything that can be known wrong, all at once.
//!
//! Owns putting together what the configuration, the rules, the channels and the
//! catalogue's rows show. Refuses the network, and changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};

use chrono::NaiveDate;

use super::args::{Cli, JsonArgs};
use super::library::{Books, settings_path};
use super::outcome::faulty;
use super::text::harmless;
use super::units::stranger;
use crate::clock::Clock;
use crate::config::check::{Around, Report, check as look};
use crate::daemon::live::credentials_folder;
use crate::domain::decision::Decision;
use crate::domain::fault::Fault;
use crate::domain::findings::findings;
use crate::domain::gaps::gap;
use crate::domain::obligation::{Missing, Obligation};
use crate::domain::rules::obligations;
use crate::jobs::plan::PAGE;

/// Answers `check`; faults end it with 78, warnings do not.
///
/// # Errors
/// Every fault.
pub(super) fn check(cli: &Cli, args: &JsonArgs, clock: &Clock) -> anyhow::Result<()> {
    let books = Books::open(cli)?;
    // Without a configuration there is nothing but the catalogue to look at.
    let is_configured = settings_path(cli).is_some();
    if !is_configured && cli.catalog.is_none() {
        let expected = "--config FILE, or --catalog FILE for the catalogue alone";
        return Err(faulty(vec![Fault::new(
            "command line",
            "no configuration",
            expected,
        )]));
    }
    let credentials = credentials_folder();
    let around = Around {
        now: clock.now(),
        calendar: &books.library.calendar,
        credentials: credentials.as_deref(),
    };
    let mut report = if is_configured {
        let mut report = look(&books.config, &around);
        report.warnings.extend(books.shelf(None)?.doubts());
        report
    } else {
        catalogue_alone()
    };
    if report.is_sound() {
        rows(&books, clock.today(), &mut report)?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    } else {
        write(&mut out, &report)?;
    }
    out.flush()?;
    if report.is_sound() {
        Ok(())
    } else {
        Err(faulty(report.faults))
    }
}

/// A report in which only the catalogue's rows are looked at.
fn catalogue_alone() -> Report {
    let mut report = Report::default();
    let expected = "--config FILE; only the catalogue was looked at, its units were not";
    report
        .warnings
        .push(Fault::new("command line", "no configuration", expected));
    report
}

/// Adds what the catalogue's rows show: cells that cannot be read, entries that contradict
/// each other, units nobody knows, what was never entered although a later step has happened, and what nobody has said
/// although a date depends on it.
fn rows(books: &Books, today: NaiveDate, report: &mut Report) -> anyhow::Result<()> {
    let catalog = books.catalog()?;
    let has_units = !books.library.directory.units().is_empty();
    let mut unknown = BTreeSet::new();
    let mut after = None;
    loop {
        let page = catalog.page(after.as_ref(), PAGE)?;
        for reading in page.readings {
            report.warnings.extend(reading.faults);
            if let Some(decision) = &reading.decision {
                let library = &books.library;
                report.warnings.extend(findings(decision, &library.pack));
                let derived = obligations(decision, &library.pack, &library.calendar);
                report
                    .warnings
                    .extend(never_entered(decision, &derived, today));
                report.warnings.extend(unsaid(decision, &derived));
                if has_units {
                    unknown.extend(strangers(books, decision));
                }
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let directory = &books.library.directory;
    let unknown = unknown.into_iter();
    let unknown = unknown.map(|(name, id)| stranger(&id, &name, directory.names()));
    report.warnings.extend(unknown);
    Ok(())
}

/// What nobody has said about a decision, each once, with the rules that wait for it. An
/// act that is still to come is no such thing.
fn unsaid(decision: &Decision, derived: &[Obligation<'_>]) -> Vec<Fault> {
    let mut waiting: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for one in derived.iter().filter(|one| one.excuse.is_none()) {
        for missing in &one.missing {
            let found = match missing {
                Missing::Anchor(_) => continue,
                Missing::Flag(name) => format!("nobody has said whether it is {name}"),
                Missing::Term => "no term_start or no term_end".to_owned(),
                Missing::Late(name) => {
                    let occurrence = &one.key.occurrence;
                    format!("event {occurrence}, which came after {name}")
                }
            };
            waiting.entry(found).or_default().insert(&one.rule.id.0);
        }
    }
    let fault = |(found, rules): (String, BTreeSet<&str>)| {
        let rules = rules.into_iter().collect::<Vec<_>>().join(", ");
        let expected = format!("an answer: until then there is no date for {rules}");
        Fault::new(&decision.id.0, found, expected)
    };
    waiting.into_iter().map(fault).collect()
}

/// What a decision's later steps show to be missing.
fn never_entered(
    decision: &Decision,
    derived: &[Obligation<'_>],
    today: NaiveDate,
) -> Option<Fault> {
    let gap = gap(decision, derived, today)?;
    let missing: Vec<String> = gap.missing.iter().map(|names| names.join(" or ")).collect();
    let found = format!(
        "{} on {} but no {}",
        gap.although,
        gap.on,
        missing.join(", no ")
    );
    let expected = "earlier steps entered as well; without them their dates cannot be watched";
    Some(Fault::new(gap.decision.0, found, expected))
}

/// The units of a decision that the directory does not know, with the decision's id.
fn strangers(books: &Books, decision: &Decision) -> Vec<(String, String)> {
    let directory = &books.library.directory;
    let named = decision
        .drafting_unit
        .iter()
        .chain(&decision.executing_unit);
    let named = named.chain(&decision.cooperating_units);
    let unknown = named.filter(|name| directory.unit(name).is_none());
    unknown
        .map(|name| (name.clone(), decision.id.0.clone()))
        .collect()
}

fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for fact in &report.facts {
        writeln!(
            out,
            "■ {}: {}",
            harmless(&fact.about),
            harmless(&fact.found)
        )?;
    }
    for warning in &report.warnings {
        writeln!(out, "! {}", harmless(&warning.to_string()))?;
    }
    let (faults, warnings) = (report.faults.len(), report.warnings.len());
    let plural = |count| if count == 1 { "" } else { "s" };
    writeln!(
        out,
        "{faults} fault{}, {warnings} warning{}",
        plural(faults),
        plural(warnings)
    )
}
