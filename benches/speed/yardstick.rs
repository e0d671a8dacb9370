//! The bare program that duban's sending is measured against.
//!
//! Owns sending the same bytes to the same receivers, over as many connections, with the
//! same libraries and the same signatures. Refuses everything else: it knows no calendar,
//! retries nothing and words nothing. It comes in two kinds: one that writes each attempt
//! down durably before it is sent and its answer afterwards, in a transaction each, and
//! one that remembers nothing, and so does less than the same.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use futures_util::stream;
use hmac::{Hmac, KeyInit as _, Mac as _};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use reqwest::{Client, Url};
use rusqlite::Connection;
use sha2::Sha256;
use tokio::net::TcpStream;

use crate::receivers::{Receivers, Taken};
use crate::scene::SECRET;

/// Connections to the relay, as duban has by default.
const CONNECTIONS: usize = 4;
/// Posts under way at once: what duban's 64 leave after those waiting for the relay.
const POSTS: usize = 32;

/// What it remembers; `None` if nothing.
type Memory = Option<Arc<Mutex<Connection>>>;

/// Everything to send, as duban sent it.
pub(crate) struct Yardstick {
    mails: Vec<(lettre::address::Envelope, Vec<u8>)>,
    posts: Vec<(Url, Vec<u8>)>,
    receivers: Receivers,
    key: Vec<u8>,
}

impl Yardstick {
    /// What was `taken` from duban.
    pub(crate) fn of(taken: Vec<Taken>, receivers: &Receivers) -> anyhow::Result<Self> {
        let (mut mails, mut posts) = (Vec::new(), Vec::new());
        for taken in taken {
            if taken.path.is_empty() {
                mails.push((envelope(&taken.to)?, taken.bytes));
            } else {
                let url = format!("http://{}{}", receivers.http, taken.path);
                posts.push((url.parse()?, taken.bytes));
            }
        }
        let secret = SECRET.trim_start_matches("whsec_");
        Ok(Self {
            mails,
            posts,
            receivers: receivers.clone(),
            key: STANDARD.decode(secret)?,
        })
    }

    /// Sends everything; how long it took. With a path, each attempt is durable there
    /// before it is sent.
    pub(crate) fn run(
        &self,
        runtime: &tokio::runtime::Runtime,
        remembers: Option<&Path>,
    ) -> anyhow::Result<Duration> {
        let memory = remembers.map(memory).transpose()?;
        let begun = Instant::now();
        runtime.block_on(async {
            let (mails, posts) = tokio::join!(self.mail(&memory), self.post(&memory));
            mails.and(posts)
        })?;
        Ok(begun.elapsed())
    }

    async fn mail(&self, memory: &Memory) -> anyhow::Result<()> {
        let waiting = Mutex::new(self.mails.iter().enumerate());
        let talks = (0..CONNECTIONS).map(|_| async {
            let hello = ClientId::Domain("bench".to_owned());
            let tcp = TcpStream::connect(self.receivers.smtp).await?;
            tcp.set_nodelay(true)?;
            let connected = AsyncSmtpConnection::connect_with_transport(Box::new(tcp), &hello);
            let mut relay = connected.await?;
            while let Some((n, (envelope, bytes))) = next(&waiting) {
                let id = format!("mail_{n}");
                write(memory, BEGIN, &id).await?;
                relay.send(envelope, bytes).await?;
                write(memory, END, &id).await?;
            }
            anyhow::Ok(())
        });
        let ended = futures_util::future::try_join_all(talks).await;
        ended.map(|_| ())
    }

    async fn post(&self, memory: &Memory) -> anyhow::Result<()> {
        let roots = rustls::RootCertStore::empty();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // A connection for each post, as duban has it.
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()?;
        let mut posts = stream::iter(self.posts.iter().enumerate())
            .map(|(n, post)| self.post_one(&client, memory, n, post))
            .buffer_unordered(POSTS);
        while let Some(posted) = posts.next().await {
            posted?;
        }
        Ok(())
    }

    async fn post_one(
        &self,
        client: &Client,
        memory: &Memory,
        n: usize,
        (url, body): &(Url, Vec<u8>),
    ) -> anyhow::Result<()> {
        let (id, timestamp) = (format!("msg_{n}"), 1_700_000_000);
        write(memory, BEGIN, &id).await?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key)?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let request = client
            .post(url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body.clone());
        let answer = request.send().await?.error_for_status()?;
        answer.bytes().await?;
        write(memory, END, &id).await
    }
}

/// An attempt, before it is sent.
const BEGIN: &str = "insert into attempt (id) values ($1)";
/// Its answer.
const END: &str = "update attempt set done = 1 where id = $1";

/// A database as durable as duban's ledger.
fn memory(path: &Path) -> anyhow::Result<Arc<Mutex<Connection>>> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute_batch("create table attempt (id text primary key, done integer)")?;
    Ok(Arc::new(Mutex::new(connection)))
}

/// One durable write, if anything is remembered; the other connections go on meanwhile.
async fn write(memory: &Memory, sql: &'static str, id: &str) -> anyhow::Result<()> {
    let Some(memory) = memory.clone() else {
        return Ok(());
    };
    let id = id.to_owned();
    let written = tokio::task::spawn_blocking(move || {
        let connection = memory.lock().unwrap_or_else(PoisonError::into_inner);
        connection.prepare_cached(sql)?.execute([id])
    });
    written.await??;
    Ok(())
}

type Mail = (lettre::address::Envelope, Vec<u8>);
type Mails<'a> = std::iter::Enumerate<std::slice::Iter<'a, Mail>>;

fn next<'a>(waiting: &Mutex<Mails<'a>>) -> Option<(usize, &'a Mail)> {
    waiting.lock().ok()?.next()
}

/// The envelope of a mail, from the command that named its recipient.
fn envelope(rcpt: &str) -> anyhow::Result<lettre::address::Envelope> {
    let address = rcpt
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(address, _)| address)
        .context("a mail without a recipient")?;
    let from = "duban@example.gov.cn".parse()?;
    Ok(lettre::address::Envelope::new(
        Some(from),
        vec![address.parse()?],
    )?)
}
