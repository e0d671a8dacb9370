//! What a reading is worth, given the last one that was accepted.

use chrono::{DateTime, TimeDelta, Utc};
use duban::domain::timekeeping::{Jump, Reading, judge};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn reading(wall: &str, since_boot: TimeDelta, boot: &str) -> Reading {
    Reading {
        wall: at(wall),
        since_boot,
        boot: boot.to_owned(),
    }
}

fn accepted() -> Reading {
    reading("2026-09-02T00:00:00Z", TimeDelta::hours(10), "a")
}

/// How far the wall clock is off an hour later, and whether it is believed.
fn is_believed_off_by(off: TimeDelta) -> bool {
    let now = Reading {
        wall: at("2026-09-02T01:00:00Z") + off,
        since_boot: TimeDelta::hours(11),
        boot: "a".to_owned(),
    };
    let judged = judge(&now, Some(&accepted()), None);
    if let Some(jump) = judged.jump {
        assert_eq!(jump, Jump::Unexplained(off));
        assert_eq!(judged.now, at("2026-09-02T01:00:00Z"), "boot time goes on");
    } else {
        assert_eq!(judged.now, now.wall);
    }
    judged.jump.is_none()
}

#[test]
fn a_quarter_of_an_hour_in_either_direction_is_a_correction_and_more_is_a_jump() {
    for (off, believed) in [
        (TimeDelta::zero(), true),
        (TimeDelta::seconds(1), true),
        (TimeDelta::minutes(15), true),
        (TimeDelta::minutes(15) + TimeDelta::milliseconds(1), false),
        (TimeDelta::hours(1), false),
        (TimeDelta::days(30), false),
        (TimeDelta::days(3653), false),
    ] {
        assert_eq!(is_believed_off_by(off), believed, "{off}");
        assert_eq!(is_believed_off_by(-off), believed, "-{off}");
    }
}

#[test]
fn a_host_that_slept_has_not_jumped() {
    let later = reading("2026-09-12T00:00:00Z", TimeDelta::hours(10 + 240), "a");
    assert_eq!(judge(&later, Some(&accepted()), None).jump, None);
}

#[test]
fn after_a_boot_only_a_clock_that_lies_behind_is_known_to_be_wrong() {
    let judged = |wall: &str| {
        let now = reading(wall, TimeDelta::minutes(1), "b");
        judge(&now, Some(&accepted()), None)
    };
    assert_eq!(judged("2026-09-01T23:50:00Z").jump, None);
    assert_eq!(judged("2026-12-24T00:00:00Z").jump, None);
    let behind = judged("2026-09-01T23:44:59Z");
    assert_eq!(behind.jump, Some(Jump::Behind(accepted().wall)));
    assert_eq!(behind.now, accepted().wall);
}

#[test]
fn a_ledger_without_a_reading_knows_its_newest_entry() {
    let now = reading("2026-09-01T00:00:00Z", TimeDelta::minutes(1), "b");
    let newest = at("2026-09-02T00:00:00Z");
    assert_eq!(
        judge(&now, None, Some(newest)).jump,
        Some(Jump::Behind(newest))
    );
    assert_eq!(judge(&now, None, None).jump, None);
}

#[test]
fn no_host_that_runs_it_lives_before_it_was_made() {
    let now = reading("1970-01-01T00:02:00Z", TimeDelta::minutes(1), "b");
    assert_eq!(judge(&now, None, None).jump, Some(Jump::BeforeRelease));
}

#[test]
fn the_words_say_how_far_it_moved() {
    let by = |minutes| Jump::Unexplained(TimeDelta::minutes(minutes)).to_string();
    assert!(by(3 * 24 * 60 + 125).contains("by +3d 2h 5min "));
    assert!(by(-61).contains("by -0d 1h 1min "));
}
