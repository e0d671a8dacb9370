//! How new the catalogue is: which file lies there, and the number of its newest change.
//!
//! Owns that value and its form in the ledger. Two marks are equal only where the file is the
//! same one: a copy that was put in its place counts its changes by itself, and may have come to
//! the same number by another way. Refuses to look into the file.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::store::StoreError;

/// A file and its newest change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The file.
    pub(super) file: FileId,
    /// The number of its newest change; 0 where there is none.
    pub(super) seq: i64,
}

/// A file, whatever it is called: another one in its place is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// The file that lies at `path`.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn at(path: &Path) -> Result<Self, StoreError> {
        use std::os::unix::fs::MetadataExt as _;
        let meta = std::fs::metadata(path).map_err(StoreError::file(path))?;
        Ok(Self {
            device: meta.dev(),
            inode: meta.ino(),
        })
    }
}

impl Mark {
    /// The number of the newest change that a reader who came to `self` has seen of the
    /// catalogue that is now at `newest`; `None` where it is another catalogue and has to be
    /// read whole. One with fewer changes than were seen is another one in the same place.
    #[must_use]
    pub fn seen_of(&self, newest: &Self) -> Option<i64> {
        (self.file == newest.file && self.seq <= newest.seq).then_some(self.seq)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FileId { device, inode } = self.file;
        write!(f, "{device}:{inode}:{}", self.seq)
    }
}

impl FromStr for Mark {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, ':');
        let mut next = || parts.next().unwrap_or_default();
        Ok(Self {
            file: FileId {
                device: next().parse()?,
                inode: next().parse()?,
            },
            seq: next().parse()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_only_the_same_file_goes_on_from_it() {
        let mark: Mark = "64769:12:105".parse().unwrap();
        assert_eq!(mark.to_string(), "64769:12:105");
        let seen = |newest: &str| mark.seen_of(&newest.parse().unwrap());
        assert_eq!(seen("64769:12:105"), Some(105));
        assert_eq!(seen("64769:12:120"), Some(105));
        for another in ["64769:12:104", "64769:13:105", "64770:12:120"] {
            assert_eq!(seen(another), None, "{another}");
        }
        assert!("105".parse::<Mark>().is_err());
    }
}
