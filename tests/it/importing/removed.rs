//! What a file does not list any more, and what it lists again.

use super::{all, decisions, desk_with, import, listed};

#[test]
fn what_is_not_listed_any_more_is_shown_and_left_alone() {
    let desk = desk_with(&["供热规划", "公交票价", "旧区改造"]);
    let said = import(&desk, &listed(&["供热规划", "公交票价"]), &[]).ok();
    assert!(
        said.contains("? 2026-003 旧区改造 (not listed any more: it stays as it is"),
        "{said}"
    );
    assert!(
        said.contains("1 not listed any more, 2 unchanged"),
        "{said}"
    );
    assert_eq!(decisions(&desk)[2], "2026-003 3 旧区改造 active");
}

#[test]
fn a_withdrawal_has_a_reason_a_day_and_an_event_and_deletes_nothing() {
    let desk = desk_with(&["供热规划", "公交票价", "旧区改造"]);
    let list = listed(&["供热规划", "公交票价"]);
    let more = [
        "--withdraw",
        "洮政办函〔2026〕9号调整",
        "--on",
        "2026-06-30",
    ];
    let shown = import(&desk, &list, &[&more[..], &["--dry-run"]].concat()).ok();
    assert!(
        shown.contains("- 2026-003 旧区改造 (not listed any more: withdrawn)"),
        "{shown}"
    );
    assert!(!shown.contains("!!!"), "{shown}");
    assert_eq!(decisions(&desk)[2], "2026-003 3 旧区改造 active");
    let said = import(&desk, &list, &[&more[..], &["--yes"]].concat()).ok();
    assert!(said.contains("1 to withdraw, 2 unchanged"), "{said}");
    assert_eq!(decisions(&desk)[2], "2026-003 3 旧区改造 withdrawn");
    let events = "select decision_id || ' ' || kind || ' ' || on_date || ' ' || note from event";
    assert_eq!(
        all(&desk, events),
        ["2026-003 withdrawn_note 2026-06-30 洮政办函〔2026〕9号调整"]
    );
    let again = import(&desk, &list, &more).ok();
    assert!(again.contains("nothing to write"), "{again}");
    assert_eq!(all(&desk, events).len(), 1);
}

#[test]
fn a_withdrawal_without_a_reason_or_a_day_without_a_withdrawal_is_refused() {
    let desk = desk_with(&["供热规划"]);
    let list = listed(&["供热规划"]);
    import(&desk, &list, &["--withdraw", " "]).refused(2);
    import(&desk, &list, &["--on", "2026-06-30"]).refused(2);
}

#[test]
fn a_file_that_withdraws_most_of_a_year_says_so_loudly() {
    let desk = desk_with(&["供热规划", "公交票价", "旧区改造"]);
    let said = import(
        &desk,
        &listed(&["供热规划"]),
        &["--withdraw", "调整", "--dry-run"],
    )
    .ok();
    assert!(
        said.contains("!!! 洮南市人民政府 2026: 2 of 3 decisions under way would be withdrawn"),
        "{said}"
    );
}

#[test]
fn decisions_of_another_body_or_year_are_not_missing() {
    let desk = desk_with(&["供热规划"]);
    let file = desk.write("other.csv", listed(&["河道整治"]));
    for (organ, year) in [("镇东镇人民政府", "2026"), (super::ORGAN, "2027")] {
        let said = desk.duban(&[
            "catalog",
            "import",
            &file,
            "--organ",
            organ,
            "--year",
            year,
            "--json",
            "--dry-run",
        ]);
        assert_eq!(said.json()["missing"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn a_table_that_corrects_cells_by_key_lists_nothing() {
    let desk = desk_with(&["供热规划", "公交票价"]);
    let file = desk.write("corrections.csv", "id,drafting_unit\n2026-001,市财政局\n");
    let plan = desk
        .duban(&["catalog", "import", &file, "--dry-run", "--json"])
        .json();
    assert_eq!(plan["changed"].as_array().unwrap().len(), 1);
    assert_eq!(plan["missing"].as_array().unwrap().len(), 0);
    let all = ["catalog", "import", &file, "--withdraw", "调整", "--yes"];
    let said = desk.duban(&all).ok();
    assert!(said.contains("warning: --withdraw: found a file that lists no decisions"));
}

#[test]
fn what_was_withdrawn_and_is_listed_again_comes_back_by_a_persons_word_only() {
    let desk = desk_with(&["供热规划", "公交票价"]);
    import(
        &desk,
        &listed(&["供热规划"]),
        &["--withdraw", "调整", "--yes"],
    )
    .ok();
    let list = listed(&["供热规划", "公交票价"]);
    let said = import(&desk, &list, &["--yes"]).ok();
    assert!(said.contains("? 2026-002 公交票价 (withdrawn and listed again: it stays withdrawn; --readmit 2026-002"), "{said}");
    assert_eq!(decisions(&desk)[1], "2026-002 2 公交票价 withdrawn");
    let said = import(&desk, &list, &["--yes", "--readmit", "2026-002"]).ok();
    assert!(said.contains("status: withdrawn → active"), "{said}");
    assert_eq!(decisions(&desk)[1], "2026-002 2 公交票价 active");
}

#[test]
fn the_number_of_a_withdrawn_decision_may_be_printed_for_another() {
    let desk = desk_with(&["供热规划", "公交票价"]);
    import(
        &desk,
        &listed(&["供热规划"]),
        &["--withdraw", "调整", "--yes"],
    )
    .ok();
    let said = import(&desk, &listed(&["供热规划", "河道整治"]), &["--yes"]).ok();
    assert!(
        said.contains("the number 2, which `2026-002` has (taken as 3)"),
        "{said}"
    );
    let now = [
        "2026-001 1 供热规划 active",
        "2026-002 2 公交票价 withdrawn",
        "2026-003 3 河道整治 active",
    ];
    assert_eq!(decisions(&desk), now);
}
