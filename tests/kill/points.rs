//! The fault points by name, as `points.txt` lists them in the order of a notice's life: where
//! each stops the program, and what the ledger must then show.

use crate::kit::city::Channel::{self, Hook, Mail};

const TABLE: &str = include_str!("points.txt");

/// What is under way when the program is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    /// Decisions are due today.
    Due,
    /// Decisions are long overdue: heads are told too.
    Overdue,
    /// Everything is sent, and the program is told to stop: the WAL goes into the database.
    Checkpoint,
    /// The WAL is so long that the next commit puts it into the database.
    Busy,
    /// The first start on a ledger that is not there yet, or is the first version's.
    Migration,
    /// `duban backup` while the daemon works; the backup is killed.
    Backup,
    /// Told to stop while answers are on their way.
    Drain,
}

/// What an autopsy must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// What was to be planned is not in the ledger.
    NotPlanned,
    /// It is.
    Planned,
    /// Fewer attempts than asked for were begun.
    NotClaimed,
    /// At least one attempt is begun, and nobody knows its end.
    UnderWay,
    /// At least one attempt has an end.
    Settled,
    /// Nothing in particular.
    Any,
}

/// A fault point of one channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) name: &'static str,
    /// The shim's name for it.
    pub(crate) stop: &'static str,
    pub(crate) scene: Scene,
    pub(crate) channel: Channel,
    /// How often it is surely reached; `None` where every message reaches it once more.
    pub(crate) times: Option<usize>,
    pub(crate) mark: Mark,
}

/// Each point with each channel it has.
pub(crate) fn all() -> Vec<Point> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(points).collect()
}

fn points(line: &'static str) -> Vec<Point> {
    let mut rest = line;
    let [scene, channels, times, stop, mark] = std::array::from_fn(|_| {
        let (word, after) = rest.split_once(' ').unwrap();
        rest = after.trim_start();
        word
    });
    let channels = match channels {
        "mail" => vec![Mail],
        "hook" => vec![Hook],
        _ => vec![Mail, Hook],
    };
    let of_channel = |channel| Point {
        name: rest,
        stop,
        scene: scene_of(scene),
        channel,
        times: times.parse().ok(),
        mark: mark_of(mark),
    };
    channels.into_iter().map(of_channel).collect()
}

fn scene_of(word: &str) -> Scene {
    match word {
        "due" => Scene::Due,
        "overdue" => Scene::Overdue,
        "checkpoint" => Scene::Checkpoint,
        "busy" => Scene::Busy,
        "migration" => Scene::Migration,
        "backup" => Scene::Backup,
        "drain" => Scene::Drain,
        _ => panic!("no scene {word}"),
    }
}

fn mark_of(word: &str) -> Mark {
    match word {
        "NotPlanned" => Mark::NotPlanned,
        "Planned" => Mark::Planned,
        "NotClaimed" => Mark::NotClaimed,
        "UnderWay" => Mark::UnderWay,
        "Settled" => Mark::Settled,
        "Any" => Mark::Any,
        _ => panic!("no mark {word}"),
    }
}
