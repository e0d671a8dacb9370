//! How much a robot is sent: what the vendors allow, and what stays below it.
//!
//! Owns the vendors' limits and the rates held against them. Refuses to count; that is
//! `domain::lanes`.

use super::Vendor;
use crate::domain::lanes::Rate;

/// What a vendor allows one robot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// So many posts ...
    pub posts: u32,
    /// ... in so many seconds.
    pub within_secs: u32,
    /// Who says so.
    pub source: &'static str,
}

const WECOM: [Limit; 1] = [Limit {
    posts: 20,
    within_secs: 60,
    source: "hexdocs.pm wechat_sdk, WeChat.Work.ChatRobot: 20 a minute for each robot",
}];

const DINGTALK: [Limit; 1] = [Limit {
    posts: 20,
    within_secs: 60,
    source: "manual (reprint juejin 7129698690297495583): 20 a minute, then ten minutes of nothing",
}];

const FEISHU: [Limit; 2] = [
    Limit {
        posts: 100,
        within_secs: 60,
        source: "Feishu manual ucTM5YjL3ETO24yNxkjN: 100 a minute",
    },
    Limit {
        posts: 5,
        within_secs: 1,
        source: "Feishu manual ucTM5YjL3ETO24yNxkjN: 5 a second",
    },
];

impl Vendor {
    /// What it allows one robot.
    #[must_use]
    pub const fn limits(self) -> &'static [Limit] {
        match self {
            Self::Wecom => &WECOM,
            Self::Dingtalk => &DINGTALK,
            Self::Feishu => &FEISHU,
        }
    }

    /// How many posts one message comes to at worst: itself and one repair of it, which is a
    /// smaller form or a fresh signature. At WeCom a text with the mention follows besides,
    /// because its markdown cannot ring a mobile's owner.
    #[must_use]
    pub const fn posts_a_message(self) -> u32 {
        match self {
            Self::Wecom => 3,
            Self::Dingtalk | Self::Feishu => 2,
        }
    }

    /// Messages a robot is sent, below every limit of its vendor, at worst: of a window
    /// the burst, what has come by its end, and one that was begun just before, each with all
    /// its posts. A message carries all that a sweep has for its group, so this is no haste.
    #[must_use]
    pub const fn rate(self) -> Rate {
        let (per_minute, burst) = match self {
            Self::Wecom => (3, 2),
            Self::Dingtalk => (5, 3),
            Self::Feishu => (30, 1),
        };
        Rate { per_minute, burst }
    }

    /// The rate with so many messages a minute, as an administrator may set them: from one to
    /// what [`Vendor::rate`] has. More, or no limit, would pass the vendor's; then none.
    #[must_use]
    pub fn rate_of(self, per_minute: u32) -> Option<Rate> {
        let most = self.rate();
        let burst = most.burst.min(per_minute);
        let is_lower = (1..=most.per_minute).contains(&per_minute);
        is_lower.then_some(Rate { per_minute, burst })
    }

    /// Minutes of each hour in which nothing is begun: everybody's timers ring then, and
    /// Feishu refuses with 11232 what comes on the hour and the half hour (manual
    /// ucTM5YjL3ETO24yNxkjN: 建议避开整点、半点).
    #[must_use]
    pub const fn quiet_minutes(self) -> &'static [u32] {
        match self {
            Self::Wecom | Self::Dingtalk => &[],
            Self::Feishu => &[0, 30],
        }
    }
}
