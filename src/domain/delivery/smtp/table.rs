//! The table itself: what relays say, and what they mean by it.
//!
//! Owns the rows, most telling first, and nothing else. Refuses rows without a source. The
//! providers' own lists name their replies without an enhanced status; where one has it,
//! the status stands beside the words.
//!
//! It is kept as a table, a row to a few lines, which rustfmt would spread over four hundred.

use super::Class::{self, Deferred, Rejected, Unknown};
use super::Phase::{self, Auth, Connect, Data, Greeting, Mail, Rcpt, Reply, Tls};
use super::Row;
use super::Scope::{self, Channel, Message};
use super::Wait::{self, Minutes, NextDay};
use super::When::{self, Says, Silent, Unfit};

#[rustfmt::skip]
pub(super) static TABLE: &[Row] = &[
    // The account and the way there: before any recipient was named.
    row(&[Auth], Says(400..=599, &[]), (Deferred, Channel),
        "RFC 4954 section 6: about the account, and more tries lock it (NetEase 451 `too much fail authentication`)"),
    row(&[Tls], Says(421..=421, &[]), (Deferred, Message),
        "RFC 5321 3.8: 421, the relay is going down; the handshake was not refused"),
    row(&[Tls], Says(400..=599, &[]), (Deferred, Channel),
        "RFC 3207 section 4: 454 TLS not available, 5yz never; no mail goes without it"),
    row(&[], Says(530..=538, &[]), (Deferred, Channel),
        "RFC 4954 section 6: 530 log in first, 534 and 538 encrypt first, 535 (Aliyun too) wrong password"),
    row(&[Greeting, Mail], Says(500..=599, &[
        "ip is rejected", "ip is hangup", "invalid ip", "ip in blacklist"]), (Deferred, Channel),
        "Coremail, list of bounce texts: this host may not send here"),
    row(&[Mail, Rcpt, Data, Reply], Says(400..=599, &[
        "monthly sending quota", "not enough sending quota", "main account unavailable",
        "isn't allowed to send email", "doesn't conform with authentication"]), (Deferred, Channel),
        "Aliyun DirectMail 552, 551 and mailbox 541, 440: the account itself may not send until somebody acts"),

    // The recipient.
    row(&[Rcpt, Data, Reply], Says(500..=599, &[
        "5.1.1", "5.1.10", "5.1.6", "5.2.1", "5.4.1", "user unknown", "unknown user", "invalid user",
        "invalid rcptto", "no such user", "user not found", "user not exist", "user not known",
        "mailbox not found"]), (Rejected, Message),
        "RFC 3463 X.1.1, X.1.6, X.2.1; Exchange 5.1.10, 5.4.1 `Access denied`; Coremail, QQ, Aliyun 559: no such address"),
    row(&[Rcpt, Data, Reply], Says(500..=599, &[
        "local user only", "user suspended", "user rejected", "user hangup", "user in blacklist",
        "user disabled"]), (Rejected, Message),
        "Coremail, list of bounce texts: this mailbox takes nothing from us"),
    row(&[Rcpt], Says(521..=521, &[]), (Rejected, Message),
        "RFC 7504: 521, the recipient's host takes no mail; Aliyun `Recipient address rejected`"),
    row(&[Rcpt, Data, Reply], Says(400..=599, &["the number of rcpts", "total of rcpts"]), (Deferred, Message),
        "Aliyun 556 `number of RCPTs`, 505 `total of RCPTs`: with one recipient a mail it is our pace")
        .after(Minutes(15)),
    row(&[Rcpt], Says(556..=556, &[]), (Rejected, Message),
        "RFC 7504: 556, the domain takes no mail"),
    row(&[Rcpt], Says(552..=552, &[]), (Deferred, Message),
        "RFC 5321 4.5.3.1.10: 552 after RCPT is to be read as 452").after(Minutes(15)),
    row(&[Rcpt, Data, Reply], Says(500..=599, &[
        "5.2.2", "mailbox is full", "mailbox full", "over quota", "quota exceed",
        "box space not enough"]), (Deferred, Message),
        "RFC 3463 X.2.2: a full mailbox may be emptied; Aliyun, QQ `Quota exceeded`").after(Minutes(15)),
    row(&[Rcpt], Says(452..=452, &["4.5.3", "too many recipients"]), (Deferred, Message),
        "RFC 5321 4.5.3.1.10: the rest belongs into the next transaction, which may follow at once"),
    row(&[], Says(400..=499, &["greylist", "graylist", "postgrey"]), (Deferred, Message),
        "RFC 6647; Postgrey --delay=300 refuses for five minutes, and the sixth is for its clock").after(Minutes(6)),

    // Pace: throttling in the shape of a refusal.
    row(&[], Says(400..=599, &[
        "mi:stc", "daily sending quota", "daily user sending", "number of rcpt attempts"]), (Deferred, Message),
        "NetEase 550 MI:STC, Aliyun 552 and 504, Gmail 5.4.5: today's allowance is used up").after(NextDay),
    row(&[], Says(400..=599, &[
        "frequency limited", "hl:icc", "hl:ifc", "hl:ifq", "hl:rep", "hl:mep", "mi:sfq", "rp:qrc",
        "reject by behaviour spam", "too much fail"]), (Deferred, Message),
        "Tencent 550 `frequency limited`; NetEase 421 HL:, 451 MI:SFQ (15 minutes); Aliyun 554, 454 `behaviour spam`")
        .after(Minutes(15)),
    row(&[], Says(450..=451, &["dt:spm"]), (Deferred, Message),
        "NetEase 451 DT:SPM `please try again`: two minutes later").after(Minutes(2)),
    row(&[], Says(450..=451, &["mi:dmc", "rp:drc"]), (Deferred, Message),
        "NetEase 450 MI:DMC, RP:DRC: too much on this one connection; the next mail gets a new one"),

    // What is refused for good, with words of its own.
    row(&[Data, Reply], Says(500..=599, &[
        "dt:spm", "reject by content", "content denied", "content rejected"]), (Rejected, Message),
        "NetEase 554 DT:SPM, Aliyun 554, QQ 550: the content; the same bytes again cost the sender its name"),
    row(&[], Says(500..=599, &["5.4.4", "host not found", "no data by dns"]), (Deferred, Message),
        "Healthchecks test_bounces, Aliyun 524, 526: a name that did not resolve may be the relay's own trouble"),
    row(&[], Says(500..=599, &["5.3.4", "5.2.3"]), (Rejected, Message),
        "RFC 3463 X.3.4, X.2.3: too large for the system or the mailbox"),
    row(&[Data, Reply], Says(552..=552, &[]), (Rejected, Message),
        "RFC 1870 section 6.1: too large now is too large for ever"),
    row(&[], Says(557..=557, &[]), (Rejected, Message),
        "Aliyun 557: the message is too long"),
    row(&[Mail], Says(555..=555, &[]), (Rejected, Message),
        "RFC 5321 4.1.1.11: a parameter; the only one sent is SMTPUTF8, and only for an address that needs it"),
    row(&[], Says(500..=599, &["5.6.7"]), (Rejected, Message),
        "RFC 6531 3.5: an address beyond ASCII is not taken on"),
    row(&[Rcpt, Data, Reply], Says(500..=599, &[
        "relay access denied", "relaying denied", "fake sender", "sender is rejected"]), (Deferred, Message),
        "Postfix 554 5.7.1, Sendmail 550 5.7.1, Coremail `Fake sender`: our setup, which burns nobody's notice")
        .after(Minutes(15)),
    row(&[Rcpt, Data, Reply], Says(500..=599, &["5.7."]), (Rejected, Message),
        "RFC 3463 X.7: policy against this mail to this recipient"),
    row(&[Rcpt, Data, Reply], Says(500..=599, &["access denied", "too many", "try again"]), (Deferred, Message),
        "Tencent 550 `Mailbox unavailable or access denied`: the mailbox is being flooded, later").after(Minutes(15)),

    // What the code alone says.
    row(&[Mail], Says(500..=599, &[]), (Deferred, Channel),
        "RFC 5321 4.1.1.2; NetEase, QQ 553 `Mail from must equal authorized user`: the sender, whoever the mail is for"),
    row(&[Connect, Greeting], Says(300..=599, &[]), (Deferred, Message),
        "RFC 5321 3.1: the relay takes nobody's mail now; a fault of the way and not of the mail"),
    row(&[], Says(400..=499, &[]), (Deferred, Message),
        "RFC 5321 4.2.1: 4yz may pass later; 421 (4.2.3) can come at any time"),
    row(&[], Says(500..=599, &[]), (Rejected, Message),
        "RFC 5321 4.2.1: 5yz is not to be repeated"),

    // What is no refusal, and no word at all.
    row(&[Reply], Says(0..=999, &[]), (Unknown, Message),
        "RFC 5321 4.3.2: no such reply can stand after the dot; the relay may have the mail"),
    row(&[], Says(0..=999, &[]), (Deferred, Message),
        "RFC 5321 4.3.2: no such reply can stand here, and no message has been sent"),
    row(&[Reply], Silent, (Unknown, Message),
        "RFC 5321 4.5.3.2.6, Postfix smtp_data_done_timeout: the relay may have the mail"),
    row(&[], Silent, (Deferred, Message),
        "RFC 5321 4.5.4.1: who was not heard is asked again later; no dot was sent"),
    row(&[Reply], Unfit, (Unknown, Message),
        "RFC 5321 4.3.2: whatever we could not read stood after the dot"),
    row(&[Rcpt], Unfit, (Rejected, Message),
        "RFC 6531 3.2: a relay without SMTPUTF8 cannot take this address"),
    row(&[], Unfit, (Deferred, Channel),
        "RFC 3207 section 4.1, RFC 4954 section 4: certificate, TLS or login do not fit this relay"),
];

const fn row(
    phases: &'static [Phase],
    when: When,
    (class, scope): (Class, Scope),
    source: &'static str,
) -> Row {
    Row {
        phases,
        when,
        class,
        scope,
        wait: Wait::Policy,
        source,
    }
}

impl Row {
    /// The same row, not to be tried again before `wait` is over.
    const fn after(self, wait: Wait) -> Self {
        Self { wait, ..self }
    }
}
