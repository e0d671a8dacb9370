//! How near names of units come, and in which order they are offered.

use duban::domain::unit_names::{How, near, nearest};

/// Names as catalogues write them, and the units they are.
const SHORT: [(&str, &str); 12] = [
    ("市住建局", "市住房和城乡建设局"),
    ("住建局", "洮南市住房和城乡建设局"),
    ("洮南市住建局", "市住房和城乡建设局"),
    ("市发改委", "市发展和改革委员会"),
    ("市发改局", "市发展和改革局"),
    ("市人社局", "市人力资源和社会保障局"),
    ("市卫健委", "市卫生健康委员会"),
    ("市工信局", "市工业和信息化局"),
    ("市政府办", "市政府办公室"),
    ("市府办", "市政府办公室"),
    ("市场监管局", "市市场监督管理局"),
    ("市文广旅局", "市文化广播电视和旅游局"),
];

#[test]
fn a_short_name_comes_near_its_unit_whichever_comes_first() {
    for (short, long) in SHORT {
        for (left, right) in [(short, long), (long, short)] {
            let how = near(left, right);
            assert!(matches!(how, Some(How::Short(_))), "{left} {right} {how:?}");
        }
    }
}

#[test]
fn each_short_name_finds_its_own_unit_first() {
    for (short, long) in SHORT {
        let all = SHORT.map(|(_, long)| long);
        let found = nearest(short, all);
        // Two units of the list differ in their region only, and either may be meant.
        let first: Vec<&str> = found
            .iter()
            .take_while(|near| near.how == found[0].how || near.name.ends_with("城乡建设局"))
            .map(|near| near.name)
            .collect();
        assert!(first.contains(&long), "{short}: {found:?}");
        assert!(found[0].is_telling());
    }
}

#[test]
fn blanks_widths_and_regions_are_told_from_other_names() {
    assert_eq!(near("市 住建局\u{3000}", "市住建局"), Some(How::Same));
    assert_eq!(near("12345热线", "１２３４５热线"), Some(How::Same));
    assert_eq!(near("洮南市财政局", "市财政局"), Some(How::Region));
    assert_eq!(near("财政局", "市财政局"), Some(How::Region));
    assert_eq!(near("市场监管局", "市市场监管局"), Some(How::Region));
    assert_eq!(near("", "市财政局"), None);
    assert_eq!(near("市财政局", "档案馆"), None);
    // 市局 is short for everything, so for nothing.
    assert!(!matches!(near("市局", "市财政局"), Some(How::Short(_))));
}

#[test]
fn what_only_looks_alike_is_offered_and_never_named_unasked() {
    let found = nearest("市教育局", ["市体育局", "市财政局"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].name, "市体育局");
    assert!(!found[0].is_telling());
    let found = nearest("市住建居", ["市住建局", "市财政局"]);
    assert!(found[0].is_telling(), "{found:?}");
}
