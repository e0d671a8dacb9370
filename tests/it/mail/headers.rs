//! Headers that filters, threads and old relays depend on.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use duban::domain::notice::Channel;
use mailparse::MailHeaderMap as _;

use super::written;
use crate::support::messages::{self, facts};

/// A header as it stands in the mail, its folded lines apart.
fn raw<'a>(mail: &'a str, name: &str) -> Vec<&'a str> {
    let mut lines = mail.split("\r\n").skip_while(|line| {
        let head = line.split(':').next().unwrap_or_default();
        !head.eq_ignore_ascii_case(name)
    });
    let first = lines.next().into_iter();
    first
        .chain(lines.take_while(|line| line.starts_with(' ')))
        .collect()
}

#[tokio::test]
async fn a_filter_finds_every_mail_by_one_handle() {
    for message in [messages::mail(), messages::of_digest(messages::digest())] {
        let mail = written(&message).await;
        let parsed = mailparse::parse_mail(mail.as_bytes()).unwrap();
        let header = |name: &str| parsed.headers.get_first_value(name);
        assert_eq!(header("List-Id").unwrap(), "<duban.example.gov.cn>");
        assert_eq!(header("List-Unsubscribe"), None);
        assert_eq!(header("Precedence"), None);
    }
}

#[tokio::test]
async fn a_long_subject_is_folded_into_words_that_old_relays_can_read() {
    for shift in 0..12 {
        let mut long = facts();
        long.duty = format!("{}组织听证会并公布听证报告", "a".repeat(shift)).repeat(4);
        let mail = written(&messages::message(Channel::Mail, vec![long])).await;
        let lines = raw(&mail, "Subject");
        assert!(lines.len() > 2, "{lines:?}");
        for line in lines {
            // RFC 2047 2: a line with an encoded word has at most 76 characters, a word 75.
            assert!(line.is_ascii() && line.len() <= 76, "{line}");
            let words = line.split(' ').filter(|word| word.starts_with("=?"));
            for word in words {
                assert!(word.len() <= 75, "{word}");
                let text = word.strip_prefix("=?utf-8?b?").unwrap();
                let text = STANDARD.decode(text.strip_suffix("?=").unwrap()).unwrap();
                // RFC 2047 5: no character is split between two words.
                assert!(String::from_utf8(text).is_ok(), "{word}");
            }
        }
    }
}

#[tokio::test]
async fn every_part_is_base64_and_every_byte_is_ascii() {
    let mut first = facts();
    first.date_is_new = true;
    let mail = written(&messages::message(Channel::Mail, vec![first])).await;
    assert!(mail.is_ascii());
    let parsed = mailparse::parse_mail(mail.as_bytes()).unwrap();
    let leaves = parsed.parts().filter(|part| part.subparts.is_empty());
    let encodings: Vec<_> = leaves
        .map(|part| part.headers.get_first_value("Content-Transfer-Encoding"))
        .collect();
    assert_eq!(encodings, vec![Some("base64".to_owned()); 3]);
}
