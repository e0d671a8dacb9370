//! Acknowledging (签收): the links, the pages behind them, and what an acknowledgement quiets.

mod links;

use duban::domain::acknowledgement::{KEY_BYTES, Links};

pub(super) const BASE_URL: &str = "https://duban.example.gov.cn";

pub(super) fn key(seed: u8) -> [u8; KEY_BYTES] {
    [seed; KEY_BYTES]
}

pub(super) fn links() -> Links {
    Links::new(BASE_URL, key(1))
}
