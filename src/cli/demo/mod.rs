//! `demo`: a year of the shipped sample in a few seconds.
//!
//! Owns the simulated year: the script, the stand-ins (a mail folder, a receiver and robots on
//! loopback) and the diary it prints. Planner, deliverer, ledger and channels are the
//! daemon's own; only the clock is moved by hand. Refuses to reach any other host.

mod diary;
mod progress;
mod script;
mod stage;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::pin::Pin;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{NaiveDate, NaiveTime};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::args::DemoArgs;
use super::outcome::faulty;
use super::table::Screen;
use crate::channels::egress;
use crate::channels::mail::{FileSettings, Settings as Mail};
use crate::channels::secret::Secret;
use crate::clock::{Clock, instant};
use crate::config::{Config, Units};
use crate::daemon::live::Live;
use crate::daemon::start_writer;
use crate::jobs::plan::Desk;
use crate::jobs::{deliver, digest, plan, upward};
use crate::store::catalog::Catalog;
use crate::store::ledger::{self, Reader};
use crate::web::receiver;
use crate::web::robots::{self, Group};
use diary::Diary;
use progress::Progress;
use script::{Entry, Script};
use stage::Stage;

/// The year that is played.
const YEAR: i32 = 2026;
/// When the simulated office looks at its desk: not on the hour, at which Feishu is spared.
const TIME: (u32, u32) = (9, 5);
/// How often the loop looks at the real clock with `--live`, as the daemon does.
const LIVE_PAUSE: Duration = Duration::from_mins(1);

/// Plays the sample year and prints what went to whom, then where everything lies.
///
/// # Errors
/// A folder that is not empty, a full disk, or a fault of the program itself.
pub(super) fn run(args: &DemoArgs, clock: &Clock) -> anyhow::Result<()> {
    let runtime = Runtime::new().context("failed to start the runtime")?;
    let stage = Stage::set(args.dir.as_deref())?;
    let (ledger, writer) = ledger::open(&stage.ledger())?;
    let writing = start_writer(writer).context("failed to start the ledger's writer")?;
    let played = {
        let mut play = Play::prepare(stage, ledger, &runtime)?;
        let days = days(args, clock.today());
        let played = play.year(days).and_then(|()| play.end());
        if args.live && played.is_ok() {
            play.go_on(clock)
        } else {
            played
        }
    };
    // The writer ends once the last handle to the ledger is gone.
    let ended = writing.join();
    played.and_then(|()| ended.map_err(|_| anyhow::anyhow!("failed to close the ledger")))
}

type Server = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// Everything the play needs.
struct Play<'r> {
    runtime: &'r Runtime,
    stage: Stage,
    script: Script,
    live: Live,
    catalog: Catalog,
    reader: Reader,
    server: Server,
    diary: Diary,
}

impl<'r> Play<'r> {
    fn prepare(stage: Stage, ledger: ledger::Ledger, runtime: &'r Runtime) -> anyhow::Result<Self> {
        let units = stage.units()?;
        let (server, units, port) = runtime.block_on(receivers(&stage, units))?;
        let config = Config {
            catalog: stage.catalog(),
            ledger: stage.ledger(),
            mail: Mail::File(FileSettings {
                from: "市督查指挥中心 <duban@example.gov.cn>".to_owned(),
                folder: stage.mail(),
            }),
            egress: egress::Settings {
                loopback_ports: vec![port],
                ..egress::Settings::default()
            },
            units,
            ..Config::default()
        };
        let clock = Clock::set_at(at(first_day()));
        let live = Live::new(&config, clock, ledger).map_err(faulty)?;
        Ok(Self {
            runtime,
            script: Script::read()?,
            catalog: Catalog::open(&stage.catalog())?,
            reader: Reader::open(&stage.ledger())?,
            diary: Diary::new(Screen::of_stdout()),
            stage,
            live,
            server,
        })
    }

    fn year(&mut self, days: Vec<NaiveDate>) -> anyhow::Result<()> {
        self.stage
            .record(&self.script, &self.script.before(first_day()))?;
        let progress = Progress::new(days.len());
        for (done, day) in days.into_iter().enumerate() {
            progress.show(done, day);
            self.day(day)?;
        }
        progress.clear();
        Ok(())
    }

    fn day(&mut self, day: NaiveDate) -> anyhow::Result<()> {
        let entries: Vec<Entry> = self.script.on(day).to_vec();
        self.stage.record(&self.script, &entries)?;
        self.live.context.clock.move_to(at(day));
        self.work()?;
        self.tell(&entries)
    }

    /// Writes what happened at the clock's moment.
    fn tell(&mut self, entries: &[Entry]) -> anyhow::Result<()> {
        let clock = &self.live.context.clock;
        let now = (clock.today(), clock.now());
        let mut out = io::stdout().lock();
        let pack = &self.live.library.pack;
        self.diary.write(&mut out, now, entries, &self.reader, pack)
    }

    /// What the daemon does when it wakes: plan, compose the digest, deliver.
    fn work(&mut self) -> anyhow::Result<()> {
        let desk = Desk {
            catalog: &self.catalog,
            reader: &self.reader,
            library: &self.live.library,
            now: self.live.context.clock.now(),
        };
        let ledger = &self.live.context.ledger;
        let applied = plan::run(&desk, ledger, &mut |_, _| {})?;
        upward::run(&desk, ledger, self.live.upward_after)?;
        digest::run(&desk, ledger, self.live.digest_at)?;
        self.diary.planned(applied.notices, &self.reader)?;
        let delivering = deliver::until_idle(&self.live.context);
        // The receiver lives on this very runtime; it answers while we deliver.
        let tally = self.runtime.block_on(async {
            tokio::select! {
                ended = &mut self.server => {
                    ended.context("failed to keep the receiver open")?;
                    anyhow::bail!("the receiver ended early")
                }
                tally = delivering => Ok(tally?),
            }
        })?;
        self.diary.delivered(tally);
        Ok(())
    }

    fn end(&mut self) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        let today = self.live.context.clock.today();
        self.diary.sum_up(&mut out, today, &self.reader)?;
        write_places(&mut out, &self.stage, today)?;
        Ok(())
    }

    /// Goes on against the real clock until it is interrupted.
    fn go_on(&mut self, clock: &Clock) -> anyhow::Result<()> {
        self.live.context.clock = clock.clone();
        eprintln!(
            "live: looking every {} s, until interrupted",
            LIVE_PAUSE.as_secs()
        );
        loop {
            let entries: Vec<Entry> = self.script.on(clock.today()).to_vec();
            self.stage.record(&self.script, &entries)?;
            self.work()?;
            self.tell(&[])?;
            let interrupted = self.runtime.block_on(async {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => true,
                    () = tokio::time::sleep(LIVE_PAUSE) => false,
                }
            });
            if interrupted {
                return Ok(());
            }
        }
    }
}

/// The days to play; with `--live` none that lies ahead of the real clock.
fn days(args: &DemoArgs, today: NaiveDate) -> Vec<NaiveDate> {
    let days = usize::try_from(args.days).unwrap_or(usize::MAX);
    let is_past = |day: &NaiveDate| !args.live || *day < today;
    first_day()
        .iter_days()
        .take(days)
        .take_while(is_past)
        .collect()
}

/// A receiver for all endpoints and a robot for each group, the units with their addresses
/// instead of the written ones, and the port they share.
async fn receivers(stage: &Stage, units: Units) -> anyhow::Result<(Server, Units, u16)> {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .context("failed to open a receiver")?;
    let address = listener.local_addr()?;
    let (mut secrets, mut groups, mut local) = (BTreeMap::new(), BTreeMap::new(), units);
    for (number, endpoint) in local.endpoints.iter_mut().enumerate() {
        secrets.insert(number.to_string(), vec![stage::key(&endpoint.unit)]);
        endpoint.url = format!("http://{address}/{number}");
    }
    for (number, robot) in local.robots.iter_mut().enumerate() {
        let token = format!("{}-{}", robot.vendor.channel(), number + 1);
        robot.url = Secret::new(format!("http://{address}/robot/{token}"));
        let secret = robot.secret.as_ref().map(|_| stage::secret(robot));
        let vendor = robot.vendor;
        groups.insert(token, Group { vendor, secret });
    }
    let endpoints = receiver::router(stage.bodies(), secrets);
    let router = endpoints.merge(robots::router(stage.groups(), groups));
    let server = receiver::serve(listener, router, std::future::pending());
    Ok((Box::pin(server), local, address.port()))
}

fn write_places(out: &mut dyn Write, stage: &Stage, today: NaiveDate) -> io::Result<()> {
    let config = stage.config();
    let config = config.display();
    writeln!(out)?;
    writeln!(out, "mail       {}/*.eml", stage.mail().display())?;
    writeln!(out, "bodies     {}/*.json", stage.bodies().display())?;
    writeln!(out, "groups     {}/*.json", stage.groups().display())?;
    writeln!(out, "catalogue  {}", stage.catalog().display())?;
    writeln!(out, "ledger     {}", stage.ledger().display())?;
    writeln!(out)?;
    writeln!(out, "Look into it:")?;
    writeln!(out, "  duban due --as-of {today} --config {config}")?;
    writeln!(out, "  duban why 2026-001 pub-6b --config {config}")
}

fn first_day() -> NaiveDate {
    NaiveDate::from_yo_opt(YEAR, 1).unwrap_or_default()
}

/// The moment at which a simulated day is looked at.
fn at(day: NaiveDate) -> chrono::DateTime<chrono::Utc> {
    let time = NaiveTime::from_hms_opt(TIME.0, TIME.1, 0).unwrap_or_default();
    instant(day.and_time(time))
}
