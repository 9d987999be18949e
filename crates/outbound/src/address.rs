//! Addresses that lead into somebody's own network rather than to the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether the address is private, local, shared, reserved or otherwise not a public host's. IPv6 addresses that hold
/// an IPv4 one are judged by it. Source: the IANA special-purpose registries (RFC 6890).
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    let [.., high, low] = parts;
    let [h1, h2, l1, l2] = [high >> 8, high & 0xff, low >> 8, low & 0xff].map(|octet| octet as u8);
    let last = Ipv4Addr::new(h1, h2, l1, l2);
    if let Some(mapped) = ip.to_ipv4_mapped() {
        return is_private_v4(mapped);
    }
    match parts {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => is_private_v4(last),
        [0x2002, high, low, ..] => {
            let [h1, h2, l1, l2] = [high >> 8, high & 0xff, low >> 8, low & 0xff].map(|octet| octet as u8);
            is_private_v4(Ipv4Addr::new(h1, h2, l1, l2))
        }
        [0x2001, 0xdb8, ..] | [0x100, 0, 0, 0, ..] => true,
        // Global unicast is 2000::/3; all else is local, multicast or reserved.
        [first, ..] => !(0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_hosts_are_public() {
        let private = "127.0.0.1 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 \
             224.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fc00::1 fd12::1 ff02::1 ::ffff:10.0.0.1 \
             ::ffff:127.0.0.1 64:ff9b::10.0.0.1 2002:7f00:1:: 2001:db8::1 ::127.0.0.1";
        for text in private.split_whitespace() {
            assert!(is_private(text.parse().unwrap()), "{text}");
        }
        let public =
            "8.8.8.8 172.32.0.1 100.128.0.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::";
        for text in public.split_whitespace() {
            assert!(!is_private(text.parse().unwrap()), "{text}");
        }
    }
}
