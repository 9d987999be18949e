//! The written form of the messages, and the requests that are refused.

use proptest::prelude::*;

use super::*;
use crate::{Section, SectionName, parse, testing};

const REPORT: &str = r#"{
  "sequence": 7, "reportId": "0190f3a2-0000-7000-8000-000000000001",
  "collectedAt": "2026-11-20T08:00:00Z", "reason": "scheduled", "base": BASE,
  "sections": {
    "identity": {"hash": "HASH", "content": {"deviceName": "SIM-LT-0001", "model": null}},
    "packages": PACKAGES
  }
}"#;

fn report(base: &str, packages: &str) -> Result<CheckInRequest, Malformed> {
    let identity = Section::read(SectionName::Identity, r#"{"deviceName":"SIM-LT-0001"}"#).expect("content");
    let body = REPORT
        .replace("BASE", base)
        .replace("PACKAGES", packages)
        .replace("HASH", &identity.hash().to_string());
    parse(body.as_bytes())
}

fn refused(base: &str, packages: &str, target: &str, says: &str) {
    let error = report(base, packages).unwrap_err();
    assert_eq!(error.target, target, "{error}");
    assert!(error.message.contains(says), "{error}");
}

#[test]
fn a_report_reads_its_sections_by_name() {
    let base = format!("\"{}\"", Hash::of(b""));
    let report = report(&base, r#"{"removed": true}"#).expect("a valid report");
    assert_eq!(report.sequence, 7);
    assert_eq!(report.reason, Reason::Scheduled);
    assert_eq!(report.sections[&SectionName::Packages], SectionChange::Removed);
    let SectionChange::Content { hash, section } = &report.sections[&SectionName::Identity] else {
        panic!("content was sent");
    };
    assert_eq!(*hash, section.hash());
    let again: CheckInRequest =
        parse(serde_json::to_string(&report).expect("plain data").as_bytes()).expect("its own form");
    assert_eq!(again, report);
}

#[test]
fn a_bad_report_is_refused_with_its_member() {
    let hash = Hash::of(b"");
    let content = |items: &str| format!(r#"{{"hash":"{hash}","content":[{items}]}}"#);
    refused("null", r#"{"removed": true}"#, "sections.packages", "whole content");
    refused("\"abc\"", &content(""), "base", "64 lower-case");
    refused("null", &content(r#"{"key":"a"}"#), "sections.packages.content[0]", "missing field `name`");
    refused(
        "null",
        &content(r#"{"key":"a","name":"","version":"1"}"#),
        "sections.packages.content[0].name",
        "must not be empty",
    );
    refused(
        "null",
        &content(r#"{"key":"a","name":"a","version":"1","sizeBytes":18446744073709551615}"#),
        "sections.packages.content[0].sizeBytes",
        "send at most",
    );
    refused(
        "null",
        &content(r#"{"key":"a","name":"a","version":"1","sizeBytes":-1}"#),
        "sections.packages.content[0].sizeBytes",
        "expected u64",
    );
    refused("null", r#"{"sing": 1}"#, "sections.packages.sing", "unknown field");
}

#[test]
fn too_many_packages_are_refused() {
    let items: Vec<String> =
        (0..20_001).map(|i| format!(r#"{{"key":"p{i}","name":"p","version":"1"}}"#)).collect();
    let content = format!(r#"{{"hash":"{}","content":[{}]}}"#, Hash::of(b""), items.join(","));
    refused("null", &content, "sections.packages.content", "has 20001 items; send at most 20000");
}

#[test]
fn an_enrolment_is_validated() {
    let request = EnrollRequest {
        tenant_id: None,
        enrollment_token: Some("abc".to_owned()),
        csr_pem: "-----BEGIN CERTIFICATE REQUEST-----\n…".to_owned(),
        request_id: Uuid::nil(),
        identity: EnrollIdentity {
            device_name: "laptop".to_owned(),
            serial_number: None,
            manufacturer: None,
            model: None,
            operating_system: Some(OsFamily::MacOs),
            os_version: None,
        },
        simulated: false,
    };
    let text = serde_json::to_string(&request).expect("plain data");
    assert_eq!(parse::<EnrollRequest>(text.as_bytes()), Ok(request.clone()));
    assert!(text.contains(r#""operatingSystem":"macOS""#), "{text}");

    let long = EnrollIdentity { device_name: "x".repeat(257), ..request.identity.clone() };
    let error = EnrollRequest { identity: long, ..request.clone() }.validate().unwrap_err();
    assert_eq!(error.target, "identity.deviceName");
    let error = EnrollRequest { csr_pem: "hello".to_owned(), ..request }.validate().unwrap_err();
    assert_eq!(error.to_string(), "csrPem must be a PKCS#10 certificate request in PEM");
}

proptest! {
    /// Whatever a body is, it is read or refused with a sentence.
    #[test]
    fn no_body_is_too_odd_to_answer(
        sections in testing::sections(), at: prop::sample::Index, with in ".{0,12}", cut in 0..40_usize,
    ) {
        let report = CheckInRequest {
            sequence: 1,
            report_id: Uuid::nil(),
            collected_at: Timestamp::UNIX_EPOCH,
            reason: Reason::Start,
            base: None,
            sections: crate::delta::full(&sections),
        };
        let mut body = serde_json::to_vec(&report).expect("plain data");
        prop_assert_eq!(parse::<CheckInRequest>(&body), Ok(report));
        let at = at.index(body.len());
        body.splice(at..(at + cut).min(body.len()), with.bytes());
        if let Err(malformed) = parse::<CheckInRequest>(&body) {
            prop_assert!(!malformed.to_string().is_empty());
        }
    }
}
