//! What a clerk's own files do: an annex, a second batch, keys of the city, a day set by hand,
//! events called by titles.

use duban::store::catalog::{Defaults, Import};

use super::{
    ORGAN, all, book, decisions, defaults, desk_with, editor, import, listed, places, sheet,
};
use crate::support::command::Desk;

const TITLE: &str = "洮南市人民政府2026年度重大行政决策事项目录";

#[test]
fn a_second_batch_has_numbers_of_its_own_and_takes_nothing_away() {
    let desk = desk_with(&["供热规划", "公交票价"]);
    let batch = format!("{TITLE}（第二批）,,\n{}", listed(&["殡葬设施", "污水处理"]));
    let said = import(&desk, &batch, &["--yes"]).ok();
    assert!(said.contains("found `洮南市人民政府2026年度重大行政决策事项目录（第二批）`, expected a whole catalogue"), "{said}");
    assert!(!said.contains("not listed any more"), "{said}");
    let now = [
        "2026-001 1 供热规划 active",
        "2026-002 2 公交票价 active",
        "2026-003 3 殡葬设施 active",
        "2026-004 4 污水处理 active",
    ];
    assert_eq!(decisions(&desk), now);
    let again = import(&desk, &batch, &["--withdraw", "调整", "--yes"]).ok();
    assert!(
        again.contains("0 to add, 0 to change, 2 unchanged"),
        "{again}"
    );
    assert!(again.contains("only a part of a year's"), "{again}");
    assert_eq!(decisions(&desk), now);
}

#[test]
fn a_list_that_nobody_gives_a_body_or_year_has_one_fault() {
    let desk = Desk::new();
    let rows = book([sheet(
        "目录",
        "序号\t事项名称\t承办单位\n1\t供热规划\t市住建局\n2\t公交票价\t市发改委",
    )]);
    let import = Import::of(rows, None, &Defaults::default());
    let plan = editor(&desk).plan(&import, &mut |_, _, _| {}).unwrap();
    assert_eq!(places(&plan.faults), ["目录.xlsx, 目录!1"], "{plan}");
    assert!(
        plan.faults[0]
            .expected
            .contains("--organ NAME and --year YEAR"),
        "{plan}"
    );
}

#[test]
fn keys_of_the_city_without_body_and_year_take_those_of_the_title() {
    let desk = Desk::new();
    let rows = format!(
        "{TITLE}\n事项编号\t序号\t事项名称\t承办单位\t计划完成时间\nZD-1\t1\t供热规划\t市住建局\t11月"
    );
    let import = |rows: &str| Import::of(book([sheet("目录", rows)]), None, &Defaults::default());
    let write = |rows: &str| {
        editor(&desk)
            .write(&import(rows), None, &mut |_, _, _| {})
            .unwrap()
    };
    let plan = write(&rows);
    assert!(plan.is_written, "{plan}");
    assert!(
        plan.to_string()
            .contains("(from the title above the table)"),
        "{plan}"
    );
    let stands = "select id || organ || year || planned_on from decision";
    let wanted = [format!("ZD-1{ORGAN}20262026-11-30")];
    assert_eq!(all(&desk, stands), wanted);
    // What the catalogue has stays in its year, whatever the title of a later file says.
    let later = write(
        &rows
            .replace("2026年度", "2027年度")
            .replace("11月", "2026年11月"),
    );
    assert!(
        later
            .to_string()
            .contains("`ZD-1`, which the catalogue has under 洮南市人民政府 2026"),
        "{later}"
    );
    assert_eq!(all(&desk, stands), wanted);
}

#[test]
fn a_day_that_was_set_by_hand_is_told_as_kept() {
    let desk = Desk::new();
    let list = "序号,事项名称,承办单位,计划完成时间\n1,供热规划,市住建局,2026年6月\n2,公交票价,市发改委,12月前\n";
    import(&desk, list, &["--yes"]).ok();
    let by_hand = "update decision set planned_on = '2026-06-' || (10 + seq)";
    desk.catalogue().execute(by_hand, []).unwrap();
    let said = import(&desk, list, &["--yes"]).ok();
    for told in [
        "planned_on `2026年6月` → 2026-06-11 (entered by hand for the same planned time, and kept)",
        "planned_on `12月前` → 2026-06-12 (entered by hand",
        "2 unchanged, 0 warnings",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let days = all(&desk, "select planned_on from decision order by seq");
    assert_eq!(days, ["2026-06-11", "2026-06-12"]);
}

#[test]
fn events_find_the_decisions_of_their_own_file_by_title() {
    let desk = desk_with(&["旧区改造"]);
    let list = "序号\t事项名称\t承办单位\n1\t旧区改造\t市住建局\n2\t供热规划\t市住建局\n3\t公交票价\t市发改委";
    let events = "事项编号\t环节\t日期\n供热规划\t专家论证会\t2026-03-02\n公交票价\t专家论证会\t2026-03-03\n没有\t专家论证会\t2026-03-03";
    let grids = |events: &str| book([sheet("环节", events), sheet("目录", list)]);
    let take = |events: &str| {
        let desk = editor(&desk);
        let import = Import::of(grids(events), None, &defaults());
        desk.understanding(import).unwrap()
    };
    let write = |events: &str| {
        editor(&desk)
            .write(&take(events), None, &mut |_, _, _| {})
            .unwrap()
    };
    let plan = write(events);
    assert_eq!(
        places(&plan.faults),
        ["目录.xlsx, 环节!4, decision_id"],
        "{plan}"
    );
    let events = events.rsplit_once('\n').unwrap().0;
    let plan = write(events);
    assert!(plan.is_written, "{plan}");
    assert!(
        plan.to_string()
            .contains("`供热规划` → 2026-002 (the only decision with this title)"),
        "{plan}"
    );
    let kept = all(&desk, "select decision_id || kind from event order by id");
    assert_eq!(
        kept,
        ["2026-002expert_review_on", "2026-003expert_review_on"]
    );
    let again = write(events);
    assert!(again.changes_nothing(), "{again}");
}

#[test]
fn a_title_that_the_file_and_another_year_have_names_neither() {
    let desk = desk_with(&["征地补偿标准"]);
    let list = format!(
        "{}\n序号\t事项名称\t承办单位\n1\t征地补偿标准\t市住建局",
        TITLE.replace("2026", "2027")
    );
    let events = "事项编号\t环节\t日期\n征地补偿标准\t专家论证会\t2027-03-02";
    let grids = [sheet("环节", events), sheet("目录", &list)];
    let import = Import::of(book(grids), None, &Defaults::default());
    let import = editor(&desk).understanding(import).unwrap();
    let mut editor = editor(&desk);
    let plan = editor.write(&import, None, &mut |_, _, _| {}).unwrap();
    assert!(!plan.is_written, "{plan}");
    assert_eq!(places(&plan.faults), ["目录.xlsx, 环节!2, decision_id"]);
    assert!(
        plan.faults[0].expected.ends_with("where no other has it"),
        "{plan}"
    );
}

#[test]
fn an_answer_about_a_row_that_was_not_asked_says_what_to_do() {
    let desk = desk_with(&["供热规划", "公交票价"]);
    let list = listed(&["供热规划", "河道整治方案"]);
    let said = import(
        &desk,
        &list,
        &[
            "--renamed",
            "2026-001",
            "--replaced",
            "2026-002",
            "--dry-run",
        ],
    )
    .ok();
    assert!(
        said.contains("its key stands in a column 事项编号"),
        "{said}"
    );
    let keyed =
        "事项编号,序号,事项名称,承办单位\n,1,供热规划,市住建局\n2026-002,2,河道整治方案,市住建局\n";
    import(&desk, keyed, &["--yes"]).ok();
    let now = [
        "2026-001 1 供热规划 active",
        "2026-002 2 河道整治方案 active",
    ];
    assert_eq!(decisions(&desk), now);
}

#[test]
fn a_second_title_of_another_body_or_year_is_refused_with_what_follows_it() {
    let table = "序号\t事项名称\t承办单位\n1\t供热规划\t市住建局";
    for other in [
        "二、洮南市交通运输局2026年度重大行政决策事项目录",
        "洮南市人民政府2027年度重大行政决策事项目录",
    ] {
        let desk = Desk::new();
        let rows = format!(
            "{TITLE}\n{table}\n{other}\n{}",
            table.replace("供热", "公交")
        );
        let import = Import::of(book([sheet("目录", &rows)]), None, &Defaults::default());
        let plan = editor(&desk).plan(&import, &mut |_, _, _| {}).unwrap();
        assert_eq!(places(&plan.faults), ["目录.xlsx, 目录!4"], "{plan}");
    }
}

#[test]
fn what_seems_impossible_in_the_events_of_a_file_is_told() {
    let desk = desk_with(&["供热规划"]);
    let events = "decision_id,kind,on_date\n2026-001,expert_review_on,2062-03-02\n";
    let said = import(&desk, events, &["--dry-run"]).ok();
    assert!(
        said.contains("+ 2026-001 2062-03-02 expert_review_on"),
        "{said}"
    );
    assert!(
        said.contains("warning: decision 2026-001, list.csv:2"),
        "{said}"
    );
}

#[test]
fn a_row_whose_number_is_a_code_has_one_fault_and_its_time_is_read() {
    let desk = Desk::new();
    let table = "编号,名称,责任单位,时限\nZD-01,供热规划,市住建局,11月\n";
    let told = import(&desk, table, &["--yes"]).refused(78);
    assert!(told.contains("list.csv:2, seq: found `ZD-01`"), "{told}");
    assert!(!told.contains("list.csv:2, id"), "{told}");
    let table = table.replace("ZD-01", "1");
    let said = import(&desk, &table, &["--yes"]).ok();
    assert!(said.contains("planned_on `11月` → 2026-11-30"), "{said}");
}
