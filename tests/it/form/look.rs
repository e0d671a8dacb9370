//! What a form shows and offers.

use calamine::{Data, Reader as _, SheetVisible};
use duban::domain::decision::Flag;

use super::{Form, full_city};

#[test]
fn a_form_has_a_sheet_for_each_thing_to_fill_in_and_one_that_explains() {
    let form = Form::empty();
    let book = form.book();
    assert_eq!(book.sheet_names(), ["事项", "性质", "环节", "说明"]);
    // What nobody sees must not decide what is offered.
    for sheet in book.sheets_metadata() {
        assert_eq!(sheet.visible, SheetVisible::Visible);
    }
    let headings = |sheet: &str| form.rows(sheet)[0].len();
    assert_eq!(headings("事项"), 15);
    assert_eq!(headings("性质"), 2 + Flag::ALL.len());
    assert_eq!(headings("环节"), 9);
    let guide: Vec<String> = form
        .rows("说明")
        .concat()
        .iter()
        .map(ToString::to_string)
        .collect();
    for said in ["决策事项名称", "听证会", "trial_run", "市住建局"] {
        assert!(guide.iter().any(|cell| cell == said), "{said}");
    }
}

#[test]
fn values_stand_in_the_words_of_people_and_dates_are_dates() {
    let (form, filled) = Form::of(&full_city());
    assert_eq!((filled.decisions, filled.remarks.as_slice()), (3, &[][..]));
    assert_eq!(filled.events, form.rows("环节").len() as u64 - 1);
    let decision = |heading, row| form.text("事项", heading, row);
    assert_eq!(decision("事项编号", 1), "2026-001");
    assert_eq!(form.cell("事项", "年度", 1), Data::Float(2026.0));
    assert_eq!(decision("配合单位", 1), "市发改委、市财政局");
    assert_eq!(decision("配合单位", 3), "");
    assert_eq!(decision("状态", 1), "进行中");
    assert_eq!(decision("状态", 2), "已退出");
    assert_eq!(decision("状态", 3), "已结项");
    assert_eq!(decision("涉密", 2), "是");
    assert_eq!(decision("备注", 3), "第一行\n第二行");
    let Data::DateTime(day) = form.cell("事项", "计划末日", 1) else {
        panic!("{:?}", form.cell("事项", "计划末日", 1));
    };
    assert_eq!(day.as_datetime().unwrap().date().to_string(), "2026-09-30");
    let flag = |heading, row| form.text("性质", heading, row);
    assert_eq!(flag("名称", 2), "公交票价调整");
    assert_eq!(flag("专业性技术性较强", 1), "是");
    assert_eq!(flag("涉及面较广", 1), "否");
    assert_eq!(flag("争议性较强", 1), "");
    assert_eq!(form.text("环节", "环节", 1), "公开征求意见开始");
    assert_eq!(form.text("环节", "数值", 3), "12.5");
    assert!(
        form.rows("环节")
            .concat()
            .contains(&Data::String("trial_run".to_owned()))
    );
}

#[test]
fn every_column_with_known_values_offers_them_and_asks_about_others() {
    let form = Form::empty();
    let sheets = ["sheet1", "sheet2", "sheet3"];
    let [decisions, flags, events] =
        sheets.map(|sheet| form.part(&format!("xl/worksheets/{sheet}.xml")));
    assert_eq!(decisions.matches("<dataValidation ").count(), 7);
    assert_eq!(flags.matches("<dataValidation ").count(), 1 + 12);
    assert_eq!(events.matches("<dataValidation ").count(), 3);
    for sheet in [&decisions, &flags, &events] {
        let all = sheet.matches("<dataValidation ").count();
        assert_eq!(sheet.matches("errorStyle=\"warning\"").count(), all);
    }
    assert!(decisions.contains("进行中,已退出,已结项"));
    assert!(decisions.contains("<formula1>duban_units</formula1>"));
    assert!(events.contains("<formula1>duban_kinds</formula1>"));
    // Ids are offered from the list of decisions itself, so a new one is offered at once.
    assert!(events.contains("<formula1>'事项'!$A$2:$A$1001</formula1>"));
    assert!(flags.contains("sqref=\"C2:C1001\""));
}

#[test]
fn names_of_lists_point_to_what_is_offered() {
    let form = Form::empty();
    let workbook = form.part("xl/workbook.xml");
    let rows = form.rows("说明");
    for (name, first, last) in [
        ("duban_kinds", "公开征求意见开始", "trial_run"),
        ("duban_units", "市住建局", "市发改委"),
    ] {
        let (_, rest) = workbook.split_once(&format!("name=\"{name}\">")).unwrap();
        let (range, _) = rest.split_once('<').unwrap();
        let lines = range
            .strip_prefix("说明!$B$")
            .or(range.strip_prefix("'说明'!$B$"))
            .unwrap();
        let (from, to) = lines.split_once(":$B$").unwrap();
        let at = |line: &str| rows[line.parse::<usize>().unwrap() - 1][1].to_string();
        let offered = [at(from), at(to)];
        assert!(offered.contains(&first.to_owned()), "{offered:?}");
        assert!(offered.contains(&last.to_owned()), "{offered:?}");
    }
}

#[test]
fn a_form_is_ready_for_the_screen_and_for_paper() {
    let (form, _) = Form::of(&full_city());
    let workbook = form.part("xl/workbook.xml");
    assert_eq!(workbook.matches("_xlnm.Print_Titles").count(), 3);
    assert_eq!(workbook.matches("_xlnm._FilterDatabase").count(), 3);
    for (number, frozen) in [(1, 1), (2, 2), (3, 3)] {
        let sheet = form.part(&format!("xl/worksheets/sheet{number}.xml"));
        assert!(sheet.contains(&format!("<pane xSplit=\"{frozen}\" ySplit=\"1\"")));
        assert!(sheet.contains("paperSize=\"9\"") && sheet.contains("orientation=\"landscape\""));
        assert!(sheet.contains("fitToHeight=\"0\""));
        // Each heading has its note.
        let notes = form.part(&format!("xl/comments{number}.xml"));
        let headings = form.rows(["事项", "性质", "环节"][number - 1])[0].len();
        assert_eq!(notes.matches("<comment ").count(), headings);
    }
}

#[test]
fn no_row_is_written_twice_whatever_is_in_the_last_one() {
    let city = full_city();
    for note in [
        "短",
        "长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长",
    ] {
        city.write(&format!(
            "update decision set note = '{note}'; update event set note = '{note}'"
        ));
        let (form, _) = Form::of(&city);
        for number in 1..=4 {
            let sheet = form.part(&format!("xl/worksheets/sheet{number}.xml"));
            let rows = sheet.split("<row r=\"").skip(1);
            let rows: Vec<&str> = rows.map(|row| row.split_once('"').unwrap().0).collect();
            let distinct: std::collections::BTreeSet<&&str> = rows.iter().collect();
            assert_eq!(distinct.len(), rows.len(), "sheet {number}: {rows:?}");
        }
    }
}
