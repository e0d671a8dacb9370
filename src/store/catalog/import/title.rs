//! The title above a table: whose catalogue it is, and of which year.
//!
//! Owns finding both in it: `洮南市人民政府2026年度重大行政决策事项目录`. Refuses lines that name two
//! bodies or two years, or none; the command line is asked then.

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
    let line = folded(&one_line(text));
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
    })
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
    is_plain && !is_sentence && governments <= 1 && BODIES.iter().any(|end| name.ends_with(end))
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
        ] {
            assert_eq!(said(text), Some((city.clone(), Some(2026))), "{text}");
        }
        let year_only = Some((None, Some(2026)));
        assert_eq!(said("2026年度重大行政决策事项目录"), year_only);
        assert_eq!(said("洮南市2026年度重大行政决策事项目录"), year_only);
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
