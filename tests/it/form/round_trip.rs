//! Out of the catalogue, through a spreadsheet, and back: only what somebody edited changes.

use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use duban::store::catalog::{Defaults, Editor, Import, ImportPlan, Table};
use duban::store::sheets::{Book, Workbooks};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::nasty::{NOTES, TITLES, annotated};
use super::{City, Form, full_city, places};

const DECISIONS: &str = "xl/worksheets/sheet1.xml";
const FLAGS: &str = "xl/worksheets/sheet2.xml";
const EVENTS: &str = "xl/worksheets/sheet3.xml";

/// What the file `name` would change in the city's catalogue.
fn planned(city: &City, name: &str, file: &[u8]) -> ImportPlan {
    let workbooks = Workbooks::by(Path::new(env!("CARGO_BIN_EXE_duban")));
    let book = Book::read(name, file, &workbooks).unwrap();
    let import = Import::of(book, None, &Defaults::default());
    let editor = Editor::open(&city.path()).unwrap();
    let mut editor = editor.knowing(["trial_run".to_owned()]);
    editor.plan(&import, &mut |_, _, _| {}).unwrap()
}

/// Holds that nothing would change, and that there is nothing to say.
fn holds_still(city: &City, name: &str, file: &[u8]) {
    let plan = planned(city, name, file);
    assert_eq!(plan.faults, [], "{name}");
    assert!(plan.changes_nothing(), "{name}: {plan}");
    assert_eq!(plan.warnings, [], "{name}");
    assert!(plan.unchanged > 0, "{name}: {plan}");
}

impl Form {
    /// The same form after somebody changed `from` to `to` in one place of a part, and saved.
    fn edited(&self, part: &str, from: &str, to: &str) -> Self {
        let text = self.part(part);
        assert!(text.contains(from), "{from} in {text}");
        self.with(part, &text.replacen(from, to, 1))
    }

    /// The same form with another part in place of its own.
    fn with(&self, part: &str, text: &str) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(&self.0)).unwrap();
        let mut written = ZipWriter::new(Cursor::new(Vec::new()));
        for place in 0..archive.len() {
            let mut file = archive.by_index(place).unwrap();
            let name = file.name().unwrap().into_owned();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            if name == part {
                bytes = text.as_bytes().to_vec();
            }
            let options = SimpleFileOptions::default();
            written.start_file(name, options).unwrap();
            written.write_all(&bytes).unwrap();
        }
        Self(written.finish().unwrap().into_inner())
    }

    /// The same form with another number in a cell.
    fn numbered(&self, part: &str, cell: &str, number: &str) -> Self {
        self.cell_as(part, cell, |style| {
            format!("<c r=\"{cell}\" s=\"{style}\"><v>{number}</v></c>")
        })
    }

    /// The same form with another text in a cell.
    fn typed(&self, part: &str, cell: &str, text: &str) -> Self {
        self.cell_as(part, cell, |style| {
            format!("<c r=\"{cell}\" s=\"{style}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
        })
    }

    /// The same form with nothing in a cell.
    fn emptied(&self, part: &str, cell: &str) -> Self {
        self.cell_as(part, cell, |style| {
            format!("<c r=\"{cell}\" s=\"{style}\"/>")
        })
    }

    fn cell_as(&self, part: &str, cell: &str, written: impl Fn(&str) -> String) -> Self {
        let text = self.part(part);
        let start = text.find(&format!("<c r=\"{cell}\" ")).expect(cell);
        let tag = &text[start..][..=text[start..].find('>').unwrap()];
        let length = if tag.ends_with("/>") {
            tag.len()
        } else {
            text[start..].find("</c>").unwrap() + "</c>".len()
        };
        let (_, style) = tag.split_once("s=\"").unwrap();
        let (style, _) = style.split_once('"').unwrap();
        let edited = [&text[..start], &written(style), &text[start + length..]].concat();
        self.with(part, &edited)
    }
}

/// Each cell that `plan` changes: whose, which, from and to.
fn differences(plan: &ImportPlan) -> Vec<(&str, &str, &str, &str)> {
    assert_eq!(plan.faults, []);
    let rows = plan.changed.iter().flat_map(|row| {
        let cells = row.differences.iter();
        cells.map(|cell| {
            let (before, after) = (cell.before.as_deref(), cell.after.as_deref());
            (
                &*row.id,
                cell.column,
                before.unwrap_or("∅"),
                after.unwrap_or("∅"),
            )
        })
    });
    rows.collect()
}

#[test]
fn units_that_are_pasted_below_each_other_into_one_cell_are_warned_of() {
    let city = full_city();
    let (form, _) = Form::of(&city);
    for (cell, column) in [("F2", "drafting_unit"), ("G2", "executing_unit")] {
        let pasted = form.typed(DECISIONS, cell, "市住建局\n市财政局");
        let plan = planned(&city, "pasted.xlsx", &pasted.0);
        let warned = plan.warnings.iter().map(ToString::to_string);
        let warned: Vec<String> = warned.collect();
        assert_eq!(warned.len(), 1, "{warned:?}");
        assert!(
            warned[0].contains(column) && warned[0].contains("市住建局市财政局"),
            "{warned:?}"
        );
    }
}

#[test]
fn a_planned_time_that_changes_without_its_day_is_warned_of() {
    let city = full_city();
    let (form, _) = Form::of(&city);
    let warned = |file: &Form| {
        let plan = planned(&city, "form.xlsx", &file.0);
        let warned = plan.warnings.iter().map(ToString::to_string);
        warned.collect::<Vec<String>>().join("\n")
    };
    let said = warned(&form.typed(DECISIONS, "I2", "第四季度"));
    for words in ["planned_on", "`2026-09-30`", "2026-12-31", "第四季度"] {
        assert!(said.contains(words), "{said}");
    }
    let said = warned(&form.typed(DECISIONS, "I3", "2026年6月"));
    assert!(
        said.contains("nothing") && said.contains("2026-06-30"),
        "{said}"
    );
    // Whoever changes both has thought of it; whoever writes the same time otherwise, too.
    let both = form.typed(DECISIONS, "I2", "第四季度");
    assert_eq!(warned(&both.typed(DECISIONS, "J2", "2026-12-20")), "");
    assert_eq!(warned(&form.typed(DECISIONS, "I2", "2026年9月")), "");
    assert_eq!(warned(&form.typed(DECISIONS, "J2", "2026-10-31")), "");
}

#[test]
fn a_row_that_lost_its_number_is_known_by_what_it_says_and_nothing_changes() {
    let city = full_city();
    let (form, _) = Form::of(&city);
    for (part, cell) in [(EVENTS, "A2"), (EVENTS, "A9"), (DECISIONS, "A2")] {
        holds_still(&city, cell, &form.emptied(part, cell).0);
    }
}

#[test]
fn a_form_with_everything_in_it_comes_back_and_changes_nothing() {
    let city = full_city();
    let (form, _) = Form::of(&city);
    holds_still(&city, "form.xlsx", &form.0);
    let plan = planned(&city, "form.xlsx", &form.0);
    assert_eq!(plan.readings, []);
    assert_eq!(plan.missing, []);
}

#[test]
fn a_form_that_a_spreadsheet_program_saved_changes_nothing() {
    let city = full_city();
    let xlsx = include_bytes!("../../data/form/libreoffice.xlsx");
    let ods = include_bytes!("../../data/form/libreoffice.ods");
    holds_still(&city, "libreoffice.xlsx", xlsx);
    holds_still(&city, "libreoffice.ods", ods);
}

#[test]
fn a_form_fills_an_empty_catalogue_with_the_same() {
    let (city, copy) = (full_city(), City::new());
    let (form, _) = Form::of(&city);
    let workbooks = Workbooks::by(Path::new(env!("CARGO_BIN_EXE_duban")));
    let book = Book::read("form.xlsx", &form.0, &workbooks).unwrap();
    let import = Import::of(book, None, &Defaults::default());
    let editor = Editor::open(&copy.path()).unwrap();
    let mut editor = editor.knowing(["trial_run".to_owned()]);
    let plan = editor.write(&import, None, &mut |_, _, _| {}).unwrap();
    assert!(plan.is_written, "{plan}");
    for table in [Table::Decision, Table::Event] {
        let file = |city: &City| String::from_utf8(city.exported(table)).unwrap();
        // A list of nobody and nothing at all say the same.
        assert_eq!(file(&copy), file(&city).replace(",[],", ",,"));
    }
}

#[test]
fn nasty_texts_come_back_from_a_form_and_from_csv_alike() {
    let long = "长".repeat(10_000);
    let titles: Vec<&str> = TITLES.into_iter().chain([long.as_str()]).collect();
    let city = annotated(&titles, &NOTES);
    let (form, _) = Form::of(&city);
    let plan = planned(&city, "form.xlsx", &form.0);
    assert_eq!(differences(&plan), []);
    assert!(plan.changes_nothing(), "{plan}");
    // A text file with this letter in it is taken for none, and that is told.
    city.write(
        "update decision set note = null where instr(note, char(0)) > 0 or length(note) = 0",
    );
    let csv = city.exported(Table::Decision);
    let plan = planned(&city, "decisions.csv", &csv);
    assert_eq!(differences(&plan), []);
    assert!(plan.changes_nothing(), "{plan}");
}

#[test]
fn a_title_on_two_lines_stays_so_until_somebody_changes_it() {
    let city = annotated(&["供热\r\n规划", "公交票价"], &[]);
    let (form, _) = Form::of(&city);
    holds_still(&city, "form.xlsx", &form.0);
    holds_still(&city, "decisions.csv", &city.exported(Table::Decision));
    let edited = form.edited(DECISIONS, "<t>供热 规划</t>", "<t>供热专项 规划</t>");
    let plan = planned(&city, "form.xlsx", &edited.0);
    assert_eq!(
        differences(&plan),
        [("2026-001", "title", "供热\r\n规划", "供热专项 规划")]
    );
}

#[test]
fn names_of_units_that_read_like_several_come_back_as_they_were() {
    let city = annotated(&["甲", "乙", "丙", "丁"], &[]);
    for (seq, names) in [
        (1, "[\"市发改委会同市财政局\",\"市水利局（牵头）\"]"),
        (2, "[ \"市发改委\" , \"市财政局\" ]"),
        (3, "[\"甲、乙公司\"]"),
        (4, "市发改委"),
    ] {
        let sql = "update decision set cooperating_units = $1 where seq = $2";
        city.software()
            .execute(sql, rusqlite::params![names, seq])
            .unwrap();
    }
    city.write("update decision set drafting_unit = '市发改委、市财政局（牵头）' where seq = 1");
    let (form, _) = Form::of(&city);
    let plan = planned(&city, "form.xlsx", &form.0);
    assert_eq!(form.text("事项", "配合单位", 3), "[\"甲、乙公司\"]");
    // What is no list is mended as an import mends it, and nothing else is touched.
    let mended = (
        "2026-004",
        "cooperating_units",
        "市发改委",
        "[\"市发改委\"]",
    );
    assert_eq!(differences(&plan), [mended]);
}

#[test]
fn exactly_the_edited_cells_are_planned() {
    let city = full_city();
    let (form, _) = Form::of(&city);
    let edited = form
        .edited(DECISIONS, "<t>公交票价调整</t>", "<t>公交票价调整方案</t>")
        .edited(DECISIONS, "<t>进行中</t>", "<t>已结项</t>")
        // 2026-10-31, as a spreadsheet counts days.
        .numbered(DECISIONS, "J2", "46326")
        .emptied(DECISIONS, "O2")
        .typed(DECISIONS, "H3", "市发改委、市财政局")
        .typed(FLAGS, "D2", "是")
        .emptied(FLAGS, "N2")
        .typed(FLAGS, "C3", "否")
        .typed(EVENTS, "C2", "听证会")
        .numbered(EVENTS, "D3", "46233");
    let plan = planned(&city, "form.xlsx", &edited.0);
    assert_eq!(
        differences(&plan),
        [
            ("2026-001", "planned_on", "2026-09-30", "2026-10-31"),
            ("2026-001", "wide_impact", "0", "1"),
            ("2026-001", "superior_mandated", "0", "∅"),
            ("2026-001", "status", "active", "closed"),
            ("2026-001", "note", "先行论证", "∅"),
            ("2026-002", "title", "公交票价调整", "公交票价调整方案"),
            (
                "2026-002",
                "cooperating_units",
                "∅",
                "[\"市发改委\",\"市财政局\"]"
            ),
            ("2026-002", "professional", "∅", "0"),
            ("1", "kind", "comment_opened", "hearing_on"),
            ("2", "on_date", "2026-07-29", "2026-07-30"),
        ]
    );
    assert_eq!(plan.added, []);
}

#[test]
fn a_column_that_is_gone_says_nothing_and_a_row_that_is_gone_removes_nothing() {
    let city = full_city();
    let (form, _) = Form::of(&city);
    let without_column = form.edited(DECISIONS, "<t>备注</t>", "<t>其他说法</t>");
    let plan = planned(&city, "form.xlsx", &without_column.0);
    assert!(plan.changes_nothing(), "{plan}");
    assert_eq!(places(&plan.warnings), ["form.xlsx, 事项!O1"]);
    let text = form.part(DECISIONS);
    let from = text.find("<row r=\"2\"").unwrap();
    let to = text.find("<row r=\"3\"").unwrap();
    let without_row = form.with(DECISIONS, &[&text[..from], &text[to..]].concat());
    let plan = planned(&city, "form.xlsx", &without_row.0);
    assert!(plan.changes_nothing(), "{plan}");
    let missing: Vec<_> = plan
        .missing
        .iter()
        .map(|row| (&*row.id, row.is_withdrawn))
        .collect();
    assert_eq!(missing, [("2026-001", false)]);
}

#[test]
fn a_row_typed_below_the_others_is_a_new_decision() {
    let city = full_city();
    let (form, _) = Form::of(&city);
    let cell =
        |at: &str, text: &str| format!("<c r=\"{at}5\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = [
        "<row r=\"5\">".to_owned(),
        cell("B", "洮南市人民政府"),
        "<c r=\"C5\"><v>2026</v></c><c r=\"D5\"><v>4</v></c>".to_owned(),
        cell("E", "城市排水规划"),
        cell("I", "第四季度"),
        "</row></sheetData>".to_owned(),
    ];
    let typed = form.edited(DECISIONS, "</sheetData>", &row.concat());
    let plan = planned(&city, "form.xlsx", &typed.0);
    assert_eq!(plan.faults, []);
    let added: Vec<_> = plan
        .added
        .iter()
        .map(|row| (&*row.id, &*row.what))
        .collect();
    assert_eq!(added, [("2026-004", "城市排水规划")]);
    assert_eq!(differences(&plan), []);
    // The planned time of a new row is read, for nobody has said its last day.
    let read: Vec<_> = plan
        .readings
        .iter()
        .map(|cell| (cell.column, cell.read.as_deref()))
        .collect();
    assert_eq!(read, [("planned_on", Some("2026-12-31"))]);
}
