//! A pack's file, from its head to its rules.
//!
//! Owns everything in the file but the single rule: head, counting, systems and
//! ladders. Refuses to stop at a fault, and to let a pack with one through.

use chrono::NaiveDate;

use super::entry::{self, Written};
use super::readings::{self, Places};
use super::{Audience, Counting, Ladder, Pack, Rung, System, sound, words};
use crate::domain::counting::{Convention, Direction, Reading, Roll, Span, Unit};
use crate::domain::decision::EVENT_KINDS;
use crate::domain::fault::Fault;
use crate::domain::table::{self, Table};

/// Reads a pack from TOML; `file` is its name in faults.
///
/// # Errors
/// Every fault in it at once, each with file and line: what cannot be read, names
/// that nothing bears, and rules that do not fit together.
pub fn read(file: &str, text: &str) -> Result<Pack, Vec<Fault>> {
    table::read(file, text, pack)
}

fn pack(root: &Table) -> Pack {
    root.needs(&["pack", "counting", "system", "ladder", "rule"]);
    let head = root.table("pack").map(|table| head(&table));
    let head = head.unwrap_or_default();
    let counting = counting(root.table("counting").as_ref());
    let systems: Vec<Written<System>> = written(root.tables("system"), system);
    let ladders: Vec<Written<Ladder>> = written(root.tables("ladder"), ladder);
    let names = Names {
        events: EVENT_KINDS
            .iter()
            .map(|kind| (*kind).to_owned())
            .chain(head.events.iter().cloned())
            .collect(),
        systems: systems
            .iter()
            .map(|system| system.item.id.clone())
            .collect(),
        ladders: ladders
            .iter()
            .map(|ladder| ladder.item.id.clone())
            .collect(),
        counting,
    };
    let rules = entry::rules(root.tables("rule"), &names);
    let readings = root
        .table("readings")
        .map(|table| readings::readings(&table));
    let places = Places {
        root,
        rules: &rules,
        ladders: &ladders,
    };
    let ambiguities = written(root.tables("ambiguity"), |table| {
        readings::ambiguity(table, &places)
    });
    root.finish();
    sound::unique(&ambiguities, |ambiguity| &ambiguity.id);
    sound::check(root, &systems, &ladders, &rules);
    Pack {
        name: head.name,
        title: head.title,
        version: head.version,
        valid_from: head.valid_from,
        events: head.events,
        alike: root
            .table("pack")
            .map(|table| table.list("alike", |text| words::event(text, &names)))
            .unwrap_or_default(),
        counting,
        readings: readings.unwrap_or_default(),
        ambiguities: ambiguities.into_iter().map(|one| one.item).collect(),
        systems: systems.into_iter().map(|system| system.item).collect(),
        ladders: ladders.into_iter().map(|ladder| ladder.item).collect(),
        rules: rules.into_iter().map(|rule| rule.item).collect(),
    }
}

/// The names a rule may use, and the counting it falls back on.
pub(super) struct Names {
    /// Event kinds of the contract and those the pack declares.
    pub(super) events: Vec<String>,
    /// Ids of systems.
    pub(super) systems: Vec<String>,
    /// Ids of ladders.
    pub(super) ladders: Vec<String>,
    /// The counting table.
    pub(super) counting: Counting,
}

#[derive(Default)]
struct Head {
    name: String,
    title: String,
    version: String,
    valid_from: NaiveDate,
    events: Vec<String>,
}

fn head(table: &Table) -> Head {
    table.needs(&["name", "title", "version", "valid_from"]);
    let head = Head {
        name: table.one("name", words::name).unwrap_or_default(),
        title: table.string("title").unwrap_or_default(),
        version: table.string("version").unwrap_or_default(),
        valid_from: table.date("valid_from").unwrap_or_default(),
        events: table.list("events", words::name),
    };
    // Read once every event kind is known.
    let _ = table.has("alike");
    table.finish();
    head
}

fn counting(table: Option<&Table>) -> Counting {
    let of = |key| table.map_or(PLACEHOLDER, |table| convention(table, key));
    let counting = Counting {
        forward_days: of("forward_days"),
        forward_working_days: of("forward_working_days"),
        backward_days: of("backward_days"),
        backward_working_days: of("backward_working_days"),
        months_and_years: of("months_and_years"),
    };
    if let Some(table) = table {
        table.finish();
    }
    counting
}

/// Stands where a convention could not be read; such a pack is refused.
const PLACEHOLDER: Convention = Convention {
    reading: Reading::Inclusive,
    roll: Roll::None,
};

fn convention(table: &Table, key: &str) -> Convention {
    table.needs(&[key]);
    let Some(table) = table.table(key) else {
        return PLACEHOLDER;
    };
    table.needs(&["reading", "roll"]);
    let convention = words::convention(&table, PLACEHOLDER);
    table.finish();
    convention
}

fn written<T>(tables: Vec<Table<'_>>, read: impl Fn(&Table) -> T) -> Vec<Written<'_, T>> {
    let written = tables.into_iter().map(|table| {
        let item = read(&table);
        table.finish();
        Written { item, table }
    });
    written.collect()
}

fn system(table: &Table) -> System {
    table.needs(&["id", "title"]);
    System {
        id: table.string("id").unwrap_or_default(),
        title: table.string("title").unwrap_or_default(),
    }
}

const AUDIENCES: &[(Audience, &str)] = &[
    (Audience::Contact, "contact"),
    (Audience::Head, "head"),
    (Audience::Leader, "leader"),
    (Audience::Centre, "centre"),
    (Audience::Office, "office"),
];

fn ladder(table: &Table) -> Ladder {
    table.needs(&["id", "near", "rung"]);
    let id = table.one("id", words::name).unwrap_or_default();
    let near = table.one("near", words::span).unwrap_or(Span::ZERO);
    if near.direction == Direction::Forward && near.count > 0 {
        table.doubt(
            "near",
            format!("`{near}`"),
            "an offset before the date, like `-7d`",
        );
    }
    let then_every = table.one("then_every", words::span);
    if then_every.is_some_and(|span| span.direction == Direction::Backward || span.count == 0) {
        table.doubt(
            "then_every",
            "an offset that does not lead on",
            "one like `+5wd`",
        );
    }
    Ladder {
        id,
        near,
        rungs: rungs(table),
        cut_short: table.choices("cut_short", AUDIENCES),
        then_every,
    }
}

/// The rungs in order; one that does not come after the one before it is a fault.
fn rungs(table: &Table) -> Vec<Rung> {
    let mut rungs: Vec<Rung> = Vec::new();
    for table in table.tables("rung") {
        let rung = rung(&table);
        if let Some(before) = rungs.last()
            && moment(before.at) >= moment(rung.at)
        {
            let found = format!("`{}` after `{}`", rung.at, before.at);
            table.doubt("at", found, "rungs in order of time");
        }
        rungs.push(rung);
    }
    rungs
}

fn rung(table: &Table) -> Rung {
    table.needs(&["at", "to"]);
    let rung = Rung {
        at: table.one("at", words::span).unwrap_or(Span::ZERO),
        to: table.choices("to", AUDIENCES),
        later: table.bool("later").unwrap_or(false),
    };
    if table.has("to") && rung.to.is_empty() {
        table.doubt(
            "to",
            "nobody",
            "at least one of contact, head, leader, centre, office",
        );
    }
    table.finish();
    rung
}

/// Where a rung stands relative to the date, in fifths of a day so that a working day
/// (seven fifths) compares with a natural one; only good for putting rungs in order.
fn moment(at: Span) -> i64 {
    let fifths = match at.unit {
        Unit::Days => 5,
        Unit::WorkingDays => 7,
        Unit::Months => 5 * 30,
        Unit::Years => 5 * 365,
    };
    let size = i64::from(at.count) * fifths;
    match at.direction {
        Direction::Forward => size,
        Direction::Backward => -size,
    }
}
