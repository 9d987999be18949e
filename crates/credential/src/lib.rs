//! Credentials, read: bytes somebody uploads in, typed facts or one plain sentence out.
//!
//! Certificates (PEM, DER, PKCS#12), Apple's push certificate, volume-purchase location token and enrolment server
//! token, a service account's JSON, a client secret; and the two things one needs before Apple gives anything: a
//! signing request and a key pair of one's own. It is pure: no I/O, no clock, nothing kept. It decides whether a
//! credential can be used at all; how well a connector is, the feature that keeps it decides.
//!
//! What is secret is a [`Secret`]: it is never in `Debug`, and is wiped when dropped.

mod apple_push;
mod ber;
mod certificate;
mod chain;
mod client_secret;
mod cms;
mod enrolment_token;
mod error;
mod key;
mod location_token;
mod request;
mod secret;
mod service_account;
mod upload;

pub use apple_push::{ApplePush, read_apple_push};
pub use certificate::{Certificate, Facts, KeyRule, Purpose, read_certificate, read_chain_der};
pub use client_secret::{ClientSecret, read_client_secret};
pub use enrolment_token::{EnrolmentToken, read_enrolment_token};
pub use error::CredentialError;
pub use location_token::{LocationToken, apple_instant, read_location_token};
pub use request::{OwnKeyPair, SigningRequest, new_enrolment_key_pair, new_signing_request};
pub use secret::Secret;
pub use service_account::{ServiceAccount, read_service_account};
pub use upload::{BYTES_MAX, Upload};
