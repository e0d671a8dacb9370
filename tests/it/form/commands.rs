//! `catalog template` and `catalog export FILE`, as a person types them.

use std::fs;

use super::Form;
use crate::support::command::Desk;

fn form(desk: &Desk, name: &str) -> Form {
    Form(fs::read(desk.at(name)).unwrap())
}

#[test]
fn an_empty_form_offers_the_units_of_the_directory_or_of_another_file() {
    let desk = Desk::new();
    let said = desk.duban(&["catalog", "template", &desk.path("填报表.xlsx")]);
    assert!(
        said.ok()
            .ends_with("填报表.xlsx: an empty form, offering 1 units\n")
    );
    let guide = form(&desk, "填报表.xlsx").rows("说明").concat();
    let offers = |guide: &[calamine::Data], unit: &str| guide.iter().any(|cell| *cell == unit);
    assert!(offers(&guide, "市住建局") && !offers(&guide, "市督查指挥中心"));
    let other = desk.write(
        "other.toml",
        "[centre]\nname = \"中心\"\ncontact = [{ name = \"甲\", email = \"a@b\" }]\n\
         [[unit]]\nname = \"市水利局\"\naliases = [\"水利局\"]\n\
         contact = [{ name = \"乙\", email = \"b@b\" }]\n",
    );
    let path = desk.path("other.xlsx");
    desk.duban(&["catalog", "template", &path, "--units", &other])
        .ok();
    let guide = form(&desk, "other.xlsx").rows("说明").concat();
    assert!(offers(&guide, "市水利局") && !offers(&guide, "市住建局"));
}

#[test]
fn the_catalogue_is_written_to_what_the_ending_says_and_to_stdout_as_ever() {
    let desk = Desk::new();
    desk.decision("2026-001", "=供热规划");
    let stdout = desk.duban(&["catalog", "export"]).ok();
    assert!(stdout.starts_with("\u{feff}id,organ,"));
    let said = desk
        .duban(&["catalog", "export", &desk.path("目录.csv")])
        .ok();
    assert!(said.ends_with("目录.csv: 1 decisions\n"));
    assert_eq!(fs::read_to_string(desk.at("目录.csv")).unwrap(), stdout);
    let events = desk.path("环节.csv");
    desk.duban(&["catalog", "export", "--events", &events]).ok();
    assert!(
        fs::read_to_string(&events)
            .unwrap()
            .starts_with("\u{feff}id,decision_id,")
    );
    let said = desk
        .duban(&["catalog", "export", &desk.path("目录.XLSX")])
        .ok();
    assert!(said.ends_with("目录.XLSX: 1 decisions, 0 events\n"));
    assert_eq!(
        form(&desk, "目录.XLSX").text("事项", "决策事项名称", 1),
        "=供热规划"
    );
}

#[test]
fn a_file_that_is_there_is_never_written_over_and_no_half_file_is_left() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热规划");
    let filled = desk.write("filled.xlsx", "somebody's work");
    for command in ["template", "export"] {
        let said = desk.duban(&["catalog", command, &filled]).refused(1);
        assert!(
            said.contains("failed to create") && said.contains("filled.xlsx"),
            "{said}"
        );
    }
    assert_eq!(fs::read(&filled).unwrap(), b"somebody's work");
    let sql = "update decision set note = $1";
    desk.catalogue()
        .execute(sql, ["长".repeat(40_000)])
        .unwrap();
    let said = desk
        .duban(&["catalog", "export", &desk.path("long.xlsx")])
        .refused(1);
    assert!(
        said.contains("decision 2026-001, note") && said.contains("40000 characters"),
        "{said}"
    );
    assert!(!desk.at("long.xlsx").exists());
}

#[test]
fn an_ending_that_says_nothing_is_refused_with_those_that_do() {
    let desk = Desk::new();
    for (arguments, expected) in [
        (&["catalog", "export", "目录.xls"][..], ".xlsx or .csv"),
        (&["catalog", "export", "目录"], ".xlsx or .csv"),
        (
            &["catalog", "export", "--events", "目录.xlsx"],
            "without --events",
        ),
        (&["catalog", "template", "目录.csv"], "a form as .xlsx"),
    ] {
        let said = desk.duban(arguments).refused(78);
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn cells_that_are_written_otherwise_are_told_on_stderr() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热\n规划");
    let said = desk.duban(&["catalog", "export", &desk.path("目录.xlsx")]);
    assert!(
        said.err.contains("decision 2026-001, title"),
        "{}",
        said.err
    );
    assert!(
        said.out.contains("1 cells are written otherwise"),
        "{}",
        said.out
    );
}

#[test]
fn a_full_disk_is_an_error_that_says_so_and_leaves_nothing_wherever_it_is_met() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热规划");
    for number in 0..300 {
        desk.event(
            "2026-001",
            "progress_reported",
            &format!("2026-{:02}-01", 1 + number % 12),
        );
    }
    let before = fs::read_dir(desk.at("")).unwrap().count();
    for limit in ["0", "3000", "9000", "13000"] {
        for command in ["template", "export"] {
            let said = desk.with_files_of(limit, &["catalog", command, "form.xlsx"]);
            let said = said.refused(1);
            assert!(said.contains("File too large"), "{limit} {command}: {said}");
            assert!(!said.contains("panicked"), "{limit} {command}: {said}");
            let is_empty = limit == "0";
            assert!(!is_empty || said.contains("temporary files in /"), "{said}");
            assert_eq!(fs::read_dir(desk.at("")).unwrap().count(), before);
        }
    }
}
