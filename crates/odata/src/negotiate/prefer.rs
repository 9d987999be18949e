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

impl Preferences {
    /// Reads a `Prefer` header; several headers are joined with commas. The first of a name counts.
    #[must_use]
    pub fn parse(header: &str) -> Self {
        let mut found = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for item in split_outside_quotes(header, ',') {
            let preference = split_outside_quotes(item, ';').next().unwrap_or_default();
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            let name = name.trim().to_ascii_lowercase();
            let name = name.strip_prefix("odata.").unwrap_or(&name).to_owned();
            if !name.is_empty() && !seen.contains(&name) {
                found.set(&name, value.trim().trim_matches('"'));
                seen.push(name);
            }
        }
        found
    }

    fn set(&mut self, name: &str, value: &str) {
        match name {
            "maxpagesize" => self.max_page_size = value.parse().ok().filter(|size| *size > 0),
            "omit-values" if value.eq_ignore_ascii_case("nulls") => {
                self.omit_values = Some(OmitValues::Nulls)
            }
            "omit-values" if value.eq_ignore_ascii_case("defaults") => {
                self.omit_values = Some(OmitValues::Defaults)
            }
            "respond-async" => self.respond_async = true,
            "wait" => self.wait = value.parse().ok(),
            "track-changes" => self.track_changes = true,
            "continue-on-error" => self.continue_on_error = !value.eq_ignore_ascii_case("false"),
            "include-annotations" => self.include_annotations = Some(value.to_owned()),
            _ => {}
        }
    }
}

pub(crate) fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |c| {
        is_quoted ^= c == '"';
        c == separator && !is_quoted
    })
}
