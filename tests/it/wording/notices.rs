//! What a notice says, and what it must not say.

use duban::channels::wording::Text;
use duban::domain::counting::Step;
use duban::domain::notice::{Channel, DigestRow, Facts, Kind, Message, Rerouted};
use duban::domain::obligation::State;
use duban::domain::pack::{Relation, Strength};

use super::{assert_both, word};
use crate::support::messages::{self, digest, facts};

fn of(facts: Facts) -> Text {
    word(&messages::message(Channel::Mail, vec![facts]))
}

fn changed(change: impl FnOnce(&mut Facts)) -> Text {
    let mut facts = facts();
    change(&mut facts);
    of(facts)
}

#[test]
fn every_subject_begins_with_the_envelope_word() {
    for kind in [
        Kind::Reminder,
        Kind::DueToday,
        Kind::Overdue,
        Kind::TooShort,
        Kind::Opened,
        Kind::Changed,
    ] {
        for strength in [Strength::Must, Strength::Should, Strength::Advisory] {
            let text = changed(|facts| {
                facts.kind = kind;
                facts.strength = strength;
                facts.working_days_left = -1;
            });
            assert!(text.subject.starts_with("【督办提醒】"), "{}", text.subject);
        }
    }
    assert!(
        word(&messages::of_digest(digest()))
            .subject
            .starts_with("【督办提醒】")
    );
}

#[test]
fn a_group_of_notices_is_counted_in_the_subject() {
    let mut overdue = facts();
    overdue.kind = Kind::Overdue;
    let mut today = facts();
    today.kind = Kind::DueToday;
    let text = word(&messages::message(
        Channel::Mail,
        vec![overdue, today.clone(), today],
    ));
    assert_eq!(
        text.subject,
        "【督办提醒】超期1项 今日到期2项 · 市自然资源局"
    );
}

#[test]
fn advice_is_never_called_a_breach() {
    for kind in [
        Kind::Reminder,
        Kind::DueToday,
        Kind::Overdue,
        Kind::TooShort,
        Kind::Opened,
        Kind::Changed,
    ] {
        for relation in [
            Relation::By,
            Relation::NotBefore,
            Relation::Gate,
            Relation::Trigger,
        ] {
            let text = changed(|facts| {
                facts.kind = kind;
                facts.relation = relation;
                facts.strength = Strength::Advisory;
                facts.state = State::Overdue;
                facts.working_days_left = -3;
                facts.latest_on = messages::day("2026-05-11");
            });
            for words in [&text.subject, &text.plain, &text.html] {
                for accusation in ["超期", "违反", "时限不足", "应当"] {
                    assert!(
                        !words.contains(accusation),
                        "{kind:?} {relation:?}: {accusation} in {words}"
                    );
                }
            }
        }
    }
    let text = changed(|facts| {
        facts.kind = Kind::Overdue;
        facts.strength = Strength::Advisory;
        facts.working_days_left = -3;
    });
    assert!(text.subject.contains("建议时限已过"), "{}", text.subject);
    assert_both(&text, "建议时限已过3个工作日");
}

#[test]
fn the_law_is_as_strong_in_the_mail_as_in_its_text() {
    assert_both(&of(facts()), "应当不晚于2026年5月9日（周六）（含当日）完成");
    let should = changed(|facts| {
        facts.strength = Strength::Should;
        facts.kind = Kind::Overdue;
        facts.working_days_left = -1;
    });
    assert_both(&should, "一般应当不晚于");
    assert_both(&should, "请书面说明理由");
    let window = changed(|facts| {
        facts.relation = Relation::NotBefore;
        facts.kind = Kind::TooShort;
        facts.closes_on = Some(messages::day("2026-05-07"));
    });
    assert_both(&window, "应当保持至2026年5月9日（周六），此前不得关闭");
    assert_both(&window, "现定于2026年5月7日（周四）结束，早于规定的日期");
    assert_both(
        &changed(|facts| facts.relation = Relation::Gate),
        "当日或之前备齐",
    );
    assert_both(
        &changed(|facts| facts.relation = Relation::Trigger),
        "起启动",
    );
}

#[test]
fn every_date_explains_itself() {
    let text = changed(|facts| {
        facts.trail = messages::every_step();
        facts.provisional = true;
        facts.latest_on = messages::day("2026-05-11");
    });
    for sentence in [
        "《洮南市重大行政决策公开制度》第5条（四）",
        "自“作出决策”2026年4月29日（周三）起算，当日不计入",
        "第1个工作日：2026年4月30日（周四）",
        "不计入：2026年5月1日（周五）至5月5日（周二），劳动节放假",
        "第5个工作日：2026年5月9日（周六），劳动节调休上班",
        "第2至4个工作日：2026年5月6日（周三）至5月8日（周五）",
        "“计划决策时间”尚无记录，暂以“提请审议”代替",
        "对应日：2026年10月1日（周四）（该月没有对应日，取月末日）",
        "其间须有完整的天数，故取下一日：2026年10月1日（周四）",
        "2026年10月1日（周四）为国庆节放假，顺延至2026年10月8日（周四）",
        "共8天，过半之日：2026年10月1日（周四）",
        "共24个月（730天）",
        "报告进度51.5%，先于期限过半达到条件",
        "上位规定（规则编号pub-6b）要求更早",
        "2027年放假安排尚未公布，只计法定节日，日期可能变动",
        "2028年放假安排尚未载入",
        "另一种算法（末日为休息日不顺延）",
        "另一种算法（自较晚的起算点）",
        "计算方法有两种理解：按从严一种提醒；另一种为2026年5月11日（周一），过后才称超期",
        "该日期涉及放假安排尚未确认的年度",
        "规则与日历版本：taonan 2026.1",
    ] {
        assert_both(&text, sentence);
    }
}

#[test]
fn a_moved_date_names_both_dates() {
    let text = changed(|facts| {
        facts.kind = Kind::Changed;
        facts.was_due_on = Some(messages::day("2026-05-12"));
    });
    assert_both(
        &text,
        "原定2026年5月12日（周二），现改为2026年5月9日（周六）",
    );
}

#[test]
fn what_was_meant_for_somebody_else_says_why_it_came() {
    let cases = [
        (
            Rerouted::UnitNotNamed {
                name: "drafting".to_owned(),
            },
            "目录未写明承办单位",
        ),
        (
            Rerouted::UnitNotNamed {
                name: "某角色".to_owned(),
            },
            "目录未写明某角色",
        ),
        (
            Rerouted::UnitUnknown {
                name: "市某局".to_owned(),
            },
            "通讯录中没有“市某局”",
        ),
        (
            Rerouted::NobodyToTell {
                name: "市某局".to_owned(),
            },
            "“市某局”没有登记联系人",
        ),
        (
            undelivered("市某局", "王联络", Channel::Mail),
            "本件原发“市某局”王联络（邮件），未能送达（对方系统的答复：rcpt 550），改送市督查指挥中心，请另行通知。",
        ),
        (
            undelivered("市某局", "", Channel::Webhook),
            "本件原发“市某局”（系统接口），未能送达",
        ),
        (
            undelivered("市自然资源局", "王联络", Channel::Mail),
            "本件原发本单位王联络（邮件），未能送达（对方系统的答复：rcpt 550），改送你处，请转告并核对联系方式。",
        ),
    ];
    for (rerouted, sentence) in cases {
        assert_both(&changed(|facts| facts.rerouted = Some(rerouted)), sentence);
    }
}

fn undelivered(unit: &str, person: &str, channel: Channel) -> Rerouted {
    Rerouted::Undelivered {
        name: unit.to_owned(),
        person: person.to_owned(),
        channel,
        word: "rcpt 550".to_owned(),
    }
}

#[test]
fn a_confidential_decision_is_a_number_only() {
    let text = changed(|facts| facts.title = None);
    assert!(!text.html.contains("国土") && !text.plain.contains("国土"));
    assert_both(&text, "2026-003 （涉密事项，不显示名称）");
}

#[test]
fn markup_in_a_title_is_shown_and_not_followed() {
    let nasty = "<script>alert(1)</script>&\"'<img src=x onerror=y>";
    let text = changed(|facts| {
        facts.title = Some(nasty.to_owned());
        facts.duty = nasty.to_owned();
        facts.responsible = nasty.to_owned();
        facts.organ = nasty.to_owned();
        facts.versions = nasty.to_owned();
        facts.prepare = vec![nasty.to_owned()];
        facts.rerouted = Some(Rerouted::UnitUnknown {
            name: nasty.to_owned(),
        });
        facts.basis[0].system = nasty.to_owned();
        facts.basis[0].article = nasty.to_owned();
        facts.trail.push(Step::Anchor {
            on: facts.due_on,
            from: nasty.to_owned(),
        });
    });
    assert!(
        !text.html.contains("<script") && !text.html.contains("<img"),
        "{}",
        text.html
    );
    assert!(text.html.contains("&lt;script&gt;alert(1)"));
    assert!(
        !text.html.contains("&amp;lt;"),
        "escaped twice: {}",
        text.html
    );
    assert!(text.plain.contains(nasty));
    assert!(!text.plain.contains("&lt;"));
}

#[test]
fn the_layout_needs_nothing_from_outside_and_never_colour_alone() {
    let text = of(facts());
    for outside in [
        "http://", "https://", "<img", "<link", "<style", "<script", "url(",
    ] {
        assert!(!text.html.contains(outside), "{outside}");
    }
    assert!(text.html.contains("<html lang=\"zh-CN\">"));
    assert!(text.html.contains("【临期】"));
}

#[test]
fn a_repeat_after_doubt_says_which_attempt_it_is() {
    for message in [messages::mail(), messages::of_digest(digest())] {
        let repeat = Message {
            attempt: 4,
            maybe_repeat: true,
            ..message.clone()
        };
        assert_both(&word(&repeat), "此件可能与先前一封重复（第4次发送）");
        assert!(!word(&message).plain.contains("重复（第"));
    }
}

#[test]
fn a_unit_that_the_catalogue_does_not_name_is_named_by_its_part() {
    let unnamed = Facts {
        responsible: "drafting".to_owned(),
        ..facts()
    };
    assert_both(&of(unnamed.clone()), "承办单位");
    let mut digest = digest();
    let row = messages::row(State::Near, 1, Strength::Must);
    digest.rows = vec![DigestRow {
        responsible: unnamed.responsible,
        ..row
    }];
    let text = word(&messages::of_digest(digest));
    assert_both(&text, "承办单位");
    assert!(!text.plain.contains("drafting") && !text.html.contains("drafting"));
}
