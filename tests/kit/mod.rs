//! What the proofs from outside share: a city with both channels, the real program as a
//! child process, the shim that stops or records its system calls, and what the ledger
//! and the servers say afterwards.

pub(crate) mod books;
pub(crate) mod city;
pub(crate) mod daemon;
pub(crate) mod delivery;
pub(crate) mod seed;
pub(crate) mod shim;
pub(crate) mod trace;

#[expect(dead_code, reason = "other tests use the rest of the relay")]
#[path = "../it/support/smtp/mod.rs"]
pub(crate) mod smtp;

#[expect(dead_code, reason = "other tests use the rest of the receiver")]
#[path = "../it/support/http.rs"]
pub(crate) mod http;

#[expect(dead_code, reason = "no digest is sent here")]
#[path = "../it/support/mailbox.rs"]
pub(crate) mod mailbox;
