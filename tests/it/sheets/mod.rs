//! Tables out of files: whatever the file is, its rows come in whole or it is refused with a reason.
//!
//! Owns the means the tests below share. Workbooks are read by the real program, in a process of
//! its own; those in `tests/data/sheets` were written by real programs.

use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use duban::domain::fault::Fault;
use duban::store::sheets::{Book, Grid, Kind, Workbooks};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

mod fuzz;
mod hostile;
mod real;
mod texts;
mod values;

fn workbooks() -> Workbooks {
    Workbooks::by(Path::new(env!("CARGO_BIN_EXE_duban")))
}

fn read(bytes: &[u8]) -> Result<Book, Vec<Fault>> {
    Book::read("目录.xlsx", bytes, &workbooks())
}

/// The one fault of a file that is refused.
fn refused(bytes: &[u8]) -> Fault {
    let mut faults = read(bytes).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.remove(0)
}

fn data(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read(folder.join(name)).unwrap()
}

/// The rows of `grid` as lines: the number, then the cells, `⇐` before what is merged, `#` before
/// numbers and `@` before days; empty cells at the end are left out.
fn lines(grid: &Grid) -> Vec<String> {
    let lines = grid.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| {
            let mark = match cell.kind {
                Kind::Text => "",
                Kind::Number => "#",
                Kind::Day => "@",
                Kind::Merged => "⇐",
            };
            format!("{mark}{}", cell.text)
        });
        let cells: Vec<String> = cells.collect();
        let line = format!("{} {}", row.number, cells.join("|"));
        line.trim_end_matches('|').to_owned()
    });
    lines.collect()
}

/// A zip file with these parts.
fn zipped<'p>(
    parts: impl IntoIterator<Item = (&'p str, Vec<u8>)>,
    method: CompressionMethod,
) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in parts {
        zip.start_file(name, options).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The parts of a zip file.
fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let part = |number| {
        let mut part = zip.by_index(number).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        (part.name().unwrap().into_owned(), bytes)
    };
    (0..ZipArchive::new(Cursor::new(bytes)).unwrap().len())
        .map(part)
        .collect()
}

const RELATIONS: &str = "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// The parts of a workbook with one sheet, `事项`, and its shared strings.
fn xlsx_parts(sheet: &str, strings: &str) -> Vec<(&'static str, Vec<u8>)> {
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"事项\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let package = format!(
        "{RELATIONS}<Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let within = format!(
        "{RELATIONS}<Relationship Id=\"rId1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let sheet = format!("<worksheet xmlns=\"{MAIN}\">{sheet}</worksheet>");
    vec![
        ("_rels/.rels", package.into_bytes()),
        ("xl/workbook.xml", book.into_bytes()),
        ("xl/_rels/workbook.xml.rels", within.into_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.into_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes().to_vec()),
    ]
}

/// A workbook with one sheet, `事项`, of this XML.
fn xlsx(sheet: &str) -> Vec<u8> {
    let strings = format!("<sst xmlns=\"{MAIN}\"></sst>");
    zipped(xlsx_parts(sheet, &strings), CompressionMethod::Deflated)
}

/// A workbook of `LibreOffice` with this XML in `office:spreadsheet`.
fn ods(spreadsheet: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{spreadsheet}</office:spreadsheet></office:body></office:document-content>"
    );
    ods_of(content)
}

/// A workbook of `LibreOffice` with this content.
fn ods_of(content: impl Into<Vec<u8>>) -> Vec<u8> {
    let kind = b"application/vnd.oasis.opendocument.spreadsheet".to_vec();
    let parts = [("mimetype", kind), ("content.xml", content.into())];
    zipped(parts, CompressionMethod::Deflated)
}
