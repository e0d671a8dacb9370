//! What people see, and what the demo's units receive.
//!
//! Owns HTTP servers. Refuses to spawn tasks and to open sockets: listeners and
//! the shutdown are arguments.

mod acknowledge;
mod listener;
mod page;

pub mod server;

pub mod receiver;
pub mod robots;
