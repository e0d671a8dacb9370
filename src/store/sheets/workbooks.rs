//! Workbooks, read by a process of their own.
//!
//! Owns the starting of the worker, the wait for it and the meaning of its end. Refuses to look
//! into a workbook: whatever is in it can do no more than end the worker. What the worker does,
//! and how it is confined, is `worker`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::Signal;

use super::worker::{LONGEST_COMPUTING_SECS, Line, MOST_MEMORY_BYTES};
use super::{Book, Cell, Grid, Row};
use crate::domain::fault::Fault;

/// The command by which duban starts itself as the worker.
const COMMAND: &str = "read-workbook";

/// Workbooks larger than this are refused, in bytes: ten times one of a hundred thousand rows.
const LARGEST_BYTES: usize = 64 * 1024 * 1024;

/// The longest answer that is listened to, in bytes: all the text a workbook may hold, escaped.
const LONGEST_ANSWER_BYTES: u64 = 1024 * 1024 * 1024;

/// The longest wait for the worker: it computes for half of that at most.
const LONGEST_WAIT: Duration = Duration::from_secs(2 * LONGEST_COMPUTING_SECS);

/// What to do with a workbook that was too much.
const SMALLER: &str = "a workbook that holds a table and nothing else: copy its rows into a new one, or save it as CSV";

/// Reads workbooks by starting a program.
#[derive(Debug, Clone)]
pub struct Workbooks {
    program: Option<PathBuf>,
}

impl Workbooks {
    /// Reads them by this program, started again.
    #[must_use]
    pub const fn by_this_program() -> Self {
        Self { program: None }
    }

    /// Reads them by the duban at `program`.
    #[must_use]
    pub fn by(program: &Path) -> Self {
        Self {
            program: Some(program.to_owned()),
        }
    }

    /// The tables of the workbook in `bytes`.
    pub(super) fn read(&self, file: &str, bytes: &[u8]) -> Result<Book, Fault> {
        if bytes.len() > LARGEST_BYTES {
            let found = format!("a workbook of {} bytes", bytes.len());
            return Err(Fault::new(file, found, SMALLER));
        }
        let mut child = self.start(bytes).map_err(|error| {
            let found = format!("no process that could read it ({error})");
            Fault::new(
                file,
                found,
                "a program that can start itself; save the table as CSV",
            )
        })?;
        let heard = hear(file, &mut child);
        // It has ended by itself, or has nothing to say any more.
        let killed = child.kill();
        let ended = child.wait();
        drop(killed);
        match heard {
            Ok(book) => book,
            Err(error) => Err(unheard(file, &error, ended.ok())),
        }
    }

    /// Starts the worker on `bytes`, in a file without a name: a pipe to it would have to be
    /// filled while its answer is read.
    fn start(&self, bytes: &[u8]) -> io::Result<Child> {
        let mut file = File::from(memfd_create("workbook", MemfdFlags::CLOEXEC)?);
        file.write_all(bytes)?;
        file.rewind()?;
        let program = match &self.program {
            Some(program) => program.clone(),
            None => std::env::current_exe()?,
        };
        Command::new(program)
            .arg(COMMAND)
            .env_clear()
            .stdin(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
    }
}

/// What `child` says of the workbook: its tables, or what is wrong with it.
fn hear(file: &str, child: &mut Child) -> io::Result<Result<Book, Fault>> {
    let out = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let until = Instant::now() + LONGEST_WAIT;
    let mut lines = BufReader::new(Patient { out, until }.take(LONGEST_ANSWER_BYTES));
    let mut book = Book {
        file: file.to_owned(),
        grids: Vec::new(),
        warnings: Vec::new(),
    };
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        lines.read_until(b'\n', &mut bytes)?;
        match serde_json::from_slice(&bytes)? {
            Line::Sheet(name) => book.grids.push(Grid {
                file: file.to_owned(),
                sheet: Some(name),
                rows: Vec::new(),
            }),
            Line::Row(number, cells) => {
                let grid = book.grids.last_mut().ok_or(io::ErrorKind::InvalidData)?;
                let cells = cells.into_iter().map(|(text, kind)| Cell { text, kind });
                let cells = cells.collect();
                grid.rows.push(Row { number, cells });
            }
            Line::Warning(fault) => book.warnings.push(of_file(file, fault)),
            Line::Refused(fault) => return Ok(Err(of_file(file, fault))),
            Line::End => return Ok(whole(book)),
        }
    }
}

/// `book`, if it holds anything.
fn whole(book: Book) -> Result<Book, Fault> {
    if !book.grids.is_empty() {
        return Ok(book);
    }
    let found = match book.warnings.len() {
        0 => "a workbook without a single cell",
        _ => "a workbook whose sheets with cells are all hidden",
    };
    Err(Fault::new(book.file, found, "a header and rows"))
}

/// The worker's fault, which it places within the file.
fn of_file(file: &str, fault: Fault) -> Fault {
    let place = match fault.place.trim_start_matches(", ") {
        "" => file.to_owned(),
        within => format!("{file}, {within}"),
    };
    Fault { place, ..fault }
}

/// What the worker's end means, when it came before the end of its answer.
fn unheard(file: &str, error: &io::Error, ended: Option<ExitStatus>) -> Fault {
    let is = |signal: Signal| ended.and_then(|ended| ended.signal()) == Some(signal.as_raw());
    let took = format!("a workbook that takes more than {LONGEST_COMPUTING_SECS} seconds to read");
    if error.kind() == io::ErrorKind::TimedOut {
        Fault::new(file, "a workbook that is not read in good time", SMALLER)
    } else if is(Signal::XCPU) || is(Signal::KILL) {
        Fault::new(file, took, SMALLER)
    } else if is(Signal::ABORT) {
        let found =
            format!("a workbook that needs more than {MOST_MEMORY_BYTES} bytes of memory to read");
        Fault::new(file, found, SMALLER)
    } else {
        let how = ended.map_or_else(|| "unknown".to_owned(), |ended| ended.to_string());
        let found = format!("a damaged workbook (its reader failed: {how})");
        let expected =
            "a whole one: open it in a spreadsheet program, save it anew as .xlsx and import that";
        Fault::new(file, found, expected)
    }
}

/// The worker's answer, waited for until a moment and no longer.
struct Patient {
    out: ChildStdout,
    until: Instant,
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        let left = Timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(0),
            tv_nsec: left.subsec_nanos().into(),
        };
        let mut waited = [PollFd::new(&self.out, PollFlags::IN)];
        if poll(&mut waited, Some(&left))? == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.out.read(buffer)
    }
}
