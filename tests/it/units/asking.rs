//! Names that nobody knows are asked for once, and the answer is in the file before the next
//! question.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use duban::cli::units::learning::{Learned, learn_from};
use duban::config::units::roster::Roster;

use super::UNITS;
use crate::support::command::Desk;

/// Asks for `names` and answers with `lines`; what was said, and what it led to.
fn asked(desk: &Desk, names: &[&str], lines: &str) -> (Learned, String) {
    let path = desk.at("units.toml");
    let names: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut said = Vec::new();
    let learned = learn_from(&path, &names, &mut lines.as_bytes(), &mut said).unwrap();
    (learned, String::from_utf8(said).unwrap())
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("units.toml", UNITS);
    desk
}

fn unit_of(desk: &Desk, name: &str) -> Option<String> {
    let text = fs::read_to_string(desk.at("units.toml")).unwrap();
    let roster = Roster::survey(Path::new("units.toml"), &text).0;
    roster.unit(name).map(|unit| unit.name.clone())
}

#[test]
fn a_number_a_name_a_new_unit_and_later_are_answers() {
    let desk = desk();
    let names = ["住建局", "市司法行政机关", "市水利局", "市气象局"];
    // In the order of the names: 住建局, 市司法行政机关, 市气象局, 市水利局.
    let (learned, said) = asked(&desk, &names, "1\n司法局\n\nn\n");
    assert!(said.contains("  1  市住房和城乡建设局"), "{said}");
    assert_eq!(unit_of(&desk, "住建局").unwrap(), "市住房和城乡建设局");
    assert_eq!(unit_of(&desk, "市司法行政机关").unwrap(), "市司法局");
    assert_eq!(unit_of(&desk, "市水利局").unwrap(), "市水利局");
    assert_eq!(unit_of(&desk, "市气象局"), None);
    assert_eq!(learned.skipped, ["市气象局"]);
    assert_eq!(learned.units, ["市水利局"]);
    assert!(learned.knows("住建局") && !learned.knows("市气象局"));
}

#[test]
fn what_is_no_answer_is_asked_again_and_an_end_leaves_the_rest() {
    let desk = desk();
    let (learned, said) = asked(&desk, &["住建局", "市水利局"], "0\n77\n没有的局\n1\n");
    assert_eq!(said.matches("no such unit").count(), 3, "{said}");
    assert_eq!(learned.aliases.len(), 1);
    assert_eq!(learned.skipped, ["市水利局"]);
}

#[test]
fn an_answer_is_kept_although_the_next_question_fails() {
    let desk = desk();
    let long = "很".repeat(99);
    let names = [String::from("住建局"), long].into_iter().collect();
    let mut said = Vec::new();
    let path = desk.at("units.toml");
    learn_from(&path, &names, &mut "1\n1\nn\n".as_bytes(), &mut said).unwrap_err();
    assert!(unit_of(&desk, "住建局").is_some());
}

#[test]
fn a_person_at_a_terminal_is_asked_by_check() {
    if !Path::new("/usr/bin/script").exists() {
        return;
    }
    let desk = desk();
    desk.decision("2026-001", "甲");
    let sql = "update decision set drafting_unit = '住建局'";
    desk.catalogue().execute(sql, ()).unwrap();
    let command = format!(
        "{} units check --ask --config {}",
        env!("CARGO_BIN_EXE_duban"),
        desk.path("duban.toml")
    );
    let mut child = Command::new("/usr/bin/script")
        .args(["-qec", &command, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"1\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("noted: 住建局 is 市住房和城乡建设局"),
        "{said}"
    );
    assert!(said.contains("systemctl reload duban"), "{said}");
    assert_eq!(unit_of(&desk, "住建局").unwrap(), "市住房和城乡建设局");
    assert!(output.status.success(), "{said}");
}

#[test]
fn nobody_is_asked_without_a_terminal() {
    let desk = desk();
    let said = desk.duban(&["units", "check", "--ask"]).refused(1);
    assert!(said.contains("there is no terminal"), "{said}");
}
