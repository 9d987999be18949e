//! A client as the protocol sees it, and the clients that are built in.
//!
//! Pure. Registered clients come from `applications`; both become this one type. Does not know users or consent.

use jiff::Timestamp;
use uuid::Uuid;

use crate::codec;
use crate::origin::Origin;
use crate::redirect::{Platform, RedirectUri};
use crate::resource::AGENT_ENROLL;

/// The browser UI of this installation: redeems its codes in this process.
pub const WEB_CLIENT: &str = "quarterdeck-web";
/// The device agent: enrols by device code.
pub const AGENT_CLIENT: &str = "quarterdeck-agent";

/// The public clients Power BI Desktop, Excel, the Power BI service and Power Apps use (identity notes §1.7).
const POWER_QUERY_CLIENTS: [(&str, &str); 3] = [
    ("a672d62c-fc7b-4e81-a576-e60dc46e951d", "Power Query (Excel, Power BI Desktop, gateway)"),
    ("b52893c8-bc2e-47fc-918b-77022b299bbc", "Power BI service"),
    ("7ab7862c-4c57-491e-8a45-d52a7e023983", "Power Apps and Power Automate"),
];
const POWER_QUERY_REDIRECTS: [&str; 2] = [
    "https://oauth.powerbi.com/views/oauthredirect.html",
    "https://preview.powerbi.com/views/oauthredirect.html",
];

/// Whose program a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Ours: never asks for consent.
    First,
    /// Known to us, but another's: asks for consent.
    BuiltIn,
    /// Registered by an administrator: asks for consent unless granted for everyone.
    Registered,
}

/// A client that may speak to the authorization server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub id: String,
    pub display_name: String,
    pub party: Party,
    pub redirect_uris: Vec<RedirectUri>,
    /// Speaks without a secret.
    pub public: bool,
    /// May use the device flow. Closed where nobody needs it: a stranger can start one and ask a person to approve.
    pub device_flow: bool,
    /// The only delegated permissions it can get; `None` is no limit of its own.
    pub limited_to: Option<&'static [&'static str]>,
    /// The id under which the client itself acts (`oid` of app-only tokens).
    pub service_principal: Option<Uuid>,
    pub secrets: Vec<Secret>,
}

/// A client secret at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// SHA-256 in hexadecimal: a random secret of 256 bits needs no slow hash.
    pub hash: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl Client {
    /// Whether one of the secrets that are valid at `now` is `secret`. Looks at every one, in constant time each.
    pub fn accepts_secret(&self, secret: &str, now: Timestamp) -> bool {
        let given = codec::digest_hex(secret);
        self.secrets.iter().fold(false, |found, known| {
            let current = known.starts_at <= now && now < known.ends_at;
            (codec::same(known.hash.as_bytes(), given.as_bytes()) & current) | found
        })
    }
}

/// The built-in client of an id.
pub fn built_in(id: &str, origin: &Origin) -> Option<Client> {
    let client = |display_name: &str, party, public, redirect_uris| Client {
        id: id.to_owned(),
        display_name: display_name.to_owned(),
        party,
        redirect_uris,
        public,
        device_flow: false,
        limited_to: None,
        service_principal: None,
        secrets: Vec::new(),
    };
    match id {
        WEB_CLIENT => {
            let uri = origin.url(crate::web_session::CALLBACK_PATH);
            Some(client(
                "Quarterdeck",
                Party::First,
                false,
                vec![RedirectUri { uri, platform: Platform::Web }],
            ))
        }
        AGENT_CLIENT => Some(Client {
            device_flow: true,
            limited_to: Some(&[AGENT_ENROLL]),
            ..client("Quarterdeck agent", Party::First, true, Vec::new())
        }),
        _ => POWER_QUERY_CLIENTS.into_iter().find(|(known, _)| *known == id).map(|(_, name)| {
            let uris = POWER_QUERY_REDIRECTS
                .map(|uri| RedirectUri { uri: uri.to_owned(), platform: Platform::Native });
            client(name, Party::BuiltIn, true, uris.to_vec())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_current_secrets_open_the_door() {
        let at = |second| Timestamp::from_second(second).expect("in range");
        let secret = |text: &str, from, to| Secret {
            hash: codec::digest_hex(text),
            starts_at: at(from),
            ends_at: at(to),
        };
        let origin = Origin::parse("https://deck.example").expect("an origin");
        let client = Client {
            secrets: vec![secret("old", 0, 100), secret("new", 50, 200)],
            ..built_in(AGENT_CLIENT, &origin).expect("built in")
        };
        for (text, second, expected) in [
            ("old", 0, true),
            ("old", 99, true),
            ("old", 100, false),
            ("new", 49, false),
            ("new", 50, true),
            ("new", 150, true),
            ("", 60, false),
            ("other", 60, false),
        ] {
            assert_eq!(client.accepts_secret(text, at(second)), expected, "{text} at {second}");
        }
    }
}
