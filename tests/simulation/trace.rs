//! What happened in a simulated year, line by line, and the one number that stands for it.
//!
//! Owns the hash (FNV-1a) and the tail that a failure shows. Refuses what would differ
//! between two runs of one seed: paths, process ids, wall-clock time.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use duban::clock::civil;

/// Lines a failure shows.
const TAIL: usize = 40;

/// The trace of a year.
#[derive(Debug)]
pub(crate) struct Trace {
    hash: u64,
    tail: VecDeque<String>,
}

impl Trace {
    pub(crate) const fn new() -> Self {
        Self {
            hash: 0xcbf2_9ce4_8422_2325,
            tail: VecDeque::new(),
        }
    }

    /// Adds a line.
    pub(crate) fn note(&mut self, at: DateTime<Utc>, what: &str) {
        let line = format!("{} {what}", civil(at).format("%F %T"));
        for byte in line.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.tail.push_back(line);
        if self.tail.len() > TAIL {
            self.tail.pop_front();
        }
    }

    pub(crate) const fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) fn tail(&self) -> String {
        let lines: Vec<&str> = self.tail.iter().map(String::as_str).collect();
        lines.join("\n  ")
    }
}
