//! Addresses that are never reached, in whatever form they come.
//!
//! Owns the list, and the IPv6 forms that carry an IPv4 address inside. Refuses to know
//! what an administrator allows.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A kind of address that leads inward or to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {
    /// "This host on this network"; systems connect it to themselves.
    Unspecified,
    /// This host.
    Loopback,
    /// The same wire only; most clouds keep their metadata there.
    LinkLocal,
    /// Many at once.
    Multicast,
    /// Everybody, or reserved for a future that never came.
    Reserved,
    /// Where a cloud tells a machine its own credentials.
    Metadata,
}

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::LinkLocal => "link-local",
            Self::Multicast => "multicast",
            Self::Reserved => "broadcast and reserved",
            Self::Metadata => "cloud metadata",
        })
    }
}

/// Metadata services outside of link-local: Alibaba Cloud, Azure's wire server, Oracle
/// Cloud (each provider's own documentation).
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// The same over IPv6: AWS, Google Cloud, Scaleway.
const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
];

/// Where an IPv4 address lies under a prefix of 48, 56, 64 and 96 bits.
const NAT64_PLACES: [[usize; 4]; 4] = [
    [6, 7, 9, 10],
    [7, 9, 10, 11],
    [9, 10, 11, 12],
    [12, 13, 14, 15],
];

/// Why `address` is never reached, if it is not.
pub(super) fn never(address: IpAddr) -> Option<Never> {
    match address.to_canonical() {
        IpAddr::V4(v4) => never_v4(v4),
        IpAddr::V6(v6) => never_v6(v6).or_else(|| inside(v6).into_iter().find_map(never_v4)),
    }
}

fn never_v4(address: Ipv4Addr) -> Option<Never> {
    if METADATA_V4.contains(&address) {
        return Some(Never::Metadata);
    }
    match address.octets() {
        // RFC 1122 3.2.1.3.
        [0, ..] => Some(Never::Unspecified),
        [127, ..] => Some(Never::Loopback),
        // RFC 3927.
        [169, 254, ..] => Some(Never::LinkLocal),
        // RFC 5771.
        [224..=239, ..] => Some(Never::Multicast),
        // RFC 1112 4; 255.255.255.255 is its last.
        [240..=255, ..] => Some(Never::Reserved),
        _ => None,
    }
}

fn never_v6(address: Ipv6Addr) -> Option<Never> {
    if METADATA_V6.contains(&address) {
        return Some(Never::Metadata);
    }
    match address {
        Ipv6Addr::UNSPECIFIED => Some(Never::Unspecified),
        Ipv6Addr::LOCALHOST => Some(Never::Loopback),
        _ if address.is_unicast_link_local() => Some(Never::LinkLocal),
        _ if address.is_multicast() => Some(Never::Multicast),
        _ => None,
    }
}

/// Every IPv4 address that a translator or a tunnel may take out of `address`.
fn inside(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let octets = address.octets();
    let at = |places: [usize; 4]| Ipv4Addr::from(places.map(|place| octets[place]));
    let last = at([12, 13, 14, 15]);
    let mut found = match address.segments() {
        // Compatible (RFC 4291 2.5.5.1), translated (RFC 2765 2.1), NAT64 (RFC 6052 2.1).
        [0, 0, 0, 0, 0 | 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            vec![last]
        }
        // NAT64 of local use (RFC 8215): the operator chooses one of the places of RFC 6052 2.2.
        // A prefix of another length leaves zeros there.
        [0x64, 0xff9b, 1, ..] => NAT64_PLACES
            .map(at)
            .into_iter()
            .filter(|found| found.octets()[0] != 0)
            .collect(),
        // Teredo: the server, and the client with its bits turned (RFC 4380 4).
        [0x2001, 0, ..] => vec![at([4, 5, 6, 7]), Ipv4Addr::from_bits(!last.to_bits())],
        // 6to4 (RFC 3056 2).
        [0x2002, ..] => vec![at([2, 3, 4, 5])],
        _ => Vec::new(),
    };
    // ISATAP (RFC 5214 6.1), under any prefix.
    if matches!(octets[8..12], [0 | 2, 0, 0x5e, 0xfe]) {
        found.push(last);
    }
    found
}
