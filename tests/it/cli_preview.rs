//! `preview`: what is shown is what was sent, or would be, to the byte.

use duban::domain::shipped;
use mailparse::MailHeaderMap as _;

use crate::support::command::{self, Desk, Said};
use crate::support::smtp::{Act, Stage};
use crate::support::world::World;

const DAY: &str = "2026-09-02";

/// A duty that is overdue on that day: a mail each to 市交通局 and others, a post to 市住建局.
fn told() -> World {
    let world = World::new(DAY);
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.work();
    world
}

fn preview(world: &World, arguments: &[&str]) -> Said {
    let config = world.at("duban.toml").display().to_string();
    let all = [&["preview"], arguments, &["--config", &config]].concat();
    command::duban(&world.at(""), &all)
}

fn key(world: &World, address: &str, channel: &str) -> String {
    let ask = format!(
        "select key from message where digest is null
         and json_extract(recipient, '$.address') = '{address}' and channel = '{channel}'"
    );
    world.rows(&ask).remove(0)
}

/// A mail's lines, the moment it was sent left out.
fn undated(mail: &[u8]) -> String {
    let text = String::from_utf8(mail.to_vec()).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("Date: "));
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

#[test]
fn a_mail_of_the_ledger_is_shown_as_it_was_sent_to_the_byte() {
    let world = told();
    let taken = world.relay.taken();
    for mail in &taken {
        let address = mail.to[0].as_str();
        let ask = format!(
            "select key from message where json_extract(recipient, '$.address') = '{address}'
             and channel = 'mail'"
        );
        for key in world.rows(&ask) {
            let shown = preview(&world, &[&key, "--eml", "-"]).ok();
            let is_it = |mail: &&crate::support::smtp::Taken| {
                mail.to[0] == address && String::from_utf8_lossy(&mail.data).contains(&key)
            };
            let sent = taken.iter().find(is_it).unwrap();
            let is_same = undated(shown.as_bytes()) == undated(&sent.data);
            assert!(is_same, "{key} was not sent so");
        }
    }
}

#[test]
fn a_repeat_is_shown_as_the_repeat_it_will_be_and_its_notice_finds_it_too() {
    let world = World::new(DAY);
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.plan();
    let key = key(&world, "contact@jtj", "mail");
    world
        .relay
        .for_recipient("contact@jtj", Stage::Dot, Act::TakeAndDrop);
    world.deliver();
    let shown = preview(&world, &[&key]).ok();
    assert!(shown.contains("pending; this will be attempt 2"), "{shown}");
    assert!(shown.contains("可能与先前一封重复（第2次发送）"), "{shown}");
    let ask = format!(
        "select notice.key from notice join message on message.id = notice.message_id
         where message.key = '{key}'"
    );
    let notice = world.rows(&ask).remove(0);
    assert_eq!(preview(&world, &[&notice]).ok(), shown);
}

#[test]
fn a_post_of_the_ledger_is_shown_as_it_was_sent() {
    let world = told();
    let key = key(&world, "市住建局", "webhook");
    let shown = preview(&world, &[&key]).ok();
    let body = shown.split_once("\n\n").unwrap().1;
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let posts = world.posts();
    assert!(posts.iter().any(|post| post.json() == body), "{shown}");
    let told = preview(&world, &[&key, "--html", "-"]).refused(1);
    assert!(told.contains("only a mail has HTML"), "{told}");
}

#[test]
fn files_hold_the_mail_and_its_page_as_mail_programs_read_them() {
    let world = told();
    let key = key(&world, "contact@jtj", "mail");
    let (eml, html) = (world.at("a.eml"), world.at("a.html"));
    let (eml_name, html_name) = (eml.display().to_string(), html.display().to_string());
    let said = preview(&world, &[&key, "--eml", &eml_name, "--html", &html_name]);
    assert!(said.err.contains("written: "), "{said:?}");
    assert_eq!(said.ok(), "");
    let eml = std::fs::read(eml).unwrap();
    let html = std::fs::read_to_string(html).unwrap();
    let mail = mailparse::parse_mail(&eml).unwrap();
    let subject = mail.headers.get_first_value("Subject").unwrap();
    assert!(subject.starts_with("【督办提醒】"), "{subject}");
    let page = mail.parts().find(|part| part.ctype.mimetype == "text/html");
    let page = page.unwrap().get_body().unwrap();
    assert_eq!(page.replace("\r\n", "\n").trim_end(), html.trim_end());
    assert!(html.starts_with("<!"), "{html}");
    let both = preview(&world, &[&key, "--eml", "-", "--html", "-"]).refused(1);
    assert!(both.contains("only one"), "{both}");
}

#[test]
fn a_rule_is_shown_about_a_real_decision_in_each_kind_its_ladder_knows() {
    let world = told();
    let before = world.rows("select count(*) from message");
    let rule = world
        .rows("select rule from obligation order by rule")
        .remove(0);
    for (kind, word) in [
        ("reminder", "提醒"),
        ("due_today", "今日到"),
        ("changed", "期限变更"),
        ("cleared", "办结"),
        ("waived", "免办"),
        ("withdrawn", "撤销提醒"),
    ] {
        let out = preview(&world, &[&rule, "--kind", kind]).ok();
        assert!(
            out.contains("2026-001") && out.contains("a sample of what"),
            "{out}"
        );
        assert!(out.contains(word), "{kind}: {out}");
    }
    let told = preview(&world, &[&rule, "--kind", "too_short"]);
    assert!(told.refused(1).contains("has no rung that says too_short"));
    assert_eq!(before, world.rows("select count(*) from message"));
}

#[test]
fn a_rule_is_shown_as_a_group_sees_it_and_to_whom_it_is_asked_for() {
    let world = told();
    let rule = world
        .rows("select rule from obligation order by rule")
        .remove(0);
    for channel in ["wecom", "dingtalk", "feishu"] {
        let asked = [&rule, "--channel", channel, "--to", "市司法局"];
        let out = preview(&world, &asked).ok();
        assert!(out.contains(&format!("市司法局 by {channel}")), "{out}");
        assert!(out.contains("calls    0 of the unit's people"), "{out}");
        assert!(out.contains("【督办提醒】"), "{out}");
    }
}

#[test]
fn every_rule_of_the_shipped_pack_can_be_looked_at_before_there_is_any_decision() {
    let desk = Desk::new();
    let mut lacking = Vec::new();
    for rule in &shipped::pack().unwrap().rules {
        let said = desk.plain(&["preview", &rule.id.0]);
        if said.code != 0 {
            lacking.push(rule.id.0.clone());
            continue;
        }
        assert!(
            said.out.contains("made up") && said.out.contains(&rule.title),
            "{said:?}"
        );
        for machine_word in ["drafting", "executing", "0年度"] {
            assert!(!said.out.contains(machine_word), "{said:?}");
        }
    }
    assert!(lacking.len() <= 12, "{} {lacking:?}", lacking.len());
}

#[test]
fn a_confidential_decision_shows_its_number_and_nothing_else() {
    let world = World::new(DAY);
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.change("update decision set confidential = 1");
    world.work();
    let rule = world
        .rows("select rule from obligation order by rule")
        .remove(0);
    let key = key(&world, "contact@jtj", "mail");
    for name in [rule.as_str(), key.as_str()] {
        let shown = preview(&world, &[name, "--eml", "-"]).ok();
        let mail = mailparse::parse_mail(shown.as_bytes()).unwrap();
        let bodies = mail.parts().filter(|part| part.subparts.is_empty());
        let all: String = bodies.map(|part| part.get_body().unwrap()).collect();
        assert!(all.contains("2026-001") && all.contains("涉密"), "{all}");
        assert!(!all.contains("停车"), "{all}");
    }
}

#[test]
fn the_digest_is_shown_as_it_stands_and_is_not_sent() {
    let world = told();
    let digests = "select count(*) from message where digest is not null";
    let before = world.rows(digests);
    let shown = preview(&world, &["digest"]).ok();
    assert!(shown.contains("每日汇总"), "{shown}");
    assert!(shown.contains("市督查指挥中心"), "{shown}");
    assert_eq!(world.rows(digests), before);
    let told = preview(&world, &["digest", "--kind", "overdue"]).refused(1);
    assert!(told.contains("--kind is not for the digest"), "{told}");
}

#[test]
fn a_name_that_is_nothing_is_told_with_where_names_are_listed() {
    let world = told();
    let told = preview(&world, &["msg_0000"]).refused(1);
    assert!(
        told.contains("there is no message, notice or rule msg_0000"),
        "{told}"
    );
    let told = preview(&world, &["cat-2", "--decision", "2026-077"]).refused(1);
    assert!(told.contains("there is no decision 2026-077"), "{told}");
}
