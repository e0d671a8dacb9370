//! A ledger that is put back sends nothing until a person lets it go; then nothing that may
//! have been said already is said again without saying so, and nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use duban::domain::hold::{Cause, EVERYTHING};
use duban::store::StoreError;
use duban::store::ledger::chain::{self, Head};
use duban::store::ledger::rebuild::compare;
use duban::store::ledger::restored::{self, Released};
use duban::store::ledger::{self, audit, holds, settings};
use rusqlite::Connection;

use crate::support::command::Desk;
use crate::support::mailbox::Mail;
use crate::support::process::Process;
use crate::support::world::{Sent, World, at};

/// Until when the world went on before a copy took the ledger's place.
const NOW: (&str, &str) = ("2026-09-08", "09:00");

/// Until when it goes on afterwards.
const END: &str = "2026-10-12";

/// How a copy was made and put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// `duban backup`, `duban restore`.
    Commands,
    /// `cp` there and back, as a snapshot or a replica has it.
    Files,
    /// `cp`, and onto a machine that has never seen the ledger.
    OtherMachine,
}

/// What the city enters on `day`.
fn enter(world: &World, day: NaiveDate) {
    match day.to_string().as_str() {
        "2026-08-03" => {
            for id in ["2026-001", "2026-002", "2026-003"] {
                world.decision(id);
            }
            let opened = world.event("2026-001", "comment_opened", "2026-08-01");
            world.answer("2026-001", "comment_closes", "2026-08-31", opened);
            world.event("2026-002", "execution_completed", "2026-08-10");
        }
        "2026-08-20" => {
            world.event("2026-003", "execution_completed", "2026-08-19");
        }
        "2026-08-31" => {
            world.event("2026-001", "hearing_requested", "2026-08-31");
        }
        "2026-09-03" => world.change(
            "update event set on_date = '2026-08-14'
             where decision_id = '2026-002' and kind = 'execution_completed'",
        ),
        "2026-09-10" => world.change(
            "update event set on_date = '2026-08-27'
             where decision_id = '2026-003' and kind = 'execution_completed'",
        ),
        _ => {}
    }
}

/// Every day after `from` up to `to`, each at 08:30.
fn play(world: &World, from: &str, to: NaiveDate) {
    let from: NaiveDate = from.parse().unwrap();
    for day in from.iter_days().skip(1).take_while(|day| *day <= to) {
        enter(world, day);
        world.day(&day.to_string());
    }
}

/// Delivered notices and digests, each with the message it travelled in.
fn delivered(world: &World) -> BTreeMap<String, String> {
    let rows = world.rows(
        "select coalesce(notice.key, message.key) || ' ' || message.key
         from message left join notice on notice.message_id = message.id
         where message.state = 'delivered' and coalesce(notice.state, '') <> 'cancelled'",
    );
    let parts = rows.iter().map(|row| row.rsplit_once(' ').unwrap());
    parts
        .map(|(key, message)| (key.to_owned(), message.to_owned()))
        .collect()
}

fn copied(world: &mut World, by: By) {
    let (from, to) = (world.at("ledger.db"), world.at("copy.db"));
    if by == By::Commands {
        let copy = ledger::copy(&from, &to, world.clock.now(), &mut |_, _| {}).unwrap();
        assert!(copy.head.is_some() && copy.broken.is_none());
        return;
    }
    world.close();
    std::fs::copy(from, to).unwrap();
    world.open();
}

fn put_back(world: &mut World, by: By) {
    world.close();
    let (ledger, copy) = (world.at("ledger.db"), world.at("copy.db"));
    let now = world.clock.now();
    match by {
        By::Commands => {
            let dry = ledger::restore(&ledger, &copy, true, now, &mut |_, _| {}).unwrap();
            assert_eq!(dry.is_earlier, Some(true));
            let done = ledger::restore(&ledger, &copy, false, now, &mut |_, _| {}).unwrap();
            assert_eq!(done, dry);
            assert!(done.kept.unwrap().exists());
        }
        By::Files => drop(std::fs::copy(copy, &ledger).unwrap()),
        By::OtherMachine => {
            std::fs::copy(copy, &ledger).unwrap();
            std::fs::remove_file(ledger::head_file(&ledger)).unwrap();
        }
    }
    world.open();
}

/// Whatever went out unmarked, by the message it came in.
fn unmarked(sent: &Sent) -> BTreeSet<String> {
    let mails = sent.mails.iter().filter(|mail| !mail.is_marked_as_repeat());
    let mails = mails.map(|mail| {
        let id = mail.id.trim_start_matches('<');
        id.split(['@', '.']).next().unwrap().to_owned()
    });
    let posts = sent.posts.iter();
    let posts = posts.filter(|post| post.header("duban-maybe-repeat").is_empty());
    mails
        .chain(posts.map(|post| post.header("webhook-id").to_owned()))
        .collect()
}

fn release(world: &World) -> Released {
    let now = world.clock.now();
    let path = world.at("ledger.db");
    let write = |c: &Connection| restored::release(c, "已与各单位核对", now);
    ledger::by_hand(&path, "release", write).unwrap()
}

/// A world that is played up to [`NOW`], of which a copy was made `age` before.
fn played(age: TimeDelta, by: By) -> World {
    let mut world = World::new("2026-08-03");
    enter(&world, "2026-08-03".parse().unwrap());
    world.work();
    let then = duban::clock::civil(at(NOW.0, NOW.1) - age);
    let is_early = then.time() < chrono::NaiveTime::from_hms_opt(8, 30, 0).unwrap();
    let until = then.date() - chrono::Days::new(u64::from(is_early));
    play(&world, "2026-08-03", until);
    world.clock.move_to(at(NOW.0, NOW.1) - age);
    world.plan();
    copied(&mut world, by);
    play(&world, &until.to_string(), NOW.0.parse().unwrap());
    world.at_time(NOW.0, NOW.1);
    world
}

/// Nothing goes out of it, whatever else happens, and it can only be let go once planned.
fn is_held(world: &mut World) {
    assert_eq!(release(world), Released::NotPlanned);
    let sent = world.work();
    assert!(sent.mails.is_empty() && sent.posts.is_empty());
    let holds = world.rows("select destination, cause, probe_at from hold");
    assert_eq!(holds, ["everything restored null"]);
    // Neither the clock's watch nor another start lets it go.
    let now = world.clock.now();
    let ends = move |c: &Connection| {
        holds::begin(c, EVERYTHING, (Cause::Clock, "it jumped"), None, now)?;
        holds::end(c, EVERYTHING, now)
    };
    let ended = world.ledger().write_blocking("end", ends).unwrap();
    assert_eq!(ended, None);
    world.crash_and_reopen();
    world.at_time("2026-09-08", "10:00");
    assert!(world.work().mails.is_empty());
}

/// A world whose ledger is put back from a copy of `age` before.
fn put_back_after(age: TimeDelta, by: By, control: &BTreeMap<String, String>) {
    let mut world = played(age, by);
    let before = delivered(&world);
    let on_the_wire = (world.mails().len(), world.posts().len());
    put_back(&mut world, by);
    is_held(&mut world);
    let listed = world.reader().ask("list", restored::pending).unwrap();
    assert!(!listed.is_empty());
    assert_eq!(release(&world), Released::Marked(listed.len()));
    assert!(!world.work().mails.is_empty(), "{age} {by:?}");
    play(&world, NOW.0, END.parse().unwrap());

    let after = delivered(&world);
    let unmarked = unmarked(&Sent {
        mails: world.mails().split_off(on_the_wire.0),
        posts: world.posts().split_off(on_the_wire.1),
    });
    assert!(!unmarked.is_empty(), "what comes later is no repeat");
    let delivered_in: BTreeSet<&String> = after.values().collect();
    assert!(unmarked.iter().all(|id| delivered_in.contains(id)));
    let is_repeat = |key: &String, id: &String| before.contains_key(key) && unmarked.contains(id);
    let repeats: Vec<_> = after
        .iter()
        .filter(|(key, id)| is_repeat(key, id))
        .collect();
    assert_eq!(repeats, [], "{age} {by:?}: unmarked repeats");
    let told = |key: &&String| before.contains_key(*key) || after.contains_key(*key);
    let untold: Vec<_> = control.keys().filter(|key| !told(key)).collect();
    assert_eq!(untold, [""; 0], "{age} {by:?}: lost");
    assert_eq!(
        compare(&world.reader(), 20, &mut |_, _| {})
            .unwrap()
            .unwrap(),
        []
    );
}

/// What is delivered in a world whose ledger was never touched.
fn control() -> BTreeMap<String, String> {
    let world = World::new("2026-08-03");
    enter(&world, "2026-08-03".parse().unwrap());
    world.work();
    play(&world, "2026-08-03", END.parse().unwrap());
    delivered(&world)
}

#[test]
fn nothing_is_repeated_unmarked_and_nothing_is_lost_whatever_the_age_of_the_copy() {
    let control = control();
    for by in [By::Commands, By::Files, By::OtherMachine] {
        for age in [TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::days(30)] {
            put_back_after(age, by, &control);
        }
    }
}

#[test]
fn the_daemon_says_once_that_it_holds_an_older_ledger_and_goes_on_at_one_command() {
    // Long ago for the real clock: what waits may go out at once, whatever the hour is.
    let mut world = World::new("2026-03-05");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-02-10");
    assert!(world.plan().notices > 2);
    let copy = world.at("copy.db").display().to_string();
    world.duban(&["backup", &copy]);
    world.close();
    let said = world.duban(&["restore", &copy, "--dry-run"]);
    assert!(said.contains("nothing was changed"), "{said}");
    let said = world.duban(&["restore", &copy]);
    assert!(said.contains("sends nothing until"), "{said}");

    let process = Process::ready(&world.at(""));
    assert_eq!(
        process.log().matches("the ledger is an older one").count(),
        1
    );
    let refused = |arguments: &[&str], code| {
        let config = world.at("duban.toml").display().to_string();
        let all = [arguments, &["--config", &config]].concat();
        crate::support::command::duban(&world.at(""), &all).refused(code)
    };
    let told = refused(&["restore", &copy], 75);
    assert!(told.contains("another duban is running"), "{told}");
    let pending = world.duban(&["restore", "--pending"]);
    assert!(pending.contains("may have been sent since"), "{pending}");
    assert_eq!((world.mails().len(), world.posts().len()), (0, 0));
    let said = world.duban(&["restore", "--release", "--reason", "已核对"]);
    assert!(said.starts_with("released: "), "{said}");
    process.until("sent", || {
        !world.mails().is_empty() && !world.posts().is_empty()
    });
    assert!(world.mails().iter().all(Mail::is_marked_as_repeat));
    assert_eq!(world.posts()[0].header("duban-maybe-repeat"), "true");
    let told = refused(&["restore", "--release", "--reason", "again"], 1);
    assert!(told.contains("not held as an older one"), "{told}");
    process.signal("TERM");
    assert_eq!(process.ends().0, Some(0));
    // It is not taken for an older one a second time.
    let process = Process::ready(&world.at(""));
    assert!(!process.log().contains("older one"), "{}", process.log());
}

#[test]
fn a_ledger_from_before_the_chain_and_a_new_one_are_not_taken_for_older_ones() {
    let desk = Desk::new();
    let path = desk.at("ledger.db");
    let older = Connection::open(&path).unwrap();
    for migration in [
        include_str!("../../src/store/ledger/migrations/0001_ledger.sql"),
        include_str!("../../src/store/ledger/migrations/0002_gap.sql"),
        include_str!("../../src/store/ledger/migrations/0003_delivery.sql"),
    ] {
        older.execute_batch(migration).unwrap();
    }
    older
        .execute_batch(
            "pragma user_version = 3;
             insert into message (key, channel, destination, recipient, state, made_at, next_at,
                                  attempts)
             values ('m', 'mail', 'mail', '{}', 'delivered', 'x', 'x', 1);
             insert into attempt (message_id, number, holder, started_at) values (1, 1, 'h', 'x');
             insert into audit (at, what, subject, detail)
             values ('2026-01-01T00:00:00.000Z', 'delivered', 'm', '{\"about\":[\"a/b\"]}'),
                    ('2026-01-02T00:00:00.000Z', 'retry', 'm', '{}')",
        )
        .unwrap();
    drop(older);
    drop(ledger::open(&path).unwrap());
    let said = desk.duban(&["audit", "verify"]).ok();
    assert!(said.starts_with("2 entries, head 2:"), "{said}");
    let told = desk.duban(&["audit", "verify", "--tables"]).refused(1);
    assert!(told.contains("an older duban began this log"), "{told}");
    let ledger = Connection::open(&path).unwrap();
    assert_eq!(restored::recognise(&ledger, None).unwrap(), None);
}

#[test]
fn what_cannot_take_the_ledgers_place_leaves_it_as_it_is() {
    let desk = Desk::new();
    drop(ledger::open(&desk.at("ledger.db")).unwrap());
    let copy = desk.path("copy.db");
    desk.duban(&["backup", &copy]).ok();
    let before = std::fs::read(desk.at("ledger.db")).unwrap();
    let change =
        |path: &Path, sql: &str| Connection::open(path).unwrap().execute_batch(sql).unwrap();

    desk.write("newer.db", std::fs::read(&copy).unwrap());
    change(&desk.at("newer.db"), "pragma user_version = 99");
    let told = desk.duban(&["restore", &desk.path("newer.db")]).refused(1);
    assert!(told.contains("a newer duban wrote it"), "{told}");

    desk.write("forged.db", std::fs::read(&copy).unwrap());
    change(
        &desk.at("forged.db"),
        "drop trigger chain_only_grows; update chain set seq = 1",
    );
    let told = desk.duban(&["restore", &desk.path("forged.db")]).refused(1);
    assert!(told.contains("entry 1"), "{told}");

    desk.write(
        "no.db",
        "no database at all, but long enough to be looked at by the engine",
    );
    desk.duban(&["restore", &desk.path("no.db")]).refused(1);
    let told = desk
        .duban(&["restore", &desk.path("nowhere.db")])
        .refused(78);
    assert!(told.contains("there is no such file"), "{told}");
    desk.duban(&["restore"]).refused(2);
    desk.duban(&["restore", "--release"]).refused(2);

    assert_eq!(std::fs::read(desk.at("ledger.db")).unwrap(), before);
    let left = std::fs::read_dir(desk.folder.path()).unwrap();
    let names = left.map(|file| file.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = names
        .filter(|name| name.contains("restoring") || name.contains("before"))
        .collect();
    assert_eq!(left, [""; 0]);
}

/// The daemon's user exists only while it runs, so whoever restores is root; and what root
/// leaves behind, that user could not open.
#[test]
fn what_root_restores_belongs_to_whom_the_ledger_of_before_or_its_folder_belonged() {
    let desk = Desk::new();
    drop(ledger::open(&desk.at("ledger.db")).unwrap());
    let copy = desk.path("copy.db");
    desk.duban(&["backup", &copy]).ok();
    let daemon = 61_184;
    let chown = |path: &Path| std::os::unix::fs::chown(path, Some(daemon), Some(daemon));
    if chown(&desk.at("ledger.db")).is_err() {
        return eprintln!("SKIPPED: only root may give a file away");
    }
    let owner = |name: &str| std::fs::metadata(desk.at(name)).unwrap().uid();
    desk.duban(&["restore", &copy]).ok();
    assert_eq!(owner("ledger.db"), daemon);

    chown(desk.folder.path()).unwrap();
    for name in ["ledger.db", "ledger.db.lock"] {
        std::fs::remove_file(desk.at(name)).unwrap();
    }
    desk.duban(&["restore", &copy]).ok();
    assert_eq!(
        (owner("ledger.db"), owner("ledger.db.lock")),
        (daemon, daemon)
    );
}

#[test]
fn a_person_writes_beside_the_daemon_and_each_waits_for_the_other() {
    let world = World::new("2026-09-02");
    let path = world.at("ledger.db");
    let (enter, entered) = std::sync::mpsc::channel::<()>();
    let ledger = world.ledger().clone();
    let slow = std::thread::spawn(move || {
        ledger.write_blocking("write slowly", move |c| {
            settings::set(c, "daemon", "1")?;
            enter.send(()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(300));
            Ok(())
        })
    });
    entered.recv().unwrap();
    let write = |c: &Connection| {
        assert_eq!(settings::get(c, "daemon")?, Some("1".to_owned()));
        settings::set(c, "hand", "1")
    };
    ledger::by_hand(&path, "write by hand", write).unwrap();
    slow.join().unwrap().unwrap();
    let fails = |c: &Connection| {
        settings::set(c, "gone", "1")?;
        c.execute("insert into nowhere values (1)", []).map(drop)
    };
    assert!(ledger::by_hand(&path, "fail", fails).is_err());
    let names = world.rows("select name from setting where name in ('daemon', 'hand', 'gone')");
    assert_eq!(names.len(), 2);
    let missing = ledger::by_hand(&world.at("nowhere.db"), "write", |_| Ok(())).unwrap_err();
    assert!(matches!(missing, StoreError::Missing { .. }), "{missing}");
}

#[test]
fn a_ledger_is_older_where_its_log_ends_before_or_differs_at_what_was_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    drop(ledger::open(&path).unwrap());
    let log = Connection::open(&path).unwrap();
    let now: DateTime<Utc> = "2026-05-08T02:00:00Z".parse().unwrap();
    for word in ["a", "b", "c"] {
        audit::add(&log, now, "said", word, &0).unwrap();
    }
    let older = |seen: Option<&str>| {
        let seen: Option<Head> = seen.map(|seen| seen.parse().unwrap());
        restored::recognise(&log, seen.as_ref()).unwrap()
    };
    let entry = |seq| format!("{seq}:{}", chain::hash_at(&log, seq).unwrap().unwrap());
    assert_eq!(older(Some(&entry(3))), None);
    assert_eq!(
        older(Some(&entry(1))),
        None,
        "a ledger ahead of it is normal"
    );
    assert_eq!(older(Some(&entry(0))), None);
    let other = entry(2).replace("2:", "3:");
    assert!(older(Some(&other)).unwrap().contains("another entry 3"));
    let beyond = entry(3).replace("3:", "4:");
    assert!(older(Some(&beyond)).unwrap().contains("ends at entry 3"));
    // A missing file counts once there was one, and something was sent.
    settings::set(&log, settings::HEAD_KEPT, "1").unwrap();
    assert_eq!(older(None), None);
    log.execute_batch(
        "insert into message (key, channel, destination, recipient, state, made_at, next_at)
         values ('m', 'mail', 'mail', '{}', 'delivered', 'x', 'x');
         insert into attempt (message_id, number, holder, started_at) values (1, 1, 'h', 'x')",
    )
    .unwrap();
    assert!(older(None).unwrap().contains("not from here"));
    settings::set(&log, settings::COPIED_AT, "2026-05-08T00:00:00.000Z").unwrap();
    assert!(older(Some(&entry(3))).unwrap().contains("copy made at"));
}
