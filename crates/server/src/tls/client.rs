//! Asks clients for a certificate without needing one.
//!
//! The handshake proves that the client holds the key of the certificate it shows (its signature is checked);
//! who issued it, to whom, and whether it still counts is for the agent doors to judge.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};
use rustls_pki_types::{CertificateDer, UnixTime};

#[derive(Debug)]
pub(super) struct AskOnly {
    hints: Vec<DistinguishedName>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl AskOnly {
    pub(super) fn new(hints: Vec<DistinguishedName>, provider: &Arc<CryptoProvider>) -> AskOnly {
        AskOnly { hints, algorithms: provider.signature_verification_algorithms }
    }
}

impl ClientCertVerifier for AskOnly {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// A browser that finds none of its certificates under these names asks its user nothing.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The name of an authority that nobody has a certificate of. An empty list of names would make browsers offer
/// every certificate their user has.
pub(super) fn unasked_name() -> DistinguishedName {
    // SEQUENCE { SET { SEQUENCE { OID 2.5.4.3 (commonName), UTF8String "no device authority yet" } } }
    const TEXT: &[u8; 23] = b"no device authority yet";
    let mut der = vec![0x30, 0x22, 0x31, 0x20, 0x30, 0x1e, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x17];
    der.extend_from_slice(TEXT);
    DistinguishedName::from(der)
}
