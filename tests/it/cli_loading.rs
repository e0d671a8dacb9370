//! `calendar load`: what a notice changes, and what is refused.

use std::fs;

use duban::cli::calendar::write_year;
use duban::cli::loading::{LoadError, candidate};
use duban::cli::table::Screen;

use super::cli_counting::{autumn, calendar, day};

#[test]
fn a_new_notice_is_compared_put_in_place_and_leaves_no_draft() {
    let folder = tempfile::tempdir().unwrap();
    let mut next = autumn();
    next.days.retain(|listed| listed.date != day("2026-09-20"));
    next.days[0].name = "中秋".to_owned();
    let file = folder.path().join("incoming");
    fs::write(&file, serde_json::to_string(&next).unwrap()).unwrap();

    let candidate = candidate(&file, &[autumn()]).unwrap();
    let mut out = Vec::new();
    candidate.write(&mut out).unwrap();
    let said = String::from_utf8(out).unwrap();
    assert!(
        said.contains("- 2026-09-20 Sun  make-up working day, 国庆节"),
        "{said}"
    );
    assert!(said.contains("~ 2026-09-25 Fri  off, 中秋"), "{said}");
    assert!(said.contains("2 days change"), "{said}");

    let calendars = folder.path().join("calendar");
    fs::create_dir(&calendars).unwrap();
    let installed = candidate.install(&calendars).unwrap();
    assert_eq!(installed, calendars.join("2026.json"));
    assert_eq!(fs::read(installed).unwrap(), fs::read(file).unwrap());
    assert_eq!(fs::read_dir(calendars).unwrap().count(), 1);
}

#[test]
fn a_year_whose_notice_is_not_out_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("2027.json");
    fs::write(&file, r#"{"year": 2027, "papers": [], "days": []}"#).unwrap();
    let refused = candidate(&file, &[autumn()]);
    assert!(matches!(refused, Err(LoadError::NoDays { year: 2027 })));
}

#[test]
fn a_notice_that_contradicts_itself_is_refused_with_every_fault() {
    let folder = tempfile::tempdir().unwrap();
    let mut next = autumn();
    next.days[0].date = day("2026-09-21");
    next.days[1].name = String::new();
    let file = folder.path().join("2026.json");
    fs::write(&file, serde_json::to_string(&next).unwrap()).unwrap();
    let Err(LoadError::Faulty { faults, .. }) = candidate(&file, &[]) else {
        panic!("accepted");
    };
    assert_eq!(faults.len(), 2);
}

#[test]
fn a_year_is_shown_month_by_month_with_its_working_days() {
    let mut out = Vec::new();
    write_year(&mut out, 2026, &[autumn()], &calendar(), Screen::plain(100)).unwrap();
    let shown = String::from_utf8(out).unwrap();
    assert!(shown.contains("https://www.gov.cn/2026"), "{shown}");
    assert!(
        shown.contains("2026-09  22       25–27 中秋节  20 Sun"),
        "{shown}"
    );
    assert!(
        shown.contains("2026-10  18       1–7 国庆节    10 Sat"),
        "{shown}"
    );
}
