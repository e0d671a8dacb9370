//! Files into the catalogue: from the tables of a file to a plan that people read first.
//!
//! Owns which heading is which column, how cells are read, which row of the catalogue each row of
//! the file is, and the plan. Refuses to write before the plan is wanted.
//!
//! The modules stand in the order in which a file is understood.

pub(in crate::store::catalog) mod draft;
pub(in crate::store::catalog) mod vocabulary;
mod procedures;
mod header;
mod title;
mod items;
mod units;
mod reader;
mod derived;
pub(in crate::store::catalog) mod dialect;
pub(in crate::store::catalog) mod tables;
pub(in crate::store::catalog) mod answers;
mod years;
mod keys;
mod entry;
mod questions;
mod matching;
mod flags;
mod missing;
mod kept;
mod stale;
mod planner;
pub(in crate::store::catalog) mod plan;
mod print;
pub(in crate::store::catalog) mod session;
