//! Devices that check in as fast as they are told, each remembering what the server acknowledged.
//!
//! They use the agent's own client for enrolment and TLS, and write their reports themselves, so that every report's
//! content is known by its sequence: what the server holds can be told from the hash it answers.

use std::path::Path;

use agent_client::https::Https;
use agent_client::{Authority, Enrolling, Origin, Request, StateDir, Transport as _, TransportError, enrol};
use anyhow::{Context as _, Result, bail};
use proto::{
    CheckInRequest, CheckInResponse, EnrollIdentity, Identity, OperatingSystem, OsFamily, Reason, Section,
    Sections, delta, path,
};
use world::World;

use crate::demo::Ready;

const USER_AGENT: &str = "quarterdeck-xtask";

/// One enrolled device.
pub(super) struct Device {
    name: String,
    https: Https,
    world: World,
    /// The last report the server said yes to, and its bytes.
    acknowledged: Option<(u64, Vec<u8>)>,
    /// The last report sent; it may or may not have arrived.
    sent: u64,
}

/// What came of one check-in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Acknowledged,
    /// The connection broke: the report may be there or not.
    Unknown,
}

impl Device {
    /// Enrols a device; its credential is kept in `folder`.
    pub(super) async fn enrol(ready: &Ready, folder: &Path, name: &str) -> Result<Self> {
        let world = World::real();
        let ca = std::fs::read_to_string(ready.text("ca_file")?)?;
        let server: Origin = ready.text("origin")?.parse()?;
        let mut https = Https::new(server.clone(), Some(&ca), USER_AGENT)?;
        let dir = StateDir::open(folder.join(name))?;
        let enrolling = Enrolling {
            server,
            authority: Authority::Token(ready.text("enrollment_token")?.to_owned()),
            tenant_id: None,
            server_ca_pem: Some(ca),
            identity: EnrollIdentity {
                device_name: name.to_owned(),
                serial_number: Some(format!("SN-{name}")),
                manufacturer: Some("Contoso".to_owned()),
                model: Some("Crash test".to_owned()),
                operating_system: Some(OsFamily::Linux),
                os_version: Some("0".to_owned()),
            },
            simulated: true,
        };
        enrol(&world, &mut https, &dir, &enrolling).await.with_context(|| format!("enrolling {name}"))?;
        Ok(Self { name: name.to_owned(), https, world, acknowledged: None, sent: 0 })
    }

    /// Sends the next report once.
    ///
    /// # Errors
    /// The server answered, but refused or misunderstood.
    pub(super) async fn check_in(&mut self) -> Result<Outcome> {
        self.sent = self.acknowledged.as_ref().map_or(0, |(sequence, _)| *sequence) + 1;
        let body = self.report(self.sent)?;
        let Some(answer) = self.post(body.clone()).await? else { return Ok(Outcome::Unknown) };
        if answer.accepted != self.sent || answer.state_hash != self.state(self.sent).state_hash() {
            bail!("{}: sent report {}, the server took it as {}", self.name, self.sent, answer.accepted);
        }
        self.acknowledged = Some((self.sent, body));
        Ok(Outcome::Acknowledged)
    }

    /// Proves that the last acknowledged report is there once: sent again it changes nothing, and the server holds
    /// exactly that report's state, or the next one's if that arrived without an answer.
    ///
    /// # Errors
    /// It is not there, or not once.
    pub(super) async fn prove(&mut self) -> Result<()> {
        let Some((sequence, body)) = self.acknowledged.clone() else { return Ok(()) };
        let name = self.name.clone();
        let answer =
            self.post(body).await?.with_context(|| format!("{name}: no answer after the restart"))?;
        if !answer.duplicate {
            bail!(
                "{name}: report {sequence} was acknowledged, but after the restart it was new to the server"
            );
        }
        let may_be = sequence..=self.sent.max(sequence);
        let Some(held) = may_be.clone().find(|n| self.state(*n).state_hash() == answer.state_hash) else {
            let of = (1..sequence).find(|n| self.state(*n).state_hash() == answer.state_hash);
            let content =
                of.map_or("no report's content".to_owned(), |n| format!("the content of report {n}"));
            bail!("{name}: the server holds {content}, expected that of one of {may_be:?}");
        };
        // What a duplicate is answered is the highest report accepted (`proto::CheckInResponse`).
        if answer.accepted != held {
            bail!("{name}: the server holds report {held} and answers that it accepted {}", answer.accepted);
        }
        if held > sequence {
            let body = self.report(held)?;
            self.acknowledged = Some((held, body));
        }
        Ok(())
    }

    /// A request the server has nothing to do for.
    ///
    /// # Errors
    /// No good answer.
    pub(super) async fn ask_nothing(&mut self) -> Result<()> {
        let answer = self.https.send(Request::get("/healthz")).await?;
        if answer.status != 200 {
            bail!("/healthz answered {}", answer.status);
        }
        Ok(())
    }

    async fn post(&mut self, body: Vec<u8>) -> Result<Option<CheckInResponse>> {
        let answer = match self.https.send(Request::post_json(path::CHECK_IN, body)).await {
            Ok(answer) => answer,
            Err(TransportError::Unreachable(_) | TransportError::Broken(_)) => return Ok(None),
            Err(error) => return Err(error).with_context(|| self.name.clone()),
        };
        // A server that is stopping says 503; whether it took the report is not known.
        if answer.status >= 500 {
            return Ok(None);
        }
        if answer.status != 200 {
            bail!(
                "{}: check-in answered {}: {}",
                self.name,
                answer.status,
                String::from_utf8_lossy(&answer.body)
            );
        }
        Ok(Some(serde_json::from_slice(&answer.body)?))
    }

    fn report(&self, sequence: u64) -> Result<Vec<u8>> {
        let request = CheckInRequest {
            sequence,
            report_id: self.world.ids.guid(),
            collected_at: self.world.clock.now(),
            reason: Reason::Scheduled,
            base: None,
            sections: delta::full(&self.state(sequence)),
        };
        Ok(serde_json::to_vec(&request)?)
    }

    /// The inventory of a report: its sequence is the version of the operating system.
    fn state(&self, sequence: u64) -> Sections {
        let mut sections = Sections::default();
        sections.insert(Section::Identity(Identity {
            chassis_type: None,
            device_name: self.name.clone(),
            machine_id: None,
            manufacturer: Some("Contoso".to_owned()),
            model: Some("Crash test".to_owned()),
            serial_number: Some(format!("SN-{}", self.name)),
        }));
        sections.insert(Section::OperatingSystem(OperatingSystem {
            architecture: None,
            edition: None,
            family: OsFamily::Linux,
            kernel: None,
            name: "Debian GNU/Linux".to_owned(),
            version: sequence.to_string(),
        }));
        sections
    }
}
