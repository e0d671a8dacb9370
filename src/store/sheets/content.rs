//! What a file is, by its first bytes and never by its name: much of what is called `.xls`
//! is CSV or a web page.
//!
//! Owns the list of what people hand in instead of a table, and what to do about each. Refuses
//! to look into workbooks: what is inside is the worker's matter.

/// What a file is that may hold tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Letters, in whatever encoding.
    Text,
    /// A zip or an OLE file; which kind of either is for the worker to find out.
    Workbook,
}

/// Why a file is no table: what it is, and what to do.
pub(super) type Refusal = (&'static str, &'static str);

/// What to do with what only a spreadsheet program can open.
pub(super) const SAVE: &str =
    "a workbook: open it in a spreadsheet program, save it as .xlsx and import that";

/// What to do with a table in a document.
pub(super) const PASTE: &str =
    "a table: copy it out of the document into a spreadsheet, save that as .xlsx and import it";

/// What to do with what only people can read.
const TYPE: &str = "a table: type it into a spreadsheet (`duban catalog template` makes one)";

/// What to do with a folder of files.
pub(super) const UNPACK: &str = "one file: unpack the archive and import each file in it";

/// The beginnings of workbooks: zip (xlsx, ods, and what only looks like them) and OLE (xls, et).
const WORKBOOKS: [&[u8]; 3] = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
];

/// The beginnings of other files.
const OTHERS: [(&[u8], Refusal); 13] = [
    (b"%PDF-", ("a PDF document", PASTE)),
    (b"{\\rtf", ("a document in rich text format", PASTE)),
    (b"\xff\xd8\xff", ("a picture (JPEG)", TYPE)),
    (b"\x89PNG", ("a picture (PNG)", TYPE)),
    (b"GIF8", ("a picture (GIF)", TYPE)),
    (b"II*\0", ("a picture (TIFF)", TYPE)),
    (b"MM\0*", ("a picture (TIFF)", TYPE)),
    (b"Rar!", ("an archive (RAR)", UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", ("an archive (7-Zip)", UNPACK)),
    (b"\x1f\x8b", ("an archive (gzip)", UNPACK)),
    (b"SQLite format 3\0", ("a database (SQLite)", SAVE)),
    // Excel 4 and older wrote their records into the file as they are ([MS-XLS] 2.4.21, BOF).
    (b"\x09\x04\x06\0", ("a workbook of Excel 4 or older", SAVE)),
    (b"\x09\x08\x08\0", ("a workbook of Excel 4 or older", SAVE)),
];

/// The beginnings of web pages and the like, in small letters.
const MARKUP: [(&str, Refusal); 9] = [
    ("<!doctype html", WEB_PAGE),
    ("<html", WEB_PAGE),
    ("<head", WEB_PAGE),
    ("<meta", WEB_PAGE),
    ("<body", WEB_PAGE),
    ("<table", WEB_PAGE),
    ("<style", WEB_PAGE),
    ("mime-version:", ("a web archive", SAVE)),
    (
        "<?xml",
        ("XML (as spreadsheet programs of 2003 wrote it)", SAVE),
    ),
];

const WEB_PAGE: Refusal = ("a web page (HTML), whatever its name says", SAVE);

/// What `bytes` are.
///
/// # Errors
/// They are no table, and what to do about it.
pub(super) fn of(bytes: &[u8]) -> Result<Content, Refusal> {
    if WORKBOOKS.iter().any(|start| bytes.starts_with(start)) {
        return Ok(Content::Workbook);
    }
    let other = OTHERS.iter().find(|(start, _)| bytes.starts_with(start));
    other.map_or(Ok(Content::Text), |(_, refusal)| Err(*refusal))
}

/// Why `text`, the whole of a text file, is no table.
pub(super) fn markup(text: &str) -> Option<Refusal> {
    let start: String = text.trim_start().chars().take(16).collect();
    let start = start.to_ascii_lowercase();
    let found = MARKUP.iter().find(|(begins, _)| start.starts_with(begins));
    found.map(|(_, refusal)| *refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        assert_eq!(of("序号,名称".as_bytes()), Ok(Content::Text));
        assert_eq!(of(b"PK\x03\x04"), Ok(Content::Workbook));
        assert_eq!(of(b"%PDF-1.7"), Err(("a PDF document", PASTE)));
        assert_eq!(markup("\n <TABLE border=1>"), Some(WEB_PAGE));
        assert_eq!(markup("<关于>,1"), None);
    }
}
