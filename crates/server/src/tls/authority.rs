//! An authority and a certificate of the server's own, kept in `data_dir/tls`.
//!
//! The authority is made once, for ten years; the certificate is made again when it will soon expire or when it
//! does not hold for a name it should.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use rustls::crypto::aws_lc_rs;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

use super::{Material, TlsError, Wanted, validity, write_file};

const AUTHORITY_DAYS: i64 = 3650;
/// Apple's limit for certificates of private authorities is 825 days, the web's 398.
const LEAF_DAYS: i64 = 397;
pub(crate) const LEAF_RENEWED_BEFORE_DAYS: i64 = 30;

/// The certificate in the folder, made or renewed when needed.
///
/// # Errors
/// [`TlsError::Kept`] when what is there cannot be used, [`TlsError::Write`] when nothing can be kept there.
pub(super) fn load_or_make(wanted: &Wanted, now: Timestamp) -> Result<Material, TlsError> {
    let folder = &wanted.folder;
    crate::data_dir::make_private(folder).map_err(|error| TlsError::Write { path: folder.clone(), error })?;
    let (authority_file, authority_key) = (folder.join("ca.pem"), folder.join("ca.key"));
    if !authority_file.exists() {
        make_authority(&authority_file, &authority_key, now)?;
    }
    let (leaf_file, leaf_key) = (folder.join("server.pem"), folder.join("server.key"));
    if !leaf_file.exists() || must_renew(&leaf_file, &wanted.names, now) {
        make_leaf(folder, &wanted.names, now)?;
    }
    read(&leaf_file, &leaf_key, &authority_file).map_err(|why| TlsError::Kept { folder: folder.clone(), why })
}

fn make_authority(file: &Path, key_file: &Path, now: Timestamp) -> Result<(), TlsError> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Quarterdeck");
    // The day tells two authorities of one machine apart in a list of trusted ones.
    name.push(
        DnType::CommonName,
        format!("Quarterdeck on {}, {}", crate::data_dir::machine_name(), day(now)),
    );
    params.distinguished_name = name;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, now, AUTHORITY_DAYS);
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    // The key first: a certificate without its key would never be replaced.
    write_file(key_file, &key.serialize_pem(), true)?;
    write_file(file, &certificate.pem(), false)
}

fn make_leaf(folder: &Path, names: &[String], now: Timestamp) -> Result<(), TlsError> {
    let unusable = |why: String| TlsError::Kept { folder: folder.to_owned(), why };
    let read = |name: &str| {
        std::fs::read_to_string(folder.join(name)).map_err(|error| unusable(format!("{name}: {error}")))
    };
    let authority = read("ca.pem")?;
    let key = KeyPair::from_pem(&read("ca.key")?).map_err(|error| unusable(format!("ca.key: {error}")))?;
    let issuer =
        Issuer::from_ca_cert_pem(&authority, key).map_err(|error| unusable(format!("ca.pem: {error}")))?;
    let mut params = CertificateParams::new(names.to_vec())?;
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Quarterdeck");
    if let Some(first) = names.first() {
        name.push(DnType::CommonName, first.as_str());
    }
    params.distinguished_name = name;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, now, LEAF_DAYS);
    let key = KeyPair::generate()?;
    let leaf = params.signed_by(&key, &issuer)?;
    write_file(&folder.join("server.key"), &key.serialize_pem(), true)?;
    write_file(&folder.join("server.pem"), &format!("{}{authority}", leaf.pem()), false)
}

/// From yesterday, so that a client whose clock is a little behind takes it.
fn set_validity(params: &mut CertificateParams, now: Timestamp, n_days: i64) {
    let date = |at: Timestamp| {
        let date = at.to_zoned(TimeZone::UTC).date();
        rcgen::date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    params.not_before = date(now - SignedDuration::from_hours(24));
    params.not_after = date(now + SignedDuration::from_hours(24 * n_days));
}

fn must_renew(file: &Path, names: &[String], now: Timestamp) -> bool {
    let Ok(leaf) = CertificateDer::from_pem_file(file) else { return false };
    let soon = now + SignedDuration::from_hours(24 * LEAF_RENEWED_BEFORE_DAYS);
    let ends = validity(&leaf).is_ok_and(|(_, to)| to < soon);
    let kept = names_of(&leaf);
    ends || names.iter().any(|name| !kept.iter().any(|k| k.eq_ignore_ascii_case(name)))
}

/// The names and addresses a certificate holds for.
pub(super) fn names_of(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok((_, parsed)) = x509_parser::certificate::X509Certificate::from_der(certificate) else {
        return Vec::new();
    };
    let Ok(Some(names)) = parsed.subject_alternative_name() else { return Vec::new() };
    names.value.general_names.iter().filter_map(name_text).collect()
}

fn name_text(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from)).ok().map(|ip| ip.to_string())
        }
        _ => None,
    }
}

fn read(leaf_file: &Path, key_file: &Path, authority_file: &Path) -> Result<Material, String> {
    let named = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let chain = CertificateDer::pem_file_iter(leaf_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| named(leaf_file, &error))?;
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| named(key_file, &error))?;
    let signer = aws_lc_rs::sign::any_supported_type(&key).map_err(|error| named(key_file, &error))?;
    let leaf = chain.first().ok_or_else(|| named(leaf_file, &"no certificate in it"))?;
    let (_, expires_at) = validity(leaf).map_err(|error| named(leaf_file, &error))?;
    let certified = CertifiedKey::new(chain, signer);
    certified.keys_match().map_err(|error| named(key_file, &error))?;
    Ok(Material { key: Arc::new(certified), expires_at, authority_file: Some(authority_file.to_owned()) })
}

fn day(now: Timestamp) -> String {
    now.to_zoned(TimeZone::UTC).date().to_string()
}
