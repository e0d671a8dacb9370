//! What people type and what catalogues hold is shown as it is, and obeyed by nothing.

use super::{DAY, Site, city, everything, message, path};
use crate::support::world::World;

#[test]
fn a_name_is_one_line_of_at_most_thirty_characters() {
    let world = city(DAY);
    world.work();
    let site = Site::of(&world);
    let path = path(&world, &message(&world, "mail", "contact@jtj"));
    let before = everything(&world);
    let long = "长".repeat(31);
    for (name, why) in [
        ("", "请填写姓名"),
        (" \u{3000}\t", "请填写姓名"),
        (&long, "姓名不超过30个字"),
        ("赵\n联络", "姓名应为一行文字"),
        ("赵\u{2028}联络", "姓名应为一行文字"),
        ("赵\u{1b}[2J", "姓名应为一行文字"),
    ] {
        let page = site.browser.sign(&path, name);
        assert_eq!(page.status, 422, "{name:?}");
        page.assert_says("尚未签收");
        page.assert_says(why);
        page.assert_says("<form");
    }
    let odd = site.browser.ask("POST", &path, "name=%D5%D4%FF");
    assert_eq!(odd.status, 422);
    odd.assert_says("姓名应为一行文字");
    assert_eq!(everything(&world), before);
    let longest = "长".repeat(30);
    assert_eq!(site.browser.sign(&path, &longest).status, 200);
    assert_eq!(world.rows("select by from acknowledgement"), [longest]);
}

#[test]
fn a_form_of_more_than_four_kilobytes_is_not_read() {
    let world = city(DAY);
    world.work();
    let site = Site::of(&world);
    let path = path(&world, &message(&world, "mail", "contact@jtj"));
    let before = everything(&world);
    let page = site.browser.sign(&path, &"a".repeat(2_000));
    assert_eq!(page.status, 413);
    page.assert_says("提交的内容过长");
    assert_eq!(everything(&world), before);
}

#[test]
fn markup_in_names_and_titles_is_shown_and_not_obeyed() {
    let world = World::new(DAY);
    world.decision("2026-001");
    world.change("update decision set title = '<script>alert(1)</script>\"''&办法'");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.work();
    let site = Site::of(&world);
    let path = path(&world, &message(&world, "mail", "contact@jtj"));
    site.browser.get(&path).assert_says("&lt;script&gt;");
    let page = site.browser.sign(&path, "<img src=x onerror=a>");
    assert_eq!(page.status, 200);
    page.assert_says("&lt;img src=x onerror=a&gt;");
    page.assert_hides("<script");
    page.assert_hides("<img");
}

#[test]
fn of_a_confidential_decision_there_is_the_number_only() {
    let world = World::new(DAY);
    world.decision("2026-001");
    world.change("update decision set confidential = 1");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.work();
    let site = Site::of(&world);
    let path = path(&world, &message(&world, "mail", "contact@jtj"));
    for page in [site.browser.get(&path), site.browser.sign(&path, "赵")] {
        page.assert_says("2026-001 （涉密事项，不显示名称）");
        page.assert_hides("停车");
    }
}
