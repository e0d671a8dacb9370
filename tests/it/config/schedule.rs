//! Cron texts and hours.

use chrono::TimeZone;
use chrono_tz::Asia::Shanghai;
use duban::config::Bell;

use super::{CENTRE, load};

#[test]
fn a_cron_text_with_five_fields_gets_a_hint() {
    let faults = load("[schedule]\nwake = [\"30 8 * * *\"]\n", CENTRE).unwrap_err();
    assert_eq!(
        faults,
        [
            "duban.toml:2, schedule.wake: found cron text `30 8 * * *` with five fields, \
          expected six: put seconds first, as in `0 30 8 * * *`"
        ]
    );
}

#[test]
fn every_cron_text_that_cannot_be_read_is_told() {
    let wake = "[schedule]\nwake = [\n\"0 0 25 * * *\",\n\"0 30 8 * * *\",\n\"soon\",\n]\n";
    let faults = load(wake, CENTRE).unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(
        faults[0].starts_with("duban.toml:3, schedule.wake"),
        "{faults:?}"
    );
    assert!(
        faults[1].starts_with("duban.toml:5, schedule.wake:"),
        "{faults:?}"
    );
}

#[test]
fn a_bell_rings_in_shanghai_and_meets_day_and_weekday_together() {
    let bell = Bell::parse("0 0 9 1 * MON").unwrap();
    let from = Shanghai.with_ymd_and_hms(2026, 11, 24, 0, 0, 0).unwrap();
    let times = bell.next_times(from, 2);
    assert_eq!(times[0].to_rfc3339(), "2027-02-01T09:00:00+08:00");
    assert_eq!(times[1].to_rfc3339(), "2027-03-01T09:00:00+08:00");
}

#[test]
fn hours_that_contradict_each_other_are_refused() {
    let late = "[schedule]\nsend_from = \"17:00\"\nsend_until = \"8:30\"\n";
    assert_eq!(
        load(late, CENTRE).unwrap_err(),
        ["duban.toml:3, schedule.send_until: found 08:30, expected later than send_from, 17:00"]
    );
    let digest = load("[schedule]\ndigest_at = \"20:00\"\n", CENTRE).unwrap_err();
    assert!(
        digest[0].starts_with("duban.toml:2, schedule.digest_at: found 20:00"),
        "{digest:?}"
    );
    let spread = load("[schedule]\nspread_secs = 3601\n", CENTRE).unwrap_err();
    assert_eq!(
        spread,
        ["duban.toml:2, schedule.spread_secs: found 3601, expected a number from 0 to 3600"]
    );
    let hour = load("[schedule]\nsend_from = \"25:00\"\n", CENTRE).unwrap_err();
    assert!(
        hour[0].contains("found \"25:00\", expected a time like"),
        "{hour:?}"
    );
}
