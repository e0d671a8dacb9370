//! Planning, by whole processes: the first pass, the dry sweep, one changed decision.
//!
//! Owns that small and large are measured in turn, so that whatever else the machine does
//! meets both. Refuses to look inside: only exec, `/proc` and what is printed are used.

use std::time::Duration;

use anyhow::{bail, ensure};
use duban::clock::{Clock, instant};
use duban::config::Config;
use duban::daemon::live;
use duban::domain::plan::Change;
use duban::jobs::plan::{self, Desk};
use duban::store::catalog::Catalog;
use duban::store::ledger::Reader;
use rusqlite::Connection;

use crate::process::{self, Daemon};
use crate::report::{Line, MEMORY_MARGIN, Want, median, millis, spread};
use crate::scene::{DUE, OBLIGATIONS, Scene};

/// A pass over so many decisions must tell how far it is.
const LONG: u32 = 100_000;

/// Plans a scene for the first time; the peak in MB.
pub(crate) fn plan_first(scene: &Scene) -> anyhow::Result<f64> {
    scene.forget()?;
    let mut daemon = Daemon::start(scene)?;
    let told = daemon.ready()?;
    let (took, peak) = (daemon.begun.elapsed(), daemon.peak_mb()?);
    daemon.stop()?;
    ensure!(
        told > 0 || scene.decisions < LONG,
        "a long pass told nothing of its progress"
    );
    let count = obligations(scene)?;
    ensure!(
        count == u64::from(scene.decisions) * u64::from(OBLIGATIONS),
        "{count} obligations, expected {OBLIGATIONS} for each decision"
    );
    println!(
        "first plan of {} decisions, {count} obligations: {} ({:.0} us each), {told} lines of progress, peak {peak:.1} MB",
        scene.decisions,
        millis(took),
        took.as_secs_f64() * 1e6 / f64::from(scene.decisions),
    );
    Ok(peak)
}

fn obligations(scene: &Scene) -> anyhow::Result<u64> {
    let ledger = Connection::open(scene.ledger())?;
    let count = "select count(*) from obligation where live = 1";
    let count: i64 = ledger.query_row(count, [], |row| row.get(0))?;
    Ok(u64::try_from(count)?)
}

/// Whether a scene's ledger is there and whole.
pub(crate) fn is_planned(scene: &Scene) -> bool {
    let every = u64::from(scene.decisions) * u64::from(OBLIGATIONS);
    scene.ledger().is_file() && obligations(scene).is_ok_and(|count| count == every)
}

/// The peak of the first pass, by itself and against a tenth of the decisions.
pub(crate) fn first_pass(small: &Scene, large: &Scene) -> anyhow::Result<Vec<Line>> {
    let (few, many) = (plan_first(small)?, plan_first(large)?);
    let line = |what: &str, measured, unit, bar| Line {
        what: format!("first plan, {} decisions: {what}", large.decisions),
        small: format!("{few:.1} MB"),
        large: format!("{many:.1} MB"),
        measured,
        unit,
        want: Want::AtMost,
        bar,
        margin: MEMORY_MARGIN,
    };
    Ok(vec![
        line("peak memory", many, "MB", 25.0),
        line(
            &format!("against {}", small.decisions),
            many / few,
            "x",
            1.2,
        ),
    ])
}

/// A dry sweep on the bench's day, when [`DUE`] rungs are reached.
pub(crate) fn sweep(small: &Scene, large: &Scene, runs: usize) -> anyhow::Result<Line> {
    let what = format!("duban plan, {DUE} due, of {} decisions", large.decisions);
    let [few, many] = compare(&what, small, large, runs, |scene| {
        let ran = process::plan(scene, &scene.day.to_string())?;
        let expected = format!("{DUE} by mail");
        ensure!(
            ran.stdout.contains(&expected),
            "not {expected}: {}",
            ran.stdout
        );
        Ok(ran.took)
    })?;
    Ok(Line::times(against(&what, small), few, many, 2.0))
}

/// A dry sweep of today, when nothing is due and one decision has changed.
pub(crate) fn changed(small: &Scene, large: &Scene, runs: usize) -> anyhow::Result<Line> {
    for scene in [small, large] {
        let change = "update decision set note = coalesce(note, '') || '.' where id = $1";
        let middle = format!("2026-{:07}", scene.decisions / 2);
        Connection::open(scene.catalog())?.execute(change, [middle])?;
    }
    let today = Clock::System.today().to_string();
    let what = format!("duban plan, 1 changed of {} decisions", large.decisions);
    let [few, many] = compare(&what, small, large, runs, |scene| {
        Ok(process::plan(scene, &today)?.took)
    })?;
    Ok(Line::times(against(&what, small), few, many, 2.0))
}

/// What is compared, and with what.
pub(crate) fn against(what: &str, small: &Scene) -> String {
    format!("{what} : of {}", small.decisions)
}

/// Medians of `runs` in turn.
pub(crate) fn compare(
    what: &str,
    small: &Scene,
    large: &Scene,
    runs: usize,
    mut measure: impl FnMut(&Scene) -> anyhow::Result<Duration>,
) -> anyhow::Result<[Duration; 2]> {
    // Once for the page cache.
    let (_, _) = (measure(small)?, measure(large)?);
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        few.push(measure(small)?);
        many.push(measure(large)?);
    }
    println!(
        "{what}: {runs} runs each, apart by {:.0} % (small) and {:.0} % (large)",
        spread(&few) * 100.0,
        spread(&many) * 100.0
    );
    Ok([median(few), median(many)])
}

/// Everything the bench's day will bring.
pub(crate) fn due_changes(scene: &Scene) -> anyhow::Result<Vec<Change>> {
    let config = match Config::load(&scene.config()) {
        Ok(config) => config,
        Err(faults) => bail!("the configuration has faults: {faults:?}"),
    };
    let library = match live::library(&config) {
        Ok(library) => library,
        Err(faults) => bail!("the books have faults: {faults:?}"),
    };
    let (catalog, reader) = (
        Catalog::open(&scene.catalog())?,
        Reader::open(&scene.ledger())?,
    );
    let desk = Desk {
        catalog: &catalog,
        reader: &reader,
        library: &library,
        now: instant(scene.day.and_time(library.window.from)),
    };
    let mut changes = Vec::new();
    plan::visit(&desk, &mut |_, _| {}, &mut |plans| {
        changes.extend(plans.into_iter().flat_map(|plan| plan.changes));
        Ok(())
    })?;
    changes.retain(|change| !change.notices.is_empty());
    Ok(changes)
}
