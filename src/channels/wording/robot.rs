//! A message in the words and the markup of a chat group.
//!
//! Owns what a robot says: by group, by whole items, within the vendor's bytes. Refuses to
//! make a request of it and to mention anybody; the robot does, which knows whom.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;
use minijinja::value::Serde;
use serde_json::{Value as Json, json};

use super::facts::{self, DIGEST_GROUPS, GROUPS, facts};
use super::{Wording, WordingError, escape};
use crate::channels::plain;
use crate::domain::delivery::robot::Vendor;
use crate::domain::notice::{Content, Digest, Facts, Message};

/// Longest text of one field where an item does not fit otherwise, in characters.
const NARROW_CHARS: usize = 40;

/// How long the texts of a message may be, in bytes of UTF-8 as JSON writes them, which is
/// never less than what a vendor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RobotBounds {
    /// The markup.
    pub body: usize,
    /// The plain text.
    pub plain: usize,
}

impl RobotBounds {
    /// The vendor's limits, less what the robot adds: mentions, and the request around it.
    #[must_use]
    pub const fn of(vendor: Vendor) -> Self {
        match vendor {
            // WeCom: markdown 4096 bytes, text 2048 bytes, seen as errcode 40058; mentions
            // stand outside of both.
            Vendor::Wecom => Self {
                body: 4096,
                plain: 2048,
            },
            // DingTalk: about 20000 bytes, seen as an error; 1000 of them for the mobiles
            // that must stand in the text to be mentioned.
            Vendor::Dingtalk => Self {
                body: 19_000,
                plain: 19_000,
            },
            // Feishu: the manual's 20 KB for the whole request; 2000 of them for the card,
            // its title, the signature and mentions.
            Vendor::Feishu => Self {
                body: 18_000,
                plain: 18_000,
            },
        }
    }
}

/// How urgent the most urgent item is; never shown by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colour {
    /// Something is on its way or has ended.
    Calm,
    /// Something is near its date.
    Amber,
    /// Something is past its date.
    Grave,
}

/// A message for a chat group. Each text but the vendor's own markup is harmless in any of
/// them, and each carries the envelope word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobotText {
    /// One line: what a phone's notification shows, and a card's header.
    pub title: String,
    /// In the vendor's markup.
    pub body: String,
    /// The same without markup.
    pub plain: String,
    /// One line for the message that carries a mention, after the one with the body.
    pub short: String,
    /// For a card's header.
    pub colour: Colour,
}

/// How much of a message a text holds.
#[derive(Debug, Clone, Copy)]
struct Extent {
    items: usize,
    is_brief: bool,
    is_narrow: bool,
}

impl Wording {
    /// The words of `message` for the robot of `vendor`, within `bounds`.
    ///
    /// # Errors
    /// The templates do not fit the facts.
    pub fn robot(
        &self,
        message: &Message,
        vendor: Vendor,
        bounds: &RobotBounds,
    ) -> Result<RobotText, WordingError> {
        Ok(self.robot_parts(message, vendor, bounds)?.0)
    }

    /// The same, with the templates of which not even one item fits.
    pub(super) fn robot_parts(
        &self,
        message: &Message,
        vendor: Vendor,
        bounds: &RobotBounds,
    ) -> Result<(RobotText, Vec<&'static str>), WordingError> {
        let mut sheet = sheet(message)?;
        let headline = self.subject(&self.with_link(message, &sheet))?;
        sheet["headline"] = json!(headline);
        let mut too_long = Vec::new();
        let mut fitted = |template, bound| {
            let text = self.fitted(message, &sheet, template, bound)?;
            text.map_or_else(
                || {
                    too_long.push(template);
                    self.last_resort(&sheet, bound)
                },
                Ok,
            )
        };
        let body = fitted(dialect(vendor), bounds.body)?;
        let plain = fitted("group.text", bounds.plain)?;
        let short = self.render("group-short.text", &self.with_link(message, &sheet))?;
        let text = RobotText {
            title: escape::neutral(&headline),
            body,
            plain,
            short: plain::one_line(&short, plain::MAX_FIELD_CHARS),
            colour: colour(message),
        };
        Ok((text, too_long))
    }

    /// As much of it as fits into `bound`: all of it, then all of it in brief, then as many
    /// items as there is room for, some of each group first, then one with its texts cut; none
    /// if that is too long.
    fn fitted(
        &self,
        message: &Message,
        sheet: &Json,
        template: &str,
        bound: usize,
    ) -> Result<Option<String>, WordingError> {
        let all = sheet["items"].as_array().map_or(0, Vec::len);
        let render = |items, is_brief, is_narrow| {
            let extent = Extent {
                items,
                is_brief,
                is_narrow,
            };
            let text = self.render(template, &self.with_link(message, &taken(sheet, extent)))?;
            let text = text.trim().to_owned();
            Ok::<_, WordingError>(Some(text).filter(|text| size(text) <= bound))
        };
        for is_brief in [false, true] {
            let text = render(all, is_brief, false)?;
            if text.is_some() {
                return Ok(text);
            }
        }
        let (mut fits, mut too_many, mut best) = (0, all, None);
        while too_many - fits > 1 {
            let middle = fits + (too_many - fits) / 2;
            match render(middle, true, false)? {
                Some(text) => (fits, best) = (middle, Some(text)),
                None => too_many = middle,
            }
        }
        match best {
            None => render(all.min(1), true, true),
            best => Ok(best),
        }
    }

    /// Less than one item fits: the headline, which holds the envelope word and no markup.
    fn last_resort(&self, sheet: &Json, bound: usize) -> Result<String, WordingError> {
        let headline = sheet["headline"].as_str().unwrap_or_default();
        let rest = self.render("group-rest.text", &Value::from(Serde(sheet.clone())))?;
        let room = bound.saturating_sub(size(&rest) + size("\n"));
        let kept = cut(&escape::neutral(headline), room);
        Ok(cut(&format!("{kept}\n{rest}"), bound))
    }
}

/// The template of a vendor's markup.
pub(super) const fn dialect(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Wecom => "group.wecom",
        Vendor::Dingtalk => "group.dingtalk",
        Vendor::Feishu => "group.lark",
    }
}

/// The facts with what they speak of in `items`, by group, and how many there are.
fn sheet(message: &Message) -> Result<Json, serde_json::Error> {
    let mut sheet = facts(message)?;
    let (mut items, counts) = match &message.content {
        Content::Notices { notices } => (sheet["notices"].clone(), notice_counts(notices)),
        Content::Digest { digest } => (sheet["digest"]["rows"].clone(), digest_counts(digest)),
    };
    if let Some(items) = items.as_array_mut() {
        let place = |item: &Json| GROUPS.iter().position(|group| item["group"] == *group);
        items.sort_by_key(place);
    }
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let groups = counts.into_iter().filter(|(_, count)| *count > 0);
    let groups = groups.map(|(name, count)| json!({ "name": name, "count": count }));
    sheet["groups"] = groups.collect();
    sheet["items"] = items;
    sheet["total"] = json!(total);
    sheet["brief"] = json!(false);
    Ok(sheet)
}

fn notice_counts(notices: &[Facts]) -> Vec<(&'static str, u64)> {
    let of = |group| {
        let mine = notices
            .iter()
            .filter(|notice| facts::notice_group(notice) == group);
        mine.fold(0, |count, _| count + 1)
    };
    GROUPS.iter().map(|group| (*group, of(*group))).collect()
}

fn digest_counts(digest: &Digest) -> Vec<(&'static str, u64)> {
    let counts = [digest.overdue, digest.due_today, digest.near, digest.past];
    DIGEST_GROUPS.into_iter().zip(counts).collect()
}

/// The sheet with so much of its items.
fn taken(sheet: &Json, extent: Extent) -> Json {
    let mut sheet = sheet.clone();
    if let Some(items) = sheet["items"].as_array_mut() {
        keep(items, extent.items);
    }
    sheet["brief"] = json!(extent.is_brief);
    if extent.is_narrow {
        narrow(&mut sheet);
    }
    sheet
}

/// Of each group so many are named before others get more: what is due today is not left out
/// for a long list of what is overdue.
const OF_EACH_GROUP: usize = 3;

/// So many of the items, in their order.
fn keep(items: &mut Vec<Json>, count: usize) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let is_surplus = items.iter().map(|item| {
        let before = seen.entry(item["group"].to_string()).or_default();
        *before += 1;
        *before > OF_EACH_GROUP
    });
    let mut order: Vec<(bool, usize)> = is_surplus.zip(0..).collect();
    order.sort_unstable();
    let kept: BTreeSet<usize> = order.iter().take(count).map(|(_, index)| *index).collect();
    let mut index = 0..;
    items.retain(|_| index.next().is_some_and(|index| kept.contains(&index)));
}

/// Every text short enough that one item fits anywhere.
fn narrow(value: &mut Json) {
    match value {
        Json::String(text) => *text = plain::one_line(text, NARROW_CHARS),
        Json::Array(items) => items.iter_mut().for_each(narrow),
        Json::Object(fields) => fields.values_mut().for_each(narrow),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// How many bytes of a request a text takes, quotes left out.
fn size(text: &str) -> usize {
    Json::from(text).to_string().len() - "\"\"".len()
}

/// The beginning of `text`, in whole characters, at most `bound` bytes.
fn cut(text: &str, bound: usize) -> String {
    let mut taken = 0;
    let fits = |c: &char| {
        taken += size(c.encode_utf8(&mut [0; 4]));
        taken <= bound
    };
    text.chars().take_while(fits).collect()
}

/// The colour of the most urgent item. What the law gives no number for is never grave.
fn colour(message: &Message) -> Colour {
    let of_group = |group: &str| match group {
        "overdue" | "too_short" => Colour::Grave,
        "due_today" | "near" => Colour::Amber,
        _ => Colour::Calm,
    };
    let counts = match &message.content {
        Content::Notices { notices } => notice_counts(notices),
        Content::Digest { digest } => digest_counts(digest),
    };
    let present = counts.into_iter().filter(|(_, count)| *count > 0);
    let colours = present.map(|(group, _)| of_group(group));
    colours.max().unwrap_or(Colour::Calm)
}
