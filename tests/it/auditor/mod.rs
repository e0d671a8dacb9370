//! Silence is an alarm (reliability bar B13): what must hold is inspected each round, and
//! what does not is told once, shown, and stops the outside heartbeat.

mod findings;
mod heartbeat;
mod planted;
mod shown;
