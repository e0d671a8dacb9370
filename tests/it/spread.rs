//! What waits for the first minute of the day goes out over some seconds: one recipient at
//! one second, always the same, and never outside of the hours.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use duban::domain::ladder::SendWindow;
use duban::domain::shipped;

fn window(spread_secs: u32) -> SendWindow {
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    SendWindow {
        from: time("08:30"),
        until: time("17:00"),
        spread_secs,
    }
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn release(window: &SendWindow, to: &str, now: &str) -> NaiveDateTime {
    let calendar = shipped::calendar().unwrap();
    window.release_to(to, at(now), day("2026-09-30"), &calendar)
}

#[test]
fn recipients_are_spread_over_the_seconds_after_the_opening_and_each_keeps_its_own() {
    let opening = at("2026-09-02 08:30:00");
    let mut seconds = BTreeSet::new();
    for n in 0..500 {
        let to = format!("contact{n}@example.gov.cn");
        let release_at = release(&window(120), &to, "2026-09-02 00:01:00");
        let after = release_at - opening;
        assert!((0..=120).contains(&after.num_seconds()), "{release_at}");
        assert_eq!(
            release_at,
            release(&window(120), &to, "2026-09-02 08:29:59")
        );
        assert_eq!(release(&window(0), &to, "2026-09-02 00:01:00"), opening);
        seconds.insert(after);
    }
    assert!(seconds.len() > 100, "only {} seconds", seconds.len());
}

#[test]
fn what_is_made_within_the_hours_goes_at_once_and_nothing_goes_after_them() {
    let now = "2026-09-02 08:30:00";
    assert_eq!(release(&window(120), "a@b.cn", now), at(now));
    let short = SendWindow {
        until: window(0).from + TimeDelta::seconds(30),
        ..window(3600)
    };
    for n in 0..200 {
        let release_at = release(&short, &format!("{n}@b.cn"), "2026-09-02 00:01:00");
        assert!(release_at <= at("2026-09-02 08:30:30"), "{release_at}");
    }
    // After hours on the last day it goes at once, and is not put off to another.
    let calendar = shipped::calendar().unwrap();
    let late = at("2026-09-02 18:00:00");
    let due = day("2026-09-02");
    assert_eq!(window(120).release_to("a@b.cn", late, due, &calendar), late);
}
