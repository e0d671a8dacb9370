//! What the law says, as values in and values out.
//!
//! Owns: counting days, reading rule packs, deriving obligations, climbing the
//! ladder, addressing notices and judging deliveries. Refuses: async, I/O, the
//! clock, randomness, SQL, HTTP. Time is always an argument.
//!
//! The modules stand in the order of a date's journey.

pub mod fault;
pub mod spelling;
pub mod unit_names;
pub mod table;

pub mod almanac;
pub mod calendar;
pub mod counting;

pub mod decision;
pub mod naming;
pub mod pack;
pub mod shipped;

pub mod obligation;
pub mod rules;

pub mod findings;
pub mod gaps;
pub mod entry;

pub mod backward;

pub mod hold;
pub mod ladder;

pub mod directory;
pub mod notice;
pub mod record;
pub mod acknowledgement;
pub mod address;
pub mod specimen;
pub mod closing;
pub mod plan;

pub mod delivery;
pub mod upward;
pub mod lanes;
pub mod truth;

pub mod timekeeping;
pub mod health;
