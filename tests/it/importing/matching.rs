//! Which decision a row is: by key, by title, by number, or by a person's word.

use std::path::Path;

use super::{ORGAN, all, decisions, desk_with, import, listed};
use crate::support::command::Desk;

#[test]
fn numbers_that_moved_up_leave_ids_and_numbers_of_the_catalogue_alone() {
    let desk = desk_with(&["供热规划", "公交票价", "旧区改造"]);
    let said = import(
        &desk,
        &listed(&["供热规划", "旧区改造", "河道整治"]),
        &["--yes"],
    )
    .ok();
    assert!(
        said.contains("read list.csv:3: seq `2` → 3 (`2026-003` keeps its number)"),
        "{said}"
    );
    assert!(
        said.contains("the number 3, which `2026-003` has (taken as 4)"),
        "{said}"
    );
    let now = [
        "2026-001 1 供热规划 active",
        "2026-002 2 公交票价 active",
        "2026-003 3 旧区改造 active",
        "2026-004 4 河道整治 active",
    ];
    assert_eq!(decisions(&desk), now);
    let again = import(&desk, &listed(&["供热规划", "旧区改造", "河道整治"]), &[]).ok();
    assert!(again.contains("0 to add, 0 to change"), "{again}");
}

#[test]
fn a_key_goes_before_a_title_and_its_number_never_changes() {
    let desk = desk_with(&["供热规划", "公交票价"]);
    let table = "事项编号,序号,事项名称,承办单位\n2026-001,2,公交票价,市住建局\n2026-002,1,供热规划,市住建局\n";
    let said = import(&desk, table, &["--yes"]).ok();
    assert!(said.contains("2 to change"), "{said}");
    assert!(said.contains("`2026-001` keeps its number"), "{said}");
    let now = ["2026-001 1 公交票价 active", "2026-002 2 供热规划 active"];
    assert_eq!(decisions(&desk), now);
}

#[test]
fn a_title_worded_anew_is_a_change_with_a_warning() {
    let desk = desk_with(&["供热专项规划", "公交票价"]);
    let said = import(
        &desk,
        &listed(&["城市供热专项规划", "公交票价"]),
        &["--yes"],
    )
    .ok();
    assert!(
        said.contains("~ 2026-001 城市供热专项规划\n    title: 供热专项规划 → 城市供热专项规划"),
        "{said}"
    );
    assert!(
        said.contains(
            "warning: list.csv:2, title: found `城市供热专项规划`, till now `供热专项规划`"
        )
    );
    assert!(said.contains("--replaced 2026-001"), "{said}");
}

#[test]
fn a_number_under_another_title_is_asked_about_and_both_answers_hold() {
    let desk = desk_with(&["供热规划", "公交票价"]);
    desk.event("2026-002", "comment_opened", "2026-03-02");
    let list = listed(&["供热规划", "河道整治"]);
    let told = import(&desk, &list, &["--yes"]).refused(78);
    assert!(
        told.contains(
            "list.csv:3, title: found `河道整治` at number 2, which is `2026-002` `公交票价`"
        ),
        "{told}"
    );
    assert!(
        told.contains("--renamed 2026-002") && told.contains("--replaced 2026-002"),
        "{told}"
    );
    assert_eq!(decisions(&desk).len(), 2);

    let renamed = import(&desk, &list, &["--dry-run", "--renamed", "2026-002"]).ok();
    assert!(renamed.contains("title: 公交票价 → 河道整治"), "{renamed}");
    let replaced = import(&desk, &list, &["--yes", "--replaced", "2026-002"]).ok();
    assert!(
        replaced.contains("? 2026-002 公交票价 (not listed any more"),
        "{replaced}"
    );
    assert_eq!(decisions(&desk)[2], "2026-003 3 河道整治 active");
    // Once it has its own key, nothing is asked any more.
    import(&desk, &list, &[]).ok();
}

#[test]
fn a_title_like_that_of_an_unlisted_decision_is_asked_about_at_any_number() {
    let desk = desk_with(&["供热规划", "公交票价", "旧区改造"]);
    let list = listed(&["公交票价调整", "供热规划", "河道整治", "旧区改造"]);
    let told = import(&desk, &list, &["--yes"]).refused(78);
    assert!(told.contains("list.csv:2, title: found `公交票价调整`, and `2026-002` `公交票价`, which the file does not list"), "{told}");
    let said = import(&desk, &list, &["--yes", "--renamed", "2026-002"]).ok();
    assert!(said.contains("+ 2026-004 河道整治"), "{said}");
    assert_eq!(decisions(&desk)[1], "2026-002 2 公交票价调整 active");
}

#[test]
fn another_number_in_a_title_is_another_decision() {
    let desk = desk_with(&["城市旧区综合改造方案"]);
    let told = import(
        &desk,
        &listed(&["城市旧区综合改造方案（二期）"]),
        &["--yes"],
    )
    .refused(78);
    assert!(told.contains("--replaced 2026-001"), "{told}");
}

#[test]
fn an_answer_that_nothing_asks_for_is_said_to_change_nothing() {
    let desk = desk_with(&["供热规划"]);
    let said = import(&desk, &listed(&["供热规划"]), &["--renamed", "2026-007"]).ok();
    assert!(
        said.contains("warning: --renamed: found 2026-007"),
        "{said}"
    );
}

#[test]
fn two_decisions_of_one_title_keep_apart() {
    let desk = desk_with(&["旧区改造", "供热规划", "旧区改造"]);
    let again = import(&desk, &listed(&["旧区改造", "供热规划", "旧区改造"]), &[]).ok();
    assert!(
        again.contains("0 to add, 0 to change, 3 unchanged"),
        "{again}"
    );
}

#[test]
fn every_file_we_have_comes_in_a_second_time_without_a_change() {
    let mut imported = 0;
    for path in files() {
        let desk = Desk::new();
        let all = [
            "catalog", "import", &path, "--organ", ORGAN, "--year", "2026",
        ];
        let first = desk.duban(&[&all[..], &["--yes"]].concat());
        if first.code == 78 {
            // Not every file is fit to be imported; none of it may have come in then.
            assert_eq!(decisions(&desk), [""; 0], "{path}");
            continue;
        }
        first.ok();
        imported += 1;
        let before = newest(&desk);
        let again = desk.duban(&[&all[..], &["--json"]].concat()).json();
        for list in ["added", "changed", "missing", "faults"] {
            assert_eq!(again[list], serde_json::json!([]), "{path}: {list}");
        }
        assert_eq!(newest(&desk), before, "{path}");
    }
    assert!(imported >= 3, "{imported}");
}

/// The tables among the tests' data and in the sample.
fn files() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests/data"), root.join("config/sample")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.extension().and_then(|kind| kind.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if kind
                .is_some_and(|kind| ["csv", "tsv", "txt", "xlsx", "xls", "ods"].contains(&kind))
            {
                files.push(path.display().to_string());
            }
        }
    }
    files
}

fn newest(desk: &Desk) -> Vec<String> {
    all(desk, "select ifnull(max(seq), 0) || '' from change")
}
