//! The types a setting may have, and how each is read from text.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use sql::DatabaseUrl;

/// How a setting is written in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Number,
    /// A list in the file; separated by commas in the environment.
    List,
}

impl Shape {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Shape::Text => "text in quotes",
            Shape::Number => "a whole number",
            Shape::List => "a list of texts, such as [\"a\", \"b\"]",
        }
    }
}

/// A setting as found: one text, or the items of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Raw {
    One(String),
    Many(Vec<String>),
}

/// A type that a setting may have.
pub(crate) trait Setting: Sized {
    const SHAPE: Shape;

    /// # Errors
    /// The end of a sentence that begins with the setting's name: "must be …".
    fn parse(raw: &Raw) -> Result<Self, String>;
}

fn one(raw: &Raw) -> Result<&str, String> {
    match raw {
        Raw::One(text) => Ok(text),
        Raw::Many(_) => Err("must be one value, not a list".to_owned()),
    }
}

impl Setting for String {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<String, String> {
        match one(raw)? {
            "" => Err("must not be empty".to_owned()),
            text => Ok(text.to_owned()),
        }
    }
}

impl Setting for PathBuf {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<PathBuf, String> {
        String::parse(raw).map(PathBuf::from)
    }
}

impl Setting for SocketAddr {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<SocketAddr, String> {
        let text = one(raw)?;
        text.parse().map_err(|_| {
            format!("must be an address and a port, such as 127.0.0.1:8443 or [::]:443, and is \"{text}\"")
        })
    }
}

macro_rules! number {
    ($($type:ty),*) => { $(
        impl Setting for $type {
            const SHAPE: Shape = Shape::Number;

            fn parse(raw: &Raw) -> Result<$type, String> {
                let text = one(raw)?;
                text.parse().map_err(|_| {
                    format!("must be a whole number from 0 to {}, and is \"{text}\"", <$type>::MAX)
                })
            }
        }
    )* };
}
number!(u16, u64);

macro_rules! positive {
    ($($type:ty),*) => { $(
        impl Setting for $type {
            const SHAPE: Shape = Shape::Number;

            fn parse(raw: &Raw) -> Result<$type, String> {
                let text = one(raw)?;
                text.parse().map_err(|_| {
                    format!("must be a whole number from 1 to {}, and is \"{text}\"", <$type>::MAX)
                })
            }
        }
    )* };
}
positive!(NonZeroU32, NonZeroU64);

impl<T: Setting> Setting for Option<T> {
    const SHAPE: Shape = T::SHAPE;

    /// An empty text unsets the setting, so that a variable can undo what the file says.
    fn parse(raw: &Raw) -> Result<Option<T>, String> {
        if *raw == Raw::One(String::new()) { Ok(None) } else { T::parse(raw).map(Some) }
    }
}

impl<T: Setting> Setting for Vec<T> {
    const SHAPE: Shape = Shape::List;

    fn parse(raw: &Raw) -> Result<Vec<T>, String> {
        let items: Vec<String> = match raw {
            Raw::Many(items) => items.clone(),
            Raw::One(text) => {
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
            }
        };
        items.into_iter().map(|item| T::parse(&Raw::One(item))).collect()
    }
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Setting for LogFormat {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<LogFormat, String> {
        match one(raw)? {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            other => Err(format!("must be \"text\" or \"json\", and is \"{other}\"")),
        }
    }
}

/// Whose refusals the feed has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusals {
    Own,
    Original,
}

impl Setting for Refusals {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<Refusals, String> {
        match one(raw)? {
            "own" => Ok(Refusals::Own),
            "original" => Ok(Refusals::Original),
            other => Err(format!("must be \"own\" or \"original\", and is \"{other}\"")),
        }
    }
}

/// The least important line that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogLevel(pub(crate) tracing::Level);

impl Setting for LogLevel {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<LogLevel, String> {
        let text = one(raw)?;
        let known = ["error", "warn", "info", "debug", "trace"].contains(&text);
        let level = text.parse().ok().filter(|_| known);
        level
            .map(LogLevel)
            .ok_or_else(|| format!("must be error, warn, info, debug or trace, and is \"{text}\""))
    }
}

/// What protects the connection to the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Security(pub(crate) notify::MailSecurity);

impl Setting for Security {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<Security, String> {
        match one(raw)? {
            "starttls" => Ok(Security(notify::MailSecurity::StartTls)),
            "tls" => Ok(Security(notify::MailSecurity::Tls)),
            "none" => Ok(Security(notify::MailSecurity::None)),
            other => Err(format!("must be \"starttls\", \"tls\" or \"none\", and is \"{other}\"")),
        }
    }
}

/// Whether something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permission(pub(crate) bool);

impl Setting for Permission {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<Permission, String> {
        match one(raw)? {
            "allow" => Ok(Permission(true)),
            "refuse" => Ok(Permission(false)),
            other => Err(format!("must be \"allow\" or \"refuse\", and is \"{other}\"")),
        }
    }
}

/// A database's address without a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatabaseAddress(pub(crate) DatabaseUrl);

impl Setting for DatabaseAddress {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<DatabaseAddress, String> {
        let text = one(raw)?;
        if has_password(text) {
            return Err("must not hold a password; put the whole URL into a file that only this server \
                        may read, and name the file in database.url_file"
                .to_owned());
        }
        text.parse().map(DatabaseAddress).map_err(|_: String| {
            "must begin with sqlite: or postgres://, such as postgres://quarterdeck@localhost/quarterdeck"
                .to_owned()
        })
    }
}

/// Where traces are sent: `http://host[:port]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CollectorAddress(pub(crate) String);

impl Setting for CollectorAddress {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<CollectorAddress, String> {
        let text = one(raw)?;
        let bare = text.strip_suffix('/').unwrap_or(text);
        let host = bare.strip_prefix("http://").filter(|host| !host.is_empty());
        let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        match host {
            Some(host) if host.chars().all(fits) => Ok(CollectorAddress(bare.to_owned())),
            _ => Err(format!(
                "must be http:// with a host and a port, such as http://127.0.0.1:4318, and is \"{text}\""
            )),
        }
    }
}

/// A place in an object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreAddress(pub(crate) String);

impl Setting for StoreAddress {
    const SHAPE: Shape = Shape::Text;

    fn parse(raw: &Raw) -> Result<StoreAddress, String> {
        let text = one(raw)?;
        let place = ["s3://", "az://", "gs://"].into_iter().find_map(|scheme| text.strip_prefix(scheme));
        match place {
            Some(place) if !place.is_empty() && !place.contains(['?', '#', '@', ' ']) => {
                Ok(StoreAddress(text.trim_end_matches('/').to_owned()))
            }
            _ => Err(format!(
                "must be s3://BUCKET/FOLDER, az://CONTAINER/FOLDER or gs://BUCKET/FOLDER, and is \"{text}\""
            )),
        }
    }
}

/// Whether a URL carries a password, before its host or among its parameters.
fn has_password(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let before_host = authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
    before_host || rest.split(['?', '&']).skip(1).any(|pair| pair.starts_with("password="))
}
