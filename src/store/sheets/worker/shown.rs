//! How a number format shows a number: `0.00` shows 2021.1 as `2021.10`, and `yyyy"年"m"月"`
//! shows a day as its month.
//!
//! Owns the reading of number formats (ECMA-376 part 1, 18.8.30 and 18.8.31), as far as they
//! show the whole of a number. Refuses to show less than the cell holds, but for a date: a
//! format without its day shows a month, and a month is what people read and what was meant.

use calamine::ExcelDateTime;

use super::date_format::{self, Piece};
use crate::store::sheets::{Cell, Kind};

/// The formats for dates that have a number only, as Chinese programs show them (the table for
/// zh-cn in ECMA-376 part 1, 18.8.30). Those for the time of day alone are left out.
const CHINESE: [(&[u32], &str); 4] = [
    (&[27, 36, 50, 52, 57], "yyyy年m月"),
    (&[28, 29, 51, 53, 54, 58], "m月d日"),
    (&[30], "m-d-yy"),
    (&[31], "yyyy年m月d日"),
];

/// Days since 1900 that a calendar of four digits can have.
const DAYS: std::ops::Range<f64> = 1.0..2_958_466.0;

/// What a cell's number format makes of its number.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Look {
    /// Its shortest text; a date in full. Also for formats that are not understood.
    Plain,
    /// So many digits before and after the point, between two texts.
    Digits {
        before: String,
        least: usize,
        decimals: usize,
        is_percent: bool,
        after: String,
    },
    /// Parts of a date.
    Date(Vec<Piece>),
}

impl Look {
    /// What the format with this number and this code shows.
    pub(super) fn of(id: Option<u32>, code: &str) -> Self {
        let number = id.unwrap_or_default();
        let chinese = CHINESE
            .iter()
            .find(|(numbers, _)| numbers.contains(&number));
        let code = chinese.map_or(code, |(_, code)| code);
        if let Some(pieces) = date_format::pieces(code) {
            return Self::Date(pieces);
        }
        digits(code).unwrap_or(Self::Plain)
    }

    /// The cell that holds `number`.
    pub(super) fn number(&self, number: f64) -> Cell {
        let shortest = shortest(number);
        let shown = self
            .digits_of(number)
            .filter(|(digits, _)| same(digits, &shortest, self));
        match shown {
            Some((_, text)) if text != shortest => Cell::typed(text),
            _ => Cell {
                text: shortest,
                kind: Kind::Number,
            },
        }
    }

    /// The cell that holds `moment`.
    pub(super) fn moment(&self, moment: &ExcelDateTime) -> Cell {
        if moment.is_duration() || !DAYS.contains(&moment.as_f64()) {
            return Self::Plain.number(moment.as_f64());
        }
        let (year, month, day, ..) = moment.to_ymd_hms_milli();
        if let Self::Date(pieces) = self
            && let Some(text) = date_format::without_day(pieces, (year, month, day))
        {
            return Cell::typed(text);
        }
        Cell {
            text: format!("{year:04}-{month:02}-{day:02}"),
            kind: Kind::Day,
        }
    }

    /// The digits this look shows of `number`, alone and among what stands around them.
    fn digits_of(&self, number: f64) -> Option<(String, String)> {
        let Self::Digits {
            before,
            least,
            decimals,
            is_percent,
            after,
        } = self
        else {
            return None;
        };
        let scaled = if *is_percent { number * 100.0 } else { number };
        let fraction = if *decimals == 0 { 0 } else { decimals + 1 };
        let width = least + fraction + usize::from(number < 0.0);
        let digits = format!("{scaled:0width$.decimals$}");
        let text = format!("{before}{digits}{after}");
        Some((digits, text))
    }
}

/// Whether `digits` are all there is of the number whose shortest text is `shortest`.
fn same(digits: &str, shortest: &str, look: &Look) -> bool {
    let is_percent = matches!(
        look,
        Look::Digits {
            is_percent: true,
            ..
        }
    );
    let (Ok(digits), Ok(whole)) = (digits.parse::<f64>(), shortest.parse::<f64>()) else {
        return false;
    };
    let shown = if is_percent { digits / 100.0 } else { digits };
    (shown - whole).abs() <= whole.abs() * f64::EPSILON * 4.0
}

/// The shortest text of `number`, of 15 digits as spreadsheets have them: `2026`, `2025.12`.
pub(super) fn shortest(number: f64) -> String {
    let rounded = format!("{number:.14e}").parse().unwrap_or(number);
    // Zero has no sign that anybody typed.
    if rounded == 0.0 {
        "0".to_owned()
    } else {
        f64::to_string(&rounded)
    }
}

/// The day in `text`, an ISO 8601 date or moment, if it is one.
pub(super) fn date_alone(text: &str) -> Cell {
    let day = text.get(..10).unwrap_or(text);
    if day.parse::<chrono::NaiveDate>().is_ok() {
        Cell {
            text: day.to_owned(),
            kind: Kind::Day,
        }
    } else {
        Cell::typed(text)
    }
}

/// The look of a code that is digits between two texts, such as `0.00_ ` or `0"年"`. Other
/// codes (several sections, scaling, exponents, fractions, Chinese numerals) are not understood.
fn digits(code: &str) -> Option<Look> {
    let mut texts = [String::new(), String::new()];
    let mut pattern = String::new();
    let mut is_percent = false;
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        let is_digit = "0#,.".contains(letter);
        if is_digit && (!texts[1].is_empty() || is_percent) {
            return None;
        }
        let text = &mut texts[usize::from(!pattern.is_empty())];
        match letter {
            '"' => text.extend(letters.by_ref().take_while(|letter| *letter != '"')),
            '\\' => text.extend(letters.next()),
            // As much room as the next letter takes.
            '_' => drop(letters.next()),
            _ if is_digit => pattern.push(letter),
            '%' if !pattern.is_empty() && !is_percent => {
                is_percent = true;
                text.push('%');
            }
            ' ' | '-' | '(' | ')' | '+' | '$' | '年' | '月' | '日' => text.push(letter),
            _ => return None,
        }
    }
    let (whole, fraction) = pattern.split_once('.').unwrap_or((&pattern, ""));
    let whole = whole.replace("#,##", "");
    let is_plain = |digits: &str, among: &str| digits.chars().all(|digit| among.contains(digit));
    if pattern.is_empty() || !is_plain(&whole, "#0") || !is_plain(fraction, "0") {
        return None;
    }
    let [before, after] = texts;
    Some(Look::Digits {
        before: before.trim_start().to_owned(),
        least: whole.matches('0').count().max(1),
        decimals: fraction.len(),
        is_percent,
        after: after.trim_end().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn numbers_are_shown_as_their_formats_show_all_of_them() {
        let shown = |code: &str, number| {
            let cell = Look::of(None, code).number(number);
            (cell.text, cell.kind)
        };
        let text = |text: &str| (text.to_owned(), Kind::Text);
        let number = |text: &str| (text.to_owned(), Kind::Number);
        assert_eq!(shown("General", 2026.0), number("2026"));
        assert_eq!(shown("General", 0.1 + 0.2), number("0.3"));
        assert_eq!(shown("0", 2026.0), number("2026"));
        assert_eq!(shown("0.00", 2021.1), text("2021.10"));
        assert_eq!(shown("0.00_ ", 2021.1), text("2021.10"));
        assert_eq!(shown("#,##0.00", 1234.5), text("1234.50"));
        assert_eq!(shown("0\"年\"", 2025.0), text("2025年"));
        assert_eq!(shown("000", 7.0), text("007"));
        assert_eq!(shown("0%", 0.55), text("55%"));
        assert_eq!(shown("0.00", -1.5), text("-1.50"));
        // What would hide a part of the number is not followed.
        assert_eq!(shown("0", 2025.12), number("2025.12"));
        assert_eq!(shown("0%", 0.555), number("0.555"));
        assert_eq!(shown("0.0,", 12000.0), number("12000"));
        assert_eq!(shown("0.00E+00", 1e300).1, Kind::Number);
        assert_eq!(shown("[DBNum1]0", 3.0), number("3"));
    }

    #[test]
    fn dates_are_shown_as_months_where_their_formats_show_no_day() {
        let shown = |id, code: &str| {
            // 2025-12-01.
            let moment = ExcelDateTime::new(45_992.0, ExcelDateTimeType::DateTime, false);
            let cell = Look::of(id, code).moment(&moment);
            (cell.text, cell.kind)
        };
        let text = |text: &str| (text.to_owned(), Kind::Text);
        let day = ("2025-12-01".to_owned(), Kind::Day);
        for code in [
            "yyyy-mm-dd",
            "m/d/yy h:mm AM/PM",
            "yyyy-mm-dd hh:mm:ss",
            "yyyy\"年\"m\"月\"d\"日\";@",
            "[$-804]yyyy/m/d aaaa",
            "General",
        ] {
            assert_eq!(shown(None, code), day, "{code}");
        }
        assert_eq!(shown(Some(31), "General"), day);
        assert_eq!(shown(Some(57), "General"), text("2025年12月"));
        assert_eq!(shown(None, "yyyy\"年\"m\"月\";@"), text("2025年12月"));
        assert_eq!(shown(None, "[$-804]yyyy\\.mm"), text("2025.12"));
        assert_eq!(shown(None, "yyyy"), text("2025"));
        assert_eq!(shown(None, "mmm-yy"), text("2025-12"));
        assert_eq!(shown(None, "m\"月\"d\"日\""), text("12月1日"));
        assert_eq!(shown(None, "yyyy-mm-dd hh:mm"), day);
    }
}
