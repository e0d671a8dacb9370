//! Tables in text, and what is called a table and is none.

use std::io::{Cursor, Write as _};

use duban::store::sheets::Book;
use zip::CompressionMethod;

use super::{data, lines, ods_of, read, refused, workbooks, zipped};

const TABLE: &str =
    "洮南市2026年度目录\n\n序号\t名称\t时间\n1\t供热,供水\t2026年6月\n2\t公交\t适时\n\n";
const READ: [&str; 4] = [
    "1 洮南市2026年度目录",
    "3 序号|名称|时间",
    "4 1|供热,供水|2026年6月",
    "5 2|公交|适时",
];

#[test]
fn pasted_text_reads_alike_in_every_encoding() {
    let utf16: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(TABLE.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let swapped: Vec<u8> = utf16
        .chunks(2)
        .flat_map(|pair| [pair[1], pair[0]])
        .collect();
    let encodings = [
        TABLE.as_bytes().to_vec(),
        format!("\u{feff}{TABLE}").into_bytes(),
        TABLE.replace('\n', "\r\n").into_bytes(),
        encoding_rs::GB18030.encode(TABLE).0.into_owned(),
        utf16,
        swapped,
    ];
    for bytes in encodings {
        // Text under the name of a workbook is text.
        let book = read(&bytes).unwrap();
        assert_eq!(lines(&book.grids[0]), READ);
        assert_eq!(book.grids[0].sheet, None);
    }
}

const ODS: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let parts = parts.iter().map(|(name, bytes)| (*name, bytes.to_vec()));
    zipped(parts, CompressionMethod::Stored)
}

/// Asks that each of these be refused as what it is, with these words on what to do.
fn are_refused(files: &[(&[u8], &str, &str)]) {
    for (bytes, found, to_do) in files {
        let fault = refused(bytes);
        assert_eq!(fault.place, "目录.xlsx");
        assert_eq!(fault.found, *found);
        assert!(fault.expected.contains(to_do), "{fault}");
    }
}

#[test]
fn what_is_no_table_says_what_it_is_and_what_to_do() {
    let page = "a web page (HTML), whatever its name says";
    let xml = "XML (as spreadsheet programs of 2003 wrote it)";
    are_refused(&[
        (b"%PDF-1.4\n", "a PDF document", "copy it out"),
        (b"\xff\xd8\xff\xe0", "a picture (JPEG)", "type it into"),
        (b"<html><table><tr><td>1", page, ".xlsx"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", xml, ".xlsx"),
        (b"", "an empty file", "a header"),
        (b"\x00\x01\x02", "bytes that are no text", "text"),
    ]);
}

#[test]
fn zip_and_ole_files_that_are_no_workbooks_say_what_they_are() {
    let doc = || -> std::io::Result<Vec<u8>> {
        let mut doc = cfb::CompoundFile::create(Cursor::new(Vec::new()))?;
        doc.create_stream("WordDocument")?.write_all(b"...")?;
        Ok(doc.into_inner().into_inner())
    };
    let word = zip_of(&[("word/document.xml", b"<w/>")]);
    let binary = zip_of(&[("xl/workbook.bin", b"0")]);
    let files = zip_of(&[("目录.xlsx", b"0")]);
    let letter = b"application/vnd.oasis.opendocument.text";
    let letter = zip_of(&[("mimetype", letter), ("content.xml", b"<x/>")]);
    let encrypted: [(&str, &[u8]); 3] = [
        ("mimetype", ODS),
        ("META-INF/manifest.xml", b"<manifest:encryption-data/>"),
        ("content.xml", &[7; 99]),
    ];
    are_refused(&[
        (&word, "a Word document", "copy it out of the document"),
        (
            &doc().unwrap(),
            "a Word document",
            "copy it out of the document",
        ),
        (&binary, "a binary workbook (.xlsb)", "save it as .xlsx"),
        (&files, "an archive (zip)", "unpack the archive"),
        (
            &letter,
            "an OpenDocument file that is no spreadsheet",
            "copy it",
        ),
        (&zip_of(&[]), "an empty archive (zip)", "unpack"),
        (
            &zip_of(&encrypted),
            "a workbook protected by a password",
            "save it without",
        ),
    ]);
    assert!(refused(&ods_of("<a/>")).found.contains("ends too early"));
}

#[test]
fn a_hundred_thousand_rows_of_text_are_read_whole() {
    let row = "1,供热管网改造专项规划,市住建局,2026年6月,,,是,否,,,,,,,,,,,,,,,,,,,备注\n";
    let text = row.repeat(100_000);
    let book = Book::read("a.csv", text.as_bytes(), &workbooks()).unwrap();
    assert_eq!(book.grids[0].rows.len(), 100_000);
    assert_eq!(book.grids[0].rows[99_999].cells.len(), 27);
}

#[test]
fn published_text_in_both_encodings_is_the_same_table() {
    let read = |name: &str| lines(&Book::read(name, &data(name), &workbooks()).unwrap().grids[0]);
    assert_eq!(read("published.csv"), read("published_gb18030.csv"));
}
