//! The clock is believed as far as boot time explains it (reliability bar B3): no step of it
//! loses, repeats or releases a notice.

mod judged;
mod process;
mod restarts;
mod steps;
