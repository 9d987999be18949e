//! The operator's own certificate: read, and checked so that a mistake is told at start and not by a browser.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::crypto::aws_lc_rs;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::{Material, validity};
use crate::config::check_private;

/// # Errors
/// A sentence naming the file and what to change.
pub(crate) fn load(certificate: &Path, key: &Path, now: Timestamp) -> Result<Material, String> {
    check_private(key)?;
    let chain = chain(certificate)?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| {
        format!(
            "the file {} (server.tls.private_key_file) holds no private key in PEM form: {error}",
            key.display()
        )
    })?;
    let leaf = chain.first().ok_or_else(|| none_in(certificate))?;
    let about = || format!("the certificate in {} (server.tls.certificate_file)", certificate.display());
    let (from, to) = validity(leaf).map_err(|why| format!("{} cannot be used: {why}", about()))?;
    if to <= now {
        return Err(format!("{} expired on {to}; renew it and start again", about()));
    }
    if from > now {
        return Err(format!("{} is valid only from {from}; check this machine's clock", about()));
    }
    let signer = aws_lc_rs::sign::any_supported_type(&private)
        .map_err(|error| format!("the private key in {} cannot be used: {error}", key.display()))?;
    let certified = CertifiedKey::new(chain, signer);
    match certified.keys_match() {
        Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch)) => Err(format!(
            "the private key in {} does not belong to the certificate in {}; name the pair that was issued \
             together, the server's own certificate first in its file",
            key.display(),
            certificate.display()
        )),
        Err(rustls::Error::InconsistentKeys(_)) | Ok(()) => {
            Ok(Material { key: Arc::new(certified), expires_at: to, authority_file: None })
        }
        Err(error) => Err(format!("{} cannot be used: {error}", about())),
    }
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| format!("the file {} cannot be read as PEM: {error}", path.display()))?;
    if found.is_empty() { Err(none_in(path)) } else { Ok(found) }
}

fn none_in(path: &Path) -> String {
    format!("the file {} (server.tls.certificate_file) holds no certificate in PEM form", path.display())
}
