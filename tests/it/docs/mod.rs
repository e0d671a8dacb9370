//! What the documents for other people's developers say is what the program does.

mod catalogue;
