//! The directory: names that come near, edits that leave every other byte, questions asked once,
//! tables in and out.

mod asking;
mod commands;
mod editing;
mod names;
mod tables;

/// A directory with comments, both styles of lists, a robot, and people of every kind.
const UNITS: &str = "\
# who is who
[centre]
name = \"市督查指挥中心\"   # the centre
contact = [{ name = \"值班员\", email = \"centre@dc.example\" }]

[roles]
legal = \"司法局\"

[[unit]]
name = \"市住房和城乡建设局\" # 住建
aliases = [
    \"市住建局\", # as most catalogues write it
    # the old name
    \"市建设局\"
]

# the one who answers
[[unit.contact]]
name = \"王联络\"
email = \"wang@zjj.example\"
mobile = \"13800000001\"  # private

[[unit.contact]]
audience = \"head\"
name = \"李局长\"
email = \"li@zjj.example\"

[[unit.webhook]]
kind = \"wecom\"
url = \"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789abcdef\"

[[unit]]
name = \"市司法局\"
aliases = [\"司法局\"]
contact = [{ name = \"赵联络\", email = \"zhao@sfj.example\" }]
# the end
";
