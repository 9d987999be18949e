//! Whom the agent trusts, and as whom it speaks: rustls configurations from PEM.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::Credential;

/// The TLS side cannot be set up; says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    #[error(
        "there is no certificate in the CA file; it must hold at least one -----BEGIN CERTIFICATE----- block"
    )]
    NoRoots,
    #[error(
        "this system has no list of trusted authorities where one is expected; name the server's CA with --ca-file"
    )]
    NoSystemRoots,
    #[error("the device's key and certificate do not work together ({0}); enrol the device again")]
    Credential(String),
}

/// Where Linux distributions keep the authorities they trust.
const SYSTEM_ROOTS: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
];

/// The authorities in a PEM text, or the system's own.
///
/// # Errors
/// When there are none.
pub fn roots(pem: Option<&str>) -> Result<RootCertStore, TlsError> {
    match pem {
        Some(pem) => from_pem(pem.as_bytes()).ok_or(TlsError::NoRoots),
        None => SYSTEM_ROOTS
            .iter()
            .filter_map(|path| std::fs::read(path).ok())
            .find_map(|pem| from_pem(&pem))
            .ok_or(TlsError::NoSystemRoots),
    }
}

fn from_pem(pem: &[u8]) -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten());
    (added > 0).then_some(roots)
}

/// A configuration that trusts `roots` and shows the credential when asked.
///
/// # Errors
/// When the credential cannot be read or its parts do not belong together.
pub fn config(roots: Arc<RootCertStore>, credential: Option<&Credential>) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has the suites of the default versions")
        .with_root_certificates(roots);
    let Some(credential) = credential else { return Ok(builder.with_no_client_auth()) };
    let odd = |error: String| TlsError::Credential(error);
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(credential.certificates_pem.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|error| odd(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_slice(credential.key_pem.as_bytes())
        .map_err(|error| odd(error.to_string()))?;
    builder.with_client_auth_cert(chain, key).map_err(|error| odd(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_ca_file_says_what_it_must_hold() {
        assert_eq!(roots(Some("hello")).unwrap_err(), TlsError::NoRoots);
        assert!(TlsError::NoRoots.to_string().contains("BEGIN CERTIFICATE"));
    }
}
