//! What `rules show` says in one sentence is what the rule's data says.

use duban::channels::wording::Wording;
use duban::domain::pack::{self, Offset, Pack, Rule};
use duban::domain::shipped;

use crate::support::command::Desk;

fn other() -> Pack {
    let text = include_str!("../../config/rules/example-other-city.toml");
    pack::read("other-city.toml", text).unwrap()
}

/// The numbers a rule lives by: its offset, its quorum, its progress, its term.
fn numbers(rule: &Rule) -> Vec<String> {
    let offset = match rule.offset {
        Offset::Span(span) if span.count > 0 => Some(span.count.to_string()),
        Offset::Span(_) | Offset::HalfTerm => None,
    };
    let rest = [
        rule.done_by.min_value.map(|least| least.to_string()),
        rule.or_progress_over.map(|percent| percent.to_string()),
        rule.when.term_years_min.map(|years| years.to_string()),
        rule.repeated_within.map(|span| span.count.to_string()),
    ];
    offset
        .into_iter()
        .chain(rest.into_iter().flatten())
        .collect()
}

/// The sentence without titles, bases and names that a pack's author wrote, so that a
/// number found in it was put there by the template.
fn bare(sentence: &str, pack: &Pack) -> String {
    let titles = pack.rules.iter().map(|rule| rule.title.as_str());
    let sentence = titles.fold(sentence.to_owned(), |text, title| text.replace(title, ""));
    sentence.split("依据：").next().unwrap().to_owned()
}

#[test]
fn every_rule_reads_as_one_chinese_sentence_with_its_numbers() {
    let wording = Wording::new().unwrap();
    for pack in [shipped::pack().unwrap(), other()] {
        for rule in &pack.rules {
            let sentence = wording.rule(&pack, rule).unwrap();
            let bare = bare(&sentence, &pack);
            for number in numbers(rule) {
                assert!(bare.contains(&number), "{}: {number}: {sentence}", rule.id);
            }
            assert!(
                !sentence.contains("  ") && !sentence.contains('\n'),
                "{sentence}"
            );
            let cited = rule.basis.iter();
            let titles = cited.map(|basis| pack.system_title(&basis.system));
            titles.for_each(|title| assert!(sentence.contains(title), "{title}: {sentence}"));
        }
    }
}

#[test]
fn no_name_of_the_program_is_left_in_a_sentence_of_the_shipped_pack() {
    let (wording, pack) = (Wording::new().unwrap(), shipped::pack().unwrap());
    for rule in &pack.rules {
        let sentence = wording.rule(&pack, rule).unwrap();
        let left = sentence.chars().find(char::is_ascii_alphabetic);
        assert_eq!(left, None, "{}: {sentence}", rule.id);
    }
}

#[test]
fn show_puts_the_sentence_above_the_keys() {
    let desk = Desk::new();
    let told = desk.duban(&["rules", "show", "pub-10"]).ok();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], "pub-10  将听证会通知书和材料送达听证参加人");
    for part in [
        "每有一次“听证会”",
        "承办单位应当不晚于“听证会”前5个工作日",
        "其间须有完整的5个工作日",
        "以“送达听证通知”的记录为完成",
        "依据：《洮南市重大行政决策公众参与制度》第10条。",
    ] {
        assert!(lines[1].contains(part), "{part}: {told}");
    }
    assert!(told.contains("  offset       -5wd"), "{told}");
}

/// Lines that the pack of another city adds to a rule, and what must be read of them.
#[test]
fn every_key_of_a_rule_is_in_its_sentence_and_in_its_lines() {
    let desk = Desk::new();
    let pack = include_str!("../../config/rules/example-other-city.toml");
    let rule = "\n[[rule]]\nid = \"x-1\"\ntitle = \"甲\"\nbasis = [{ system = \"程序规定\", article = \"9\" }]\n\
        from = \"decided\"\neach = \"decided\"\neach_note = [\"midterm\"]\nrepeated_within = \"+2y\"\noffset = \"+3m\"\n\
        relation = \"by\"\ndone_by = \"published\"\nodd = true\nmin_value = 9\ndocument = true\n\
        excused_by = \"comment_closes\"\nlapses_on = \"submitted\"\nstays_when = \"withdrawn\"\n\
        responsible = \"executing\"\nstrength = \"should\"\nvalid_until = 2025-12-31\n\
        [[rule]]\nid = \"x-1\"\ntitle = \"乙\"\nbasis = [{ system = \"程序规定\", article = \"9\" }]\n\
        from = \"decided\"\neach = \"decided\"\noffset = \"+1y\"\nrelation = \"by\"\ndone_by = \"published\"\n\
        responsible = \"executing\"\nstrength = \"advisory\"\nvalid_from = 2026-01-01\n";
    desk.write("other.toml", format!("{pack}{rule}"));
    desk.extend("duban.toml", "[rules]\nfile = \"other.toml\"\n");
    let told = desk.duban(&["rules", "show", "x-1"]).ok();
    for part in [
        "（注明为中期评估）（距上一次不超过2年）",
        "执行单位一般应当不晚于自“作出决策”起3个月",
        "数量不少于9，数量须为单数，须写明文件",
        "有“公开征求意见截止”的，不适用",
        "免办后又有“提请审议”的，免办失效",
        "事项退出目录后仍须办理",
        "至2025年12月31日（周三）止",
        "执行单位建议不晚于自“作出决策”起1年",
        "日期为本规则包的建议",
        "  each note    midterm",
        "  repeated     within +2y",
        "  done by      published, at least 9, an odd number, with a document",
        "  excused by   comment_closes",
        "  lapses on    submitted",
        "  stays when   withdrawn",
        "  valid        until 2025-12-31",
        "  valid        from 2026-01-01",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}
