//! Two daemons on one ledger, by whatever name: one works, every other ends and says why.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{city, due_today};
use crate::support::process::Process;
use crate::support::world::World;

/// How long the losers may take to see that they are not alone.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Exit code of somebody who may try again (sysexits.h, `EX_TEMPFAIL`).
const TRY_AGAIN: Option<i32> = Some(75);

/// A folder beside the city's, whose settings name the ledger at `ledger`.
fn settings_with(world: &World, name: &str, ledger: &Path) -> PathBuf {
    let folder = world.at(name);
    fs::create_dir(&folder).unwrap();
    let text = fs::read_to_string(world.at("duban.toml")).unwrap();
    let catalog = world.at("catalog.db").display().to_string();
    let (units, ledger) = (
        world.at("units.toml").display().to_string(),
        ledger.display(),
    );
    let elsewhere = format!(
        "[catalog]\nfile = \"{catalog}\"\n[ledger]\nfile = \"{ledger}\"\n[directory]\nfile = \"{units}\"\n"
    );
    fs::write(folder.join("duban.toml"), format!("{elsewhere}{text}")).unwrap();
    folder
}

/// Starts a second daemon on `folder` and demands that it ends at once, naming the first.
fn is_turned_away(folder: &Path, why: &str, code: Option<i32>) {
    let started = Instant::now();
    let (ended, log) = Process::start(folder, 600).ends();
    assert_eq!(ended, code, "{log}");
    assert!(log.contains(why), "{log}");
    assert!(started.elapsed() < AT_ONCE, "{log}");
}

#[test]
fn whatever_name_the_ledger_is_given_a_second_daemon_is_turned_away() {
    let world = city();
    let first = Process::ready(&world.at(""));
    symlink(world.at("ledger.db"), world.at("link.db")).unwrap();
    symlink(world.at(""), world.at("mounted")).unwrap();
    let names = [
        ("by-link", world.at("link.db")),
        ("by-folder", world.at("mounted").join("ledger.db")),
        ("by-dots", world.at("by-dots").join("../ledger.db")),
    ];
    for (name, ledger) in names {
        let folder = settings_with(&world, name, &ledger);
        is_turned_away(&folder, "another duban is running on it", TRY_AGAIN);
    }
    drop(first);
}

#[test]
fn a_ledger_with_two_names_is_refused_for_each_would_have_a_lock_of_its_own() {
    let world = city();
    let first = Process::ready(&world.at(""));
    fs::hard_link(world.at("ledger.db"), world.at("again.db")).unwrap();
    let folder = settings_with(&world, "by-hard-link", &world.at("again.db"));
    is_turned_away(&folder, "hard link", Some(1));
    drop(first);
}

#[test]
fn of_eight_daemons_started_at_once_one_works_and_each_message_goes_out_once() {
    let world = city();
    for n in 0..20 {
        due_today(&world, &format!("2026-{n:03}"));
    }
    let folder = world.at("");
    let all: Vec<Process> = (0..8).map(|_| Process::start(&folder, 600)).collect();
    all[0].until("all delivered", || {
        world.rows("select 1 from message").len() > 20
            && world.messages("pending") + world.messages("leased") == 0
    });
    // The one that works goes on until it is told to stop, the others have ended already.
    for process in &all {
        process.try_signal("TERM");
    }
    let codes: Vec<Option<i32>> = all.into_iter().map(|process| process.ends().0).collect();
    let worked = codes.iter().filter(|code| **code == Some(0)).count();
    let turned_away = codes.iter().filter(|code| **code == TRY_AGAIN).count();
    assert_eq!((worked, turned_away), (1, 7), "{codes:?}");
    assert_eq!(
        world.rows("select key from message where attempts <> 1"),
        [""; 0]
    );
    let mut ids: Vec<String> = world
        .posts()
        .iter()
        .map(|post| post.header("webhook-id").to_owned())
        .collect();
    let posts = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), posts), (20, 20));
}
