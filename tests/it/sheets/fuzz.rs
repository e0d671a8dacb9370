//! Files with their bytes thrown about: never a panic here, never a wait, and what is read is
//! within the bounds.
//!
//! Some dozens of cases each; `DUBAN_FUZZ_CASES=20000 cargo test --test it sheets::fuzz` for a
//! longer run.

use std::io::Cursor;

use duban::store::sheets::{Book, read_workbook};
use proptest::prelude::*;
use zip::CompressionMethod;

use super::{data, parts, read, workbooks, zipped};

/// How bytes are damaged.
#[derive(Debug, Clone)]
enum Damage {
    /// One of them is another.
    Flip(prop::sample::Index, u8),
    /// The rest is missing.
    Cut(prop::sample::Index),
    /// A piece stands somewhere else too.
    Splice(prop::sample::Index, prop::sample::Index, usize),
    /// A piece is missing.
    Drop(prop::sample::Index, usize),
    /// A number is huge.
    Huge(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        6 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        1 => at().prop_map(Damage::Cut),
        3 => (at(), at(), 1_usize..400).prop_map(|(from, to, length)| Damage::Splice(from, to, length)),
        2 => (at(), 1_usize..200).prop_map(|(at, length)| Damage::Drop(at, length)),
        2 => at().prop_map(Damage::Huge),
    ]
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    prop::collection::vec(damage(), 1..12)
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match damage {
            Damage::Flip(at, byte) => bytes[at.index(length)] ^= byte,
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Splice(from, to, much) => {
                let from = from.index(length);
                let piece = bytes[from..(from + much).min(length)].to_vec();
                let to = to.index(length);
                bytes.splice(to..to, piece);
            }
            Damage::Drop(at, much) => {
                let at = at.index(length);
                bytes.drain(at..(at + much).min(length));
            }
            Damage::Huge(at) => {
                let at = at.index(length);
                let digit = bytes.iter().skip(at).position(u8::is_ascii_digit);
                let at = digit.map_or(at, |more| at + more);
                bytes.splice(at..at, *b"99999999");
            }
        }
    }
    bytes
}

/// `file` with one of its parts damaged, and whole as a zip file.
fn damaged_within(file: &str, part: prop::sample::Index, damages: &[Damage]) -> Vec<u8> {
    let mut parts = parts(&data(file));
    parts.retain(|(name, _)| {
        name.starts_with("xl/") || name.starts_with("content") || name == "mimetype"
    });
    let texts = parts.iter().filter(|(name, _)| name != "mimetype").count();
    let mut texts_left = part.index(texts);
    for (name, bytes) in &mut parts {
        if name == "mimetype" {
            continue;
        }
        if texts_left == 0 {
            *bytes = damaged(std::mem::take(bytes), damages);
            break;
        }
        texts_left -= 1;
    }
    let parts = parts
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()));
    zipped(parts, CompressionMethod::Stored)
}

fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("DUBAN_FUZZ_CASES").ok();
    let cases = asked.and_then(|cases| cases.parse().ok()).unwrap_or(usual);
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

/// Whatever is read can be shown, and has its rows in order.
fn is_sound(book: &Book) -> bool {
    book.grids.iter().all(|grid| {
        let numbers: Vec<u64> = grid.rows.iter().map(|row| row.number).collect();
        let is_text = grid.sheet.is_none();
        numbers.is_sorted()
            && grid
                .rows
                .iter()
                .all(|row| is_text || row.cells.len() <= 256)
    })
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn damaged_workbooks_of_every_kind_are_read_or_refused(
        file in prop::sample::select(vec!["xlsx", "xls", "ods"]), damages in damages()
    ) {
        let bytes = damaged(data(&format!("sheets/catalogue.{file}")), &damages);
        match read(&bytes) {
            Ok(book) => prop_assert!(is_sound(&book)),
            Err(faults) => prop_assert!(faults.iter().all(|fault| fault.place.starts_with("目录.xlsx"))),
        }
    }

    #[test]
    fn xlsx_with_damaged_parts_is_read_or_refused(part in any::<prop::sample::Index>(), damages in damages()) {
        let bytes = damaged_within("sheets/catalogue.xlsx", part, &damages);
        if let Ok(book) = read(&bytes) {
            prop_assert!(is_sound(&book));
        }
    }
}

proptest! {
    #![proptest_config(cases(200))]

    /// Our own reader, in this process: nothing but a reason may come of it.
    #[test]
    fn open_document_with_damaged_content_is_read_or_refused(
        part in any::<prop::sample::Index>(), damages in damages()
    ) {
        let bytes = damaged_within("sheets/catalogue.ods", part, &damages);
        let mut said = Vec::new();
        read_workbook(Cursor::new(bytes), &mut said).unwrap();
        let last = said.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap();
        let is_last = last == b"\"End\"" || last.starts_with(b"{\"Refused\"");
        prop_assert!(is_last);
    }

    #[test]
    fn damaged_text_is_read_or_refused(
        file in prop::sample::select(vec!["published.csv", "published_gb18030.csv"]), damages in damages()
    ) {
        let bytes = damaged(data(file), &damages);
        if let Ok(book) = Book::read("a.csv", &bytes, &workbooks()) {
            prop_assert!(is_sound(&book));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(book) = Book::read("a.csv", &bytes, &workbooks()) {
            prop_assert!(is_sound(&book));
        }
    }
}
