//! The city's catalogue: a database that belongs to others and that we read.
//!
//! Owns the contract's schema, the reading of its rows, and the edits the command
//! line makes for the city. Refuses to drop a row in silence: what cannot be read
//! is reported with its place, and the rest goes on. The daemon never writes here.
//!
//! The modules stand in the order of a catalogue's life: made, read, filled, handed on.

mod schema;

mod dates;
mod times;
mod kinds;
mod columns;
mod words;

mod mark;
mod cells;
mod rows;
mod page;
mod reader;
mod units;
mod finder;
mod witness;

mod import;
mod stored;
mod editor;
mod editor_events;
mod judging;
mod export;
pub mod form;

pub use columns::Table;
pub use dates::{day, full_day};
pub use editor::Editor;
pub use editor_events::NewEvent;
pub use export::export;
pub use finder::{Named, Noted};
pub use import::answers::{Answers, Withdrawal};
pub use import::dialect::{Defaults, Drafted, drafts};
pub use import::draft::{Draft, Reading as CellReading};
pub use import::plan::{
    Added, Changed, Difference, Emptied, ImportPlan, ListedAgain, Missing, Taken,
};
pub use import::session::{Import, Step, Watch};
pub use mark::Mark;
pub use reader::{Catalog, Page, PageKey, Reading};
pub use schema::{check, init};
pub use times::{Planned, Step as PlannedStep, planned, planned_day};
pub use units::Mentions;
pub use witness::Witness;
