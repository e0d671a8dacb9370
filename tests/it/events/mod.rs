//! Events without pain: named as people name them, judged before they are written, and
//! suggested while they are typed.

mod completion;
mod correcting;
mod entering;
mod judged;
mod reading_in;
