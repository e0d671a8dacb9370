//! Bad input, through the real program: it gets a clear error or is handled, and nothing
//! is lost or let out.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::command::Desk;
use crate::support::process::Process;

/// What somebody might hope to see in a log as a line of its own.
const FORGED: &str =
    "供热方案\r\nERROR 伪造: ledger wiped\u{1b}[2J\u{1b}]0;pwned\u{7}\u{2028}INFO ready";

#[test]
fn every_unknown_key_is_named_with_its_line_before_anything_starts() {
    let desk = Desk::new();
    desk.extend("duban.toml", "[dilevery]\nin_flight = 4\n");
    desk.extend("units.toml", "alias = [\"住建\"]\n");
    for command in ["check", "run", "due"] {
        let told = desk.duban(&[command]).refused(78);
        assert!(told.contains("duban.toml:7: "), "{told}");
        assert!(told.contains("dilevery"), "{told}");
        assert!(told.contains("units.toml:7, "), "{told}");
    }
    assert!(!desk.at("ledger.db").exists());
}

/// Gives 市住建局 an endpoint whose key lies in `secret`.
fn with_endpoint(desk: &Desk, url: &str, secret: &str) {
    desk.extend(
        "units.toml",
        &format!("webhook = {{ url = \"{url}\", secrets = [{{ file = \"{secret}\" }}] }}\n"),
    );
}

#[test]
fn a_secret_that_cannot_be_read_is_named_and_one_that_everybody_can_read_is_warned_of() {
    let desk = Desk::new();
    with_endpoint(&desk, "https://oa.example.gov.cn/hook", "key");
    let told = desk.duban(&["check"]).refused(78);
    assert!(told.contains("/key: found No such file"), "{told}");
    assert!(desk.duban(&["run"]).refused(78).contains("/key"));

    let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    desk.write("key", secret);
    let mode = |bits| {
        let permissions = std::fs::Permissions::from_mode(bits);
        std::fs::set_permissions(desk.at("key"), permissions).unwrap();
    };
    mode(0o644);
    let told = desk.duban(&["check"]).ok();
    assert!(told.contains("a secret that everybody can read"), "{told}");
    assert!(!told.contains(&secret[6..]), "{told}");
    mode(0o600);
    let told = desk.duban(&["check"]).ok();
    assert!(!told.contains("everybody can read"), "{told}");
}

#[test]
fn a_password_in_a_url_is_refused_and_stands_in_no_output() {
    let desk = Desk::new();
    with_endpoint(&desk, "https://bot:hunter2@oa.example.gov.cn/hook", "key");
    desk.write("key", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    for command in [&["check"][..], &["check", "--json"], &["run"]] {
        let said = desk.duban(command);
        assert_eq!(said.code, 78, "{said:?}");
        assert!(said.err.contains("市住建局"), "{said:?}");
        let all = said.out + &said.err;
        assert!(!all.contains("hunter2") && !all.contains("bot:"), "{all}");
    }
}

#[test]
fn a_catalogue_of_another_shape_is_told_with_every_difference() {
    let desk = Desk::new();
    desk.catalogue()
        .execute_batch(
            "alter table decision drop column title; alter table event drop column value",
        )
        .unwrap();
    for command in ["check", "due", "plan", "run"] {
        let told = desk.duban(&[command]).refused(78);
        assert!(told.contains("title") && told.contains("value"), "{told}");
    }
    desk.write("catalog.db", "");
    assert!(desk.duban(&["due"]).refused(78).contains("decision"));
    desk.write("catalog.db", "not a database, and longer than its header");
    assert!(desk.duban(&["due"]).refused(78).contains("SQLite"));
    std::fs::remove_file(desk.at("catalog.db")).unwrap();
    assert!(desk.duban(&["due"]).refused(78).contains("no such file"));
}

#[test]
fn a_day_that_does_not_exist_is_named_wherever_it_comes_from() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    for typed in [
        &["due", "--as-of", "2026-02-30"][..],
        &["event", "add", "2026-001", "published", "2026-02-30"],
        &["calendar", "count", "2026-02-30", "+5wd"],
    ] {
        let told = desk.duban(typed).refused(2);
        assert!(told.contains("the calendar has no such day"), "{told}");
    }
    let sheet =
        "decision_id,kind,on_date\n2026-001,published,2026-02-30\n2026-001,decided,2026-02-27\n";
    let sheet = desk.write("events.csv", sheet);
    let told = desk.duban(&["catalog", "import", &sheet]).refused(78);
    assert!(
        told.contains("events.csv:2, on_date: found `2026-02-30`"),
        "{told}"
    );
    // What other software wrote is reported, and the rest of the decision is still watched.
    desk.event("2026-001", "published", "2026-02-30");
    desk.event("2026-001", "published", "0206-03-02");
    desk.event("2026-001", "decided", "2026-02-27");
    let said = desk.duban(&["due", "--json", "--as-of", "2026-06-01"]);
    assert!(said.err.contains("`2026-02-30`") && said.err.contains("`0206-03-02`"));
    let json = said.json();
    let rows = json.as_array().unwrap();
    let published = rows.iter().find(|row| row["rule"] == "dis-5d").unwrap();
    assert_eq!(published["state"], "overdue");
}

#[test]
fn a_file_is_read_alike_in_every_encoding_it_comes_in() {
    let data = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    };
    let mut marked = vec![0xef, 0xbb, 0xbf];
    marked.extend(data("published.csv"));
    let files = [data("published.csv"), marked, data("published_gb18030.csv")];
    let exports = files.map(|bytes| {
        let desk = Desk::new();
        let file = desk.write("published.csv", bytes);
        desk.duban(&["catalog", "import", &file, "--year", "2026", "--yes"])
            .ok();
        desk.duban(&["catalog", "export"]).ok()
    });
    assert!(exports[0].lines().count() > 10, "{}", exports[0]);
    assert_eq!(exports[0], exports[1]);
    assert_eq!(exports[0], exports[2]);
}

#[test]
fn an_empty_file_is_no_table_no_pack_and_no_notice() {
    let desk = Desk::new();
    let empty = desk.write("empty", "");
    for command in [
        &["catalog", "import", &empty][..],
        &["rules", "check", &empty],
        &["calendar", "load", &empty],
    ] {
        let told = desk.duban(command).refused(78);
        assert!(told.contains("empty"), "{told}");
    }
}

#[test]
fn a_title_of_ten_thousand_characters_is_whole_in_json_and_cut_in_a_table() {
    let desk = Desk::new();
    let title = "长".repeat(10_000);
    desk.decision("2026-001", &title);
    desk.event("2026-001", "accountability_decided", "2026-03-02");
    let as_of = ["due", "--as-of", "2026-03-03"];
    let table = desk.duban(&as_of).ok();
    assert!(table.contains('…'));
    assert!(
        table.lines().all(|line| line.chars().count() <= 160),
        "{table}"
    );
    let json = desk.duban(&[&as_of[..], &["--json"]].concat()).json();
    assert_eq!(json[0]["title"], title.as_str());
    let export = desk.duban(&["catalog", "export"]).ok();
    assert!(export.contains(&title));
}

/// A desk whose catalogue says something forged wherever text can stand.
fn forged() -> Desk {
    let desk = Desk::new();
    desk.decision("2026-001", FORGED);
    desk.event("2026-001", "accountability_decided", "2026-03-02");
    desk.event("2026-001", FORGED, "2026-03-02");
    let sql = "update decision set drafting_unit = $1, executing_unit = $1, status = $1";
    desk.catalogue().execute(sql, [FORGED]).unwrap();
    // A key is text as well, with and without a decision.
    let sql = "insert into decision (id, organ, year, seq, title) values ($1, 'x', 2026, 9, 'x')";
    desk.catalogue().execute(sql, [FORGED]).unwrap();
    let orphan = format!("{FORGED}2");
    let sql = "insert into event (decision_id, kind, on_date, recorded_at)
               values ($1, 'decided', '2026-03-02', '2026-03-02')";
    let catalogue = desk.catalogue();
    catalogue
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    catalogue.execute(sql, [&orphan]).unwrap();
    let sql = "update event set note = $1, evidence = $1 where id = 1";
    desk.catalogue().execute(sql, [FORGED]).unwrap();
    desk
}

fn is_steering(letter: char) -> bool {
    (letter.is_control() && letter != '\n') || letter == '\u{2028}'
}

#[test]
fn text_from_the_catalogue_starts_no_line_and_steers_no_terminal() {
    let desk = forged();
    for command in [
        &["check"][..],
        &["due", "--as-of", "2026-04-01"],
        &["plan", "--as-of", "2026-04-01"],
        &["why", "2026-001"],
        &["catalog", "show"],
        &["catalog", "show", "2026-001"],
        &["why", "2026-001\r\nERROR \u{1b}[2J", "x"],
    ] {
        let said = desk.duban(command);
        let all = said.out + &said.err;
        assert!(!all.contains(is_steering), "{command:?}: {all:?}");
        let starts = |line: &str| line.trim_start().starts_with("ERROR");
        assert!(!all.lines().any(starts), "{command:?}: {all}");
    }
    let sheet = "id,organ,year,seq,title,drafting_unit\n2026-002,\"甲\r\nERROR\u{1b}[2J\",2026,2,\"乙\r\nERROR\u{1b}[2J\",丙\n";
    let sheet = desk.write("forged.csv", sheet);
    let said = desk.duban(&["catalog", "import", &sheet, "--dry-run"]);
    let all = said.out + &said.err;
    assert!(all.contains('乙') && !all.contains(is_steering), "{all:?}");
    assert!(!all.lines().any(|line| line.starts_with("ERROR")), "{all}");
}

#[test]
fn a_log_line_is_one_line_whatever_the_catalogue_holds() {
    for format in ["text", "json"] {
        let desk = forged();
        desk.extend(
            "duban.toml",
            &format!("[log]\nformat = \"{format}\"\nlevel = \"debug\"\n"),
        );
        let mut process = Process::ready(desk.folder.path());
        desk.event("2026-001", FORGED, "2026-03-03");
        process.hears("WATCHDOG=1");
        let log = process.log();
        process.kill();
        assert!(log.contains("ready") && log.contains("伪造"), "{log}");
        assert!(!log.contains(is_steering), "{format}: {log:?}");
        for line in log.lines() {
            if format == "json" {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                assert!(line["level"].is_string() && line["fields"].is_object());
            } else {
                assert!(
                    !line.contains("伪造") || !line.starts_with("ERROR"),
                    "{line}"
                );
                let levels = ["ERROR", "WARN", "INFO", "DEBUG"];
                let is_line = |level: &&str| line.trim_start().starts_with(*level);
                assert!(levels.iter().any(is_line), "{line:?}");
            }
        }
    }
}

#[test]
fn a_secret_title_stands_in_no_report_and_no_answer() {
    let desk = Desk::new();
    desk.decision("2026-001", "战略储备\u{1}布局");
    desk.event("2026-001", "accountability_decided", "2026-03-02");
    let sql = "update decision set confidential = 1";
    desk.catalogue().execute(sql, []).unwrap();
    for command in [
        &["check"][..],
        &["check", "--json"],
        &["due", "--json", "--as-of", "2026-04-01"],
        &["due", "--as-of", "2026-04-01"],
        &["plan", "--json", "--as-of", "2026-04-01"],
        &["why", "2026-001"],
        &["why", "2026-001", "--json"],
        &["catalog", "show", "--json"],
    ] {
        let said = desk.duban(command);
        let all = said.out + &said.err;
        assert!(!all.contains("储备"), "{command:?}: {all}");
    }
    let told = desk.duban(&["check"]).ok();
    assert!(
        told.contains("decision 2026-001, title: found a text that is confidential"),
        "{told}"
    );
}
