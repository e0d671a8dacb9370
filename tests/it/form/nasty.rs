//! Texts that spreadsheets, XML or an import could mangle.

use calamine::Reader as _;
use duban::store::StoreError;
use duban::store::catalog::form;

use super::{City, Form, offers, places};

/// Titles on one line that must come out as they are.
pub(super) const TITLES: [&str; 16] = [
    "=cmd()",
    "+1+1",
    "-5",
    "-甲",
    "@SUM(A1)",
    "'引号",
    "'=1",
    "''=1",
    "\"双引号\",逗号;分号",
    "<b>&amp;</b>",
    "_x0041_",
    "2026-003",
    "007",
    "1e5",
    "是",
    "供热🚌规划👩‍👩‍👧",
];

/// Notes of which every letter counts.
pub(super) const NOTES: [&str; 9] = [
    "一\n二\n\n三\n",
    "  前后有空格  ",
    "\t制表",
    "回车\r\n换行",
    "响铃\u{7}结束\u{1b}[2J",
    "\u{0}",
    "\u{fffe}",
    "_x000D_",
    "'=1",
];

/// A city whose decisions have these titles, and the first ones these notes.
pub(super) fn annotated(titles: &[&str], notes: &[&str]) -> City {
    let city = City::new();
    let software = city.software();
    let sql = "insert into decision (id, organ, year, seq, title, note) values ($1, '市政府', 2026, $2, $3, $4)";
    let notes = notes.iter().map(Some).chain(std::iter::repeat(None));
    for ((seq, title), note) in (1..).zip(titles).zip(notes) {
        let id = format!("2026-{seq:03}");
        let row = rusqlite::params![id, seq, title, note];
        software.execute(sql, row).unwrap();
    }
    city
}

#[test]
fn a_title_that_looks_like_a_formula_is_a_text_and_nothing_in_a_form_is_a_formula() {
    let long = "长".repeat(10_000);
    let titles: Vec<&str> = TITLES.into_iter().chain([long.as_str()]).collect();
    let (form, filled) = Form::of(&annotated(&titles, &[]));
    assert_eq!(filled.remarks, []);
    for (row, title) in (1..).zip(&titles) {
        let shown = form.text("事项", "决策事项名称", row);
        let read = duban::store::sheets::unguarded(&shown);
        assert_eq!(read, *title);
        // What looks like a mark already gets another; everything else is shown as it is.
        assert!(shown == *title || shown == format!("'{title}"), "{shown}");
    }
    for sheet in ["事项", "性质", "环节", "说明"] {
        assert!(form.book().worksheet_formula(sheet).unwrap().is_empty());
    }
}

#[test]
fn notes_keep_every_letter_and_those_that_a_spreadsheet_may_drop_are_remarked() {
    let city = annotated(&TITLES[..NOTES.len()], &NOTES);
    let (form, filled) = Form::of(&city);
    for (row, note) in (1..).zip(NOTES) {
        let shown = form.text("事项", "备注", row);
        assert_eq!(duban::store::sheets::unguarded(&shown), note);
    }
    let remarked = [4, 5, 6, 7].map(|seq| format!("decision 2026-{seq:03}, note"));
    assert_eq!(places(&filled.remarks), remarked);
}

#[test]
fn a_title_that_is_not_on_one_line_is_written_on_one_and_remarked_without_being_told() {
    let city = annotated(&["甲\r\n乙", " 丙", "丁\u{0}", "戊"], &[]);
    let (form, filled) = Form::of(&city);
    let titles = [1, 2, 3, 4].map(|row| form.text("事项", "决策事项名称", row));
    assert_eq!(titles, ["甲 乙", "丙", "丁", "戊"]);
    let remarked = [1, 2, 3].map(|seq| format!("decision 2026-{seq:03}, title"));
    assert_eq!(places(&filled.remarks), remarked);
    assert!(!format!("{:?}", filled.remarks).contains('甲'));
}

#[test]
fn a_text_longer_than_a_cell_keeps_the_form_from_being_written_and_all_are_told() {
    let city = annotated(&["甲", "乙", "丙"], &[]);
    let longest = "长".repeat(32_767);
    for (seq, note) in [
        (1, format!("{longest}长")),
        (2, longest),
        (3, "🚌".repeat(16_384)),
    ] {
        let sql = "update decision set note = $1 where seq = $2";
        city.software()
            .execute(sql, rusqlite::params![note, seq])
            .unwrap();
    }
    let mut out = Vec::new();
    let refused = form::fill(&city.catalogue(), &offers(), &mut out);
    let Err(StoreError::Refused { faults, .. }) = refused else {
        panic!("{refused:?}");
    };
    let told = ["decision 2026-001, note", "decision 2026-003, note"];
    assert_eq!(places(&faults), told);
    assert_eq!(out.len(), 0);
}

#[test]
fn what_the_contract_does_not_allow_is_shown_as_it_is() {
    let city = annotated(&["甲"], &[]);
    city.write(
        "update decision set year = '二〇二六', planned_on = '2026-02-30', complex = 7, sensitive = '也许',
             cooperating_units = '市住建局', status = 'paused', drafting_unit = x'ff41';
         insert into event (id, decision_id, kind, on_date, value) values
             (9007199254740993, '2026-001', '未知', '明年', 0.30000000000000004);",
    );
    let (form, filled) = Form::of(&city);
    let decision = |heading| form.text("事项", heading, 1);
    assert_eq!(decision("年度"), "二〇二六");
    assert_eq!(decision("计划末日"), "2026-02-30");
    assert_eq!(decision("状态"), "paused");
    assert_eq!(decision("配合单位"), "市住建局");
    assert_eq!(form.text("性质", "内容特别复杂", 1), "7");
    assert_eq!(form.text("性质", "敏感", 1), "也许");
    let event = |heading| form.text("环节", heading, 1);
    assert_eq!(event("事件编号"), "9007199254740993");
    assert_eq!(event("日期"), "明年");
    assert_eq!(event("数值"), "0.30000000000000004");
    assert_eq!(
        places(&filled.remarks),
        ["decision 2026-001, drafting_unit"]
    );
}
