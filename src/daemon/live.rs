//! The settings in force: what a reload replaces as a whole.
//!
//! Owns reading pack, calendar and directory into one library and building the
//! channels from the configuration. Refuses to keep half of an old and half of a
//! new configuration.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{NaiveTime, TimeDelta};
use sha2::{Digest as _, Sha256};

use crate::channels::Channels;
use crate::channels::egress::Egress;
use crate::channels::heartbeat::Heartbeat;
use crate::channels::proof::Press;
use crate::channels::wording::Wording;
use crate::clock::Clock;
use crate::config::{Bell, Config, Web};
use crate::domain::acknowledgement::Links;
use crate::domain::delivery::robot::Vendor;
use crate::domain::fault::Fault;
use crate::domain::ladder::SendWindow;
use crate::domain::lanes::{Bounds, Rate};
use crate::domain::notice::Channel;
use crate::domain::pack::{self, Pack};
use crate::domain::shipped;
use crate::jobs::gate::Gate;
use crate::jobs::round::Work;
use crate::jobs::{Context, Library, Limits, Watch};
use crate::store::ledger::Ledger;

use super::shelf::{Shelf, text_of};

/// Connections to the relay are kept busy by this many messages each: one on the wire,
/// the others waiting for their claim or their receipt to reach the disk.
const MESSAGES_PER_CONNECTION: usize = 8;

/// Everything a reload replaces.
#[derive(Debug)]
pub struct Live {
    /// Law, calendar and directory.
    pub library: Arc<Library>,
    /// Ledger, channels, clock and limits.
    pub context: Context,
    /// The city's catalogue.
    pub catalog: PathBuf,
    /// How long a message may fail before it fails upward.
    pub upward_after: TimeDelta,
    /// When the centre's digest is due.
    pub digest_at: NaiveTime,
    /// When to wake, besides by itself.
    pub wake: Vec<Bell>,
    /// After how many minutes a message that waits is late.
    pub late_min: u32,
    /// The watchman outside, where there is one.
    pub heartbeat: Option<Arc<Heartbeat>>,
    /// What makes and reads the links by which notices are acknowledged, where there are any.
    pub links: Option<Links>,
}

impl Live {
    /// Builds everything from `config`.
    ///
    /// # Errors
    /// Every fault of pack, calendar and channels.
    pub fn new(config: &Config, clock: Clock, ledger: Ledger) -> Result<Self, Vec<Fault>> {
        let library = library(config);
        let channels = channels(config);
        let heartbeat = heartbeat(config);
        let links = links(config);
        let (library, channels, heartbeat, links) = match (library, channels, heartbeat, links) {
            (Ok(library), Ok(channels), Ok(heartbeat), Ok(links)) => {
                (library, channels, heartbeat, links)
            }
            (library, channels, heartbeat, links) => {
                let heartbeat = heartbeat.err().map(|fault| vec![fault]);
                let links = links.err().map(|fault| vec![fault]);
                let faults = [library.err(), channels.err(), heartbeat, links];
                return Err(faults.into_iter().flatten().flatten().collect());
            }
        };
        let of_heartbeat = heartbeat.iter().filter_map(|one| one.warning.as_ref());
        let (links, of_key) = links.unzip();
        let of_web = config.web.iter().flat_map(Web::doubts);
        let of_web: Vec<Fault> = of_web.chain(of_key.flatten()).collect();
        for doubt in channels.warnings().chain(of_heartbeat).chain(&of_web) {
            tracing::warn!(%doubt, "allowed, but unwise");
        }
        let channels = channels.with_links(links.clone());
        let gate = Gate::on(config.catalog.clone(), library.fingerprint.clone())
            .with_room(config.ledger.clone(), config.delivery.least_free_bytes())
            .with_connections(config.mail.connections());
        Ok(Self {
            library: Arc::new(library),
            context: Context {
                ledger,
                carrier: Arc::new(channels),
                clock,
                watch: Watch::default(),
                policy: config.delivery.retry.clone(),
                limits: limits(config),
                gate: Arc::new(gate),
                holder: format!("pid-{}", std::process::id()),
            },
            catalog: config.catalog.clone(),
            upward_after: TimeDelta::minutes(config.delivery.upward_after_min.into()),
            digest_at: config.schedule.digest_at,
            wake: config.schedule.wake.clone(),
            late_min: config.auditor.late_min,
            heartbeat: heartbeat.map(Arc::new),
            links,
        })
    }

    /// What a round works with.
    #[must_use]
    pub fn work(&self) -> Work<'_> {
        Work {
            context: &self.context,
            library: &self.library,
            catalog: &self.catalog,
            upward_after: self.upward_after,
            digest_at: self.digest_at,
            late_min: self.late_min,
        }
    }
}

/// The channels as the configuration sets them up, secrets and certificates read.
///
/// # Errors
/// Everything that can be known wrong in them.
pub fn channels(config: &Config) -> Result<Channels, Vec<Fault>> {
    let channels = Channels::new(
        &config.mail,
        &config.webhook,
        &config.units.endpoints,
        &config.units.robots,
        &Egress::new(&config.egress),
        credentials_folder().as_deref(),
    );
    in_words(channels, config)
}

/// What shows messages in the words in force, sending none; without links where whoever asks
/// may not read their key, or nobody has made it yet.
///
/// # Errors
/// Everything that can be known wrong in the wording.
pub fn press(config: &Config) -> Result<Press, Vec<Fault>> {
    let wording = Wording::from_folder(config.wording.as_deref())?;
    let links = links(config).unwrap_or_else(|fault| {
        tracing::warn!(%fault, "shown without the link of acknowledgement");
        None
    });
    let wording = wording.with_links(links.map(|(links, _)| links));
    let press = Press::new(&config.mail, &config.units.robots, wording);
    press.map_err(|fault| vec![fault])
}

/// The channels with the city's own wording, where it has one.
fn in_words(
    channels: Result<Channels, Vec<Fault>>,
    config: &Config,
) -> Result<Channels, Vec<Fault>> {
    if config.wording.is_none() {
        return channels;
    }
    match (channels, Wording::from_folder(config.wording.as_deref())) {
        (Ok(channels), Ok(wording)) => Ok(channels.with_wording(wording)),
        (channels, wording) => {
            let faults = [channels.err(), wording.err()];
            Err(faults.into_iter().flatten().flatten().collect())
        }
    }
}

fn heartbeat(config: &Config) -> Result<Option<Heartbeat>, Fault> {
    let settings = config.heartbeat.as_ref();
    let heartbeat = settings.map(|one| Heartbeat::new(one, config.webhook.allow_http));
    heartbeat.transpose()
}

fn links(config: &Config) -> Result<Option<(Links, Option<Fault>)>, Fault> {
    let (web, credentials) = (config.web.as_ref(), credentials_folder());
    web.map(|web| web.links(credentials.as_deref())).transpose()
}

/// Pack, calendar and directory as the configuration names them.
///
/// # Errors
/// Every fault of the pack and of the notices.
pub fn library(config: &Config) -> Result<Library, Vec<Fault>> {
    let pack = pack_of(config.rules.as_deref());
    let calendar = Shelf::open(config.calendar.as_deref()).and_then(|shelf| shelf.calendar());
    let (pack, calendar) = match (pack, calendar) {
        (Ok(pack), Ok(calendar)) => (pack, calendar),
        (pack, calendar) => {
            let faults = [pack.err(), calendar.err()];
            return Err(faults.into_iter().flatten().flatten().collect());
        }
    };
    let window = SendWindow {
        from: config.schedule.send_from,
        until: config.schedule.send_until,
        spread_secs: config.schedule.spread_secs,
    };
    let directory = config.units.directory.clone();
    let fingerprint = fingerprint(&format!("{pack:?}{calendar:?}{directory:?}"));
    Ok(Library {
        pack,
        calendar,
        directory,
        fingerprint,
        window,
    })
}

/// The pack at `path`, or the built-in one.
///
/// # Errors
/// All its faults.
pub fn pack_of(path: Option<&Path>) -> Result<Pack, Vec<Fault>> {
    match path {
        None => shipped::pack(),
        Some(path) => pack::read(&path.display().to_string(), &text_of(path)?),
    }
}

fn limits(config: &Config) -> Limits {
    let delivery = &config.delivery;
    let of = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let longest = u32::try_from(config.longest_attempt_secs()).unwrap_or(u32::MAX);
    Limits {
        bounds: Bounds {
            in_flight: of(delivery.in_flight),
            per_destination: of(delivery.per_destination),
            relay_start: config.mail.connections(),
            per_relay: config.mail.connections() * MESSAGES_PER_CONNECTION,
            rates: rates(config),
        },
        lease_secs: delivery.lease_secs,
        wait_secs: delivery.lease_secs.saturating_sub(longest),
    }
}

/// Each channel's rate, and what endpoints and robots have of their own.
fn rates(config: &Config) -> BTreeMap<String, Rate> {
    let rate = |channel: Channel| match (channel, Vendor::of(channel)) {
        (_, Some(vendor)) => vendor.rate(),
        (Channel::Mail, None) => Rate::a_minute(config.mail.per_minute()),
        (_, None) => Rate::a_minute(config.webhook.per_minute),
    };
    let channels = Channel::ALL.map(|channel| (channel.name().to_owned(), rate(channel)));
    let own = config.units.endpoints.iter().filter_map(|endpoint| {
        let destination = Channel::Webhook.destination(&endpoint.unit);
        Some((destination, Rate::a_minute(endpoint.per_minute?)))
    });
    let robots = config.units.robots.iter().filter_map(|robot| {
        let destination = robot.vendor.channel().destination(&robot.unit);
        Some((destination, robot.vendor.rate_of(robot.per_minute?)?))
    });
    channels.into_iter().chain(own).chain(robots).collect()
}

/// What names this very text.
fn fingerprint(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// The folder systemd puts credentials into (`LoadCredential=`).
#[must_use]
pub fn credentials_folder() -> Option<PathBuf> {
    std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}
