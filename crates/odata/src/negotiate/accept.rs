//! `Accept` and `$format`: media ranges, their parameters and weights (RFC 9110 §12.5.1, OData JSON Format §3).
//!
//! A range with a parameter this service does not know matches nothing, as OData asks.

use super::{Document, Format, Metadata, Refusal, Version, Wish};

/// What a media range asks of JSON.
#[derive(Debug, Clone, Copy, Default)]
struct JsonParameters {
    metadata: Metadata,
    ieee754: bool,
    streaming: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Xml,
    Anything,
}

#[derive(Debug, Clone, Copy)]
struct Range {
    kind: Kind,
    json: JsonParameters,
    /// Thousandths.
    weight: u16,
}

pub(super) fn choose(wish: &Wish<'_>, document: Document, version: Version) -> Result<Format, Refusal> {
    if let Some(format) = wish.format {
        return by_option(format.trim(), document);
    }
    let header = wish.accept.map(str::trim).filter(|header| !header.is_empty()).unwrap_or("*/*");
    let ranges: Vec<Range> = header.split(',').filter_map(range).filter(|range| range.weight > 0).collect();
    let chosen = match document {
        Document::Metadata => metadata_document(&ranges, version),
        _ => best(&ranges, |kind| kind != Kind::Xml).map(json),
    };
    chosen.ok_or_else(|| refusal(document, "Accept"))
}

/// `$format` wins over `Accept` (§11.2.12).
fn by_option(format: &str, document: Document) -> Result<Format, Refusal> {
    let media = match format.to_ascii_lowercase().as_str() {
        "json" => "application/json",
        "xml" => "application/xml",
        _ => format,
    };
    match (range(media), document) {
        (Some(found), Document::Metadata) if found.kind == Kind::Xml => Ok(Format::Xml),
        (Some(found), _) if found.kind == Kind::Json => Ok(json(found)),
        _ => Err(refusal(document, "$format")),
    }
}

/// CSDL JSON exists since 4.01: clients that allow at most 4.0 read XML, whatever they write in `Accept`.
fn metadata_document(ranges: &[Range], version: Version) -> Option<Format> {
    if version == Version::V4 {
        return (!ranges.is_empty()).then_some(Format::Xml);
    }
    best(ranges, |_| true).map(|range| if range.kind == Kind::Json { json(range) } else { Format::Xml })
}

/// The first range of the highest weight.
fn best(ranges: &[Range], fits: impl Fn(Kind) -> bool) -> Option<Range> {
    let fitting = ranges.iter().filter(|range| fits(range.kind));
    fitting.rev().max_by_key(|range| range.weight).copied()
}

fn json(range: Range) -> Format {
    let JsonParameters { metadata, ieee754, streaming } = range.json;
    Format::Json { metadata, ieee754, streaming }
}

fn refusal(document: Document, source: &str) -> Refusal {
    Refusal::NotAcceptable(match document {
        Document::Metadata => {
            format!(
                "The requested format is not available: ask for application/xml or application/json in {source}."
            )
        }
        _ => format!(
            "The requested format is not available: ask for application/json in {source}, with odata.metadata=none, minimal or full, \
             odata.streaming=true or false, IEEE754Compatible=true or false."
        ),
    })
}

/// `None` for ranges that match nothing here.
fn range(text: &str) -> Option<Range> {
    let mut parts = text.split(';');
    let media = parts.next()?.trim().to_ascii_lowercase();
    let kind = match media.as_str() {
        "application/json" => Kind::Json,
        "application/xml" | "text/xml" => Kind::Xml,
        "*/*" | "application/*" => Kind::Anything,
        _ => return None,
    };
    let mut range = Range { kind, json: JsonParameters::default(), weight: 1000 };
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) =
            (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_ascii_lowercase());
        if name == "q" {
            range.weight = weight(&value);
        } else if kind == Kind::Json {
            parameter(&mut range.json, &name, &value)?;
        } else if !matches!(name.as_str(), "charset" | "") {
            return None;
        }
    }
    Some(range)
}

fn parameter(json: &mut JsonParameters, name: &str, value: &str) -> Option<()> {
    match (name.strip_prefix("odata.").unwrap_or(name), value) {
        ("metadata", "none") | ("odata", "nometadata") => json.metadata = Metadata::None,
        ("metadata", "minimal") | ("odata", "minimalmetadata") => json.metadata = Metadata::Minimal,
        ("metadata", "full") | ("odata", "fullmetadata") => json.metadata = Metadata::Full,
        ("streaming", "true") => json.streaming = true,
        ("streaming", "false") => json.streaming = false,
        ("ieee754compatible", "true") => json.ieee754 = true,
        ("ieee754compatible", "false") => json.ieee754 = false,
        ("exponentialdecimals", "true" | "false") | ("charset", "utf-8" | "utf8") | ("", "") => {}
        _ => return None,
    }
    Some(())
}

/// A broken weight counts as none given.
fn weight(value: &str) -> u16 {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u16>()) {
        ("0", Ok(thousandths)) => thousandths,
        _ => 1000,
    }
}
