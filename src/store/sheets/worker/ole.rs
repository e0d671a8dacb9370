//! OLE files, in which many programs kept their documents before 2007: which are workbooks.
//!
//! Owns what to say of those that are not, and the stream in which a workbook is. Refuses to
//! read the workbook; that is for `xls`.

use std::io::{Read, Seek, SeekFrom};

use cfb::CompoundFile;

use super::damaged;
use crate::domain::fault::Fault;
use crate::store::sheets::content::{PASTE, Refusal, SAVE};

/// The streams by which an OLE file is known, and what it is then.
const OTHERS: [(&str, Refusal); 5] = [
    ("EncryptedPackage", PROTECTED),
    ("WordDocument", ("a Word document", PASTE)),
    ("PowerPoint Document", ("a presentation", PASTE)),
    ("__properties_version1.0", ("a mail (Outlook)", SAVE)),
    (
        "",
        ("a file in the form of Office 97, not a workbook", SAVE),
    ),
];

/// What to say of a workbook that asks for a password.
pub(super) const PROTECTED: Refusal = (
    "a workbook protected by a password",
    "a workbook without one: open it in a spreadsheet program and save it without a password",
);

/// What holds a workbook, of Excel 97 and of Excel 5; WPS names its `.et` the same.
const WORKBOOKS: [&str; 2] = ["Workbook", "Book"];

/// The stream of the workbook in `source`, which is left at its start; empty where the file is
/// so odd that only the reader of the whole of it may understand it.
///
/// # Errors
/// It is something else, and what to do about it.
pub(super) fn workbook(source: &mut (impl Read + Seek)) -> Result<Vec<u8>, Fault> {
    let mut stream = Vec::new();
    if let Ok(mut file) = CompoundFile::open(&mut *source) {
        if let Some(name) = WORKBOOKS.iter().find(|name| file.is_stream(name)) {
            let mut found = file.open_stream(name).map_err(damaged)?;
            found.read_to_end(&mut stream).map_err(damaged)?;
        } else {
            let other = OTHERS.iter().find(|(name, _)| file.exists(name));
            let (found, expected) = other.map_or(("an OLE file", SAVE), |it| it.1);
            return Err(Fault::new("", found, expected));
        }
    }
    source.seek(SeekFrom::Start(0)).map_err(damaged)?;
    Ok(stream)
}
