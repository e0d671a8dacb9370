//! What a disk may refuse: which call on which file, and what has to be done for the program
//! to make it.

/// What stands around a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scene {
    /// The program works and something is due.
    Work,
    /// And the WAL has so many pages already.
    Wal(u32),
    /// And mails are written as files.
    Files,
    /// The program starts: on no ledger, one of an older version, or one that a killed process
    /// left.
    Start,
}

/// One way in which a disk fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Case {
    pub(crate) files: &'static str,
    pub(crate) call: &'static str,
    pub(crate) error: Error,
    pub(crate) scene: Scene,
}

/// What the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Error {
    Full,
    Broken,
}

impl Error {
    /// Its number on Linux (`ENOSPC`, `EIO`).
    pub(crate) const fn number(self) -> i32 {
        match self {
            Self::Full => 28,
            Self::Broken => 5,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Full => "ENOSPC",
            Self::Broken => "EIO",
        }
    }
}

/// The next commits put the WAL into the database (`wal_autocheckpoint`).
const CHECKPOINT: Scene = Scene::Wal(1_000);

/// And then cut the WAL back to 8 MiB (`journal_size_limit`).
const CUT_BACK: Scene = Scene::Wal(2_200);

/// The next commit needs another page of shared memory, which holds 4,062 pages of the WAL
/// (sqlite.org, "WAL-mode File Format").
const GROWTH: Scene = Scene::Wal(4_058);

const ALL: [(Scene, &str, &[&str]); 15] = [
    (Scene::Work, "wal", &["open", "write", "short", "sync"]),
    (
        Scene::Work,
        "head",
        &["open", "write", "short", "sync", "rename"],
    ),
    (Scene::Work, "log", &["write", "short"]),
    (Scene::Work, "all", &["write", "sync"]),
    (CHECKPOINT, "db", &["write", "short", "sync"]),
    (CHECKPOINT, "wal", &["write", "sync"]),
    (CUT_BACK, "wal", &["truncate"]),
    (GROWTH, "shm", &["write", "mmap"]),
    (
        Scene::Files,
        "box",
        &["open", "write", "short", "sync", "rename"],
    ),
    (Scene::Start, "db", &["open", "write", "short", "sync"]),
    (Scene::Start, "journal", &["open", "write", "sync"]),
    (Scene::Start, "wal", &["open", "write", "short", "sync"]),
    (Scene::Start, "shm", &["open", "write", "truncate", "mmap"]),
    (Scene::Start, "log", &["write"]),
    (Scene::Start, "all", &["open", "write"]),
];

/// Every case, with each error.
pub(crate) fn all() -> Vec<Case> {
    let mut all = Vec::new();
    for (scene, files, calls) in ALL {
        for call in calls {
            all.extend([Error::Full, Error::Broken].map(|error| Case {
                files,
                call,
                error,
                scene,
            }));
        }
    }
    all
}

impl Case {
    pub(crate) fn name(&self) -> String {
        format!(
            "{:?} {} {} {}",
            self.scene,
            self.files,
            self.call,
            self.error.name()
        )
    }

    /// Whether it keeps the ledger or the mails from being written, so that systemd must be
    /// told. A checkpoint that fails leaves the WAL as it is, and the head beside the ledger
    /// may lag; a log that cannot be written cannot be told of in the log. Where all fail, it may be
    /// one of these that is met.
    pub(crate) fn is_told(&self) -> bool {
        match self.files {
            "wal" => self.call != "truncate",
            "shm" | "box" => true,
            _ => false,
        }
    }

    /// So many such calls are made, at least, while the scene is played.
    pub(crate) fn calls(&self) -> usize {
        match (self.scene, self.files, self.call) {
            (Scene::Work, "wal" | "all", "write" | "short") => 30,
            (Scene::Work | CHECKPOINT, "wal", "sync") | (CHECKPOINT, "db", "write" | "short") => 3,
            (Scene::Start, "wal" | "all", "write" | "short") => 20,
            (Scene::Start, "shm", "write") => 8,
            (Scene::Start, "journal", "write") | (Scene::Files, ..) | (Scene::Work, "log", _) => 2,
            (CHECKPOINT, "wal", "write") => 5,
            _ => 1,
        }
    }

    /// Whether only a start that makes a ledger makes such a call.
    pub(crate) fn is_of_a_new_ledger(&self) -> bool {
        self.scene == Scene::Start && matches!(self.files, "db" | "journal")
    }
}
