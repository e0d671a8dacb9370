//! A city's own wording: what it replaces, and what is found wrong before it is in force.

use std::fs;
use std::path::Path;

use duban::channels::wording::Wording;
use duban::channels::wording::check::check;
use duban::channels::wording::folder::TEMPLATES;
use duban::domain::fault::Fault;

use crate::support::command::Desk;
use crate::support::messages;

/// A folder with these templates.
fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn built_in(name: &str) -> &'static str {
    let found = TEMPLATES.iter().find(|template| template.name == name);
    found.unwrap().source
}

fn faults(folder: &Path) -> Vec<Fault> {
    match Wording::untried(Some(folder)) {
        Ok(wording) => check(&wording).faults,
        Err(faults) => faults,
    }
}

#[test]
fn the_built_in_templates_fit_every_sample() {
    let report = check(&Wording::new().unwrap());
    assert_eq!(report.faults, []);
    assert!(report.samples > 120 && report.texts > 2000, "{report:?}");
}

#[test]
fn a_file_of_the_same_name_is_the_city_s_own_wording() {
    let words = built_in("words.txt").replace("请立即办理", "请马上办理");
    let folder = folder(&[("words.txt", words), (".words.txt.swp", String::new())]);
    let wording = Wording::from_folder(Some(folder.path())).unwrap();
    let mut facts = messages::facts();
    facts.kind = duban::domain::notice::Kind::Overdue;
    facts.working_days_left = -1;
    let channel = duban::domain::notice::Channel::Mail;
    let text = wording
        .mail(&messages::message(channel, vec![facts]))
        .unwrap();
    assert!(text.plain.contains("请马上办理") && text.html.contains("请马上办理"));
}

#[test]
fn a_name_that_is_no_template_and_a_template_that_is_no_template_are_refused_together() {
    let broken = built_in("words.txt").replace("{%- endmacro -%}", "");
    let folder = folder(&[
        ("word.txt", String::new()),
        ("words.txt", broken),
        ("subject.txt", "{{ 督办".to_owned()),
    ]);
    let faults = Wording::from_folder(Some(folder.path())).err().unwrap();
    let told: Vec<String> = faults.iter().map(Fault::to_string).collect();
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(
        told[0].contains(
            "word.txt: found no template has this name, expected one of words.txt, endings.txt"
        ),
        "{told:#?}"
    );
    assert!(told[1].contains("/words.txt:"), "{told:#?}");
    assert!(
        told[2].contains("/subject.txt:1: found syntax error"),
        "{told:#?}"
    );
}

/// A folder in which one thing of each sort is wrong.
fn faulty() -> tempfile::TempDir {
    let swap = |name: &str, from: &str, to: &str| {
        let text = built_in(name);
        assert!(text.contains(from), "{from} is not in {name}");
        text.replace(from, to)
    };
    folder(&[
        // A field nobody has, in a branch that only a chase reaches.
        (
            "words.txt",
            swap(
                "words.txt",
                "至今没有办结记录。\"",
                "至今没有办结记录。\" ~ n.chases",
            ),
        ),
        (
            "subject.txt",
            swap("subject.txt", "【督办提醒】", "【督办】"),
        ),
        ("notices.html", swap("notices.html", "</ol>", "</ul>")),
        (
            "group.wecom",
            "{{ notices[0].title|safe }}【督办提醒】".to_owned(),
        ),
        ("group.text", format!("【督办提醒】{}", "长".repeat(1000))),
        (
            "digest.html",
            swap(
                "digest.html",
                "{{ digest.log.seq }}",
                "{{ digest.overduee }}",
            ),
        ),
        (
            "event.txt",
            "某市国土空间总体规划（2026—2035年）".to_owned(),
        ),
        (
            "group-short.text",
            "某市国土空间总体规划（2026—2035年）【督办提醒】超期".to_owned(),
        ),
    ])
}

#[test]
fn everything_that_does_not_fit_is_told_at_once_with_its_line_and_field() {
    let folder = faulty();
    let told: Vec<String> = faults(folder.path()).iter().map(Fault::to_string).collect();
    let line_of = |name: &str, words: &str| {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        text.lines().position(|line| line.contains(words)).unwrap() + 1
    };
    for part in [
        format!("words.txt:{}: ", line_of("words.txt", "n.chases")),
        "undefined value: `\"此前已催办，至今没有办结记录。\" ~ n.chases`".to_owned(),
        "subject.txt: found no envelope word".to_owned(),
        "notices.html: found </ul> where <ol> is open".to_owned(),
        "group.wecom: found `<at ` of a title".to_owned(),
        "group.text: found no item fits".to_owned(),
        format!(
            "digest.html:{}: ",
            line_of("digest.html", "digest.overduee")
        ),
        "undefined value: `digest.overduee`".to_owned(),
        "group-short.text: found a confidential title (sample confidential".to_owned(),
        "group-short.text: found 超期 (sample ".to_owned(),
        "event.txt: found a confidential title (sample confidential".to_owned(),
        "group.dingtalk (built in, used together with your own digest.html, event.txt, ".to_owned(),
    ] {
        assert!(
            told.iter().any(|fault| fault.contains(&part)),
            "{part} is not in {told:#?}"
        );
    }
}

#[test]
fn the_command_line_lists_shows_and_checks_templates() {
    let desk = Desk::new();
    let words = desk.duban(&["templates", "show", "words.txt"]).ok();
    assert_eq!(words, built_in("words.txt"));
    let unknown = desk.duban(&["templates", "show", "word.txt"]);
    assert!(unknown.refused(1).contains("there is no template word.txt"));
    fs::create_dir(desk.at("own")).unwrap();
    desk.write("own/subject.txt", "{% if %}");
    desk.extend("duban.toml", "[wording]\nfolder = \"own\"\n");
    let list = desk.duban(&["templates", "list", "--json"]).json();
    let row = |name: &str| {
        list.as_array()
            .unwrap()
            .iter()
            .find(|row| row["template"] == name)
            .unwrap()
            .clone()
    };
    assert!(
        row("subject.txt")["own"]
            .as_str()
            .unwrap()
            .ends_with("own/subject.txt")
    );
    assert!(row("words.txt")["own"].is_null());
    let found = desk.duban(&["templates", "check", "--json"]);
    assert!(found.refused(78).contains("own/subject.txt:1"));
    assert!(
        desk.duban(&["check"])
            .refused(78)
            .contains("own/subject.txt:1")
    );
}
