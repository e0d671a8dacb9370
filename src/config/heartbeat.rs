//! `[heartbeat]`: whether there is a watchman outside, and where.
//!
//! Owns that its faults have the lines of the file. Refuses to know what a sound URL is.

use crate::channels::heartbeat::Settings;

use super::document::Document;

/// The settings; none where there is no `[heartbeat]` or it has faults.
pub(super) fn heartbeat(document: &mut Document<'_>, allow_http: bool) -> Option<Settings> {
    if !document.has("heartbeat") {
        return None;
    }
    let settings: Settings = document.section("heartbeat")?;
    for fault in settings.faults(allow_http) {
        let key = fault.place.strip_prefix("heartbeat.");
        let place = document.place_of("heartbeat", key.unwrap_or_default());
        document.refuse(place, fault.found, fault.expected);
    }
    Some(settings)
}
