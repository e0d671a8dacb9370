//! Tables of cells that nobody would write, and somebody has.

use std::collections::BTreeSet;

use duban::store::catalog::{Defaults, drafts};
use duban::store::sheets::{Cell, Grid, Kind, Row, unguarded};
use proptest::prelude::*;

use super::of;

const HEADER: [&str; 9] = [
    "序号",
    "事项名称",
    "承办单位",
    "配合单位",
    "计划完成时间",
    "履行程序",
    "听证",
    "专家论证",
    "备注",
];

const CELLS: [&str; 44] = [
    "",
    "",
    "",
    " ",
    "1",
    "1.",
    "（一）",
    "一、",
    "99999999999999999999",
    "无",
    "合计",
    "注：无",
    "填表人：甲",
    "供热专项规划（2026年—2030年）",
    "供热\n规划",
    "市发改局",
    "市发改局、市财政局",
    "市发改局（牵头）、市财政局（配合）",
    "牵头单位：甲 配合单位：乙",
    "甲会同乙",
    "各县（市、区）政府",
    "、、、",
    "（（（",
    "会同",
    "牵头",
    "2026年12月",
    "2021.1",
    "第三季度",
    "6月底前",
    "2026.12—2027.01",
    "1.5月立项；2.8月集体审议",
    "12月至3月",
    "；；；",
    "适时",
    "√",
    "×",
    "是",
    "公众参与、专家论证、风险评估",
    "视情况",
    "=1+1",
    "'",
    "\u{7}\u{2028}\r\n",
    "𠀀𠀀",
    "e\u{301}️",
];

fn any_cell() -> impl Strategy<Value = Cell> {
    let known = proptest::sample::select(CELLS.as_slice()).prop_map(str::to_owned);
    let headings = proptest::sample::select(HEADER.as_slice()).prop_map(str::to_owned);
    let text = prop_oneof![12 => known, 1 => headings, 2 => "\\PC{0,12}", 1 => "[0-9年月日.、；：（）—前底]{0,12}"];
    let kind = prop_oneof![
        6 => Just(Kind::Text), 1 => Just(Kind::Number), 1 => Just(Kind::Day), 2 => Just(Kind::Merged)
    ];
    (text, kind).prop_map(|(text, kind)| Cell { text, kind })
}

/// A sheet with a title, the header, and rows of anything.
fn any_grid() -> impl Strategy<Value = Grid> {
    let row = proptest::collection::vec(any_cell(), 0..12);
    proptest::collection::vec(row, 0..12).prop_map(|rows| {
        let title = vec![Cell::typed("洮南市人民政府2026年度重大行政决策事项目录")];
        let header = HEADER.iter().map(|name| Cell::typed(*name)).collect();
        let rows = [title, header].into_iter().chain(rows).zip(1_u64..);
        let rows = rows.map(|(cells, number)| Row { number, cells });
        Grid {
            file: "目录.xlsx".to_owned(),
            sheet: Some("事项".to_owned()),
            rows: rows
                .filter(|row| !row.cells.iter().all(Cell::is_empty))
                .collect(),
        }
    })
}

/// The number of the row that a report is about.
fn row_of(place: &str) -> u64 {
    let place = place.split('!').nth(1).unwrap();
    let digits = place.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// The rows of `rule`: `one item on the rows 3 to 5`.
fn rows_of(rule: &str) -> std::ops::RangeInclusive<u64> {
    let numbers = rule.strip_prefix("one item on the rows ").unwrap();
    let (first, last) = numbers.split_once(" to ").unwrap();
    first.parse().unwrap()..=last.parse().unwrap()
}

proptest! {
    #[test]
    fn every_row_is_taken_or_skipped_or_the_table_is_refused(grid in any_grid()) {
        match drafts(&grid, &Defaults::default()) {
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in &faults {
                    let row = row_of(&fault.place);
                    prop_assert!(grid.rows.iter().any(|known| known.number == row));
                }
            }
            Ok(drafted) => {
                let mut seen: BTreeSet<u64> = drafted.drafts.iter().map(|draft| draft.at.row).collect();
                prop_assert_eq!(seen.len(), drafted.drafts.len());
                let mut add = |row: u64| seen.insert(row);
                for warning in &drafted.warnings {
                    if warning.expected == "a decision (the row was skipped)" {
                        prop_assert!(add(row_of(&warning.place)), "a row twice: {}", warning);
                    }
                }
                for reading in drafted.drafts.iter().flat_map(|draft| &draft.readings) {
                    if reading.rule.starts_with("one item on") {
                        rows_of(&reading.rule).for_each(|row| { add(row); });
                    }
                }
                let all = grid.rows.iter().skip(2).map(|row| row.number).collect::<BTreeSet<u64>>();
                prop_assert!(seen.is_superset(&all), "{:?} of {:?}", seen, all);
            }
        }
    }

    #[test]
    fn the_planned_time_stays_as_it_stands(grid in any_grid()) {
        let Ok(drafted) = drafts(&grid, &of("府", 2026)) else { return Ok(()) };
        for draft in &drafted.drafts {
            if draft.readings.iter().any(|reading| reading.rule.starts_with("one item on")) {
                continue;
            }
            let row = grid.rows.iter().find(|row| row.number == draft.at.row).unwrap();
            let stands = row.cells.get(4).filter(|cell| !cell.is_empty());
            prop_assert_eq!(draft.text("planned_text"), stands.map(|cell| unguarded(&cell.text)));
        }
    }

    #[test]
    fn rows_without_a_header_are_refused_and_nothing_panics(
        rows in proptest::collection::vec(proptest::collection::vec(any_cell(), 0..10), 0..8),
        is_text in any::<bool>(),
    ) {
        let rows = rows.into_iter().zip(1_u64..);
        let grid = Grid {
            file: "目录.csv".to_owned(),
            sheet: (!is_text).then(|| "事项".to_owned()),
            rows: rows.map(|(cells, number)| Row { number, cells }).collect(),
        };
        if let Err(faults) = drafts(&grid, &Defaults::default()) {
            prop_assert!(!faults.is_empty());
        }
    }
}
