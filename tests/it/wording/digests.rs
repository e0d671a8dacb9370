//! What the supervision centre reads once a day.

use duban::domain::fault::Fault;
use duban::domain::notice::{Channel, Delivery, GapRow, HeldRow, Undelivered};
use duban::domain::obligation::State;
use duban::domain::pack::{Relation, Strength};

use super::{assert_both, word};
use crate::mail::samples::full_digest;
use crate::support::messages::{self, day, digest, row};

#[test]
fn a_quiet_day_says_so() {
    let text = word(&messages::of_digest(digest()));
    assert_eq!(text.subject, "【督办提醒】今日无到期事项 · 每日汇总 5月8日");
    assert_both(&text, "今日无到期事项。");
}

#[test]
fn a_window_that_closed_early_is_short_and_not_days_past() {
    let mut digest = digest();
    digest.overdue = 1;
    digest.rows = vec![row(State::Overdue, -136, Strength::Should)];
    digest.rows[0].relation = Relation::NotBefore;
    let text = word(&messages::of_digest(digest));
    assert_both(&text, "短于一般时限");
    assert!(!text.plain.contains("已过136个工作日"), "{}", text.plain);
}

#[test]
fn a_digest_stands_by_urgency_and_counts_everything() {
    let mut digest = digest();
    (digest.overdue, digest.due_today, digest.near) = (1, 1, 3);
    digest.past = 1;
    let mut provisional = row(State::Near, 4, Strength::Should);
    provisional.provisional = true;
    digest.rows = vec![
        row(State::Overdue, -2, Strength::Must),
        row(State::Overdue, -1, Strength::Advisory),
        row(State::Near, 0, Strength::Must),
        provisional,
    ];
    digest.undelivered = vec![Undelivered {
        unit: "市水利局".to_owned(),
        channel: Channel::Webhook,
        reason: "http 410: Gone".to_owned(),
        about: vec!["2026-003/dis-5e".to_owned()],
    }];
    digest.faults = vec![Fault::new("decision 12, planned_on", "明年", "YYYY-MM-DD")];
    digest.calendar_missing = Some(2027);
    let text = word(&messages::of_digest(digest));
    assert_eq!(
        text.subject,
        "【督办提醒】超期1项 今日到期1项 临期3项 未送达1件 · 每日汇总 5月8日"
    );
    for sentence in [
        "今日到期",
        "建议时限已过（条文未规定具体期限）",
        "市水利局（系统接口）：2026-003/dis-5e",
        "原因：对方接口未接受（http 410: Gone）",
        "decision 12, planned_on：现为“明年”，应为“YYYY-MM-DD”",
        "2027年放假安排尚未载入",
        "共6项，以上列出4项",
        "已过2个工作日",
        "一般时限",
        "暂定",
    ] {
        assert_both(&text, sentence);
    }
    assert!(!text.plain.contains("今日无到期事项"));
    let at = |words: &str| text.plain.find(words).unwrap();
    assert!(
        at("✕ 超期") < at("! 今日到期")
            && at("! 今日到期") < at("! 临期")
            && at("! 临期") < at("! 建议时限已过")
    );
}

#[test]
fn what_is_not_where_it_should_be_is_counted_and_what_waits_is_named() {
    let mut digest = digest();
    digest.undelivered = vec![Undelivered {
        unit: "市水利局".to_owned(),
        channel: Channel::Webhook,
        reason: "http 410: Gone".to_owned(),
        about: vec!["2026-003/dis-5e".to_owned()],
    }];
    digest.delivery = Delivery {
        given_up: 51,
        failing: 4,
        held: 2,
    };
    digest.holds = vec![messages::held()];
    let text = word(&messages::of_digest(digest));
    assert!(text.subject.contains("未送达51件"), "{}", text.subject);
    for sentence in [
        "送达情况：未送达51件，超过一小时未送到、仍在重试4件，人工暂缓2件。",
        "市水利局的系统接口自2026-05-07 16:20起暂停（通道故障），3件在等待。原因：对方接口未接受（http 410: Gone）。",
        "共51件，以上列出1件，其余请在系统中查看。",
    ] {
        assert_both(&text, sentence);
    }
}

#[test]
fn markup_in_a_digest_is_shown_and_not_followed() {
    let nasty = "<script>alert(1)</script>&\"'<img src=x onerror=y>";
    let mut digest = digest();
    let mut row = row(State::Near, 1, Strength::Must);
    row.title = Some(nasty.to_owned());
    row.duty = nasty.to_owned();
    digest.rows = vec![row];
    digest.faults = vec![Fault::new(nasty, nasty, nasty)];
    let text = word(&messages::of_digest(digest));
    assert!(
        !text.html.contains("<script") && !text.html.contains("<img"),
        "{}",
        text.html
    );
    assert!(!text.html.contains("&amp;lt;"), "escaped twice");
}

#[test]
fn what_was_never_entered_is_named_in_chinese() {
    let alternatives = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let mut digest = digest();
    digest.gaps = vec![GapRow {
        title: Some("供热方案 <b>".to_owned()),
        missing: vec![
            alternatives(&["decided", "document_issued"]),
            alternatives(&["field:term_end"]),
            alternatives(&["major_reform"]),
            alternatives(&["executing_unit"]),
        ],
        although: "execution_started".to_owned(),
        on: day("2026-04-01"),
        ..messages::gap()
    }];
    digest.gaps_in_all = Some(60);
    let text = word(&messages::of_digest(digest));
    for sentence in [
        "每周核对：应录未录",
        "“开始执行”已于2026年4月1日（周三）发生，但目录中没有：作出决策或者印发决策文件、执行期限末日、\
         是否重大改革事项、执行单位",
        "共60项，以上列出1项",
    ] {
        assert_both(&text, sentence);
    }
    assert!(text.html.contains("供热方案 &lt;b&gt;"), "{}", text.html);
}

#[test]
fn a_new_date_in_another_year_names_its_year() {
    let mut digest = full_digest();
    if let Some(changes) = &mut digest.changes {
        changes.rows[1].due_on = Some(day("2027-04-15"));
    }
    let text = word(&messages::of_digest(digest));
    assert!(
        text.plain
            .contains("5月11日（周一） → 2027年4月15日（周四）"),
        "{}",
        text.plain
    );
    assert_both(&text, "→ 2027年4月15日（周四）");
}

#[test]
fn a_digest_of_an_older_version_has_no_weekly_part() {
    let mut frozen = serde_json::to_value(digest()).unwrap();
    let fields = frozen.as_object_mut().unwrap();
    fields.remove("gaps").unwrap();
    fields.remove("gaps_in_all").unwrap();
    fields.remove("log").unwrap();
    for later in ["changes", "waiting", "dated"] {
        fields.remove(later).unwrap();
    }
    let text = word(&messages::of_digest(
        serde_json::from_value(frozen).unwrap(),
    ));
    assert!(!text.plain.contains("应录未录"), "{}", text.plain);
    assert!(!text.html.contains("应录未录"), "{}", text.html);
}

#[test]
fn what_duban_says_to_its_administrator_in_english_does_not_reach_the_centre() {
    let mut digest = digest();
    let held = |cause: &str| HeldRow {
        destination: "everything".to_owned(),
        cause: cause.to_owned(),
        reason: "it is a copy made at 2026-05-08".to_owned(),
        ..messages::held()
    };
    digest.holds = ["clock", "restored"].map(held).to_vec();
    let mail = word(&messages::of_digest(digest));
    assert_both(&mail, "暂停（时钟异常），3件在等待。");
    assert_both(&mail, "暂停（账本由备份恢复），3件在等待。");
    for text in [&mail.plain, &mail.html] {
        assert!(!text.contains("it is a copy"), "{text}");
    }
}
