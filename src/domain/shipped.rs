//! The pack and the calendar that come with the program.
//!
//! Owns which files are compiled in, so that commands which only read work without
//! any configuration. Refuses to hold content: it stands in `config/`, where an
//! admin finds, copies and changes it.

use super::almanac;
use super::calendar::{Calendar, Notice};
use super::fault::Fault;
use super::pack::{self, Pack};

/// A compiled-in file: its name in faults, and its text.
pub type File = (&'static str, &'static str);

/// Taonan's rules, the default pack.
pub const PACK: File = (
    "config/rules/taonan.toml",
    include_str!("../../config/rules/taonan.toml"),
);

/// The State Council's notices, a year each; the last one is provisional.
pub const NOTICES: [File; 5] = [
    (
        "config/calendar/2023.json",
        include_str!("../../config/calendar/2023.json"),
    ),
    (
        "config/calendar/2024.json",
        include_str!("../../config/calendar/2024.json"),
    ),
    (
        "config/calendar/2025.json",
        include_str!("../../config/calendar/2025.json"),
    ),
    (
        "config/calendar/2026.json",
        include_str!("../../config/calendar/2026.json"),
    ),
    (
        "config/calendar/2027.json",
        include_str!("../../config/calendar/2027.json"),
    ),
];

/// The default pack.
///
/// # Errors
/// None in a released program: a test holds the shipped pack to being sound.
pub fn pack() -> Result<Pack, Vec<Fault>> {
    pack::read(PACK.0, PACK.1)
}

/// The shipped notices, in order of year.
///
/// # Errors
/// None in a released program.
pub fn notices() -> Result<Vec<Notice>, Vec<Fault>> {
    let read = NOTICES.iter().map(|(file, text)| almanac::read(file, text));
    read.collect()
}

/// The calendar of the shipped notices; its version names their years.
///
/// # Errors
/// None in a released program.
pub fn calendar() -> Result<Calendar, Vec<Fault>> {
    almanac::calendar(&notices()?, &[])
}
