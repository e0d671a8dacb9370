//! The calendar file of a mail, read with a parser that is not the one that wrote it.

use duban::domain::decision::DecisionId;
use duban::domain::notice::{Channel, Facts, Kind, Message};
use icalendar::{Calendar, Component as _, Event};
use mailparse::{DispositionType, MailHeaderMap as _, ParsedMail};

use super::written;
use crate::support::messages::{self, day, facts};

/// The notice by which its recipient first hears of the date.
fn first() -> Facts {
    Facts {
        date_is_new: true,
        ..facts()
    }
}

fn of_kind(kind: Kind) -> Facts {
    Facts { kind, ..facts() }
}

/// The file's name and its text, if there is one.
async fn file(notices: Vec<Facts>) -> Option<(String, String)> {
    let mail = written(&messages::message(Channel::Mail, notices)).await;
    let mail = mailparse::parse_mail(mail.as_bytes()).unwrap();
    attached(&mail).map(|part| {
        let disposition = part.get_content_disposition();
        let name = disposition.params["filename"].clone();
        (name, part.get_body().unwrap())
    })
}

fn attached<'a>(mail: &'a ParsedMail<'a>) -> Option<&'a ParsedMail<'a>> {
    let mut parts = mail.parts();
    parts.find(|part| part.get_content_disposition().disposition == DispositionType::Attachment)
}

fn events(text: &str) -> Vec<Event> {
    let calendar: Calendar = text.parse().unwrap();
    assert_eq!(calendar.property_value("METHOD"), Some("PUBLISH"));
    assert_eq!(calendar.property_value("VERSION"), Some("2.0"));
    assert_eq!(calendar.components.len(), calendar.events().count());
    calendar.events().cloned().collect()
}

async fn event(notice: Facts) -> Event {
    let (_, text) = file(vec![notice]).await.unwrap();
    let [event] = events(&text).try_into().unwrap();
    event
}

fn value<'a>(event: &'a Event, name: &str) -> &'a str {
    event.property_value(name).unwrap_or_default()
}

#[tokio::test]
async fn the_first_mail_of_a_duty_brings_its_day() {
    let mail = written(&messages::message(Channel::Mail, vec![first()])).await;
    let mail = mailparse::parse_mail(mail.as_bytes()).unwrap();
    assert_eq!(mail.ctype.mimetype, "multipart/mixed");
    assert_eq!(mail.subparts[0].ctype.mimetype, "multipart/alternative");
    let part = attached(&mail).unwrap();
    let header = |name: &str| part.headers.get_first_value(name).unwrap();
    assert_eq!(
        header("Content-Type"),
        "text/calendar; charset=utf-8; method=PUBLISH"
    );
    assert_eq!(header("Content-Transfer-Encoding"), "base64");
    assert_eq!(
        header("Content-Disposition"),
        "attachment; filename=\"2026-003.ics\""
    );
    let [event] = events(&part.get_body().unwrap()).try_into().unwrap();
    for (name, expected) in [
        ("DTSTART", "20260509"),
        ("DTEND", "20260510"),
        // 8 May in Beijing, at midnight.
        ("DTSTAMP", "20260507T160000Z"),
        ("SEQUENCE", "0"),
        ("TRANSP", "TRANSPARENT"),
        ("SUMMARY", "【督办】期限：2026-003 书面通知当事人"),
        ("STATUS", ""),
        ("CLASS", ""),
        ("ORGANIZER", ""),
        ("ATTENDEE", ""),
    ] {
        assert_eq!(value(&event, name), expected, "{name}");
    }
    assert_eq!(
        event.properties()["DTSTART"]
            .get_param_as("VALUE", |v| Some(v.to_owned()))
            .unwrap(),
        "DATE"
    );
    assert!(event.get_uid().unwrap().ends_with("@example.gov.cn"));
    let said = event.get_description().unwrap();
    for words in [
        "事项：2026-003 洮南市国土空间总体规划",
        "《洮南市重大行政决策公开制度》第5条（四）",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert!(!said.contains("暂定"), "{said}");
    assert!(event.components().is_empty(), "no alarm");
}

#[tokio::test]
async fn a_mail_that_says_no_new_date_has_no_file() {
    for kind in [Kind::Reminder, Kind::Overdue, Kind::Cleared, Kind::Opened] {
        assert_eq!(file(vec![of_kind(kind)]).await, None, "{kind:?}");
    }
    let digest = written(&messages::of_digest(messages::digest())).await;
    assert!(!digest.contains("text/calendar"), "{digest}");
}

#[tokio::test]
async fn an_event_is_the_same_through_every_change_of_its_date() {
    let told = event(first()).await;
    let moved = Facts {
        revision: 2,
        due_on: day("2026-05-20"),
        ..of_kind(Kind::Changed)
    };
    let waived = Facts {
        kind: Kind::Waived,
        ended: messages::ended(Kind::Waived),
        ..moved.clone()
    };
    let withdrawn = Facts {
        kind: Kind::Withdrawn,
        ended: messages::ended(Kind::Withdrawn),
        ..moved.clone()
    };
    let moved = event(moved).await;
    let (waived, withdrawn) = (event(waived).await, event(withdrawn).await);
    assert_eq!(value(&moved, "DTSTART"), "20260520");
    let sequences = [&told, &moved, &waived].map(|event| event.get_sequence().unwrap());
    assert_eq!(sequences, [0, 1, 2]);
    for later in [&moved, &waived, &withdrawn] {
        assert_eq!(later.get_uid(), told.get_uid());
        assert_eq!(later.get_summary(), told.get_summary());
    }
    assert_eq!(value(&moved, "STATUS"), "");
    assert_eq!(value(&waived, "STATUS"), "CANCELLED");
    assert_eq!(value(&withdrawn, "STATUS"), "CANCELLED");
    assert!(waived.get_description().unwrap().contains("免办"));
    assert!(withdrawn.get_description().unwrap().contains("撤销提醒"));
}

#[tokio::test]
async fn a_provisional_date_says_so_in_the_calendar() {
    let provisional = Facts {
        provisional: true,
        ..first()
    };
    let event = event(provisional).await;
    assert!(event.get_description().unwrap().contains("暂定"));
    assert!(!event.get_summary().unwrap().contains("暂定"), "stable");
}

#[tokio::test]
async fn a_confidential_decision_is_its_number_and_nothing_else() {
    let secret = Facts {
        title: None,
        ..first()
    };
    let (name, text) = file(vec![secret.clone()]).await.unwrap();
    assert_eq!(name, "2026-003.ics");
    let event = event(secret).await;
    assert_eq!(event.get_summary(), Some("【督办】期限：2026-003"));
    assert_eq!(value(&event, "CLASS"), "CONFIDENTIAL");
    let unfolded = text.replace("\r\n ", "");
    for words in ["书面通知当事人", "市自然资源局", "公开制度", "国土空间"] {
        assert!(!unfolded.contains(words), "{unfolded}");
    }
}

#[tokio::test]
async fn lines_are_folded_between_characters_and_everything_is_escaped() {
    for shift in 0..80 {
        let mut nasty = first();
        let title = format!(
            "{}甲,乙;丙\\n丁\\\"戊:己—{}",
            "x".repeat(shift),
            "长".repeat(90)
        );
        nasty.title = Some(title.clone());
        nasty.responsible = "局\r\nBEGIN:VALARM\u{7}".to_owned();
        let (_, text) = file(vec![nasty]).await.unwrap();
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert_eq!(text.matches('\r').count(), text.matches("\r\n").count());
        assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
        for line in text.split("\r\n") {
            assert!(line.len() <= 75, "{} octets: {line}", line.len());
        }
        let [event] = events(&text).try_into().unwrap();
        let said = event.get_description().unwrap();
        assert!(said.contains(&title), "{said}");
        assert!(said.contains("局 BEGIN:VALARM"), "{said}");
        assert!(event.components().is_empty());
    }
}

#[tokio::test]
async fn one_file_holds_every_date_of_the_mail_once() {
    let mut other = first();
    other.obligation.decision = DecisionId("2026-011".to_owned());
    other.due_on = day("2026-05-08");
    let moved = Facts {
        revision: 2,
        due_on: day("2026-05-20"),
        ..of_kind(Kind::Changed)
    };
    let notices = vec![moved, first(), other, of_kind(Kind::Overdue)];
    let (name, text) = file(notices).await.unwrap();
    assert_eq!(name, "duban-2026-05-08.ics");
    let days: Vec<_> = events(&text)
        .iter()
        .map(|event| {
            (
                value(event, "DTSTART").to_owned(),
                event.get_sequence().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        days,
        [("20260508".to_owned(), 0), ("20260520".to_owned(), 1)]
    );
}

#[tokio::test]
async fn each_attempt_has_the_same_file_under_a_plain_name() {
    let first_try = messages::message(Channel::Mail, vec![first()]);
    let second_try = Message {
        attempt: 2,
        sent_on: Some(day("2026-05-09")),
        ..first_try.clone()
    };
    let (first_try, second_try) = (written(&first_try).await, written(&second_try).await);
    let tail = |mail: &str| mail.split_once("text/calendar").unwrap().1.to_owned();
    assert_eq!(tail(&first_try), tail(&second_try));
    let mut named = first();
    named.obligation.decision = DecisionId("洮政决〔2026〕3号".to_owned());
    let (name, _) = file(vec![named]).await.unwrap();
    assert!(name.is_ascii() && name.len() < 64, "{name}");
}
