//! How a planned time was read, told again beside the decision.

use crate::support::command::Desk;

/// A desk with one decision, planned as `text` and for the day `on`.
fn planned(text: Option<&str>, on: Option<&str>) -> Desk {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    let sql = "update decision set planned_text = $1, planned_on = $2";
    desk.catalogue().execute(sql, (text, on)).unwrap();
    desk
}

#[test]
fn a_decision_shows_how_its_planned_time_was_read() {
    for (text, on, wanted) in [
        (
            Some("第三季度"),
            Some("2026-09-30"),
            "planned    2026-09-30, from 第三季度: the last day of the quarter",
        ),
        (
            Some("第三季度"),
            Some("2026-10-15"),
            "planned    2026-10-15, entered by hand; 第三季度 reads as 2026-09-30: the last day",
        ),
        (
            Some("适时"),
            Some("2026-10-15"),
            "planned    2026-10-15, entered by hand; 适时 is not read: it is no time",
        ),
        (
            Some("1.5月立项；\n2.8月集体审议"),
            Some("2026-08-31"),
            "planned    2026-08-31, from 1.5月立项； 2.8月集体审议: the step in which",
        ),
        (
            Some("6月前"),
            None,
            "planned    6月前: no day, `前` after a month",
        ),
        (
            None,
            Some("2026-10-15"),
            "planned    2026-10-15, entered without a published time",
        ),
    ] {
        let shown = planned(text, on)
            .duban(&["catalog", "show", "2026-001"])
            .ok();
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let shown = planned(None, None)
        .duban(&["catalog", "show", "2026-001"])
        .ok();
    assert!(!shown.contains("planned"), "{shown}");
}

#[test]
fn machines_are_told_too() {
    let desk = planned(Some("上半年"), Some("2026-06-30"));
    let json = desk
        .duban(&["catalog", "show", "2026-001", "--json"])
        .json();
    assert_eq!(json[0]["planned_text"], "上半年");
    assert_eq!(json[0]["planned_reading"], "the last day of the half-year");
}

#[test]
fn a_published_table_is_imported_with_its_title_and_its_readings() {
    let desk = Desk::new();
    let table = "洮南市人民政府2026年度重大行政决策事项目录,,,\n\
                 序号,决策事项名称,承办单位,计划完成时间\n\
                 1,供热方案,市发改局、市财政局,\"1.5月立项；\n2.8月集体审议\"\n\
                 合计,1项,,\n";
    let file = desk.write("目录.csv", table);
    let plan = desk
        .duban(&["catalog", "import", &file, "--yes", "--json"])
        .json();
    let readings = plan["readings"].as_array().unwrap();
    let read: Vec<_> = readings
        .iter()
        .map(|reading| reading["read"].as_str().unwrap())
        .collect();
    let wanted = [
        "洮南市人民政府",
        "2026",
        "市发改局",
        "市财政局",
        "2026-08-31",
    ];
    assert_eq!(read, wanted);
    let warnings = plan["warnings"].as_array().unwrap();
    assert!(warnings[0]["found"].as_str().unwrap().contains("a sum"));
    // What was published stays as it stands, line break and all.
    let sql = "select planned_text from decision";
    let text: String = desk
        .catalogue()
        .query_row(sql, [], |row| row.get(0))
        .unwrap();
    assert_eq!(text, "1.5月立项；\n2.8月集体审议");
}

#[test]
fn a_table_that_says_nothing_about_a_flag_unsays_none() {
    let desk = Desk::new();
    let import = |flag: &str| {
        let table = format!("序号,事项名称,承办单位,敏感\n1,供热方案,市住建局,{flag}\n");
        let file = desk.write("目录.csv", &table);
        let all = [
            "catalog", "import", &file, "--yes", "--organ", "府", "--year", "2026",
        ];
        desk.duban(&all).ok();
        let sql = "select sensitive from decision";
        let said: Option<i64> = desk
            .catalogue()
            .query_row(sql, [], |row| row.get(0))
            .unwrap();
        said
    };
    assert_eq!(import(""), None);
    assert_eq!(import("√"), Some(1));
    assert_eq!(import(""), Some(1));
    assert_eq!(import("—"), Some(1));
    assert_eq!(import("否"), Some(0));
}
