//! Who cannot be told is never passed over: the centre is told instead, and why.

use crate::support::world::World;

/// What the centre gets of arc-18 on the day of its first rung.
fn rerouted(change: &str) -> String {
    let world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.change(change);
    let sent = world.work();
    let centre: Vec<_> = sent
        .notices()
        .into_iter()
        .filter(|mail| mail.to == "centre@dc")
        .collect();
    assert_eq!(centre.len(), 1, "{change}");
    assert!(!sent.mailed().contains(&"contact@jtj"));
    centre[0].text.clone()
}

#[test]
fn a_unit_the_directory_does_not_know_is_told_through_the_centre() {
    let text = rerouted("update decision set executing_unit = '市水务局'");
    assert!(text.contains("通讯录中没有“市水务局”"), "{text}");
    assert!(text.contains("责任单位：市水务局"), "{text}");
}

#[test]
fn a_unit_the_catalogue_does_not_name_is_told_through_the_centre() {
    let text = rerouted("update decision set executing_unit = null");
    assert!(text.contains("目录未写明执行单位"), "{text}");
}

#[test]
fn a_unit_without_people_is_told_through_the_centre() {
    let mut world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.change("update decision set executing_unit = '市水务局'");
    units(&world, |units| units + "\n[[unit]]\nname = \"市水务局\"\n");
    world.crash_and_reopen();
    let sent = world.work();
    let centre = sent.notices();
    let centre = centre.iter().find(|mail| mail.to == "centre@dc").unwrap();
    assert!(centre.text.contains("“市水务局”没有登记联系人"));
}

#[test]
fn a_unit_is_found_by_its_alias() {
    let world = World::new("2026-09-02");
    world.decision("2026-001");
    world.change("update decision set executing_unit = '市住房和城乡建设局'");
    world.event("2026-001", "execution_completed", "2026-08-10");
    assert_eq!(world.work().mailed(), ["contact@zjj"]);
}

#[test]
fn who_has_no_head_is_told_through_its_contact() {
    let world = World::new("2026-09-10");
    world.decision("2026-001");
    world.change("update decision set executing_unit = '市司法局'");
    world.event("2026-001", "execution_completed", "2026-08-10");
    let mailed = ["centre@dc", "contact@sfj", "contact@zjj"];
    assert_eq!(world.work().mailed(), mailed);
}

#[test]
fn a_unit_that_is_only_told_as_well_has_nobody_called_but_its_contact() {
    let world = World::new("2026-09-10");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.work();
    let calls = "select json_extract(message.recipient, '$.unit'), json_extract(facts, '$.calls')
                 from notice join message on message.id = notice.message_id
                 group by 1, 2 order by 1";
    let calls = world.rows(calls);
    let whom = |unit: &str| {
        calls
            .iter()
            .filter(|row| row.starts_with(unit))
            .collect::<Vec<_>>()
    };
    // It is overdue, and the rung speaks to the head of the unit that has to do it.
    assert_eq!(whom("市交通局"), [r#"市交通局 ["head","centre"]"#]);
    assert_eq!(whom("市住建局"), [r#"市住建局 ["contact"]"#]);
    assert_eq!(whom("市督查指挥中心"), [r#"市督查指挥中心 ["contact"]"#]);
}

#[test]
fn a_unit_that_is_entered_later_gets_the_next_rung() {
    let mut world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.change("update decision set executing_unit = '市水务局'");
    assert_eq!(world.work().mailed(), ["centre@dc", "contact@zjj"]);
    units(&world, |units| {
        units
            + "\n[[unit]]\nname = \"市水务局\"\ncontact = [{ name = \"甲\", email = \"contact@swj\" }]\n"
    });
    world.crash_and_reopen();
    assert!(world.day("2026-09-03").is_silent());
    let sent = world.day("2026-09-04");
    assert_eq!(sent.mailed(), ["contact@swj", "contact@zjj"]);
}

#[test]
fn a_confidential_decision_is_named_by_its_number_only() {
    let world = World::new("2026-09-10");
    world.decision("2026-001");
    world.change("update decision set confidential = 1");
    world.event("2026-001", "execution_completed", "2026-08-10");
    let sent = world.work();
    assert_eq!((sent.mails.len(), sent.posts.len()), (4, 1));
    for mail in &sent.mails {
        assert!(mail.text.contains("2026-001"), "{mail:?}");
        assert!(!mail.text.contains("停车管理"), "{mail:?}");
    }
    let body = String::from_utf8(sent.posts[0].body.clone()).unwrap();
    assert!(!body.contains("停车管理"), "{body}");
}

fn units(world: &World, edit: impl FnOnce(String) -> String) {
    let file = world.at("units.toml");
    let units = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, edit(units)).unwrap();
}
