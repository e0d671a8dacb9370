//! What the pack in force says of itself, as an administrator asks it.

use crate::support::command::Desk;

/// A desk whose pack is the other city's with `more` at its end.
fn desk_with(more: &str) -> Desk {
    let desk = Desk::new();
    let pack = include_str!("../../config/rules/example-other-city.toml");
    desk.write("other.toml", format!("{pack}{more}"));
    desk.extend("duban.toml", "[rules]\nfile = \"other.toml\"\n");
    desk
}

#[test]
fn readings_tell_each_open_question_with_its_answer_and_where_it_is_set() {
    let questions = "\n[[ambiguity]]\nid = \"c-1\"\nquestion = \"末日为休息日怎么办\"\nanswer = \"不顺延\"\n\
        settings = [\"counting.forward_days\", \"rule.pub-10.roll\", \"ladder.default\"]\n\
        [[ambiguity]]\nid = \"c-2\"\nquestion = \"当日计入吗\"\nanswer = \"不计入\"\nsettings = []\n";
    let desk = desk_with(questions);
    let told = desk.duban(&["rules", "readings"]).ok();
    for part in [
        "c-1  末日为休息日怎么办\n  answer   不顺延\n",
        "set by   counting.forward_days = ",
        "set by   rule.pub-10.roll = left out: the default holds",
        "set by   ladder.default = near -5wd; -5wd to contact, head; +1d to leader",
        "c-2  当日计入吗\n  answer   不计入\n  set by   the program offers this answer only",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let json = desk.duban(&["rules", "readings", "--json"]).json();
    assert_eq!(json[0]["id"], "c-1");
    assert_eq!(json[0]["settings"][1]["key"], "rule.pub-10.roll");
    assert!(json[0]["settings"][1]["value"].is_null());
    let none = desk_with("").duban(&["rules", "readings"]).ok();
    assert_eq!(none, "the pack names no open question\n");
}

/// The other city's pack with one change in each of its parts.
fn changed() -> String {
    let pack = include_str!("../../config/rules/example-other-city.toml");
    let after = pack
        .replace("version = \"1\"", "version = \"2\"")
        .replace("offset = \"-10d\"", "offset = \"-20d\"")
        .replace("min_value = 3", "min_value = 5")
        .replace("near = \"-5wd\"", "near = \"-6wd\"");
    let (kept, gone) = after.split_once("[[rule]]\nid = \"pub-6b\"").unwrap();
    let (_, rest) = gone.split_once("[[rule]]").unwrap();
    let new = "\n[[rule]]\nid = \"n-1\"\ntitle = \"公布决策\"\nbasis = [{ system = \"程序规定\", article = \"30\" }]\n\
        from = \"decided\"\noffset = \"+7d\"\nrelation = \"by\"\ndone_by = \"published\"\n\
        responsible = \"office\"\nstrength = \"must\"\n";
    format!("{kept}[[rule]]{rest}{new}")
}

#[test]
fn a_new_pack_says_what_it_changes_in_rules_settings_and_open_dates() {
    let desk = desk_with("");
    desk.decision("2026-001", "秘密的名称");
    desk.event("2026-001", "hearing_on", "2099-03-29");
    desk.event("2026-001", "decided", "2099-06-03");
    let new = desk.write("new.toml", changed());
    let told = desk.duban(&["rules", "diff", &new]).ok();
    for part in [
        "~ the pack as a whole\n    version: 1 -> 2\n",
        "    ladder.default: near -5wd; ",
        "~ pub-10  送达听证会材料\n    offset: -10d -> -20d\n",
        "at least 3, an odd number, with its ref -> expert_review_on or expert_report, at least 5, an odd",
        "+ n-1  公布决策\n    所有事项，政府办公室应当不晚于自“作出决策”起7日",
        "- pub-6b  书面说明不组织听证的理由\n    所有事项，每有一次“申请听证”",
        "rules: 1 added, 1 removed, 2 changed\n",
        "~ moved",
        "2099-03-19",
        "2099-03-09",
        "+ added",
        "2099-06-10",
        "`systemctl reload duban`; finished items stay untouched",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("秘密的名称"), "{told}");
    let json = desk.duban(&["rules", "diff", &new, "--json"]).json();
    assert_eq!(json["settings"][0]["was"], "1");
    assert_eq!(json["rules"][0]["keys"][0]["is"], "-20d");
    assert_eq!(json["moves"].as_array().unwrap().len(), 2);
}

#[test]
fn a_pack_that_changes_nothing_says_so_and_one_with_faults_is_refused() {
    let desk = desk_with("");
    let told = desk
        .duban(&["rules", "diff", &desk.path("other.toml")])
        .ok();
    assert!(
        told.starts_with("rules: 0 added, 0 removed, 0 changed\n"),
        "{told}"
    );
    assert!(told.contains("no open date moves"), "{told}");
    let bare = desk
        .plain(&["rules", "diff", &desk.path("other.toml")])
        .ok();
    assert!(bare.contains("there is no catalogue yet"), "{bare}");
    let faulty = desk.write("faulty.toml", "[pack]\nname = 1\n");
    desk.duban(&["rules", "diff", &faulty]).refused(78);
}
