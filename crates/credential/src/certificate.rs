//! X.509 certificates: the facts in them, and whether they are what was asked for.

use aws_lc_rs::digest;
use jiff::Timestamp;
use serde::Serialize;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Name;

use crate::chain;
use crate::error::CredentialError;
use crate::key::PrivateKey;
use crate::secret::Secret;
use crate::upload::{Upload, take_apart};

/// `UID`, where Apple keeps the push topic.
const UID: &str = "0.9.2342.19200300.100.1.1";

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// As RFC 4514 writes names, most specific part last as in the certificate: `C=NL, O=Contoso, CN=push`.
    pub subject: String,
    pub issuer: String,
    /// The common name, or the whole subject when it has none.
    pub name: String,
    /// Upper-case hex without separators.
    pub serial_number: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// DNS names and IP addresses it holds for.
    pub names: Vec<String>,
    pub is_authority: bool,
    /// SHA-256 of the whole certificate, lower-case hex.
    pub sha256: String,
    #[serde(skip)]
    usages: Usages,
    #[serde(skip)]
    pub(crate) topic: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Usages {
    /// Whether the extension is there at all; without it, a certificate may be used for anything.
    is_limited: bool,
    code_signing: bool,
    server: bool,
    client: bool,
}

/// What a certificate should be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Any,
    /// A TLS server's: its extended key usage, if any, allows `serverAuth`.
    Server,
    /// Signs programs: extended key usage `codeSigning` is there.
    CodeSigning,
    /// An authority's, such as a SCEP server's: basic constraints say so.
    Authority,
}

/// Whether the private key has to come along. A key that comes has to fit in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRule {
    Required,
    Optional,
}

/// An uploaded certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    pub facts: Facts,
    /// The issuers that came along, nearest first.
    pub chain: Vec<Facts>,
    /// The certificate and its chain, leaf first, in PEM.
    pub pem: String,
    /// The private key as PKCS#8 in PEM.
    pub private_key: Option<Secret>,
}

impl Certificate {
    /// Whether it can be used at `now`: from its first to its last second, and its issuers too.
    ///
    /// # Errors
    /// [`CredentialError::Expired`], [`CredentialError::NotYetValid`] or [`CredentialError::ChainExpired`].
    pub fn check_time(&self, now: Timestamp) -> Result<(), CredentialError> {
        if now > self.facts.not_after {
            return Err(CredentialError::Expired(self.facts.not_after));
        }
        if now < self.facts.not_before {
            return Err(CredentialError::NotYetValid(self.facts.not_before));
        }
        match self.chain.iter().find(|issuer| now > issuer.not_after) {
            Some(old) => Err(CredentialError::ChainExpired { name: old.name.clone(), at: old.not_after }),
            None => Ok(()),
        }
    }
}

/// Reads a certificate of any form, its chain and its key, and checks that it can be used at `now`.
///
/// # Errors
/// The first thing wrong with it.
pub fn read_certificate(
    upload: &Upload<'_>,
    purpose: Purpose,
    key_rule: KeyRule,
    now: Timestamp,
) -> Result<Certificate, CredentialError> {
    let certificate = read_unchecked(upload, purpose, key_rule)?;
    certificate.check_time(now)?;
    Ok(certificate)
}

/// As [`read_certificate`], whatever the time.
pub(crate) fn read_unchecked(
    upload: &Upload<'_>,
    purpose: Purpose,
    key_rule: KeyRule,
) -> Result<Certificate, CredentialError> {
    let parts = take_apart(upload)?;
    let parsed = parts.certificates.iter().map(|der| parse(der)).collect::<Result<Vec<_>, _>>()?;
    let facts =
        parsed.iter().map(|(certificate, der)| Facts::of(certificate, der)).collect::<Result<Vec<_>, _>>()?;
    let all: Vec<X509Certificate<'_>> = parsed.into_iter().map(|(certificate, _)| certificate).collect();
    let leaf = match &parts.key {
        Some(key) => own(&all, key).ok_or(CredentialError::KeyMismatch)?,
        None => chain::leaf(&all),
    };
    check_purpose(&facts[leaf], purpose)?;
    if parts.key.is_none() && key_rule == KeyRule::Required {
        return Err(CredentialError::PrivateKeyMissing);
    }
    let places = chain::order(&all, &facts, leaf)?;
    let pem = places.iter().map(|place| to_pem(&parts.certificates[*place])).collect();
    Ok(Certificate {
        facts: facts[leaf].clone(),
        chain: places[1..].iter().map(|place| facts[*place].clone()).collect(),
        pem,
        private_key: parts.key.as_ref().map(PrivateKey::to_pem),
    })
}

/// The facts of certificates in DER, as a server sends them: leaf first, judged by nobody.
///
/// # Errors
/// [`CredentialError::Truncated`] or [`CredentialError::NotCertificate`].
pub fn read_chain_der<'a>(chain: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Facts>, CredentialError> {
    chain
        .into_iter()
        .map(|der| parse(der).and_then(|(certificate, der)| Facts::of(&certificate, der)))
        .collect()
}

fn parse(der: &[u8]) -> Result<(X509Certificate<'_>, &[u8]), CredentialError> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok((certificate, der)),
        Err(x509_parser::nom::Err::Incomplete(_)) => Err(CredentialError::Truncated),
        _ => Err(CredentialError::NotCertificate),
    }
}

/// The certificate that the key is for.
fn own(all: &[X509Certificate<'_>], key: &PrivateKey) -> Option<usize> {
    all.iter().position(|certificate| key.is_of(&certificate.public_key().subject_public_key.data))
}

fn check_purpose(facts: &Facts, purpose: Purpose) -> Result<(), CredentialError> {
    let usages = &facts.usages;
    let (fits, wanted) = match purpose {
        Purpose::Any => (true, ""),
        Purpose::Server => {
            (!facts.is_authority && (!usages.is_limited || usages.server), "a TLS server's certificate")
        }
        Purpose::CodeSigning => (usages.code_signing, "a code-signing certificate"),
        Purpose::Authority => (facts.is_authority, "the certificate of an authority (CA)"),
    };
    if fits { Ok(()) } else { Err(CredentialError::WrongKind { wanted, found: facts.kind() }) }
}

fn to_pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.extend(line.iter().map(|byte| char::from(*byte)));
        pem.push('\n');
    }
    pem + "-----END CERTIFICATE-----\n"
}

impl Facts {
    fn of(certificate: &X509Certificate<'_>, der: &[u8]) -> Result<Facts, CredentialError> {
        let instant = |time: &x509_parser::time::ASN1Time| {
            Timestamp::from_second(time.timestamp()).map_err(|_| CredentialError::NotCertificate)
        };
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let subject = certificate.subject().to_string();
        let common = certificate.subject().iter_common_name().next().and_then(|cn| cn.as_str().ok());
        Ok(Facts {
            name: common.map_or_else(|| subject.clone(), str::to_owned),
            subject,
            issuer: certificate.issuer().to_string(),
            serial_number: hex(certificate.raw_serial()).to_uppercase(),
            not_before: instant(&certificate.validity().not_before)?,
            not_after: instant(&certificate.validity().not_after)?,
            names: names(certificate),
            is_authority: certificate.is_ca(),
            sha256: hex(digest::digest(&digest::SHA256, der).as_ref()),
            usages: Usages::of(certificate),
            topic: topic(certificate.subject()),
        })
    }

    /// What it is, for whoever wanted something else.
    pub(crate) fn kind(&self) -> String {
        let kind = match &self.usages {
            _ if self.topic.is_some() => "a push certificate",
            _ if self.is_authority => "the certificate of an authority (CA)",
            usages if usages.code_signing => "a code-signing certificate",
            usages if usages.server => "a TLS server's certificate",
            usages if usages.client => "a TLS client's certificate",
            _ => "a certificate without a stated use",
        };
        format!("{kind} ({})", self.name)
    }
}

impl Usages {
    fn of(certificate: &X509Certificate<'_>) -> Usages {
        let Ok(Some(extension)) = certificate.extended_key_usage() else { return Usages::default() };
        let usage = extension.value;
        Usages {
            is_limited: !usage.any,
            code_signing: usage.code_signing,
            server: usage.server_auth,
            client: usage.client_auth,
        }
    }
}

fn topic(subject: &X509Name<'_>) -> Option<String> {
    let found = subject.iter_attributes().find(|part| part.attr_type().to_id_string() == UID)?;
    found.as_str().ok().filter(|topic| !topic.is_empty()).map(str::to_owned)
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress([a, b, c, d]) => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
        GeneralName::IPAddress(bytes) => {
            <[u8; 16]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv6Addr::from(bytes).to_string())
        }
        _ => None,
    };
    extension.value.general_names.iter().filter_map(name).collect()
}
