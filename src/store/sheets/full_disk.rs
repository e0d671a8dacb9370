//! What the writer of workbooks does where a disk is full.
//!
//! Owns turning its panic into the error that it is: `rust_xlsxwriter` 0.102 unwraps every write into its
//! own temporary files. Refuses to hide any other panic.

use std::any::Any;
use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::Once;

/// How the words of such a panic name the system's error: it is an `io::Error`, in its own notation.
const ERROR: &str = "Os { code: ";

thread_local! {
    /// Whether the panic of this thread will be told as an error, so that nobody need hear it twice.
    static IS_TOLD: Cell<bool> = const { Cell::new(false) };
}

/// Does `write`, which makes a workbook; what it was about to write is lost where it fails.
///
/// # Errors
/// The disk's, where the writer of workbooks panicked over it.
pub fn unpanicked<T>(write: impl FnOnce() -> T) -> io::Result<T> {
    static QUIETER: Once = Once::new();
    QUIETER.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_TOLD.get() || error_of(panic.payload()).is_none() {
                usual(panic);
            }
        }));
    });
    let before = IS_TOLD.replace(true);
    let done = catch_unwind(AssertUnwindSafe(write));
    IS_TOLD.set(before);
    done.or_else(|payload| match error_of(&*payload) {
        Some(error) => Err(error),
        None => resume_unwind(payload),
    })
}

/// The system's error that a panic is about.
fn error_of(payload: &(dyn Any + Send)) -> Option<io::Error> {
    let (_, rest) = payload.downcast_ref::<String>()?.split_once(ERROR)?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    rest[..end].parse().ok().map(io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_error_is_told_and_any_other_panic_goes_on() {
        let panics = |words: &str| {
            let words = words.to_owned();
            unpanicked(|| std::panic::panic_any(words))
        };
        let words = "Couldn't write to xml file: Os { code: 28, kind: StorageFull }";
        let error: io::Error = panics(words).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(unpanicked(|| 3).unwrap(), 3);
        let other = catch_unwind(|| panics("something else"));
        assert!(other.is_err());
    }
}
