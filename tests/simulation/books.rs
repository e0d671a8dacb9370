//! The law, calendars and directories of the simulated city, read once for all its years.
//!
//! Owns the files an administrator would write, in several versions that a year changes
//! between, and the judge's own table of working days. Refuses the calendar of the code
//! under test for that table: it reads the notices by itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use duban::channels::wording::Wording;
use duban::clock::Clock;
use duban::config::Config;
use duban::daemon::live::{Live, library};
use duban::domain::lanes::Bounds;
use duban::domain::shipped;
use duban::jobs::gate::Gate;
use duban::jobs::round::Work;
use duban::jobs::{Carrier, Context, Library, Watch};
use duban::store::ledger::{self, Ledger};
use serde_json::Value;

/// Few enough that a year is cheap, and every shape of rule among them: dates before and
/// after their anchor, windows, gates, triggers, advice, one that governs another.
const RULES: &[&str] = &[
    "cat-2", "pub-5a", "pub-5c", "pub-6b", "pub-9", "pub-10", "h-16", "h-26", "col-6d", "dis-5a",
    "pub-13", "h-25", "col-6h", "dis-5d", "dis-5e", "arc-18", "acc-15a",
];

const UNITS: &str = r#"
[centre]
name = "市督查指挥中心"
webhook = { url = "http://127.0.0.1:9/centre", secrets = [{ file = "{SECRET}" }] }
[[centre.contact]]
name = "值班员"
email = "centre@dc"

[roles]
office = "市政府办公室"
legal = "市司法局"
authority = "市政府办公室"

[[unit]]
name = "市住建局"
contact = [
  { name = "王联络", email = "contact@zjj" },
  { name = "李局长", email = "head@zjj", audience = "head" },
  { name = "张副市长", email = "leader@zjj", audience = "leader" },
]
webhook = { url = "http://127.0.0.1:9/zjj", secrets = [{ file = "{SECRET}" }] }

[[unit]]
name = "市交通局"
contact = [{ name = "赵联络", email = "contact@jtj" }, { name = "钱局长", email = "head@jtj", audience = "head" }]

[[unit]]
name = "市政府办公室"
contact = [{ name = "周联络", email = "contact@zfb" }]
webhook = { url = "http://127.0.0.1:9/zfb", secrets = [{ file = "{SECRET}" }] }

[[unit]]
name = "市司法局"
contact = [{ name = "冯联络", email = "contact@sfj" }]
"#;

/// What the second directory says otherwise: a new contact, a unit that is gone.
const OTHERWISE: [(&str, &str); 2] = [("contact@zjj", "new@zjj"), ("市司法局", "市法制办")];

/// Days off that the locality decides, and the Saturday that is worked instead of one.
const CLOSED: [&str; 8] = [
    "2026-01-21",
    "2026-03-12",
    "2026-04-22",
    "2026-06-10",
    "2026-08-05",
    "2026-09-16",
    "2026-11-11",
    "2027-03-10",
];
const WORKED: &str = "2026-03-21";

/// Working days as the judge counts them: a weekday, unless a notice says otherwise.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table(BTreeMap<NaiveDate, bool>);

impl Table {
    /// Every notice that ships, read without the code under test.
    fn shipped() -> Self {
        let mut table = Self::default();
        for (_, text) in shipped::NOTICES {
            let notice: Value = serde_json::from_str(text).unwrap();
            for day in notice["days"].as_array().unwrap() {
                let date = day["date"].as_str().unwrap().parse().unwrap();
                let is_off = day["isOffDay"].as_bool().unwrap();
                table.0.insert(date, !is_off);
            }
        }
        table
    }

    fn with_local(mut self) -> Self {
        for day in CLOSED {
            self.0.insert(day.parse().unwrap(), false);
        }
        self.0.insert(WORKED.parse().unwrap(), true);
        self
    }

    pub(crate) fn is_working(&self, day: NaiveDate) -> bool {
        let is_weekday = !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self.0.get(&day).copied().unwrap_or(is_weekday)
    }

    pub(crate) fn on_or_before(&self, mut day: NaiveDate) -> NaiveDate {
        while !self.is_working(day) {
            day = day - Days::new(1);
        }
        day
    }

    pub(crate) fn on_or_after(&self, mut day: NaiveDate) -> NaiveDate {
        while !self.is_working(day) {
            day = day + Days::new(1);
        }
        day
    }

    /// The `count`-th working day after `day`, counted on the fingers.
    pub(crate) fn after(&self, mut day: NaiveDate, count: u32) -> NaiveDate {
        let mut left = count;
        while left > 0 {
            day = day + Days::new(1);
            left -= u32::from(self.is_working(day));
        }
        day
    }
}

/// One version of the books, and the judge's table for it.
#[derive(Debug, Clone)]
pub(crate) struct Edition {
    pub(crate) library: Arc<Library>,
    pub(crate) table: Table,
}

/// Everything that years have in common.
pub(crate) struct Books {
    pub(crate) editions: Vec<Edition>,
    pub(crate) wording: Arc<Wording>,
    /// The settings as the daemon reads them.
    live: Live,
}

impl Books {
    /// Writes the administrator's files into `folder` and reads them back.
    pub(crate) fn read(folder: &Path) -> Self {
        let (mut editions, mut configs) = (Vec::new(), Vec::new());
        for (number, (local, other)) in [(false, false), (true, false), (true, true)]
            .into_iter()
            .enumerate()
        {
            let home = folder.join(number.to_string());
            write(&home, local, other);
            let config = Config::load(&home.join("duban.toml")).unwrap();
            let table = Table::shipped();
            editions.push(Edition {
                library: Arc::new(library(&config).unwrap()),
                table: if local { table.with_local() } else { table },
            });
            configs.push(config);
        }
        let (ledger, _) = ledger::open(&folder.join("nobody's.db")).unwrap();
        let mut live = Live::new(&configs[0], Clock::System, ledger).unwrap();
        // One message at a time, so that the order is fixed.
        live.context.limits.bounds = Bounds {
            in_flight: 1,
            per_destination: 1,
            per_relay: 1,
            relay_start: 1,
            ..Bounds::default()
        };
        Self {
            editions,
            wording: Arc::new(Wording::new().unwrap()),
            live,
        }
    }

    /// What the daemon would work with, but for who carries its messages.
    pub(crate) fn context(
        &self,
        (clock, ledger): (Clock, Ledger),
        carrier: Arc<dyn Carrier>,
        holder: String,
    ) -> Context {
        Context {
            ledger,
            carrier,
            clock,
            watch: Watch::default(),
            holder,
            ..self.live.context.clone()
        }
    }

    /// What stands against sending while this edition is in force.
    pub(crate) fn gate(edition: &Edition, catalog: &Path) -> Arc<Gate> {
        let books = edition.library.fingerprint.clone();
        Arc::new(Gate::on(catalog.to_owned(), books).with_connections(1))
    }

    /// What a round works with.
    pub(crate) fn work<'a>(
        &'a self,
        context: &'a Context,
        edition: &'a Edition,
        catalog: &'a Path,
    ) -> Work<'a> {
        Work {
            context,
            library: &edition.library,
            catalog,
            ..self.live.work()
        }
    }
}

fn write(home: &Path, local: bool, other: bool) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(home.join("calendar")).unwrap();
    let secret = home.join("secret");
    fs::write(
        &secret,
        "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    )
    .unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let mut units = UNITS.replace("{SECRET}", secret.to_str().unwrap());
    if other {
        units = OTHERWISE
            .iter()
            .fold(units, |units, (was, is)| units.replace(was, is));
    }
    fs::write(home.join("units.toml"), units).unwrap();
    if local {
        fs::write(home.join("calendar/local.toml"), closures()).unwrap();
    }
    fs::write(home.join("rules.toml"), pack()).unwrap();
    let duban = "[rules]\nfile = \"rules.toml\"\n[calendar]\nfolder = \"calendar\"\n\
                 [mail]\ntransport = \"smtp\"\nfrom = \"督查 <duban@dc>\"\nhost = \"127.0.0.1\"\n\
                 port = 9\ntls = \"none\"\nhello = \"duban.dc\"\n\
                 [egress]\nloopback_ports = [9]\n";
    fs::write(home.join("duban.toml"), duban).unwrap();
}

/// The locality's file of its own days.
fn closures() -> String {
    let block = |day| {
        let work = if day == CLOSED[1] {
            format!("work = {WORKED}\n")
        } else {
            String::new()
        };
        format!(
            "[[local]]\nname = \"停工\"\nauthority = \"洮政办发〔2026〕3号\"\nfrom = {day}\n{work}"
        )
    };
    CLOSED.map(block).concat()
}

/// The shipped pack with [`RULES`] only, and without the register, which points to others.
fn pack() -> String {
    let blocks = shipped::PACK.1.split("\n[[rule]]\n");
    let is_wanted = |block: &&str| {
        let id = block.lines().next();
        let id = id.and_then(|line| line.strip_prefix("id = \""));
        id.is_none_or(|id| RULES.contains(&id.trim_end_matches('"')))
    };
    let pack = blocks
        .filter(is_wanted)
        .collect::<Vec<_>>()
        .join("\n[[rule]]\n");
    let register = pack.find("\n[[ambiguity]]").unwrap_or(pack.len());
    pack[..register].to_owned()
}
