//! The title above a table: whose catalogue it is, and of which year.
//!
//! Owns finding both in it: `洮南市人民政府2026年度重大行政决策事项目录`, and whether it is the title of a
//! part: `（第二批）`. Refuses lines that name two bodies or two years, or none; the command line is asked then.

use crate::store::catalog::times::numeral;
use crate::store::text::{folded, one_line};

/// What the endings of a deciding body are.
const BODIES: [&str; 11] = [
    "政府",
    "委员会",
    "办事处",
    "管委会",
    "局",
    "厅",
    "委",
    "院",
    "办公室",
    "中心",
    "行署",
];

/// What an annex to a notice is called.
const ANNEXES: [&str; 2] = ["附件", "附表"];

/// Words in the title of a list that only adds to the year's catalogue.
const ADDITIONS: [&str; 4] = ["增补", "新增", "补充", "追加"];

/// Words in the title of a list that is the whole one, or the newer form of one.
const WHOLES: [&str; 6] = ["含", "合并", "汇总", "调整", "修订", "修改"];

/// What a title says, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Title {
    /// The number of its row.
    pub(super) row: u64,
    /// The title, on one line.
    pub(super) text: String,
    /// 决策机关.
    pub(super) organ: Option<String>,
    /// Year of the catalogue.
    pub(super) year: Option<i32>,
    /// Whether the table is a part of the year's catalogue, with numbers of its own.
    pub(super) is_part: bool,
}

/// The one title among `lines`, which are rows with their texts.
pub(super) fn title(lines: &[(u64, Vec<String>)]) -> Option<Title> {
    let texts = lines.iter();
    let texts = texts.flat_map(|(row, texts)| texts.iter().map(|text| (*row, text)));
    let mut titles = texts.filter_map(|(row, text)| read(row, text));
    let first = titles.next()?;
    let others_agree = titles.all(|other| other.organ == first.organ && other.year == first.year);
    others_agree.then_some(first)
}

fn read(row: u64, text: &str) -> Option<Title> {
    let line = one_line(text);
    let line = folded(without_annex(without_number(&line)));
    if !line.contains("重大行政决策") || !line.contains("目录") {
        return None;
    }
    // A notice names the catalogue it encloses in such marks.
    let inner = line
        .rsplit_once('《')
        .map_or(line.as_str(), |(_, inner)| inner);
    let years = years(inner);
    let [(at, year)] = years.as_slice() else {
        return None;
    };
    let before = inner[..*at].trim_matches(['(', ')', ':', '-']);
    Some(Title {
        row,
        text: one_line(text).into_owned(),
        organ: is_body(before).then(|| before.to_owned()),
        year: Some(*year),
        is_part: is_part(inner),
    })
}

/// `title` without the number of a part: `二、`.
fn without_number(title: &str) -> &str {
    match title.split_once('、') {
        Some((number, rest)) if numeral(number).is_some() => rest,
        _ => title,
    }
}

/// `title` without the number of the annex that it is: `附件2 `, `附件：`.
fn without_annex(title: &str) -> &str {
    let Some(rest) = ANNEXES.iter().find_map(|word| title.strip_prefix(word)) else {
        return title;
    };
    let marks = |letter: char| letter.is_whitespace() || "：:.．、-—".contains(letter);
    let rest = rest.trim_start_matches(|letter: char| letter.is_numeric() || marks(letter));
    // A Chinese numeral may begin a name (`三亚市`), so a mark must part them.
    match rest.split_once(marks) {
        Some((number, title)) if numeral(number).is_some() => title.trim_start_matches(marks),
        _ => rest,
    }
}

/// Whether a title is that of a later batch or an addition, and not of a list that has them in it.
fn is_part(title: &str) -> bool {
    let is_batch = title.match_indices('批').any(|(at, _)| {
        let number = title[..at].rsplit_once('第').map(|(_, number)| number);
        number.is_some_and(|number| number.parse::<u32>().is_ok() || numeral(number).is_some())
    });
    let says = |words: &[&str]| words.iter().any(|word| title.contains(word));
    (is_batch || says(&ADDITIONS)) && !says(&WHOLES) && title.matches('批').count() < 2
}

/// Each year in `line` with the place where it begins.
fn years(line: &str) -> Vec<(usize, i32)> {
    let mut found = Vec::new();
    for (end, _) in line.match_indices('年') {
        let before: Vec<(usize, char)> = line[..end].char_indices().rev().take(4).collect();
        let Some((start, _)) = before.get(3).copied() else {
            continue;
        };
        let digits = &line[start..end];
        let year = digits.parse().ok().or_else(|| numeral(digits));
        if let Some(year) = year.and_then(|year| i32::try_from(year).ok())
            && (1000..=9999).contains(&year)
        {
            found.push((start, year));
        }
    }
    found
}

/// Whether `name` is one body's and nothing besides.
fn is_body(name: &str) -> bool {
    let governments = name.matches("人民政府").count();
    let is_plain = name.chars().all(char::is_alphanumeric);
    let is_sentence = ["关于", "印发", "公布", "发布"]
        .iter()
        .any(|word| name.contains(word));
    let is_annex = ANNEXES.iter().any(|word| name.starts_with(word));
    is_plain
        && !is_sentence
        && !is_annex
        && governments <= 1
        && BODIES.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<(Option<String>, Option<i32>)> {
        title(&[(1, vec![text.to_owned()])]).map(|title| (title.organ, title.year))
    }

    #[test]
    fn a_title_says_whose_catalogue_it_is() {
        let city = Some("洮南市人民政府".to_owned());
        for text in [
            "洮南市人民政府2026年度重大行政决策事项目录",
            "洮南市人民政府 二〇二六年 重大行政决策事项目录",
            "关于印发《洮南市人民政府２０２６年度重大行政决策事项目录》的通知",
            "附件2 洮南市人民政府2026年度重大行政决策事项目录",
            "附件：洮南市人民政府2026年度重大行政决策事项目录",
            "附件一 洮南市人民政府2026年度重大行政决策事项目录",
        ] {
            assert_eq!(said(text), Some((city.clone(), Some(2026))), "{text}");
        }
        let year_only = Some((None, Some(2026)));
        assert_eq!(said("2026年度重大行政决策事项目录"), year_only);
        assert_eq!(said("洮南市2026年度重大行政决策事项目录"), year_only);
    }

    #[test]
    fn the_number_of_an_annex_is_no_part_of_a_name() {
        let sanya = Some((Some("三亚市人民政府".to_owned()), Some(2026)));
        for annex in ["附件", "附件1", "附件 二、"] {
            let text = format!("{annex}三亚市人民政府2026年度重大行政决策事项目录");
            assert_eq!(said(&text), sanya, "{text}");
        }
    }

    #[test]
    fn a_later_batch_is_a_part_and_a_newer_form_is_the_whole() {
        let is_part = |end: &str| {
            let text = format!("洮南市人民政府2026年度重大行政决策事项目录{end}");
            title(&[(1, vec![text])]).is_some_and(|title| title.is_part)
        };
        for part in ["（第二批）", "（第2批）", "（增补）", "（新增事项）"] {
            assert!(is_part(part), "{part}");
        }
        for whole in [
            "",
            "（调整后）",
            "（含第二批）",
            "（第一批、第二批）",
            "（第一批调整）",
        ] {
            assert!(!is_part(whole), "{whole}");
        }
    }

    #[test]
    fn a_title_with_two_years_or_none_says_nothing() {
        for text in [
            "2025年、2026年重大行政决策事项目录",
            "洮南市人民政府重大行政决策事项目录",
            "洮政发〔2026〕2号",
            "供热专项规划（2026年）",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
