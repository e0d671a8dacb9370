//! A workbook that is printed and handed round: every sheet in one layout.
//!
//! Owns the page (A4 landscape, one page wide, the header on each page, its number and the day of
//! printing below), the inks, and what a workbook cannot hold. Refuses to know what a row is
//! about.

use std::io::{Seek, Write};
use std::path::Path;

use anyhow::Context as _;
use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use serde_json::json;

use super::form::Form;
use super::inks::Inks;
use crate::channels::wording::register::RegisterWords;
use crate::cli::text::harmless;

/// What a cell can hold, in characters, and what a sheet can, in rows (Excel specifications and
/// limits: 1,048,576; a workbook beyond them is refused as damaged, and one below the last stays empty).
pub(super) const LIMITS: Limits = Limits {
    chars: 32_767,
    rows: 1_048_575,
};

/// What no XML may hold, besides the controls that are harmless already (XML 1.0, 2.2).
const NO_CHARACTERS: [char; 2] = ['\u{fffe}', '\u{ffff}'];

/// Longest line that heads a page: with its marks it must stay below 255 characters.
const LONGEST_ORGAN: usize = 60;

/// How much a workbook can hold; tests make one that holds less.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) chars: usize,
    pub(super) rows: u32,
}

/// A workbook in the making.
pub(super) struct Book<'s, 'w> {
    workbook: Workbook,
    pub(super) words: &'s mut RegisterWords<'w>,
    pub(super) inks: Inks,
    pub(super) limits: Limits,
    heading: String,
    /// Cells that could not be shown whole.
    cut: u64,
    /// Rows that are higher than a row can be: there is more in them than is printed.
    pub(super) clipped: u64,
}

impl<'s, 'w> Book<'s, 'w> {
    /// An empty one, headed by whose register it is and of which day. What does not fit into
    /// memory lies in `folder` until it is saved.
    ///
    /// # Errors
    /// The folder's, or the templates'.
    pub(super) fn new(
        words: &'s mut RegisterWords<'w>,
        organ: &str,
        on: NaiveDate,
        folder: &Path,
        limits: Limits,
    ) -> anyhow::Result<Self> {
        let organ = harmless(organ);
        let organ = Some(organ).filter(|organ| organ.chars().count() <= LONGEST_ORGAN);
        let organ = organ.unwrap_or_default();
        let title = words.say("heading", &json!({ "organ": organ }))?;
        let as_of = words.say("as_of", &json!({ "on": on }))?;
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder)?;
        workbook.set_properties(&properties(&title, on)?);
        // A single & would begin a code of its own.
        let heading = format!(
            "&C&\"{}\"&B&14{}&R{}",
            words.name("font")?,
            title.replace('&', "&&"),
            as_of
        );
        Ok(Self {
            workbook,
            inks: Inks::new(words)?,
            words,
            limits,
            heading,
            cut: 0,
            clipped: 0,
        })
    }

    /// The page, header and columns of part `part` of a sheet.
    ///
    /// # Errors
    /// The disk's, or the templates'.
    pub(super) fn worksheet(&mut self, form: Form, part: u32) -> anyhow::Result<Worksheet> {
        let mut worksheet = self.workbook.new_worksheet_with_constant_memory()?;
        let name = self.words.say("sheet", &form.sheet)?;
        let name = if part == 1 {
            name
        } else {
            let facts = json!({ "sheet": name, "part": part });
            self.words.say("continued", &facts)?
        };
        worksheet
            .set_name(&name)
            .context(format!("the sheet {name}"))?;
        self.lay_out(&mut worksheet)?;
        worksheet.set_freeze_panes(1, 0)?;
        worksheet.set_repeat_rows(0, 0)?;
        for (column, (name, width)) in (0..).zip(form.columns) {
            worksheet.set_column_width(column, *width)?;
            let name = self.words.say("column", name)?;
            worksheet.write_string_with_format(0, column, name, self.inks.header())?;
        }
        Ok(worksheet)
    }

    /// The page of every sheet.
    ///
    /// # Errors
    /// The templates'.
    pub(super) fn lay_out(&mut self, worksheet: &mut Worksheet) -> anyhow::Result<()> {
        // 9 is A4 (ECMA-376 18.3.1.63); a height of 0 is as many pages as it takes.
        worksheet.set_paper_size(9).set_landscape();
        worksheet.set_print_fit_to_pages(1, 0);
        // In inches: the header keeps clear of the table, and a stapler of the text.
        worksheet.set_margins(0.4, 0.4, 0.75, 0.6, 0.35, 0.3);
        worksheet.set_print_center_horizontally(true);
        let (printed, number) = (self.words.name("printed")?, self.words.name("page_number")?);
        worksheet.set_header(&self.heading);
        worksheet.set_footer(format!("&L{printed}&R{number}"));
        Ok(())
    }

    /// Adds a sheet that was written by itself.
    pub(super) fn push(&mut self, worksheet: Worksheet) {
        self.workbook.push_worksheet(worksheet);
    }

    /// Writes everything; how many cells could not be held whole, and how many rows not be shown
    /// so.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn save(mut self, file: impl Write + Seek + Send) -> anyhow::Result<(u64, u64)> {
        self.workbook.save_to_writer(file)?;
        Ok((self.cut, self.clipped))
    }

    /// `text` as a cell shows it whole, or as much as it can hold and the word that there is more.
    pub(super) fn fitted(&mut self, text: &str) -> anyhow::Result<String> {
        let text = harmless(text).replace(NO_CHARACTERS, "\u{fffd}");
        // What the limit counts are units of UTF-16.
        let units = text.encode_utf16().count();
        if units <= self.limits.chars {
            return Ok(text);
        }
        self.cut += 1;
        let chars = text.chars().count();
        let more = self.words.say("cut", &json!({ "chars": chars }))?;
        let room = self
            .limits
            .chars
            .saturating_sub(more.encode_utf16().count());
        let mut used = 0;
        let fits = |c: &char| {
            used += c.len_utf16();
            used <= room
        };
        Ok(text.chars().take_while(fits).chain(more.chars()).collect())
    }
}

/// Dated by the day that is asked about, so that the same answer is the same file.
fn properties(title: &str, on: NaiveDate) -> Result<DocProperties, XlsxError> {
    let (month, day) = (on.month(), on.day());
    let parts = u16::try_from(on.year())
        .ok()
        .zip(u8::try_from(month).ok())
        .zip(u8::try_from(day).ok());
    let properties = DocProperties::new().set_title(title);
    match parts {
        Some(((year, month), day)) => {
            Ok(properties.set_creation_datetime(&ExcelDateTime::from_ymd(year, month, day)?))
        }
        None => Ok(properties),
    }
}
