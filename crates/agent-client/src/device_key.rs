//! The device's private key and the certificate request it signs.

use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};

/// A P-256 key. It leaves the device in no message.
pub struct DeviceKey(KeyPair);

/// The key cannot be made, read or used.
#[derive(Debug, thiserror::Error)]
#[error("the device's private key cannot be used: {0}")]
pub struct KeyError(#[from] rcgen::Error);

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

impl DeviceKey {
    /// A new key, from the cryptographic library's own randomness.
    ///
    /// # Errors
    /// When that randomness fails.
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?))
    }

    /// # Errors
    /// When the text is no PKCS#8 key in PEM.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        Ok(Self(KeyPair::from_pem(pem)?))
    }

    /// PKCS#8 in PEM: a secret.
    pub fn to_pem(&self) -> String {
        self.0.serialize_pem()
    }

    /// A PKCS#10 request signed by the key, in PEM. The server decides the subject; the name given here
    /// only tells a reader which device asked.
    ///
    /// # Errors
    /// When signing fails.
    pub fn certificate_request(&self, name: &str) -> Result<String, KeyError> {
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params.distinguished_name.remove(DnType::CommonName);
        // X.520 allows a common name 64 characters.
        params.distinguished_name.push(DnType::CommonName, name.chars().take(64).collect::<String>());
        Ok(params.serialize_request(&self.0)?.pem()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_signs_requests_and_survives_its_file() {
        let key = DeviceKey::generate().expect("a key");
        let again = DeviceKey::from_pem(&key.to_pem()).expect("its own form");
        assert_eq!(key.to_pem(), again.to_pem());
        let request = again.certificate_request("workstation").expect("signed");
        let (_, pem) = x509_parser::pem::parse_x509_pem(request.as_bytes()).expect("PEM");
        let (_, csr) = <x509_parser::certification_request::X509CertificationRequest<'_> as
            x509_parser::prelude::FromDer<'_, _>>::from_der(&pem.contents)
        .expect("PKCS#10");
        let subject = csr.certification_request_info.subject.to_string();
        assert_eq!(subject, "CN=workstation");
        assert!(!format!("{key:?}").contains("PRIVATE"));
    }
}
