//! `calendar load`: what a file changes, which open dates follow, what is asked, what is
//! refused, and what lies in the folder afterwards.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use duban::cli::calendar::write_year;
use duban::cli::loading::{Candidate, LoadError, candidate};
use duban::cli::table::Screen;
use duban::daemon::shelf::Shelf;
use duban::domain::calendar::{Notice, NoticeDay};
use duban::domain::fault::Fault;
use duban::domain::shipped;

use super::cli_counting::{autumn, calendar, day};
use crate::support::command::Desk;

/// The notice of 2026, as it is.
fn notice() -> Notice {
    shipped::notices().unwrap().remove(3)
}

fn built_in() -> Shelf {
    Shelf::open(None).unwrap()
}

fn written(candidate: &Candidate) -> String {
    let mut out = Vec::new();
    candidate.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_new_notice_is_compared_put_in_place_and_leaves_no_draft() {
    let folder = tempfile::tempdir().unwrap();
    let mut next = notice();
    next.days.retain(|listed| listed.date != day("2026-09-20"));
    let moon = next.days.iter_mut().find(|on| on.date == day("2026-09-25"));
    moon.unwrap().name = "中秋".to_owned();
    let file = folder.path().join("incoming");
    fs::write(&file, serde_json::to_string(&next).unwrap()).unwrap();

    let candidate = candidate(&file, &built_in()).unwrap();
    let said = written(&candidate);
    assert!(
        said.contains("- 2026-09-20 Sun  make-up working day, 国庆节"),
        "{said}"
    );
    assert!(said.contains("~ 2026-09-25 Fri  off, 中秋"), "{said}");
    assert!(said.contains("2 days change"), "{said}");

    let calendars = folder.path().join("calendar");
    fs::create_dir(&calendars).unwrap();
    let installed = candidate.install(&calendars, &built_in()).unwrap();
    assert_eq!(installed, calendars.join("2026.json"));
    assert_eq!(fs::read(installed).unwrap(), fs::read(file).unwrap());
    assert_eq!(names(&calendars), ["2026.json"]);
}

#[test]
fn a_year_whose_notice_is_not_out_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("2027.json");
    fs::write(&file, r#"{"year": 2027, "papers": [], "days": []}"#).unwrap();
    let refused = candidate(&file, &built_in());
    assert!(matches!(refused, Err(LoadError::NoDays { year: 2027 })));
}

#[test]
fn a_notice_that_contradicts_itself_is_refused_with_every_fault() {
    let folder = tempfile::tempdir().unwrap();
    let mut next = notice();
    for listed in &mut next.days {
        if listed.date == day("2026-09-20") {
            listed.date = day("2026-09-21");
        }
        if listed.date == day("2026-02-18") {
            listed.name = String::new();
        }
    }
    let file = folder.path().join("2026.json");
    fs::write(&file, serde_json::to_string(&next).unwrap()).unwrap();
    let Err(LoadError::Form { faults }) = candidate(&file, &built_in()) else {
        panic!("accepted");
    };
    let found: Vec<&str> = faults.iter().map(|fault| fault.found.as_str()).collect();
    assert_eq!(
        found,
        [
            "2026-02-18 Wed, without a name",
            "2026-09-21 Mon, a make-up day on a weekday",
        ]
    );
}

#[test]
fn a_day_that_two_years_notices_see_differently_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sunday = |is_off_day| NoticeDay {
        name: "元旦".to_owned(),
        date: day("2026-12-27"),
        is_off_day,
    };
    let (mut this, mut next) = (notice(), shipped::notices().unwrap().remove(4));
    this.days.push(sunday(true));
    next.days.push(sunday(false));
    let mut shelf = built_in();
    shelf.replace(this);
    let file = folder.path().join("2027.json");
    fs::write(&file, serde_json::to_string(&next).unwrap()).unwrap();
    let Err(LoadError::Misfit { faults }) = candidate(&file, &shelf) else {
        panic!("accepted");
    };
    assert_eq!(faults[0].place, "calendar 2027, 2026-12-27");
}

/// The notice of 2026 in our own form, as the administrator is shown it.
const TYPED: &str = include_str!("../../config/calendar/2026.toml.example");

#[test]
fn our_own_form_says_the_same_as_holiday_cn_does() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("2026.toml");
    fs::write(&file, TYPED).unwrap();
    let candidate = candidate(&file, &built_in()).unwrap();
    assert_eq!(written(&candidate), "2026: no day changes\n");
    assert_eq!(candidate.doubts, Vec::<Fault>::new());
}

/// A desk with a calendar folder and one decision whose execution was completed on that day.
fn desk(completed: &str) -> Desk {
    let desk = Desk::new();
    let config = fs::read_to_string(desk.at("duban.toml")).unwrap();
    desk.write(
        "duban.toml",
        format!("[calendar]\nfolder = \"calendar\"\n{config}"),
    );
    fs::create_dir(desk.at("calendar")).unwrap();
    desk.decision("2026-001", "机密标题");
    desk.event("2026-001", "execution_completed", completed);
    desk
}

/// 9 September 2026 is arc-18's date, 30 days after completion.
const COMPLETED: &str = "2026-08-10";

const SNOW: &str = "[[local]]\nname = \"洪涝停工\"\nauthority = \"洮政办发〔2026〕3号\"\n\
                    from = 2026-09-09\nto = 2026-09-10\n";

#[test]
fn the_open_dates_that_move_are_listed_before_anything_is_written() {
    let desk = desk(COMPLETED);
    let file = desk.write("local.toml", SNOW);
    let said = desk.duban(&["calendar", "load", &file, "--dry-run"]).ok();
    assert!(
        said.contains("+ 2026-09-09 Wed  off, 洪涝停工（洮政办发〔2026〕3号）"),
        "{said}"
    );
    assert!(
        said.contains("2026-001  arc-18         ~ moved  2026-09-09  2026-09-11  将执行"),
        "{said}"
    );
    assert!(said.contains("1 open date moves"), "{said}");
    assert!(said.contains("nothing was written"), "{said}");
    assert!(!said.contains("机密标题"), "{said}");
    assert_eq!(names(&desk.at("calendar")), [""; 0]);
}

#[test]
fn the_moves_are_a_list_in_json_and_nothing_else_is_on_stdout() {
    let desk = desk(COMPLETED);
    let file = desk.write("local.toml", SNOW);
    let said = desk.duban(&["calendar", "load", &file, "--yes", "--json"]);
    let moves = said.json();
    assert_eq!(moves.as_array().unwrap().len(), 1, "{moves}");
    assert_eq!(moves[0]["decision"], "2026-001");
    assert_eq!(moves[0]["rule"], "arc-18");
    assert_eq!(moves[0]["change"], "moved");
    assert_eq!(moves[0]["was"]["due_on"], "2026-09-09");
    assert_eq!(moves[0]["is"]["due_on"], "2026-09-11");
    assert_eq!(moves[0]["is"]["latest_on"], "2026-09-11");
    assert!(moves[0].get("title").is_none());
    assert!(said.err.contains("loaded into"), "{}", said.err);
    assert_eq!(names(&desk.at("calendar")), ["local.toml"]);
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_written_and_the_command_fails() {
    let desk = desk(COMPLETED);
    let file = desk.write("local.toml", SNOW);
    let refused = desk.duban(&["calendar", "load", &file]).refused(1);
    assert!(refused.contains("nothing was written"), "{refused}");
    assert!(refused.contains("--yes"), "{refused}");
    assert_eq!(names(&desk.at("calendar")), [""; 0]);
}

/// Runs `calendar load` on a terminal on which `answer` is typed; gives what it showed.
fn at_a_terminal(desk: &Desk, file: &str, answer: &str) -> String {
    let (duban, config) = (env!("CARGO_BIN_EXE_duban"), desk.path("duban.toml"));
    let command = format!("'{duban}' calendar load '{file}' --config '{config}'");
    // bsdutils' script gives the command a terminal of its own.
    let mut terminal = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keyboard = terminal.stdin.take().unwrap();
    keyboard.write_all(answer.as_bytes()).unwrap();
    let shown = terminal.wait_with_output().unwrap();
    assert!(shown.status.success());
    String::from_utf8(shown.stdout).unwrap()
}

#[test]
fn at_a_terminal_only_a_yes_loads_the_file() {
    let desk = desk(COMPLETED);
    let file = desk.write("local.toml", SNOW);
    for answer in ["n\n", "\n"] {
        let shown = at_a_terminal(&desk, &file, answer);
        assert!(shown.contains("Load it? [y/N]"), "{shown}");
        assert!(shown.contains("nothing was written"), "{shown}");
        assert_eq!(names(&desk.at("calendar")), [""; 0]);
    }
    let shown = at_a_terminal(&desk, &file, "y\n");
    assert!(shown.contains("1 open date moves"), "{shown}");
    assert_eq!(names(&desk.at("calendar")), ["local.toml"]);
}

#[test]
fn what_is_only_settled_is_counted_and_not_listed() {
    let desk = desk("2027-02-08");
    let file = desk.write("2027.toml", provisional_year("provisional = false"));
    let said = desk.duban(&["calendar", "load", &file, "--yes"]).ok();
    assert!(said.contains("no open date moves"), "{said}");
    // What was executed goes to the archive (arc-18) and is published (dis-2).
    assert!(
        said.contains("2 that are provisional no more keep their date"),
        "{said}"
    );
    assert!(
        said.contains("doubtful:"),
        "no paper, no make-up days: {said}"
    );
}

/// The statutory days of 2027.
fn provisional_year(head: &str) -> String {
    let days = [
        ("元旦", "2027-01-01", "2027-01-01"),
        ("除夕、春节", "2027-02-05", "2027-02-08"),
        ("清明节", "2027-04-05", "2027-04-05"),
        ("劳动节", "2027-05-01", "2027-05-02"),
        ("端午节", "2027-06-09", "2027-06-09"),
        ("中秋节", "2027-09-15", "2027-09-15"),
        ("国庆节", "2027-10-01", "2027-10-03"),
    ];
    let entry = |(name, from, to): &(&str, &str, &str)| {
        format!("[[holiday]]\nname = \"{name}\"\nfrom = {from}\nto = {to}\n")
    };
    let entries: Vec<String> = days.iter().map(entry).collect();
    format!("year = 2027\n{head}\n{}", entries.concat())
}

#[test]
fn a_table_of_statutory_days_loads_and_its_year_stays_provisional() {
    let desk = desk("2027-02-08");
    let file = desk.write("2027.toml", provisional_year("provisional = true"));
    desk.duban(&["calendar", "load", &file, "--yes"]).ok();
    let shown = desk.duban(&["calendar", "show", "2027"]).ok();
    assert!(shown.contains("! provisional"), "{shown}");
    let due = desk.duban(&["due", "--json"]).json();
    let due = due.as_array().unwrap();
    let arc = due.iter().find(|row| row["rule"] == "arc-18").unwrap();
    assert_eq!(arc["provisional"], true);
}

#[test]
fn a_year_in_the_other_form_replaces_the_old_one() {
    let desk = desk(COMPLETED);
    let json = desk.write("2026.json", serde_json::to_string(&notice()).unwrap());
    desk.duban(&["calendar", "load", &json, "--yes"]).ok();
    assert_eq!(names(&desk.at("calendar")), ["2026.json"]);
    let toml = desk.write("国办通知.toml", TYPED);
    desk.duban(&["calendar", "load", &toml, "--yes"]).ok();
    assert_eq!(names(&desk.at("calendar")), ["2026.toml"]);
    assert_eq!(
        fs::read_to_string(desk.at("calendar/2026.toml")).unwrap(),
        TYPED
    );
    desk.duban(&["calendar", "load", &json, "--yes"]).ok();
    assert_eq!(names(&desk.at("calendar")), ["2026.json"]);
}

#[test]
fn two_files_for_one_year_are_a_fault_that_names_both() {
    let desk = desk(COMPLETED);
    desk.write(
        "calendar/2026.json",
        serde_json::to_string(&notice()).unwrap(),
    );
    desk.write("calendar/2026.toml", TYPED);
    let refused = desk.duban(&["check"]).refused(78);
    for named in [
        "calendar/2026.json",
        "calendar/2026.toml",
        "two notices for 2026",
    ] {
        assert!(refused.contains(named), "{refused}");
    }
}

#[test]
fn a_file_that_holds_another_year_is_not_overwritten() {
    let desk = desk(COMPLETED);
    let text = serde_json::to_string(&notice()).unwrap();
    desk.write("calendar/2027.json", &text);
    let mut next = shipped::notices().unwrap().remove(4);
    next.provisional = true;
    let file = desk.write("next.json", serde_json::to_string(&next).unwrap());
    let refused = desk
        .duban(&["calendar", "load", &file, "--yes"])
        .refused(78);
    assert!(refused.contains("the notice of 2026"), "{refused}");
    assert_eq!(
        fs::read_to_string(desk.at("calendar/2027.json")).unwrap(),
        text
    );
}

#[test]
fn a_host_without_a_catalogue_is_told_that_nothing_was_compared() {
    let desk = desk(COMPLETED);
    fs::remove_file(desk.at("catalog.db")).unwrap();
    let file = desk.write("local.toml", SNOW);
    let said = desk.duban(&["calendar", "load", &file, "--yes"]).ok();
    assert!(said.contains("there is no catalogue yet"), "{said}");
    assert_eq!(names(&desk.at("calendar")), ["local.toml"]);
}

#[test]
fn a_folder_s_doubtful_notice_is_a_warning_of_check() {
    let desk = desk(COMPLETED);
    let mut doubtful = notice();
    doubtful
        .days
        .retain(|listed| listed.date != day("2026-09-20"));
    desk.write(
        "calendar/2026.json",
        serde_json::to_string(&doubtful).unwrap(),
    );
    let said = desk.duban(&["check"]).ok();
    assert!(
        said.contains("19 weekdays off and 5 make-up days"),
        "{said}"
    );
}

#[test]
fn local_days_are_shown_with_who_decided_them_and_named_in_the_version() {
    let desk = desk(COMPLETED);
    desk.write("calendar/local.toml", SNOW);
    for shown in [
        desk.duban(&["calendar", "show"]).ok(),
        desk.duban(&["calendar", "show", "2026"]).ok(),
    ] {
        assert!(
            shown.contains("2026-09-09 Wed  off   洪涝停工  洮政办发〔2026〕3号"),
            "{shown}"
        );
    }
    let json = desk.duban(&["calendar", "show", "2026", "--json"]).json();
    assert_eq!(json[0]["local"][1]["date"], "2026-09-10");
    assert_eq!(json[0]["local"][1]["authority"], "洮政办发〔2026〕3号");
    let why = desk.duban(&["why", "2026-001", "arc-18"]).ok();
    assert!(
        why.contains("2026-09-09 Wed (洪涝停工（洮政办发〔2026〕3号）)"),
        "{why}"
    );
    let count = desk
        .duban(&["calendar", "count", "2026-09-08", "+1wd", "--json"])
        .json();
    assert_eq!(count["due_on"], "2026-09-11");
    assert_eq!(count["calendar"], "2023 2024 2025 2026 2027* +local:2");
    // The year's own notice is what makes it known.
    assert_eq!(count["status"], "final");
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
