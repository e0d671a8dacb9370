//! The demo's receiver, over real sockets.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use duban::web::receiver;
use hmac::{Hmac, KeyInit as _, Mac as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const SECRET: &[u8] = b"a secret of the demo, 32 bytes..";
const BODY: &str = r#"{"type":"duban.notice"}"#;

fn signature(secret: &[u8], id: &str, body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap();
    mac.update(format!("{id}.1700000000.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Posts one body and answers the status line's code.
async fn post(folder: &Path, path: &str, id: &str, signature: &str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let secrets = BTreeMap::from([("jsj".to_owned(), vec![SECRET.to_vec()])]);
    let router = receiver::router(folder.to_owned(), secrets);
    let (stop, stopped) = oneshot::channel::<()>();
    let served = receiver::serve(listener, router, async {
        let _ = stopped.await;
    });
    let asked = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: demo\r\nconnection: close\r\nwebhook-id: {id}\r\n\
             webhook-timestamp: 1700000000\r\nwebhook-signature: {signature}\r\n\
             content-length: {}\r\n\r\n{BODY}",
            BODY.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        stop.send(()).unwrap();
        answer[9..12].parse().unwrap()
    };
    let (served, code) = tokio::join!(served, asked);
    served.unwrap();
    code
}

#[tokio::test]
async fn a_signed_body_is_kept_under_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let old_and_new = format!("v1,AAAA {}", signature(SECRET, "msg_1", BODY));
    assert_eq!(
        post(folder.path(), "/jsj", "msg_1", &old_and_new).await,
        204
    );
    let kept = std::fs::read_to_string(folder.path().join("msg_1.json")).unwrap();
    assert_eq!(kept, BODY);
}

#[tokio::test]
async fn a_body_nobody_known_signed_is_refused_and_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let forged = signature(b"another secret", "msg_1", BODY);
    assert_eq!(post(folder.path(), "/jsj", "msg_1", &forged).await, 401);
    let of_another = signature(SECRET, "msg_2", BODY);
    assert_eq!(post(folder.path(), "/jsj", "msg_1", &of_another).await, 401);
    let right = signature(SECRET, "msg_1", BODY);
    assert_eq!(post(folder.path(), "/nobody", "msg_1", &right).await, 404);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn an_id_cannot_lead_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    for id in ["../msg", "..", "a/b", "", "a\\b"] {
        let signed = signature(SECRET, id, BODY);
        assert_eq!(post(folder.path(), "/jsj", id, &signed).await, 400, "{id}");
    }
}
