//! The certificates made here, and what is said about the operator's own.

use std::os::unix::fs::PermissionsExt as _;

use jiff::SignedDuration;
use rustls_pki_types::pem::PemObject as _;

use super::*;

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().expect("a time")
}

fn days(n_days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n_days)
}

fn nothing() -> config::Tls {
    config::load(&config::Sources::default()).expect("the defaults are valid").tls
}

fn wanted(folder: &Path, names: &[&str]) -> Wanted {
    Wanted { folder: folder.join("tls"), names: names.iter().map(|name| (*name).to_owned()).collect() }
}

fn leaf(folder: &Path) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(folder.join("tls/server.pem")).expect("a certificate")
}

#[test]
fn a_first_start_makes_an_authority_and_a_certificate() {
    let folder = tempfile::tempdir().expect("a folder");
    let names = ["deck.contoso.com", "localhost", "127.0.0.1", "::1"];
    let made = material(&nothing(), &wanted(folder.path(), &names), now()).expect("made");
    assert_eq!(authority::names_of(&leaf(folder.path())), names);
    assert_eq!(made.expires_at, "2027-12-22T00:00:00Z".parse().expect("a time"));
    assert_eq!(made.authority_file, Some(folder.path().join("tls/ca.pem")));
    for key in ["ca.key", "server.key"] {
        let mode =
            std::fs::metadata(folder.path().join("tls").join(key)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
    Tls::new(made).expect("rustls takes it");
}

#[test]
fn the_certificate_is_renewed_in_time_and_for_new_names_and_the_authority_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = |names: &[&str], at| {
        material(&nothing(), &wanted(folder.path(), names), at).expect("a certificate");
        (leaf(folder.path()), std::fs::read(folder.path().join("tls/ca.pem")).expect("an authority"))
    };
    let (first, authority) = start(&["localhost"], now());
    assert_eq!(start(&["localhost"], now() + days(360)), (first.clone(), authority.clone()), "not yet");
    let (renewed, same) = start(&["localhost"], now() + days(370));
    assert_ne!(renewed, first);
    assert_eq!(same, authority);
    let (renamed, same) = start(&["localhost", "deck.contoso.com"], now() + days(371));
    assert_ne!(renamed, renewed);
    assert_eq!(same, authority);
}

/// What is said about the certificate and key in `a` when the key of `b` and the time can be chosen.
fn own(key_of_another: bool, at: Timestamp, mode: u32) -> String {
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    for folder in &folders {
        material(&nothing(), &wanted(folder.path(), &["localhost"]), now()).expect("made");
    }
    let certificate = folders[0].path().join("tls/server.pem");
    let key = folders[usize::from(key_of_another)].path().join("tls/server.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).expect("changed");
    match own::load(&certificate, &key, at) {
        Ok(_) => "taken".to_owned(),
        Err(why) => {
            why.replace(&*certificate.to_string_lossy(), "CERT").replace(&*key.to_string_lossy(), "KEY")
        }
    }
}

#[test]
fn an_own_certificate_is_checked_at_start() {
    assert_eq!(own(false, now(), 0o600), "taken");
    insta::assert_snapshot!(own(true, now(), 0o600), @"the private key in KEY does not belong to the certificate in CERT; name the pair that was issued together, the server's own certificate first in its file");
    insta::assert_snapshot!(own(false, now() + days(400), 0o600), @"the certificate in CERT (server.tls.certificate_file) expired on 2027-12-22T00:00:00Z; renew it and start again");
    insta::assert_snapshot!(own(false, now() - days(9), 0o600), @"the certificate in CERT (server.tls.certificate_file) is valid only from 2026-11-19T00:00:00Z; check this machine's clock");
    insta::assert_snapshot!(own(false, now(), 0o644), @"the file KEY holds a secret and everybody on this machine may open it (mode 644); run: chmod 600 KEY");
}

#[test]
fn half_a_setting_is_told() {
    let mut settings = nothing();
    settings.certificate_file = Some(PathBuf::from("a.pem"));
    let folder = tempfile::tempdir().expect("a folder");
    let error = material(&settings, &wanted(folder.path(), &["localhost"]), now()).expect_err("refused");
    assert!(error.to_string().contains("name the file of the certificate's private key too"), "{error}");
}

#[test]
fn a_broken_kept_certificate_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let wanted = wanted(folder.path(), &["localhost"]);
    material(&nothing(), &wanted, now()).expect("made");
    std::fs::write(folder.path().join("tls/server.key"), "nonsense").expect("written");
    let error = material(&nothing(), &wanted, now()).expect_err("refused").to_string();
    assert!(error.contains("move the folder away and a new one is made"), "{error}");
}

#[test]
fn the_hint_for_nobody_is_a_name() {
    let name = client::unasked_name();
    let (rest, parsed) = x509_parser::x509::X509Name::from_der(name.as_ref()).expect("a name");
    assert!(rest.is_empty());
    assert_eq!(parsed.to_string(), "CN=no device authority yet");
}
