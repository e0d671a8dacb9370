//! Forty endpoints that take a connection and never answer, and a hundred good ones: the
//! good ones wait for none of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use duban::domain::address::Draft;
use duban::domain::notice::{Channel, Recipient};
use duban::domain::pack::Audience;
use duban::jobs::deliver;
use duban::store::ledger::outbox;

use crate::support::messages;
use crate::support::world::World;

const HOLES: usize = 40;
const GOOD: usize = 100;

/// Each has so many messages; as many times it would have to wait for its turn.
const EACH: usize = 5;

/// How long a black hole holds its place: the deadline of a webhook.
const DEADLINE: Duration = Duration::from_secs(20);

fn unit(n: usize) -> String {
    format!("第{n}局")
}

/// A city whose units have an endpoint each: the first ones never answer, if `holes` is
/// set. Everything is in the outbox, the black holes' first.
fn city(holes: &std::net::TcpListener, is_black: bool) -> World {
    let mut world = World::new("2026-09-02");
    let hole = format!("http://127.0.0.1:{}/", holes.local_addr().unwrap().port());
    let mut units = std::fs::read_to_string(world.at("units.toml")).unwrap();
    for n in 0..HOLES + GOOD {
        let good = world.receiver.url();
        let url = if is_black && n < HOLES { &hole } else { &good };
        let secret = world.at("secret").display().to_string();
        let endpoint =
            format!("webhook = {{ url = \"{url}\", secrets = [{{ file = \"{secret}\" }}] }}");
        let _ = writeln!(units, "[[unit]]\nname = \"{}\"\n{endpoint}", unit(n));
    }
    world.close();
    std::fs::write(world.at("units.toml"), units).unwrap();
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let deadline = format!("[webhook]\ntimeout_secs = {}\n", DEADLINE.as_secs());
    let of_holes = holes.local_addr().unwrap().port();
    let settings = settings.replace(
        "loopback_ports = [",
        &format!("loopback_ports = [{of_holes}, "),
    );
    std::fs::write(&file, deadline + &settings).unwrap();
    world.open();
    world.plan();
    fill(&world);
    world
}

fn fill(world: &World) {
    let now = world.clock.now();
    let put = move |connection: &rusqlite::Connection| {
        connection.execute(
            "insert into obligation (id, decision_id, rule, occurrence, revision, due_on,
                                     latest_on, live)
             values (1, '2026-003', 'dis-5e', '', 1, '2026-09-30', '2026-09-30', 0)",
            [],
        )?;
        for n in 0..(HOLES + GOOD) * EACH {
            let unit = unit(n / EACH);
            let draft = Draft {
                key: format!("n{n}"),
                recipient: Recipient {
                    address: unit.clone(),
                    unit,
                    audience: Audience::Contact,
                    name: String::new(),
                    channel: Channel::Webhook,
                },
                facts: messages::facts(),
            };
            outbox::enqueue(connection, 1, &draft, now, now)?;
        }
        Ok(())
    };
    world
        .ledger()
        .write_blocking("fill the outbox", put)
        .unwrap();
}

/// How long it takes until the good ones have all they wait for.
fn time_of_the_good(world: &World, messages: usize) -> Duration {
    let context = &world.live().context;
    let begun = Instant::now();
    let all_came = async {
        while world.receiver.requests().len() < messages {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    world.runtime.block_on(async {
        tokio::select! {
            () = all_came => {}
            tally = deliver::until_idle(context) => {
                assert!(world.receiver.requests().len() >= messages, "{tally:?}");
            }
        }
    });
    begun.elapsed()
}

#[test]
fn forty_black_holes_delay_nobody_else() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let healthy = time_of_the_good(&city(&listener, false), (HOLES + GOOD) * EACH);
    let world = city(&listener, true);
    let beside = time_of_the_good(&world, GOOD * EACH);
    // Were one of them to wait for a single black hole, it would be for its whole deadline.
    assert!(
        beside < healthy + DEADLINE / 2,
        "{beside:?} beside black holes, {healthy:?} without"
    );
    println!("{healthy:?} without black holes, {beside:?} beside {HOLES}");
    let mut under_way = BTreeMap::new();
    for to in world.rows("select destination from message where state = 'leased'") {
        *under_way.entry(to).or_insert(0) += 1;
    }
    assert!(under_way.values().all(|n| *n == 1), "{under_way:?}");
}
