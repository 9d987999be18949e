//! Certificates in every form, and each way they can be wrong.

use credential::{
    BYTES_MAX, Certificate, CredentialError, KeyRule, Purpose, Upload, read_certificate, read_chain_der,
};

use crate::made::{Made, days, now};

const CA: &str = "basicConstraints=critical,CA:TRUE";

fn read(bytes: &[u8]) -> Result<Certificate, CredentialError> {
    read_certificate(&Upload::of(bytes), Purpose::Any, KeyRule::Optional, now())
}

fn code(result: Result<Certificate, CredentialError>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "read")
}

#[test]
fn every_form_gives_the_same_facts() {
    let made = Made::new();
    made.self_signed("a", "/C=NL/O=Contoso/CN=deck", 6, &["subjectAltName=DNS:deck.example,IP:127.0.0.1"]);
    made.openssl("x509 -in a.pem -outform DER -out a.der");
    made.openssl("pkcs12 -export -in a.pem -inkey a.key -passout pass:secret -out new.p12");
    made.openssl("pkcs12 -export -legacy -in a.pem -inkey a.key -passout pass:secret -out old.p12");
    made.openssl("pkcs12 -export -in a.pem -inkey a.key -passout pass: -out open.p12");
    made.openssl("base64 -in a.der -out a.txt");
    let pem = read(&made.bytes("a.pem")).unwrap();
    let facts = &pem.facts;
    assert_eq!((facts.name.as_str(), facts.subject.as_str()), ("deck", "C=NL, O=Contoso, CN=deck"));
    assert_eq!(facts.names, ["deck.example", "127.0.0.1"]);
    let left = facts.not_after.duration_since(now());
    assert!(left > days(5) && left <= days(6), "{left}");
    for name in ["a.der", "a.txt"] {
        assert_eq!(read(&made.bytes(name)).unwrap().facts, *facts, "{name}");
    }
    for (name, password) in [("new.p12", "secret"), ("old.p12", "secret"), ("open.p12", "")] {
        let bytes = made.bytes(name);
        let upload = Upload { password: Some(password), ..Upload::of(&bytes) };
        let found = read_certificate(&upload, Purpose::Server, KeyRule::Required, now());
        // A certificate that openssl signs itself is an authority; anything may be done with it but serve.
        assert_eq!(code(found), "wrong_kind", "{name}");
        let found = read_certificate(&upload, Purpose::Any, KeyRule::Required, now()).unwrap();
        assert_eq!(found.facts, *facts, "{name}");
        let key = found.private_key.unwrap();
        assert!(key.reveal().starts_with("-----BEGIN PRIVATE KEY-----"));
        assert_eq!(format!("{key:?}"), "Secret(…)");
    }
    let der = made.bytes("a.der");
    assert_eq!(read_chain_der([der.as_slice()]).unwrap(), std::slice::from_ref(facts));
}

#[test]
fn wrong_files_each_have_their_word() {
    let made = Made::new();
    made.self_signed("a", "/CN=a", 6, &[]);
    made.openssl("x509 -in a.pem -outform DER -out a.der");
    made.openssl("pkcs12 -export -in a.pem -inkey a.key -passout pass:secret -out a.p12");
    let (pem, der, p12) = (made.bytes("a.pem"), made.bytes("a.der"), made.bytes("a.p12"));
    let text = String::from_utf8(pem.clone()).unwrap();
    let (before, after) = text.split_at(text.len() / 2);
    let broken = format!("{before}*{}", &after[1..]);
    let open = |password| {
        let upload = Upload { password, ..Upload::of(&p12) };
        code(read_certificate(&upload, Purpose::Any, KeyRule::Required, now()))
    };
    assert_eq!(
        (open(Some("secret")), open(Some("wrong")), open(None)),
        ("read", "wrong_password", "password_missing")
    );
    for (bytes, why) in [
        (&b""[..], "empty"),
        (&pem[..pem.len() - 40], "truncated"),
        (&der[..der.len() - 1], "truncated"),
        (&p12[..100], "truncated"),
        (b"PK\x03\x04rest of an archive", "zip"),
        (&vec![b'a'; BYTES_MAX + 1], "too_large"),
        (broken.as_bytes(), "not_base64"),
        (b"hello", "not_a_certificate"),
        (&[0x30, 0], "not_a_certificate"),
        (&made.bytes("a.key"), "not_a_certificate"),
        (pem.repeat(33).as_slice(), "too_many_certificates"),
        (pem.repeat(2).as_slice(), "read"),
    ] {
        assert_eq!(code(read(bytes)), why, "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(40)]));
    }
}

#[test]
fn a_key_has_to_be_there_and_to_fit() {
    let made = Made::new();
    made.self_signed("a", "/CN=a", 6, &[]);
    made.self_signed("b", "/CN=b", 6, &[]);
    made.signed("ec", "/CN=ec", "a", 6, "subjectAltName=DNS:ec.example");
    made.openssl("pkcs8 -topk8 -in a.key -passout pass:secret -out a.enc");
    made.openssl("rsa -in a.key -traditional -out a.rsa");
    made.openssl("rsa -in a.key -traditional -aes128 -passout pass:secret -out a.old");
    made.openssl("ec -in ec.key -out ec.sec1");
    made.openssl("pkcs8 -topk8 -nocrypt -in a.key -outform DER -out a.der");
    let with = |certificate: &str, key: &str, password| {
        let (bytes, key) = (made.bytes(certificate), made.bytes(key));
        let upload = Upload { bytes: &bytes, password, private_key: Some(&key) };
        code(read_certificate(&upload, Purpose::Any, KeyRule::Required, now()))
    };
    for (certificate, key, password, why) in [
        ("a.pem", "a.key", None, "read"),
        ("a.pem", "a.rsa", None, "read"),
        ("a.pem", "a.der", None, "read"),
        ("a.pem", "a.enc", Some("secret"), "read"),
        ("a.pem", "a.enc", Some("wrong"), "wrong_password"),
        ("a.pem", "a.enc", None, "password_missing"),
        ("a.pem", "a.old", Some("secret"), "unknown_protection"),
        ("a.pem", "b.key", None, "key_mismatch"),
        ("a.pem", "b.pem", None, "private_key_unreadable"),
        ("ec.pem", "ec.key", None, "read"),
        ("ec.pem", "ec.sec1", None, "read"),
        ("ec.pem", "a.key", None, "key_mismatch"),
    ] {
        assert_eq!(with(certificate, key, password), why, "{certificate} with {key}");
    }
    let alone = made.bytes("a.pem");
    let refused = read_certificate(&Upload::of(&alone), Purpose::Any, KeyRule::Required, now());
    assert_eq!(code(refused), "private_key_missing");
    let both = [alone, made.bytes("a.key")].concat();
    assert!(read(&both).unwrap().private_key.is_some(), "a key in the same file");
}

#[test]
fn chains_are_ordered_and_broken_ones_refused() {
    let made = Made::new();
    made.self_signed("root", "/CN=root", 400, &[CA]);
    made.self_signed("twin", "/CN=root", 400, &[CA]);
    made.self_signed("other", "/CN=other", 400, &[CA]);
    made.signed("middle", "/CN=middle", "root", 10, CA);
    made.signed("leaf", "/CN=leaf", "middle", 30, "extendedKeyUsage=serverAuth");
    let file =
        |names: &[&str]| names.iter().flat_map(|name| made.bytes(&format!("{name}.pem"))).collect::<Vec<_>>();
    let read_at = |names: &[&str], now| {
        read_certificate(&Upload::of(&file(names)), Purpose::Server, KeyRule::Optional, now)
    };
    let found = read_at(&["root", "leaf", "middle"], now()).unwrap();
    assert_eq!(found.facts.name, "leaf");
    assert_eq!(found.chain.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["middle", "root"]);
    assert!(found.pem.as_bytes().starts_with(file(&["leaf"]).trim_ascii_start()), "leaf first");
    assert_eq!(read_at(&["leaf"], now()).unwrap().chain, []);
    for names in [&["leaf", "root"][..], &["leaf", "middle", "other"], &["leaf", "middle", "twin"]] {
        assert_eq!(code(read_at(names, now())), "chain_broken", "{names:?}");
    }
    let all = ["leaf", "middle", "root"];
    for (at, why) in [(9, "read"), (11, "chain_expired"), (31, "expired"), (-2, "not_yet_valid")] {
        assert_eq!(code(read_at(&all, now() + days(at))), why, "in {at} days");
    }
    let refused = read_at(&all, now() + days(11)).unwrap_err().to_string();
    assert!(refused.contains("middle"), "{refused}");
}

#[test]
fn kinds_are_told_apart() {
    let made = Made::new();
    made.self_signed("ca", "/CN=ca", 400, &[CA]);
    for (name, usage) in [("code", "codeSigning"), ("server", "serverAuth"), ("client", "clientAuth")] {
        made.signed(name, &format!("/CN={name}"), "ca", 30, &format!("extendedKeyUsage={usage}"));
    }
    for (purpose, fitting) in [
        (Purpose::CodeSigning, &["code"][..]),
        (Purpose::Server, &["server"]),
        (Purpose::Authority, &["ca"]),
        (Purpose::Any, &["ca", "code", "server", "client"]),
    ] {
        for name in ["ca", "code", "server", "client"] {
            let bytes = made.bytes(&format!("{name}.pem"));
            let found = code(read_certificate(&Upload::of(&bytes), purpose, KeyRule::Optional, now()));
            let wanted = if fitting.contains(&name) { "read" } else { "wrong_kind" };
            assert_eq!(found, wanted, "{name} as {purpose:?}");
        }
    }
}
