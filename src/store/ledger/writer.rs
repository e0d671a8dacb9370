//! The one writer: closures in, grouped commits out.
//!
//! Owns the only writing connection. Concurrent writes share one transaction and
//! so one sync to disk; each of them has a savepoint of its own, so that one that fails
//! takes nothing with it. Nobody is answered before the commit is durable. Where the
//! engine undoes the whole transaction by itself, as it may on a full disk, the group
//! ends there and all of it is told. Says whether the last change could be made durable, so
//! that a disk that fails is not only seen by whoever happened to write. Refuses to know
//! what is written.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot, watch};

use crate::store::StoreError;

/// Writes that may wait for the writer: far more than can be in flight at once.
const QUEUE: usize = 1024;

/// Writes that share a commit at most, so that none waits long for the others.
const GROUP: usize = 256;

/// A write: runs inside the group's transaction, if one could begin, and answers after
/// its commit.
type Write = Box<dyn FnOnce(Turn<'_>) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;

/// What a write is given to run in.
#[derive(Debug)]
enum Turn<'a> {
    /// A transaction of its own. It needs no savepoint, for which the engine would copy
    /// every page that is changed: half of the time of a first plan.
    Alone(&'a Connection),
    /// A transaction that others share.
    Shared(&'a Connection),
    /// None could begin, for this reason.
    Refused(String),
}

/// A handle to the writer, shared by everything that writes.
#[derive(Debug, Clone)]
pub struct Ledger {
    queue: mpsc::Sender<Write>,
    refuses: watch::Receiver<bool>,
    path: PathBuf,
}

/// The writer itself; [`Writer::run`] wants a thread of its own.
#[derive(Debug)]
pub struct Writer {
    queue: mpsc::Receiver<Write>,
    refuses: watch::Sender<bool>,
    connection: Connection,
    /// Held for as long as the connection lives.
    _lock: File,
}

pub(super) fn pair(connection: Connection, lock: File, path: PathBuf) -> (Ledger, Writer) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let (refuses, watched) = watch::channel(false);
    let writer = Writer {
        queue: receiver,
        refuses,
        connection,
        _lock: lock,
    };
    let ledger = Ledger {
        queue: sender,
        refuses: watched,
        path,
    };
    (ledger, writer)
}

impl Ledger {
    /// The database file, for readers.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the last change could not be made durable. A commit that changed nothing
    /// touches no disk, and so ends it for nobody.
    #[must_use]
    pub fn refuses(&self) -> bool {
        *self.refuses.borrow()
    }

    /// Tells each time that [`Ledger::refuses`] turns.
    #[must_use]
    pub fn turns(&self) -> watch::Receiver<bool> {
        self.refuses.clone()
    }

    /// Waits until the writer has ended, which it does by itself only when it panicked.
    pub async fn closed(&self) {
        self.queue.closed().await;
    }

    /// Runs `write` in a transaction and returns once it is durable.
    ///
    /// # Errors
    /// What the engine said while `doing`; then nothing of `write` remains.
    pub async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        write: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answer) = job(doing, write);
        let closed = || StoreError::Closed { doing };
        self.queue.send(job).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// The same, for threads that may block.
    ///
    /// # Errors
    /// As [`Ledger::write`].
    pub fn write_blocking<T: Send + 'static>(
        &self,
        doing: &'static str,
        write: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answer) = job(doing, write);
        let closed = || StoreError::Closed { doing };
        self.queue.blocking_send(job).map_err(|_| closed())?;
        answer.blocking_recv().map_err(|_| closed())?
    }
}

type Receiver<T> = oneshot::Receiver<Result<T, StoreError>>;

fn job<T: Send + 'static>(
    doing: &'static str,
    write: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> (Write, Receiver<T>) {
    let (sender, receiver) = oneshot::channel();
    let job: Write = Box::new(move |turn| {
        let written = match turn {
            Turn::Alone(connection) => alone(connection, write).map_err(StoreError::sql(doing)),
            Turn::Shared(connection) => {
                in_savepoint(connection, write).map_err(StoreError::sql(doing))
            }
            Turn::Refused(reason) => Err(StoreError::NotDurable { doing, reason }),
        };
        Box::new(move |commit: Result<(), String>| {
            // Its own failure says more than that of the group it was in.
            let answer = written.and_then(|value| match commit {
                Ok(()) => Ok(value),
                Err(reason) => Err(StoreError::NotDurable { doing, reason }),
            });
            // Whoever asked may have gone; the write stands all the same.
            let _ = sender.send(answer);
        })
    });
    (job, receiver)
}

/// A write that fails alone undoes the whole transaction.
fn alone<T>(
    connection: &Connection,
    write: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let written = write(connection);
    if written.is_err() && !is_undone(connection) {
        connection.execute_batch("rollback")?;
    }
    written
}

fn in_savepoint<T>(
    connection: &Connection,
    write: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.execute_batch("savepoint one_write")?;
    match write(connection) {
        Ok(value) => {
            connection.execute_batch("release one_write")?;
            Ok(value)
        }
        Err(error) if is_undone(connection) => Err(error),
        Err(error) => {
            connection.execute_batch("rollback to one_write; release one_write")?;
            Err(error)
        }
    }
}

/// Whether the whole transaction is undone, by us or by the engine itself; a savepoint
/// would now be a transaction of its own (sqlite.org, "Response To Errors Within A
/// Transaction").
fn is_undone(connection: &Connection) -> bool {
    connection.is_autocommit()
}

impl Writer {
    /// Writes until every handle is gone.
    pub fn run(mut self) {
        while let Some(first) = self.queue.blocking_recv() {
            let before = self.connection.total_changes();
            let (answers, commit) = self.write_group(first);
            self.note(&commit, self.connection.total_changes() > before);
            for answer in answers {
                answer(commit.clone());
            }
        }
    }

    fn note(&self, commit: &Result<(), String>, is_changed: bool) {
        if commit.is_err() || is_changed {
            let refuses = commit.is_err();
            self.refuses
                .send_if_modified(|now| std::mem::replace(now, refuses) != refuses);
        }
    }

    /// Runs `first` and whatever else waits in one transaction. Where nothing waits, what
    /// comes meanwhile begins the next group.
    fn write_group(&mut self, first: Write) -> (Vec<Answer>, Result<(), String>) {
        let is_alone = self.queue.is_empty();
        let begun = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = match begun {
            Ok(transaction) => transaction,
            Err(error) => {
                let reason = error.to_string();
                return (vec![first(Turn::Refused(reason.clone()))], Err(reason));
            }
        };
        let turn = if is_alone { Turn::Alone } else { Turn::Shared };
        let mut answers = vec![first(turn(&transaction))];
        while !is_alone
            && answers.len() < GROUP
            && !is_undone(&transaction)
            && let Ok(next) = self.queue.try_recv()
        {
            answers.push(next(Turn::Shared(&transaction)));
        }
        if is_undone(&transaction) {
            let reason = "a write of the same transaction undid it";
            return (answers, Err(reason.to_owned()));
        }
        (
            answers,
            transaction.commit().map_err(|error| error.to_string()),
        )
    }
}
