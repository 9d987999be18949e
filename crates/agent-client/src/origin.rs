//! Where the server is: `https://host[:port]`, and nothing after it.

use std::fmt;
use std::str::FromStr;

use rustls_pki_types::ServerName;
use serde::{Deserialize, Serialize};

/// The origin of a server. Only `https`: the agent says nothing in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin {
    host: String,
    port: u16,
}

/// Not an address the agent can use; the text says what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a server's address: {1}")]
pub struct BadOrigin(String, &'static str);

impl Origin {
    /// The name or address; without brackets for IPv6.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// As the `Host` header writes it.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == 443 { host } else { format!("{host}:{}", self.port) }
    }

    pub(crate) fn server_name(&self) -> ServerName<'static> {
        ServerName::try_from(self.host.clone()).expect("checked when the origin was read")
    }
}

impl FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        let bad = |why| BadOrigin(text.to_owned(), why);
        let uri: http::Uri = text.trim().parse().map_err(|_| bad("write it as https://host:port"))?;
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") => return Err(bad("agents speak only TLS; write https:// instead of http://")),
            _ => return Err(bad("write it as https://host:port")),
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(bad("leave out everything after the host and port"));
        }
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        if ServerName::try_from(host).is_err() {
            return Err(bad("the host is neither a name nor an address"));
        }
        Ok(Self { host: host.to_owned(), port: uri.port_u16().unwrap_or(443) })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.authority())
    }
}

impl TryFrom<String> for Origin {
    type Error = BadOrigin;
    fn try_from(text: String) -> Result<Self, BadOrigin> {
        text.parse()
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_https_host_and_port() {
        for (text, written) in [
            ("https://deck.example", "https://deck.example"),
            ("https://deck.example:443/", "https://deck.example"),
            ("https://127.0.0.1:8443", "https://127.0.0.1:8443"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ] {
            assert_eq!(text.parse::<Origin>().expect(text).to_string(), written);
        }
        for (text, says) in [
            ("deck.example", "write it as https://"),
            ("http://deck.example", "only TLS"),
            ("https://deck.example/agent/v1", "leave out everything after"),
            ("https://", "write it as"),
            ("", "write it as"),
        ] {
            let error = text.parse::<Origin>().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
