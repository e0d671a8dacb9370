//! A decision that becomes confidential after its notices were made: from then on the number
//! only, everywhere.

use super::{DAY, Site, city, message, path};
use crate::support::world::{Sent, World};

const TITLE: &str = "洮南市停车管理办法";

fn becomes_confidential(world: &World) {
    world.change("update decision set confidential = 1");
}

/// Everything that went out, as text.
fn said(sent: &Sent) -> String {
    let mails = sent.mails.iter();
    let mails = mails.map(|mail| format!("{}\n{}\n", mail.subject, mail.text));
    let posts = sent.posts.iter().map(|post| post.json().to_string());
    mails.chain(posts).collect()
}

#[test]
fn what_still_waits_goes_out_without_the_title() {
    let world = city(DAY);
    let waiting = "select 1 from notice where json_extract(facts, '$.title') is not null";
    assert_eq!(world.rows(waiting).len(), 3, "made with the title");
    becomes_confidential(&world);
    let sent = world.work();
    assert_eq!(sent.mailed(), ["contact@jtj", "contact@zjj"]);
    assert_eq!(sent.posts.len(), 1);
    assert!(
        sent.mails
            .iter()
            .any(crate::support::mailbox::Mail::is_digest)
    );
    assert!(said(&sent).contains("2026-001"));
    assert!(!said(&sent).contains(TITLE), "{}", said(&sent));
}

#[test]
fn what_is_tried_again_or_told_to_others_instead_has_no_title_either() {
    let world = city(DAY);
    world.relay.refuse("contact@jtj", Some("450 4.2.0 busy"));
    world.work();
    becomes_confidential(&world);
    world.at_time(DAY, "12:00");
    let mut sent = world.work();
    // It was tried once more; now the head is told instead.
    sent.mails.extend(world.work().mails);
    world.relay.refuse("contact@jtj", None);
    world.at_time(DAY, "16:00");
    sent.mails.extend(world.work().mails);
    assert_eq!(sent.mailed(), ["contact@jtj", "head@jtj"]);
    assert!(!said(&sent).contains(TITLE), "{}", said(&sent));
}

#[test]
fn its_page_shows_the_number_until_it_is_no_longer_confidential() {
    let world = city(DAY);
    world.work();
    let site = Site::of(&world);
    let path = path(&world, &message(&world, "mail", "contact@jtj"));
    site.browser.get(&path).assert_says(TITLE);
    becomes_confidential(&world);
    world.plan();
    let page = site.browser.get(&path);
    page.assert_says("2026年度第1项");
    page.assert_hides(TITLE);
    world.change("update decision set confidential = 0");
    world.plan();
    site.browser.get(&path).assert_says(TITLE);
}

#[test]
fn what_is_withdrawn_because_it_is_gone_has_no_title() {
    let world = city(DAY);
    world.work();
    becomes_confidential(&world);
    world.plan();
    world.change("delete from event");
    world.change("delete from decision");
    let sent = world.day("2026-09-07");
    assert_eq!(sent.mailed(), ["contact@jtj", "contact@zjj"]);
    assert!(!said(&sent).contains(TITLE), "{}", said(&sent));
}
