//! Whom to trust: the machine's own root certificates, and those that the operator adds.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::WantsClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, UnixTime};
use world::Clock;

use crate::error::OutboundError;

/// Reads the machine's roots and adds those in `extra_pem`. Reads files.
///
/// # Errors
/// [`OutboundError::NoRoots`] or [`OutboundError::RootUnreadable`].
pub(crate) fn read(has_native: bool, extra_pem: &[u8]) -> Result<RootCertStore, OutboundError> {
    let mut roots = RootCertStore::empty();
    if has_native {
        // Single files that cannot be read are common, and no reason to trust none of the others.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    for certificate in CertificateDer::pem_slice_iter(extra_pem) {
        let certificate = certificate.map_err(|_| OutboundError::RootUnreadable)?;
        roots.add(certificate).map_err(|_| OutboundError::RootUnreadable)?;
    }
    if roots.is_empty() { Err(OutboundError::NoRoots) } else { Ok(roots) }
}

/// A configuration that trusts these roots at the world's time.
pub(crate) fn verifying(roots: Arc<RootCertStore>, clock: &Clock) -> ClientConfig {
    let mut config = builder(clock).with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// A configuration that asks `verifier`.
pub(crate) fn asking(
    verifier: Arc<dyn rustls::client::danger::ServerCertVerifier>,
    clock: &Clock,
) -> ClientConfig {
    let wants: ConfigBuilder<ClientConfig, WantsClientCert> =
        builder(clock).dangerous().with_custom_certificate_verifier(verifier);
    wants.with_no_client_auth()
}

fn builder(clock: &Clock) -> ConfigBuilder<ClientConfig, WantsVerifier> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    ClientConfig::builder_with_details(provider, Arc::new(Now(clock.clone())))
        .with_safe_default_protocol_versions()
        .expect("the provider supports the default versions")
}

/// The world's clock, as rustls asks for it.
#[derive(Debug)]
struct Now(Clock);

impl TimeProvider for Now {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
