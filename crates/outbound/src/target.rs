//! Where a request goes: an absolute http or https address, taken apart.

use std::net::IpAddr;

use http::Uri;

use crate::error::OutboundError;

const CHARS_MAX: usize = 8 * 1024;

/// An address a request can go to. It holds no user name, and its fragment is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    is_tls: bool,
    host: String,
    port: u16,
    /// Begins with `/`.
    path_and_query: String,
}

impl Target {
    /// Takes an address apart.
    ///
    /// # Errors
    /// [`OutboundError::Address`], without the query, which may hold a secret.
    pub fn parse(text: &str) -> Result<Target, OutboundError> {
        let shown: String = text.split(['?', '#']).next().unwrap_or_default().chars().take(200).collect();
        let refused = || OutboundError::Address(shown.clone());
        if text.len() > CHARS_MAX || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(refused());
        }
        let uri: Uri = text.split('#').next().unwrap_or_default().parse().map_err(|_| refused())?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(refused()),
        };
        let authority = uri.authority().filter(|a| !a.as_str().contains('@')).ok_or_else(refused)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        // A port that is no number would otherwise be taken for none.
        let has_port = authority.as_str().len() > authority.host().len();
        let port = authority.port_u16();
        if host.is_empty() || (has_port && port.is_none()) {
            return Err(refused());
        }
        let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str());
        let path_and_query = if path_and_query.starts_with('/') {
            path_and_query.to_owned()
        } else {
            format!("/{path_and_query}")
        };
        Ok(Target { is_tls, host, port: port.unwrap_or(if is_tls { 443 } else { 80 }), path_and_query })
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The address without path and query: `https://host.example:8443`.
    pub fn origin(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}", self.authority())
    }

    /// Whether both are one scheme, host and port.
    pub fn is_same_origin(&self, other: &Target) -> bool {
        (self.is_tls, &self.host, self.port) == (other.is_tls, &other.host, other.port)
    }

    pub(crate) fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// What the `Host` header says.
    pub(crate) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.is_tls, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }

    /// The host, if it is written as an address.
    pub(crate) fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Where a `Location` leads from here (RFC 3986, without dot segments).
    ///
    /// # Errors
    /// [`OutboundError::Address`].
    pub(crate) fn join(&self, location: &str) -> Result<Target, OutboundError> {
        let path = self.path_and_query.split('?').next().unwrap_or("/");
        let absolute = match location {
            text if text.starts_with("//") => {
                format!("{}:{text}", if self.is_tls { "https" } else { "http" })
            }
            text if text.starts_with('/') => format!("{}{text}", self.origin()),
            text if text.starts_with('?') => format!("{}{path}{text}", self.origin()),
            text if text.contains("://") => text.to_owned(),
            text => {
                format!("{}{}/{text}", self.origin(), path.rsplit_once('/').map_or("", |(folder, _)| folder))
            }
        };
        Target::parse(&absolute)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let target = Target::parse("HTTPS://Deck.Example:8443/a/b?c=d#e").unwrap();
        assert_eq!(
            (target.host(), target.port(), target.path_and_query()),
            ("deck.example", 8443, "/a/b?c=d")
        );
        assert_eq!(target.origin(), "https://deck.example:8443");
        let bare = Target::parse("http://[::1]").unwrap();
        assert_eq!((bare.host(), bare.port(), bare.authority().as_str()), ("::1", 80, "[::1]"));
        for text in
            ["", "deck.example", "ftp://a", "https://", "https://u:p@a/", "https://a:x/", "https://a b", "/a"]
        {
            assert!(Target::parse(text).is_err(), "{text}");
        }
        let shown = Target::parse("ftp://a/?key=secret").unwrap_err().to_string();
        assert!(!shown.contains("secret"), "{shown}");
    }

    #[test]
    fn locations_lead_on() {
        let here = Target::parse("https://a.example/x/y?z").unwrap();
        for (location, there) in [
            ("/q", "https://a.example/q"),
            ("q?r", "https://a.example/x/q?r"),
            ("?r", "https://a.example/x/y?r"),
            ("//b.example/q", "https://b.example/q"),
            ("http://b.example", "http://b.example/"),
        ] {
            assert_eq!(here.join(location).unwrap(), Target::parse(there).unwrap(), "{location}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            if let Ok(target) = Target::parse(&format!("https://{text}")) {
                prop_assert!(!target.host().is_empty());
                prop_assert!(target.join(&text).is_ok() || target.join(&text).is_err());
            }
        }
    }
}
