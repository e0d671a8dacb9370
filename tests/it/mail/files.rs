//! Mail as files.

use duban::domain::delivery::{Class, Scope};

use super::{files, keyed};
use crate::support::messages::{self, now};

#[tokio::test]
async fn a_file_is_written_once_per_message_and_again_in_its_own_place() {
    let folder = tempfile::tempdir().unwrap();
    let channels = files(&folder.path().join("out"));
    for key in ["one", "two", "one", "../../three"] {
        let outcome = channels.send(&keyed(key), now()).await;
        assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    }
    let names = std::fs::read_dir(folder.path().join("out")).unwrap();
    let mut names: Vec<String> = names
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names.contains(&"one.eml".to_owned()) && names.contains(&"two.eml".to_owned()));
    assert!(names.iter().all(|name| !name.starts_with('.')));
}

#[tokio::test]
async fn a_folder_that_went_away_holds_every_mail() {
    let folder = tempfile::tempdir().unwrap();
    let channels = files(&folder.path().join("out"));
    std::fs::remove_dir(folder.path().join("out")).unwrap();
    let outcome = channels.send(&messages::mail(), now()).await;
    assert_eq!(
        (outcome.class, outcome.scope),
        (Class::Deferred, Scope::Channel),
        "{outcome:?}"
    );
}
