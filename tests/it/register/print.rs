//! How the workbook is printed: a page that a person can read and file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::{DAY, sample};

/// The parts of a workbook that are text, by name.
pub(super) fn parts(file: &Path) -> BTreeMap<String, String> {
    let mut book = zip::ZipArchive::new(File::open(file).unwrap()).unwrap();
    let mut parts = BTreeMap::new();
    for index in 0..book.len() {
        let mut part = book.by_index(index).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        parts.insert(part.name().unwrap().into_owned(), text);
    }
    parts
}

#[test]
fn every_sheet_is_a4_landscape_one_page_wide_with_number_and_day_of_printing() {
    let desk = sample();
    desk.duban(&["export", "a.xlsx", "--as-of", DAY]).ok();
    let parts = parts(&desk.at("a.xlsx"));
    let sheets = (1..=4).map(|number| &parts[&format!("xl/worksheets/sheet{number}.xml")]);
    for sheet in sheets.clone() {
        let page = sheet.split("<pageSetup").nth(1).unwrap();
        for wanted in [
            "paperSize=\"9\"",
            "orientation=\"landscape\"",
            "fitToHeight=\"0\"",
        ] {
            assert!(page.contains(wanted), "{page}");
        }
        assert!(sheet.contains("fitToPage=\"1\""));
        for wanted in [
            "第&amp;P页 共&amp;N页",
            "打印日期：&amp;D",
            "截至2026年5月20日",
        ] {
            assert!(sheet.contains(wanted), "{wanted}");
        }
        assert!(sheet.contains("洮南市人民政府重大行政决策督办台账"));
    }
    for sheet in sheets.take(4) {
        assert!(sheet.contains("state=\"frozen\""));
        assert!(sheet.contains("<autoFilter"));
    }
    let book = &parts["xl/workbook.xml"];
    for name in ["台账", "待补", "后续", "通知"] {
        assert!(book.contains(&format!(">{name}!$1:$1<")), "{book}");
    }
}

#[test]
fn a_state_is_sign_and_word_and_colour_and_rows_are_as_high_as_their_text() {
    let desk = sample();
    desk.duban(&["export", "a.xlsx", "--as-of", DAY]).ok();
    let parts = parts(&desk.at("a.xlsx"));
    let styles = &parts["xl/styles.xml"];
    // The inks of the mails, from lights.txt.
    for ink in ["FF9B1C1C", "FF8A4B08", "FF1B5E20", "FF3E4C59"] {
        assert!(styles.contains(ink), "{ink}");
    }
    for number in 1..=5 {
        let sheet = &parts[&format!("xl/worksheets/sheet{number}.xml")];
        let rows = sheet.split("<row r=\"").skip(1);
        let rows: Vec<&str> = rows.map(|row| row.split_once('"').unwrap().0).collect();
        let distinct: std::collections::BTreeSet<&&str> = rows.iter().collect();
        assert_eq!(distinct.len(), rows.len(), "sheet {number} has a row twice");
    }
    let sheet = &parts["xl/worksheets/sheet1.xml"];
    let mut rows: Vec<&str> = sheet.split("<row ").skip(2).collect();
    let below = rows.pop().unwrap();
    assert!(!below.contains("<c "), "{below}");
    assert!(rows.iter().all(|row| row.contains("customHeight=\"1\"")));
    for sign in ['✓', '■', '…'] {
        assert!(sheet.contains(sign), "{sign}");
    }
}
