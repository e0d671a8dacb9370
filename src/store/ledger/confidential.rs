//! Decisions that are confidential (涉密) now, whatever they were when a notice was made.
//!
//! Owns the rows of `confidential`, written with a decision's plan, and taking their titles
//! out of frozen facts and digests wherever these are read to be sent or shown. Refuses to
//! change what is frozen: a decision that is no longer confidential has its titles again.

use rusqlite::Connection;

use crate::domain::decision::DecisionId;
use crate::domain::notice::{Digest, Facts};

/// Remembers whether `decision` is confidential.
pub(super) fn note(
    connection: &Connection,
    decision: &DecisionId,
    is_confidential: bool,
) -> rusqlite::Result<()> {
    let sql = if is_confidential {
        "insert into confidential (decision_id) values ($1) on conflict (decision_id) do nothing"
    } else {
        "delete from confidential where decision_id = $1"
    };
    connection.prepare_cached(sql)?.execute([&decision.0])?;
    Ok(())
}

/// `facts`, without a title that is not to be shown any more.
pub(super) fn shown(connection: &Connection, mut facts: Facts) -> rusqlite::Result<Facts> {
    hide(connection, &facts.obligation.decision, &mut facts.title)?;
    Ok(facts)
}

/// The same for every title of a digest.
pub(super) fn shown_digest(
    connection: &Connection,
    mut digest: Digest,
) -> rusqlite::Result<Digest> {
    for (decision, title) in digest.titles() {
        hide(connection, decision, title)?;
    }
    Ok(digest)
}

fn hide(
    connection: &Connection,
    decision: &DecisionId,
    title: &mut Option<String>,
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("select 1 from confidential where decision_id = $1")?;
    if title.is_some() && statement.exists([&decision.0])? {
        *title = None;
    }
    Ok(())
}
