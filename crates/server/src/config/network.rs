//! A range of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.

use std::net::IpAddr;

use super::setting::{Raw, Setting, Shape};

/// The addresses that share the first `prefix` bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    pub(crate) fn contains(&self, other: IpAddr) -> bool {
        let (mine, theirs, width) = match (self.address.to_canonical(), other.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32_u32),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        let rest = width.saturating_sub(u32::from(self.prefix));
        mine.checked_shr(rest).unwrap_or(0) == theirs.checked_shr(rest).unwrap_or(0)
    }
}

impl Setting for Network {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<Network, String> {
        let Raw::One(text) = raw else { return Err("must be one value, not a list".to_owned()) };
        parse(text).ok_or_else(|| {
            format!("must hold networks such as 10.0.0.0/8 or single addresses, and holds \"{text}\"")
        })
    }
}

fn parse(text: &str) -> Option<Network> {
    let (address, prefix) = match text.split_once('/') {
        None => (text.parse::<IpAddr>().ok()?, None),
        Some((address, prefix)) => (address.parse::<IpAddr>().ok()?, Some(prefix.parse::<u8>().ok()?)),
    };
    let width = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.unwrap_or(width);
    (prefix <= width).then_some(Network { address, prefix })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        parse(network).expect("a network").contains(address.parse().expect("an address"))
    }

    #[test]
    fn a_network_holds_its_addresses_alone() {
        assert!(holds("10.0.0.0/8", "10.255.0.1"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(holds("0.0.0.0/0", "203.0.113.9"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
        assert!(holds("::1", "::1") && !holds("::1", "::2"));
        assert_eq!(parse("10.0.0.0/33"), None);
        assert_eq!(parse("ten"), None);
    }
}
