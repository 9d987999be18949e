//! Device certificates: a tenant's device CA, certificates from requests, and the judgement of one that is shown.
//!
//! Pure but for the random serial and key that `rcgen` makes. A certificate says which tenant and device it is for
//! in a URI of its subject alternative name, so that it is judged by the right CA. Revocation is the store's.

use jiff::{SignedDuration, Timestamp};
use proto::Code;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PublicKeyData as _, SanType,
};
use rustls_pki_types::{CertificateDer, UnixTime, pem::PemObject as _};
use sha2::{Digest as _, Sha256};
use store::TenantId;
use uuid::Uuid;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::extensions::GeneralName;

/// A device certificate's life. It is renewed after two thirds of it.
const LEAF_DAYS: i64 = 90;
const RENEW_AFTER_DAYS: i64 = 60;
const CA_DAYS: i64 = 3650;
/// Clocks of devices and servers differ a little: a new certificate is valid from a moment ago.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

/// A tenant's device CA as PEM, with its key as PKCS#8.
pub struct NewCa {
    pub certificate_pem: String,
    pub key_pkcs8: Vec<u8>,
    pub not_after: Timestamp,
}

/// An issued certificate.
#[derive(Clone, Debug)]
pub struct Issued {
    pub pem: String,
    pub fingerprint: String,
    pub key_fingerprint: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub renew_after: Timestamp,
}

/// A certificate that was judged good: whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub tenant: TenantId,
    pub device: Uuid,
    /// SHA-256 of the DER, in hex.
    pub fingerprint: String,
    pub not_after: Timestamp,
}

/// Why a request or certificate is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refused {
    pub code: Code,
    pub detail: String,
}

fn refused(code: Code, detail: impl Into<String>) -> Refused {
    Refused { code, detail: detail.into() }
}

/// A new CA for a tenant's devices.
///
/// # Errors
/// When the crypto library fails.
pub fn new_ca(tenant: TenantId, now: Timestamp) -> Result<NewCa, rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let not_after = now + SignedDuration::from_hours(CA_DAYS * 24);
    let mut params = CertificateParams::default();
    params.distinguished_name = name(&format!("Quarterdeck device CA {tenant}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = instant(now - SKEW);
    params.not_after = instant(not_after);
    let certificate = params.self_signed(&key)?;
    Ok(NewCa { certificate_pem: certificate.pem(), key_pkcs8: key.serialize_der(), not_after })
}

/// The request's public key, if the request is signed by it and it is a P-256 key.
///
/// # Errors
/// [`Code::CsrInvalid`] with what to change.
pub fn read_request(csr_pem: &str) -> Result<CertificateSigningRequestParams, Refused> {
    let request = CertificateSigningRequestParams::from_pem(csr_pem).map_err(|error| {
        refused(
            Code::CsrInvalid,
            format!("The certificate request cannot be read or its signature is wrong: {error}."),
        )
    })?;
    if request.public_key.algorithm() != &PKCS_ECDSA_P256_SHA256 {
        return Err(refused(Code::CsrInvalid, "Make the certificate request with a P-256 key."));
    }
    Ok(request)
}

/// SHA-256 of the request's public key, in hex: tells whether two requests come from one device.
pub fn key_fingerprint(request: &CertificateSigningRequestParams) -> String {
    hex(&Sha256::digest(request.public_key.der_bytes()))
}

/// A certificate for `device` with the request's key. What else the request asks for is not looked at.
///
/// # Errors
/// When the CA cannot be used.
pub fn issue(
    ca_pem: &str,
    ca_key_pkcs8: &[u8],
    request: &CertificateSigningRequestParams,
    (tenant, device): (TenantId, Uuid),
    now: Timestamp,
) -> Result<Issued, rcgen::Error> {
    let key = KeyPair::try_from(ca_key_pkcs8)?;
    let issuer = Issuer::from_ca_cert_pem(ca_pem, key)?;
    let (not_before, not_after) = (now - SKEW, now + SignedDuration::from_hours(LEAF_DAYS * 24));
    let mut params = CertificateParams::default();
    params.distinguished_name = name(&device.hyphenated().to_string());
    let uri = format!("quarterdeck:tenant:{tenant}:device:{}", device.hyphenated());
    params.subject_alt_names = vec![SanType::URI(uri.as_str().try_into()?)];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = instant(not_before);
    params.not_after = instant(not_after);
    let certificate = params.signed_by(&request.public_key, &issuer)?;
    Ok(Issued {
        pem: certificate.pem(),
        fingerprint: fingerprint(certificate.der()),
        key_fingerprint: key_fingerprint(request),
        not_before,
        not_after,
        renew_after: now + SignedDuration::from_hours(RENEW_AFTER_DAYS * 24),
    })
}

/// When a certificate that ends at `not_after` is due for renewal.
pub fn renew_after(not_after: Timestamp) -> Timestamp {
    not_after - SignedDuration::from_hours((LEAF_DAYS - RENEW_AFTER_DAYS) * 24)
}

/// Whose certificate this claims to be; nothing is verified yet.
///
/// # Errors
/// [`Code::CertificateUntrusted`] when it is no device certificate of this kind of server.
pub fn claimed(der: &CertificateDer<'_>) -> Result<Shown, Refused> {
    let stranger = || {
        refused(
            Code::CertificateUntrusted,
            "This client certificate was not issued by this server. Enrol the device again.",
        )
    };
    let (_, certificate) = x509_parser::parse_x509_certificate(der).map_err(|_| stranger())?;
    let names = certificate.subject_alternative_name().ok().flatten().ok_or_else(stranger)?;
    let uri = names.value.general_names.iter().find_map(|name| match name {
        GeneralName::URI(uri) => uri.strip_prefix("quarterdeck:tenant:"),
        _ => None,
    });
    let (tenant, device) = uri.and_then(|uri| uri.split_once(":device:")).ok_or_else(stranger)?;
    let not_after = certificate.validity().not_after.timestamp();
    Ok(Shown {
        tenant: tenant.parse().map_err(|_| stranger())?,
        device: Uuid::try_parse(device).map_err(|_| stranger())?,
        fingerprint: fingerprint(der),
        not_after: Timestamp::from_second(not_after).map_err(|_| stranger())?,
    })
}

/// Judges a certificate by its tenant's CA at `now`.
///
/// # Errors
/// [`Code::CertificateExpired`] or [`Code::CertificateUntrusted`].
pub fn verify(der: &CertificateDer<'_>, ca_pem: &str, now: Timestamp) -> Result<(), Refused> {
    let untrusted = || {
        refused(
            Code::CertificateUntrusted,
            "This client certificate is not from the tenant's device CA. Enrol the device again.",
        )
    };
    let ca = CertificateDer::from_pem_slice(ca_pem.as_bytes()).map_err(|_| untrusted())?;
    let anchor = anchor_from_trusted_cert(&ca).map_err(|_| untrusted())?;
    let leaf = EndEntityCert::try_from(der).map_err(|_| untrusted())?;
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let algorithms = &[webpki::aws_lc_rs::ECDSA_P256_SHA256];
    match leaf.verify_for_usage(algorithms, &[anchor], &[], time, KeyUsage::client_auth(), None, None) {
        Ok(_) => Ok(()),
        Err(webpki::Error::CertExpired { .. }) => Err(refused(
            Code::CertificateExpired,
            "The device certificate has expired. Enrol the device again.",
        )),
        Err(webpki::Error::CertNotValidYet { .. }) => Err(refused(
            Code::CertificateExpired,
            "The device certificate is not valid yet: set the device's clock.",
        )),
        Err(_) => Err(untrusted()),
    }
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

fn instant(at: Timestamp) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(at.as_second())
        .expect("a certificate's instants lie in years 1970 to 9999")
}

fn fingerprint(der: &[u8]) -> String {
    hex(&Sha256::digest(der))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: TenantId = TenantId(Uuid::from_u128(1));
    const DEVICE: Uuid = Uuid::from_u128(2);

    fn now() -> Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn request() -> CertificateSigningRequestParams {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let csr = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        read_request(&csr).unwrap()
    }

    fn der(issued: &Issued) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(issued.pem.as_bytes()).unwrap()
    }

    #[test]
    fn an_issued_certificate_is_its_devices_until_it_expires() {
        let ca = new_ca(TENANT, now()).unwrap();
        let issued = issue(&ca.certificate_pem, &ca.key_pkcs8, &request(), (TENANT, DEVICE), now()).unwrap();
        let shown = claimed(&der(&issued)).unwrap();
        assert_eq!((shown.tenant, shown.device), (TENANT, DEVICE));
        assert_eq!(shown.fingerprint, issued.fingerprint);
        assert_eq!(verify(&der(&issued), &ca.certificate_pem, now()), Ok(()));
        let late =
            verify(&der(&issued), &ca.certificate_pem, issued.not_after + SignedDuration::from_secs(1));
        assert_eq!(late.unwrap_err().code, Code::CertificateExpired);
        assert!(issued.renew_after < issued.not_after && renew_after(issued.not_after) == issued.renew_after);
    }

    #[test]
    fn another_tenants_ca_is_not_believed() {
        let (mine, other) = (new_ca(TENANT, now()).unwrap(), new_ca(TENANT, now()).unwrap());
        let issued =
            issue(&other.certificate_pem, &other.key_pkcs8, &request(), (TENANT, DEVICE), now()).unwrap();
        let judged = verify(&der(&issued), &mine.certificate_pem, now());
        assert_eq!(judged.unwrap_err().code, Code::CertificateUntrusted);
    }

    #[test]
    fn strangers_certificates_and_wrong_requests_are_refused() {
        let plain = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        assert_eq!(claimed(plain.cert.der()).unwrap_err().code, Code::CertificateUntrusted);
        assert_eq!(
            claimed(&CertificateDer::from(vec![1, 2, 3])).unwrap_err().code,
            Code::CertificateUntrusted
        );
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let csr = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        assert_eq!(read_request(&csr).unwrap_err().code, Code::CsrInvalid);
        assert_eq!(
            read_request("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n").unwrap_err().code,
            Code::CsrInvalid
        );
    }
}
