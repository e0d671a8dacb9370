//! The sentences people read.

mod digests;
mod kinds;
mod notices;
mod own;
mod robots;

use duban::channels::wording::{Text, Wording};
use duban::domain::notice::Message;

pub(super) fn word(message: &Message) -> Text {
    Wording::new().unwrap().mail(message).unwrap()
}

pub(super) fn assert_both(text: &Text, sentence: &str) {
    let html = text.html.replace("&#x2f;", "/");
    for words in [&text.plain, &html] {
        assert!(words.contains(sentence), "{sentence} not in:\n{words}");
    }
}
