//! Headers of requests that change the answer: versions, preferences, conditions.

use super::Request;
use crate::negotiate::{
    Agreed, Document, Preferences, Refusal, Version, Wish, negotiate, split_outside_quotes,
};

/// Agrees on format and version. Without a body, `OData-Version` speaks of nothing and only counts where it is one of
/// ours.
pub(super) fn agree(
    request: &Request<'_>,
    format: Option<&str>,
    document: Document,
) -> Result<Agreed, Refusal> {
    let accept = request.header("accept");
    let most = request.header("odata-maxversion");
    let own = request.header("odata-version");
    let is_known = |version: &&str| matches!(*version, "4.0" | "4.01");
    let own = own.as_deref().filter(|version| !request.body.is_empty() || is_known(version));
    let wish =
        Wish { accept: accept.as_deref(), format, odata_version: own, odata_max_version: most.as_deref() };
    negotiate(&wish, document)
}

/// The version an error is told in.
pub(super) fn version(request: &Request<'_>) -> Version {
    let agreed = agree(request, Some("json"), Document::Data);
    agreed.map_or(Version::V4, |agreed| agreed.version)
}

/// The preferences, and how the client wrote those that were followed.
pub(super) struct Wishes {
    pub(super) found: Preferences,
    header: String,
    applied: Vec<String>,
}

impl Wishes {
    pub(super) fn of(request: &Request<'_>, version: Version) -> Self {
        let header = request.header("prefer").unwrap_or_default();
        let mut found = Preferences::parse(&header);
        // Without its prefix this preference is of 4.01 (§8.2.8).
        if version == Version::V4 && !header.to_ascii_lowercase().contains("odata.omit-values") {
            found.omit_values = None;
        }
        Self { found, header, applied: Vec::new() }
    }

    /// Notes that a preference was followed.
    pub(super) fn apply(&mut self, name: &str) {
        let mut items = split_outside_quotes(&self.header, ',').map(str::trim);
        let spelled = items.find(|item| {
            let given = item.split(['=', ';']).next().unwrap_or_default().trim().to_ascii_lowercase();
            given.strip_prefix("odata.").unwrap_or(&given) == name
        });
        self.applied.extend(spelled.map(str::to_owned));
    }

    /// The value of `Preference-Applied`.
    pub(super) fn applied(&self) -> Option<String> {
        (!self.applied.is_empty()).then(|| self.applied.join(","))
    }
}

/// What a condition says of an entity with this tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Holds,
    /// 304
    NotModified,
    /// 412
    Failed,
}

/// `If-Match` and `If-None-Match` of a reading request (Protocol §8.2.4, §8.2.5).
pub(super) fn condition(request: &Request<'_>, etag: Option<&str>) -> Condition {
    let names = |header: &str| {
        let matches = |tag: &str| tag == "*" || etag.is_some_and(|etag| is_same(tag, etag));
        header.split(',').map(str::trim).any(matches)
    };
    if request.header("if-match").is_some_and(|header| !names(&header)) {
        return Condition::Failed;
    }
    match request.header("if-none-match") {
        Some(header) if names(&header) => Condition::NotModified,
        _ => Condition::Holds,
    }
}

/// Weak comparison: what is read twice may be written differently.
fn is_same(left: &str, right: &str) -> bool {
    let bare = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    bare(left) == bare(right)
}
