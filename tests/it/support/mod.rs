//! What several tests share: peers to talk to, and messages to send them.

pub(crate) mod certificates;
pub(crate) mod http;
pub(crate) mod messages;
pub(crate) mod smtp;
