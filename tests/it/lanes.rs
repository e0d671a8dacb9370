//! No destination takes what others wait for: slow start, shares, turns and tokens, for
//! any order of events.

use std::collections::BTreeMap;
use std::convert::Infallible;

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use duban::domain::delivery::robot::Vendor;
use duban::domain::delivery::{Class, Outcome};
use duban::domain::lanes::{Bounds, Heard, Lanes, Rate, Waiting};
use duban::domain::notice::Channel;
use proptest::prelude::*;

fn now() -> DateTime<Utc> {
    "2026-05-08T00:30:00Z".parse().unwrap()
}

fn bounds() -> Bounds {
    Bounds {
        in_flight: 64,
        per_destination: 4,
        per_relay: 32,
        relay_start: 4,
        ..Bounds::default()
    }
}

fn waiting(destination: &str) -> Waiting {
    Waiting {
        destination: destination.to_owned(),
        due: now(),
        tried: false,
        is_probe: false,
    }
}

/// What a claim at `at` would take, each of these having as many messages as one likes.
fn dealt(lanes: &Lanes, all: &[Waiting], at: DateTime<Utc>) -> Vec<String> {
    let turns = lanes.turns(all, at);
    let hand = |_: &_| Ok::<_, Infallible>(vec![(); 100]);
    let Ok(dealt) = lanes.deal(turns, at, hand);
    dealt.into_iter().map(|((), to)| to).collect()
}

/// Claims and begins.
fn claim(lanes: &mut Lanes, all: &[Waiting], at: DateTime<Utc>) -> Vec<String> {
    let claimed = dealt(lanes, all, at);
    for to in &claimed {
        let tried = all.iter().any(|one| one.tried && one.destination == *to);
        lanes.begin(to, 1 + u32::from(tried), at);
    }
    claimed
}

#[test]
fn a_destination_begins_with_one_place_earns_more_and_loses_them() {
    let (mut lanes, all) = (Lanes::new(bounds()), [waiting("webhook:a")]);
    for places in [1, 2, 3, 4, 4] {
        assert_eq!(claim(&mut lanes, &all, now()).len(), places);
        for _ in 0..places {
            lanes.end("webhook:a", now(), Heard::Answer, now());
        }
        lanes.begin("webhook:a", 1, now());
        lanes.end("webhook:a", now(), Heard::Success, now());
    }
    for heard in [Heard::Reluctance, Heard::Silence] {
        lanes.begin("webhook:a", 1, now());
        lanes.end("webhook:a", now(), heard, now());
        assert_eq!(dealt(&lanes, &all, now()).len(), 1, "{heard:?}");
    }
}

#[test]
fn one_mail_that_the_relay_keeps_takes_its_own_place_and_no_other() {
    let (mut lanes, mail) = (Lanes::new(bounds()), [waiting("mail")]);
    assert_eq!(claim(&mut lanes, &mail, now()).len(), 4);
    for n in 1..=3 {
        lanes.end("mail", now(), Heard::Success, now());
        assert_eq!(lanes.under_way_to("mail"), 4 - n);
    }
    let later = now() + TimeDelta::minutes(5);
    assert_eq!(dealt(&lanes, &mail, later).len(), 4 + 3 - 1);
}

#[test]
fn what_was_earned_long_ago_is_earned_anew() {
    let (mut lanes, all) = (Lanes::new(bounds()), [waiting("webhook:a")]);
    for _ in 0..5 {
        lanes.begin("webhook:a", 1, now());
        lanes.end("webhook:a", now(), Heard::Success, now());
    }
    assert_eq!(dealt(&lanes, &all, now()).len(), 4);
    let later = now() + TimeDelta::hours(2);
    assert_eq!(claim(&mut lanes, &all, later).len(), 1);
    lanes.end("webhook:a", later, Heard::Success, later);
    assert_eq!(dealt(&lanes, &all, later).len(), 2);
}

#[test]
fn whoever_gives_no_answer_has_half_of_the_places_and_the_known_are_never_without() {
    let mut lanes = Lanes::new(bounds());
    lanes.begin("webhook:good", 1, now());
    lanes.end("webhook:good", now(), Heard::Success, now());
    let mut silent: Vec<Waiting> = (0..100).map(|n| waiting(&format!("webhook:{n}"))).collect();
    let unknown = dealt(&lanes, &silent, now());
    assert_eq!(unknown.len(), 48, "a quarter is kept for the known");
    for one in &mut silent {
        one.tried = true;
    }
    assert_eq!(claim(&mut lanes, &silent, now()).len(), 32);
    let mut all = silent.clone();
    all.push(waiting("webhook:good"));
    assert_eq!(dealt(&lanes, &all, now()), ["webhook:good"; 2]);
    // Those that were never tried are not known to be silent, until it has taken too long.
    let mut lanes = Lanes::new(bounds());
    for one in &mut silent {
        one.tried = false;
    }
    assert_eq!(claim(&mut lanes, &silent, now()).len(), 48);
    assert!(!lanes.is_half_free(now()) || lanes.free() == 16);
}

#[test]
fn a_long_queue_for_one_hides_nobody_and_turns_go_round() {
    let mut lanes = Lanes::new(bounds());
    let mut late = waiting("webhook:late");
    late.due = now() + TimeDelta::seconds(1);
    let old: Vec<Waiting> = (0..100).map(|n| waiting(&format!("webhook:{n}"))).collect();
    let all: Vec<Waiting> = old.into_iter().chain([late]).collect();
    let mut at = now() + TimeDelta::seconds(1);
    let mut seen = Vec::new();
    for _ in 0..5 {
        let claimed = claim(&mut lanes, &all, at);
        for to in &claimed {
            lanes.end(to, at, Heard::Success, at);
        }
        seen.extend(claimed);
        at += TimeDelta::seconds(1);
    }
    // Two claims of strangers, and the places that those who answered have beside them.
    assert!(seen[..117].contains(&"webhook:late".to_owned()), "{seen:?}");
}

#[test]
fn the_relay_has_its_turn_for_many_mailboxes() {
    let lanes = Lanes::new(bounds());
    let mut all: Vec<Waiting> = (0..100).map(|n| waiting(&format!("webhook:{n}"))).collect();
    all.insert(50, waiting("mail"));
    let dealt = dealt(&lanes, &all, now());
    assert_eq!(dealt.len(), 48);
    all.swap(0, 50);
    let first = self::dealt(&lanes, &all, now());
    assert_eq!(first[..5], ["mail", "mail", "mail", "mail", "webhook:1"]);
}

#[test]
fn tokens_come_one_by_one_after_a_burst_and_the_next_is_known_to_the_millisecond() {
    let mut bounds = bounds();
    bounds.rates = BTreeMap::from([
        ("mail".to_owned(), Rate::a_minute(20)),
        ("webhook".to_owned(), Rate::a_minute(60)),
        ("webhook:a".to_owned(), Rate::a_minute(0)),
    ]);
    let mut lanes = Lanes::new(bounds);
    for n in 0..10 {
        assert_eq!(lanes.next(&[waiting("mail")], now()), None, "{n}");
        lanes.begin("mail", 1, now());
        lanes.end("mail", now(), Heard::Success, now());
        lanes.begin("webhook:a", 1, now());
        lanes.end("webhook:a", now(), Heard::Success, now());
    }
    let mail = [waiting("mail")];
    assert!(dealt(&lanes, &mail, now()).is_empty());
    assert_eq!(dealt(&lanes, &[waiting("webhook:a")], now()).len(), 4);
    assert_eq!(
        lanes.next(&mail, now()),
        Some(now() + TimeDelta::seconds(3))
    );
    let almost = now() + TimeDelta::milliseconds(2_999);
    assert!(dealt(&lanes, &mail, almost).is_empty());
    assert_eq!(dealt(&lanes, &mail, now() + TimeDelta::seconds(3)).len(), 1);
    assert_eq!(dealt(&lanes, &mail, now() + TimeDelta::seconds(6)).len(), 2);
    // A clock that steps back an hour makes nobody wait for an hour.
    let back = now() - TimeDelta::hours(1);
    let next = lanes.next(
        &[Waiting {
            due: back,
            ..waiting("mail")
        }],
        back,
    );
    assert_eq!(next, Some(back + TimeDelta::seconds(3)));
}

#[test]
fn a_deferral_of_one_mailbox_says_nothing_about_the_relay() {
    let deferred = |code| Outcome::new(Class::Deferred, "rcpt", "").with_code(code);
    let of = |code, to: &str| Heard::of(&deferred(code), to);
    assert_eq!(of(Some(450), "mail"), Heard::Answer);
    assert_eq!(of(Some(421), "mail"), Heard::Reluctance);
    assert_eq!(of(None, "mail"), Heard::Silence);
    assert_eq!(of(Some(503), "webhook:a"), Heard::Reluctance);
    let of_channel = deferred(Some(454)).of_channel();
    assert_eq!(Heard::of(&of_channel, "mail"), Heard::Reluctance);
}

#[test]
fn a_token_that_nobody_was_asked_for_comes_back() {
    let mut bounds = bounds();
    bounds.rates = BTreeMap::from([("mail".to_owned(), Rate::a_minute(1))]);
    let (mut lanes, all) = (Lanes::new(bounds), [waiting("mail")]);
    assert_eq!(claim(&mut lanes, &all, now()).len(), 1);
    lanes.end("mail", now(), Heard::NotAsked, now());
    assert_eq!(claim(&mut lanes, &all, now()).len(), 1);
    lanes.end("mail", now(), Heard::Success, now());
    assert_eq!(claim(&mut lanes, &all, now()).len(), 0);
    let next = now() + TimeDelta::minutes(1);
    assert_eq!(lanes.next(&all, now()), Some(next));
}

/// What can happen.
#[derive(Debug, Clone)]
enum Event {
    Claim,
    Ends(usize, Heard),
    Later(i64),
}

fn any_event() -> impl Strategy<Value = Event> {
    let heard = proptest::sample::select(vec![
        Heard::Success,
        Heard::Success,
        Heard::Answer,
        Heard::Reluctance,
        Heard::Silence,
        Heard::NotAsked,
    ]);
    prop_oneof![
        2 => Just(Event::Claim),
        6 => (0_usize..64, heard).prop_map(|(n, heard)| Event::Ends(n, heard)),
        // The clock may step back.
        1 => (-100_i64..4_000).prop_map(Event::Later),
    ]
}

proptest! {
    #[test]
    fn bounds_are_kept_and_everybody_is_served_whatever_happens(
        events in proptest::collection::vec(any_event(), 1..300),
        in_flight in 1_usize..70,
    ) {
        let bounds = Bounds { in_flight, ..bounds() };
        let (mut lanes, mut at) = (Lanes::new(bounds), now());
        let mut all: Vec<Waiting> = (0..40).map(|n| waiting(&format!("webhook:{n}"))).collect();
        all.push(waiting("mail"));
        let mut under_way: Vec<(String, DateTime<Utc>)> = Vec::new();
        for event in events {
            match event {
                Event::Claim => {
                    let claimed = claim(&mut lanes, &all, at);
                    under_way.extend(claimed.into_iter().map(|to| (to, at)));
                }
                Event::Ends(n, heard) if !under_way.is_empty() => {
                    let (to, begun) = under_way.swap_remove(n % under_way.len());
                    lanes.end(&to, begun, heard, at);
                }
                Event::Ends(..) => {}
                Event::Later(secs) => at += TimeDelta::seconds(secs),
            }
            prop_assert_eq!(lanes.under_way(), under_way.len());
            prop_assert!(under_way.len() <= in_flight);
            for one in &all {
                let most = if one.destination == "mail" { 32 } else { 4 };
                prop_assert!(lanes.under_way_to(&one.destination) <= most);
            }
        }
        // From now on everybody answers: each is served within as many claims as it takes.
        let mut served = std::collections::BTreeSet::new();
        at = at.max(now());
        for _ in 0..=41 {
            for (to, begun) in under_way.drain(..) {
                lanes.end(&to, begun, Heard::Success, at);
            }
            let claimed = claim(&mut lanes, &all, at);
            served.extend(claimed.clone());
            under_way.extend(claimed.into_iter().map(|to| (to, at)));
        }
        prop_assert_eq!(served.len(), 41);
    }
}

/// Whatever a robot's queue holds goes as fast as it may for `minutes`; when each message
/// was begun.
fn as_fast_as_may_be(vendor: Vendor, from: DateTime<Utc>, minutes: i64) -> Vec<DateTime<Utc>> {
    let channel = Channel::ALL
        .into_iter()
        .find(|one| Vendor::of(*one) == Some(vendor));
    let name = channel.unwrap().name();
    let mut bounds = bounds();
    bounds.rates = BTreeMap::from([(name.to_owned(), vendor.rate())]);
    let (mut lanes, robot) = (Lanes::new(bounds), format!("{name}:a"));
    let all = [Waiting {
        due: from,
        ..waiting(&robot)
    }];
    let (mut at, mut begun) = (from, Vec::new());
    while at < from + TimeDelta::minutes(minutes) {
        let claimed = claim(&mut lanes, &all, at);
        assert!(claimed.len() <= 1, "one place at a time");
        if claimed.is_empty() {
            // Neither earlier nor later.
            let next = lanes.next(&all, at).unwrap();
            let almost = next - TimeDelta::milliseconds(1);
            assert!(
                almost <= at || dealt(&lanes, &all, almost).is_empty(),
                "{at} {next}"
            );
            at = next;
            assert!(!dealt(&lanes, &all, at).is_empty(), "{at}");
        } else {
            assert!(dealt(&lanes, &all, at).is_empty(), "one place at a time");
            lanes.end(&robot, at, Heard::Success, at);
            begun.push(at);
        }
    }
    begun
}

#[test]
fn a_robot_is_sent_less_than_its_vendor_allows_in_any_window_with_all_posts_of_a_message() {
    for vendor in Vendor::ALL {
        let begun = as_fast_as_may_be(vendor, now() + TimeDelta::minutes(7), 120);
        for limit in vendor.limits() {
            let window = TimeDelta::seconds(limit.within_secs.into());
            let within = |at: &DateTime<Utc>| {
                begun
                    .iter()
                    .filter(|one| (*at..=*at + window).contains(one))
                    .count()
            };
            // One that was begun just before may post within the window.
            let most = begun.iter().map(within).max().unwrap() + 1;
            let posts = u32::try_from(most).unwrap() * vendor.posts_a_message();
            assert!(posts < limit.posts, "{vendor:?}: {posts} of {limit:?}");
            assert!(!limit.source.is_empty());
        }
        let a_minute = f64::from(u32::try_from(begun.len()).unwrap()) / 120.0;
        assert!(
            a_minute > 0.9 * f64::from(vendor.rate().per_minute),
            "{vendor:?} {a_minute}"
        );
    }
}

#[test]
fn a_restart_brings_no_burst() {
    for vendor in Vendor::ALL {
        let destination = vendor.channel().destination("市住建局");
        let rates = BTreeMap::from([(vendor.channel().name().to_owned(), vendor.rate())]);
        let bounds = Bounds { rates, ..bounds() };
        let all = [waiting(&destination)];
        let at = now() + TimeDelta::minutes(7);
        let mut before = Lanes::new(bounds.clone());
        let mut begun = Vec::new();
        while !claim(&mut before, &all, at).is_empty() {
            before.end(&destination, at, Heard::Success, at);
            begun.push(at);
        }
        let mut after = Lanes::new(bounds);
        for one in &begun {
            after.recall(&destination, *one);
        }
        let later = at + TimeDelta::seconds(1);
        assert!(dealt(&after, &all, later).is_empty(), "{vendor:?}");
        assert_eq!(after.next(&all, later), before.next(&all, later));
    }
}

#[test]
fn a_robots_rate_may_be_lowered_and_not_raised() {
    for vendor in Vendor::ALL {
        let most = vendor.rate();
        assert_eq!(vendor.rate_of(most.per_minute), Some(most));
        assert_eq!(
            vendor.rate_of(1),
            Some(Rate {
                per_minute: 1,
                burst: 1
            })
        );
        assert_eq!(vendor.rate_of(most.per_minute + 1), None);
        assert_eq!(
            vendor.rate_of(0),
            None,
            "no limit is more than the vendor's"
        );
    }
}

#[test]
fn nothing_is_begun_to_feishu_on_the_hour_and_the_half_hour_and_others_do_not_care() {
    let at = |text: &str| {
        format!("2026-05-08T{text}Z")
            .parse::<DateTime<Utc>>()
            .unwrap()
    };
    let lanes = Lanes::new(bounds());
    for (time, next) in [
        ("00:29:54.999", None),
        ("00:29:55", Some("00:31:00")),
        ("00:30:00", Some("00:31:00")),
        ("00:30:59.999", Some("00:31:00")),
        ("00:31:00", None),
        ("00:59:58", Some("01:01:00")),
        ("01:00:30", Some("01:01:00")),
        ("01:15:00", None),
        ("23:59:59", Some("24:01:00")),
    ] {
        let due = |to: &str| {
            [Waiting {
                due: at("00:00:00"),
                ..waiting(to)
            }]
        };
        let feishu = due("feishu:a");
        let next = next.map(|text| match text.strip_prefix("24:") {
            Some(rest) => at(&format!("00:{rest}")) + TimeDelta::days(1),
            None => at(text),
        });
        assert_eq!(
            dealt(&lanes, &feishu, at(time)).len(),
            usize::from(next.is_none()),
            "{time}"
        );
        assert_eq!(lanes.next(&feishu, at(time)), next, "{time}");
        for other in ["wecom:a", "dingtalk:a", "webhook:a", "mail"] {
            assert!(
                !dealt(&lanes, &due(other), at(time)).is_empty(),
                "{other} {time}"
            );
        }
    }
    // What comes due in a quiet minute comes due after it.
    let due = [Waiting {
        due: at("03:30:10"),
        ..waiting("feishu:a")
    }];
    assert_eq!(lanes.next(&due, at("03:10:00")), Some(at("03:31:00")));
}

proptest! {
    #[test]
    fn whatever_the_moment_nothing_is_begun_in_a_quiet_minute_and_the_next_moment_is_a_good_one(
        millis in 0_i64..86_400_000,
    ) {
        let at = now() + TimeDelta::milliseconds(millis);
        let lanes = Lanes::new(bounds());
        let all = [waiting("feishu:a")];
        let is_quiet = at.minute().is_multiple_of(30);
        prop_assert!(!is_quiet || dealt(&lanes, &all, at).is_empty());
        if let Some(next) = lanes.next(&all, at) {
            prop_assert!(next > at && next - at <= TimeDelta::seconds(65));
            prop_assert!(next.minute() % 30 == 1 && next.second() == 0);
            prop_assert_eq!(dealt(&lanes, &all, next).len(), 1);
        } else {
            prop_assert_eq!(dealt(&lanes, &all, at).len(), 1);
        }
    }
}
