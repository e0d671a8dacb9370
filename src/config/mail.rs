//! `[mail]`: one of two kinds of settings, as `transport` says.
//!
//! Owns the choice. Reads the kind's own settings afterwards, and not through a tagged
//! enum, because that would forget the lines of its faults. Refuses to know the kinds
//! beyond their names.

use std::path::Path;

use crate::channels::mail::Settings;

use super::document::Document;

const KINDS: &str = "\"file\" or \"smtp\"";

/// The settings; the default one, into a folder beside the file at `path`, where there
/// is no `[mail]` or it has faults.
pub(super) fn mail(document: &mut Document<'_>, path: &Path) -> Settings {
    if !document.has("mail") {
        return beside(path);
    }
    let place = document.place_of("mail", "transport");
    let settings = match document.take_text("mail", "transport").as_deref() {
        Some("file") => document.section("mail").map(Settings::File),
        Some("smtp") => document.section("mail").map(Settings::Smtp),
        other => {
            // What else stands there belongs to a kind nobody knows.
            let _: Option<toml::Table> = document.section("mail");
            let found = other.map_or("nothing".to_owned(), |name| format!("\"{name}\""));
            document.refuse(place, found, KINDS);
            None
        }
    };
    if let Some(Settings::Smtp(smtp)) = &settings {
        for fault in smtp.faults() {
            let key = fault.place.strip_prefix("mail.").unwrap_or(&fault.place);
            let place = document.place_of("mail", key);
            document.refuse(place, fault.found, fault.expected);
        }
    }
    settings.unwrap_or_else(|| beside(path))
}

fn beside(path: &Path) -> Settings {
    let mut settings = Settings::default();
    if let Settings::File(file) = &mut settings {
        file.folder = path.with_file_name(&file.folder);
    }
    settings
}
