//! A server double that keeps the protocol's promises in memory, and inventories to report to it.

use std::collections::HashSet;

use jiff::Timestamp;
use proto::{
    CheckInRequest, CheckInResponse, Code, EnrollRequest, EnrollResponse, Identity, Package, Problem,
    RenewRequest, RenewResponse, Section, Sections, delta, parse, path,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, IsCa, Issuer, KeyPair, SanType,
};
use uuid::Uuid;
use world::World;

use crate::{Answer, Credential, Request, StateDir, Transport, TransportError};

pub(crate) fn world() -> World {
    World::seeded(7, "2026-11-20T08:00:00Z".parse().expect("a time"))
}

pub(crate) fn state_dir(folder: &tempfile::TempDir) -> StateDir {
    StateDir::open(folder.path().join("state")).expect("a folder")
}

/// An inventory that differs by `version`, with a list long enough for patches.
pub(crate) fn inventory(version: u32) -> Sections {
    let package = |name: &str, version: u32| Package {
        key: format!("{name}:amd64"),
        name: name.to_owned(),
        size_bytes: None,
        source: Some("dpkg".to_owned()),
        version: version.to_string(),
    };
    let identity = Identity { device_name: "workstation".to_owned(), ..Identity::default() };
    let packages = ["bash", "curl", "sed"].iter().map(|name| package(name, 1));
    let packages = packages.chain([package("quarterdeck", version)]).collect();
    [Section::Identity(identity), Section::Packages(packages)].into_iter().collect()
}

/// An authority that signs certificates for the doubles.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("signed").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    pub(crate) fn sign(&self, csr_pem: &str) -> String {
        let request = CertificateSigningRequestParams::from_pem(csr_pem).expect("a request");
        request.signed_by(&self.issuer).expect("signed").pem()
    }

    /// A key and certificate for a server at 127.0.0.1, or for a device.
    pub(crate) fn credential(&self) -> Credential {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        params.subject_alt_names.push(SanType::IpAddress("127.0.0.1".parse().expect("an address")));
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        Credential { key_pem: key.serialize_pem(), certificates_pem: certificate.pem() }
    }
}

/// What goes wrong with the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request never arrives.
    Away,
    /// The request is handled; its answer is lost.
    AnswerLost,
    Refuse(Code),
}

/// One tenant's server with one device.
pub(crate) struct ServerDouble {
    authority: Authority,
    pub(crate) token: String,
    pub(crate) held: Sections,
    pub(crate) last_sequence: u64,
    pub(crate) report_ids: HashSet<Uuid>,
    /// The sequences that changed something, in the order they did.
    pub(crate) applied: Vec<u64>,
    pub(crate) enrolled: Vec<(Uuid, Uuid)>,
    /// Consumed from the end, one per request; `None` lets it through.
    pub(crate) faults: Vec<Option<Fault>>,
    pub(crate) speaks_as: Option<Credential>,
    pub(crate) requests: u32,
}

impl ServerDouble {
    pub(crate) fn new() -> Self {
        Self {
            authority: Authority::new(),
            token: "open-sesame".to_owned(),
            held: Sections::default(),
            last_sequence: 0,
            report_ids: HashSet::new(),
            applied: Vec::new(),
            enrolled: Vec::new(),
            faults: Vec::new(),
            speaks_as: None,
            requests: 0,
        }
    }

    fn handle(&mut self, request: &Request) -> Answer {
        match request.path.as_str() {
            path::ENROLL => self.enroll(&request.body),
            path::RENEW => {
                let renew: RenewRequest = parse(&request.body).expect("the agent sends valid messages");
                answer(
                    200,
                    &RenewResponse {
                        certificate_pem: self.authority.sign(&renew.csr_pem),
                        ca_pem: self.authority.pem.clone(),
                        renew_after: time("2027-05-01T00:00:00Z"),
                    },
                )
            }
            path::CHECK_IN => self.check_in(&request.body),
            _ => refuse(Code::NotFound),
        }
    }

    fn enroll(&mut self, body: &[u8]) -> Answer {
        let request: EnrollRequest = parse(body).expect("the agent sends valid messages");
        if request.enrollment_token.as_ref() != Some(&self.token) {
            return refuse(Code::TokenInvalid);
        }
        let known = self.enrolled.iter().find(|(id, _)| *id == request.request_id).map(|(_, device)| *device);
        let device_id = known.unwrap_or_else(|| Uuid::from_u128(1000 + self.enrolled.len() as u128));
        if known.is_none() {
            self.enrolled.push((request.request_id, device_id));
        }
        answer(
            201,
            &EnrollResponse {
                tenant_id: Uuid::from_u128(1),
                device_id,
                certificate_pem: self.authority.sign(&request.csr_pem),
                ca_pem: self.authority.pem.clone(),
                server_ca_pem: None,
                check_in_interval_seconds: proto::CHECK_IN_INTERVAL_SECONDS,
                renew_after: time("2027-02-01T00:00:00Z"),
                channel_path: path::CHANNEL.to_owned(),
            },
        )
    }

    fn check_in(&mut self, body: &[u8]) -> Answer {
        let request: CheckInRequest = parse(body).expect("the agent sends valid messages");
        let duplicate =
            self.report_ids.contains(&request.report_id) || request.sequence <= self.last_sequence;
        if !duplicate {
            match delta::apply_all(&self.held, request.base, request.sections) {
                Ok(held) => self.held = held,
                Err(_) => return refuse(Code::BaseMismatch),
            }
            self.report_ids.insert(request.report_id);
            self.last_sequence = request.sequence;
            self.applied.push(request.sequence);
        }
        answer(
            200,
            &CheckInResponse {
                accepted: self.last_sequence,
                state_hash: self.held.state_hash(),
                duplicate,
                next_check_in_seconds: 28_800,
                renew_now: false,
            },
        )
    }
}

impl Transport for ServerDouble {
    fn speak_as(&mut self, credential: Option<&Credential>) -> Result<(), TransportError> {
        self.speaks_as = credential.cloned();
        Ok(())
    }

    async fn send(&mut self, request: Request) -> Result<Answer, TransportError> {
        self.requests += 1;
        match self.faults.pop().flatten() {
            Some(Fault::Away) => Err(TransportError::Unreachable("nobody is there".to_owned())),
            Some(Fault::Refuse(code)) => Ok(refuse(code)),
            Some(Fault::AnswerLost) => {
                self.handle(&request);
                Err(TransportError::Broken("the answer was lost".to_owned()))
            }
            None => Ok(self.handle(&request)),
        }
    }
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn answer<M: serde::Serialize>(status: u16, message: &M) -> Answer {
    Answer { status, body: serde_json::to_vec(message).expect("plain data") }
}

pub(crate) fn refuse(code: Code) -> Answer {
    answer(code.status(), &Problem::new(code, "Because."))
}
