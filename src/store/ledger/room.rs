//! How much room the disk has on which the ledger lies.
//!
//! Owns the question. Refuses to say how much is enough.

use std::path::Path;

use crate::store::StoreError;

/// Bytes that are free for this process on the file system of `path`.
///
/// # Errors
/// What the system said.
pub fn free_bytes(path: &Path) -> Result<u64, StoreError> {
    let found = rustix::fs::statvfs(path)
        .map_err(|error| StoreError::file(path)(std::io::Error::from(error)))?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}
