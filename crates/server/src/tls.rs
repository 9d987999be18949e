//! The certificate this server shows, and how connections are encrypted.
//!
//! With a certificate of the operator's it uses that one; otherwise it makes an authority and a certificate of
//! its own in the data folder and renews the certificate by itself. Clients may show a certificate: it is asked
//! for, its possession is proven, and it is handed on; whether it means anything is judged by the doors that
//! want one.

mod authority;
mod client;
mod own;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::sign::CertifiedKey;
use rustls::{DistinguishedName, ServerConfig};
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::FromDer as _;

use crate::config;

pub(crate) use authority::LEAF_RENEWED_BEFORE_DAYS;

/// Why there is no certificate to show. Each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{0}")]
    Own(String),
    #[error("the certificate in {folder} cannot be used: {why}; move the folder away and a new one is made")]
    Kept { folder: PathBuf, why: String },
    #[error("cannot write {path}: {error}")]
    Write { path: PathBuf, error: std::io::Error },
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    #[error("cannot set up TLS: {0}")]
    Rustls(#[from] rustls::Error),
}

/// A certificate with its chain and key, and what about it concerns the operator.
#[derive(Clone, Debug)]
pub(crate) struct Material {
    key: Arc<CertifiedKey>,
    pub(crate) expires_at: Timestamp,
    /// The authority that clients must trust; none when the operator brought a certificate.
    pub(crate) authority_file: Option<PathBuf>,
}

/// The names a certificate made here holds for, and where it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) folder: PathBuf,
    pub(crate) names: Vec<String>,
}

/// The operator's certificate, or one made (or renewed) here.
///
/// # Errors
/// [`TlsError`], each a sentence.
pub(crate) fn material(
    settings: &config::Tls,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Material, TlsError> {
    match (&settings.certificate_file, &settings.private_key_file) {
        (Some(certificate), Some(key)) => own::load(certificate, key, now).map_err(TlsError::Own),
        (None, None) => authority::load_or_make(wanted, now),
        (Some(_), None) => Err(TlsError::Own(
            "server.tls.certificate_file is set without server.tls.private_key_file; name the file of the \
             certificate's private key too"
                .to_owned(),
        )),
        (None, Some(_)) => Err(TlsError::Own(
            "server.tls.private_key_file is set without server.tls.certificate_file; name the file of the \
             certificate too"
                .to_owned(),
        )),
    }
}

/// The TLS set-up that new connections get. Shared: renewing it changes connections from then on.
#[derive(Clone, Debug)]
pub(crate) struct Tls(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    provider: Arc<CryptoProvider>,
    now: RwLock<State>,
}

#[derive(Debug)]
struct State {
    material: Material,
    hints: Vec<DistinguishedName>,
    config: Arc<ServerConfig>,
}

impl Tls {
    /// # Errors
    /// When rustls does not take the certificate.
    pub(crate) fn new(material: Material) -> Result<Tls, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let hints = vec![client::unasked_name()];
        let config = server_config(&provider, &material, &hints)?;
        Ok(Tls(Arc::new(Shared { provider, now: RwLock::new(State { material, hints, config }) })))
    }

    pub(crate) fn current(&self) -> Arc<ServerConfig> {
        self.0.now.read().unwrap_or_else(PoisonError::into_inner).config.clone()
    }

    pub(crate) fn expires_at(&self) -> Timestamp {
        self.0.now.read().unwrap_or_else(PoisonError::into_inner).material.expires_at
    }

    /// Shows another certificate from now on.
    ///
    /// # Errors
    /// When rustls does not take it; the old one then stays.
    pub(crate) fn replace(&self, material: Material) -> Result<(), TlsError> {
        let mut state = self.0.now.write().unwrap_or_else(PoisonError::into_inner);
        state.config = server_config(&self.0.provider, &material, &state.hints)?;
        state.material = material;
        Ok(())
    }

    /// Says whose client certificates are wanted, so that browsers do not offer people theirs.
    ///
    /// # Errors
    /// When rustls does not take the set-up; the old one then stays.
    pub(crate) fn ask_for_clients_of(&self, mut names: Vec<DistinguishedName>) -> Result<(), TlsError> {
        if names.is_empty() {
            names.push(client::unasked_name());
        }
        let mut state = self.0.now.write().unwrap_or_else(PoisonError::into_inner);
        state.config = server_config(&self.0.provider, &state.material, &names)?;
        state.hints = names;
        Ok(())
    }
}

fn server_config(
    provider: &Arc<CryptoProvider>,
    material: &Material,
    hints: &[DistinguishedName],
) -> Result<Arc<ServerConfig>, TlsError> {
    let verifier = client::AskOnly::new(hints.to_vec(), provider);
    let mut config = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(material.key.clone())));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The subject of a certificate, as TLS names an authority.
pub(crate) fn subject_of(certificate: &CertificateDer<'_>) -> Option<DistinguishedName> {
    let (_, parsed) = x509_parser::certificate::X509Certificate::from_der(certificate).ok()?;
    Some(DistinguishedName::from(parsed.subject().as_raw().to_vec()))
}

/// When a certificate begins and ends.
fn validity(certificate: &CertificateDer<'_>) -> Result<(Timestamp, Timestamp), String> {
    let (_, parsed) = x509_parser::certificate::X509Certificate::from_der(certificate)
        .map_err(|error| format!("it is not an X.509 certificate ({error})"))?;
    let at = |time: x509_parser::time::ASN1Time| Timestamp::from_second(time.timestamp());
    let validity = parsed.validity();
    match (at(validity.not_before), at(validity.not_after)) {
        (Ok(from), Ok(to)) => Ok((from, to)),
        _ => Err("its validity is out of range".to_owned()),
    }
}

/// When a certificate ends; none when it is not one.
pub(crate) fn expires_at(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    validity(certificate).ok().map(|(_, to)| to)
}

/// Writes a file whole or not at all, readable by its owner only when `private`.
fn write_file(path: &Path, text: &str, private: bool) -> Result<(), TlsError> {
    crate::data_dir::write_whole(path, text.as_bytes(), if private { 0o600 } else { 0o644 })
        .map_err(|error| TlsError::Write { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests;
