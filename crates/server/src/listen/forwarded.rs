//! Whose request it is when proxies stand between.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::config::Network;

/// The address of the client: the connection's own, or, when that is a trusted proxy's, the last address in
/// `X-Forwarded-For` that is not one. Everything further left may have been made up by the client.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    if !is_trusted(peer) {
        return peer;
    }
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let mut client = peer;
    for text in lines.iter().flat_map(|line| line.split(',')).rev() {
        let Some(address) = address(text.trim()) else { return client };
        client = address;
        if !is_trusted(address) {
            break;
        }
    }
    client
}

/// An address, with or without brackets and a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|found| found.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    bare.or_else(with_port).or_else(bracketed).map(|found| found.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::config::{Sources, load};

    fn check(peer: &str, forwarded: &[&str]) -> String {
        let proxies = ("QUARTERDECK_SERVER__TRUSTED_PROXIES".to_owned(), "10.0.0.0/8,::1".to_owned());
        let sources = Sources { environment: vec![proxies], ..Sources::default() };
        let trusted = load(&sources).expect("valid").server.trusted_proxies;
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).expect("a header"));
        }
        client(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn strangers_are_not_believed() {
        assert_eq!(check("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(check("::ffff:203.0.113.9", &[]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        assert_eq!(check("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(check("::1", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(check("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_the_client_itself_wrote_is_not_believed() {
        assert_eq!(check("10.0.0.1", &["6.6.6.6, 198.51.100.1, 10.9.9.9"]), "198.51.100.1");
        assert_eq!(check("10.0.0.1", &["6.6.6.6", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(check("10.0.0.1", &["6.6.6.6, nonsense"]), "10.0.0.1");
    }
}
