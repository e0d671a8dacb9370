//! People from tables, and the directory as one.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use duban::config::units::roster::Roster;
use duban::config::units::table;
use duban::config::units::table::compare::compare;
use duban::store::sheets::{Book, Cell, Grid, Kind, Row};

use super::UNITS;
use crate::support::command::Desk;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("units.toml", UNITS);
    desk
}

fn text(desk: &Desk) -> String {
    fs::read_to_string(desk.at("units.toml")).unwrap()
}

const TABLE: &str = "\
联络员名单,,,,,,
序号,责任单位,别名,人员类别,姓 名,电子邮件,手机（必填）
1,市住建局,住建局、建委,联络员,王联络,wang@zjj.example,139-0000-0002
2,市住建局,,分管领导,孙市长,sun@gov.example,
3,市水利局,水利局,单位负责人,周局长,zhou@slj.example,+86 13700000003
";

#[test]
fn a_table_is_shown_and_then_written() {
    let desk = desk();
    let before = text(&desk);
    let file = desk.write("people.csv", TABLE);
    let said = desk.duban(&["units", "import", &file, "--dry-run"]).ok();
    for line in [
        "~ 市住房和城乡建设局: aliases 住建局、建委\n",
        "~ 市住房和城乡建设局, 王联络 (contact): mobile 138****0001 → 139****0002\n",
        "+ 市住房和城乡建设局, 孙市长 (leader): email sun@gov.example\n",
        "+ 市水利局: aliases 水利局\n",
        "+ 市水利局, 周局长 (head): email zhou@slj.example, mobile 137****0003\n",
        "not read: 序号\n",
        "3 added, 2 changed, 0 removed",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    assert_eq!(text(&desk), before);
    // There is nobody to ask.
    desk.duban(&["units", "import", &file]).refused(1);
    assert_eq!(text(&desk), before);
    desk.duban(&["units", "import", &file, "--yes"]).ok();
    let after = text(&desk);
    assert!(
        after.contains("mobile = \"13900000002\"  # private"),
        "{after}"
    );
    for line in before
        .lines()
        .filter(|line| !line.contains("mobile") && !line.contains("建设局\""))
    {
        assert!(after.contains(line), "{line} in {after}");
    }
    let said = desk.duban(&["units", "import", &file, "--yes"]).ok();
    assert!(said.contains("0 added, 0 changed, 0 removed"), "{said}");
    assert_eq!(text(&desk), after);
}

#[test]
fn what_is_not_certain_is_refused_cell_by_cell() {
    let desk = desk();
    let before = text(&desk);
    let table = "单位,简称,角色,姓名,邮箱,手机\n\
                 市司法局,市住建局,科员,甲,甲＠b.cn,0436-6222222\n\
                 ,,联络员,乙,b@b.cn,\n\
                 市司法局,,联络员,,c@b.cn,\n\
                 市司法局,,联络员,丙,,\n\
                 市司法局,,联络员,丁,d@b.cn,\n\
                 市司法局,,联络员,丁,d@b.cn,\n\
                 市 司法局,,联络员,戊,e@b.cn,\n";
    let file = desk.write("people.csv", table);
    let said = desk.duban(&["units", "import", &file]).refused(78);
    for line in [
        ":2, 角色: found 科员",
        ":2, 邮箱: found \"甲＠b.cn\"",
        ":2, 手机: found something else, which is not repeated",
        ":3, 单位: found nothing",
        ":4, 姓名: found nothing",
        ":5, 邮箱: found nothing",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    assert!(!said.contains("6222222"));
    let lines: Vec<&str> = table.lines().collect();
    let table = [
        lines[0],
        "市司法局,市住建局,联络员,甲,a@b.cn,",
        lines[5],
        lines[6],
        lines[7],
    ];
    let file = desk.write("people.csv", table.join("\n"));
    let said = desk
        .duban(&["units", "import", &file, "--replace", "无此局"])
        .refused(78);
    for line in [
        ":2, 简称: found 市住建局, which leads to 市住房和城乡建设局",
        ":4, 姓名: found 丁 a second time",
        ":5, 单位: found 市 司法局, which differs only in blanks",
        "found --replace 无此局",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    let file = desk.write("none.csv", "甲,乙\n1,2\n");
    let said = desk.duban(&["units", "import", &file]).refused(78);
    assert!(said.contains("no row of headings"), "{said}");
    assert_eq!(text(&desk), before);
}

#[test]
fn nobody_goes_unless_the_unit_is_named() {
    let desk = desk();
    let table = "单位,角色,姓名,邮箱,手机\n市住建局,联络员,王联络,wang@zjj.example,\n\
                 市住建局,联络员,新人,new@zjj.example,\n";
    let file = desk.write("people.csv", table);
    let said = desk.duban(&["units", "import", &file, "--dry-run"]).ok();
    assert!(said.contains("1 added, 0 changed, 0 removed"), "{said}");
    let replace = ["units", "import", &file, "--replace", "市建设局", "--yes"];
    let said = desk.duban(&replace).ok();
    for line in [
        "- 市住房和城乡建设局, 李局长 (head)",
        "~ 市住房和城乡建设局, 王联络 (contact): mobile 138****0001 → none",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    let after = text(&desk);
    assert!(
        !after.contains("李局长") && !after.contains("13800000001"),
        "{after}"
    );
    assert!(
        after.contains("新人") && after.contains("# the one who answers"),
        "{after}"
    );
}

#[test]
fn an_export_imports_unchanged() {
    let desk = desk();
    desk.extend(
        "units.toml",
        "[[unit]]\nname = \"=市水利局\"\naliases = [\"甲、乙局\", \"-丙,局\"]\n\
         [[unit]]\nname = \"市档案馆\"\n[[unit.contact]]\naudience = \"leader\"\nname = \" @孙 \"\n\
         email = \"sun@gov.example\"\nmobile = \"+86 13800000009\"\nfeishu = \"ou_1\"\nwecom = \"007\"\n",
    );
    let file = desk.path("out.csv");
    desk.duban(&["units", "export", &file]).ok();
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    let table = fs::read_to_string(&file).unwrap();
    assert!(table.starts_with("\u{feff}单位,简称,角色,姓名,邮箱,手机,企业微信,钉钉,飞书\n"));
    assert!(table.contains("13800000001") && !table.contains("qyapi"));
    let said = desk.duban(&["units", "import", &file, "--yes", "--json"]);
    assert_eq!(said.json()["changes"], serde_json::json!([]));
    desk.duban(&["units", "export", &file]).refused(1);
    let book = desk.path("out.xlsx");
    desk.duban(&["units", "export", &book]).ok();
    assert!(fs::read(&book).unwrap().starts_with(b"PK"));
    desk.duban(&["units", "export", &desk.path("out.doc")])
        .refused(1);
}

/// A sheet of cells; `^` repeats the cell above, merged with it.
fn sheet(rows: &[&[&str]]) -> Book {
    let mut above: Vec<Cell> = Vec::new();
    let mut all = Vec::new();
    for (number, row) in (1..).zip(rows) {
        let cell = |(column, text): (usize, &&str)| match *text {
            "^" => Cell {
                kind: Kind::Merged,
                ..above[column].clone()
            },
            text => Cell::typed(text),
        };
        let cells: Vec<Cell> = row.iter().enumerate().map(cell).collect();
        above.clone_from(&cells);
        all.push(Row { number, cells });
    }
    let grid = Grid {
        file: "名录.xlsx".to_owned(),
        sheet: Some("人员".to_owned()),
        rows: all,
    };
    Book {
        file: "名录.xlsx".to_owned(),
        grids: vec![grid],
        warnings: Vec::new(),
    }
}

#[test]
fn a_merged_cell_goes_on_and_a_blank_one_does_not() {
    let book = sheet(&[
        &["单位", "姓名", "邮箱"],
        &["市水利局", "甲", "a@b.cn"],
        &["^", "乙", "b@b.cn"],
    ]);
    let people = table::read(&book).unwrap();
    assert_eq!(people.lines[1].unit, "市水利局");
    let roster = Roster::survey(Path::new("units.toml"), UNITS).0;
    let plan = compare(&people, &roster, &std::collections::BTreeSet::new()).unwrap();
    assert_eq!(plan.changes.len(), 3);
    let book = sheet(&[
        &["单位", "姓名", "邮箱"],
        &["市水利局", "甲", "a@b.cn"],
        &["", "乙", "b@b.cn"],
    ]);
    let faults = table::read(&book).unwrap_err();
    assert_eq!(faults[0].place, "名录.xlsx, 人员!A3");
}

#[test]
fn several_in_one_cell_and_numbers_in_the_wrong_one_are_refused_and_not_repeated() {
    let desk = desk();
    for (row, column, expected) in [
        ("市司法局,王一、李二,a@e.cn", "姓名", "one person"),
        ("市司法局,王一/李二,a@e.cn", "姓名", "one person"),
        ("市司法局,王一13800000077,a@e.cn", "姓名", "the name alone"),
        ("市司法局,王一,13800000077", "邮箱", "one e-mail address"),
        (
            "市司法局、市住建局,王一,a@e.cn",
            "单位",
            "one unit in each row",
        ),
    ] {
        let file = desk.write("people.csv", format!("单位,姓名,邮箱\n{row}\n"));
        let said = desk.duban(&["units", "import", &file, "--yes"]);
        let told = format!("{said:?}");
        let place = format!("people.csv:2, {column}");
        assert!(told.contains(&place) && told.contains(expected), "{told}");
        assert!(!told.contains("0000077"), "{told}");
        said.refused(78);
    }
    let file = desk.write("people.csv", "单位,姓名,邮箱\n市司法局,王 一,a@e.cn\n");
    desk.duban(&["units", "import", &file, "--yes"]).ok();
}
