//! Where a register goes: forms told by names, and files that are whole or not there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::command::Desk;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.decision("2026-001", "停车收费");
    desk
}

/// What lies in the desk's folder.
fn names(desk: &Desk) -> Vec<String> {
    let entries = fs::read_dir(desk.at("")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn an_ending_that_nobody_knows_is_wrong_usage_and_the_known_ones_are_named() {
    let desk = desk();
    for file in ["台账.docx", "台账", "台账.xls"] {
        let said = desk.duban(&["export", file]).refused(2);
        for ending in [file, ".xlsx", ".csv", ".json", ".ics", "--format"] {
            assert!(said.contains(ending), "{said}");
        }
    }
    let said = desk.duban(&["export", "-"]).refused(2);
    assert!(said.contains("--format csv"), "{said}");
    desk.duban(&["export", "-", "--format", "xlsx"]).refused(2);
    let said = desk.duban(&["export", "a.ics"]).refused(2);
    assert!(said.contains("--unit"), "{said}");
    let said = desk
        .duban(&["export", "a.pdf", "--format", "pdf"])
        .refused(2);
    assert!(said.contains("xlsx, csv, json, ics"), "{said}");
}

#[test]
fn a_form_that_is_named_goes_before_the_ending_and_capitals_are_no_other_ending() {
    let desk = desk();
    desk.duban(&["export", "a.txt", "--format", "json"]).ok();
    let text = fs::read_to_string(desk.at("a.txt")).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    desk.duban(&["export", "A.CSV"]).ok();
    assert!(
        fs::read_to_string(desk.at("A.CSV"))
            .unwrap()
            .starts_with('\u{feff}')
    );
}

#[test]
fn a_file_that_is_there_stays_unless_it_is_forced_and_nothing_half_written_is_left() {
    let desk = desk();
    let before = names(&desk);
    for file in ["a.xlsx", "a.csv", "a.json", "a.ics"] {
        desk.write(file, "kept");
        let arguments = ["export", file, "--unit", "市住建局"];
        let said = desk.duban(&arguments).refused(1);
        assert!(said.contains(file) && said.contains("--force"), "{said}");
        assert_eq!(fs::read_to_string(desk.at(file)).unwrap(), "kept");
        desk.duban(&[&arguments[..], &["--force"]].concat()).ok();
        assert_ne!(fs::read(desk.at(file)).unwrap(), b"kept");
        let mode = fs::metadata(desk.at(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o600, 0o600, "{mode:o}");
        fs::remove_file(desk.at(file)).unwrap();
    }
    assert_eq!(names(&desk), before);
}

#[test]
fn what_fails_on_the_way_leaves_the_old_file_as_it_was() {
    let desk = desk();
    desk.write("a.xlsx", "kept");
    fs::create_dir(desk.at("words")).unwrap();
    desk.extend("duban.toml", "[wording]\nfolder = \"words\"\n");
    // A city's own words that fail on the first duty.
    desk.write(
        "words/register.txt",
        "{%- macro sheet(name) -%}{{ name.none.at_all }}{%- endmacro -%}",
    );
    let before = names(&desk);
    desk.duban(&["export", "a.xlsx", "--force"]).refused(1);
    assert_eq!(fs::read_to_string(desk.at("a.xlsx")).unwrap(), "kept");
    assert_eq!(names(&desk), before);
    let said = desk.duban(&["templates", "check"]).refused(78);
    assert!(said.contains("register.txt"), "{said}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let desk = desk();
    let said = desk.duban(&["export", "nowhere/a.xlsx"]).refused(1);
    assert!(said.contains("nowhere"), "{said}");
}

#[test]
fn the_same_answer_is_the_same_file() {
    let desk = desk();
    let made = |name: &str| {
        desk.duban(&["export", name, "--as-of", "2026-05-20"]).ok();
        fs::read(desk.at(name)).unwrap()
    };
    assert_eq!(made("a.xlsx"), made("b.xlsx"));
}

#[test]
fn the_help_shows_how() {
    let said = desk().plain(&["export", "--help"]).ok();
    for words in [
        "duban export 台账.xlsx",
        "--unit",
        "--force",
        "汇总",
        "--format ics",
    ] {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_full_disk_is_an_error_that_names_the_file_and_leaves_the_old_one() {
    let desk = desk();
    for number in 2..40 {
        desk.decision(&format!("2026-{number:03}"), "停车收费");
    }
    desk.write("a.xlsx", "kept");
    let before = names(&desk);
    for limit in ["0", "100000", "400000", "600000"] {
        for file in ["a.xlsx", "b.xlsx", "b.csv", "b.json"] {
            let said = desk.with_files_of(limit, &["export", file, "--force"]);
            let said = said.refused(1);
            assert!(
                said.contains("File too large") && said.contains(file),
                "{limit}: {said}"
            );
            assert!(!said.contains("panicked"), "{limit}: {said}");
            assert_eq!(fs::read_to_string(desk.at("a.xlsx")).unwrap(), "kept");
            assert_eq!(names(&desk), before);
        }
    }
}
