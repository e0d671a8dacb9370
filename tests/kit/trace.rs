//! The trace that the shim writes: what the program asked of the system, in order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a record is about, as `shim.c` numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Database,
    Wal,
    Journal,
    Folder,
    Mail,
    Hook,
    Other,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { to: usize },
    SyncBegins,
    SyncEnded,
    Create,
    Remove,
    Connect,
    Send(Vec<u8>),
    Notify(Vec<u8>),
}

/// One record.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) target: Target,
    pub(crate) call: Call,
    /// The process and its descriptor.
    pub(crate) by: (u32, u16),
}

/// One message on its way to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sending {
    pub(crate) key: String,
    /// The record with the first byte that is about this message.
    pub(crate) first: usize,
    /// The record with its last byte, if it was sent.
    pub(crate) last: Option<usize>,
}

const HEAD: usize = 24;

/// Reads a trace; a record that a kill cut off is left out.
pub(crate) fn read(path: &Path) -> Vec<Record> {
    let bytes = std::fs::read(path).unwrap_or_default();
    let (mut rest, mut records) = (bytes.as_slice(), Vec::new());
    while rest.len() >= HEAD {
        let (head, after) = rest.split_at(HEAD);
        let number = |from: usize| u32::from_ne_bytes(head[from..from + 4].try_into().unwrap());
        let at = i64::from_ne_bytes(head[8..16].try_into().unwrap());
        let length = usize::try_from(number(16)).unwrap();
        let Some((bytes, next)) = after.split_at_checked(length) else {
            break;
        };
        records.push(Record {
            target: target(head[1]),
            call: call(head[0], usize::try_from(at).unwrap(), bytes),
            by: (number(4), u16::from_ne_bytes([head[2], head[3]])),
        });
        rest = next;
    }
    records
}

const fn target(file: u8) -> Target {
    match file {
        1 => Target::Database,
        2 => Target::Wal,
        3 => Target::Journal,
        5 => Target::Folder,
        6 => Target::Mail,
        7 => Target::Hook,
        _ => Target::Other,
    }
}

fn call(what: u8, at: usize, bytes: &[u8]) -> Call {
    let bytes = bytes.to_vec();
    match what {
        b'w' => Call::Write { at, bytes },
        b't' => Call::Truncate { to: at },
        b's' => Call::SyncBegins,
        b'e' => Call::SyncEnded,
        b'c' => Call::Create,
        b'u' => Call::Remove,
        b'o' => Call::Connect,
        b'm' => Call::Send(bytes),
        b'n' => Call::Notify(bytes),
        _ => panic!("a record of kind {what}"),
    }
}

/// Every message that was begun to be sent. A mail's first byte is that of its `MAIL FROM`,
/// and its last the dot.
pub(crate) fn sendings(records: &[Record]) -> Vec<Sending> {
    let mut all: Vec<Sending> = Vec::new();
    let mut from: BTreeMap<(u32, u16), usize> = BTreeMap::new();
    let mut body: BTreeMap<(u32, u16), usize> = BTreeMap::new();
    for (place, record) in records.iter().enumerate() {
        let Call::Send(bytes) = &record.call else {
            continue;
        };
        let text = String::from_utf8_lossy(bytes);
        if record.target == Target::Hook {
            let key = text.split("webhook-id: ").nth(1);
            all.extend(key.map(|rest| Sending {
                key: rest.split("\r\n").next().unwrap().to_owned(),
                first: place,
                last: Some(place),
            }));
        } else if text.starts_with("MAIL FROM") {
            from.insert(record.by, place);
        } else if let Some(rest) = text.split("Message-ID: <").nth(1) {
            body.insert(record.by, all.len());
            all.push(Sending {
                key: rest.split('@').next().unwrap().to_owned(),
                first: from.get(&record.by).copied().unwrap_or(place),
                last: None,
            });
        } else if text.as_ref() == "\r\n.\r\n"
            && let Some(begun) = body.remove(&record.by)
        {
            all[begun].last = Some(place);
        }
    }
    all
}

/// The messages of which the last byte was sent.
pub(crate) fn sent_whole(path: &Path) -> BTreeSet<String> {
    let whole = sendings(&read(path)).into_iter();
    whole
        .filter(|sending| sending.last.is_some())
        .map(|sending| sending.key)
        .collect()
}
