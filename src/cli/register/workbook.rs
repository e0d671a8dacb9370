//! The register as a workbook: 台账, 待补, 后续, 通知, 汇总.
//!
//! Owns which sheets there are and in which order they are filled. Refuses to know how a page looks.

use std::fs::File;
use std::path::Path;

use super::book::{Book, LIMITS};
use super::duties::Question;
use super::form::{AHEAD, Cell, DUTIES, NOTICES, WAITING};
use super::gathered::{Gathered, Rows};
use super::summary::{self, Facts};
use super::told::{self, Told};
use crate::channels::wording::register::RegisterWords;
use crate::cli::unfinished::{Unfinished, folder};
use crate::store::ledger::Reader;

/// Writes the workbook to `path`; what could not be shown whole is told on stderr.
///
/// # Errors
/// The databases', the templates' or the disk's.
pub(super) fn write(
    question: &Question<'_>,
    ledger: Option<&Reader>,
    words: &mut RegisterWords<'_>,
    (path, force): (&Path, bool),
) -> anyhow::Result<()> {
    let file = Unfinished::begin(path, force)?;
    let folder = folder(path);
    let (gathered, rows) = Gathered::rows(question, words, folder)?;
    let Rows {
        duties,
        waiting,
        ahead,
    } = rows;
    question.want_some(&gathered.seen)?;
    let organ = gathered.seen.organ();
    let mut book = Book::new(words, &organ, question.today, folder, LIMITS)?;
    let mut sheet = book.sheet(DUTIES)?;
    duties.each(&mut |_, cells: Vec<Cell>| sheet.row(&cells))?;
    let mut parts = vec![sheet.end()?];
    let mut sheet = book.sheet(WAITING)?;
    waiting.each(&mut |_, cells: Vec<Cell>| sheet.row(&cells))?;
    parts.push(sheet.end()?);
    let mut sheet = book.sheet(AHEAD)?;
    ahead.each(&mut |(), cells: Vec<Cell>| sheet.row(&cells))?;
    parts.push(sheet.end()?);
    let notices = write_notices(&mut book, &Told::of(&gathered, question.today), ledger)?;
    parts.extend(notices);
    let notices = notices.map(|(_, rows)| rows);
    let facts = Facts {
        question,
        gathered: &gathered,
        notices,
    };
    summary::write(&mut book, &facts)?;
    finish(book, file.file(), &parts)?;
    file.finish()
}

/// 通知; in how many parts, with how many rows. Without a ledger there is none, and it says so.
fn write_notices(
    book: &mut Book<'_, '_>,
    told: &Told<'_>,
    ledger: Option<&Reader>,
) -> anyhow::Result<Option<(u32, u64)>> {
    let no_ledger = book.words.name("no_ledger")?;
    let mut sheet = book.sheet(NOTICES)?;
    let Some(ledger) = ledger else {
        sheet.remark(&no_ledger)?;
        sheet.end()?;
        return Ok(None);
    };
    told.each(ledger, &mut |entry| {
        let cells = told::row(sheet.words(), &entry)?;
        sheet.row(&cells)
    })?;
    sheet.end().map(Some)
}

/// Saves it, and says what a reader of the workbook should know beforehand.
fn finish(book: Book<'_, '_>, file: &File, parts: &[(u32, u64)]) -> anyhow::Result<()> {
    let (cut, clipped) = book.save(file)?;
    if cut > 0 {
        eprintln!(
            "{cut} cells hold more than the {} characters that a workbook allows: each says so and where the rest is",
            LIMITS.chars
        );
    }
    if clipped > 0 {
        eprintln!("{clipped} rows hold more than a row can show: print shows how they begin");
    }
    for (part, rows) in parts.iter().filter(|(part, _)| *part > 1) {
        eprintln!(
            "{rows} rows do not fit into one sheet: they go on in further ones, {part} in all"
        );
    }
    Ok(())
}
