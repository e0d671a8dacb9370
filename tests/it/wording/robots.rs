//! What the robot of a chat group says, and that nothing in it can be abused.

use std::sync::LazyLock;

use duban::channels::wording::Wording;
use duban::channels::wording::robot::{Colour, RobotBounds, RobotText};
use duban::domain::acknowledgement::{KEY_BYTES, Links};
use duban::domain::delivery::robot::Vendor;
use duban::domain::notice::{Channel, Facts, Kind, Message, Rerouted};
use duban::domain::obligation::State;
use duban::domain::pack::Strength;
use proptest::prelude::*;

use crate::support::messages::{self, digest, facts, row};

const VENDORS: [Vendor; 3] = Vendor::ALL;

/// What the markup of a vendor, or a mention, is made of.
const SPECIAL: &str = "*_<>[]()@#`~|\\&:";

/// Compiled once: a property asks hundreds of times.
static WORDING: LazyLock<Wording> = LazyLock::new(|| Wording::new().unwrap());

fn say(message: &Message, vendor: Vendor) -> RobotText {
    say_within(message, vendor, &RobotBounds::of(vendor))
}

fn say_within(message: &Message, vendor: Vendor, bounds: &RobotBounds) -> RobotText {
    WORDING.robot(message, vendor, bounds).unwrap()
}

fn of(vendor: Vendor, notices: Vec<Facts>) -> RobotText {
    say(&group(notices), vendor)
}

/// A message for a chat group.
fn group(notices: Vec<Facts>) -> Message {
    messages::message(Channel::Wecom, notices)
}

fn kind(kind: Kind, working_days_left: i64) -> Facts {
    Facts {
        kind,
        working_days_left,
        ..facts()
    }
}

fn texts(text: &RobotText) -> [&String; 4] {
    [&text.title, &text.body, &text.plain, &text.short]
}

fn specials(text: &str) -> String {
    text.chars().filter(|c| SPECIAL.contains(*c)).collect()
}

#[test]
fn a_group_reads_what_is_overdue_due_and_near_in_this_order() {
    let changed = Facts {
        was_due_on: Some(messages::day("2026-05-12")),
        ..kind(Kind::Changed, 1)
    };
    let notices = vec![
        changed,
        kind(Kind::Reminder, 1),
        kind(Kind::Overdue, -3),
        kind(Kind::DueToday, 0),
    ];
    for vendor in VENDORS {
        let text = of(vendor, notices.clone());
        for shape in [&text.body, &text.plain] {
            let at = |words: &str| {
                shape
                    .find(words)
                    .unwrap_or_else(|| panic!("{words}: {shape}"))
            };
            assert!(at("✕ 超期") < at("! 今日到期"), "{shape}");
            assert!(at("! 今日到期") < at("! 临期"), "{shape}");
            assert!(at("! 临期") < at("✓ 期限变更"), "{shape}");
            for words in [
                "2026-003 书面通知当事人",
                "期限5月9日（周六） · 已超期3个工作日",
                "剩1个工作日",
                "原定5月12日（周二）",
                "事项：洮南市国土空间总体规划（2026—2035年）",
                "收到后请告知市督查指挥中心",
            ] {
                assert!(shape.contains(words), "{words} not in {shape}");
            }
            assert!(!shape.contains("共 4 项"), "{shape}");
        }
        assert_eq!(text.colour, Colour::Grave);
        assert!(text.title.contains("超期1项 今日到期1项"), "{}", text.title);
    }
}

#[test]
fn a_robot_says_how_sure_how_late_and_how_often() {
    let mut notice = kind(Kind::Reminder, 1);
    notice.provisional = true;
    notice.rerouted = Some(Rerouted::UnitUnknown {
        name: "市某局".to_owned(),
    });
    for vendor in VENDORS {
        let message = Message {
            attempt: 3,
            maybe_repeat: true,
            sent_on: Some(messages::day("2026-05-10")),
            ..group(vec![notice.clone()])
        };
        let text = say(&message, vendor);
        for words in [
            "第3次发送",
            "迟到",
            "暂定",
            "责任单位：市自然资源局",
            "“市某局”",
        ] {
            assert!(text.body.contains(words), "{words} not in {}", text.body);
            assert!(text.plain.contains(words), "{words} not in {}", text.plain);
        }
    }
}

#[test]
fn a_confidential_decision_is_a_number_in_a_group_too() {
    let notice = Facts {
        title: None,
        ..facts()
    };
    let text = of(Vendor::Wecom, vec![notice]);
    assert!(
        text.body.contains("2026-003") && !text.body.contains("事项："),
        "{}",
        text.body
    );
}

#[test]
fn what_the_law_gives_no_number_for_is_neither_overdue_nor_red() {
    let notice = Facts {
        strength: Strength::Advisory,
        state: State::Overdue,
        ..kind(Kind::Overdue, -3)
    };
    for vendor in VENDORS {
        let text = of(vendor, vec![notice.clone()]);
        assert_eq!(text.colour, Colour::Calm);
        for shape in texts(&text) {
            assert!(!shape.contains("超期"), "{shape}");
        }
    }
}

#[test]
fn the_centre_s_day_fits_into_a_group() {
    let mut digest = digest();
    (digest.overdue, digest.near) = (1, 300);
    digest.rows = vec![row(State::Overdue, -2, Strength::Must)];
    digest
        .rows
        .extend((0..199).map(|_| row(State::Near, 4, Strength::Must)));
    for vendor in VENDORS {
        let text = say(&messages::of_digest(digest.clone()), vendor);
        assert!(
            text.body.contains("…共 301 项，其余请在督办系统中查看"),
            "{}",
            text.body
        );
        assert!(text.body.contains("✕ 超期"), "{}", text.body);
        assert!(text.body.len() <= RobotBounds::of(vendor).body);
    }
    let quiet = say(&messages::of_digest(messages::digest()), Vendor::Wecom);
    assert!(quiet.body.contains("今日无到期事项"), "{}", quiet.body);
}

#[test]
fn a_long_list_of_what_is_overdue_leaves_out_no_other_group() {
    let overdue = Facts {
        kind: Kind::Overdue,
        ..facts()
    };
    let today = Facts {
        kind: Kind::DueToday,
        due_on: facts().as_of,
        ..facts()
    };
    let mut notices = vec![overdue; 300];
    notices.extend(vec![today; 5]);
    for vendor in VENDORS {
        let text = of(vendor, notices.clone());
        let (_, rest) = text.body.split_once("今日到期").unwrap();
        assert!(rest.contains("　期限"), "{}", text.body);
        assert!(text.body.contains("…共 305 项，"), "{}", text.body);
    }
}

#[test]
fn nobody_is_mentioned_by_a_title() {
    for title in [
        "<at user_id=\"all\">所有人</at>",
        "<at id=all></at>",
        "@all 请看",
        "<@userid>",
        "[点这里](http://evil.example)",
        "@13800000000",
        "&lt;at user_id=all&gt;",
        "</font>**粗**`码`~~删~~|格|",
        "# 标题",
        "- 项",
        "1. 项",
        "> 引",
    ] {
        let notice = Facts {
            title: Some(title.to_owned()),
            duty: title.to_owned(),
            ..facts()
        };
        for vendor in VENDORS {
            let (text, plain) = (of(vendor, vec![notice.clone()]), of(vendor, vec![facts()]));
            for (shape, harmless) in texts(&text).into_iter().zip(texts(&plain)) {
                assert_eq!(specials(shape), specials(harmless), "{shape}");
            }
        }
    }
}

/// Notices of every group with texts nobody thought of.
fn notices() -> impl Strategy<Value = Vec<Facts>> {
    let kinds = prop::sample::select(vec![
        Kind::Overdue,
        Kind::DueToday,
        Kind::Reminder,
        Kind::Opened,
        Kind::Changed,
    ]);
    let text = "[\\PC\\n*_<>@#\\[\\]()`~|\\\\&:-]{0,120}";
    let one = (kinds, text, text, text, any::<bool>()).prop_map(
        |(kind, title, duty, name, is_rerouted)| Facts {
            kind,
            title: Some(title),
            duty,
            rerouted: is_rerouted.then_some(Rerouted::UnitUnknown { name }),
            ..facts()
        },
    );
    prop::collection::vec(one, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_said_fits_carries_the_envelope_and_tells_what_is_left_out(notices in notices()) {
        let harmless = notices.iter().map(|notice| Facts {
            title: Some("题".to_owned()),
            duty: "事".to_owned(),
            rerouted: notice.rerouted.clone().map(|_| Rerouted::UnitUnknown { name: "局".to_owned() }),
            ..notice.clone()
        });
        let harmless: Vec<Facts> = harmless.collect();
        for vendor in VENDORS {
            let bounds = RobotBounds::of(vendor);
            let (text, plain) = (of(vendor, notices.clone()), of(vendor, harmless.clone()));
            for shape in texts(&text) {
                prop_assert!(shape.contains("【督办提醒】"), "{}", shape);
            }
            prop_assert!(!text.title.contains('\n') && !text.short.contains('\n'));
            for (shape, harmless, bound) in [
                (&text.body, &plain.body, bounds.body),
                (&text.plain, &plain.plain, bounds.plain),
            ] {
                prop_assert!(shape.len() <= bound);
                let shown = shape.matches("　期限").count();
                let left_out = shape.contains(&format!("…共 {} 项，其余请", notices.len()));
                prop_assert_eq!(left_out, shown < notices.len(), "{}", shape);
                if !left_out {
                    prop_assert_eq!(specials(shape), specials(harmless));
                }
            }
        }
    }

    #[test]
    fn a_narrow_bound_still_ends_between_characters_and_outside_of_tags(
        notices in notices(),
        bound in 150_usize..2500,
    ) {
        let bounds = RobotBounds { body: bound, plain: bound };
        for vendor in VENDORS {
            let text = say_within(&group(notices.clone()), vendor, &bounds);
            for shape in [&text.body, &text.plain] {
                prop_assert!(shape.len() <= bound, "{} > {bound}", shape.len());
                prop_assert!(shape.contains("【督办提醒】"), "{}", shape);
                prop_assert_eq!(shape.matches("<font").count(), shape.matches("</font>").count());
                prop_assert_eq!(shape.matches("**").count() % 2, 0, "{}", shape);
            }
        }
    }
}

#[test]
fn a_bound_that_nothing_fits_into_is_kept_all_the_same() {
    let message = group(vec![facts()]);
    for bound in 0..200 {
        let bounds = RobotBounds {
            body: bound,
            plain: bound,
        };
        let text = say_within(&message, Vendor::Wecom, &bounds);
        assert!(text.body.len() <= bound && text.plain.len() <= bound);
    }
}

#[test]
fn a_group_acknowledges_by_a_link_where_there_is_one() {
    let links = Links::new("https://duban.example.gov.cn", [7; KEY_BYTES]);
    let wording = Wording::new().unwrap().with_links(Some(links));
    for vendor in VENDORS {
        let message = group(vec![facts()]);
        let text = wording
            .robot(&message, vendor, &RobotBounds::of(vendor))
            .unwrap();
        let link = wording.link(&message).unwrap();
        assert!(
            text.body.contains(&format!("[签收]({link})")),
            "{}",
            text.body
        );
        assert!(
            text.plain.contains(&format!("签收：{link}")),
            "{}",
            text.plain
        );
        assert!(!text.body.contains("请告知"), "{}", text.body);
    }
}
