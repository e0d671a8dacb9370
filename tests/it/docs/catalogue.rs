//! `docs/catalogue.md`: its statements run, its tables name everything there is.

use duban::domain::decision::{EVENT_KINDS, Status};
use duban::domain::naming::name_of;
use duban::store::catalog::{self, Catalog};
use rusqlite::Connection;

const DOCUMENT: &str = include_str!("../../../docs/catalogue.md");

/// The statements of the document, in its order.
fn statements() -> Vec<&'static str> {
    let blocks = DOCUMENT.split("```sql\n").skip(1);
    blocks
        .map(|block| block.split_once("```").unwrap().0)
        .collect()
}

#[test]
fn its_statements_run_in_their_order_and_are_read_without_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    catalog::init(&path).unwrap();
    let software = Connection::open(&path).unwrap();
    software.pragma_update(None, "foreign_keys", true).unwrap();
    let statements = statements();
    assert_eq!(statements.len(), 7);
    for statement in statements {
        software.execute_batch(statement).unwrap();
    }
    let page = Catalog::open(&path).unwrap().page(None, 10).unwrap();
    let [reading] = page.readings.as_slice() else {
        panic!("{page:?}");
    };
    assert_eq!(reading.faults, []);
    let decision = reading.decision.as_ref().unwrap();
    assert_eq!(decision.status, Status::Withdrawn);
    assert_eq!(decision.cooperating_units, ["市财政局", "市自然资源局"]);
    let replied = decision.events_of("hearing_replied").next().unwrap();
    assert_eq!(replied.on_date.to_string(), "2026-04-16");
    assert_eq!(replied.answers, Some(1001));
    let hearings: Vec<String> = decision
        .standing("hearing_on")
        .map(|event| event.on_date.to_string())
        .collect();
    assert_eq!(hearings, ["2026-06-03"], "the earlier one was put off");
}

#[test]
fn it_names_every_column_and_every_kind_of_event() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    catalog::init(&path).unwrap();
    let software = Connection::open(&path).unwrap();
    for table in ["decision", "event"] {
        let mut columns = software
            .prepare("select name from pragma_table_info($1)")
            .unwrap();
        let names = columns.query_map([table], |row| row.get::<_, String>(0));
        for name in names.unwrap().map(Result::unwrap) {
            assert!(DOCUMENT.contains(&format!("`{name}`")), "{table}.{name}");
        }
    }
    for kind in EVENT_KINDS {
        let row = format!("| `{kind}` | {} |", name_of(kind));
        assert!(DOCUMENT.contains(&row), "{row}");
    }
}
