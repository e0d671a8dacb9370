//! One conversation with a relay, phase by phase, each under its own deadline.
//!
//! Owns the order of SMTP commands for one mail to one recipient. Refuses to judge:
//! it says in which phase the conversation ended and with what, `domain` says what
//! that means. A session that failed in any way but a plain refusal must be dropped,
//! for a late reply would be taken for the next mail's.

use std::sync::Arc;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::{Instant, sleep, timeout};

use super::Route;
use super::failure::Failure;
use super::settings::Deadlines;
use super::wire::{self, Sent};
use crate::domain::delivery::smtp::{Cause, Phase};

/// Mails over one connection; 163.com answers `450 MI:DMC` beyond a limit of its own,
/// and a fresh connection now and then follows a relay that moved.
const MAX_MAILS: u32 = 100;

/// A parked connection is not used again after this long; Postfix keeps an idle client
/// for 300 s, firewalls of government networks often for less than a minute.
const MAX_IDLE: Duration = Duration::from_secs(30);

/// A goodbye is a courtesy: nothing waits for it longer than this.
const GOODBYE: Duration = Duration::from_secs(2);

/// A connection on which mail can be sent.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    sent: Arc<Sent>,
    mails: u32,
    parked_at: Instant,
}

impl Session {
    /// Connects, secures, greets and logs in.
    pub(super) async fn open(route: &Route) -> Result<Self, Failure> {
        let sent = Arc::new(Sent::default());
        let wire = wire::connect(route, Arc::clone(&sent)).await?;
        let hello = ClientId::Domain(route.hello.clone());
        let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello);
        let mut connection = within(route.deadlines.greeting, Phase::Greeting, greeted).await?;
        if let Some((user, password)) = &route.login {
            let login = Credentials::new(user.clone(), password.expose().to_owned());
            let ways = [Mechanism::Plain, Mechanism::Login];
            let login = connection.auth(&ways, &login);
            within(route.deadlines.command, Phase::Auth, login).await?;
        }
        Ok(Self {
            connection,
            sent,
            mails: 0,
            parked_at: Instant::now(),
        })
    }

    /// Sends one mail to one recipient; the relay's words on taking it.
    pub(super) async fn deliver(
        &mut self,
        envelope: &Envelope,
        mail: &[u8],
        deadlines: &Deadlines,
    ) -> Result<String, Failure> {
        self.mails += 1;
        let command = deadlines.command;
        let from = Mail::new(envelope.from().cloned(), self.options(envelope)?);
        within(command, Phase::Mail, self.connection.command(from)).await?;
        for recipient in envelope.to() {
            let to = Rcpt::new(recipient.clone(), Vec::new());
            within(command, Phase::Rcpt, self.connection.command(to)).await?;
        }
        let go = within(deadlines.data, Phase::Data, self.connection.command(Data)).await?;
        if !go.has_code(354) {
            return Err(unexpected(Phase::Data, &go));
        }
        let reply = self.hand_over(mail, deadlines).await?;
        if reply.code().to_string().starts_with('2') {
            Ok(words(&reply))
        } else {
            Err(unexpected(Phase::Reply, &reply))
        }
    }

    /// The message and its dot. Until more than the message itself has been written the
    /// relay cannot have taken it; from then on only its reply can tell.
    async fn hand_over(&mut self, mail: &[u8], deadlines: &Deadlines) -> Result<Response, Failure> {
        let size = u64::try_from(mail.len()).unwrap_or(u64::MAX);
        let sent = Arc::clone(&self.sent);
        let body = sent.bytes().saturating_add(size);
        let mut message = std::pin::pin!(self.connection.message(mail));
        let answer = tokio::select! {
            biased;
            answer = &mut message => Ok(answer),
            () = sent.passes(body) => timeout(deadlines.reply, &mut message).await,
            () = sleep(deadlines.body) => return Err(Failure::late(Phase::Body)),
        };
        let phase = if sent.bytes() > body {
            Phase::Reply
        } else {
            Phase::Body
        };
        match answer {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err(Failure::new(phase, cause(&error))),
            Err(_) => Err(Failure::late(phase)),
        }
    }

    /// Notes that nobody uses it from now on; gives it back if it may be used again.
    pub(super) fn park(mut self) -> Option<Self> {
        self.parked_at = Instant::now();
        (self.mails < MAX_MAILS).then_some(self)
    }

    /// Clears away what the last mail left, and with that asks whether the relay still
    /// answers; whether it may be used again. Done before the next mail and not after a
    /// refused one, whose answer must not wait for it.
    pub(super) async fn renew(&mut self, deadlines: &Deadlines) -> bool {
        if self.parked_at.elapsed() > MAX_IDLE {
            return false;
        }
        let reset = self.connection.command(Rset);
        within(deadlines.command, Phase::Mail, reset).await.is_ok()
    }

    /// Says goodbye, without waiting long for an answer.
    pub(super) async fn quit(mut self) {
        // The relay has everything it took; its answer changes nothing.
        let _ = timeout(GOODBYE, self.connection.command(Quit)).await;
    }

    fn options(&self, envelope: &Envelope) -> Result<Vec<MailParameter>, Failure> {
        let plain = envelope.to().iter().chain(envelope.from()).all(is_ascii);
        if plain {
            return Ok(Vec::new());
        }
        let info = self.connection.server_info();
        if info.supports_feature(Extension::SmtpUtfEight) {
            return Ok(vec![MailParameter::SmtpUtfEight]);
        }
        let text = "an address beyond ASCII, and a relay without SMTPUTF8";
        Err(Failure::new(Phase::Rcpt, Cause::Unfit(text.to_owned())))
    }
}

fn is_ascii(address: &lettre::Address) -> bool {
    let text: &str = address.as_ref();
    text.is_ascii()
}

/// `work` under its deadline, its failure named by its phase.
async fn within<T>(
    deadline: Duration,
    phase: Phase,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failure> {
    timeout(deadline, work)
        .await
        .map_err(|_| Failure::late(phase))?
        .map_err(|error| Failure::new(phase, cause(&error)))
}

fn unexpected(phase: Phase, reply: &Response) -> Failure {
    Failure::new(phase, Cause::Reply(reply.code().into(), words(reply)))
}

fn words(reply: &Response) -> String {
    reply.message().collect::<Vec<_>>().join(" ")
}

fn cause(error: &Error) -> Cause {
    let text =
        std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    match error.status() {
        Some(code) => Cause::Reply(code.into(), text),
        None if error.is_client() => Cause::Unfit(text),
        None => Cause::Lost(text),
    }
}
