//! The public address of the server: `https://host[:port]` and nothing more.

use std::fmt;
use std::net::IpAddr;

use super::setting::{Raw, Setting, Shape};

/// Scheme, host and port, in the one spelling that tokens and links use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    host: String,
    port: u16,
}

impl Origin {
    /// An origin of a bare host name or address.
    pub(crate) fn new(host: &str, port: u16) -> Origin {
        Origin { host: host.to_ascii_lowercase(), port }
    }

    /// The name or address, without the brackets of IPv6.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is a name that others may know, not an address nor a name of this machine alone.
    pub(crate) fn is_public_name(&self) -> bool {
        let local = ["localhost", "local", "internal", "test", "example", "invalid"];
        let last = self.host.rsplit('.').next().unwrap_or_default();
        self.host.contains('.') && self.host.parse::<IpAddr>().is_err() && !local.contains(&last)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match self.port {
            443 => write!(f, "https://{host}"),
            port => write!(f, "https://{host}:{port}"),
        }
    }
}

impl Setting for Origin {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<Origin, String> {
        let Raw::One(text) = raw else { return Err("must be one value, not a list".to_owned()) };
        parse(text).ok_or_else(|| {
            format!(
                "must be https:// with a host and perhaps a port, such as https://deck.example.com, \
                 and is \"{text}\""
            )
        })
    }
}

fn parse(text: &str) -> Option<Origin> {
    let rest = text.strip_prefix("https://")?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.strip_prefix('[') {
        Some(v6) => {
            let (host, port) = v6.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, port)
        }
        None => {
            let at = rest.find(':').unwrap_or(rest.len());
            let (host, port) = rest.split_at(at);
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
            if host.is_empty() || !host.chars().all(fits) {
                return None;
            }
            (host, port)
        }
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => 443,
        None => return None,
        Some(digits) => digits.parse().ok().filter(|port| *port != 0)?,
    };
    Some(Origin::new(host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_kept_in_one_spelling() {
        let check = |text: &str| parse(text).map(|origin| origin.to_string());
        assert_eq!(check("https://Deck.Example.com/").as_deref(), Some("https://deck.example.com"));
        assert_eq!(check("https://deck.example.com:443").as_deref(), Some("https://deck.example.com"));
        assert_eq!(check("https://[::1]:8443").as_deref(), Some("https://[::1]:8443"));
        for wrong in ["http://a.b", "https://", "https://a/b", "https://a:b", "https://u@a", "https://a:0"] {
            assert_eq!(check(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_real_names_are_public() {
        let check = |host| Origin::new(host, 443).is_public_name();
        assert!(check("deck.contoso.com"));
        for host in ["localhost", "deck", "10.1.2.3", "::1", "deck.local", "deck.example"] {
            assert!(!check(host), "{host}");
        }
    }
}
