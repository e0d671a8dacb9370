//! Rows that wait on disk until their order is known.
//!
//! Owns a nameless file and the keys of what is in it: a register is sorted as a whole, and that
//! of a large city does not fit into memory. Refuses to know what a row is.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Rows on disk, each with what it is sorted by.
pub(super) struct Spool<K> {
    file: BufWriter<File>,
    rows: Vec<Place<K>>,
    end: u64,
}

/// Where a row lies.
struct Place<K> {
    key: K,
    at: u64,
    length: usize,
}

impl<K: Ord> Spool<K> {
    /// An empty one, in `folder`: where the result has room, so has this. The file has no name,
    /// so nothing of it stays behind.
    ///
    /// # Errors
    /// The folder's.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::new(tempfile::tempfile_in(folder)?),
            rows: Vec::new(),
            end: 0,
        })
    }

    /// Keeps a row.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn push(&mut self, key: K, row: &impl Serialize) -> io::Result<()> {
        self.push_text(key, &serde_json::to_vec(row)?)
    }

    /// Keeps a row that is text already.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn push_text(&mut self, key: K, text: &[u8]) -> io::Result<()> {
        self.file.write_all(text)?;
        self.rows.push(Place {
            key,
            at: self.end,
            length: text.len(),
        });
        self.end += text.len() as u64;
        Ok(())
    }

    /// Hands every row to `visit`, in the order of their keys; those of the same key as they came.
    ///
    /// # Errors
    /// The disk's, and those of `visit`.
    pub(super) fn each<T: DeserializeOwned>(
        self,
        visit: &mut dyn FnMut(&K, T) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.each_text(&mut |key, text| visit(key, serde_json::from_slice(text)?))
    }

    /// The same, each as the text that it is kept as.
    ///
    /// # Errors
    /// The disk's, and those of `visit`.
    pub(super) fn each_text(
        mut self,
        visit: &mut dyn FnMut(&K, &[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let file = self.file.into_inner();
        let file = file.map_err(io::IntoInnerError::into_error)?;
        self.rows.sort_by(|one, next| one.key.cmp(&next.key));
        let mut text = Vec::new();
        for Place { key, at, length } in &self.rows {
            text.resize(*length, 0);
            file.read_exact_at(&mut text, *at)?;
            visit(key, &text)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_by_their_keys_and_those_of_one_key_as_they_came() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(folder.path()).unwrap();
        for (key, row) in [(3, "丙"), (1, "甲"), (3, ""), (2, "乙\n")] {
            spool.push(key, &row).unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut seen = Vec::new();
        let mut see = |key: &i32, row: String| {
            seen.push((*key, row));
            Ok(())
        };
        spool.each(&mut see).unwrap();
        let seen: Vec<(i32, &str)> = seen.iter().map(|(key, row)| (*key, &**row)).collect();
        assert_eq!(seen, [(1, "甲"), (2, "乙\n"), (3, "丙"), (3, "")]);
    }
}
