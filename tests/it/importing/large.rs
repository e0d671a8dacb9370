//! Large files: every row takes as long as in a small one.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::{defaults, editor};
use crate::support::command::Desk;
use duban::store::catalog::Import;
use duban::store::sheets::Workbooks;

/// How long it takes to plan and write `rows` new decisions with an event each, and to see that
/// nothing has changed.
fn taken(rows: usize) -> Duration {
    let desk = Desk::new();
    let mut decisions = "序号,事项名称,承办单位,计划完成时间\n".to_owned();
    let mut events = "decision_id,kind,on_date,note\n".to_owned();
    for n in 1..=rows {
        writeln!(decisions, "{n},第{n}项的方案,市住建局,第三季度").unwrap();
        writeln!(events, "2026-{n:03},comment_opened,2026-03-02,第{n}号").unwrap();
    }
    let files = [("decisions.csv", decisions), ("events.csv", events)];
    let files = files.map(|(name, text)| desk.write(name, text));
    let begun = Instant::now();
    for is_again in [false, true] {
        for file in &files {
            let list = Import::open(
                file.as_ref(),
                None,
                &defaults(),
                &Workbooks::by_this_program(),
            )
            .unwrap();
            let plan = editor(&desk).write(&list, None, &mut |_, _, _| {}).unwrap();
            assert_eq!(plan.faults, []);
            assert_eq!(
                (plan.is_written, plan.unchanged),
                (!is_again, usize::from(is_again) * rows)
            );
        }
    }
    begun.elapsed()
}

#[test]
fn ten_times_as_many_rows_take_about_ten_times_as_long() {
    let (few, many) = (taken(300), taken(3_000));
    // What is quadratic takes a hundred times as long; the machine's other work far less.
    assert!(many < few * 40, "{few:?} and {many:?}");
}
