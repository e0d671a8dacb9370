//! What a shell is told while a command is typed, asked as a shell asks.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::command::Desk;

/// What fish is told after `line`, whose last word is being typed: value, tab, help.
fn suggested(desk: &Desk, line: &[&str]) -> Vec<String> {
    asked(desk, "fish", &[&["--catalog", "catalog.db"], line].concat())
}

fn asked(desk: &Desk, shell: &str, line: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_duban"))
        .args(["--", "duban"])
        .args(line)
        .current_dir(desk.folder.path())
        .env("COMPLETE", shell)
        .env("_CLAP_COMPLETE_INDEX", line.len().to_string())
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('-'));
    lines.map(str::to_owned).collect()
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.decision("2026-002", "绝密方案");
    let secret = "update decision set confidential = 1 where id = '2026-002'";
    desk.catalogue().execute(secret, ()).unwrap();
    desk.event("2026-001", "decided", "2026-05-10");
    desk.event("2026-002", "consulted", "2026-05-11");
    desk
}

#[test]
fn decisions_are_suggested_by_id_and_title_and_a_secret_title_never() {
    let desk = desk();
    let found = suggested(&desk, &["event", "add", "2026"]);
    assert_eq!(found, ["2026-001\t供热方案", "2026-002"]);
    assert_eq!(suggested(&desk, &["why", "供热"]), ["2026-001\t供热方案"]);
    assert_eq!(suggested(&desk, &["waive", "绝密"]), ["2026-002"]);
    assert_eq!(suggested(&desk, &["why", "2030"]), [""; 0]);
    let found = asked(
        &desk,
        "bash",
        &["--catalog", "catalog.db", "why", "2026-001"],
    );
    assert_eq!(found, ["2026-001"]);
}

#[test]
fn kinds_events_rules_and_units_are_suggested_where_they_are_typed() {
    let desk = desk();
    let kinds = suggested(&desk, &["event", "add", "2026-001", "hearing_re"]);
    assert_eq!(kinds[0], "hearing_requested\t申请听证");
    let kinds = suggested(&desk, &["event", "add", "2026-001", "公布"]);
    assert_eq!(
        kinds,
        [
            "公布听证参加人名单\thearing_list_published",
            "公布决策\tpublished"
        ]
    );
    let kinds = suggested(&desk, &["event", "add", "2026-001", "volume"]);
    assert_eq!(kinds, ["volume_filed\t案卷"], "the pack's own too");
    let events = suggested(&desk, &["event", "edit", ""]);
    assert_eq!(
        events,
        [
            "2\t2026-002 2026-05-11 征求有关单位意见",
            "1\t2026-001 2026-05-10 作出决策"
        ]
    );
    let line = ["event", "add", "2026-001", "published", "今天", "--ref", ""];
    assert_eq!(suggested(&desk, &line), ["1\t2026-001 2026-05-10 作出决策"]);
    let rules = suggested(&desk, &["why", "2026-001", "pub-6b"]);
    assert_eq!(
        rules,
        ["pub-6b\t答复听证申请人；不组织听证的，书面说明理由"]
    );
    let line = ["--config", "duban.toml", "due", "--unit", "市住"];
    assert_eq!(asked(&desk, "fish", &line), ["市住建局"]);
}

#[test]
fn nothing_is_said_where_there_is_no_catalogue_and_nobody_waits_for_a_lock() {
    let desk = desk();
    let line = ["--catalog", "nowhere.db", "event", "add", "2"];
    assert_eq!(asked(&desk, "fish", &line), [""; 0]);
    let line = ["--config", "nowhere.toml", "event", "add", "2"];
    assert_eq!(asked(&desk, "fish", &line), [""; 0]);
    let writer = desk.catalogue();
    writer.execute_batch("begin exclusive").unwrap();
    let begun = Instant::now();
    assert_eq!(suggested(&desk, &["event", "add", "2"]), [""; 0]);
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "it waited for the lock"
    );
}

#[test]
fn a_large_catalogue_gives_a_bounded_number_of_answers_newest_first() {
    let desk = Desk::new();
    let many = "insert into decision (id, organ, year, seq, title)
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
        select format('%d-%05d', 2017 + i / 1000, i), '市政府', 2017 + i / 1000, i, '方案' || i from n";
    desk.catalogue().execute(many, ()).unwrap();
    let found = suggested(&desk, &["event", "add", ""]);
    assert_eq!(found.len(), 50);
    assert_eq!(found[0], "2027-10000\t方案10000");
}

#[test]
fn each_shell_has_a_line_to_source_and_what_it_leads_to_is_a_script() {
    let desk = desk();
    let line = |shell| desk.plain(&["completions", shell]).ok();
    assert_eq!(line("bash"), "source <(COMPLETE=bash duban)\n");
    assert_eq!(line("zsh"), "source <(COMPLETE=zsh duban)\n");
    assert_eq!(line("fish"), "COMPLETE=fish duban | source\n");
    let script = Command::new(env!("CARGO_BIN_EXE_duban"))
        .env("COMPLETE", "bash")
        .output()
        .unwrap();
    let script = String::from_utf8(script.stdout).unwrap();
    assert!(script.contains("complete -o nospace"), "{script}");
}

#[test]
fn what_the_shell_would_take_apart_is_not_put_on_the_line() {
    let desk = desk();
    for id in [
        "2027-1;reboot",
        "2027 2",
        "2027-$(reboot)",
        "2027\u{1b}[2J",
        "2027`",
    ] {
        let sql = "insert into decision (id, organ, year, seq, title)
                   values ($1, '市政府', 2027, abs(random() % 1000000) + 1, '方案')";
        desk.catalogue().execute(sql, [id]).unwrap();
    }
    desk.decision("洮政〔2027〕-8", "方案");
    assert_eq!(suggested(&desk, &["event", "add", "2027"]), [""; 0]);
    let found = suggested(&desk, &["event", "add", "洮政"]);
    assert_eq!(found, ["洮政〔2027〕-8\t方案"]);
}
