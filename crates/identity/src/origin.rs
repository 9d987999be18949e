//! The public origin every URL of the authorization server is derived from.
//!
//! Issuer, authorize, token, keys and device endpoints must share one scheme, host and port: the client
//! libraries compare them. Does not look at request headers; a proxy's name never changes what we publish.

use std::fmt;

use store::TenantId;

/// A web origin: `https://host` or `https://host:port`, lower-case, without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    text: String,
}

/// Why a configured origin cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    #[error("the public origin must start with https://, because the sign-in libraries refuse anything else")]
    NotHttps,
    #[error(
        "the public origin must be only https://host or https://host:port, without path, query or user name"
    )]
    NotAnOrigin,
}

impl Origin {
    /// Reads `https://host[:port][/]`.
    pub fn parse(text: &str) -> Result<Origin, OriginError> {
        let rest = text.strip_prefix("https://").ok_or(OriginError::NotHttps)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_host_port(rest).ok_or(OriginError::NotAnOrigin)?;
        if !is_host(host) {
            return Err(OriginError::NotAnOrigin);
        }
        let host = host.to_ascii_lowercase();
        let text = match port {
            None | Some(443) => format!("https://{host}"),
            Some(port) => format!("https://{host}:{port}"),
        };
        Ok(Origin { text })
    }

    /// `https://host[:port]`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// An address under this origin; `path` starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// The issuer of a tenant: `https://host/{tenant id}/v2.0`, whatever alias the client used.
    pub fn issuer(&self, tenant: TenantId) -> String {
        format!("{}/{tenant}/v2.0", self.text)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn split_host_port(text: &str) -> Option<(&str, Option<u16>)> {
    let colon = match text.strip_prefix('[') {
        Some(_) => text.find(']').map(|end| end + 1).filter(|&at| text[at..].starts_with(':')),
        None => text.find(':'),
    };
    match colon {
        None => Some((text, None)),
        Some(at) => {
            let port: u16 = text[at + 1..].parse().ok()?;
            (port != 0).then_some((&text[..at], Some(port)))
        }
    }
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_origins_and_normalises_them() {
        for (given, expected) in [
            ("https://deck.example", "https://deck.example"),
            ("https://DECK.example/", "https://deck.example"),
            ("https://deck.example:443", "https://deck.example"),
            ("https://localhost:8443", "https://localhost:8443"),
            ("https://[::1]:8443/", "https://[::1]:8443"),
        ] {
            assert_eq!(Origin::parse(given).map(|o| o.text), Ok(expected.to_owned()), "{given}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for given in [
            "http://deck.example",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://a:0",
            "https://a:99999",
            "https://[::1",
            "https://a b",
        ] {
            assert!(Origin::parse(given).is_err(), "{given}");
        }
    }
}
