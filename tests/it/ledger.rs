//! The ledger: one writer, nothing answered before it is durable, nothing ever rewritten.

use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use chrono::{DateTime, Utc};
use duban::daemon::start_writer;
use duban::store::StoreError;
use duban::store::ledger::{self, Ledger, Reader, audit, chain, settings};
use futures_util::future::join_all;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

fn now() -> DateTime<Utc> {
    "2026-05-08T02:00:00Z".parse().unwrap()
}

struct Opened {
    folder: TempDir,
    ledger: Ledger,
    writer: JoinHandle<()>,
}

fn open() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, writer) = ledger::open(&folder.path().join("ledger.db")).unwrap();
    let writer = start_writer(writer).unwrap();
    Opened {
        folder,
        ledger,
        writer,
    }
}

/// Keeps the writer busy until the sender is dropped, so that writes queue up behind it.
fn hold(ledger: &Ledger) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let (enter, entered) = mpsc::channel::<()>();
    let ledger = ledger.clone();
    std::thread::spawn(move || {
        ledger.write_blocking("hold", move |_| {
            enter.send(()).unwrap();
            let _ = held.recv();
            Ok(())
        })
    });
    entered.recv().unwrap();
    release
}

/// How many pages were written to the log, whose header has 32 bytes and each frame's 24.
fn wal_frames(folder: &TempDir) -> u64 {
    let log = std::fs::metadata(folder.path().join("ledger.db-wal")).unwrap();
    (log.len() - 32) / (4096 + 24)
}

fn names(file: &Path) -> Vec<String> {
    let connection = Connection::open(file).unwrap();
    let mut statement = connection
        .prepare("select name from setting order by name")
        .unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

#[test]
fn many_writers_at_once_are_all_on_disk_when_they_are_answered() {
    let opened = open();
    let writers: Vec<_> = (0..64)
        .map(|n| {
            let ledger = opened.ledger.clone();
            std::thread::spawn(move || {
                let write = move |c: &_| settings::set(c, &format!("{n:02}"), "set");
                ledger.write_blocking("write", write).unwrap();
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    // What a power cut would leave: the files as they are, the writer still running.
    let elsewhere = tempfile::tempdir().unwrap();
    for file in ["ledger.db", "ledger.db-wal"] {
        let copy = elsewhere.path().join(file);
        std::fs::copy(opened.folder.path().join(file), copy).unwrap();
    }
    assert_eq!(names(&elsewhere.path().join("ledger.db")).len(), 64);
}

#[tokio::test]
async fn writes_that_wait_together_share_a_commit() {
    let opened = open();
    let release = hold(&opened.ledger);
    let before = wal_frames(&opened.folder);
    let writes = (0..64).map(|n| {
        let write = move |c: &_| settings::set(c, &format!("{n:02}"), "set");
        opened.ledger.write("write", write)
    });
    // All of them wait in the queue before the one that is under way ends.
    let end = async move { drop(release) };
    let (answers, ()) = futures_util::future::join(join_all(writes), end).await;
    assert!(answers.iter().all(Result::is_ok));
    // Each commit writes each page it touched once; 65 commits would write 65 at least.
    let frames = wal_frames(&opened.folder) - before;
    assert!(frames < 16, "{frames} pages were written");
}

/// Three writes that share a group, the second of them by this statement; whether each was
/// answered well, and what there is afterwards.
async fn with_a_failure(fails: &'static str) -> ([bool; 3], Vec<String>) {
    let opened = open();
    let release = hold(&opened.ledger);
    let set = |name: &'static str| {
        let write = move |c: &_| settings::set(c, name, "set");
        opened.ledger.write("write", write)
    };
    let failing = opened.ledger.write("write", move |c| {
        settings::set(c, "2 fails", "set")?;
        c.execute(fails, []).map(|_| ())
    });
    let end = async move { drop(release) };
    let (first, failed, third, ()) =
        futures_util::join!(set("1 first"), failing, set("3 third"), end);
    let file = opened.folder.path().join("ledger.db");
    ([first.is_ok(), failed.is_ok(), third.is_ok()], names(&file))
}

#[tokio::test]
async fn a_write_that_fails_takes_nothing_with_it_and_leaves_nothing_behind() {
    let fails = "insert into setting (name, value) values ('2 fails', 'again')";
    let (answers, names) = with_a_failure(fails).await;
    assert_eq!(answers, [true, false, true]);
    assert_eq!(names, ["1 first", "3 third"]);
}

#[tokio::test]
async fn what_the_engine_undoes_with_another_write_is_told_so_and_the_rest_goes_on() {
    // As a full disk does, this undoes the whole transaction and not the statement alone.
    let undoes = "insert or rollback into setting (name, value) values ('2 fails', 'again')";
    let (answers, names) = with_a_failure(undoes).await;
    assert_eq!(answers, [false, false, true]);
    assert_eq!(names, ["3 third"]);
}

#[test]
fn a_write_that_fails_alone_leaves_nothing_behind_and_says_why() {
    let opened = open();
    for fails in ["insert into", "insert or rollback into"] {
        let failed = opened.ledger.write_blocking("write", move |c| {
            settings::set(c, "fails", "set")?;
            let again = format!("{fails} setting (name, value) values ('fails', 'again')");
            c.execute(&again, []).map(|_| ())
        });
        let why = failed.unwrap_err().to_string();
        assert!(why.contains("UNIQUE"), "{why}");
    }
    let stands = |c: &_| settings::set(c, "stands", "set");
    opened.ledger.write_blocking("write", stands).unwrap();
    let file = opened.folder.path().join("ledger.db");
    assert_eq!(names(&file), ["stands"]);
}

#[test]
fn a_second_ledger_on_the_same_file_is_refused_until_the_first_is_gone() {
    let opened = open();
    let file = opened.folder.path().join("ledger.db");
    let refused = ledger::open(&file).unwrap_err();
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused}");
    let Opened { ledger, writer, .. } = opened;
    drop(ledger);
    writer.join().unwrap();
}

#[test]
fn the_audit_log_cannot_be_changed_or_shortened() {
    let opened = open();
    let write = |sql: &'static str| {
        let write = move |c: &Connection| c.execute(sql, []);
        opened.ledger.write_blocking("write", write)
    };
    let said = |c: &Connection| audit::add(c, now(), "said", "a", &json!({}));
    opened.ledger.write_blocking("write", said).unwrap();
    for forbidden in [
        "update audit set what = 'unsaid'",
        "delete from audit",
        "insert or replace into audit (seq, at, what, subject, detail, hash)
         select 1, 'now', 'unsaid', 'a', '{}', hash from chain",
        "insert into audit (seq, at, what, subject, detail, hash)
         select 3, 'now', 'after a gap', 'a', '{}', hash from chain",
        "update chain set hash = hash || ''",
        "update chain set seq = 0",
        "delete from chain",
        "insert or replace into chain (one, seq, hash, whole) select 1, 0, hash, 1 from chain",
    ] {
        let refused = write(forbidden).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{forbidden}: {refused}");
    }
}

#[test]
fn a_ledger_that_a_newer_duban_wrote_is_refused() {
    let opened = open();
    let Opened {
        folder,
        ledger,
        writer,
    } = opened;
    drop(ledger);
    writer.join().unwrap();
    let file = folder.path().join("ledger.db");
    let connection = Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let refused = ledger::open(&file).unwrap_err();
    assert!(matches!(refused, StoreError::Migrate { .. }), "{refused}");
}

#[test]
fn a_reader_sees_nothing_of_a_write_that_is_under_way() {
    let opened = open();
    let file = opened.folder.path().join("ledger.db");
    let reader = Reader::open(&file).unwrap();
    let seen = || {
        let ask = |c: &_| settings::get(c, "half");
        reader.ask("look", ask).unwrap()
    };
    let (go, wait) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel::<()>();
    let ledger = opened.ledger.clone();
    let writer = std::thread::spawn(move || {
        ledger.write_blocking("write", move |c| {
            settings::set(c, "half", "set")?;
            tell.send(()).unwrap();
            wait.recv().unwrap();
            Ok(())
        })
    });
    told.recv().unwrap();
    assert_eq!(seen(), None);
    go.send(()).unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(seen(), Some("set".to_owned()));
}

#[test]
fn an_older_ledger_can_be_copied_and_is_brought_up_to_date_by_the_daemon_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    // As the first version left it.
    let older = Connection::open(&path).unwrap();
    let first = include_str!("../../src/store/ledger/migrations/0001_ledger.sql");
    older.execute_batch(first).unwrap();
    let filled = "pragma user_version = 1;
                  insert into setting (name, value) values ('books', 'x'), ('digest_on', 'y')";
    older.execute_batch(filled).unwrap();
    drop(older);
    let refused = Reader::open(&path).unwrap_err().to_string();
    assert!(refused.contains("start the daemon once"), "{refused}");
    let copy = folder.path().join("copy.db");
    ledger::copy(&path, &copy, now(), &mut |_, _| {}).unwrap();
    drop(ledger::open(&path).unwrap());
    drop(Reader::open(&path).unwrap());
    // Every decision is looked at once for what was never entered.
    assert_eq!(names(&path), ["digest_on"]);
}

#[test]
fn what_an_older_version_sent_keeps_its_notices_and_attempts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let older = Connection::open(&path).unwrap();
    let first = include_str!("../../src/store/ledger/migrations/0001_ledger.sql");
    older.execute_batch(first).unwrap();
    let filled = "pragma user_version = 1;
        insert into obligation (id, decision_id, rule, occurrence, revision, due_on, latest_on, live)
        values (7, '2026-001', 'pub-4', '', 1, '2026-05-08', '2026-05-08', 1);
        insert into message (id, key, channel, destination, recipient, state, made_at, next_at)
        values (9, 'msg_9', 'mail', 'mail', '{}', 'pending', '2026-05-08T01:00:00.000Z', '2026-05-08T01:00:00.000Z');
        insert into notice (key, obligation_id, revision, rung, kind, message_id, facts, state, made_at)
        values ('n', 7, 1, '-1d', 'reminder', 9, '{}', 'standing', '2026-05-08T01:00:00.000Z');
        insert into attempt (message_id, number, holder, started_at)
        values (9, 1, 'pid-1', '2026-05-08T01:00:00.000Z');
        insert into rung (obligation_id, revision, level, name, on_date, fate, at)
        values (7, 1, 2, '-1d', '2026-05-08', 'told', '2026-05-08T01:00:00.000Z')";
    older.execute_batch(filled).unwrap();
    drop(older);
    drop(ledger::open(&path).unwrap());
    let newer = Connection::open(&path).unwrap();
    let rung = "select obligation_id || name || fate from rung where level = 2";
    let rung: String = newer.query_row(rung, [], |row| row.get(0)).unwrap();
    assert_eq!(rung, "7-1dtold");
    let kept = "select count(*) from message join notice on notice.message_id = message.id
                join attempt on attempt.message_id = message.id where message.key = 'msg_9'";
    let kept: u32 = newer.query_row(kept, [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 1);
    let mut check = newer.prepare("pragma foreign_key_check").unwrap();
    assert!(!check.exists([]).unwrap());
    // And what refers to a message is still held to it.
    newer.pragma_update(None, "foreign_keys", true).unwrap();
    assert!(newer.execute("delete from message", []).is_err());
}

#[test]
fn a_copy_is_one_moment_and_writes_meanwhile_do_not_start_it_anew() {
    let opened = open();
    let say = |word: String| {
        let said = move |c: &Connection| audit::add(c, now(), "said", "a", &word);
        opened.ledger.write_blocking("write", said).unwrap();
    };
    // Some 12 MB: several steps of a copy.
    for n in 0..6 {
        say(format!("{n}").repeat(2_000_000));
    }
    let path = opened.folder.path().join("ledger.db");
    let before = chain::head(&Connection::open(&path).unwrap()).unwrap();
    let mut told = Vec::new();
    let mut progress = |done, all| {
        told.push((done, all));
        say("meanwhile".to_owned());
    };
    let to = opened.folder.path().join("copy.db");
    let copied = ledger::copy(&path, &to, now(), &mut progress).unwrap();
    assert!(told.len() > 2 && told.len() < 8, "{told:?}");
    assert!(told.is_sorted(), "{told:?}");
    assert_eq!(copied.head, Some(before));
    assert_eq!(copied.bytes, std::fs::metadata(&to).unwrap().len());
    let after = chain::head(&Connection::open(&path).unwrap()).unwrap();
    assert_eq!(after.seq, 6 + i64::try_from(told.len()).unwrap());
}
