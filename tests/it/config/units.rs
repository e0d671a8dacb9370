//! `units.toml`: who is found, and what is told with its line.

use duban::domain::notice::Channel;
use duban::domain::pack::Audience;

use super::{CENTRE, DUBAN_TOML, UNITS_TOML, load};

#[test]
fn the_shipped_units_lead_to_people_and_endpoints() {
    let units = load(DUBAN_TOML, UNITS_TOML).unwrap().units;
    let office = units.directory.unit("市政府办").unwrap();
    assert_eq!(office.name, "市政府办公室");
    assert_eq!(office.people(Audience::Leader).count(), 1);
    assert_eq!(units.directory.centre().contacts.len(), 1);
    let legal = units.directory.unit("司法局").unwrap();
    assert_eq!(legal.endpoints, [Channel::Webhook]);
    assert_eq!(units.endpoints.len(), 1);
    assert_eq!(units.endpoints[0].unit, "市司法局");
    assert_eq!(units.endpoints[0].secrets.len(), 2);
}

#[test]
fn a_missing_units_file_is_told_with_the_faults_of_the_settings() {
    let duban = "[directory]\nfile = \"others.toml\"\n[log]\nlevel = \"loud\"\n";
    let faults = load(duban, CENTRE).unwrap_err();
    assert_eq!(faults.len(), 2);
    assert!(
        faults[1].starts_with("others.toml: found No such file"),
        "{faults:?}"
    );
}

#[test]
fn every_fault_among_the_units_is_told_with_its_line() {
    let units = format!(
        "{CENTRE}[roles]\nlegal = \"不存在\"\n\
         [[unit]]\nname = \"甲局\"\naliases = [\"中心\", \" 甲局 \"]\n\
         [[unit.contact]]\nname = \"乙\"\nemail = \"乙 <b@c.cn>\"\n\
         [[unit.contact]]\nname = \"丙\"\nemail = \"c@c.cn\"\naudience = \"centre\"\n\
"
    );
    let faults = load("", &units).unwrap_err();
    let starts = [
        "units.toml:10: found \"中心\" a second time",
        "units.toml:10: found \"甲局\" a second time",
        "units.toml:13: found \"乙 <b@c.cn>\"",
        "units.toml:17, unit.contact.audience: found `centre`",
        "units.toml:7: found roles.legal = \"不存在\"",
    ];
    for start in starts {
        assert!(
            faults.iter().any(|fault| fault.starts_with(start)),
            "{start} in {faults:#?}"
        );
    }
    assert_eq!(faults.len(), starts.len(), "{faults:#?}");
}

#[test]
fn a_centre_that_nobody_can_reach_is_refused() {
    let faults = load("", "[centre]\nname = \"中心\"\n").unwrap_err();
    assert!(
        faults[0].starts_with("units.toml:2: found a centre that nobody"),
        "{faults:?}"
    );
    let faults = load("", "").unwrap_err();
    assert_eq!(
        faults,
        ["units.toml, centre: found nothing, expected the key `name`"]
    );
}
