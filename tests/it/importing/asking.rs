//! Nothing is written before somebody has seen it and said yes.

use std::io::Write as _;
use std::process::{Command, Stdio};

use duban::store::catalog::Import;
use duban::store::sheets::Workbooks;
use rusqlite::TransactionBehavior;

use super::{decisions, defaults, desk_with, editor, import, listed};
use crate::support::command::Desk;

#[test]
fn without_a_terminal_and_without_yes_the_plan_is_shown_and_nothing_written() {
    let desk = Desk::new();
    let said = import(&desk, &listed(&["供热规划"]), &[]);
    assert!(
        said.out.contains("+ 2026-001 供热规划") && said.out.contains("1 to add"),
        "{said:?}"
    );
    let told = said.refused(1);
    assert!(
        told.contains("nothing was written") && told.contains("--yes"),
        "{told}"
    );
    assert!(decisions(&desk).is_empty());
    let said = import(&desk, &listed(&["供热规划"]), &["--json"]);
    assert_eq!((said.code, &said.json()["is_written"]), (1, &false.into()));
    import(&desk, &listed(&["供热规划"]), &["--yes", "--dry-run"]).refused(2);
}

#[test]
fn the_plan_in_json_is_whole() {
    let desk = desk_with(&["供热专项规划", "公交票价"]);
    let plan = import(
        &desk,
        &listed(&["城市供热专项规划", "河道整治办法"]),
        &["--json", "--yes", "--replaced", "2026-002"],
    )
    .json();
    assert_eq!(plan["is_written"], true);
    assert_eq!(
        plan["tables"][0],
        serde_json::json!({"place": "list.csv", "table": "decision", "rows": 2})
    );
    assert_eq!(plan["added"][0]["id"], "2026-003");
    assert_eq!(plan["added"][0]["table"], "decision");
    let change = serde_json::json!({"column": "title", "before": "供热专项规划", "after": "城市供热专项规划"});
    assert_eq!(plan["changed"][0]["differences"][0], change);
    let missing = serde_json::json!({"id": "2026-002", "title": "公交票价", "is_withdrawn": false});
    assert_eq!(plan["missing"][0], missing);
    for list in ["listed_again", "emptied", "readings", "warnings", "faults"] {
        assert!(plan[list].is_array(), "{list}");
    }
}

#[test]
fn a_pasted_table_comes_in_from_stdin() {
    let desk = Desk::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_duban"))
        .args([
            "catalog",
            "import",
            "-",
            "--organ",
            super::ORGAN,
            "--year",
            "2026",
            "--yes",
        ])
        .args(["--config", &desk.path("duban.toml")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let table = "序号\t事项名称\t承办单位\n1\t供热规划\t市住建局\n";
    child
        .stdin
        .take()
        .unwrap()
        .write_all(table.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("stdin: 1 rows"), "{said}");
    assert_eq!(decisions(&desk), ["2026-001 1 供热规划 active"]);
}

#[test]
fn while_a_person_thinks_others_write_and_what_changed_meanwhile_is_shown_again() {
    let desk = desk_with(&["供热规划", "公交票价"]);
    let path = desk.write("list.csv", listed(&["供热规划", "公交票价", "河道整治"]));
    let list = Import::open(
        path.as_ref(),
        None,
        &defaults(),
        &Workbooks::by_this_program(),
    )
    .unwrap();
    let mut editor = editor(&desk);
    let none = &mut |_, _, _| {};
    let seen = editor.plan(&list, none).unwrap();
    desk.catalogue()
        .execute(
            "update decision set drafting_unit = '市财政局' where seq = 2",
            [],
        )
        .unwrap();
    let now = editor.write(&list, Some(&seen), none).unwrap();
    assert_eq!(
        (seen.changed.len(), now.changed.len(), now.is_written),
        (0, 1, false)
    );
    assert_eq!(decisions(&desk).len(), 2);
    // What the plan does not speak of may change, and stays.
    desk.catalogue()
        .execute("update decision set note = '新' where seq = 1", [])
        .unwrap();
    assert!(editor.write(&list, Some(&now), none).unwrap().is_written);
    assert_eq!(
        super::all(&desk, "select note from decision where note is not null"),
        ["新"]
    );
}

#[test]
fn a_reader_sees_all_of_an_import_or_nothing() {
    let desk = desk_with(&["供热规划"]);
    desk.catalogue()
        .pragma_update(None, "journal_mode", "wal")
        .unwrap();
    let titles: Vec<String> = (0..2_000).map(|n| format!("事项{n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let path = desk.write("list.csv", listed(&[&["供热规划"], &titles[..]].concat()));
    let list = Import::open(
        path.as_ref(),
        None,
        &defaults(),
        &Workbooks::by_this_program(),
    )
    .unwrap();
    let reader = desk.catalogue();
    let count = |table: &str| -> i64 {
        let sql = format!("select count(*) from {table}");
        reader.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    let mut looks = 0;
    let plan = editor(&desk).write(&list, None, &mut |_, _, _| {
        assert_eq!((count("decision"), count("change")), (1, 1));
        looks += 1;
    });
    assert!(plan.unwrap().is_written && looks > 2_000);
    assert_eq!((count("decision"), count("change")), (2_001, 2_001));
}

#[test]
fn a_catalogue_that_others_lock_is_an_error_to_try_again_and_nothing_is_written() {
    let desk = desk_with(&["供热规划"]);
    let mut software = desk.catalogue();
    let lock = software
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .unwrap();
    let list = listed(&["供热规划", "河道整治"]);
    // Looking is possible while others write; writing has to wait for them.
    let shown = import(&desk, &list, &["--dry-run"]).ok();
    assert!(shown.contains("+ 2026-002 河道整治"), "{shown}");
    let told = import(&desk, &list, &["--yes"]).refused(75);
    assert!(
        told.contains("another program keeps the database locked"),
        "{told}"
    );
    lock.commit().unwrap();
    import(&desk, &list, &["--yes"]).ok();
}
