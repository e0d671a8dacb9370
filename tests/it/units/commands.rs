//! `units show`, `units check` and `units alias`, as they are typed.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use duban::config::units::put::{PutError, put};

use super::UNITS;
use crate::support::command::Desk;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("units.toml", UNITS);
    for (number, unit) in [(1, "市住建局"), (2, "市住建局"), (3, "市司法局")] {
        let id = format!("2026-00{number}");
        desk.decision(&id, "甲");
        let sql = "update decision set drafting_unit = $1 where id = $2";
        desk.catalogue().execute(sql, (unit, &id)).unwrap();
    }
    desk
}

fn text(desk: &Desk) -> String {
    fs::read_to_string(desk.at("units.toml")).unwrap()
}

#[test]
fn a_unit_is_shown_with_its_names_and_without_its_secrets() {
    let desk = desk();
    let all = desk.duban(&["units", "show"]).ok();
    for word in ["市住房和城乡建设局", "王联络", "wecom robot", "legal"] {
        assert!(all.contains(word), "{word} in {all}");
    }
    let one = desk.duban(&["units", "show", "建设局"]).ok();
    assert!(one.contains("市住建局, in 2 decisions"), "{one}");
    assert!(
        one.contains("138****0001") && !one.contains("市司法局"),
        "{one}"
    );
    let json = desk.duban(&["units", "show", "--json"]);
    for secret in ["13800000001", "0123456789abcdef", "qyapi"] {
        assert!(!json.out.contains(secret) && !all.contains(secret));
    }
    let json = json.json();
    assert_eq!(json[1]["named"]["drafting"], 2);
    assert_eq!(json[1]["people"][0]["mobile"], "138****0001");
    assert_eq!(json[2]["roles"], serde_json::json!(["legal", "drafting"]));
    let said = desk.duban(&["units", "show", "市司法所"]).refused(1);
    assert!(said.contains("no unit 市司法所"), "{said}");
}

#[test]
fn a_check_tells_everything_at_once_and_how_bad_it_is() {
    let desk = desk();
    let said = desk.duban(&["units", "check"]).ok();
    for line in [
        "units.toml:10: found 市住房和城乡建设局 without a leader",
        "units.toml:33: found 市司法局 without a head",
        "units.toml:14: found the name 市建设局, which nobody uses",
        ": 0 faults,",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    let sql = "update decision set executing_unit = '住建局', cooperating_units = '[\"市水利局\"]'";
    desk.catalogue().execute(sql, ()).unwrap();
    desk.extend(
        "units.toml",
        "[[unit]]\nname = \"市档案馆\"\n\
         [[unit]]\nname = \"洮南市司法局\"\n\
         contact = [{ name = \"钱\", email = \"Zhao@sfj.example\" }, { name = \"吴\", email = \"wu@例.cn\" }]\n",
    );
    let check = desk.duban(&["units", "check", "--json"]);
    let json = check.json();
    let said = check.refused(78);
    for line in [
        "2026-001, 2026-002, 2026-003: found 住建局, expected a unit of units.toml, or one of its aliases; perhaps `市住建局`",
        "found 市水利局, expected a unit",
        "found \"wu@例.cn\" (a character that is not ASCII)",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    let warnings = json["warnings"].to_string();
    for words in [
        "nothing that reaches 市档案馆",
        "zhao@sfj.example, which is in 市司法局, too",
        "洮南市司法局, which is nearly 市司法局",
    ] {
        let words = words.replace("zhao", "Zhao");
        assert!(warnings.contains(&words), "{words} in {warnings}");
    }
    // `duban check` says the same of units that nobody knows.
    let said = desk.duban(&["check"]).out;
    assert!(
        said.contains(
            "found 住建局, expected a unit of units.toml, or one of its aliases; perhaps"
        )
    );
}

#[test]
fn a_check_goes_on_although_the_file_has_faults() {
    let desk = desk();
    desk.extend(
        "units.toml",
        "[[unit]]\nname = \"市司法局\"\ncontact = [{ name = \"钱\", email = \"钱\", colour = 1 }]\n",
    );
    let check = desk.duban(&["units", "check"]);
    assert!(
        check.out.contains("3 units") || check.out.contains("4 units"),
        "{check:?}"
    );
    let said = check.refused(78);
    assert!(said.contains("found \"市司法局\" a second time"), "{said}");
    assert!(said.contains("colour"), "{said}");
}

#[test]
fn without_a_configuration_it_is_said_which_key_names_the_file() {
    let desk = desk();
    for arguments in [
        &["units", "check"][..],
        &["units", "show"],
        &["units", "alias", "a", "b"],
    ] {
        let said = desk.alone(arguments).refused(78);
        assert!(said.contains("`file` in its section [directory]"), "{said}");
    }
}

#[test]
fn an_alias_is_noted_once_and_taken_back() {
    let desk = desk();
    let before = text(&desk);
    let alias = |more: &[&str]| desk.duban(&[&["units", "alias"], more].concat());
    let said = alias(&["住建局", "市住建局", "--dry-run"]).ok();
    assert!(
        said.contains("住建局 leads to 市住房和城乡建设局"),
        "{said}"
    );
    assert_eq!(text(&desk), before);
    let said = alias(&["住建局", "市住建局"]);
    assert!(said.err.contains("systemctl reload duban"), "{said:?}");
    said.ok();
    let after = text(&desk);
    assert!(after.contains("    \"住建局\",\n"), "{after}");
    let said = alias(&["住建局", "市住房和城乡建设局"]).ok();
    assert!(said.contains("nothing changes"), "{said}");
    let said = alias(&["住建局", "市司法局"]).refused(1);
    assert!(
        said.contains("leads to 市住房和城乡建设局 already"),
        "{said}"
    );
    assert!(said.contains("units.toml:15"), "{said}");
    alias(&["--remove", "住建局"]).ok();
    assert_eq!(
        text(&desk).replace("\"市建设局\",\n", "\"市建设局\"\n"),
        before
    );
    let said = alias(&["--remove", "市司法局"]).refused(1);
    assert!(said.contains("the unit's own name"), "{said}");
    // A role is filled by it.
    let said = alias(&["--remove", "司法局"]).refused(1);
    assert!(said.contains("roles.legal"), "{said}");
    alias(&["--remove", "无此名"]).refused(1);
    alias(&["", "市司法局"]).refused(1);
    alias(&["一名"]).refused(2);
}

#[test]
fn mode_and_link_stay_and_no_draft_is_left() {
    let desk = desk();
    fs::create_dir(desk.at("managed")).unwrap();
    fs::rename(desk.at("units.toml"), desk.at("managed/units.toml")).unwrap();
    symlink("managed/units.toml", desk.at("units.toml")).unwrap();
    let target = desk.at("managed/units.toml");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    desk.duban(&["units", "alias", "住建局", "市住建局"]).ok();
    assert!(desk.at("units.toml").is_symlink());
    assert!(fs::read_to_string(&target).unwrap().contains("\"住建局\""));
    assert_eq!(fs::metadata(&target).unwrap().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(desk.at("managed")).unwrap().count(), 1);
}

#[test]
fn a_file_that_cannot_be_written_is_told_with_what_to_write() {
    let desk = desk();
    let before = text(&desk);
    // Whoever runs the tests may write everything, so the draft's place is taken instead.
    fs::create_dir_all(desk.at(".units.toml.new/full")).unwrap();
    let said = desk
        .duban(&["units", "alias", "住建局", "市住建局"])
        .refused(1);
    assert!(said.contains("failed to write"), "{said}");
    assert!(
        said.contains("in the entry of 市住房和城乡建设局, into `aliases = [..]`: \"住建局\""),
        "{said}"
    );
    assert_eq!(text(&desk), before);
}

#[test]
fn what_somebody_else_has_written_meanwhile_is_not_replaced() {
    let desk = desk();
    let path = desk.at("units.toml");
    let stale = put(&path, "# as it was\n", "# mine\n");
    assert!(matches!(stale, Err(PutError::Changed(_))), "{stale:?}");
    let other = fs::File::open(&path).unwrap();
    other.lock().unwrap();
    let busy = put(&path, UNITS, "# mine\n");
    assert!(matches!(busy, Err(PutError::Changed(_))), "{busy:?}");
    assert_eq!(text(&desk), UNITS);
    drop(other);
    put(&path, UNITS, "# mine\n").unwrap();
    assert_eq!(text(&desk), "# mine\n");
}

#[test]
fn a_number_in_the_place_of_an_address_is_not_repeated() {
    let desk = Desk::new();
    let units =
        "[centre]\nname = \"督查\"\ncontact = [{ name = \"王\", email = \"13800000077\" }]\n";
    desk.write("units.toml", units);
    let told = desk.duban(&["units", "check"]).refused(78);
    assert!(told.contains("expected an e-mail address"), "{told}");
    assert!(!told.contains("0000077"), "{told}");
}

#[test]
fn of_units_that_are_equally_near_none_is_named_alone() {
    let desk = Desk::new();
    let people = "contact = [{ name = \"王\", email = \"w@e.cn\" }]\n";
    let units = ["[centre]", "[[unit]]", "[[unit]]"].into_iter();
    let units = units.zip(["督查", "市城管局", "市城管委"]);
    let units = units.map(|(table, name)| format!("{table}\nname = \"{name}\"\n{people}"));
    desk.write("units.toml", units.collect::<String>());
    let said = desk.duban(&["units", "alias", "城管", "市城管"]);
    let told = said.refused(1);
    assert!(
        told.contains("perhaps `市城管委` or `市城管局`")
            || told.contains("perhaps `市城管局` or `市城管委`"),
        "{told}"
    );
    let told = desk.duban(&["units", "alias", "城管", "城管局"]).refused(1);
    assert!(told.contains("perhaps `市城管局`;"), "{told}");
}
