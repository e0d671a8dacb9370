//! Where webhooks may go, and that they go nowhere else.

mod corpus;
mod names;
mod outside;
mod settings;
mod shown;
