//! How near two names of units are: 市住建局 and 洮南市住房和城乡建设局.
//!
//! Owns the measure and the order in which known names are offered for one that nobody knows.
//! Refuses to decide: a person says which unit is meant, once.

/// What ends the name of a region before the name of its unit.
const REGION: [char; 5] = ['市', '县', '区', '州', '旗'];
/// A region's name has no more characters, its last one included; longer ones are rare, and a
/// unit's own name may hold one of those characters further behind.
const REGION_CHARS: usize = 4;
/// Fewer characters are short for too much: 市局.
const LEAST_SHORT: usize = 3;
/// Of what both names say, less in common than this (in thousandths) is worth no offer.
const LEAST_COMMON: u16 = 300;
/// From this on it may be named without being asked for: 市教育局 and 市体育局 stay below it.
const TELLING: u16 = 600;

/// How one name comes near another, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// They differ in blanks and in full-width letters only.
    Same,
    /// One says the region, the other does not or says it shorter: 市财政局, 洮南市财政局.
    Region,
    /// One leaves characters of the other out, so many: 住建局, 住房和城乡建设局.
    Short(usize),
    /// They have characters in common, in order; the rest of a thousand is not.
    Partly(u16),
}

/// A known name, and how it comes near.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near<'a> {
    /// How near.
    pub how: How,
    /// The known name.
    pub name: &'a str,
}

impl Near<'_> {
    /// Whether it is near enough to be named to somebody who did not ask.
    #[must_use]
    pub const fn is_telling(&self) -> bool {
        !matches!(self.how, How::Partly(lacking) if lacking > 1000 - TELLING)
    }
}

/// The known names that come near `name`, nearest first.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<Near<'a>> {
    let known = known.into_iter();
    let near = known.filter_map(|known| Some((near(name, known)?, known)));
    let mut near: Vec<Near<'a>> = near.map(|(how, name)| Near { how, name }).collect();
    near.sort();
    near.dedup();
    near
}

/// How `left` and `right` come near each other, if they do at all; the order does not matter.
#[must_use]
pub fn near(left: &str, right: &str) -> Option<How> {
    let (left, right) = (plain(left), plain(right));
    let (short, long) = by_length(&left, &right);
    if short.is_empty() {
        return None;
    }
    if let Some(how) = alike(short, long) {
        return Some(how);
    }
    let pairs = || {
        let shorts = [short, unplaced(short)].into_iter();
        shorts.flat_map(|short| [(short, long), (short, unplaced(long))])
    };
    let left_out = pairs().filter_map(|(short, long)| left_out(short, long));
    if let Some(left_out) = left_out.min() {
        return Some(How::Short(left_out));
    }
    let common = common(unplaced(short), unplaced(long));
    (common >= LEAST_COMMON).then_some(How::Partly(1000 - common))
}

/// Whether people take one name for the other: blanks, widths and the region apart they are one.
#[must_use]
pub fn is_alike(left: &str, right: &str) -> bool {
    let (left, right) = (plain(left), plain(right));
    let (short, long) = by_length(&left, &right);
    !short.is_empty() && alike(short, long).is_some()
}

fn alike(short: &[char], long: &[char]) -> Option<How> {
    if short == long {
        return Some(How::Same);
    }
    let before = long.strip_suffix(short)?;
    is_region(before, short).then_some(How::Region)
}

fn by_length<'n>(left: &'n [char], right: &'n [char]) -> (&'n [char], &'n [char]) {
    if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    }
}

/// The characters of a name without blanks and marks that nobody sees, full-width letters as
/// plain ones.
fn plain(name: &str) -> Vec<char> {
    let unseen = |c: &char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
    };
    let kept = name.chars().filter(|c| !unseen(c));
    kept.map(narrow).collect()
}

/// A full-width form of a character in ASCII as that character (Unicode, Halfwidth and Fullwidth
/// Forms: 0xFEE0 apart).
#[must_use]
pub fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Whether `before` is what says the region in front of a unit's name `after`.
fn is_region(before: &[char], after: &[char]) -> bool {
    let ends = |name: Option<&char>| name.is_some_and(|c| REGION.contains(c));
    before.len() <= REGION_CHARS && (ends(before.last()) || ends(after.first()))
}

/// A name without its region; 市政府 as 政府, and so too 市场局 as 场局, which harms nothing:
/// both are compared.
fn unplaced(name: &[char]) -> &[char] {
    let region = name.iter().take(REGION_CHARS);
    let end = region.clone().position(|c| REGION.contains(c));
    match end.map(|end| &name[end + 1..]) {
        Some(rest) if rest.len() >= 2 => rest,
        _ => name,
    }
}

/// How many characters of `long` must be left out for `short`, where nothing else is needed.
fn left_out(short: &[char], long: &[char]) -> Option<usize> {
    let mut rest = long.iter();
    let is_within = short.iter().all(|c| rest.any(|other| other == c));
    let is_one_piece = || long.windows(short.len()).any(|piece| piece == short);
    let says_enough = short.len() >= LEAST_SHORT || (short.len() == 2 && is_one_piece());
    (is_within && says_enough).then(|| long.len() - short.len())
}

/// What the names have in common, in order, of all they say, in thousandths. What every unit's
/// name ends with, such as 局, says nothing and does not count where both have it.
fn common(left: &[char], right: &[char]) -> u16 {
    let (left, right) = match (left.split_last(), right.split_last()) {
        (Some((a, left)), Some((b, right))) if a == b && !left.is_empty() && !right.is_empty() => {
            (left, right)
        }
        _ => (left, right),
    };
    // The longest common subsequence, a row at a time.
    let mut row = vec![0_usize; right.len() + 1];
    for from in left {
        let mut diagonal = 0;
        for (at, to) in right.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if from == to {
                diagonal + 1
            } else {
                above.max(row[at])
            };
            diagonal = above;
        }
    }
    let thousandths = 2000 * row[right.len()] / (left.len() + right.len()).max(1);
    u16::try_from(thousandths).unwrap_or(1000)
}
