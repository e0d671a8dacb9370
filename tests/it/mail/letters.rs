//! What a mail consists of, read back with another parser.

use duban::domain::decision::DecisionId;
use duban::domain::delivery::Class;
use duban::domain::notice::{Channel, Kind, Message};
use mailparse::MailHeaderMap;

use super::{channels, plain, written};
use crate::support::messages::{self, facts, now};
use crate::support::smtp::{Relay, Tls};

#[tokio::test]
async fn a_mail_arrives_with_one_recipient_both_parts_and_the_headers_that_matter() {
    let relay = Relay::start(Tls::None);
    let outcome = channels(plain(&relay)).send(&messages::mail(), now()).await;
    assert_eq!(
        (outcome.class, outcome.code),
        (Class::Accepted, Some(250)),
        "{outcome:?}"
    );
    assert!(outcome.detail.contains("queued"), "{outcome:?}");

    let taken = relay.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].from, "ducha@example.gov.cn");
    assert_eq!(taken[0].to, ["wang@zrzy.example.gov.cn"]);
    assert!(taken[0].data.is_ascii());
    let mail = mailparse::parse_mail(&taken[0].data).unwrap();
    let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
    assert_eq!(
        header("Subject"),
        "【督办提醒】临期 2026-003 书面通知当事人 剩1个工作日"
    );
    assert_eq!(header("From"), "市督查指挥中心 <ducha@example.gov.cn>");
    assert_eq!(
        header("Message-ID"),
        "<9f8e7d6c5b4a39281706f5e4d3c2b1a0@example.gov.cn>"
    );
    assert_eq!(header("References"), "<decision-2026-003@example.gov.cn>");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("X-Auto-Response-Suppress"), "All");
    assert_eq!(header("X-Duban-Attempt"), "");
    assert_eq!(header("Date"), "Fri, 08 May 2026 02:00:00 +0000");
    assert_eq!(mail.ctype.mimetype, "multipart/alternative");
    let kinds: Vec<_> = mail
        .subparts
        .iter()
        .map(|part| part.ctype.mimetype.as_str())
        .collect();
    assert_eq!(kinds, ["text/plain", "text/html"]);
    for part in &mail.subparts {
        assert_eq!(part.ctype.charset, "utf-8");
        assert_eq!(
            part.headers
                .get_first_value("Content-Transfer-Encoding")
                .unwrap(),
            "base64"
        );
        assert!(part.get_body().unwrap().contains("洮南市国土空间总体规划"));
    }
}

#[tokio::test]
async fn the_mail_reads_as_it_should() {
    let mut changed = facts();
    changed.kind = Kind::Changed;
    changed.was_due_on = Some(messages::day("2026-05-11"));
    let mut overdue = facts();
    overdue.kind = Kind::Overdue;
    overdue.working_days_left = -2;
    overdue.provisional = true;
    overdue.latest_on = messages::day("2026-05-11");
    overdue.prepare = vec!["通知书".to_owned(), "送达回证".to_owned()];
    let message = Message {
        attempt: 2,
        maybe_repeat: true,
        ..messages::message(Channel::Mail, vec![overdue, changed])
    };
    let mail = written(&message).await;
    let mail = mailparse::parse_mail(mail.as_bytes()).unwrap();
    let subject = mail.headers.get_first_value("Subject").unwrap();
    let text = mail
        .parts()
        .find(|part| part.ctype.mimetype == "text/plain");
    let body = text.unwrap().get_body().unwrap().replace("\r\n", "\n");
    insta::assert_snapshot!(format!("{subject}\n\n{body}"));
}

#[tokio::test]
async fn one_thread_has_each_decision_once() {
    let mut other = facts();
    other.obligation.decision = DecisionId("2026-决策 7".to_owned());
    let mail = written(&messages::message(
        Channel::Mail,
        vec![facts(), other, facts()],
    ))
    .await;
    let mail = mailparse::parse_mail(mail.as_bytes()).unwrap();
    let references = mail.headers.get_first_value("References").unwrap();
    let ids: Vec<_> = references.split(' ').collect();
    assert_eq!(ids.len(), 2, "{references}");
    assert_eq!(ids[0], "<decision-2026-003@example.gov.cn>");
    assert!(ids[1].is_ascii());
}

#[tokio::test]
async fn a_repeat_after_doubt_says_so_in_its_header() {
    let message = Message {
        attempt: 3,
        maybe_repeat: true,
        ..messages::mail()
    };
    let mail = written(&message).await;
    assert!(mail.contains("X-Duban-Attempt: 3\r\n"), "{mail}");
    assert!(mail.contains("<9f8e7d6c5b4a39281706f5e4d3c2b1a0@example.gov.cn>"));
}

#[tokio::test]
async fn control_characters_and_line_breaks_inject_nothing() {
    let mut nasty = facts();
    nasty.title = Some("甲\r\nBcc: all@example.com\u{0}\u{202e}乙".to_owned());
    nasty.duty = "通知\r\n.\r\nMAIL FROM:<x@y>\r\n".to_owned();
    let mut message = messages::message(Channel::Mail, vec![nasty]);
    message.recipient.name = "王\r\nX-Evil: 1\u{0}".to_owned();
    message.recipient.unit = "局\nX-Evil: 2".to_owned();
    message.key = "k\r\nX-Evil: 3".to_owned();
    let relay = Relay::start(Tls::None);
    let outcome = channels(plain(&relay)).send(&message, now()).await;
    assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    let taken = relay.taken();
    let mail = mailparse::parse_mail(&taken[0].data).unwrap();
    assert!(mail.headers.get_first_value("X-Evil").is_none());
    assert!(mail.headers.get_first_value("Bcc").is_none());
    for header in &mail.headers {
        assert!(
            !header.get_value().contains(['\r', '\n', '\0']),
            "{}",
            header.get_key()
        );
    }
    let html = mail.subparts[1].get_body().unwrap();
    assert!(html.contains("甲 Bcc: all@example.com 乙"), "{html}");
}

#[tokio::test]
async fn a_title_of_ten_thousand_characters_is_cut() {
    let mut long = facts();
    long.title = Some("长".repeat(10_000));
    long.duty = "办".repeat(10_000);
    let mail = written(&messages::message(Channel::Mail, vec![long])).await;
    assert!(mail.len() < 30_000, "{} bytes", mail.len());
    assert!(mail.lines().all(|line| line.len() <= 78));
    let mail = mailparse::parse_mail(mail.as_bytes()).unwrap();
    let subject = mail.headers.get_first_value("Subject").unwrap();
    assert!(subject.starts_with("【督办提醒】") && subject.ends_with('…'));
    assert_eq!(subject.chars().count(), 100);
}
