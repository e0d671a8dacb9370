//! From MAIL to the reply after the final dot.

use std::time::Duration;

use super::peer::Peer::{Bare, ForeignAddress, ForeignAddressUtf8, Small};
use super::{ACCEPTED, Case, DEFERRED, HELD, REJECTED, TOMORROW, UNKNOWN, in_minutes, on, with};
use crate::support::smtp::Act::{Bytes, Drop, Flood, Late, Say, Silence, TakeAndDrop};
use crate::support::smtp::Stage::{Data, Dot, Mail, Rcpt};

pub(super) fn cases() -> Vec<Case> {
    [
        sender(),
        recipient_taken_or_later(),
        recipient_refused(),
        data(),
        after_the_dot(),
        extensions(),
    ]
    .concat()
}

fn sender() -> Vec<Case> {
    vec![
        on(Mail, Say("421 4.7.0 closing"), DEFERRED),
        on(Mail, Say("450 MI:DMC smtp5"), DEFERRED),
        on(Mail, Say("451 MI:SFQ,smtp5"), in_minutes(15)),
        on(Mail, Say("452 4.3.1 insufficient system storage"), DEFERRED),
        on(
            Mail,
            Say("440 mail from account doesn't conform with authentication"),
            HELD,
        ),
        on(Mail, Say("530 5.7.0 log in first"), HELD),
        on(Mail, Say("535 log in first"), HELD),
        on(Mail, Say("550 sender refused"), HELD),
        on(Mail, Say("550 User not found"), HELD),
        on(Mail, Say("550 MI:STC smtp5"), TOMORROW),
        on(Mail, Say("550 Sender frequency limited"), in_minutes(15)),
        on(Mail, Say("552 Daily sending quota exceeded"), TOMORROW),
        on(Mail, Say("552 Monthly sending quota exceeded"), HELD),
        on(Mail, Say("553 Mail from must equal authorized user"), HELD),
        on(
            Mail,
            Say("553 Requested action not taken: Fake sender"),
            HELD,
        ),
        on(Mail, Bytes(b"250 ok\r\n250 ok\r\n"), DEFERRED).ending_in("rcpt"),
        on(Mail, Silence, DEFERRED).stalls(),
        on(Mail, Drop, DEFERRED),
    ]
}

fn recipient_taken_or_later() -> Vec<Case> {
    vec![
        on(Rcpt, Say("250 2.1.5 ok"), ACCEPTED).ending_in("reply"),
        on(Rcpt, Say("251 will forward"), ACCEPTED).ending_in("reply"),
        on(Rcpt, Say("252 cannot verify, will try"), ACCEPTED).ending_in("reply"),
        on(Rcpt, Say("421 4.7.0 closing"), DEFERRED),
        on(
            Rcpt,
            Say("450 4.2.0 Greylisted, see postgrey"),
            in_minutes(6),
        ),
        on(Rcpt, Say("450 4.7.1 try again later"), DEFERRED),
        on(Rcpt, Say("450 mailbox busy"), DEFERRED),
        on(Rcpt, Say("451 4.3.0 local error"), DEFERRED),
        on(Rcpt, Say("452 4.5.3 too many recipients"), DEFERRED),
        on(Rcpt, Say("530 5.7.0 log in first"), HELD),
        on(Rcpt, Say("550 5.4.4 host not found"), DEFERRED),
        on(Rcpt, Say("550 Ip frequency limited"), in_minutes(15)),
        on(
            Rcpt,
            Say("550 Mailbox unavailable or access denied"),
            in_minutes(15),
        ),
        on(Rcpt, Say("550 MI:STC smtp5"), TOMORROW),
        on(
            Rcpt,
            Say("504 the number of RCPT attempts is achieved"),
            TOMORROW,
        ),
        on(Rcpt, Say("552 too many recipients"), in_minutes(15)),
        on(Rcpt, Say("550 5.2.2 over quota"), in_minutes(15)),
        on(Rcpt, Say("552 5.2.2 mailbox full"), in_minutes(15)),
        on(
            Rcpt,
            Say("554 5.7.1 <a@b>: Relay access denied"),
            in_minutes(15),
        ),
        on(Rcpt, Say("550 sender is rejected"), in_minutes(15)),
        on(
            Rcpt,
            Say("556 The number of RCPTs is over size"),
            in_minutes(15),
        ),
        on(Rcpt, Silence, DEFERRED).stalls(),
        on(Rcpt, Drop, DEFERRED),
        on(Rcpt, Flood("250", 64 * 1024), DEFERRED),
    ]
}

fn recipient_refused() -> Vec<Case> {
    vec![
        on(Rcpt, Say("521 host takes no mail"), REJECTED),
        on(Rcpt, Say("550 5.1.1 <a@b>: User unknown"), REJECTED),
        on(
            Rcpt,
            Say("550-5.1.1 not here,\r\n550 5.1.1 try again"),
            REJECTED,
        ),
        on(
            Rcpt,
            Say("550 5.4.1 Recipient address rejected: Access denied"),
            REJECTED,
        ),
        on(Rcpt, Say("550 5.7.1 blocked by policy"), REJECTED),
        on(Rcpt, Say("550 Mailbox unavailable"), REJECTED),
        on(Rcpt, Say("550 Mailbox not found"), REJECTED),
        on(
            Rcpt,
            Say("550 Requested action not taken: Local user only"),
            REJECTED,
        ),
        on(Rcpt, Say("550 User suspended"), REJECTED),
        on(
            Rcpt,
            Bytes(b"550 \xd3\xc3\xbb\xa7\xb2\xbb\xb4\xe6\xd4\xda\r\n"),
            REJECTED,
        ),
        on(Rcpt, Say("551 user not local"), REJECTED),
        on(Rcpt, Say("553 mailbox name not allowed"), REJECTED),
        on(Rcpt, Say("556 domain takes no mail"), REJECTED),
        on(Rcpt, Say("559 Invalid rcptto"), REJECTED),
    ]
}

fn data() -> Vec<Case> {
    vec![
        on(Data, Say("421 closing"), DEFERRED),
        on(Data, Say("451 later"), DEFERRED),
        on(Data, Say("554 no valid recipients"), REJECTED),
        on(Data, Say("250 strange"), DEFERRED),
        on(Data, Bytes(b"354 go\r\n250 taken early\r\n"), DEFERRED).ending_in("body"),
        on(Data, Silence, DEFERRED).stalls(),
        on(Data, Drop, DEFERRED),
    ]
}

fn after_the_dot() -> Vec<Case> {
    vec![
        on(Dot, Say("250-one\r\n250 two"), ACCEPTED),
        on(Dot, Say("250"), ACCEPTED),
        on(Dot, Late(Duration::from_millis(200)), ACCEPTED),
        on(
            Dot,
            Bytes(b"250 \xd3\xca\xbc\xfe\xd2\xd1\xca\xd5\r\n"),
            ACCEPTED,
        ),
        on(Dot, Bytes("250 邮件已收\r\n".as_bytes()), ACCEPTED),
        on(Dot, Say("421 closing"), DEFERRED),
        on(Dot, Say("451 4.3.0 later"), DEFERRED),
        on(Dot, Say("451 DT:SPM, please try again"), in_minutes(2)),
        on(Dot, Say("452 4.3.1 insufficient system storage"), DEFERRED),
        on(
            Dot,
            Say("454 Transient reject by behaviour spam"),
            in_minutes(15),
        ),
        on(Dot, Say("550 5.1.1 no such user after all"), REJECTED),
        on(Dot, Say("552 5.2.2 mailbox is full"), in_minutes(15)),
        on(Dot, Say("552 message exceeds fixed maximum size"), REJECTED),
        on(
            Dot,
            Say("554 DT:SPM smtp5, please do not try again"),
            REJECTED,
        ),
        on(Dot, Say("554 Reject by content spam"), REJECTED),
        on(Dot, Say("554 Reject by behaviour spam"), in_minutes(15)),
        on(Dot, Say("554 refused"), REJECTED),
        on(Dot, Say("557 The length of DATA content"), REJECTED),
        on(Dot, Drop, UNKNOWN),
        on(Dot, TakeAndDrop, UNKNOWN),
        on(Dot, Silence, UNKNOWN).stalls(),
        on(Dot, Late(Duration::from_secs(3)), UNKNOWN).stalls(),
        on(Dot, Bytes(b"250 bare line feed\n"), UNKNOWN).stalls(),
        on(Dot, Say("354 still here"), UNKNOWN),
        on(Dot, Say("what is this"), UNKNOWN),
        on(Dot, Flood("250", 64 * 1024), UNKNOWN),
    ]
}

fn extensions() -> Vec<Case> {
    vec![
        with(Bare, "reply", ACCEPTED),
        with(Small, "reply", ACCEPTED),
        on(Dot, Say("552 5.3.4 message too big"), REJECTED).over(Small),
        with(ForeignAddress, "rcpt", REJECTED),
        with(ForeignAddressUtf8, "reply", ACCEPTED),
        on(Mail, Say("555 parameter unknown"), REJECTED).over(ForeignAddressUtf8),
        on(Rcpt, Say("553 5.6.7 not taken"), REJECTED).over(ForeignAddressUtf8),
    ]
}
