//! Tables measure cells, not characters, and let nothing reach the terminal that it obeys.

use duban::cli::table::{Cell, Fit, Screen, Table};
use duban::cli::text::{cut, harmless, width};
use duban::domain::obligation::State;

fn written(table: &Table, screen: Screen) -> Vec<String> {
    let mut out = Vec::new();
    table.write(&mut out, screen).unwrap();
    let text = String::from_utf8(out).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn sample() -> Table {
    let mut table = Table::new(&[("DUTY", Fit::Cut), ("DUE", Fit::Keep), ("WHO", Fit::Cut)]);
    table.push([
        "答复听证申请".into(),
        "2026-09-23".into(),
        "市住房和城乡建设局".into(),
    ]);
    table.push(["reply".into(), "2026-09-24".into(), "市司法局".into()]);
    table
}

/// Where `part` starts in `line`, in cells.
fn starts(line: &str, part: &str) -> usize {
    width(&line[..line.find(part).unwrap()])
}

#[test]
fn columns_start_at_the_same_cell_whatever_script_stands_before_them() {
    let lines = written(&sample(), Screen::plain(100));
    assert_eq!(starts(&lines[0], "DUE"), 14);
    assert_eq!(starts(&lines[1], "2026-09-23"), 14);
    assert_eq!(starts(&lines[2], "2026-09-24"), 14);
    assert_eq!(starts(&lines[1], "市住房"), starts(&lines[2], "市司法局"));
}

#[test]
fn a_line_is_never_wider_than_the_screen_and_dates_are_never_cut() {
    for screen in 32..60 {
        for line in written(&sample(), Screen::plain(screen)) {
            assert!(width(&line) <= screen, "{screen}: {line}");
        }
        assert!(written(&sample(), Screen::plain(screen))[1].contains("2026-09-23"));
    }
}

#[test]
fn a_double_width_character_is_kept_whole_or_left_out() {
    assert_eq!(cut("洮南市人民政府", 14), "洮南市人民政府");
    assert_eq!(cut("洮南市人民政府", 13), "洮南市人民政…");
    assert_eq!(cut("洮南市人民政府", 12), "洮南市人民…");
    assert_eq!(cut("洮南", 1), "…");
}

#[test]
fn text_from_a_catalogue_cannot_steer_the_terminal() {
    assert_eq!(harmless("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
    assert_eq!(harmless("关于\n某事\t项"), "关于 某事 项");
    assert_eq!(
        harmless("\u{202e}gnp\u{200b}.exe\u{9b}"),
        "\u{fffd}gnp\u{fffd}.exe\u{fffd}"
    );
    let mut table = Table::new(&[("TITLE", Fit::Cut)]);
    table.push(["\u{1b}]0;owned\u{7}".into()]);
    assert!(
        written(&table, Screen::plain(80))
            .iter()
            .all(|line| !line.contains('\u{1b}'))
    );
}

#[test]
fn a_state_is_sign_word_and_colour_together() {
    let plain = Screen::plain(80);
    let coloured = Screen {
        colour: true,
        ..plain
    };
    assert_eq!(Cell::state(State::Overdue).painted(plain), "✕ overdue");
    assert_eq!(
        Cell::state(State::Overdue).painted(coloured),
        "\u{1b}[31m✕ overdue\u{1b}[0m"
    );
    assert_eq!(
        Cell::state(State::Near).painted(coloured),
        "\u{1b}[33m! near\u{1b}[0m"
    );
    assert_eq!(Cell::state(State::Exempt).painted(plain), "○ exempt");
}

#[test]
fn colour_does_not_shift_columns() {
    let mut table = Table::new(&[("STATE", Fit::Keep), ("DUTY", Fit::Cut)]);
    table.push([Cell::state(State::Overdue), "一".into()]);
    table.push([Cell::state(State::Open), "二".into()]);
    let coloured = Screen {
        width: 80,
        colour: true,
    };
    let bare = |line: &String| {
        let codes = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m"];
        codes
            .iter()
            .fold(line.clone(), |line, code| line.replace(code, ""))
    };
    let lines: Vec<String> = written(&table, coloured).iter().map(bare).collect();
    assert_eq!(lines, written(&table, Screen::plain(80)));
}
