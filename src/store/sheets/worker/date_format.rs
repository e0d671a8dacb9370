//! Number formats for dates: which parts of a date they show.
//!
//! Owns the letters of such formats (ECMA-376 part 1, 18.8.31). Refuses to put a date into
//! words: names of months, years of two digits and Chinese numerals are written in digits.

/// A part of what a format shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// What stands between the others.
    Literal(String),
    /// The year; whether in four digits.
    Year { is_whole: bool },
    /// The month, in at least so many digits; `None` for its name.
    Month(Option<usize>),
    /// The day, in at least so many digits.
    Day(usize),
    /// The time of day or the day of the week, of which nothing is kept.
    Other,
}

/// The pieces of the format `code`; `None` where it is no format for dates.
pub(super) fn pieces(code: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    // Whether an `m` would be minutes, because hours stand before it.
    let mut after_hours = false;
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut length = 1;
        if letter.is_ascii_alphabetic() {
            while letters
                .next_if(|next| next.eq_ignore_ascii_case(&letter))
                .is_some()
            {
                length += 1;
            }
        }
        match letter.to_ascii_lowercase() {
            // The sections after the first are for negative numbers, zero and text.
            ';' => break,
            '"' => literal(
                &mut pieces,
                letters.by_ref().take_while(|next| *next != '"'),
            ),
            '\\' => literal(&mut pieces, letters.next()),
            '_' | '*' => drop(letters.next()),
            '[' => drop(letters.by_ref().find(|next| *next == ']')),
            'y' | 'e' => pieces.push(Piece::Year {
                is_whole: length > 2 || letter == 'e',
            }),
            'm' if after_hours => pieces.push(Piece::Other),
            'm' => pieces.push(Piece::Month((length <= 2).then_some(length))),
            'd' if length <= 2 => pieces.push(Piece::Day(length)),
            // Minutes are told from months by the seconds after them, too.
            's' => {
                let before = pieces
                    .iter_mut()
                    .rfind(|piece| !matches!(piece, Piece::Literal(_)));
                if let Some(minutes @ Piece::Month(_)) = before {
                    *minutes = Piece::Other;
                }
                pieces.push(Piece::Other);
            }
            'h' | 'd' => pieces.push(Piece::Other),
            // Half of `AM/PM`, or a day of the week.
            'a' | 'p' => {
                letters.next_if(|next| next.eq_ignore_ascii_case(&'m'));
                pieces.push(Piece::Other);
            }
            '0' | '#' | '?' | '@' => return None,
            'g' if length == 1 => return None,
            other => literal(&mut pieces, [other]),
        }
        if letter.is_ascii_alphabetic() {
            after_hours = letter.eq_ignore_ascii_case(&'h');
        }
    }
    let is_date = |piece: &Piece| !matches!(piece, Piece::Literal(_));
    pieces.iter().any(is_date).then_some(pieces)
}

fn literal(pieces: &mut Vec<Piece>, letters: impl IntoIterator<Item = char>) {
    if let Some(Piece::Literal(text)) = pieces.last_mut() {
        text.extend(letters);
    } else {
        pieces.push(Piece::Literal(letters.into_iter().collect()));
    }
}

/// What `pieces` show of a date whose year or day they leave out; `None` where they show all
/// of it or nothing.
pub(super) fn without_day(pieces: &[Piece], (year, month, day): (u16, u8, u8)) -> Option<String> {
    let has_year = pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Year { .. }));
    let has_month = pieces.iter().any(|piece| matches!(piece, Piece::Month(_)));
    let has_day = pieces.iter().any(|piece| matches!(piece, Piece::Day(_)));
    if (has_year && has_month && has_day) || !(has_year || has_month || has_day) {
        return None;
    }
    let is_short =
        |piece: &Piece| matches!(piece, Piece::Year { is_whole: false } | Piece::Month(None));
    // `Dec-25` is what `2025-12` becomes when it is typed; nobody could tell it from a day.
    if has_year && has_month && pieces.iter().any(is_short) {
        return Some(format!("{year:04}-{month:02}"));
    }
    let shown = pieces.iter().map(|piece| match piece {
        Piece::Literal(literal) => literal.clone(),
        Piece::Year { .. } => format!("{year:04}"),
        Piece::Month(width) => format!("{month:0w$}", w = width.unwrap_or(1)),
        Piece::Day(width) => format!("{day:0w$}", w = *width),
        Piece::Other => String::new(),
    });
    Some(shown.collect::<String>().trim().to_owned())
}
