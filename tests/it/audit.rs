//! The audit log: any byte that is changed is found, and so is any entry that is gone, put
//! in, swapped or cut off; what is written out can be checked without duban.

use chrono::{DateTime, Utc};
use duban::daemon::start_writer;
use duban::store::ledger::chain::{self, Head};
use duban::store::ledger::verify::{Asked, Broken, Sound, verify};
use duban::store::ledger::{self, audit, export};
use rusqlite::Connection;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::command::Desk;
use crate::support::world::World;

const ENTRIES: [(&str, &str, &str); 5] = [
    ("told", "2026-001/pub-6b/3", "-3d"),
    ("claimed", "pid-1", "甲"),
    ("delivered", "msg_0a1b", "250 2.0.0 已收"),
    ("date moved", "2026-002/arc-18", "9月9日"),
    ("cancelled", "=cmd|' /C calc'!A0", "@SUM(1)"),
];

fn at(n: usize) -> DateTime<Utc> {
    format!("2026-05-08T02:00:0{n}.125Z").parse().unwrap()
}

/// A ledger with [`ENTRIES`], as anybody who has the file can open it.
fn log(folder: &TempDir) -> Connection {
    let path = folder.path().join("ledger.db");
    let (ledger, writer) = ledger::open(&path).unwrap();
    let writer = start_writer(writer).unwrap();
    let fill = |connection: &Connection| {
        for (n, (what, subject, word)) in ENTRIES.into_iter().enumerate() {
            let about =
                json!([{ "decision": format!("2026-00{n}"), "rule": "r", "occurrence": "" }]);
            let detail = json!({ "word": word, "about": about });
            audit::add(connection, at(n), what, subject, &detail)?;
        }
        Ok(())
    };
    ledger.write_blocking("fill the log", fill).unwrap();
    drop(ledger);
    writer.join().unwrap();
    let log = Connection::open(path).unwrap();
    for trigger in [
        "audit_is_never_changed",
        "audit_is_never_shortened",
        "audit_is_never_replaced",
        "audit_has_no_gaps",
        "audit_moves_the_head",
        "chain_only_grows",
        "chain_stays",
    ] {
        log.execute(&format!("drop trigger {trigger}"), []).unwrap();
    }
    log
}

fn verified(log: &Connection, asked: &Asked) -> Result<Sound, Broken> {
    verify(log, asked, &mut |_, _| {}).unwrap()
}

/// The entry that is named after `forgery` of a copy.
fn found(log: &Connection, forgery: &str) -> i64 {
    let copy = copy_of(log);
    copy.execute_batch(forgery).unwrap();
    let broken = verified(&copy, &Asked::default());
    broken.map_or_else(|broken| broken.seq, |sound| panic!("{forgery}: {sound:?}"))
}

fn copy_of(log: &Connection) -> Connection {
    let mut copy = Connection::open_in_memory().unwrap();
    let backup = rusqlite::backup::Backup::new(log, &mut copy).unwrap();
    backup.step(-1).unwrap();
    drop(backup);
    copy
}

/// The hashes of rows of seq, at, what, subject and detail, by a computation that shares no
/// code with duban's.
fn hashes(rows: &[[String; 5]]) -> Vec<String> {
    let mut hashes: Vec<String> = vec!["0".repeat(64)];
    for row in rows {
        let previous = hashes.last().unwrap().clone();
        let mut data = Vec::new();
        for part in std::iter::once(&previous).chain(row) {
            data.extend_from_slice(format!("{}:{part},", part.len()).as_bytes());
        }
        let hash = Sha256::digest(&data);
        let digits =
            |byte: &u8| [byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]);
        let hex: Vec<u8> = hash.iter().flat_map(digits).collect();
        hashes.push(String::from_utf8(hex).unwrap());
    }
    hashes.split_off(1)
}

#[test]
fn the_hashes_are_those_that_anybody_can_work_out() {
    let folder = TempDir::new().unwrap();
    let log = log(&folder);
    let sql = "select seq || '', at, what, subject, detail, hash from audit order by seq";
    let mut statement = log.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let fields = [0, 1, 2, 3, 4].map(|column| row.get_unwrap(column));
        Ok((fields, row.get_unwrap::<_, String>(5)))
    });
    let (rows, stand): (Vec<[String; 5]>, Vec<String>) = rows.unwrap().map(Result::unwrap).unzip();
    assert_eq!(rows.len(), ENTRIES.len());
    assert_eq!(hashes(&rows), stand);
    let sound = verified(&log, &Asked::default()).unwrap();
    assert_eq!((sound.entries, sound.head.seq), (5, 5));
    assert_eq!(sound.head.hash, stand[4]);
    assert_eq!(chain::head(&log).unwrap(), sound.head);
}

#[test]
fn every_byte_of_every_entry_is_held_in_place() {
    let folder = TempDir::new().unwrap();
    let log = log(&folder);
    let mut flipped = 0;
    for (seq, column) in (1..=5).flat_map(|seq| {
        ["at", "what", "subject", "detail", "hash"].map(move |column| (seq, column))
    }) {
        let sql = format!("select cast({column} as blob) from audit where seq = {seq}");
        let is: Vec<u8> = log.query_row(&sql, [], |row| row.get(0)).unwrap();
        for place in 0..is.len() {
            let mut forged = is.clone();
            forged[place] ^= 1;
            let put = |bytes: &[u8]| {
                let sql = format!("update audit set {column} = cast($1 as text) where seq = {seq}");
                log.execute(&sql, [bytes]).unwrap();
            };
            put(&forged);
            let broken = verified(&log, &Asked::default()).unwrap_err();
            assert_eq!(broken.seq, seq, "{column}, byte {place}: {broken:?}");
            put(&is);
            flipped += 1;
        }
    }
    assert!(flipped > 700, "{flipped}");
    verified(&log, &Asked::default()).unwrap();
}

#[test]
fn what_is_gone_put_in_swapped_or_cut_off_is_named() {
    let folder = TempDir::new().unwrap();
    let log = log(&folder);
    for (forgery, seq) in [
        ("delete from audit where seq = 1", 1),
        ("delete from audit where seq = 3", 3),
        ("delete from audit where seq = 5", 5),
        ("delete from audit", 1),
        ("delete from audit where seq = 5; update chain set seq = 4", 4),
        ("delete from chain", 0),
        ("update chain set hash = replace(hash, substr(hash, 1, 1), 'x')", 5),
        ("update audit set seq = -seq where seq = 3", -3),
        ("update audit set seq = 9 where seq = 3; update audit set seq = 3 where seq = 4;
          update audit set seq = 4 where seq = 9", 3),
        ("update audit set seq = seq + 10 where seq > 2; update audit set seq = seq - 9 where seq > 2;
          insert into audit select 3, at, what, subject, detail, hash from audit where seq = 2", 3),
        ("insert into audit select 6, at, what, subject, detail, hash from audit where seq = 5", 6),
        ("insert into audit select 0, at, what, subject, detail, hash from audit where seq = 5", 0),
    ] {
        assert_eq!(found(&log, forgery), seq, "{forgery}");
    }
    verified(&log, &Asked::default()).unwrap();
}

#[test]
fn a_log_written_anew_from_end_to_end_is_found_by_a_head_noted_elsewhere() {
    let folder = TempDir::new().unwrap();
    let mut noted = chain::head(&log(&folder)).unwrap();
    noted.hash.truncate(16);
    let asked = |noted: &Head| Asked {
        since: None,
        noted: Some(noted.clone()),
    };
    // A whole log of the forger's own, as long and in itself without a fault.
    let other = TempDir::new().unwrap();
    let forged = log(&other);
    forged
        .execute_batch("delete from audit; update chain set seq = 0, hash = '0'")
        .unwrap();
    forged
        .execute("update chain set hash = $1", ["0".repeat(64)])
        .unwrap();
    forged
        .execute_batch(
            "create trigger audit_moves_the_head after insert on audit
             begin update chain set seq = new.seq, hash = new.hash; end",
        )
        .unwrap();
    for n in 0..5 {
        audit::add(&forged, at(n), "told", "a", &json!({ "about": [] })).unwrap();
    }
    verified(&forged, &Asked::default()).unwrap();
    assert_eq!(verified(&forged, &asked(&noted)).unwrap_err().seq, 5);
    noted.seq = 6;
    assert_eq!(verified(&forged, &asked(&noted)).unwrap_err().seq, 6);
    let honest = TempDir::new().unwrap();
    let honest = log(&honest);
    let noted = chain::head(&honest).unwrap();
    audit::add(&forged, at(6), "told", "a", &json!({})).unwrap();
    assert!(verified(&honest, &asked(&noted)).is_ok());
}

#[test]
fn only_what_comes_later_is_looked_at_when_that_is_asked() {
    let folder = TempDir::new().unwrap();
    let log = log(&folder);
    log.execute("update audit set what = 'unsaid' where seq = 2", [])
        .unwrap();
    let since = |since| Asked {
        since: Some(since),
        noted: None,
    };
    assert_eq!(verified(&log, &since(3)).unwrap().entries, 3);
    assert_eq!(verified(&log, &since(2)).unwrap_err().seq, 2);
    assert_eq!(verified(&log, &since(9)).unwrap_err().seq, 8);
}

#[test]
fn an_export_holds_what_the_chain_is_made_of_and_runs_no_formula() {
    let folder = TempDir::new().unwrap();
    let log = log(&folder);
    let write = |format, filter: &export::Filter| {
        let mut out = Vec::new();
        let count = export::export(&log, filter, format, &mut out).unwrap();
        (count, String::from_utf8(out).unwrap())
    };
    let (count, lines) = write(export::Format::Jsonl, &export::Filter::default());
    assert_eq!(count, 5);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    assert_eq!(text(&lines[0], "at"), "2026-05-08T10:00:00.125+08:00");
    assert_eq!(text(&lines[3], "decision"), "2026-003");
    assert_eq!(lines[2]["detail"]["word"], "250 2.0.0 已收");
    let rows: Vec<[String; 5]> = lines
        .iter()
        .map(|line| {
            let detail = line["detail"].to_string();
            let [at, what, subject] = ["at_utc", "what", "subject"].map(|name| text(line, name));
            [line["seq"].to_string(), at, what, subject, detail]
        })
        .collect();
    let stand: Vec<String> = lines.iter().map(|line| text(line, "hash")).collect();
    assert_eq!(hashes(&rows), stand);

    let (_, sheet) = write(export::Format::Csv, &export::Filter::default());
    assert!(sheet.starts_with("\u{feff}seq,at,at_utc,what,subject,decision,rule,detail,hash\r\n"));
    assert_eq!(sheet.matches("\r\n").count(), 6);
    assert!(sheet.contains(",'=cmd|' /C calc'!A0,"), "{sheet}");

    let filter = export::Filter {
        since: Some("2026-05-08T02:00:01".to_owned()),
        before: Some("2026-05-08T02:00:04".to_owned()),
        decision: Some("2026-002".to_owned()),
    };
    let (count, line) = write(export::Format::Jsonl, &filter);
    assert_eq!((count, line.contains("\"seq\":3")), (1, true));
}

#[test]
fn the_commands_name_the_first_bad_entry_and_end_with_1() {
    let desk = Desk::new();
    let folder = TempDir::new().unwrap();
    let noted = chain::head(&log(&folder)).unwrap();
    std::fs::copy(folder.path().join("ledger.db"), desk.at("ledger.db")).unwrap();
    let said = desk.duban(&["audit", "verify"]).ok();
    assert_eq!(said, format!("5 entries, head {noted}\n"));
    let short = format!("5:{}", &noted.hash[..16]);
    desk.duban(&["audit", "verify", "--head", &short]).ok();
    let csv = desk.duban(&[
        "audit",
        "export",
        "--format",
        "csv",
        "--until",
        "2026-05-08",
    ]);
    assert_eq!(csv.ok().matches("\r\n").count(), 6);
    let none = desk
        .duban(&["audit", "export", "--since", "2026-05-09"])
        .ok();
    assert_eq!(none, "");
    desk.duban(&["audit", "verify", "--head", "5:xyz"])
        .refused(2);
    let forged = Connection::open(desk.at("ledger.db")).unwrap();
    forged
        .execute("update audit set subject = 'b' where seq = 4", [])
        .unwrap();
    let told = desk.duban(&["audit", "verify"]).refused(1);
    assert!(told.contains("entry 4 is not what was written"), "{told}");
}

#[test]
fn each_days_digest_anchors_the_log_outside() {
    let world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.work();
    let sent = world.day("2026-09-03");
    let digest = sent.mails.iter().find(|mail| mail.is_digest()).unwrap();
    let line = digest
        .text
        .lines()
        .find(|line| line.contains("审计日志"))
        .unwrap();
    let digits = |text: &str| {
        text.chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
    };
    let seq = digits(line.split('第').nth(1).unwrap());
    let hash = digits(line.split("校验值").nth(1).unwrap());
    assert_eq!(hash.len(), 16);
    let head = format!("{seq}:{hash}");
    world.duban(&["audit", "verify", "--head", &head]);
}
