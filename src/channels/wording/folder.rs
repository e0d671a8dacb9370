//! The templates by name, and a city's own in their place.
//!
//! Owns the list of templates with what each is for, and reading a folder that replaces some
//! of them. Refuses files that are no template: a misspelt name would replace nothing, and
//! nobody would notice.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::fault::Fault;

/// A template that is built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Its name, and that of the file that replaces it; its ending says how values are escaped.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Its text.
    pub source: &'static str,
}

/// A template of the city's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Own {
    /// Where it stands.
    pub(super) path: PathBuf,
    /// Its text.
    pub(super) source: String,
}

/// The template of that name below `templates/`, with what it is for.
macro_rules! template {
    ($name:literal, $purpose:literal) => {
        Template {
            name: $name,
            purpose: $purpose,
            source: include_str!(concat!("../templates/", $name)),
        }
    };
}

/// Every template, compiled in.
pub const TEMPLATES: [Template; 24] = [
    template!(
        "words.txt",
        "words all messages share: dates, strengths, states, what is asked"
    ),
    template!(
        "endings.txt",
        "how a duty ended: done, waived, withdrawn; the test"
    ),
    template!(
        "trail.txt",
        "each step that led to a date, and the names of events"
    ),
    template!(
        "gaps.txt",
        "what was never entered, in the weekly part of the digest"
    ),
    template!(
        "delivery.txt",
        "what is not delivered and what is on hold, in the digest"
    ),
    template!(
        "lights.txt",
        "signs of mails and groups, colours of mails: what is late, near, fine, ended"
    ),
    template!(
        "changes.txt",
        "what changed since the last digest, and what waits for data"
    ),
    template!(
        "subject.txt",
        "the subject of a mail and the headline of a webhook and a group"
    ),
    template!("notices.txt", "a mail with notices, as plain text"),
    template!("notices.html", "the same in a layout"),
    template!("digest.txt", "the centre's daily digest, as plain text"),
    template!("digest.html", "the same in a layout"),
    template!(
        "event.txt",
        "a date in the calendar file of a mail: its name, then what is said of it"
    ),
    template!("parts.html", "boxes, heads and tables of every mail"),
    template!("page.html", "the frame around every mail"),
    template!(
        "group.wecom",
        "a message in a WeCom (企业微信) group: its markup"
    ),
    template!(
        "group.dingtalk",
        "a message in a DingTalk (钉钉) group: its markup"
    ),
    template!(
        "group.lark",
        "a message in a Feishu (飞书) group: its markup"
    ),
    template!("group.text", "a message in any group, without markup"),
    template!(
        "group-items.text",
        "what a message in a group says, in every markup"
    ),
    template!(
        "group-rest.text",
        "the last line of one that had to leave items out"
    ),
    template!(
        "group-short.text",
        "the line that mentions people in a group"
    ),
    template!("rule.txt", "a rule in one sentence, for `duban rules show`"),
    template!(
        "register.txt",
        "the register (台账) of `duban export`: sheets, columns, states, remarks"
    ),
];

/// Where a city's own templates stand, by name.
///
/// # Errors
/// What of the folder cannot be read.
pub fn own(folder: Option<&Path>) -> Result<BTreeMap<&'static str, PathBuf>, Vec<Fault>> {
    let mut faults = Vec::new();
    let own = folder.map(|folder| read(folder, &mut faults));
    if !faults.is_empty() {
        return Err(faults);
    }
    let own = own.unwrap_or_default().into_iter();
    Ok(own.map(|(name, own)| (name, own.path)).collect())
}

/// The templates in `folder`, by name. Hidden files are nobody's templates.
pub(super) fn read(folder: &Path, faults: &mut Vec<Fault>) -> BTreeMap<&'static str, Own> {
    let mut own = BTreeMap::new();
    let paths = match listed(folder) {
        Ok(paths) => paths,
        Err(error) => {
            let place = folder.display().to_string();
            faults.push(Fault::new(place, error.to_string(), "a readable folder"));
            return own;
        }
    };
    for path in paths {
        match read_one(&path) {
            Ok(Some((name, source))) => {
                own.insert(name, Own { path, source });
            }
            Ok(None) => {}
            Err(fault) => faults.push(fault),
        }
    }
    own
}

/// What lies in a folder, in the order of its names.
fn listed(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn read_one(path: &Path) -> Result<Option<(&'static str, String)>, Fault> {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    if file.starts_with('.') {
        return Ok(None);
    }
    let place = path.display().to_string();
    let Some(template) = TEMPLATES.iter().find(|template| template.name == file) else {
        let names: Vec<&str> = TEMPLATES.iter().map(|template| template.name).collect();
        let expected = format!("one of {}", names.join(", "));
        return Err(Fault::new(place, "no template has this name", expected));
    };
    let source = fs::read_to_string(path)
        .map_err(|error| Fault::new(place, error.to_string(), "a readable file in UTF-8"))?;
    // Spreadsheet and text programs of Windows begin UTF-8 with a mark that would be shown.
    let source = source.strip_prefix('\u{feff}').unwrap_or(&source);
    Ok(Some((template.name, source.to_owned())))
}
