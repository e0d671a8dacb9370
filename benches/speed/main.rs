//! What duban promises about speed, measured and held against its bars.
//!
//! `cargo bench` is the long form: up to 1,000,000 decisions; the first run takes several
//! minutes more than later ones, for it plans them all.
//! `cargo bench -- --short` is the form for CI: up to 20,000 decisions, about a minute.
//!
//! A further word, `planning`, `sending`, `burst`, `rest` or `import`, measures only that.
//!
//! Each number is a ratio of two measurements made in turn on the same machine, or far
//! from its bar; `report` says by how much a bar may be missed before the bench fails.
//! Processes are measured whole, from exec to exit. Scenes are kept below `target/`.

mod burst;
mod importing;
mod planning;
mod process;
mod receivers;
mod report;
mod running;
mod scene;
mod sending;
mod yardstick;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use burst::Burst;
use receivers::Receivers;
use report::Line;
use scene::Scene;

/// How much is measured.
struct Form {
    /// Decisions of the first pass whose memory is compared.
    first: [u32; 2],
    /// Decisions that a sweep and a start are compared with, and a rest is measured with.
    small: u32,
    large: u32,
    runs: usize,
    sendings: usize,
    burst: Burst,
    rest: Duration,
    /// Rows of a file that is imported, and how often.
    import: (u32, usize),
}

const LONG: Form = Form {
    first: [10_000, 100_000],
    small: 1_000,
    large: 1_000_000,
    runs: 15,
    sendings: 9,
    burst: Burst {
        messages: 10_000,
        endpoints: 500,
    },
    rest: Duration::from_mins(1),
    import: (100_000, 5),
};

const SHORT: Form = Form {
    first: [2_000, 20_000],
    small: 1_000,
    large: 20_000,
    runs: 9,
    sendings: 3,
    burst: Burst {
        messages: 2_000,
        endpoints: 100,
    },
    rest: Duration::from_secs(10),
    import: (20_000, 3),
};

fn main() -> anyhow::Result<ExitCode> {
    let is_short = std::env::args().any(|argument| argument == "--short");
    let only = std::env::args().find(|word| PARTS.contains(&word.as_str()));
    let is_wanted = |part: &str| only.as_ref().is_none_or(|only| only == part);
    let lines = measure(if is_short { &SHORT } else { &LONG }, &is_wanted)?;
    let (table, is_kept) = report::table(&lines);
    println!("\n{table}");
    Ok(if is_kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What can be measured by itself.
const PARTS: [&str; 5] = ["planning", "sending", "burst", "rest", "import"];

fn measure(form: &Form, is_wanted: &dyn Fn(&str) -> bool) -> anyhow::Result<Vec<Line>> {
    let under = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("speed");
    let mut lines = Vec::new();
    if is_wanted("import") {
        let (rows, runs) = form.import;
        lines.extend(importing::files(rows, &under, runs)?);
    }
    if !PARTS[..4].iter().any(|part| is_wanted(part)) {
        return Ok(lines);
    }
    let receivers = Receivers::start()?;
    let of = |decisions| prepared(decisions, &under, &receivers);
    if is_wanted("planning") {
        let [few, many] = form.first;
        lines.extend(planning::first_pass(&of(few)?, &of(many)?)?);
    }
    let small = planned(of(form.small)?)?;
    if is_wanted("sending") {
        lines.push(sending::throughput(&small, &receivers, form.sendings)?);
        lines.push(sending::fairness(&small, &receivers, form.sendings)?);
    }
    if is_wanted("burst") {
        lines.extend(burst::half_past_eight(&small, &receivers, form.burst)?);
    }
    if is_wanted("planning") {
        let large = planned(of(form.large)?)?;
        lines.push(planning::sweep(&small, &large, form.runs)?);
        lines.push(planning::changed(&small, &large, form.runs)?);
        lines.extend(running::start(&small, &large, &receivers, form.runs)?);
    }
    if is_wanted("rest") {
        lines.extend(running::rest(&planned(of(form.large)?)?, form.rest)?);
    }
    Ok(lines)
}

/// The scene, with a ledger in which everything is planned.
fn planned(scene: Scene) -> anyhow::Result<Scene> {
    if !planning::is_planned(&scene) {
        planning::plan_first(&scene)?;
    }
    Ok(scene)
}

/// The scene, configured for these receivers.
fn prepared(decisions: u32, under: &Path, receivers: &Receivers) -> anyhow::Result<Scene> {
    let scene = Scene::of(decisions, under)?;
    scene.configure(receivers.smtp.port(), receivers.http.port())?;
    Ok(scene)
}
