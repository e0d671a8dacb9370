//! What an administrator does about an answer.
//!
//! Owns one sentence for each way to end. Refuses to judge: class, phase and code are what the
//! channel and its table made of the answer.

use crate::domain::delivery::{Class, Outcome, Scope};
use crate::domain::notice::Channel;

/// What to do about `outcome`.
pub(super) fn advice(channel: Channel, outcome: &Outcome) -> &'static str {
    match outcome.phase.as_str() {
        "compose" => "look at the wording: `duban preview`",
        "address" => "put the address or endpoint right in units.toml",
        "egress" => "let the host through in [egress] of duban.toml, if it is meant",
        "file" => of_folder(outcome.class),
        _ => match channel {
            Channel::Mail => of_mail(outcome),
            Channel::Webhook => of_endpoint(outcome),
            Channel::Wecom | Channel::Dingtalk | Channel::Feishu => of_robot(outcome),
        },
    }
}

const fn of_folder(class: Class) -> &'static str {
    match class {
        Class::Accepted => "mail goes into a folder: set `transport = \"smtp\"` to reach people",
        _ => "make the folder of [mail] writable and its disk free",
    }
}

fn of_mail(outcome: &Outcome) -> &'static str {
    match (outcome.class, outcome.phase.as_str()) {
        (Class::Accepted, _) => "ask whether it is in the inbox, and not among the unwanted mail",
        (Class::Unknown, _) => {
            "ask whether it came; if it did, give the relay longer in [mail.deadlines]"
        }
        (_, "connect") => "check host and port in [mail], name resolution and the firewall",
        (_, "tls") => "check `tls` and `ca_file` in [mail] against what the relay offers",
        (_, "greeting") => "ask the relay's operator whether this host may connect",
        (_, "auth") => {
            "check `user` and `password` in [mail]: many providers want an authorisation code"
        }
        (_, "mail") => "check `from` in [mail]: many providers want it to be the account itself",
        (Class::Rejected, "rcpt") => "check the person's address in units.toml",
        (Class::Rejected, _) => "read the words: content, size or policy; ask the relay's operator",
        (Class::Deferred, _) => {
            "the daemon would try again; test later, and then ask the relay's operator"
        }
    }
}

fn of_endpoint(outcome: &Outcome) -> &'static str {
    match (outcome.class, outcome.phase.as_str(), outcome.code) {
        (Class::Accepted, ..) => "ask whether the unit's system shows it",
        (Class::Unknown, ..) => {
            "ask whether it came; the receiver must answer within `timeout_secs`"
        }
        (_, "connect", _) => {
            "check the URL, name resolution, the firewall, and that the system runs"
        }
        (_, "tls", _) => {
            "check `ca_file` and `client_cert` of the unit against the server's certificate"
        }
        (_, _, Some(401 | 403)) => {
            "check that both sides have the same signing key, and the gateway before it"
        }
        (_, _, Some(404 | 410)) => "check the URL in units.toml",
        (_, _, Some(300..=399)) => "write the URL it leads to into units.toml: none is followed",
        (Class::Rejected, ..) => "show the code to the system's developers: docs/webhook.md",
        (Class::Deferred, ..) if outcome.scope == Scope::Channel => {
            "somebody at the unit must act: the daemon holds this endpoint"
        }
        (Class::Deferred, ..) => {
            "the daemon would try again; test later, then ask the system's operator"
        }
    }
}

fn of_robot(outcome: &Outcome) -> &'static str {
    match (outcome.class, outcome.phase.as_str()) {
        (Class::Accepted, _) => "look into the group",
        (Class::Unknown, _) => "look into the group: it may be there",
        (_, "connect" | "tls") => {
            "check that this host reaches the vendor: name resolution and firewall"
        }
        (Class::Rejected, _) if outcome.scope == Scope::Message => {
            "the robot works and refuses the text: see it with `duban preview`, and your templates"
        }
        (Class::Rejected, _) => "put the robot right in the group's settings and in units.toml",
        (Class::Deferred, _) => "the daemon would try again; test later",
    }
}
