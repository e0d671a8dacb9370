//! Steps of the procedure and columns of flags: what they say, and what they do not.

use super::{becomes, of};

#[test]
fn steps_that_are_listed_say_flags_and_nothing_else() {
    becomes(
        "
序号|事项名称|承办单位|履行程序要求
1|甲|局|公众参与、专家论证、风险评估、公平竞争审查、合法性审查和集体讨论决定
2|乙|局|公众参与、合法性审查
3|丙|局|视情况履行专家论证、风险评估
4|丁|局|专家论证：否；听证：是
5|戊|局|
",
        &of("府", 2026),
        "
府 2026 1 甲 | 局 | - → - | professional 1 | stability_risk 1 | market_impact 1
府 2026 2 乙 | 局 | - → -
府 2026 3 丙 | 局 | - → -
府 2026 4 丁 | 局 | - → - | professional 0
府 2026 5 戊 | 局 | - → -
reading D2 professional: 公众参与、专家论证、风险评估、公平竞争审查、合法性审查和集体讨论决定 → 1: it needs 专家论证, which 713 Art. 19, 论证 Art. 4 asks of such items
reading D2 stability_risk: 公众参与、专家论证、风险评估、公平竞争审查、合法性审查和集体讨论决定 → 1: it needs 风险评估, which 713 Art. 22 asks of such items
reading D2 market_impact: 公众参与、专家论证、风险评估、公平竞争审查、合法性审查和集体讨论决定 → 1: it needs 公平竞争审查, which 档案 Art. 7(六) asks of such items
reading D4 professional: 视情况履行专家论证、风险评估 → nothing: 专家论证 stands in a sentence with a condition
reading D4 stability_risk: 视情况履行专家论证、风险评估 → nothing: 风险评估 stands in a sentence with a condition
reading D5 professional: 专家论证：否；听证：是 → 0: it does not need 专家论证, which 713 Art. 19, 论证 Art. 4 asks of such items
warning D1: the column `履行程序要求`; expected a flag (it was read for those that its steps say, and not kept)
",
    );
}

#[test]
fn a_column_of_one_step_is_answered_by_yes_no_or_nothing() {
    becomes(
        "
序号|事项名称|承办单位|是否需专家论证|风险评估（是/否）|是否听证
1|甲|局|是|×|是
2|乙|局|不需要||否
3|丙|局|—|适时|
",
        &of("府", 2026),
        "
府 2026 1 甲 | 局 | - → - | professional 1 | stability_risk 0
府 2026 2 乙 | 局 | - → - | professional 0
府 2026 3 丙 | 局 | - → -
reading D2 professional: 是 → 1: it needs 专家论证, which 713 Art. 19, 论证 Art. 4 asks of such items
reading E2 stability_risk: × → 0: it does not need 风险评估, which 713 Art. 22 asks of such items
reading D3 professional: 不需要 → 0: it does not need 专家论证, which 713 Art. 19, 论证 Art. 4 asks of such items
reading E4 stability_risk: 适时 → nothing: neither yes nor no
warning F1: the column `是否听证`; expected a flag (it says none, and was ignored)
",
    );
}

#[test]
fn columns_of_flags_are_read_by_their_headings() {
    becomes(
        "
序号|事项名称|承办单位|专业性技术性较强|敏感|重大改革|涉密
1|甲|局|是|×||否
2|乙|局|√|否|也许|
",
        &of("府", 2026),
        "
府 2026 1 甲 | 局 | - → - | professional 1 | sensitive 0
府 2026 2 乙 | 局 | - → - | professional 1 | sensitive 0
",
    );
}

#[test]
fn a_flag_of_its_own_column_outweighs_a_step() {
    becomes(
        "
序号|事项名称|承办单位|专业性技术性较强|履行程序
1|甲|局|否|专家论证、风险评估
",
        &of("府", 2026),
        "
府 2026 1 甲 | 局 | - → - | professional 0 | stability_risk 1
reading E2 stability_risk: 专家论证、风险评估 → 1: it needs 风险评估, which 713 Art. 22 asks of such items
warning E1: the column `履行程序`; expected a flag (it was read for those that its steps say, and not kept)
warning E2, professional: `专家论证、风险评估`; expected 0, as its own column or another step says (it was kept)
",
    );
}
