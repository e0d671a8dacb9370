//! What the pack in force says of itself, as an administrator asks it.

use crate::support::command::Desk;

/// A desk whose pack is the other city's with `more` at its end.
fn desk_with(more: &str) -> Desk {
    let desk = Desk::new();
    let pack = include_str!("../golden/other-city.toml");
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
