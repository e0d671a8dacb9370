//! Zip files: which kind of document is in them, and that it comes out whole and of a sane size.
//!
//! Owns the bound on what may come out. Refuses to look into the documents.

use std::io::{self, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::damaged;
use crate::domain::fault::Fault;
use crate::store::sheets::content::{PASTE, Refusal, SAVE, UNPACK};

/// The most that may come out of a workbook, in bytes: five times what a hundred thousand rows
/// of 27 cells take.
pub(super) const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// The most parts a workbook may have; one of a hundred sheets has some three hundred.
const MOST_PARTS: usize = 10_000;

/// A workbook in a zip file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Excel 2007 and later.
    Xlsx,
    /// `LibreOffice` and others.
    Ods,
}

/// How other zip files are known: what the name of a part begins with.
const OTHERS: [(&str, Refusal); 6] = [
    ("xl/workbook.bin", ("a binary workbook (.xlsb)", SAVE)),
    ("word/", ("a Word document", PASTE)),
    ("ppt/", ("a presentation", PASTE)),
    (
        "index/document.iwa",
        ("a document of Pages or Numbers", SAVE),
    ),
    (
        "content.xml",
        ("an OpenDocument file that is no spreadsheet", PASTE),
    ),
    ("", ("an archive (zip)", UNPACK)),
];

/// What stands in the part `mimetype` of a spreadsheet, or of a template for one.
const SPREADSHEET: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// The kind of workbook in `source`, all of which was unpacked once: each part is as long as it
/// may be and has the checksum it should have, also behind the place where its reader stops.
///
/// # Errors
/// It is no workbook or not whole, and what to do about it.
pub(super) fn kind(source: &mut (impl Read + Seek)) -> Result<Kind, Fault> {
    let mut archive = ZipArchive::new(source).map_err(damaged)?;
    let names: Vec<String> = archive
        .file_names_raw()
        .map(|name| {
            String::from_utf8_lossy(name)
                .to_lowercase()
                .replace('\\', "/")
        })
        .collect();
    if names.len() > MOST_PARTS {
        let found = format!("a zip file of {} parts", names.len());
        return Err(Fault::new("", found, SAVE));
    }
    let has = |start: &str| names.iter().any(|name| name.starts_with(start));
    let kind = if has("xl/") && !has("xl/workbook.bin") {
        Kind::Xlsx
    } else if has("mimetype") && mimetype(&mut archive)?.starts_with(SPREADSHEET) {
        Kind::Ods
    } else {
        let other = OTHERS.iter().find(|(start, _)| has(start));
        let (found, expected) = other.map_or(("an empty archive (zip)", UNPACK), |it| it.1);
        return Err(Fault::new("", found, expected));
    };
    unpack(&mut archive)?;
    Ok(kind)
}

fn mimetype(archive: &mut ZipArchive<impl Read + Seek>) -> Result<Vec<u8>, Fault> {
    let part = archive.by_name("mimetype").map_err(damaged)?;
    let mut text = Vec::new();
    let most = u64::try_from(SPREADSHEET.len()).unwrap_or_default();
    part.take(most).read_to_end(&mut text).map_err(damaged)?;
    Ok(text)
}

/// Unpacks everything into nothing. What the parts say of their length is believed where it is
/// too much, and counted where it is not.
fn unpack(archive: &mut ZipArchive<impl Read + Seek>) -> Result<(), Fault> {
    let too_much = || {
        let found = format!("more than {MOST_BYTES} bytes when unpacked");
        Fault::new("", found, "a workbook that holds a table and nothing else")
    };
    let mut left = MOST_BYTES;
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(unreadable)?;
        if part.size() > left {
            return Err(too_much());
        }
        let mut bounded = part.take(left + 1);
        let length = io::copy(&mut bounded, &mut io::sink()).map_err(damaged)?;
        left = left.checked_sub(length).ok_or_else(too_much)?;
    }
    Ok(())
}

fn unreadable(error: ZipError) -> Fault {
    if matches!(
        error,
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)
    ) {
        let found = "a zip file protected by a password";
        return Fault::new(
            "",
            found,
            "one without: unpack it and import the workbook in it",
        );
    }
    damaged(error)
}
