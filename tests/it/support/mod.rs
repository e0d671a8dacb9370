//! What several tests share: peers to talk to, and messages to send them.

pub(crate) mod certificates;
pub(crate) mod city;
pub(crate) mod command;
pub(crate) mod decisions;
pub(crate) mod http;
pub(crate) mod look;
pub(crate) mod mailbox;
pub(crate) mod messages;
pub(crate) mod process;
pub(crate) mod remembered;
pub(crate) mod rounds;
pub(crate) mod smtp;
pub(crate) mod world;
