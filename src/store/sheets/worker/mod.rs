//! Reading workbooks in a process that may fail: `duban read-workbook`, which duban starts itself.
//!
//! Owns the limits of that process and the reading of each kind of workbook. Refuses to trust a
//! byte: a file of a few kilobytes can ask its reader for half a terabyte, and no caller can
//! catch that, so whatever goes wrong ends this process only. The side that starts it, and says
//! what its end means, is `workbooks`.

mod answer;
mod date_format;
mod gather;
mod ods;
mod ole;
mod shown;
mod xls;
mod xls_formats;
mod xlsx;
mod xml;
mod zipped;

use std::io::{self, Read, Seek, SeekFrom, Write};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::domain::fault::Fault;
use answer::{Answer, Stop};

pub(super) use answer::Line;

/// The most memory the worker may have: a hundred thousand rows of 27 cells take a quarter.
pub(super) const MOST_MEMORY_BYTES: u64 = 1024 * 1024 * 1024;

/// The longest the worker may compute, in seconds: ten times what such a file takes.
pub(super) const LONGEST_COMPUTING_SECS: u64 = 30;

/// Confines this process to what reading a workbook may take. There is no way back.
///
/// # Errors
/// The system refuses to set a limit.
pub fn confine() -> io::Result<()> {
    let limits = [
        (Resource::As, MOST_MEMORY_BYTES),
        (Resource::Cpu, LONGEST_COMPUTING_SECS),
        (Resource::Core, 0),
    ];
    for (resource, most) in limits {
        // Whoever started duban may have allowed it less.
        let allowed = getrlimit(resource).maximum;
        let most = allowed.map_or(most, |allowed| allowed.min(most));
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

/// Reads the workbook in `source` and says on `out` what it holds, or why it cannot be read.
///
/// # Errors
/// Nobody listens. What is wrong with the workbook is part of the answer.
pub fn read_workbook(mut source: impl Read + Seek, out: impl Write) -> io::Result<()> {
    let mut answer = Answer::new(out);
    let last = match sheets(&mut source, &mut answer) {
        Ok(()) => Line::End,
        Err(Stop::Refused(fault)) => Line::Refused(fault),
        Err(Stop::Unheard(error)) => return Err(error),
    };
    answer.say(&last)?;
    answer.flush()
}

fn sheets<W: Write>(source: &mut (impl Read + Seek), answer: &mut Answer<W>) -> Result<(), Stop> {
    let mut start = [0; 2];
    source.read_exact(&mut start).map_err(damaged)?;
    source.seek(SeekFrom::Start(0)).map_err(damaged)?;
    if start != *b"PK" {
        let stream = ole::workbook(source)?;
        return xls::read(source, &stream, answer);
    }
    match zipped::kind(source)? {
        zipped::Kind::Xlsx => xlsx::read(source, answer),
        zipped::Kind::Ods => ods::read(source, answer),
    }
}

/// Says that the workbook cannot be understood, and at what the reader stumbled.
fn damaged(error: impl std::fmt::Display) -> Fault {
    let found = format!("a damaged workbook ({error})");
    let expected = "a whole one: open it in a spreadsheet program, save it anew and import that";
    Fault::new("", found, expected)
}
