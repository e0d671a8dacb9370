//! A notice in our own form, as an official types it from the State Council's sentences.
//!
//! Owns its keys: a head of `year`, `notice_no` and `papers`, and one `[[holiday]]` for
//! each sentence. Refuses to judge its days; that is `sound`.

use super::super::calendar::{Notice, NoticeDay};
use super::super::fault::Fault;
use super::super::table::{self, Table};
use super::entry::{self, Entry, entry};
use super::sound;

/// Reads a notice.
pub(super) fn read(file: &str, text: &str) -> Result<Notice, Vec<Fault>> {
    table::read(file, text, notice)
}

fn notice(root: &Table) -> Notice {
    root.needs(&["year", "holiday"]);
    let year = root.u32("year").map(i32::try_from);
    let year = year.and_then(Result::ok);
    let mut notice = Notice {
        year: year.unwrap_or_default(),
        papers: root.strings("papers"),
        notice_no: root.string("notice_no"),
        provisional: root.bool("provisional").unwrap_or(false),
        days: Vec::new(),
    };
    let entries: Vec<Entry<'_>> = root.tables("holiday").into_iter().map(entry).collect();
    for entry in &entries {
        entry.table.finish();
        notice
            .days
            .extend(entry.days().map(|(date, is_off_day)| NoticeDay {
                name: entry.name.clone(),
                date,
                is_off_day,
            }));
    }
    root.finish();
    if year.is_some() {
        judge(root, &entries, &notice);
    }
    notice.days.sort_by_key(|day| day.date);
    notice
}

/// Reports what is wrong with the days. What is absent is only told once everything that
/// is there can be read: a date with a slip in it would be missed a second time.
fn judge(root: &Table, entries: &[Entry<'_>], notice: &Notice) {
    let is_read = |entry: &Entry<'_>| !entry.table.is_faulty();
    let all_is_read = entries.iter().all(is_read) && !root.is_faulty();
    let mut named = notice.clone();
    // An entry without a name has a fault already.
    named.days.retain(|day| !day.name.is_empty());
    entry::report(entries, &sound::days(&named));
    if all_is_read {
        let absent = sound::absent(notice);
        if !absent.is_empty() {
            let found: Vec<String> = absent.iter().map(|one| one.found.clone()).collect();
            let expected: Vec<String> = absent.into_iter().map(|one| one.expected).collect();
            root.doubt("holiday", found.join("; "), expected.join("; "));
        }
    }
}
