//! The page behind a link: opened by scanners as often as they like, signed once by a person.

use super::{DAY, Site, acknowledge, assert_rebuilds, city, everything, message, path};
use duban::store::ledger::acknowledgements::How;

#[test]
fn whoever_only_opens_a_link_changes_nothing() {
    let world = city(DAY);
    world.work();
    let site = Site::of(&world);
    let path = path(&world, &message(&world, "mail", "contact@jtj"));
    let before = everything(&world);
    let browser = site.browser;
    for method in ["GET", "HEAD", "GET", "OPTIONS", "PUT", "DELETE", "PROPFIND"] {
        let page = browser.ask(method, &path, "");
        let status = if ["GET", "HEAD"].contains(&method) {
            200
        } else {
            405
        };
        assert_eq!(page.status, status, "{method}");
        assert_eq!(page.text.is_empty(), method == "HEAD", "{method}");
    }
    let scanners: Vec<_> = (0..20)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || browser.get(&path).status)
        })
        .collect();
    for scanner in scanners {
        assert_eq!(scanner.join().unwrap(), 200);
    }
    // Without a name it is nobody's word.
    assert_eq!(browser.ask("POST", &path, "").status, 422);
    assert_eq!(browser.ask("POST", &path, "other=field").status, 422);
    assert_eq!(everything(&world), before);
    let page = browser.ask("OPTIONS", &path, "");
    assert_eq!(page.header("allow"), "GET,HEAD,POST");
    page.assert_says("不支持的请求");
}

#[test]
fn a_page_shows_what_is_asked_and_a_form_that_works_without_scripts() {
    let world = city(DAY);
    world.work();
    let site = Site::of(&world);
    let page = site
        .browser
        .get(&path(&world, &message(&world, "mail", "contact@jtj")));
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for words in [
        "<html lang=\"zh-CN\">",
        "市交通局 赵联络",
        "2026-001 洮南市停车管理办法",
        "2026年度第1项",
        "期限",
        "2026年9月9日",
        "待办",
        "未签收",
        "打开本页不算签收",
        "<form method=\"post\"",
        "签收不等于办结",
    ] {
        page.assert_says(words);
    }
    page.assert_hides("<script");
}

#[test]
fn a_post_with_a_name_is_on_record_once_and_a_second_shows_who_was_first() {
    let world = city(DAY);
    world.work();
    let site = Site::of(&world);
    let key = message(&world, "mail", "contact@jtj");
    let path = path(&world, &key);
    let first = site.browser.sign(&path, "  赵联络 ");
    assert_eq!(first.status, 200);
    first.assert_says("已签收");
    first.assert_says("赵联络于2026-09-04 08:30签收");
    first.assert_says("签收不等于办结");
    first.assert_hides("<form");
    let before = everything(&world);
    world.at_time(DAY, "09:10");
    for page in [
        site.browser.sign(&path, "钱局长"),
        site.browser.get(&path),
        site.browser.sign(&path, "赵联络"),
    ] {
        assert_eq!(page.status, 200);
        page.assert_says("赵联络于2026-09-04 08:30签收");
        page.assert_hides("钱局长");
    }
    assert_eq!(everything(&world), before);
    let entries = world.audit(&key);
    let given = entries.iter().filter(|one| one.what == "acknowledged");
    let given: Vec<_> = given.collect();
    assert_eq!(given.len(), 1, "{entries:?}");
    let detail = &given[0].detail;
    assert_eq!(detail["by"], "赵联络");
    assert_eq!(detail["how"], "link");
    assert_eq!(detail["unit"], "市交通局");
    assert_eq!(detail["notices"].as_array().unwrap().len(), 1);
    assert_rebuilds(&world);
}

#[test]
fn of_many_posts_at_once_one_is_first_for_everybody() {
    let world = city(DAY);
    world.work();
    let site = Site::of(&world);
    let path = path(&world, &message(&world, "mail", "contact@jtj"));
    let browser = site.browser;
    let signing: Vec<_> = (0..8)
        .map(|n| {
            let path = path.clone();
            std::thread::spawn(move || browser.sign(&path, &format!("甲{n}")).text)
        })
        .collect();
    let pages: Vec<String> = signing.into_iter().map(|one| one.join().unwrap()).collect();
    assert!(pages.iter().all(|page| *page == pages[0]));
    assert_eq!(world.rows("select count(*) from acknowledgement"), ["1"]);
}

#[test]
fn forged_and_expired_links_show_no_notice_and_take_no_name() {
    let world = city(DAY);
    world.work();
    let site = Site::of(&world);
    let (jtj, zjj) = (
        message(&world, "mail", "contact@jtj"),
        message(&world, "mail", "contact@zjj"),
    );
    let (path, other) = (path(&world, &jtj), path(&world, &zjj));
    let mac = other.rsplit('/').next().unwrap();
    let of_other = format!("{}/{mac}", path.rsplit_once('/').unwrap().0);
    let later = path.replace("/2026", "/2036");
    let unmade = path.replace(&jtj, "msg_00000000000000000000000000000000");
    let before = everything(&world);
    for forged in [&of_other, &later, &unmade, "/q/%ff/20261103/x", "/q/a/b/c"] {
        for page in [site.browser.get(forged), site.browser.sign(forged, "甲")] {
            assert_eq!(page.status, 404, "{forged}");
            page.assert_says("链接无效");
            page.assert_says("更换了签收密钥");
            page.assert_says("市督查指挥中心代为登记签收");
            page.assert_hides("停车");
        }
    }
    for elsewhere in ["/", "/q", "/q/a", "/favicon.ico", "/q/a/b/c/d"] {
        let page = site.browser.get(elsewhere);
        assert_eq!(page.status, 404, "{elsewhere}");
        page.assert_says("没有这个页面");
    }
    world.at_time("2026-11-03", "23:59");
    assert_eq!(site.browser.get(&path).status, 200, "the last day");
    world.at_time("2026-11-04", "00:01");
    for page in [site.browser.get(&path), site.browser.sign(&path, "甲")] {
        assert_eq!(page.status, 410);
        page.assert_says("已过有效期");
        page.assert_hides("停车");
    }
    assert_eq!(everything(&world), before);
}

#[test]
fn every_answer_keeps_the_page_to_itself() {
    let world = city(DAY);
    world.work();
    let site = Site::of(&world);
    let path = path(&world, &message(&world, "mail", "contact@jtj"));
    for page in [
        site.browser.get(&path),
        site.browser.sign(&path, ""),
        site.browser.sign(&path, "甲"),
        site.browser.get("/nowhere"),
        site.browser.ask("OPTIONS", &path, ""),
        site.browser.get("/healthz"),
    ] {
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline'"));
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("connection"), "close");
    }
    let posted = site.browser.ask("POST", "/healthz", "");
    assert_eq!((posted.status, posted.header("allow")), (405, "GET,HEAD"));
    let alive = site.browser.get("/healthz");
    assert_eq!((alive.status, alive.text.as_str()), (200, "alive\n"));
}

#[test]
fn a_page_says_how_the_duty_stands_now() {
    let world = city(DAY);
    world.work();
    let site = Site::of(&world);
    let path = path(&world, &message(&world, "mail", "contact@jtj"));
    let shows = |words| site.browser.get(&path).assert_says(words);
    world.at_time("2026-09-09", "12:00");
    shows("已到期，请立即办理");
    world.at_time("2026-09-10", "06:00");
    shows("已超期，请立即办理");
    world.change("update event set on_date = '2026-08-20' where kind = 'execution_completed'");
    world.work();
    shows("期限已变更为2026年9月20日");
    world.event("2026-001", "execution_material_filed", "2026-09-10");
    world.work();
    shows("已办结或者无须再办理");
}

#[test]
fn what_the_law_asks_as_a_rule_is_not_said_to_be_overdue() {
    let world = city(DAY);
    world.event("2026-001", "executive_meeting_on", "2026-09-08");
    world.plan();
    world.work();
    let site = Site::of(&world);
    let path = path(&world, &message(&world, "mail", "contact@zfb"));
    world.at_time("2026-09-08", "12:00");
    let page = site.browser.get(&path);
    page.assert_says("一般时限已过，请尽快办理或者书面说明理由");
}

#[test]
fn what_was_taken_back_need_not_be_acknowledged() {
    let world = city(DAY);
    world.event("2026-001", "execution_material_filed", "2026-09-04");
    let key = message(&world, "mail", "contact@jtj");
    let path = path(&world, &key);
    world.plan();
    let site = Site::of(&world);
    for page in [site.browser.get(&path), site.browser.sign(&path, "甲")] {
        assert_eq!(page.status, 200);
        page.assert_says("无须签收");
        page.assert_hides("<form");
    }
    assert_eq!(acknowledge(&world, &key, "甲", How::Centre).notices, 0);
    assert_eq!(world.rows("select count(*) from acknowledgement"), ["0"]);
}
