//! The order of certificates, leaf first, and whether each was signed by the next.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ED25519,
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA384, UnparsedPublicKey,
    VerificationAlgorithm,
};
use x509_parser::certificate::X509Certificate;

use crate::certificate::Facts;
use crate::error::CredentialError;

/// The leaf's place, then its issuers' places as far as the file goes.
///
/// # Errors
/// [`CredentialError::ChainBroken`] when a certificate is left over, or a signature does not hold.
pub(crate) fn order(
    all: &[X509Certificate<'_>],
    facts: &[Facts],
    leaf: usize,
) -> Result<Vec<usize>, CredentialError> {
    let mut places = vec![leaf];
    let mut last = leaf;
    while all[last].issuer().as_raw() != all[last].subject().as_raw() {
        let Some(next) = (0..all.len())
            .find(|n| !places.contains(n) && all[*n].subject().as_raw() == all[last].issuer().as_raw())
        else {
            break;
        };
        if !is_signed_by(&all[last], &all[next]) {
            return Err(CredentialError::ChainBroken { name: facts[last].subject.clone() });
        }
        places.push(next);
        last = next;
    }
    // The same certificate twice does no harm; a stranger would be sent to others as if it belonged.
    let is_stranger = |n: &usize| !places.iter().any(|place| facts[*place].sha256 == facts[*n].sha256);
    match (0..all.len()).find(is_stranger) {
        Some(_) => Err(CredentialError::ChainBroken { name: facts[last].subject.clone() }),
        None => Ok(places),
    }
}

/// The certificate that issued none of the others; the first of several.
pub(crate) fn leaf(all: &[X509Certificate<'_>]) -> usize {
    let issues_another = |n: &usize| {
        (0..all.len()).any(|other| {
            other != *n
                && all[other].issuer().as_raw() == all[*n].subject().as_raw()
                && all[other].subject().as_raw() != all[*n].subject().as_raw()
        })
    };
    (0..all.len()).find(|n| !issues_another(n)).unwrap_or(0)
}

/// Whether the issuer's key made the certificate's signature. An algorithm that is not known here (RSA-PSS) counts as
/// yes: the names fit, and whoever uses the chain checks it again.
fn is_signed_by(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> bool {
    let oid = certificate.signature_algorithm.algorithm.to_id_string();
    let key = issuer.public_key().subject_public_key.data.as_ref();
    let candidates: &[&'static dyn VerificationAlgorithm] = match oid.as_str() {
        "1.2.840.113549.1.1.5" => &[&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY],
        "1.2.840.113549.1.1.11" => &[&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY],
        "1.2.840.113549.1.1.12" => &[&RSA_PKCS1_2048_8192_SHA384],
        "1.2.840.113549.1.1.13" => &[&RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY],
        "1.2.840.10045.4.3.2" => &[&ECDSA_P256_SHA256_ASN1, &ECDSA_P384_SHA256_ASN1, &ECDSA_P521_SHA256_ASN1],
        "1.2.840.10045.4.3.3" => &[&ECDSA_P384_SHA384_ASN1, &ECDSA_P256_SHA384_ASN1, &ECDSA_P521_SHA384_ASN1],
        "1.2.840.10045.4.3.4" => &[&ECDSA_P521_SHA512_ASN1],
        "1.3.101.112" => &[&ED25519],
        _ => return true,
    };
    let (signed, signature) = (certificate.tbs_certificate.as_ref(), &certificate.signature_value.data);
    candidates
        .iter()
        .any(|algorithm| UnparsedPublicKey::new(*algorithm, key).verify(signed, signature).is_ok())
}
