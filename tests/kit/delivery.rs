//! What the servers got, as the notices it carried.

use mailparse::MailHeaderMap as _;

use super::city::{City, Due};
use super::mailbox::Mail;

/// One message, once.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// The stem of its `Message-ID`, or its `webhook-id`: the ledger's key.
    pub(crate) id: String,
    pub(crate) is_marked: bool,
    /// Which attempt it says it is; a first mail does not say.
    pub(crate) attempt: usize,
    pub(crate) carried: Vec<Due>,
}

/// Everything the relay took and the receiver got, each in order.
pub(crate) fn all(city: &City) -> Vec<Delivery> {
    let mut mails = city.relay.taken();
    mails.extend(filed(city));
    let mut all: Vec<Delivery> = mails.iter().map(mail).collect();
    all.extend(city.receiver.requests().iter().map(post));
    all
}

/// Mails that were written as files.
fn filed(city: &City) -> Vec<super::smtp::Taken> {
    let files = std::fs::read_dir(city.at("mail")).into_iter().flatten();
    let paths = files.map(|file| file.unwrap().path());
    let whole = paths.filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
    whole
        .map(|path| taken(std::fs::read(path).unwrap()))
        .collect()
}

fn taken(data: Vec<u8>) -> super::smtp::Taken {
    let parsed = mailparse::parse_mail(&data).unwrap();
    let to = parsed.headers.get_first_value("To").unwrap();
    let address = mailparse::addrparse(&to).unwrap();
    super::smtp::Taken {
        from: String::new(),
        to: vec![address.extract_single_info().unwrap().addr],
        session: 1,
        encrypted: false,
        login: None,
        data,
    }
}

fn mail(taken: &super::smtp::Taken) -> Delivery {
    let mail = Mail::read(taken);
    let parsed = mailparse::parse_mail(&taken.data).unwrap();
    let references = parsed
        .headers
        .get_first_value("References")
        .unwrap_or_default();
    let decisions = references
        .split_whitespace()
        .filter_map(|root| root.strip_prefix("<decision-")?.split('@').next());
    let carried = decisions.map(|decision| Due {
        decision: decision.to_owned(),
        to: mail.to.clone(),
    });
    Delivery {
        id: mail
            .id
            .trim_start_matches('<')
            .split('@')
            .next()
            .unwrap()
            .to_owned(),
        is_marked: mail.is_marked_as_repeat(),
        attempt: mail.repeat.as_ref().map_or(1, |n| n.parse().unwrap()),
        carried: carried.collect(),
    }
}

fn post(request: &super::http::Request) -> Delivery {
    let body = request.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    Delivery {
        id: request.header("webhook-id").to_owned(),
        is_marked: request.header("duban-maybe-repeat") == "true",
        attempt: request.header("duban-attempt").parse().unwrap(),
        carried: vec![Due {
            decision: text(&body["data"]["obligation"]["decision"]),
            to: text(&body["data"]["responsible"]),
        }],
    }
}
