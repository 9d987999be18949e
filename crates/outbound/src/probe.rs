//! Probes: what a server's certificate says, and whether a page answers as it should.

use std::sync::{Arc, Mutex, PoisonError};

use credential::Facts;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use words::Words;

use crate::answer::Answer;
use crate::client::{Client, Request};
use crate::connect;
use crate::error::OutboundError;
use crate::roots;
use crate::target::Target;
use crate::verdict::Verdict;

/// What was found at a host and port.
#[derive(Clone, Debug)]
pub struct TlsReport {
    /// The chain as the server sends it, leaf first.
    pub chain: Vec<Facts>,
    /// Whether it leads to a trusted root.
    pub verdict: Verdict,
    /// Whether the certificate holds for the name it was asked by.
    pub is_for_name: bool,
}

impl TlsReport {
    /// What is wrong with the certificate, if anything.
    pub fn trouble(&self) -> Option<Verdict> {
        match &self.verdict {
            Verdict::Trusted if self.is_for_name => None,
            Verdict::Trusted => Some(Verdict::OtherName),
            wrong => Some(wrong.clone()),
        }
    }

    /// When the first certificate of the chain ends.
    pub fn expires_at(&self) -> Option<jiff::Timestamp> {
        self.chain.iter().map(|facts| facts.not_after).min()
    }
}

/// Looks at the certificate of a host and port, however bad it is. Only TLS itself has to work.
///
/// # Errors
/// Why there is no certificate to look at.
pub async fn probe_tls(client: &Client, host: &str, port: u16) -> Result<TlsReport, OutboundError> {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let target = Target::parse(&format!("https://{host}:{port}"))?;
    let looker = Arc::new(Looker {
        roots: Arc::clone(&client.roots),
        algorithms: aws_lc_rs::default_provider().signature_verification_algorithms,
        seen: Mutex::new(None),
    });
    let config = Arc::new(roots::asking(Arc::<Looker>::clone(&looker), &client.world.clock));
    let stream = client.within_connect(&target, connect::tcp(&target, client.refuses_private)).await?;
    client.within_connect(&target, connect::tls(stream, &target, config)).await?;
    let seen = looker.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    let seen = seen.ok_or_else(|| OutboundError::Broken { host: target.host().to_owned() })?;
    let chain = credential::read_chain_der(seen.chain.iter().map(|der| der.as_ref())).map_err(|error| {
        OutboundError::Tls { host: target.host().to_owned(), why: error.to_string().into() }
    })?;
    Ok(TlsReport { chain, verdict: seen.verdict, is_for_name: seen.is_for_name })
}

/// What a page should answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// None takes any status from 200 to 299.
    pub status: Option<u16>,
    /// A text the body has to hold.
    pub body_contains: Option<String>,
}

impl Expected {
    /// What is wrong with the answer, in a sentence.
    pub fn trouble(&self, answer: &Answer) -> Option<Words> {
        let status = answer.status.as_u16();
        let is_expected = self.status.map_or(answer.status.is_success(), |wanted| wanted == status);
        if !is_expected {
            let any = || Words::new("200 to 299", "200 tot en met 299", "200 till 299");
            let wanted = self.status.map_or_else(any, |wanted| wanted.to_string().into());
            let host = &answer.host;
            return Some(Words::new(
                format!("{host} answered with status {status}; expected {}.", wanted.en),
                format!("{host} antwoordde met status {status}; verwacht werd {}.", wanted.nl),
                format!("{host} svarade med status {status}; {} väntades.", wanted.sv),
            ));
        }
        let wanted = self.body_contains.as_deref().filter(|wanted| !wanted.is_empty())?;
        let holds = answer.body.windows(wanted.len()).any(|window| window == wanted.as_bytes());
        let host = &answer.host;
        (!holds).then(|| {
            Words::new(
                format!("The answer of {host} does not hold the expected text."),
                format!("Het antwoord van {host} bevat de verwachte tekst niet."),
                format!("Svaret från {host} innehåller inte den väntade texten."),
            )
        })
    }
}

/// Gets a page and compares it with what is expected.
///
/// # Errors
/// Why there is no answer. An unexpected answer is no error: see [`Expected::trouble`].
pub async fn probe_https(client: &Client, target: Target) -> Result<Answer, OutboundError> {
    client.send(Request::get(target)).await
}

/// Takes every certificate, and remembers what is to be said of it. The signature over the handshake is checked, so
/// that the server does have the key of what it shows.
#[derive(Debug)]
struct Looker {
    roots: Arc<RootCertStore>,
    algorithms: WebPkiSupportedAlgorithms,
    seen: Mutex<Option<Seen>>,
}

#[derive(Debug)]
struct Seen {
    chain: Vec<CertificateDer<'static>>,
    verdict: Verdict,
    is_for_name: bool,
}

impl ServerCertVerifier for Looker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let trusted = verify_server_cert_signed_by_trust_anchor(
            &certificate,
            &self.roots,
            intermediates,
            now,
            self.algorithms.all,
        );
        let verdict = match trusted {
            Ok(()) => Verdict::Trusted,
            Err(rustls::Error::InvalidCertificate(why)) => Verdict::of(&why),
            Err(_) => Verdict::of(&CertificateError::BadEncoding),
        };
        let chain = std::iter::once(end_entity).chain(intermediates).map(|der| der.clone().into_owned());
        let is_for_name = verify_server_name(&certificate, server_name).is_ok();
        let seen = Seen { chain: chain.collect(), verdict, is_for_name };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
