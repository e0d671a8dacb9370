//! `units.toml` changed: what was meant is there, and every other byte is where it was.

use std::path::Path;

use duban::config::Units;
use duban::config::units::edit::{Edit, EditError, edited};
use duban::config::units::roster::Roster;
use proptest::prelude::*;

use super::UNITS;

fn path() -> &'static Path {
    Path::new("units.toml")
}

fn alias(unit: &str, alias: &str) -> Edit {
    Edit::Aliases {
        unit: unit.to_owned(),
        aliases: vec![alias.to_owned()],
    }
}

fn no_alias(unit: &str, alias: &str) -> Edit {
    Edit::NoAlias {
        unit: unit.to_owned(),
        alias: alias.to_owned(),
    }
}

fn person(name: &str, email: &str) -> Vec<(&'static str, String)> {
    vec![
        ("audience", "leader".to_owned()),
        ("name", name.to_owned()),
        ("email", email.to_owned()),
    ]
}

fn people(unit: &str, all: &[(&str, &str)]) -> Edit {
    Edit::People {
        unit: unit.to_owned(),
        people: all
            .iter()
            .map(|(name, email)| person(name, email))
            .collect(),
    }
}

/// The lines that `edits` put in (`+`) and take out (`-`), in order.
fn difference(old: &str, edits: &[Edit]) -> Vec<String> {
    let new = edited(path(), old, edits).unwrap();
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    let mut lines = Vec::new();
    let (mut left, mut right) = (0, 0);
    while left < old.len() || right < new.len() {
        if old.get(left) == new.get(right) {
            (left, right) = (left + 1, right + 1);
        } else if left < old.len() && !new[right.min(new.len())..].contains(&old[left]) {
            lines.push(format!("-{}", old[left]));
            left += 1;
        } else {
            lines.push(format!("+{}", new[right]));
            right += 1;
        }
    }
    lines
}

#[test]
fn an_alias_gets_a_line_where_its_neighbours_have_one() {
    let edit = alias("市住房和城乡建设局", "住建局");
    assert_eq!(
        difference(UNITS, &[edit]),
        [
            "-    \"市建设局\"",
            "+    \"市建设局\",",
            "+    \"住建局\","
        ]
    );
}

#[test]
fn an_alias_joins_a_list_on_one_line_or_begins_one() {
    let edits = [
        alias("市司法局", "市司法行政局"),
        alias("市督查指挥中心", "督查室"),
    ];
    assert_eq!(
        difference(UNITS, &edits),
        [
            "+aliases = [\"督查室\"]",
            "-aliases = [\"司法局\"]",
            "+aliases = [\"司法局\", \"市司法行政局\"]",
        ]
    );
}

#[test]
fn a_name_goes_with_its_line_and_the_remark_beside_it() {
    let edit = no_alias("市住房和城乡建设局", "市住建局");
    let expected = ["-    \"市住建局\", # as most catalogues write it"];
    assert_eq!(difference(UNITS, &[edit]), expected);
    let edit = no_alias("市住房和城乡建设局", "市建设局");
    assert_eq!(difference(UNITS, &[edit]), ["-    \"市建设局\""]);
}

#[test]
fn people_are_added_in_the_style_of_their_unit() {
    let edits = [
        people("市住房和城乡建设局", &[("孙市长", "sun@gov.example")]),
        people("市司法局", &[("周市长", "zhou@gov.example")]),
    ];
    assert_eq!(
        difference(UNITS, &edits),
        [
            "+[[unit.contact]]",
            "+audience = \"leader\"",
            "+name = \"孙市长\"",
            "+email = \"sun@gov.example\"",
            "+",
            "-contact = [{ name = \"赵联络\", email = \"zhao@sfj.example\" }]",
            "+contact = [{ name = \"赵联络\", email = \"zhao@sfj.example\" }, \
             { audience = \"leader\", name = \"周市长\", email = \"zhou@gov.example\" }]",
        ]
    );
}

#[test]
fn what_is_known_of_a_person_changes_value_by_value() {
    let edit = |person, fields| Edit::Person {
        unit: "市住房和城乡建设局".to_owned(),
        person,
        fields,
    };
    let set = |text: &str| Some(text.to_owned());
    let edits = [
        edit(
            0,
            vec![("mobile", set("13900000002")), ("wecom", set("wang"))],
        ),
        edit(1, vec![("email", set("ju@zjj.example"))]),
    ];
    assert_eq!(
        difference(UNITS, &edits),
        [
            "-mobile = \"13800000001\"  # private",
            "+mobile = \"13900000002\"  # private",
            "+wecom = \"wang\"",
            "-email = \"li@zjj.example\"",
            "+email = \"ju@zjj.example\"",
        ]
    );
    let gone = edit(0, vec![("mobile", None)]);
    assert_eq!(
        difference(UNITS, &[gone]),
        ["-mobile = \"13800000001\"  # private"]
    );
}

#[test]
fn people_go_and_come_at_once() {
    for unit in ["市住房和城乡建设局", "市司法局"] {
        let gone = |person| Edit::NoPerson {
            unit: unit.to_owned(),
            person,
        };
        let roster = Roster::survey(path(), UNITS).0;
        let all = roster.unit(unit).unwrap().people.len();
        let mut edits: Vec<Edit> = (0..all).map(gone).collect();
        edits.push(people(unit, &[("孙市长", "sun@gov.example")]));
        let new = edited(path(), UNITS, &edits).unwrap();
        let roster = Roster::survey(path(), &new).0;
        let left = &roster.unit(unit).unwrap().people;
        assert_eq!(left.len(), 1, "{new}");
        assert_eq!(left[0].name, "孙市长");
        assert!(new.contains("# the one who answers") && new.contains("kind = \"wecom\""));
    }
}

#[test]
fn a_new_unit_stands_at_the_end() {
    let edit = Edit::Unit {
        name: "市水利局".to_owned(),
        aliases: vec!["水利局".to_owned()],
        people: vec![person("吴\"市长\"", "wu@gov.example")],
    };
    for old in [UNITS, UNITS.trim_end()] {
        let new = edited(path(), old, std::slice::from_ref(&edit)).unwrap();
        assert!(new.starts_with(old), "{new}");
        let units = Units::read(path(), &new).unwrap();
        let unit = units.directory.unit("水利局").unwrap();
        assert_eq!(unit.contacts[0].name, "吴\"市长\"");
    }
}

#[test]
fn a_change_the_reader_would_refuse_is_not_made() {
    let taken = alias("市司法局", "市住建局");
    match edited(path(), UNITS, &[taken]) {
        Err(EditError::Misfit { faults }) => assert_eq!(faults.len(), 1, "{faults:?}"),
        other => panic!("{other:?}"),
    }
    // A role is filled by this name.
    let needed = no_alias("市司法局", "司法局");
    assert!(matches!(
        edited(path(), UNITS, &[needed]),
        Err(EditError::Misfit { .. })
    ));
    let nobody = alias("市气象局", "气象局");
    assert!(matches!(
        edited(path(), UNITS, &[nobody]),
        Err(EditError::NoUnit(_))
    ));
}

#[test]
fn a_file_in_another_style_is_changed_or_left_alone() {
    let inline = "centre = { name = \"中心\", contact = [{ name = \"甲\", email = \"a@b.cn\" }] }\n\
                  unit = [{ name = \"乙局\" }, { name = \"丙局\", aliases = [] }]\n";
    let edits = [
        alias("乙局", "乙"),
        alias("丙局", "丙"),
        people("乙局", &[("丁", "d@b.cn")]),
    ];
    let new = edited(path(), inline, &edits).unwrap();
    assert!(
        new.contains("{ name = \"乙局\", aliases = [\"乙\"], contact = [{"),
        "{new}"
    );
    assert!(new.contains("aliases = [\"丙\"]"), "{new}");
    let added = Edit::Unit {
        name: "戊局".to_owned(),
        aliases: Vec::new(),
        people: Vec::new(),
    };
    let refused = edited(path(), inline, &[added]);
    assert!(refused.is_err(), "{refused:?}");
    let dotted =
        "centre.name = \"中心\"\ncentre.contact = [{ name = \"甲\", email = \"a@b.cn\" }]\n";
    assert!(matches!(
        edited(path(), dotted, &[alias("中心", "督查室")]),
        Err(EditError::Shape | EditError::Misfit { .. })
    ));
}

/// One unit as people may write it.
fn written(number: usize) -> impl Strategy<Value = String> {
    let remark = prop_oneof![Just(""), Just(" # 备注, [not] a \"list\""), Just("\t#")];
    let names = 0..4_usize;
    (
        names,
        0..3_u8,
        any::<bool>(),
        remark,
        0..3_u8,
        any::<bool>(),
    )
        .prop_map(move |(names, style, comma, remark, people, blank)| {
            let head = format!("[[unit]]{remark}\nname = \"第{number}局\"{remark}\n");
            let names: Vec<String> = (0..names)
                .map(|one| format!("\"名{number}之{one}\""))
                .collect();
            let last = if comma && !names.is_empty() { "," } else { "" };
            let names = match style {
                0 if names.is_empty() => String::new(),
                0 | 1 => format!("aliases = [{}{last}]{remark}\n", names.join(", ")),
                _ => {
                    let lines = names.join(&format!(",{remark}\n\t# above\n\t"));
                    format!("aliases = [\n\t{lines}{last}{remark}\n]{remark}\n")
                }
            };
            let people = match people {
                0 => String::new(),
                1 => {
                    format!("contact = [{{ name = \"甲\", email = \"a@{number}.cn\" }}]{remark}\n")
                }
                _ => {
                    let one = format!("name = \"甲\"{remark}\nemail = 'a@{number}.cn'{remark}\n");
                    format!("\n  [[unit.contact]]\n  {one}# below\n")
                }
            };
            let blank = if blank { "\n# between\n\n" } else { "" };
            [head, names, people, blank.to_owned()].concat()
        })
}

fn files() -> impl Strategy<Value = (String, usize)> {
    let units = (1..4_usize).prop_flat_map(|count| {
        let units: Vec<_> = (0..count).map(written).collect();
        (units, 0..count)
    });
    (units, any::<bool>(), any::<bool>()).prop_map(|((units, one), carriage, open)| {
        let centre =
            "[centre]\nname = \"中心\"\n[[centre.contact]]\nname = \"值\"\nemail = \"a@b.cn\"\n";
        let mut text = format!("{centre}\n{}", units.concat());
        if open {
            text = text.trim_end().to_owned();
        }
        if carriage {
            text = text.replace('\n', "\r\n");
        }
        (text, one)
    })
}

/// Whether every byte of `short` is in `long`, in order.
fn is_within(short: &str, long: &str) -> bool {
    let mut rest = long.bytes();
    short.bytes().all(|byte| rest.any(|other| other == byte))
}

proptest! {
    #[test]
    fn an_edit_keeps_every_other_byte((text, number) in files(), name in "[一-龥]{2,8}") {
        let unit = format!("第{number}局");
        prop_assert!(Units::read(path(), &text).is_ok());
        let new = edited(path(), &text, &[alias(&unit, &name)]).unwrap();
        prop_assert!(is_within(&text, &new), "{text}\n{new}");
        // No more than the name, its marks, a key and the end of a line.
        prop_assert!(new.len() - text.len() <= name.len() + "aliases = [\"\"],\t\r\n\r\n".len());
        let roster = Roster::survey(path(), &new).0;
        prop_assert_eq!(&roster.unit(&name).unwrap().name, &unit);
        // Taking it away again leaves nothing but an empty list or the comma before it.
        let back = edited(path(), &new, &[no_alias(&unit, &name)]).unwrap();
        prop_assert!(is_within(&text, &back) && back.len() <= text.len() + "aliases = []\r\n\r\n".len(), "{text}\n{back}");
        let more = edited(path(), &text, &[people(&unit, &[("新人", "new@b.cn"), ("另", "o@b.cn")])]);
        prop_assert!(is_within(&text, &more.unwrap()));
    }
}
