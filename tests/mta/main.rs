//! Mail through a mail server that nobody wrote for duban: Debian's postfix, from its
//! package, on loopback, with settings, queue and mailboxes of its own.
//!
//! It takes mail only after STARTTLS with a certificate of the test's own authority. Twenty
//! people are told something; one of them it does not know, the others it puts off, then
//! its disk is full, and in the end each of them has the mail once. The default form moves
//! duban's clock; `cargo test --test mta -- --ignored` goes the same way with the real
//! program on the real clock, in minutes.
//!
//! Wants root, `postfix` and the right to mount. Without them it says so and is skipped; in
//! CI it fails.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod city;
mod greylist;
mod office;
mod postfix;

#[path = "../it/support/certificates.rs"]
#[expect(dead_code, reason = "no server of the tests' own here")]
mod certificates;
#[path = "../it/support/process.rs"]
#[expect(dead_code, reason = "the program is only started and stopped here")]
mod process;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use city::{ALL, City, UNKNOWN};
use greylist::Greylist;
use office::Office;
use postfix::{Letter, Postfix};
use process::Process;

/// Longer than postfix takes from its queue to a mailbox.
const SOON: Duration = Duration::from_secs(20);

/// The six minutes of a greylist, and some more.
const IN_MINUTES: Duration = Duration::from_mins(8);

/// Whether the test can be made here. Says why not; in CI that is a fault.
fn can_run() -> bool {
    let Some(lack) = postfix::lack() else {
        return true;
    };
    assert!(std::env::var_os("CI").is_none(), "no real MTA: {lack}");
    println!("**** SKIPPED: {lack}, so no real MTA was tried ****");
    false
}

/// Waits until it holds, and gives up with what `why` says.
fn until(patience: Duration, holds: impl Fn() -> bool, why: impl Fn() -> String) {
    let deadline = Instant::now() + patience;
    while !holds() {
        assert!(Instant::now() < deadline, "{}", why());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Everybody but the unknown one has the mail about the own decision: once, whole, over TLS.
fn nineteen_have_it_once(city: &City, postfix: &Postfix) {
    let others = (0..ALL).filter(|n| *n != UNKNOWN);
    for n in others.clone() {
        until(
            SOON,
            || !postfix.letters(&City::mailbox(n)).is_empty(),
            || format!("nothing for {n}\n{}", postfix.log()),
        );
    }
    let mut ids = BTreeSet::new();
    for n in others {
        let letters = postfix.letters(&City::mailbox(n));
        let [letter] = letters.as_slice() else {
            panic!("{} letters for {n}: {letters:?}", letters.len());
        };
        is_right(letter, n);
        assert!(ids.insert(letter.id.clone()), "{} twice", letter.id);
    }
    assert_eq!(ids.len(), ALL - 1);
    assert_eq!(postfix.letters(&City::mailbox(UNKNOWN)), []);
    assert_eq!(city.noticed("delivered"), ALL - 1);
    assert_eq!(city.noticed("failed"), 1);
}

fn is_right(letter: &Letter, n: usize) {
    assert_eq!(letter.to, City::address(n));
    assert!(letter.subject.contains(&City::decision(n)), "{letter:?}");
    assert!(letter.text.contains(&City::decision(n)), "{letter:?}");
    assert!(!letter.is_repeat, "{letter:?}");
    assert!(letter.received.contains("with ESMTPS"), "{letter:?}");
}

#[test]
fn greylisted_refused_and_out_of_space_nineteen_of_twenty_arrive_once() {
    if !can_run() {
        return;
    }
    let greylist = Greylist::start(1);
    let postfix = Postfix::start(&greylist);
    let city = City::on("2026-08-03", &postfix);
    let office = Office::open(&city);

    // 08:30: all twenty are tried. One is unknown, the others are put off.
    office.work();
    assert_eq!(city.noticed("failed"), 1);
    assert_eq!(city.noticed("pending"), ALL - 1);
    assert!(city.last_word().contains("5.1.1"), "{}", city.last_word());
    let asked = greylist.asked();

    // A greylist that is asked again within its five minutes begins anew.
    office.passes(TimeDelta::minutes(5));
    office.work();
    assert_eq!(greylist.asked(), asked, "asked again too soon");

    // The sixth minute: its time would have come, and the relay's disk is full.
    postfix.fill_disk();
    office.passes(TimeDelta::minutes(1));
    office.work();
    assert_eq!(city.noticed("pending"), ALL - 1);
    let word = city.last_word_of_pending();
    assert!(word.contains("452"), "{word}\n{}", postfix.log());
    assert_eq!(postfix.all_letters(), 0);

    // There is room again, and the next pause is over.
    postfix.empty_disk();
    office.passes(TimeDelta::minutes(8));
    office.work();
    nineteen_have_it_once(&city, &postfix);

    // Whatever happens later, nobody hears of it again.
    office.passes(TimeDelta::minutes(90));
    office.work();
    nineteen_have_it_once(&city, &postfix);
}

#[test]
fn the_real_program_sends_to_it_and_ends_with_nothing_open() {
    if !can_run() {
        return;
    }
    let postfix = Postfix::start(&Greylist::start(0));
    let city = City::today(&postfix);
    let program = Process::ready(city.folder());
    until(
        SOON,
        || city.noticed("delivered") == ALL - 1 && city.noticed("failed") == 1,
        || format!("{}\n{}", program.log(), postfix.log()),
    );
    nineteen_have_it_once(&city, &postfix);
    ends_well(program, &city);
}

#[test]
#[ignore = "goes by the real clock: some minutes"]
fn the_real_program_waits_for_the_greylist_and_for_room() {
    if !can_run() {
        return;
    }
    let greylist = Greylist::start(1);
    let postfix = Postfix::start(&greylist);
    let city = City::today(&postfix);
    let mut program = Process::ready(city.folder());
    within_minutes(&mut program, &postfix, || greylist.asked() >= ALL - 1);
    postfix.fill_disk();
    within_minutes(&mut program, &postfix, || {
        city.last_word_of_pending().contains("452")
    });
    assert_eq!(postfix.all_letters(), 0);
    postfix.empty_disk();
    within_minutes(&mut program, &postfix, || {
        city.noticed("delivered") == ALL - 1
    });
    nineteen_have_it_once(&city, &postfix);
    ends_well(program, &city);
}

/// Waits as systemd does: whoever does not listen to a program stops it in the end.
fn within_minutes(program: &mut Process, postfix: &Postfix, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + IN_MINUTES;
    while !holds() {
        let log = || format!("{}\n{}", program.log(), postfix.log());
        assert!(Instant::now() < deadline, "{}", log());
        program.hears("WATCHDOG=1");
    }
}

fn ends_well(program: Process, city: &City) {
    program.signal("TERM");
    let (code, log) = program.ends();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(city.noticed("leased"), 0);
}
