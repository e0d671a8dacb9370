//! What robots answer, and what follows: every row of the tables, and every way in which an
//! answer is none.

use chrono::{DateTime, TimeDelta, Utc};
use duban::domain::delivery::http::{Answer, Body};
use duban::domain::delivery::robot::{
    self, ROWS, Read, STATUSES, Treatment, Vendor, row_of, status_row,
};
use duban::domain::delivery::{
    Attempt, Class, Outcome, Patience, RetryPolicy, Scope, Verdict, verdict,
};

fn now() -> DateTime<Utc> {
    "2026-09-02T00:30:00Z".parse().unwrap()
}

fn read(vendor: Vendor, status: u16, body: &str) -> Read {
    let answer = Answer {
        status,
        retry_after: None,
        body: Body::Whole(body.as_bytes()),
    };
    robot::read(&answer, vendor, now())
}

fn says(vendor: Vendor, code: i64, words: &str) -> String {
    let (field, reason) = match vendor {
        Vendor::Wecom | Vendor::Dingtalk => ("errcode", "errmsg"),
        Vendor::Feishu => ("code", "msg"),
    };
    serde_json::json!({ field: code, reason: words }).to_string()
}

fn follows(outcome: &Outcome, number: u32, first_due: DateTime<Utc>) -> Verdict {
    let attempt = Attempt {
        number,
        first_due,
        spread: 0,
        useful_until: None,
        held_since: None,
    };
    verdict(outcome, &attempt, now(), &RetryPolicy::default())
}

#[test]
fn every_row_can_decide_names_its_source_and_speaks_both_languages() {
    for row in ROWS {
        let words = if row.says.is_empty() {
            &["some words"][..]
        } else {
            row.says
        };
        for word in words {
            let found = row_of(row.vendor, row.code, &word.to_uppercase()).unwrap();
            assert_eq!(found, row, "`{word}` is shadowed");
        }
        assert!(row.source.len() > 8 && !row.meaning.is_empty(), "{row:?}");
        let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        assert!(row.meaning_zh.contains(is_chinese), "{row:?}");
    }
    for row in STATUSES {
        assert_eq!(&status_row(row.to), row, "{row:?}");
        assert!(row.source.len() > 8, "{row:?}");
    }
    for vendor in Vendor::ALL {
        assert_eq!(row_of(vendor, 0, "").unwrap().treatment, Treatment::Taken);
        assert_eq!(row_of(vendor, 4711, ""), None);
    }
}

#[test]
fn every_row_leads_to_the_outcome_its_treatment_asks_for() {
    for row in ROWS {
        let words = row.says.first().unwrap_or(&"some words");
        let read = read(row.vendor, 200, &says(row.vendor, row.code, words));
        assert_eq!(read.treatment, row.treatment, "{row:?}");
        let outcome = read.outcome;
        let after = outcome.retry_after.map(|at| (at - now()).num_seconds());
        let expected = match row.treatment {
            Treatment::Taken => (Class::Accepted, Scope::Message, None),
            Treatment::Again { after } => (Class::Deferred, Scope::Message, after),
            Treatment::Pause { of } => (Class::Deferred, Scope::Channel, Some(of)),
            Treatment::Reshape => (Class::Rejected, Scope::Message, None),
            Treatment::Afresh | Treatment::Person => (Class::Rejected, Scope::Channel, None),
        };
        let found = (outcome.class, outcome.scope, after);
        assert_eq!(
            found,
            (expected.0, expected.1, expected.2.map(i64::from)),
            "{row:?}"
        );
        assert_eq!(
            (outcome.code, outcome.vendor_code),
            (Some(200), Some(row.code))
        );
        assert_eq!(outcome.patience, Patience::Usual);
        for part in [&row.code.to_string(), *words, row.meaning, row.meaning_zh] {
            assert!(outcome.detail.contains(part), "{}", outcome.detail);
        }
    }
}

#[test]
fn every_row_of_a_status_without_a_code_leads_to_its_treatment_and_never_to_a_yes() {
    for row in STATUSES {
        for vendor in Vendor::ALL {
            let read = read(vendor, row.to, "<html>busy</html>");
            assert_eq!(read.treatment, row.treatment, "{row:?}");
            assert_ne!(read.outcome.class, Class::Accepted);
            assert_eq!(read.outcome.code, Some(row.to));
            assert_eq!(read.outcome.vendor_code, None);
            let is_short = read.outcome.patience == Patience::Short;
            assert_eq!(is_short, row.is_doubtful, "{row:?}");
        }
    }
    // Refused by a gateway, or failed after who knows what.
    assert_eq!(read(Vendor::Wecom, 503, "").outcome.class, Class::Deferred);
    assert_eq!(read(Vendor::Wecom, 504, "").outcome.class, Class::Unknown);
}

#[test]
fn only_a_good_status_with_json_and_the_code_0_is_a_yes() {
    for (vendor, body) in [
        (Vendor::Wecom, r#"{"errcode":0,"errmsg":"ok"}"#),
        (Vendor::Dingtalk, r#"{"errcode":0}"#),
        (Vendor::Feishu, r#"{"code":0,"msg":"success","data":{}}"#),
        (
            Vendor::Feishu,
            r#"{"StatusCode":0,"StatusMessage":"success"}"#,
        ),
        (Vendor::Feishu, "\u{feff}{\"code\":0}"),
    ] {
        assert_eq!(
            read(vendor, 200, body).outcome.class,
            Class::Accepted,
            "{body}"
        );
        // Not under a status that says no.
        for status in [302, 400, 404, 500, 503] {
            let read = read(vendor, status, body);
            assert_eq!(read.outcome.class, Class::Unknown, "{status} {body}");
            assert_ne!(read.treatment, Treatment::Taken);
        }
    }
}

#[test]
fn whatever_is_no_answer_of_a_robot_is_unknown_and_tried_a_few_times_only() {
    let bodies = [
        "",
        "{}",
        "null",
        "0",
        "[]",
        "ok",
        "<html><body>请登录</body></html>",
        r#"{"errcode":0"#,
        r#"{"errcode":0,"errmsg":"ok"} trailing"#,
        r#"{"errmsg":"ok"}"#,
        r#"{"errcode":null,"code":null}"#,
        r#"{"errcode":"0","code":"0"}"#,
        r#"{"errcode":false,"code":false}"#,
        r#"{"errcode":"","code":""}"#,
        r#"{"errcode":[0],"code":[0]}"#,
        r#"{"result":{"errcode":0,"code":0}}"#,
        r#"{"success":true}"#,
    ];
    for vendor in Vendor::ALL {
        for body in bodies {
            let read = read(vendor, 200, body);
            assert_eq!(read.outcome.class, Class::Unknown, "{vendor:?} {body}");
            assert_eq!(read.outcome.patience, Patience::Short);
            assert!(matches!(read.treatment, Treatment::Again { .. }));
        }
        for body in [Body::TooLong, Body::Lost] {
            let answer = Answer {
                status: 200,
                retry_after: None,
                body,
            };
            let outcome = robot::read(&answer, vendor, now()).outcome;
            assert_eq!(
                (outcome.class, outcome.patience),
                (Class::Unknown, Patience::Short)
            );
        }
    }
    // Each vendor's own field: the other's is none.
    let other = read(Vendor::Wecom, 200, r#"{"code":0}"#);
    assert_eq!(other.outcome.class, Class::Unknown);
    let other = read(Vendor::Feishu, 200, r#"{"errcode":0}"#);
    assert_eq!(other.outcome.class, Class::Unknown);
}

#[test]
fn a_code_nobody_knows_is_tried_five_times_within_six_hours_and_then_given_up() {
    let outcome = read(Vendor::Wecom, 200, &says(Vendor::Wecom, 4711, "what")).outcome;
    assert_eq!(
        (outcome.class, outcome.scope),
        (Class::Deferred, Scope::Message)
    );
    let gives_up = |number, hours| {
        let verdict = follows(&outcome, number, now() - TimeDelta::hours(hours));
        matches!(verdict, Verdict::GiveUp { .. })
    };
    assert!((1..5).all(|number| !gives_up(number, 0)));
    assert!(gives_up(5, 0));
    assert!(!gives_up(1, 5));
    assert!(gives_up(1, 6));
    let Verdict::GiveUp { reason } = follows(&outcome, 5, now()) else {
        panic!("tried on");
    };
    assert!(
        reason.contains("4711") && reason.contains("what"),
        "{reason}"
    );
    // What is known is tried for as long as anything else.
    let busy = read(Vendor::Wecom, 200, &says(Vendor::Wecom, -1, "system busy")).outcome;
    let retried = follows(&busy, 9, now() - TimeDelta::hours(9));
    assert!(matches!(retried, Verdict::RetryAt { .. }));
}

#[test]
fn an_attempt_without_an_answer_is_in_doubt_only_if_it_may_have_arrived() {
    let lost = robot::unanswered(Outcome::new(Class::Unknown, "http", "no answer in time"));
    assert_eq!(lost.patience, Patience::Short);
    let away = robot::unanswered(Outcome::new(Class::Deferred, "connect", "no route"));
    assert_eq!(away.patience, Patience::Usual);
}

#[test]
fn dingtalk_says_four_things_with_one_code() {
    for (words, treatment) in [
        ("sign not match", Treatment::Person),
        (
            "description:机器人发送签名不匹配;solution:请确认签名和时间戳是否都放在请求的网址中",
            Treatment::Person,
        ),
        ("invalid timestamp", Treatment::Afresh),
        (
            "description:机器人发送签名过期;solution:签名生成时间和发送时间请保持在timestampms以内",
            Treatment::Afresh,
        ),
        (
            "keywords not in content, more: [https://ding-doc.dingtalk.com]",
            Treatment::Person,
        ),
        ("ip 1.2.3.4 not in whitelist", Treatment::Person),
        ("something new", Treatment::Person),
    ] {
        let read = read(
            Vendor::Dingtalk,
            200,
            &says(Vendor::Dingtalk, 310_000, words),
        );
        assert_eq!(read.treatment, treatment, "{words}");
    }
    for (words, meaning) in [
        (
            "description:关键词不匹配;solution:请联系群管理员",
            "keyword",
        ),
        ("keywords not in content", "keyword"),
        (
            "description:机器人发送签名不匹配;solution:请确认",
            "signature",
        ),
        ("sign not match, more: timestamp", "signature"),
    ] {
        let row = robot::row_of(Vendor::Dingtalk, 310_000, words).unwrap();
        assert!(row.meaning.contains(meaning), "{words}: {}", row.meaning);
    }
}

#[test]
fn what_comes_too_fast_pauses_the_whole_robot() {
    let deny = r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0"}"#;
    for (vendor, status, body, seconds) in [
        (
            Vendor::Dingtalk,
            200,
            says(Vendor::Dingtalk, 410_100, "send too fast"),
            600,
        ),
        (
            Vendor::Dingtalk,
            200,
            says(Vendor::Dingtalk, 130_101, "exceed 20 times per minute"),
            600,
        ),
        (Vendor::Dingtalk, 200, deny.to_owned(), 600),
        (
            Vendor::Wecom,
            200,
            says(Vendor::Wecom, 45_009, "api freq out of limit"),
            60,
        ),
        (
            Vendor::Feishu,
            400,
            says(Vendor::Feishu, 9499, "too many request"),
            60,
        ),
        (
            Vendor::Feishu,
            200,
            says(Vendor::Feishu, 11_232, "frequency limited"),
            120,
        ),
        (Vendor::Wecom, 429, String::new(), 600),
    ] {
        let outcome = read(vendor, status, &body).outcome;
        let at = now() + TimeDelta::seconds(seconds);
        assert_eq!(outcome.scope, Scope::Channel, "{body}");
        let Verdict::HoldDestination { probe_at, .. } = follows(&outcome, 1, now()) else {
            panic!("{body} holds nothing");
        };
        assert_eq!(probe_at, at, "{body}: neither earlier nor later");
    }
    // The same code with other words is about the body.
    let bad = read(
        Vendor::Feishu,
        400,
        &says(Vendor::Feishu, 9499, "Bad Request"),
    );
    assert_eq!(bad.treatment, Treatment::Reshape);
}

#[test]
fn a_pause_the_answer_names_itself_is_kept_where_it_is_longer() {
    let body = says(
        Vendor::Feishu,
        99_991_400,
        "request trigger frequency limit",
    );
    let held_until = |reset| {
        let answer = Answer {
            status: 429,
            retry_after: Some(reset),
            body: Body::Whole(body.as_bytes()),
        };
        let outcome = robot::read(&answer, Vendor::Feishu, now()).outcome;
        (outcome.retry_after.unwrap() - now()).num_seconds()
    };
    assert_eq!(held_until("300"), 300);
    assert_eq!(held_until("3"), 60);
}

#[test]
fn a_warning_beside_a_yes_is_a_yes_and_stays_to_be_read() {
    let body = says(Vendor::Wecom, 0, "ok. Warning: wrong json format.");
    let outcome = read(Vendor::Wecom, 200, &body).outcome;
    assert_eq!(outcome.class, Class::Accepted);
    assert!(
        outcome.detail.contains("Warning: wrong json format"),
        "{}",
        outcome.detail
    );
}

#[test]
fn no_address_and_no_token_gets_into_the_detail_and_no_novel() {
    let key = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa";
    let words = format!(
        "invalid webhook url, hint: [1617676], from ip: 10.1.2.3, key={key}, token {key},\n\
         more info at https://open.work.weixin.qq.com/devtool/query?e=93000 {}",
        "and on ".repeat(200)
    );
    let detail = read(Vendor::Wecom, 200, &says(Vendor::Wecom, 93_000, &words))
        .outcome
        .detail;
    assert!(
        detail.contains("invalid webhook url, hint: [1617676]"),
        "{detail}"
    );
    assert!(
        !detail.contains(key) && !detail.contains("weixin.qq.com/devtool"),
        "{detail}"
    );
    assert!(
        !detail.contains('\n') && detail.chars().count() < 350,
        "{detail}"
    );
}

#[test]
fn a_refusal_written_as_a_text_is_the_refusal() {
    let read = read(
        Vendor::Wecom,
        200,
        r#"{"errcode":"93000","errmsg":"invalid webhook url"}"#,
    );
    assert_eq!(read.treatment, Treatment::Person);
}
