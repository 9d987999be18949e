//! Payload parts against what readers expect.

use proptest::prelude::*;

use super::{ErrorBody, context_url, entity_context, service_document, set_context};
use crate::expr::{DateTimeOffset, Literal};
use crate::negotiate::Metadata;
use crate::path::{Resource, parse_path};
use crate::query::tests::model;
use crate::query::{Context, parse_options};
use crate::{QueryError, json};

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("writers give UTF-8")
}

#[test]
fn context_urls_name_what_is_there() {
    let cases = [
        ("devices", "", "devices"),
        ("devices", "$select=id,devicename", "devices(id,deviceName)"),
        ("devices", "$select=*", "devices"),
        ("devices", "$expand=owner", "devices(owner())"),
        ("devices", "$select=id&$expand=apps($select=key)", "devices(id,apps(key))"),
        ("devices", "$expand=apps/$count", "devices"),
        (
            "devices",
            "$apply=groupby((deviceName),aggregate(price with sum as total))",
            "devices(deviceName,total)",
        ),
        ("apps(5)", "", "apps/$entity"),
        ("apps(5)", "$select=key", "apps(key)/$entity"),
        ("apps(5)/version", "", "apps(5)/version"),
        ("devices(01234567-89ab-cdef-0123-456789abcdef)/owner", "", "users/$entity"),
        ("devices(01234567-89ab-cdef-0123-456789abcdef)/apps", "", "apps"),
        (
            "users(01234567-89ab-cdef-0123-456789abcdef)/devices",
            "",
            "users(01234567-89ab-cdef-0123-456789abcdef)/devices",
        ),
        ("devices(01234567-89ab-cdef-0123-456789abcdef)/owner/$ref", "", "$ref"),
        ("devices(01234567-89ab-cdef-0123-456789abcdef)/apps/$ref", "", "Collection($ref)"),
    ];
    let model = model();
    for (path, query, expected) in cases {
        let Ok(Resource::Data(data)) = parse_path(path, &model) else { panic!("{path}") };
        let entity = data.entity_type(&model).unwrap_or(&model.entity_types[0]);
        let options = parse_options(query, &Context::new(&model, entity)).expect(query);
        let url = context_url("https://host/", &data, &options, &model);
        assert_eq!(url, format!("https://host/$metadata#{expected}"), "{path}?{query}");
    }
    assert_eq!(set_context("r/", "devices", None), "r/$metadata#devices");
    assert_eq!(entity_context("r/", "devices", None), "r/$metadata#devices/$entity");
}

#[test]
fn errors_carry_code_message_and_target() {
    let error = QueryError::bad("InvalidSyntax", "Close it.").at(4).in_option("$filter");
    let body = ErrorBody::from(&error).to_json().to_string();
    let expected = r#"{"error":{"code":"InvalidSyntax","message":"Close it. ($filter, position 5)","target":"$filter"}}"#;
    assert_eq!(body, expected);
    let mut full = ErrorBody::new("a", "b");
    full.details.push(("c".to_owned(), "d".to_owned()));
    full.inner.insert("request-id".to_owned(), "1".into());
    let expected = r#"{"error":{"code":"a","message":"b","details":[{"code":"c","message":"d"}],"innerError":{"request-id":"1"}}}"#;
    assert_eq!(full.to_json().to_string(), expected);
}

#[test]
fn the_service_document_lists_the_sets() {
    let document = service_document(&model(), "https://host/", Metadata::Minimal);
    assert_eq!(document["@odata.context"], "https://host/$metadata");
    assert_eq!(
        document["value"][0],
        serde_json::json!({"name": "devices", "kind": "EntitySet", "url": "devices"})
    );
    assert!(service_document(&model(), "x", Metadata::None).get("@odata.context").is_none());
}

#[test]
fn numbers_read_back() {
    let cases =
        [(0.0, "0"), (-0.0, "-0"), (1.5, "1.5"), (1e300, "1e300"), (1e-7, "1e-7"), (-2.5e20, "-2.5e20")];
    for (value, expected) in cases {
        assert_eq!(text(|out| json::write_double(out, value)), expected);
    }
    assert_eq!(text(|out| json::write_double(out, f64::NAN)), "\"NaN\"");
    assert_eq!(text(|out| json::write_double(out, f64::NEG_INFINITY)), "\"-INF\"");
    assert_eq!(text(|out| json::write_int(out, i64::MIN)), "-9223372036854775808");
    assert_eq!(text(|out| json::write_int(out, 0)), "0");
    assert_eq!(text(|out| json::write_int64(out, 5, true)), "\"5\"");
    assert_eq!(text(|out| json::write_decimal(out, "1.50", true)), "\"1.50\"");
}

#[test]
fn instants_at_the_edges() {
    let cases = [
        (0, "\"1970-01-01T00:00:00Z\""),
        (-1, "\"1969-12-31T23:59:59.999999Z\""),
        (1_519_255_131_327_720, "\"2018-02-21T23:18:51.32772Z\""),
        (951_782_400_000_000, "\"2000-02-29T00:00:00Z\""),
        (253_402_214_400_000_000, "\"9999-12-31T00:00:00Z\""),
        (253_402_300_800_000_000, "\"10000-01-01T00:00:00Z\""),
        (-62_167_219_200_000_001, "\"-0001-12-31T23:59:59.999999Z\""),
        (i64::MAX, "\"294247-01-10T04:00:54.775807Z\""),
        (i64::MIN, "\"-290308-12-21T19:59:05.224192Z\""),
    ];
    for (micros, expected) in cases {
        assert_eq!(text(|out| json::write_instant(out, micros)), expected);
    }
}

proptest! {
    #[test]
    fn strings_read_back(given: String) {
        let written = text(|out| json::write_string(out, &given));
        prop_assert_eq!(serde_json::from_str::<String>(&written).expect("valid JSON"), given);
    }

    #[test]
    fn doubles_read_back(given in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
        let written = text(|out| json::write_double(out, given));
        prop_assert_eq!(written.parse::<f64>().expect("valid number"), given);
    }

    #[test]
    fn instants_agree_with_the_calendar(micros in -60_000_000_000_000_000_i64..253_402_300_799_999_999) {
        let instant = DateTimeOffset::from_unix_micros(micros).expect("inside the years of jiff");
        let slow = text(|out| json::write_literal(out, &Literal::DateTimeOffset(instant), false));
        prop_assert_eq!(text(|out| json::write_instant(out, micros)), slow);
        prop_assert_eq!(instant.unix_micros(), micros);
    }
}
