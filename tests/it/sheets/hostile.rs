//! Workbooks that want to break their reader: each ends in a reason, and takes no more than is
//! allowed of the machine.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use zip::CompressionMethod;

use super::{data, lines, ods, ods_of, read, refused, xlsx, xlsx_parts, zipped};
use crate::support::command::Desk;

/// A cell of an xlsx sheet with a text of its own.
fn cell(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn strings(strings: &str) -> String {
    format!(
        "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{strings}</sst>"
    )
}

/// A workbook of many megabytes of blanks in one part, a thousandth of that when zipped.
fn bomb(megabytes: usize) -> Vec<u8> {
    let blanks = vec![b' '; megabytes * 1024 * 1024];
    let mut parts = xlsx_parts("<sheetData/>", "");
    parts.push(("xl/media/blanks.xml", blanks));
    zipped(parts, CompressionMethod::Deflated)
}

#[test]
fn cells_in_opposite_corners_are_a_slip_and_no_half_terabyte() {
    let corners = format!(
        "<sheetData><row r=\"1\">{}</row><row r=\"1048576\">{}</row></sheetData>",
        cell("A1", "甲"),
        cell("XFD1048576", "乙")
    );
    let fault = refused(&xlsx(&corners));
    assert_eq!(fault.place, "目录.xlsx, 事项!XFD1048576");
    assert_eq!(fault.found, "a cell far to the right of any table");
    // Far below is no harm.
    let below = corners.replace("XFD1048576", "A1048576");
    let book = read(&xlsx(&below)).unwrap();
    assert_eq!(lines(&book.grids[0]), ["1 甲", "1048576 乙"]);
}

#[test]
fn an_xls_whose_cells_span_everything_ends_its_reader_and_not_its_caller() {
    let mut file = cfb::CompoundFile::open(Cursor::new(data("sheets/published.xls"))).unwrap();
    let mut stream = Vec::new();
    file.open_stream("Workbook")
        .unwrap()
        .read_to_end(&mut stream)
        .unwrap();
    let mut at = 0;
    let mut last = 0;
    while at + 4 <= stream.len() {
        let kind = u16::from_le_bytes([stream[at], stream[at + 1]]);
        // LabelSst: a cell with a text of the table of texts.
        if kind == 0x00FD {
            last = at + 4;
        }
        at += 4 + usize::from(u16::from_le_bytes([stream[at + 2], stream[at + 3]]));
    }
    stream[last..last + 4].fill(0xFF);
    file.open_stream("Workbook")
        .unwrap()
        .write_all(&stream)
        .unwrap();
    let fault = refused(&file.into_inner().into_inner());
    assert!(fault.found.contains("bytes of memory to read"), "{fault}");
    assert!(fault.expected.contains("save it as CSV"));
}

#[test]
fn a_zip_bomb_is_seen_before_it_is_unpacked_or_while_it_is() {
    let honest = bomb(600);
    assert!(honest.len() < 2_000_000);
    assert!(refused(&honest).found.contains("when unpacked"));
    // One that lies about its size, in both places where a zip file says it.
    let mut liar = honest;
    let size = u32::to_le_bytes(600 * 1024 * 1024);
    let places: Vec<usize> = (0..liar.len() - 4)
        .filter(|at| liar[*at..*at + 4] == size)
        .collect();
    assert!(!places.is_empty());
    for at in places {
        liar[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    let started = Instant::now();
    let found = refused(&liar).found;
    assert!(
        found.contains("damaged") || found.contains("unpacked"),
        "{found}"
    );
    assert!(started.elapsed() < Duration::from_mins(1));
}

#[test]
fn entities_of_a_document_s_own_are_refused_and_never_unfolded() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY a \"哈哈哈哈\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>";
    let content = format!(
        "{laughs}<office:document-content><office:spreadsheet><table:table table:name=\"a\"><table:table-row>\
         <table:table-cell><text:p>&c;</text:p></table:table-cell></table:table-row></table:table>\
         </office:spreadsheet></office:document-content>"
    );
    assert!(refused(&ods_of(content)).found.contains("the entity `c`"));
    let shared = format!("{laughs}{}", strings("<si><t>&c;</t></si>"));
    let sheet = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row></sheetData>";
    let book = zipped(xlsx_parts(sheet, &shared), CompressionMethod::Deflated);
    assert!(refused(&book).found.contains("damaged workbook"));
}

#[test]
fn a_sheet_of_rows_without_end_is_read_for_the_few_that_are_not() {
    let empty = (2..=1_048_576).map(|row| format!("<row r=\"{row}\"/>"));
    let sheet = format!(
        "<sheetData><row r=\"1\">{}</row>{}</sheetData>",
        cell("A1", "序号"),
        empty.collect::<String>()
    );
    let book = read(&xlsx(&sheet)).unwrap();
    assert_eq!(lines(&book.grids[0]), ["1 序号"]);
}

#[test]
fn what_is_repeated_without_end_stops_at_the_bounds() {
    let repeated = |rows: &str, columns: &str| {
        ods(&format!(
            "<table:table table:name=\"事项\"><table:table-row table:number-rows-repeated=\"{rows}\">\
             <table:table-cell table:number-columns-repeated=\"{columns}\"><text:p>甲</text:p></table:table-cell>\
             </table:table-row></table:table>"
        ))
    };
    assert_eq!(
        refused(&repeated("4294967295", "1")).found,
        "more than 200000 rows"
    );
    assert_eq!(
        refused(&repeated("100000", "250")).found,
        "more than 5000000 cells"
    );
    assert!(
        refused(&repeated("1", "99999"))
            .found
            .contains("far to the right")
    );
    assert_eq!(
        refused(&repeated("99999999999", "1")).found,
        "more than 200000 rows"
    );
    assert!(refused(&repeated("1", "-4")).found.contains("`-4`"));
    // One text of 100 000 letters, shown five thousand times.
    let shared = strings(&format!("<si><t>{}</t></si>", "a".repeat(100_000)));
    let rows = (1..=5000)
        .map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"s\"><v>0</v></c></row>"));
    let sheet = format!("<sheetData>{}</sheetData>", rows.collect::<String>());
    let book = zipped(xlsx_parts(&sheet, &shared), CompressionMethod::Deflated);
    assert!(refused(&book).found.contains("bytes of text"));
    // Everything merged with everything, again and again.
    let rows =
        (1..=2000).map(|row| format!("<row r=\"{row}\">{}</row>", cell(&format!("A{row}"), "甲")));
    let merges = "<mergeCell ref=\"A1:IV1048576\"/>".repeat(2000);
    let sheet = format!(
        "<sheetData>{}</sheetData><mergeCells>{merges}</mergeCells>",
        rows.collect::<String>()
    );
    assert_eq!(refused(&xlsx(&sheet)).found, "more than 5000000 cells");
}

#[test]
fn a_table_of_strings_that_says_it_is_endless_ends_its_reader_only() {
    let endless = strings("").replace("<sst", "<sst uniqueCount=\"1000000000000000000\"");
    let book = zipped(
        xlsx_parts("<sheetData/>", &endless),
        CompressionMethod::Deflated,
    );
    let fault = refused(&book);
    assert!(fault.found.contains("its reader failed"), "{fault}");
}

#[test]
fn a_file_that_was_cut_off_is_never_read_in_part() {
    for file in ["xlsx", "xls", "ods"] {
        let whole = data(&format!("sheets/catalogue.{file}"));
        for tenth in 0..10 {
            let cut = &whole[..whole.len() * tenth / 10];
            assert!(read(cut).is_err(), "{file}, {tenth} tenths");
        }
        assert!(
            read(&whole[..whole.len() - 1]).is_err() || file == "xls",
            "{file}"
        );
    }
}

#[test]
fn a_letter_that_changed_on_the_way_is_seen() {
    // In a part whose reader stops at its last element, before the checksum.
    let sheet = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row></sheetData>";
    let parts = xlsx_parts(sheet, &strings("<si><t>2026-06-30</t></si>"));
    let mut book = zipped(parts, CompressionMethod::Stored);
    let at = book.windows(10).position(|window| window == b"2026-06-30");
    assert!(read(&book).is_ok());
    book[at.unwrap() + 3] = b'7';
    assert!(refused(&book).found.contains("damaged workbook"));
}

#[test]
fn the_reader_is_confined_before_it_reads() {
    let mut worker = Command::new(env!("CARGO_BIN_EXE_duban"))
        .arg("read-workbook")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let limits = format!("/proc/{}/limits", worker.id());
    let is_set = |text: &str| {
        let words = |line: &str| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let lines: Vec<String> = text.lines().map(words).collect();
        [
            "Max address space 1073741824 1073741824 bytes",
            "Max cpu time 30 30 seconds",
            "Max core file size 0 0 bytes",
        ]
        .iter()
        .all(|line| lines.iter().any(|have| have == line))
    };
    let until = Instant::now() + Duration::from_secs(30);
    while !is_set(&fs::read_to_string(&limits).unwrap()) {
        assert!(
            Instant::now() < until,
            "{}",
            fs::read_to_string(&limits).unwrap()
        );
        std::thread::yield_now();
    }
    // It has not been given a byte yet.
    drop(worker.stdin.take());
    worker.wait().unwrap();
}

#[test]
fn importing_a_bomb_takes_no_more_memory_than_importing_anything() {
    let desk = Desk::new();
    let sheet = format!(
        "<sheetData><row r=\"1\">{}</row></sheetData>",
        cell("A1", "x")
    );
    let endless = strings("").replace("<sst", "<sst uniqueCount=\"40000000\"");
    let greedy = zipped(xlsx_parts(&sheet, &endless), CompressionMethod::Deflated);
    let file = desk.write("greedy.xlsx", greedy);
    // Half of what the greedy one asks for is allowed to both processes together, each.
    let script = "ulimit -v 500000; exec \"$0\" catalog import \"$1\" --config \"$2\"";
    let output = Command::new("sh")
        .args([
            "-c",
            script,
            env!("CARGO_BIN_EXE_duban"),
            &file,
            &desk.path("duban.toml"),
        ])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("of memory to read"), "{said}");
}
