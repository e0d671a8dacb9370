//! What a calendar is made of: a year's notice, and the days a locality decides.
//!
//! Owns the shape of both. Refuses to read them from files and to judge them; that is
//! `almanac`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One year's notice, with its provenance; serialised, it has the `holiday-cn` JSON form.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The year the notice is for; its days may reach into the December before.
    pub year: i32,
    /// Where the notice was published; empty in a year whose notice is not out.
    #[serde(default)]
    pub papers: Vec<String>,
    /// The notice's document number, where whoever entered it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_no: Option<String>,
    /// `true` for a table of statutory days only, entered before the notice is out.
    #[serde(default)]
    pub provisional: bool,
    /// Off days and make-up working days.
    pub days: Vec<NoticeDay>,
}

/// A day that a notice takes out of, or puts into, the working week.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeDay {
    /// The holiday the day belongs to, in Chinese.
    pub name: String,
    /// The civil date.
    pub date: NaiveDate,
    /// Off day, or make-up working day.
    pub is_off_day: bool,
}

/// A day off, or a day worked, that the locality decided for itself: 放假办法 Art. 4 lets
/// ethnic-minority areas add their own festivals, and snow or a flood closes offices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalDay {
    /// What the day is called, in Chinese.
    pub name: String,
    /// Who decided it, or the document that did.
    pub authority: String,
    /// The civil date.
    pub date: NaiveDate,
    /// Off day, or working day.
    pub is_off_day: bool,
}

impl LocalDay {
    /// Its name with who decided it, as every trail and mail shows it.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}（{}）", self.name, self.authority)
    }

    /// The day as the calendar lists it, under its title.
    #[must_use]
    pub fn listed(&self) -> NoticeDay {
        NoticeDay {
            name: self.title(),
            date: self.date,
            is_off_day: self.is_off_day,
        }
    }
}
