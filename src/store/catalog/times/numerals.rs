//! Chinese numerals in times and in the numbers of items.
//!
//! Owns numbers up to ninety-nine and years written digit by digit. Refuses larger ones, which
//! neither times nor catalogues have.

/// Digits, each at its own value; zero has three signs in use.
const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// What a number in a time counts: only before these is a numeral a number.
const COUNTED: [char; 5] = ['年', '月', '日', '号', '季'];

/// `text` with the Chinese numerals of its times as digits: `二〇二五年十二月` is `2025年12月`.
pub(super) fn with_digits(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut run = String::new();
    for letter in text.chars() {
        if is_numeral(letter) {
            run.push(letter);
            continue;
        }
        flush(&mut run, COUNTED.contains(&letter), &mut written);
        written.push(letter);
    }
    flush(&mut run, false, &mut written);
    written
}

fn flush(run: &mut String, is_counting: bool, written: &mut String) {
    match value(run).filter(|_| is_counting) {
        Some(value) => written.push_str(&value.to_string()),
        None => written.push_str(run),
    }
    run.clear();
}

/// The number that `numeral` is: `十二`, `二〇二五`.
pub(in crate::store::catalog) fn value(numeral: &str) -> Option<u32> {
    let Some((tens, ones)) = numeral.split_once('十') else {
        let digits: Option<String> = numeral.chars().map(|c| digit(c).map(sign)).collect();
        return digits?.parse().ok();
    };
    let one = |part: &str, empty| {
        let mut letters = part.chars();
        match (letters.next(), letters.next()) {
            (None, _) => Some(empty),
            (Some(letter), None) => digit(letter).filter(|digit| *digit > 0),
            _ => None,
        }
    };
    Some(one(tens, 1)? * 10 + one(ones, 0)?)
}

fn is_numeral(letter: char) -> bool {
    letter == '十' || digit(letter).is_some()
}

fn digit(letter: char) -> Option<u32> {
    let letter = if matches!(letter, '零' | '○') {
        '〇'
    } else {
        letter
    };
    let place = DIGITS.iter().position(|digit| *digit == letter)?;
    u32::try_from(place).ok()
}

fn sign(digit: u32) -> char {
    char::from_digit(digit, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_numbers_only_in_times() {
        for (text, written) in [
            ("二〇二五年十二月", "2025年12月"),
            ("二零二六年一月三十一日", "2026年1月31日"),
            ("第三季度", "第3季度"),
            ("十月二十日", "10月20日"),
            ("“十四五”规划", "“十四五”规划"),
            ("三旧改造", "三旧改造"),
        ] {
            assert_eq!(with_digits(text), written);
        }
        for odd in ["", "十十", "一二十", "百"] {
            assert_eq!(value(odd), None, "{odd}");
        }
    }
}
