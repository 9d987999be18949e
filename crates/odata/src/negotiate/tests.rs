//! Headers of real clients and what they get.

use super::{Agreed, Document, Format, Metadata, OmitValues, Preferences, Refusal, Version, Wish, negotiate};

const POWER_QUERY: &str = "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,\
    application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7";

fn data(accept: &str) -> Result<String, u16> {
    let wish = Wish { accept: Some(accept), odata_max_version: Some("4.0"), ..Wish::default() };
    negotiate(&wish, Document::Data).map(|agreed| agreed.content_type()).map_err(|refusal| refusal.status())
}

#[test]
fn accept_headers_choose_the_json_form() {
    let cases = [
        (POWER_QUERY, Ok("application/json;odata.metadata=minimal")),
        ("", Ok("application/json;odata.metadata=minimal")),
        ("*/*", Ok("application/json;odata.metadata=minimal")),
        ("text/html, */*;q=0.1", Ok("application/json;odata.metadata=minimal")),
        ("application/json", Ok("application/json;odata.metadata=minimal")),
        ("application/json;odata.metadata=none", Ok("application/json;odata.metadata=none")),
        ("APPLICATION/JSON; Metadata=Full", Ok("application/json;odata.metadata=full")),
        (
            "application/json;odata.streaming=true;IEEE754Compatible=true",
            Ok("application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=true"),
        ),
        (
            "application/json;odata.metadata=full;q=0.5,application/json;odata.metadata=none;q=0.8",
            Ok("application/json;odata.metadata=none"),
        ),
        ("application/json;charset=utf-8", Ok("application/json;odata.metadata=minimal")),
        ("application/atom+xml", Err(406)),
        ("application/xml", Err(406)),
        ("application/json;odata=verbose", Err(406)),
        ("application/json;odata.metadata=some", Err(406)),
        ("application/json;unknown=1", Err(406)),
        ("application/json;charset=latin1", Err(406)),
        ("application/json;q=0", Err(406)),
        (",;=,/", Err(406)),
    ];
    for (accept, expected) in cases {
        assert_eq!(data(accept), expected.map(str::to_owned), "{accept}");
    }
}

#[test]
fn metadata_is_xml_unless_a_new_client_prefers_json() {
    let ask = |accept, odata_max_version| {
        let wish = Wish { accept: Some(accept), odata_max_version, ..Wish::default() };
        negotiate(&wish, Document::Metadata).map(|agreed| agreed.format == Format::Xml)
    };
    assert_eq!(ask(POWER_QUERY, Some("4.0")), Ok(true));
    assert_eq!(ask("application/json;odata.metadata=minimal", Some("4.0")), Ok(true));
    assert_eq!(ask("*/*", None), Ok(true));
    assert_eq!(ask("application/json, application/xml;q=0.9", None), Ok(false));
    assert_eq!(ask("application/xml, application/json", None), Ok(true));
    assert!(matches!(ask("text/html", None), Err(Refusal::NotAcceptable(_))));
}

#[test]
fn the_format_option_wins() {
    let ask = |format, document| {
        let wish = Wish { accept: Some("application/xml"), format: Some(format), ..Wish::default() };
        negotiate(&wish, document).map(|agreed| agreed.content_type()).map_err(|refusal| refusal.status())
    };
    assert_eq!(ask("json", Document::Data).as_deref(), Ok("application/json;metadata=minimal"));
    assert_eq!(
        ask("application/json;odata.metadata=full", Document::Data).as_deref(),
        Ok("application/json;metadata=full")
    );
    assert_eq!(ask("XML", Document::Metadata).as_deref(), Ok("application/xml"));
    assert_eq!(ask("json", Document::Metadata).as_deref(), Ok("application/json;metadata=minimal"));
    assert_eq!(ask("atom", Document::Data), Err(406));
    assert_eq!(ask("xml", Document::Data), Err(406));
}

#[test]
fn versions_meet_in_the_middle() {
    let ask = |odata_version, odata_max_version| {
        let wish = Wish { odata_version, odata_max_version, ..Wish::default() };
        negotiate(&wish, Document::Data)
            .map(|Agreed { version, .. }| version.header())
            .map_err(|r| r.status())
    };
    assert_eq!(ask(None, None), Ok("4.01"));
    assert_eq!(ask(None, Some("4.0")), Ok("4.0"));
    assert_eq!(ask(None, Some("4.0;NetFx")), Ok("4.0"));
    assert_eq!(ask(None, Some("4.0,4.0")), Ok("4.0"));
    assert_eq!(ask(Some("4.0"), None), Ok("4.0"));
    assert_eq!(ask(Some("4.0"), Some("4.01")), Ok("4.01"));
    assert_eq!(ask(None, Some("5.0")), Ok("4.01"));
    assert_eq!(ask(None, Some("3.0")), Err(406));
    assert_eq!(ask(Some("5.0"), None), Err(400));
    assert_eq!(ask(Some("latest"), None), Err(400));
    assert_eq!(ask(None, Some("")), Err(406));
}

#[test]
fn preferences_are_read_with_and_without_prefix() {
    let read = Preferences::parse(
        "odata.maxpagesize=50, omit-values=nulls, respond-async; wait=10, odata.include-annotations=\"*,-a.b\", x=\"y,z\"",
    );
    assert_eq!(
        read,
        Preferences {
            max_page_size: Some(50),
            omit_values: Some(OmitValues::Nulls),
            respond_async: true,
            include_annotations: Some("*,-a.b".to_owned()),
            ..Preferences::default()
        }
    );
    assert_eq!(Preferences::parse("maxpagesize=10,maxpagesize=20").max_page_size, Some(10));
    assert_eq!(Preferences::parse("wait=10, odata.continue-on-error, track-changes").wait, Some(10));
    assert!(Preferences::parse("continue-on-error=true").continue_on_error);
    assert!(!Preferences::parse("continue-on-error=false").continue_on_error);
    assert_eq!(Preferences::parse("maxpagesize=x, =, \"\", ;;,omit-values=all"), Preferences::default());
}

#[test]
fn raw_values_are_text_for_everyone() {
    let wish = Wish { accept: Some("application/json"), ..Wish::default() };
    let agreed = negotiate(&wish, Document::RawValue).expect("text for everyone");
    assert_eq!(agreed.content_type(), "text/plain;charset=utf-8");
    assert_eq!(Metadata::default(), Metadata::Minimal);
    assert_eq!(agreed.version, Version::V401);
}
