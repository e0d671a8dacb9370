//! How cells of the workbook look.
//!
//! Owns fonts, borders and number formats. The colours are those of the mails, read from their
//! template; no meaning rests on them, for the register is printed in black and white as well.

use std::collections::BTreeMap;

use anyhow::Context as _;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::channels::wording::register::RegisterWords;

/// Lights, as the templates name them.
const LAMPS: [&str; 5] = ["late", "near", "fine", "ended", "waiting"];

/// In points: as small as official tables are printed, before the page makes it smaller.
pub(super) const SIZE: f64 = 10.0;

/// What a cell holds, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Text.
    Plain,
    /// Text that would be read as a formula if somebody typed it.
    Marked,
    /// A date.
    Day,
    /// A number.
    Number,
    /// Working days left.
    Left,
    /// Working days gone.
    Past,
}

/// Every look.
pub(super) struct Inks {
    header: Format,
    note: Format,
    plain: Format,
    kinds: BTreeMap<Kind, Format>,
    lamps: BTreeMap<String, Format>,
}

impl Inks {
    /// Asks the templates for font, colours and number formats.
    ///
    /// # Errors
    /// The templates', or a colour that is none.
    pub(super) fn new(words: &mut RegisterWords<'_>) -> anyhow::Result<Self> {
        let font = words.name("font")?;
        let bare = Format::new().set_font_name(font).set_font_size(SIZE);
        let plain = bare
            .clone()
            .set_border(FormatBorder::Thin)
            .set_border_color(Color::RGB(0x0080_8080))
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter);
        let centred = plain.clone().set_align(FormatAlign::Center);
        let counted = |format: String| centred.clone().set_num_format(format);
        let kinds = BTreeMap::from([
            (Kind::Plain, plain.clone()),
            (Kind::Marked, plain.clone().set_quote_prefix()),
            (Kind::Day, counted("yyyy-mm-dd".to_owned())),
            (Kind::Number, counted("0".to_owned())),
            (Kind::Left, counted(words.name("left_format")?)),
            (Kind::Past, counted(words.name("past_format")?)),
        ]);
        let mut lamps = BTreeMap::new();
        for lamp in LAMPS {
            let ink = words.say("lamp_ink", &lamp)?;
            let lit = plain.clone().set_font_color(colour(&ink)?);
            // What presses stands out on paper too.
            let lit = if matches!(lamp, "late" | "near") {
                lit.set_bold()
            } else {
                lit
            };
            lamps.insert(lamp.to_owned(), lit);
        }
        Ok(Self {
            header: centred
                .set_bold()
                .set_background_color(Color::RGB(0x00E7_E6E6)),
            note: bare,
            plain,
            kinds,
            lamps,
        })
    }

    pub(super) const fn header(&self) -> &Format {
        &self.header
    }

    pub(super) const fn note(&self) -> &Format {
        &self.note
    }

    pub(super) const fn plain(&self) -> &Format {
        &self.plain
    }

    pub(super) fn of(&self, kind: Kind) -> &Format {
        self.kinds.get(&kind).unwrap_or(&self.plain)
    }

    pub(super) fn lit(&self, lamp: &str) -> &Format {
        self.lamps.get(lamp).unwrap_or(&self.plain)
    }
}

fn colour(ink: &str) -> anyhow::Result<Color> {
    let digits = ink
        .trim()
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6);
    let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let number =
        number.with_context(|| format!("lights.txt: `{ink}` is no colour like #1b5e20"))?;
    Ok(Color::RGB(number))
}
