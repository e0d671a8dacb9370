//! OLE files, in which many programs kept their documents before 2007: which are workbooks.
//!
//! Owns what to say of those that are not. Refuses to read them; that is for `xls`.

use std::io::{Read, Seek, SeekFrom};

use super::damaged;
use crate::domain::fault::Fault;
use crate::store::sheets::content::{PASTE, Refusal, SAVE};

/// The streams by which an OLE file is known, and what it is then. A stream's name stands in
/// the file's directory as UTF-16 ([MS-CFB] 2.6.1).
const STREAMS: [(&str, Refusal); 6] = [
    (
        "EncryptedPackage",
        (
            "a workbook protected by a password",
            "a workbook without one: open it in a spreadsheet program and save it without a password",
        ),
    ),
    ("WordDocument", ("a Word document", PASTE)),
    ("PowerPoint Document", ("a presentation", PASTE)),
    ("VisioDocument", ("a drawing", PASTE)),
    (
        "__properties_version1.0",
        ("a mail (Outlook)", "the file that came with it"),
    ),
    ("WpsContent", ("a document of WPS Writer", PASTE)),
];

/// What holds a workbook, of Excel 97 and of Excel 5; WPS names its `.et` the same.
const WORKBOOKS: [&str; 2] = ["Workbook", "Book"];

/// Asks that `source` be a workbook, and leaves it at its start.
///
/// # Errors
/// It is something else, and what to do about it.
pub(super) fn require_workbook(source: &mut (impl Read + Seek)) -> Result<(), Fault> {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).map_err(damaged)?;
    source.seek(SeekFrom::Start(0)).map_err(damaged)?;
    let has = |name: &&str| {
        // With the zero that ends it and that stands before it or what aligns it.
        let name: Vec<u8> = name
            .encode_utf16()
            .chain([0])
            .flat_map(u16::to_le_bytes)
            .collect();
        bytes
            .chunks_exact(128)
            .any(|entry| entry.starts_with(&name))
    };
    if WORKBOOKS.iter().any(|name| has(name)) {
        return Ok(());
    }
    let found = STREAMS.iter().find(|(name, _)| has(name));
    let (found, expected) = found.map_or(
        ("a file in the form of Office 97, not a workbook", SAVE),
        |it| it.1,
    );
    Err(Fault::new("", found, expected))
}
