//! Importing large files, by whole processes: new decisions, the same file again, and events,
//! against bare inserts of the same rows.
//!
//! Owns the files. The bare program has its rows in memory, knows that they are sound and never
//! asks whether they are there already; it writes through the same triggers in one transaction.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use duban::store::catalog;
use rusqlite::{Connection, params};

use crate::process::peak_while_running;
use crate::report::{Line, MEMORY_MARGIN, Want, median, millis};

const ORGAN: &str = "洮南市人民政府";

/// The lines of the table for files of `rows` rows.
pub(crate) fn files(rows: u32, under: &Path, runs: usize) -> anyhow::Result<Vec<Line>> {
    let city = City::of(rows, under)?;
    let (mut bare, mut bare_events) = (Vec::new(), Vec::new());
    let mut ours: [Vec<Duration>; 4] = Default::default();
    let mut peak: f64 = 0.0;
    for _ in 0..runs {
        let (decisions, events) = city.bare()?;
        bare.push(decisions);
        bare_events.push(events);
        city.empty()?;
        let files = ["decisions.csv", "events.csv", "decisions.csv", "events.csv"];
        for (at, file) in files.into_iter().enumerate() {
            let (took, mb) = city.import(file, at < 2)?;
            ours[at].push(took);
            peak = peak.max(mb);
        }
    }
    let [new, new_events, again, events_again] = ours.map(median);
    let (bare, bare_events) = (median(bare), median(bare_events));
    println!(
        "import of {rows} rows: {} and {}, again {} and {}, peak {peak:.0} MB; bare inserts {} and {}",
        millis(new),
        millis(new_events),
        millis(again),
        millis(events_again),
        millis(bare),
        millis(bare_events),
    );
    let what = |what: &str| format!("import, {rows} {what}, against bare inserts");
    Ok(vec![
        Line::times(what("new decisions"), bare, new, 4.0),
        Line::times(what("decisions again"), bare, again, 2.0),
        Line::times(what("new events"), bare_events, new_events, 4.0),
        Line::times(what("events again"), bare_events, events_again, 2.0),
        Line {
            margin: MEMORY_MARGIN,
            want: Want::AtMost,
            ..Line::at_most(
                format!("import, {rows} rows: peak memory"),
                peak,
                "MB",
                300.0,
            )
        },
    ])
}

struct City {
    folder: PathBuf,
    rows: u32,
}

impl City {
    fn of(rows: u32, under: &Path) -> anyhow::Result<Self> {
        let folder = under.join(format!("import-{rows}"));
        fs::create_dir_all(&folder)?;
        let mut decisions = "序号,事项名称,承办单位,计划完成时间\n".to_owned();
        let mut events = "decision_id,kind,on_date,note,evidence\n".to_owned();
        for n in 1..=rows {
            let (title, note, evidence) = texts(n);
            writeln!(decisions, "{n},{title},市住房和城乡建设局,第三季度")?;
            writeln!(
                events,
                "{},comment_opened,2026-03-02,{note},{evidence}",
                id(n)
            )?;
        }
        fs::write(folder.join("decisions.csv"), decisions)?;
        fs::write(folder.join("events.csv"), events)?;
        Ok(Self { folder, rows })
    }

    fn empty(&self) -> anyhow::Result<PathBuf> {
        let path = self.folder.join("catalog.db");
        for ending in ["", "-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(self.folder.join(format!("catalog.db{ending}")));
        }
        catalog::init(&path)?;
        Ok(path)
    }

    /// `catalog import` of `file` to its end: how long, and the peak in MB.
    fn import(&self, file: &str, is_new: bool) -> anyhow::Result<(Duration, f64)> {
        let begun = Instant::now();
        let mut child = Command::new(crate::process::DUBAN)
            .args(["catalog", "import", file, "--yes"])
            .args([
                "--organ",
                ORGAN,
                "--year",
                "2026",
                "--catalog",
                "catalog.db",
            ])
            .current_dir(&self.folder)
            .stdout(Stdio::piped())
            .spawn()
            .context("failed to start duban")?;
        let out = child.stdout.take().context("no stdout")?;
        let reader = std::thread::spawn(move || std::io::read_to_string(out));
        let (peak, status) = peak_while_running(&mut child)?;
        let took = begun.elapsed();
        let said = reader.join().ok().context("no answer")??;
        let rows = self.rows;
        let wanted = if is_new {
            format!("{rows} to add, 0 to change, 0 unchanged, 0 warnings, 0 faults: written")
        } else {
            format!(
                "0 to add, 0 to change, {rows} unchanged, 0 warnings, 0 faults: nothing to write"
            )
        };
        let end = said.lines().last().unwrap_or_default();
        ensure!(status.success() && end == wanted, "{file}: {end}");
        Ok((took, peak))
    }

    /// Decisions and then events written by a bare program, into an empty catalogue.
    fn bare(&self) -> anyhow::Result<(Duration, Duration)> {
        let rows: Vec<_> = (1..=self.rows).map(|n| (n, id(n), texts(n))).collect();
        let mut catalogue = Connection::open(self.empty()?)?;
        let begun = Instant::now();
        let transaction = catalogue.transaction()?;
        let mut insert = transaction.prepare(
            "insert into decision (id, organ, year, seq, title, drafting_unit, planned_text, planned_on)
             values ($1, $2, 2026, $3, $4, '市住房和城乡建设局', '第三季度', '2026-09-30')",
        )?;
        for (n, id, (title, ..)) in &rows {
            insert.execute(params![id, ORGAN, n, title])?;
        }
        drop(insert);
        transaction.commit()?;
        let decisions = begun.elapsed();
        let begun = Instant::now();
        let transaction = catalogue.transaction()?;
        let mut insert = transaction.prepare(
            "insert into event (decision_id, kind, on_date, note, evidence)
             values ($1, 'comment_opened', '2026-03-02', $2, $3)",
        )?;
        for (_, id, (_, note, evidence)) in &rows {
            insert.execute(params![id, note, evidence])?;
        }
        drop(insert);
        transaction.commit()?;
        Ok((decisions, begun.elapsed()))
    }
}

fn id(n: u32) -> String {
    format!("2026-{n:03}")
}

/// Title of a decision; note and evidence of its event.
fn texts(n: u32) -> (String, String, String) {
    (
        format!("第{n}项重大行政决策事项的实施方案"),
        format!("第{n}号"),
        format!("洮政公告〔2026〕{n}号"),
    )
}
