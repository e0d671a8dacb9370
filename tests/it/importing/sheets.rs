//! Several tables in one file: decisions, flags and events, in one transaction.

use duban::store::catalog::{Answers, Import, Table};

use super::{all, book, decisions, defaults, desk_with, editor, listed, places, sheet, written};
use crate::support::command::Desk;

const DECISIONS: &str = "\
事项编号\t决策机关\t年度\t序号\t事项名称\t承办单位
2026-001\t洮南市人民政府\t2026\t1\t供热规划\t市住建局
2026-002\t洮南市人民政府\t2026\t2\t公交票价\t市发改委";
const FLAGS: &str =
    "id\ttitle\tsensitive\tcontested\n2026-001\t供热规划\t1\t0\n2026-002\t旧的名称\t\t1";
const EVENTS: &str = "decision_id\tkind\ton_date\n2026-001\tcomment_opened\t2026-03-02\n2026-002\tcomment_opened\t2026-03-03";

#[test]
fn decisions_flags_and_events_of_a_workbook_go_in_together_whatever_their_order() {
    let desk = Desk::new();
    let notes = sheet("说明", "怎样填写\n序号\t从1开始");
    let grids = [
        notes,
        sheet("环节", EVENTS),
        sheet("性质", FLAGS),
        sheet("事项", DECISIONS),
    ];
    let plan = written(&desk, book(grids.clone()), Answers::default());
    // Another's sheet of explanations is left out, and that is said.
    assert_eq!(places(&plan.warnings), ["目录.xlsx, 说明"], "{plan}");
    assert_eq!(plan.faults, []);
    let taken: Vec<_> = plan
        .tables
        .iter()
        .map(|one| (one.place.as_str(), one.table, one.rows))
        .collect();
    let wanted = [
        ("目录.xlsx, 环节", Table::Event, 2),
        ("目录.xlsx, 性质", Table::Decision, 2),
        ("目录.xlsx, 事项", Table::Decision, 2),
    ];
    assert_eq!(taken, wanted);
    assert_eq!(plan.added.len(), 4);
    let flags =
        "select id || title || ifnull(sensitive, '-') || contested from decision order by id";
    assert_eq!(
        all(&desk, flags),
        ["2026-001供热规划10", "2026-002公交票价-1"]
    );
    assert_eq!(
        all(&desk, "select decision_id from event order by id"),
        ["2026-001", "2026-002"]
    );
    let again = written(&desk, book(grids), Answers::default());
    assert!(again.changes_nothing(), "{again}");
    assert_eq!(again.unchanged, 4);
}

#[test]
fn flags_alone_join_the_decisions_of_the_catalogue_and_list_nothing() {
    let desk = desk_with(&["供热规划", "公交票价", "旧区改造"]);
    let flags = "id\ttitle\tsensitive\n2026-001\t供热规划\t1\n2026-009\t没有\t1";
    let plan = written(&desk, book([sheet("性质", flags)]), Answers::default());
    assert_eq!(places(&plan.faults), ["目录.xlsx, 性质!3, id"]);
    assert!(plan.missing.is_empty(), "{plan}");
    let flags = "id\ttitle\tsensitive\n2026-001\t供热规划\t1";
    let plan = written(&desk, book([sheet("性质", flags)]), Answers::default());
    assert_eq!(plan.changed[0].differences[0].column, "sensitive");
    assert!(plan.is_written);
}

#[test]
fn what_is_wrong_with_a_flag_is_placed_in_its_own_sheet() {
    let desk = Desk::new();
    let flags = FLAGS.replace("\t1\t0", "\t7\t0");
    let plan = written(
        &desk,
        book([sheet("事项", DECISIONS), sheet("性质", &flags)]),
        Answers::default(),
    );
    assert_eq!(places(&plan.faults), ["目录.xlsx, 性质!2, sensitive"]);
    assert_eq!(decisions(&desk), [""; 0]);
}

#[test]
fn one_wrong_event_keeps_every_table_out() {
    let desk = Desk::new();
    let events = EVENTS
        .replace("2026-03-03", "2026-02-30")
        .replace("2026-001", "2026-005");
    let plan = written(
        &desk,
        book([sheet("事项", DECISIONS), sheet("环节", &events)]),
        Answers::default(),
    );
    let wanted = [
        "目录.xlsx, 环节!2, decision_id",
        "目录.xlsx, 环节!3, on_date",
    ];
    assert_eq!(places(&plan.faults), wanted);
    assert_eq!(decisions(&desk), [""; 0]);
}

#[test]
fn two_lists_in_one_workbook_are_one_catalogue() {
    let desk = Desk::new();
    let second = "序号\t事项名称\t承办单位\n1\t河道整治\t市水利局";
    let first = "序号\t事项名称\t承办单位\n1\t供热规划\t市住建局";
    let grids = [sheet("第一批", first), sheet("第二批", second)];
    let plan = written(&desk, book(grids.clone()), Answers::default());
    assert_eq!(plan.faults, [], "{plan}");
    assert_eq!(
        decisions(&desk),
        ["2026-001 1 供热规划 active", "2026-002 2 河道整治 active"]
    );
    let again = written(&desk, book(grids), Answers::default());
    assert!(
        again.changes_nothing() && again.missing.is_empty(),
        "{again}"
    );
    let twice = [sheet("事项", DECISIONS), sheet("副本", DECISIONS)];
    let plan = written(&desk, book(twice), Answers::default());
    assert!(
        plan.faults
            .iter()
            .any(|fault| fault.expected.contains("目录.xlsx, 事项!2")),
        "{plan}"
    );
}

#[test]
fn a_sheet_that_is_no_table_is_left_out_with_a_warning_and_a_faulty_table_is_not() {
    let desk = Desk::new();
    let chart = sheet("图表", "甲\t乙\n1\t2");
    let plan = written(
        &desk,
        book([chart.clone(), sheet("事项", DECISIONS)]),
        Answers::default(),
    );
    assert_eq!(plan.faults, []);
    assert_eq!(places(&plan.warnings), ["目录.xlsx, 图表"]);
    let plan = written(&desk, book([chart]), Answers::default());
    assert!(!plan.faults.is_empty());
    let headless = sheet("其他", "事项名称\t承办单位\n河道整治\t市水利局");
    let plan = written(
        &desk,
        book([sheet("事项", DECISIONS), headless]),
        Answers::default(),
    );
    assert_eq!(places(&plan.faults), ["目录.xlsx, 其他!1"], "{plan}");
}

#[test]
fn one_sheet_can_be_taken_alone() {
    let desk = desk_with(&["供热规划"]);
    let both = || book([sheet("事项", DECISIONS), sheet("环节", EVENTS)]);
    let plan = |name| {
        let import = Import::of(both(), Some(name), &defaults());
        editor(&desk).plan(&import, &mut |_, _, _| {}).unwrap()
    };
    assert_eq!(plan("事项").tables.len(), 1);
    assert!(plan("事").faults[0].expected.contains("事项, 环节"));
    let file = desk.write("a.csv", listed(&["供热规划"]));
    let told = desk
        .duban(&["catalog", "import", &file, "--sheet", "事项"])
        .refused(78);
    assert!(told.contains("no sheet `事项`"), "{told}");
}

#[test]
fn events_name_the_decisions_that_the_same_file_brings_by_their_titles() {
    let desk = desk_with(&["公交票价"]);
    let list = "序号\t事项名称\t承办单位\n2\t供热规划\t市住建局\n3\t河道整治\t市水利局";
    let events = "事项编号\t环节\t日期\n供热规划\t公开征求意见开始\t2026年3月2日\n公交票价\t征求有关单位意见\t2026年3月3日";
    let planned = |events| {
        let grids = [sheet("事项", list), sheet("环节", events)];
        let import = Import::of(book(grids), None, &defaults());
        let mut editor = editor(&desk);
        let import = editor.understanding(import).unwrap();
        editor.plan(&import, &mut |_, _, _| {}).unwrap()
    };
    let plan = planned(events);
    assert_eq!(plan.faults, [], "{plan}");
    let of = |title: &str| {
        let mut readings = plan.readings.iter();
        let read = readings.find(|one| one.column == "decision_id" && one.text == title);
        read.and_then(|one| one.read.clone())
    };
    let added = plan
        .added
        .iter()
        .find(|one| one.what == "供热规划")
        .unwrap();
    assert_eq!(of("供热规划"), Some(added.id.clone()));
    let unknown = planned("事项编号\t环节\t日期\n供水规划\t公开征求意见开始\t2026年3月2日");
    assert_eq!(places(&unknown.faults), ["目录.xlsx, 环节!2, decision_id"]);
}
