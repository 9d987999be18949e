//! Which format and version to answer with (OData 4.01 Protocol §8.1.5, §8.2.1, §8.2.6, §8.2.7; JSON Format §3).
//!
//! Works on header texts; knows no HTTP server.

mod accept;
mod prefer;

pub(crate) use prefer::split_outside_quotes;
pub use prefer::{OmitValues, Preferences};

/// How much control information JSON carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Metadata {
    None,
    #[default]
    Minimal,
    Full,
}

/// The format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Json {
        metadata: Metadata,
        /// Int64 and Decimal are written as strings.
        ieee754: bool,
        /// The client accepts a body that must be read in order.
        streaming: bool,
    },
    /// Only `$metadata`.
    Xml,
    /// Only `/$value` and `/$count`.
    Text,
}

/// The protocol version of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    V4,
    V401,
}

impl Version {
    /// The value of the `OData-Version` header.
    #[must_use]
    pub fn header(self) -> &'static str {
        match self {
            Version::V4 => "4.0",
            Version::V401 => "4.01",
        }
    }
}

/// What is being asked for; decides which formats there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// Entities, the service document, errors: JSON.
    Data,
    /// `$metadata`: XML or JSON, XML if the client does not mind.
    Metadata,
    /// `/$value` and `/$count`: text.
    RawValue,
}

/// The parts of a request that take part. Absent headers are `None`; several headers of one name are joined with commas.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish<'a> {
    pub accept: Option<&'a str>,
    /// The decoded `$format` option; it wins over `accept`.
    pub format: Option<&'a str>,
    pub odata_version: Option<&'a str>,
    pub odata_max_version: Option<&'a str>,
}

/// What to answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    pub format: Format,
    pub version: Version,
}

/// Nothing this service has would please the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 406: no format the client takes (also for `$format`), or no version up to its `OData-MaxVersion`.
    #[error("{0}")]
    NotAcceptable(String),
    /// 400: the request is in no version of OData known here.
    #[error("{0}")]
    Version(String),
}

impl Refusal {
    /// The HTTP status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Refusal::NotAcceptable(_) => 406,
            Refusal::Version(_) => 400,
        }
    }
}

/// Chooses format and version.
///
/// # Errors
/// [`Refusal`] with a sentence that names what the service has.
pub fn negotiate(wish: &Wish<'_>, document: Document) -> Result<Agreed, Refusal> {
    let version = version(wish)?;
    let format = match document {
        Document::RawValue => Format::Text,
        Document::Data | Document::Metadata => accept::choose(wish, document, version)?,
    };
    Ok(Agreed { format, version })
}

/// The highest version both sides know (§8.1.5, §8.2.7). A request that calls itself 4.0 gets 4.0.
fn version(wish: &Wish<'_>) -> Result<Version, Refusal> {
    let asked = wish.odata_version.map(|header| one_version(header, "OData-Version")).transpose()?;
    let most = wish.odata_max_version.map(|header| one_version(header, "OData-MaxVersion")).transpose()?;
    Ok(most.or(asked).unwrap_or(Version::V401))
}

/// One number, perhaps repeated with commas, perhaps with the `;NetFx` of old clients.
fn one_version(header: &str, name: &str) -> Result<Version, Refusal> {
    let wrong = || {
        let shown: String = header.chars().take(40).collect();
        let message = format!("{name} is '{shown}'; this service speaks 4.0 and 4.01.");
        if name == "OData-Version" { Refusal::Version(message) } else { Refusal::NotAcceptable(message) }
    };
    let mut lowest = None;
    for part in header.split(',') {
        let number = part.split(';').next().unwrap_or_default().trim();
        let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok());
        let (Some(Some(major)), Some(Some(minor))) = (digits(major), digits(minor)) else {
            return Err(wrong());
        };
        let version = match (major, minor) {
            (0..=3, _) => return Err(wrong()),
            (4, 0) => Version::V4,
            _ if name == "OData-Version" && (major, minor) != (4, 1) => return Err(wrong()),
            _ => Version::V401,
        };
        lowest = Some(lowest.map_or(version, |known: Version| known.min(version)));
    }
    lowest.ok_or_else(wrong)
}

impl Agreed {
    /// The `Content-Type` header.
    #[must_use]
    pub fn content_type(&self) -> String {
        match self.format {
            Format::Xml => "application/xml".to_owned(),
            Format::Text => "text/plain;charset=utf-8".to_owned(),
            Format::Json { metadata, ieee754, streaming } => {
                json_content_type(self.version, metadata, ieee754, streaming)
            }
        }
    }
}

/// 4.0 clients know the parameters only with the prefix `odata.`; `IEEE754Compatible` never had one.
fn json_content_type(version: Version, metadata: Metadata, ieee754: bool, streaming: bool) -> String {
    let prefix = if version == Version::V4 { "odata." } else { "" };
    let level = match metadata {
        Metadata::None => "none",
        Metadata::Minimal => "minimal",
        Metadata::Full => "full",
    };
    let mut out = format!("application/json;{prefix}metadata={level}");
    if streaming {
        out.push_str(&format!(";{prefix}streaming=true"));
    }
    if ieee754 {
        out.push_str(";IEEE754Compatible=true");
    }
    out
}

#[cfg(test)]
mod tests;
