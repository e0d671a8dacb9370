//! Two laws over one catalogue: which open dates move, which duties come and go.

use duban::cli::moves::{self, Change, Law, Move, Tally};
use duban::domain::calendar::{Calendar, LocalDay};
use duban::domain::pack::{self, Pack};
use duban::domain::shipped;
use duban::store::catalog::Catalog;

use crate::support::command::Desk;

/// The shipped pack with `from` replaced by `to`, without the register that points to its rules.
fn pack_with(from: &str, to: &str) -> Pack {
    assert!(shipped::PACK.1.contains(from), "{from}");
    let (rules, _) = shipped::PACK.1.split_once("\n[[ambiguity]]").unwrap();
    pack::read("pack.toml", &rules.replace(from, to)).unwrap()
}

/// A desk with a decision in which arc-18 is due on 9 September 2026.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.decision("2026-001", "机密标题");
    desk.event("2026-001", "execution_completed", "2026-08-10");
    desk
}

/// What moves as of 2 September 2026, and what keeps its date.
fn moved(desk: &Desk, before: (&Pack, &Calendar), after: (&Pack, &Calendar)) -> (Vec<Move>, Tally) {
    let catalog = Catalog::open(&desk.at("catalog.db")).unwrap();
    let law = |(pack, calendar)| Law { pack, calendar };
    let (mut moves, today) = (Vec::new(), "2026-09-02".parse().unwrap());
    let tally = moves::over(&catalog, law(before), law(after), today, &mut |one| {
        moves.push(one);
        Ok(())
    });
    (moves, tally.unwrap())
}

fn short(moves: &[Move]) -> Vec<String> {
    let day = |standing: Option<moves::Standing>| {
        standing.map_or("-".to_owned(), |standing| standing.due_on.to_string())
    };
    let one = |one: &Move| {
        let (was, is) = (day(one.was), day(one.is));
        format!("{} {:?} {was} {is}", one.rule, one.change)
    };
    moves.iter().map(one).collect()
}

#[test]
fn the_same_law_moves_nothing() {
    let (pack, calendar) = (shipped::pack().unwrap(), shipped::calendar().unwrap());
    let law = (&pack, &calendar);
    let (moves, tally) = moved(&desk(), law, law);
    assert_eq!((moves, tally), (Vec::new(), Tally::default()));
}

#[test]
fn a_rule_that_is_renamed_is_removed_and_added() {
    let (pack, calendar) = (shipped::pack().unwrap(), shipped::calendar().unwrap());
    let renamed = pack_with("id = \"arc-18\"", "id = \"arc-99\"");
    let (moves, tally) = moved(&desk(), (&pack, &calendar), (&renamed, &calendar));
    assert_eq!(
        short(&moves),
        ["arc-99 Added - 2026-09-09", "arc-18 Removed 2026-09-09 -"]
    );
    assert_eq!(tally.moves, 2);
    assert_eq!(moves[0].change, Change::Added);
}

#[test]
fn what_is_done_does_not_move() {
    let desk = desk();
    desk.event("2026-001", "execution_material_filed", "2026-09-01");
    let calendar = shipped::calendar().unwrap();
    let pack = shipped::pack().unwrap();
    let (moves, _) = moved(&desk, (&pack, &calendar), (&pack, &snow()));
    assert_eq!(short(&moves), [""; 0]);
}

#[test]
fn a_date_moves_with_the_calendar_and_its_decision_s_title_is_never_told() {
    let (pack, calendar) = (shipped::pack().unwrap(), shipped::calendar().unwrap());
    let desk = desk();
    let (moves, _) = moved(&desk, (&pack, &calendar), (&pack, &snow()));
    assert_eq!(short(&moves), ["arc-18 Moved 2026-09-09 2026-09-10"]);
    assert!(!serde_json::to_string(&moves).unwrap().contains("机密"));
}

#[test]
fn a_year_that_is_known_no_more_makes_its_dates_provisional() {
    let (pack, calendar) = (shipped::pack().unwrap(), shipped::calendar().unwrap());
    let (moves, tally) = moved(&desk(), (&pack, &calendar), (&pack, &Calendar::default()));
    assert_eq!(short(&moves), [""; 0]);
    assert!(tally.unsettled > 0);
    let (_, back) = moved(&desk(), (&pack, &Calendar::default()), (&pack, &calendar));
    assert_eq!(back.settled, tally.unsettled);
}

/// The shipped calendar under a closure on 9 September 2026.
fn snow() -> Calendar {
    let day = LocalDay {
        name: "停工".to_owned(),
        authority: "甲".to_owned(),
        date: "2026-09-09".parse().unwrap(),
        is_off_day: true,
    };
    shipped::calendar().unwrap().with_local(&[day])
}
