//! One decision's way through the year: from rows in the catalogue to receipts in the ledger.
//!
//! Comments are invited for August 2026, a hearing is asked for, held and followed by a
//! decision, which is published too late.

use duban::domain::plan::Change;
use duban::jobs::plan::{self, Desk};
use duban::store::catalog::Catalog;
use duban::store::ledger::Reader;

use crate::support::city::SECRET;
use crate::support::world::{Sent, World};

const ID: &str = "2026-001";

/// Comments are invited from 1 to 31 August.
fn invited() -> World {
    let world = World::new("2026-08-03");
    world.decision(ID);
    let opened = world.event(ID, "comment_opened", "2026-08-01");
    world.answer(ID, "comment_closes", "2026-08-31", opened);
    world
}

/// What one person was told, by the subjects of the mails.
fn told<'a>(sent: &'a Sent, to: &str) -> Vec<&'a str> {
    let mails = sent.notices().into_iter().filter(|mail| mail.to == to);
    mails
        .map(|mail| mail.subject.trim_start_matches("【督办提醒】"))
        .collect()
}

#[test]
fn a_window_that_closes_starts_the_clock_of_who_asked_for_a_hearing() {
    let world = invited();
    world.days("2026-08-03", "2026-08-30");
    // Monday the thirty-first: the window closes, and somebody asks for a hearing.
    let request = world.event(ID, "hearing_requested", "2026-08-31");
    let sent = world.day("2026-08-31");
    let [subject] = told(&sent, "contact@zjj")[..] else {
        panic!("{:?}", sent.mailed());
    };
    assert!(subject.contains("启动1项"), "{subject}");
    assert!(subject.contains("临期1项"), "{subject}");
    // Five working days after the end of the window are Monday 7 September.
    let due = "select due_on, latest_on from obligation where rule = 'pub-6b'";
    assert_eq!(world.rows(due), ["2026-09-07 2026-09-07"]);
    world.days("2026-09-01", "2026-09-03");
    let friday = world.day("2026-09-04");
    let last_but_one = told(&friday, "contact@zjj");
    assert_eq!(
        last_but_one,
        ["临期 2026-001 答复听证申请人；不组织听证的，书面说明理由 剩1个工作日"]
    );
    world.answer(ID, "hearing_replied", "2026-09-04", request);
    let monday = world.day("2026-09-07");
    let [subject] = told(&monday, "contact@zjj")[..] else {
        panic!("{:?}", monday.mailed());
    };
    assert!(subject.contains("办结"), "{subject}");
    assert!(world.day("2026-09-08").is_silent());
    let audit = world.audit(&format!("{ID}/pub-6b/{request}"));
    assert_eq!(audit.last().unwrap().detail["state"], "done");
}

#[test]
fn a_hearing_counts_back_over_the_holidays_and_the_stricter_law_governs() {
    let world = invited();
    // Saturday 10 October is worked after the holidays; the hearing is on Monday the twelfth.
    let hearing = world.event(ID, "hearing_on", "2026-10-12");
    world.plan();
    let dates = "select rule, due_on from obligation
                 where rule in ('pub-9', 'pub-10', 'h-16') order by rule";
    let dates = world.rows(dates);
    // Five whole working days lie between: 29 and 30 September, 8 to 10 October.
    assert!(dates.contains(&"pub-9 2026-09-28".to_owned()), "{dates:?}");
    assert!(dates.contains(&"pub-10 2026-09-28".to_owned()), "{dates:?}");
    world.days("2026-09-14", "2026-09-27");
    let sent = world.day("2026-09-28");
    let text = &sent.notices()[0].text;
    assert!(text.contains("国庆节"), "{text}");
    assert!(text.contains("重大行政决策程序暂行条例"), "{text}");
    for kind in ["hearing_list_published", "hearing_notice_served"] {
        world.answer(ID, kind, "2026-09-28", hearing);
    }
    // Whoever was told hears that it is done, and then nothing more.
    assert!(told(&world.day("2026-09-29"), "contact@zjj")[0].contains("办结"));
    assert!(world.day("2026-09-30").is_silent());
}

#[test]
fn an_overdue_publication_climbs_from_the_unit_to_its_head_and_its_leader() {
    let world = World::new("2026-08-31");
    world.decision(ID);
    world.event(ID, "decided", "2026-09-01");
    world.event(ID, "document_issued", "2026-09-01");
    // Twenty working days: Sunday the twentieth is worked, 25 to 27 September are not.
    let due = "select due_on from obligation where rule = 'dis-5d'";
    world.plan();
    assert_eq!(world.rows(due), ["2026-09-29"]);
    world.days("2026-09-01", "2026-09-29");
    let office = "contact@zfb";
    assert!(
        world
            .notices("dis-5d")
            .contains(&format!("+0d {office} delivered"))
    );
    let next_working_day = world.day("2026-09-30");
    for to in ["head@zfb", "centre@dc", "contact@zjj"] {
        let subject = told(&next_working_day, to).concat();
        assert!(subject.contains("超期"), "{to}: {subject}");
    }
    assert!(told(&next_working_day, "leader@zfb").is_empty());
    world.days("2026-10-01", "2026-10-11");
    let fifth = world.day("2026-10-12");
    assert_eq!(
        told(&fifth, "leader@zfb"),
        ["催办·超期 2026-001 向社会公开决策 已过5个工作日"]
    );
    world.event(ID, "published", "2026-10-12");
    world.days("2026-10-13", "2026-11-30");
    let after = world.notices("dis-5d");
    let is_rung = |notice: &&String| !notice.starts_with("closed");
    let last = after.iter().rev().find(is_rung).unwrap();
    assert!(last.starts_with("+5wd"), "{after:?}");
    for to in ["contact@zfb", "head@zfb", "leader@zfb", "centre@dc"] {
        assert!(
            after.contains(&format!("closed {to} delivered")),
            "{after:?}"
        );
    }
}

#[test]
fn every_step_leaves_its_row_and_the_receipt_names_the_notice() {
    let world = invited();
    world.event(ID, "hearing_requested", "2026-08-31");
    let sent = world.day("2026-09-07");
    let [subject] = told(&sent, "contact@zjj")[..] else {
        panic!("{:?}", sent.mailed());
    };
    assert_eq!(
        subject,
        "今日到期 2026-001 答复听证申请人；不组织听证的，书面说明理由"
    );
    let post = &sent.posts[0];
    assert!(post.is_signed_with(SECRET));
    assert_eq!(post.json()["data"]["obligation"]["rule"], "pub-6b");
    let receipt = world.audit(post.header("webhook-id")).pop().unwrap();
    assert_eq!(receipt.what, "delivered");
    assert_eq!(receipt.detail["about"][0]["rule"], "pub-6b");
    let rows = "select message.state, attempt.number, json_extract(attempt.outcome, '$.class')
                from attempt join message on message.id = attempt.message_id
                where message.channel = 'webhook'";
    assert_eq!(world.rows(rows), ["delivered 1 accepted"]);
}

#[test]
fn a_plan_reads_as_it_should() {
    let world = invited();
    world.event(ID, "hearing_requested", "2026-08-31");
    world.event(ID, "executive_meeting_on", "2026-09-24");
    world.at_time("2026-09-08", "08:30");
    let catalog = Catalog::open(&world.at("catalog.db")).unwrap();
    let reader = Reader::empty().unwrap();
    let desk = Desk {
        catalog: &catalog,
        reader: &reader,
        library: &world.live().library,
        now: world.clock.now(),
    };
    let mut lines = Vec::new();
    let mut sink = |plans: Vec<_>| {
        for plan in plans {
            let plan: duban::store::ledger::obligations::DecisionPlan = plan;
            lines.extend(plan.changes.iter().map(line));
        }
        Ok(())
    };
    plan::visit(&desk, &mut |_, _| {}, &mut sink).unwrap();
    insta::assert_snapshot!(lines.join("\n"));
}

fn line(change: &Change) -> String {
    let record = &change.record;
    let day = |day: Option<chrono::NaiveDate>| day.map_or("-".to_owned(), |day| day.to_string());
    let names = |steps: &[duban::domain::ladder::Step]| {
        let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        names.join(" ")
    };
    let reached = change.reached.as_slice();
    let mut lines = vec![format!(
        "{} due {} latest {} next {} told [{}] superseded [{}]",
        record.key,
        record.due_on,
        record.latest_on,
        day(record.next_on),
        names(reached),
        names(&change.superseded),
    )];
    let drafts = change.notices.iter();
    lines.extend(drafts.map(|draft| format!("  {} {:?}", draft.key, draft.facts.kind)));
    lines.join("\n")
}
