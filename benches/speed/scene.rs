//! A city of N decisions: a catalogue, a configuration, and where its ledger lies.
//!
//! Owns what every decision of a bench looks like: twelve obligations of the shipped
//! pack that are dated, live and far ahead, some more that are done, and for the first
//! [`DUE`] decisions one rung that is reached on the bench's day. Refuses to plan; the
//! ledger is written by duban alone.
//!
//! Days are relative to the day the scene was made, because the daemon's clock is the
//! host's. The bench's day lies [`BENCH_DAY`] days ahead, so that a running daemon has
//! nothing to say. A scene is made anew after [`KEEP_DAYS`] days.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{Days, NaiveDate};
use duban::clock::Clock;
use duban::store::catalog;
use rusqlite::{Connection, Transaction, params};

/// Decisions with a rung on the bench's day.
pub(crate) const DUE: u32 = 120;
/// Dated and live obligations of each decision; the scene is counted after planning.
pub(crate) const OBLIGATIONS: u32 = 21;
/// The drafting units, each with an endpoint.
pub(crate) const UNITS: u32 = 60;
/// The bench's day, in days after the scene was made.
const BENCH_DAY: u64 = 28;
/// How long a scene is good for. A rung may lie up to ten days before the bench's day,
/// where rest days push it back.
const KEEP_DAYS: u64 = 14;

/// A folder with everything one daemon needs.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) folder: PathBuf,
    pub(crate) decisions: u32,
    /// The day on which [`DUE`] rungs are reached.
    pub(crate) day: NaiveDate,
}

impl Scene {
    /// The scene of `decisions` below `under`, made if it is not there or too old.
    pub(crate) fn of(decisions: u32, under: &Path) -> anyhow::Result<Self> {
        let today = Clock::System.today();
        let folder = under.join(format!("{decisions}"));
        let made = fs::read_to_string(folder.join("made"))
            .ok()
            .and_then(|day| day.parse::<NaiveDate>().ok())
            .filter(|made| *made <= today && today < *made + Days::new(KEEP_DAYS));
        let scene = |made: NaiveDate| Self {
            folder: folder.clone(),
            decisions,
            day: made + Days::new(BENCH_DAY),
        };
        if let Some(made) = made {
            return Ok(scene(made));
        }
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("mail"))?;
        let scene = scene(today);
        fill(&scene).context("failed to make a catalogue")?;
        fs::write(folder.join("made"), today.to_string())?;
        Ok(scene)
    }

    pub(crate) fn catalog(&self) -> PathBuf {
        self.folder.join("catalog.db")
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.join("ledger.db")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("duban.toml")
    }

    /// Takes the ledger away, so that the next start plans everything.
    pub(crate) fn forget(&self) -> anyhow::Result<()> {
        for end in ["", "-wal", "-shm", ".head"] {
            let path = self.folder.join(format!("ledger.db{end}"));
            if path.exists() {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Writes the configuration: mail to a relay and posts to endpoints on these ports.
    /// Both go without TLS here, but trust is set up as it is for a relay with it.
    pub(crate) fn configure(&self, smtp: u16, http: u16) -> anyhow::Result<()> {
        let relay = "transport = \"smtp\"\nhost = \"127.0.0.1\"\ntls = \"none\"";
        let text = format!(
            "[mail]\n{relay}\nport = {smtp}\nfrom = \"centre <duban@example.gov.cn>\"\nper_minute = 0\n\n\
             [egress]\nloopback_ports = [{http}]\n\n[log]\nlevel = \"info\"\n"
        );
        fs::write(self.config(), text)?;
        fs::write(self.folder.join("secret"), SECRET)?;
        keep_private(&self.folder.join("secret"))?;
        fs::write(self.folder.join("units.toml"), units(http))?;
        Ok(())
    }
}

/// No secret: it signs for a receiver inside the bench.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn keep_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

/// The unit that drafts decision `n`.
pub(crate) fn unit(n: u32) -> String {
    format!("局{:02}", n % UNITS)
}

fn units(http: u16) -> String {
    let contact = |address: &str| format!("name = \"值班员\"\nemail = \"{address}\"\n");
    let mut text = format!(
        "[centre]\nname = \"市督查指挥中心\"\n\n[[centre.contact]]\n{}\n[roles]\noffice = \"{}\"\nlegal = \"{}\"\n",
        contact("centre@example.gov.cn"),
        unit(0),
        unit(1),
    );
    for n in 0..UNITS {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n[[unit]]\nname = \"{}\"\n\n[[unit.contact]]\n{}\n[unit.webhook]\n\
             url = \"http://127.0.0.1:{http}/{n}\"\nsecrets = [{{ file = \"secret\" }}]\n",
            unit(n),
            contact(&format!("contact{n}@example.gov.cn")),
        );
    }
    text
}

/// Fills the catalogue in one transaction. The triggers that note changes are set aside
/// and every decision is noted once at the end, which is what they would have left.
fn fill(scene: &Scene) -> anyhow::Result<()> {
    catalog::init(&scene.catalog())?;
    let mut connection = Connection::open(scene.catalog())?;
    connection.pragma_update(None, "synchronous", "off")?;
    let triggers: Vec<(String, String)> = connection
        .prepare("select name, sql from sqlite_master where type = 'trigger'")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let transaction = connection.transaction()?;
    for (name, _) in &triggers {
        transaction.execute_batch(&format!("drop trigger {name}"))?;
    }
    for n in 0..scene.decisions {
        insert(&transaction, scene, n)?;
    }
    transaction
        .execute_batch("insert into change (decision_id) select id from decision order by id")?;
    for (_, sql) in &triggers {
        transaction.execute_batch(sql)?;
    }
    transaction.commit()?;
    Ok(())
}

/// One decision whose comments are in, which professionals and risk still wait for, and
/// whose meeting is fixed for the better part of a year ahead.
fn insert(to: &Transaction<'_>, scene: &Scene, n: u32) -> anyhow::Result<()> {
    let id = format!("2026-{n:07}");
    let far = scene.day + Days::new(200 + u64::from(n % 120));
    let planned_on = if n < DUE {
        scene.day + Days::new(3)
    } else {
        far + Days::new(30)
    };
    to.prepare_cached(
        "insert into decision (id, organ, year, seq, title, drafting_unit, executing_unit,
                               planned_text, planned_on, professional, wide_impact, contested,
                               complex, sensitive, stability_risk, market_impact, major_reform,
                               general_effect, public_concern, plan_or_policy, superior_mandated)
         values ($1, '洮南市人民政府', 2026, $2, $3, $4, $5, '年内', $6,
                 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)",
    )?
    .execute(params![
        id,
        n + 1,
        format!("洮南市城市更新专项规划第{n}项实施方案"),
        unit(n),
        unit(n + 1),
        planned_on,
    ])?;
    let before = |days: u64| scene.day - Days::new(days);
    let events = [
        ("comment_opened", before(120)),
        ("comment_closes", before(85)),
        ("expert_material_sent", before(80)),
        ("executive_meeting_on", far),
    ];
    for (kind, on) in events {
        to.prepare_cached(
            "insert into event (decision_id, kind, on_date, evidence) values ($1, $2, $3, '洮政发〔2026〕1号')",
        )?
        .execute(params![id, kind, on])?;
    }
    Ok(())
}
