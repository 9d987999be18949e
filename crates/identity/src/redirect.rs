//! Redirect addresses: which may be registered, and when a requested one equals a registered one.
//!
//! Pure. Comparison is by exact text (RFC 9700 §2.1, §4.1.3); only a native client's loopback address may vary its
//! port (RFC 8252 §7.3). Knows no client.

/// The longest address accepted, in bytes.
const LIMIT_BYTES: usize = 2048;

/// Schemes that run code or read files in a browser.
const REFUSED_SCHEMES: [&str; 8] =
    ["javascript", "data", "file", "vbscript", "about", "blob", "filesystem", "view-source"];

/// Where a client of an address runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// A server: https, or http on this machine only.
    Web,
    /// A page in a browser: as web, and its origin may call the token endpoint.
    Spa,
    /// A program on a person's machine: also loopback on any port and own schemes.
    Native,
}

impl Platform {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Platform::Web => "web",
            Platform::Spa => "spa",
            Platform::Native => "publicClient",
        }
    }

    /// The platform of a stored name.
    pub fn from_name(name: &str) -> Option<Platform> {
        [Platform::Web, Platform::Spa, Platform::Native].into_iter().find(|platform| platform.name() == name)
    }
}

/// A registered redirect address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    pub uri: String,
    pub platform: Platform,
}

/// Why an address cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    #[error("a redirect address must be 1 to {LIMIT_BYTES} visible ASCII characters")]
    Text,
    #[error("a redirect address must be absolute, such as https://app.example/callback")]
    NotAbsolute,
    #[error("the scheme '{0}' can run code or read files and cannot be a redirect address")]
    Scheme(String),
    #[error("a redirect address cannot have a fragment; remove the part from '#'")]
    Fragment,
    #[error("a redirect address cannot contain a user name, a backslash, a wildcard or '..'")]
    Ambiguous,
    #[error("http is allowed only for this machine (localhost, 127.0.0.1 or [::1]); use https")]
    PlainHttp,
}

/// Checks an address at registration.
pub fn check(uri: &str, platform: Platform) -> Result<(), RedirectError> {
    if uri.is_empty() || uri.len() > LIMIT_BYTES || !uri.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(RedirectError::Text);
    }
    let (scheme, rest) = uri.split_once(':').ok_or(RedirectError::NotAbsolute)?;
    if !is_scheme(scheme) {
        return Err(RedirectError::NotAbsolute);
    }
    let scheme = scheme.to_ascii_lowercase();
    if REFUSED_SCHEMES.contains(&scheme.as_str()) {
        return Err(RedirectError::Scheme(scheme));
    }
    if uri.contains('#') {
        return Err(RedirectError::Fragment);
    }
    if uri.contains(['\\', '*', '"', '<', '>'])
        || uri.contains("..")
        || uri.to_ascii_lowercase().contains("%2e")
    {
        return Err(RedirectError::Ambiguous);
    }
    let authority = rest.strip_prefix("//").map(authority_of);
    if authority.is_some_and(|authority| authority.contains('@')) {
        return Err(RedirectError::Ambiguous);
    }
    match (scheme.as_str(), authority, platform) {
        ("https", Some(authority), _) if !authority.is_empty() => Ok(()),
        ("http", Some(authority), _) if is_this_machine(authority) => Ok(()),
        ("http", Some(_), _) => Err(RedirectError::PlainHttp),
        ("http" | "https", _, _) => Err(RedirectError::NotAbsolute),
        // `urn:ietf:wg:oauth:2.0:oob` and schemes of installed programs.
        (_, _, Platform::Native) => Ok(()),
        (scheme, _, _) => Err(RedirectError::Scheme(scheme.to_owned())),
    }
}

/// Whether the requested address is one of the registered ones.
pub fn find<'a>(registered: &'a [RedirectUri], requested: &str) -> Option<&'a RedirectUri> {
    registered.iter().find(|known| {
        known.uri == requested || (known.platform == Platform::Native && same_but_port(&known.uri, requested))
    })
}

/// The origin of an http(s) address, or `scheme:` of another; what a page's `form-action` must allow.
pub fn form_action(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once(':') else { return String::new() };
    match rest.strip_prefix("//") {
        Some(rest) if scheme == "https" || scheme == "http" => format!("{scheme}://{}", authority_of(rest)),
        _ => format!("{scheme}:"),
    }
}

/// The host people should check on the consent page; the scheme when there is no host.
pub fn host(uri: &str) -> String {
    let action = form_action(uri);
    action.split_once("://").map(|(_, host)| host.to_owned()).unwrap_or(action)
}

/// Equal but for the port, for the literal loopback addresses only.
fn same_but_port(registered: &str, requested: &str) -> bool {
    ["http://127.0.0.1", "http://[::1]"].into_iter().any(|host| {
        let path = |uri: &str| -> Option<String> {
            let rest = uri.strip_prefix(host)?;
            let at = rest.find('/').unwrap_or(rest.len());
            let port_ok = match rest[..at].strip_prefix(':') {
                Some(port) => port.parse::<u16>().is_ok() && port.bytes().all(|b| b.is_ascii_digit()),
                None => at == 0,
            };
            port_ok.then(|| rest[at..].to_owned())
        };
        matches!((path(registered), path(requested)), (Some(a), Some(b)) if a == b)
    })
}

fn authority_of(rest: &str) -> &str {
    &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
}

fn is_this_machine(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registration_refuses_dangerous_addresses() {
        use Platform::{Native, Spa, Web};
        for (uri, platform) in [
            ("https://app.example/callback", Web),
            ("https://app.example/callback?x=1", Spa),
            ("http://localhost:3000/cb", Web),
            ("http://127.0.0.1/cb", Native),
            ("http://[::1]:5000/cb", Native),
            ("com.example.app:/callback", Native),
            ("urn:ietf:wg:oauth:2.0:oob", Native),
        ] {
            assert_eq!(check(uri, platform), Ok(()), "{uri}");
        }
        for (uri, platform) in [
            ("javascript:alert(1)", Native),
            ("JavaScript:alert(1)", Native),
            ("data:text/html,x", Native),
            ("file:///etc/passwd", Native),
            ("https://a.example/#x", Web),
            ("https://good.example@evil.example/", Web),
            ("https://a.example\\@b.example/", Web),
            ("https://*.example/", Web),
            ("https://a.example/x/../y", Web),
            ("https://a.example/%2e%2e/y", Web),
            ("http://a.example/", Web),
            ("http://localhost.evil.example/", Web),
            ("com.example.app:/callback", Web),
            ("/callback", Web),
            ("https:", Web),
            ("https:///x", Web),
            ("", Web),
            ("https://a.example/ x", Web),
        ] {
            assert!(check(uri, platform).is_err(), "{uri}");
        }
    }

    #[test]
    fn comparison_is_exact_but_for_a_native_loopback_port() {
        let web = [RedirectUri { uri: "https://app.example/cb".into(), platform: Platform::Web }];
        assert!(find(&web, "https://app.example/cb").is_some());
        for other in [
            "https://app.example/cb/",
            "https://app.example/CB",
            "https://APP.example/cb",
            "https://app.example/cb?x=1",
            "https://app.example:443/cb",
            "https://app.example@evil.example/cb",
            "https://app.example\\cb",
            "https://app.example/%63b",
            "https://app.example/./cb",
            "http://app.example/cb",
        ] {
            assert!(find(&web, other).is_none(), "{other}");
        }
        let native = [RedirectUri { uri: "http://127.0.0.1/cb".into(), platform: Platform::Native }];
        assert!(find(&native, "http://127.0.0.1:49152/cb").is_some());
        for other in ["http://127.0.0.1:49152/other", "http://127.0.0.1.evil/cb", "http://localhost:1/cb"] {
            assert!(find(&native, other).is_none(), "{other}");
        }
        let web = [RedirectUri { uri: "http://127.0.0.1/cb".into(), platform: Platform::Web }];
        assert!(find(&web, "http://127.0.0.1:49152/cb").is_none());
    }

    #[test]
    fn the_consent_page_shows_the_host() {
        assert_eq!(host("https://app.example:8443/cb?x"), "app.example:8443");
        assert_eq!(form_action("https://app.example/cb"), "https://app.example");
        assert_eq!(form_action("com.example:/cb"), "com.example:");
    }
}
