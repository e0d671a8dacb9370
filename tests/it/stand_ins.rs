//! The demo's robots, over real sockets: they take what their vendors take, and refuse in their
//! vendors' words.

use std::collections::BTreeMap;
use std::path::Path;

use duban::domain::delivery::robot::Vendor;
use duban::web::{receiver, robots};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Posts one body to the group and gives the robot's answer.
async fn post(folder: &Path, group: robots::Group, query: &str, body: &Value) -> Value {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let groups = BTreeMap::from([("group".to_owned(), group)]);
    let router = robots::router(folder.to_owned(), groups);
    let (stop, stopped) = oneshot::channel::<()>();
    let served = receiver::serve(listener, router, async {
        let _ = stopped.await;
    });
    let asked = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let body = body.to_string();
        let request = format!(
            "POST /robot/group{query} HTTP/1.1\r\nhost: demo\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        stop.send(()).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    };
    let (served, answer) = tokio::join!(served, asked);
    served.unwrap();
    answer
}

fn group(vendor: Vendor, secret: Option<&str>) -> robots::Group {
    let secret = secret.map(str::to_owned);
    robots::Group { vendor, secret }
}

fn kept(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn wecom_takes_a_text_of_its_size_and_nothing_longer() {
    let folder = tempfile::tempdir().unwrap();
    let said =
        |bytes: usize| json!({ "msgtype": "text", "text": { "content": "a".repeat(bytes) } });
    let wecom = || group(Vendor::Wecom, None);
    let taken = post(folder.path(), wecom(), "?key=k", &said(2048)).await;
    assert_eq!(taken, json!({ "errcode": 0, "errmsg": "ok" }));
    let refused = post(folder.path(), wecom(), "?key=k", &said(2049)).await;
    assert_eq!(refused["errcode"], 40058);
    let refused = post(folder.path(), wecom(), "?key=k", &json!({ "a": 1 })).await;
    assert_eq!(refused["errcode"], 40008);
    assert_eq!(kept(folder.path()), 1);
}

#[tokio::test]
async fn dingtalk_takes_what_is_signed_in_the_query() {
    let folder = tempfile::tempdir().unwrap();
    let said = json!({ "msgtype": "text", "text": { "content": "【督办提醒】" } });
    // The vector of the manual's recipe, worked out with another library.
    let sign = "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D";
    let query = format!("?access_token=t&timestamp=1700000000000&sign={sign}");
    let dingtalk = || group(Vendor::Dingtalk, Some("SECtest"));
    let taken = post(folder.path(), dingtalk(), &query, &said).await;
    assert_eq!(taken["errcode"], 0);
    for wrong in ["", "?timestamp=1700000000001&sign=AAAA"] {
        let refused = post(folder.path(), dingtalk(), wrong, &said).await;
        assert_eq!(refused["errcode"], 310_000);
    }
    assert_eq!(kept(folder.path()), 1);
}

#[tokio::test]
async fn feishu_takes_what_is_signed_in_the_body() {
    let folder = tempfile::tempdir().unwrap();
    let said = |sign: &str| {
        json!({ "timestamp": "1700000000", "sign": sign, "msg_type": "text",
                "content": { "text": "【督办提醒】" } })
    };
    let feishu = || group(Vendor::Feishu, Some("test"));
    let right = said("eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg=");
    let taken = post(folder.path(), feishu(), "", &right).await;
    assert_eq!(
        (&taken["code"], &taken["StatusCode"]),
        (&0.into(), &0.into())
    );
    let refused = post(folder.path(), feishu(), "", &said("AAAA")).await;
    assert_eq!(refused["code"], 19021);
    assert_eq!(kept(folder.path()), 1);
}
