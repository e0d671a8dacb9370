//! The end of a year: the ledger as a stranger would examine it.
//!
//! Owns asking the file, the chain of its log and the log itself. Refuses to know what
//! happened in the year.

use duban::store::ledger::verify::{Asked, verify};
use duban::store::ledger::{Reader, rebuild};
use rusqlite::Connection;

use super::oracle::Judged;

/// Differences that are named.
const NAMED: usize = 3;

/// The file is sound, the log is the one that was written, and the tables follow from it.
pub(crate) fn holds(reader: &Reader, ledger: &Connection) -> Judged {
    let check = "pragma integrity_check";
    let sound: String = ledger.query_row(check, [], |row| row.get(0)).unwrap();
    if sound != "ok" {
        return Err(format!("integrity: {sound}"));
    }
    let walked = verify(ledger, &Asked::default(), &mut |_, _| {}).unwrap();
    if let Err(broken) = walked {
        return Err(format!("chain: entry {} {}", broken.seq, broken.why));
    }
    let followed = rebuild::compare(reader, NAMED, &mut |_, _| {}).unwrap();
    match followed {
        Ok(differences) if differences.is_empty() => Ok(()),
        Ok(differences) => Err(format!("rebuild: {differences:?}")),
        Err(stopped) => Err(format!("rebuild: entry {}: {}", stopped.seq, stopped.why)),
    }
}
