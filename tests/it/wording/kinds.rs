//! The words of every kind of notice, over all samples.

use std::sync::LazyLock;

use duban::channels::wording::robot::RobotBounds;
use duban::channels::wording::samples::{Sample, samples};
use duban::channels::wording::{Text, Wording};
use duban::domain::acknowledgement::{KEY_BYTES, Links};
use duban::domain::decision::EVENT_KINDS;
use duban::domain::delivery::robot::Vendor;
use duban::domain::notice::{Content, Ended, Facts, Kind};
use duban::domain::obligation::{Done, Excuse};

use super::assert_both;

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| samples().unwrap());

static LINKED: LazyLock<Wording> = LazyLock::new(|| {
    let links = Links::new("https://duban.example.gov.cn", [7; KEY_BYTES]);
    Wording::new().unwrap().with_links(Some(links))
});

fn sample(name: &str) -> &'static Sample {
    let found = SAMPLES.iter().find(|sample| sample.name == name);
    found.unwrap_or_else(|| panic!("no sample {name}"))
}

fn said(name: &str) -> Text {
    LINKED.mail(&sample(name).message).unwrap()
}

fn notices(sample: &Sample) -> &[Facts] {
    match &sample.message.content {
        Content::Notices { notices } => notices,
        Content::Digest { .. } => &[],
    }
}

/// The text a reader of `html` sees, a line for each row, cell and paragraph.
fn seen(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = tag.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        if ["td", "th", "tr", "p", "br", "li", "ol"].contains(&name) {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text, |text, (entity, plain)| text.replace(entity, plain))
}

/// A line without what only lays it out: its number, its bullet, its indent.
fn bare(line: &str) -> &str {
    let line = line.trim();
    let line = line.strip_prefix("- ").unwrap_or(line);
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = number
        .strip_prefix(". ")
        .or_else(|| number.strip_prefix(") "));
    number
        .filter(|_| line.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(line)
}

/// Everything a line of the plain text says, field names and values by themselves.
fn parts(line: &str) -> Vec<&str> {
    let fields = [
        "事项",
        "决策机关",
        "责任单位",
        "期限",
        "情况",
        "迟到",
        "变更",
        "转送",
        "以下材料尚缺",
        "可能免办",
        "准备",
        "依据",
        "说明",
        "注意",
        "日期的由来",
    ];
    match line.split_once('：') {
        Some((field, value)) if fields.contains(&field) => {
            value.split('；').chain([field]).collect()
        }
        _ => vec![line],
    }
}

#[test]
fn the_plain_text_and_the_layout_say_the_same_of_every_kind() {
    for sample in SAMPLES.iter().filter(|sample| !notices(sample).is_empty()) {
        let text = LINKED.mail(&sample.message).unwrap();
        let html = seen(&text.html);
        let lines = text.plain.lines().map(bare);
        for part in lines.flat_map(parts).filter(|part| !part.is_empty()) {
            // The layout counts the notices in its heading.
            let is_heading = part.starts_with("督办提醒共");
            assert!(
                is_heading || html.contains(part),
                "{}: {part} only in the plain text\n{html}",
                sample.name
            );
        }
        let body = html.split_once("项\n").unwrap().1;
        for part in body
            .lines()
            .map(|line| bare(line.trim()))
            .filter(|part| !part.is_empty())
        {
            // Signs, the button and its words stand in the layout only.
            let part = part.trim_start_matches(['✕', '!', '✓', '■', ' ']);
            let is_button = ["签收", "签收表示已经收到，不等于办结。"].contains(&part);
            let heading = part.starts_with("督办提醒 · ");
            assert!(
                is_button || heading || text.plain.contains(part),
                "{}: {part} only in the layout\n{}",
                sample.name,
                text.plain
            );
        }
    }
}

#[test]
fn what_has_ended_asks_for_nothing_more() {
    for sample in SAMPLES.iter() {
        let over = notices(sample).iter().all(|facts| {
            matches!(
                facts.kind,
                Kind::Cleared | Kind::Waived | Kind::Withdrawn | Kind::Test
            )
        });
        if notices(sample).is_empty() || !over {
            continue;
        }
        let text = LINKED.mail(&sample.message).unwrap();
        for words in [&text.subject, &text.plain, &text.html] {
            for demand in [
                "剩",
                "最后一个工作日",
                "应当",
                "请立即",
                "签收：",
                "签收请",
                "提醒随即停止",
            ] {
                assert!(
                    !words.contains(demand),
                    "{}: {demand} in {words}",
                    sample.name
                );
            }
        }
    }
}

#[test]
fn an_ending_names_what_ended_it() {
    let cases = [
        (
            "cleared-must",
            "【办结】",
            "已于2026年5月8日（周五）办结（通知当事人，某政发〔2026〕12号），予以销号，无须再办理。",
        ),
        (
            "cleared-without-evidence-must",
            "【办结】",
            "已于2026年5月8日（周五）办结（通知当事人），予以销号",
        ),
        (
            "cleared-long-enough-must",
            "【办结】",
            "时限已经满足，此前的提醒予以撤销",
        ),
        (
            "waived-must",
            "【免办】",
            "经李局长决定，自2026年5月7日（周四）起免办，理由：防汛应急，已报市政府同意。免办依据：应急处置的决策可以不公开征求意见（《重大行政决策程序暂行条例》第16条）。",
        ),
        (
            "waived-for-a-time-must",
            "【免办】",
            "至2026年6月30日（周二）止免办",
        ),
        ("exempt-must", "【免办】", "依规则不适用本项要求"),
        ("put-off-must", "【改期】", "已改期至2026年6月1日（周一）"),
        (
            "no-longer-pursued-must",
            "【不再办理】",
            "事项已退出目录（上级政策调整），本项无须再办理。",
        ),
        (
            "withdrawn-must",
            "【撤销提醒】",
            "先前告知的期限2026年5月9日（周六）不再有效",
        ),
        (
            "test-must-by",
            "【测试】",
            "这是测试，无须办理，也无须签收。",
        ),
    ];
    for (name, label, words) in cases {
        let text = said(name);
        assert_both(&text, label);
        assert_both(&text, words);
    }
}

#[test]
fn every_event_that_ends_a_duty_has_a_chinese_name() {
    let mut message = sample("cleared-must").message.clone();
    for kind in EVENT_KINDS {
        let Content::Notices { notices } = &mut message.content else {
            unreachable!("a notice");
        };
        let Some(Ended::Done(done)) = &mut notices[0].ended else {
            unreachable!("it is done");
        };
        (*kind).clone_into(&mut done.event);
        let text = LINKED.mail(&message).unwrap();
        assert!(
            !text.plain.contains(kind),
            "{kind} has no name in trail.txt"
        );
    }
}

/// No card of what has ended counts days, in any of its shapes.
#[test]
fn what_has_ended_counts_no_days() {
    let ended = SAMPLES.iter().filter(|sample| {
        let mut notices = notices(sample).iter();
        notices.len() > 0 && notices.all(|notice| notice.kind.is_ending())
    });
    for sample in ended {
        let text = LINKED.mail(&sample.message).unwrap();
        let mut texts = vec![text.subject, text.plain, seen(&text.html)];
        for vendor in Vendor::ALL {
            let said = LINKED.robot(&sample.message, vendor, &RobotBounds::of(vendor));
            let said = said.unwrap();
            texts.extend([said.title, said.body, said.plain, said.short]);
        }
        for text in texts {
            for words in ["剩1个工作日", "已过", "请立即办理", "签收："] {
                assert!(!text.contains(words), "{}: {text}", sample.name);
            }
        }
    }
}

#[test]
fn what_is_chased_reopened_opened_or_unsure_says_so() {
    let cases = [
        ("chase-must", "【催办·超期】"),
        (
            "chase-must",
            "此前已催办，至今没有办结记录。已超期3个工作日，请立即办理",
        ),
        ("chase-should", "【催办·超过一般时限】"),
        ("chase-advisory", "【催办·建议时限已过】"),
        ("reopened", "先前告知本项已经了结，现须继续办理。"),
        ("opened-must-by", "请按下列要求着手准备。"),
        ("opened-must-by", "编制评估方案"),
        ("provisional", "（含当日）完成（暂定）"),
        ("repeat-after-restoring", "曾从备份恢复"),
    ];
    for (name, words) in cases {
        assert_both(&said(name), words);
    }
    assert!(said("provisional").subject.ends_with("（暂定）"));
}

#[test]
fn a_mail_says_how_to_acknowledge_it() {
    let message = &sample("reminder-must-by").message;
    let link = LINKED.link(message).unwrap();
    assert_both(&LINKED.mail(message).unwrap(), &format!("签收：{link}"));
    let without = Wording::new().unwrap().mail(message).unwrap();
    assert_both(&without, "收到后请告知市督查指挥中心，由其登记签收。");
}

#[test]
fn what_ended_a_duty_comes_back_from_the_ledger_as_it_went_in() {
    let on = notices(sample("cleared-must"))[0].as_of;
    let (by, reason) = ("李局长".to_owned(), "防汛".to_owned());
    for ended in [
        Ended::Done(Done {
            on,
            event: "published".to_owned(),
            evidence: None,
        }),
        Ended::Excused(Excuse::Waived {
            by,
            reason,
            on,
            until: Some(on),
        }),
        Ended::Excused(Excuse::Moved { to: on }),
        Ended::Lost,
    ] {
        let text = serde_json::to_string(&ended).unwrap();
        assert_eq!(
            serde_json::from_str::<Ended>(&text).unwrap(),
            ended,
            "{text}"
        );
    }
}

#[test]
fn a_kind_has_one_name_in_the_ledger_and_in_json() {
    for sample in SAMPLES.iter() {
        let Content::Notices { notices } = &sample.message.content else {
            continue;
        };
        for facts in notices {
            let name = serde_json::to_value(facts.kind).unwrap();
            assert_eq!(name, facts.kind.name());
        }
    }
}
