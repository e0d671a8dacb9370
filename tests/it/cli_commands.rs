//! The command as people run it: exit codes, the demo, and looking into what it left.

use std::path::Path;
use std::process::{Command, Output};

fn duban(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_duban"));
    command
        .args(arguments)
        .env("COLUMNS", "160")
        .output()
        .unwrap()
}

fn said(output: &Output) -> &str {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::str::from_utf8(&output.stdout).unwrap()
}

fn files(folder: &Path, end: &str) -> usize {
    let files = std::fs::read_dir(folder).unwrap();
    files
        .filter(|file| {
            file.as_ref()
                .unwrap()
                .path()
                .extension()
                .is_some_and(|e| e == end)
        })
        .count()
}

#[test]
fn the_exit_code_says_whose_turn_it_is() {
    assert_eq!(duban(&["due", "--frm", "x"]).status.code(), Some(2));
    let nowhere = ["due", "--config", "/nonexistent/duban.toml"];
    assert_eq!(duban(&nowhere).status.code(), Some(78));
    assert_eq!(
        duban(&["rules", "show", "no-such-rule"]).status.code(),
        Some(1)
    );
    assert_eq!(
        duban(&["calendar", "count", "2026-09-17", "+5wd"])
            .status
            .code(),
        Some(0)
    );
}

#[test]
fn the_demo_plays_a_spring_and_leaves_everything_to_look_into() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let path = dir.to_str().unwrap();
    let played = duban(&["demo", "--days", "120", "--dir", path]);
    let story = said(&played);
    // The second request of the first decision was answered a week late.
    assert!(story.contains("✕ overdue     2026-001 pub-6b"), "{story}");
    assert!(
        story.contains("+ recorded 2026-001 hearing_replied on 2026-04-21"),
        "{story}"
    );
    assert!(story.contains(", 0 deferred, 0 given up"), "{story}");
    assert!(!story.contains("储备布局"), "a confidential title is told");
    assert!(files(&dir.join("mail"), "eml") > 20);
    assert!(files(&dir.join("bodies"), "json") > 10);
    assert!(
        files(&dir.join("groups"), "json") > 0,
        "no robot took anything"
    );

    let config = dir.join("duban.toml");
    let config = config.to_str().unwrap();
    let why = duban(&["why", "2026-001", "pub-6b", "--config", config]);
    let why = said(&why);
    assert!(
        why.contains("done       2026-04-21 Tue, 5 working days late"),
        "{why}"
    );
    assert!(why.contains("■ delivered"), "{why}");
    let again = duban(&["demo", "--dir", path]);
    assert_eq!(
        again.status.code(),
        Some(1),
        "it played over what lay there"
    );
}

#[test]
fn a_catalogue_alone_is_enough_to_ask_what_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = folder.path().join("catalog.db");
    let catalog = catalog.to_str().unwrap();
    said(&duban(&["catalog", "init", catalog]));
    for file in ["catalog.csv", "events.csv", "corrections.csv"] {
        let file = format!("config/sample/{file}");
        said(&duban(&[
            "catalog",
            "import",
            &file,
            "--yes",
            "--catalog",
            catalog,
        ]));
    }
    let due = duban(&[
        "due",
        "--json",
        "--as-of",
        "2026-10-15",
        "--catalog",
        catalog,
    ]);
    let due: Vec<serde_json::Value> = serde_json::from_str(said(&due)).unwrap();
    let one = |rule: &str| {
        due.iter()
            .find(|row| row["rule"] == rule && row["state"] == "overdue")
    };
    assert_eq!(one("acc-15a").unwrap()["due_on"], "2026-10-14");
    assert_eq!(one("arc-18").unwrap()["due_on"], "2026-10-08");
    assert_eq!(one("arc-18").unwrap()["decision"], "2024-006");
    assert!(one("dis-5d").is_some());
}
