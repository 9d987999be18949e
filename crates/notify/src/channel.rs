//! A way to reach people: what it wants to hear, in which language and at what pace.

use std::fmt;

use jiff::civil::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Language, Severity, Topic};

/// A person's preferences name at most this many addresses, as the ecosystem's message center does.
pub const ADDRESSES_MAX: usize = 2;
const NAME_CHARS_MAX: usize = 100;
const REMIND_HOURS_MAX: u32 = 24 * 30;

/// The form a channel speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ChannelKind")]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Mail to one or two addresses.
    Mail,
    /// JSON, signed as Standard Webhooks does.
    Webhook,
    /// Slack's incoming webhooks, and what understands them.
    Slack,
    /// A Teams workflow that takes adaptive cards.
    Teams,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Mail, Kind::Webhook, Kind::Slack, Kind::Teams];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Mail => "mail",
            Kind::Webhook => "webhook",
            Kind::Slack => "slack",
            Kind::Teams => "teams",
        }
    }

    pub(crate) fn read(word: &str) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// When it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Pace {
    /// At once; what happens within moments of each other goes together.
    #[default]
    AtOnce,
    /// Once a day, everything together, at `digestAt`.
    Digest,
}

/// Hours in which nothing is sent; it waits for their end. A start after the end goes over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuietHours {
    /// `22:00`, in the channel's time zone.
    #[schemars(with = "String")]
    pub from: Time,
    #[schemars(with = "String")]
    pub until: Time,
    /// What is critical is sent all the same.
    #[serde(default)]
    pub lets_critical_through: bool,
}

/// What a channel wants, kept as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ChannelSettings")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// Mail only.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// What it wants to hear of.
    pub topics: Vec<Topic>,
    /// The least that is worth telling. What was told is resolved aloud whatever its severity.
    #[serde(default = "least")]
    pub min_severity: Severity,
    #[serde(default)]
    pub language: Language,
    #[serde(default)]
    pub pace: Pace,
    /// The time of the daily digest.
    #[serde(default = "morning")]
    #[schemars(with = "String")]
    pub digest_at: Time,
    #[serde(default)]
    pub quiet_hours: Option<QuietHours>,
    /// An IANA name, such as `Europe/Amsterdam`.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// Tells again while something stays open, every so many hours. None does not.
    #[serde(default)]
    pub remind_every_hours: Option<u32>,
    /// Also tells when what was told is resolved.
    #[serde(default = "yes")]
    pub tells_resolved: bool,
}

fn least() -> Severity {
    Severity::Info
}

fn morning() -> Time {
    Time::constant(7, 0, 0, 0)
}

fn utc() -> String {
    "UTC".to_owned()
}

fn yes() -> bool {
    true
}

/// What is wrong with a channel's settings: the field, and a sentence that says what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Wrong {
    pub target: &'static str,
    pub message: String,
}

fn wrong(target: &'static str, message: impl Into<String>) -> Wrong {
    Wrong { target, message: message.into() }
}

impl Settings {
    /// # Errors
    /// The first thing to change.
    pub(crate) fn check(&self, kind: Kind) -> Result<(), Wrong> {
        if self.topics.is_empty() {
            return Err(wrong("topics", "Choose at least one topic to hear of."));
        }
        let n_addresses = self.addresses.len();
        if kind == Kind::Mail && !(1..=ADDRESSES_MAX).contains(&n_addresses) {
            return Err(wrong("addresses", "Give one or two mail addresses."));
        }
        if kind != Kind::Mail && n_addresses > 0 {
            return Err(wrong("addresses", "Only mail has addresses; leave them out."));
        }
        for address in &self.addresses {
            check_address(address)?;
        }
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            let message = format!(
                "'{}' is no time zone known here; use an IANA name such as Europe/Amsterdam.",
                self.time_zone
            );
            return Err(wrong("timeZone", message));
        }
        if self.quiet_hours.is_some_and(|quiet| quiet.from == quiet.until) {
            return Err(wrong("quietHours", "Quiet hours that begin and end together would never end."));
        }
        match self.remind_every_hours {
            Some(hours) if !(1..=REMIND_HOURS_MAX).contains(&hours) => {
                Err(wrong("remindEveryHours", format!("Remind every 1 to {REMIND_HOURS_MAX} hours.")))
            }
            _ => Ok(()),
        }
    }
}

/// # Errors
/// When there is no name to call the channel by.
pub(crate) fn check_name(name: &str) -> Result<(), Wrong> {
    let n_chars = name.trim().chars().count();
    if (1..=NAME_CHARS_MAX).contains(&n_chars) {
        return Ok(());
    }
    Err(wrong("displayName", format!("Give the channel a name of 1 to {NAME_CHARS_MAX} characters.")))
}

fn check_address(address: &str) -> Result<(), Wrong> {
    let is_mailbox = address.parse::<lettre::Address>().is_ok();
    if is_mailbox && address.len() <= 254 {
        return Ok(());
    }
    Err(wrong("addresses", format!("'{address}' is no mail address; it looks like name@example.com.")))
}

/// Where a webhook goes and the key it is signed with. Sealed at rest, never shown again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Target {
    pub url: String,
    /// `whsec_` and base64, as Standard Webhooks writes it. Slack and Teams have none.
    pub signing_secret: Option<String>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("host", &self.host()).finish_non_exhaustive()
    }
}

impl Target {
    /// What may be shown of the address: its path often is the secret.
    pub(crate) fn host(&self) -> String {
        let host = self.url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
        host.unwrap_or_default()
    }
}

/// The address of a webhook, if it may be called.
///
/// # Errors
/// When it is no https address. Plain http is for this machine only.
pub(crate) fn check_url(url: &str) -> Result<(), Wrong> {
    let refused = || wrong("url", "Give the whole https:// address that the other side showed you.");
    let uri: http::Uri = url.parse().map_err(|_| refused())?;
    let host = uri.host().ok_or_else(refused)?;
    let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_here => Ok(()),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        serde_json::from_value(serde_json::json!({ "addresses": ["a@example.com"], "topics": ["incident"] }))
            .unwrap()
    }

    #[test]
    fn sensible_settings_are_taken_and_others_say_what_to_change() {
        assert_eq!(settings().check(Kind::Mail), Ok(()));
        let three = vec!["a@example.com".to_owned(); 3];
        let quiet = QuietHours { from: morning(), until: morning(), lets_critical_through: false };
        let cases = [
            (Settings { topics: Vec::new(), ..settings() }, Kind::Mail, "topics"),
            (Settings { addresses: Vec::new(), ..settings() }, Kind::Mail, "addresses"),
            (Settings { addresses: three, ..settings() }, Kind::Mail, "addresses"),
            (Settings { addresses: vec!["nobody".to_owned()], ..settings() }, Kind::Mail, "addresses"),
            (settings(), Kind::Slack, "addresses"),
            (Settings { time_zone: "Mars/Base".to_owned(), ..settings() }, Kind::Mail, "timeZone"),
            (Settings { quiet_hours: Some(quiet), ..settings() }, Kind::Mail, "quietHours"),
            (Settings { remind_every_hours: Some(0), ..settings() }, Kind::Mail, "remindEveryHours"),
        ];
        for (settings, kind, target) in cases {
            assert_eq!(settings.check(kind).map_err(|wrong| wrong.target), Err(target));
        }
    }

    #[test]
    fn webhooks_go_over_https() {
        assert_eq!(check_url("https://hooks.example.com/T/1"), Ok(()));
        assert_eq!(check_url("http://127.0.0.1:9000/x"), Ok(()));
        for url in ["http://hooks.example.com/T/1", "ftp://a", "/x", "https://", "not a url"] {
            assert!(check_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_target_never_shows_its_path_or_key() {
        let target = Target {
            url: "https://hooks.example.com/secret".to_owned(),
            signing_secret: Some("whsec_abc".to_owned()),
        };
        let shown = format!("{target:?}");
        assert!(shown.contains("hooks.example.com") && !shown.contains("secret\"") && !shown.contains("abc"));
    }
}
