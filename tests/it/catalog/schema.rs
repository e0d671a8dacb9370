//! The contract's schema: made, compared, and its triggers.

use duban::store::StoreError;
use duban::store::catalog::{self, Catalog, Editor};

use super::{City, places};

#[test]
fn a_new_catalogue_has_no_faults() {
    let city = City::new();
    assert_eq!(city.catalogue().check().unwrap(), []);
    assert_eq!(city.catalogue().count().unwrap(), 0);
    assert_eq!(city.catalogue().newest_change().unwrap(), 0);
}

#[test]
fn a_file_with_something_in_it_is_never_overwritten() {
    let city = City::new();
    city.decide("2026-001", 1);
    let refused = catalog::init(&city.path()).unwrap_err();
    assert!(matches!(refused, StoreError::Exists { .. }));
    assert_eq!(city.catalogue().count().unwrap(), 1);
}

#[test]
fn an_empty_file_becomes_a_catalogue() {
    let city = City::without_catalogue();
    city.file("catalog.db", "");
    catalog::init(&city.path()).unwrap();
    assert_eq!(city.catalogue().check().unwrap(), []);
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let city = City::without_catalogue();
    let refused = catalog::init(&city.path().join("no/such.db")).unwrap_err();
    assert!(refused.to_string().contains("does the folder exist"));
}

#[test]
fn every_difference_from_the_contract_is_reported_at_once() {
    let city = City::new();
    city.write(
        "drop table event;
         alter table decision drop column planned_text;
         alter table decision drop column status;
         alter table decision add column status integer;
         alter table decision add column district text;
         drop trigger decision_updated;
         drop index change_by_decision;
         drop trigger decision_deleted;
         create trigger decision_deleted after delete on decision begin select 1; end;",
    );
    let faults = city.catalogue().check().unwrap();
    assert_eq!(
        places(&faults),
        [
            "table decision, column planned_text",
            "table decision, column status",
            "table event",
            "index change_by_decision on change",
            "trigger decision_deleted on decision",
            "trigger decision_updated on decision",
        ]
    );
    assert_eq!(faults[1].found, "integer");
    let refused = Editor::open(&city.path()).unwrap_err().to_string();
    assert!(refused.contains("planned_text") && refused.contains("table event"));
}

#[test]
fn a_database_of_something_else_has_all_tables_missing() {
    let city = City::without_catalogue();
    city.write("create table staff (name text)");
    let faults = city.catalogue().check().unwrap();
    let wanted = ["table change", "table decision", "table event"];
    assert_eq!(places(&faults), wanted);
}

#[test]
fn a_missing_file_and_a_file_that_is_no_database_are_told_apart() {
    let city = City::without_catalogue();
    let missing = Catalog::open(&city.path()).unwrap_err();
    assert!(missing.to_string().contains("there is no such file"));
    assert!(!city.path().exists());
    city.file("catalog.db", "序号,决策事项名称\n".repeat(100));
    let other = Catalog::open(&city.path()).unwrap_err();
    assert!(
        other.to_string().contains("not an SQLite database"),
        "{other}"
    );
}

#[test]
fn each_write_to_both_tables_is_a_change_of_its_decision() {
    let city = City::new();
    let catalogue = city.catalogue();
    let changed = |sql: &str| {
        let before = catalogue.newest_change().unwrap();
        city.write(sql);
        let ids = catalogue.changed_since(before).unwrap();
        ids.into_iter().map(|id| id.0).collect::<Vec<_>>()
    };
    city.decide("a", 1);
    city.decide("b", 2);
    assert_eq!(
        changed("update decision set title = 'x' where id = 'a'"),
        ["a"]
    );
    let event = "insert into event (id, decision_id, kind, on_date) \
                 values (1, 'a', 'decided', '2026-03-01')";
    assert_eq!(changed(event), ["a"]);
    assert_eq!(changed("update event set on_date = '2026-03-02'"), ["a"]);
    assert_eq!(changed("update event set decision_id = 'b'"), ["a", "b"]);
    assert_eq!(changed("delete from event"), ["b"]);
    assert_eq!(
        changed("update decision set id = 'c' where id = 'b'"),
        ["b", "c"]
    );
    assert_eq!(changed("delete from decision where id = 'c'"), ["c"]);
}

#[test]
fn a_row_that_insert_or_replace_pushes_out_is_a_change_too() {
    let city = City::new();
    city.decide("a", 1);
    city.decide("b", 2);
    city.write(
        "insert into event (id, decision_id, kind, on_date) values (1, 'b', 'decided', '2026-03-01')",
    );
    let catalogue = city.catalogue();
    let before = catalogue.newest_change().unwrap();
    city.write(
        "insert or replace into decision (id, organ, year, seq, title)
         values ('z', '洮南市人民政府', 2026, 1, 'x');
         insert or replace into event (id, decision_id, kind, on_date)
         values (1, 'z', 'decided', '2026-03-01');",
    );
    let mut changed = catalogue.changed_since(before).unwrap();
    changed.sort();
    let changed: Vec<&str> = changed.iter().map(|id| id.0.as_str()).collect();
    assert_eq!(changed, ["a", "b", "z"]);
}

#[test]
fn the_list_of_changes_never_outgrows_the_catalogue() {
    let city = City::new();
    city.decide("a", 1);
    for day in 10..30 {
        let sql = format!("update decision set planned_on = '2026-03-{day}'");
        city.write(&sql);
    }
    let rows: i64 = city
        .software()
        .query_row("select count(*) from change", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 1);
    assert_eq!(city.catalogue().newest_change().unwrap(), 21);
}
