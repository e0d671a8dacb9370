//! A mail as its recipient sees it, read with a parser that is not the one that wrote it.

use mailparse::{MailHeaderMap as _, ParsedMail};

use super::smtp::Taken;

/// A mail in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) id: String,
    /// The number of the attempt, where the mail says that it may be a repeat.
    pub(crate) repeat: Option<String>,
}

impl Mail {
    /// Reads what the relay took; an envelope names one person.
    pub(crate) fn read(taken: &Taken) -> Self {
        let [to] = taken.to.as_slice() else {
            panic!("an envelope with {:?}", taken.to);
        };
        let mail = mailparse::parse_mail(&taken.data).unwrap();
        let header = |name| mail.headers.get_first_value(name);
        Self {
            to: to.clone(),
            subject: header("Subject").unwrap(),
            text: plain(&mail),
            id: header("Message-ID").unwrap(),
            repeat: header("X-Duban-Attempt"),
        }
    }

    pub(crate) fn is_digest(&self) -> bool {
        self.subject.contains("每日汇总")
    }

    /// Whether it says so to its reader, in the header and in the text.
    pub(crate) fn is_marked_as_repeat(&self) -> bool {
        let said = self.text.contains("可能与先前一封重复");
        assert_eq!(said, self.repeat.is_some(), "{self:?}");
        said
    }
}

fn plain(mail: &ParsedMail<'_>) -> String {
    let mut parts = mail.parts();
    let text = parts.find(|part| part.ctype.mimetype == "text/plain");
    text.unwrap().get_body().unwrap()
}
