//! One simulated device as the server knows it: how it enrols and how it reports.

use agent_client::https::Https;
use agent_client::{Answer, Credential, DeviceKey, Refusal, Request, Transport};
use anyhow::{Context, Result};
use fleet::Fleet;
use jiff::Timestamp;
use proto::{
    CheckInRequest, CheckInResponse, Code, EnrollIdentity, EnrollRequest, EnrollResponse, Reason,
    SectionName, delta, path,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use world::World;

/// An enrolled device of the fleet.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    pub(crate) index: u32,
    pub(crate) device_id: Uuid,
    key_pem: String,
    certificates_pem: String,
    /// The day whose inventory the server holds; not kept over restarts, a full report tells it again.
    #[serde(skip)]
    reported_day: Option<u32>,
    #[serde(skip)]
    last_sequence: u64,
}

/// Enrols device `index` of the fleet over a transport that shows no certificate.
pub(crate) async fn enrol(
    world: &World,
    https: &mut Https,
    fleet: &Fleet,
    index: u32,
    token: &str,
) -> Result<Member> {
    let key = DeviceKey::generate()?;
    let identity = identity(fleet, index);
    let request = EnrollRequest {
        tenant_id: None,
        enrollment_token: Some(token.to_owned()),
        csr_pem: key.certificate_request(&identity.device_name)?,
        request_id: world.ids.guid(),
        identity,
        simulated: true,
    };
    let answer = https.send(Request::post_json(path::ENROLL, serde_json::to_vec(&request)?)).await?;
    let answer = answer.message::<EnrollResponse>()??;
    Ok(Member {
        index,
        device_id: answer.device_id,
        key_pem: key.to_pem(),
        certificates_pem: format!("{}\n{}", answer.certificate_pem.trim_end(), answer.ca_pem),
        reported_day: None,
        last_sequence: 0,
    })
}

/// Who the device is on its first day.
fn identity(fleet: &Fleet, index: u32) -> EnrollIdentity {
    let device = fleet.device(index);
    let first_day = fleet.sections_of(index, device.enrolled_day, &[SectionName::OperatingSystem]);
    let system = first_day.as_ref().and_then(|sections| sections.operating_system());
    EnrollIdentity {
        device_name: device.name_on(device.enrolled_day),
        serial_number: Some(device.serial_number()),
        manufacturer: Some(device.manufacturer().to_owned()),
        model: Some(device.model().to_owned()),
        operating_system: Some(device.family),
        os_version: system.map(|system| system.version.clone()),
    }
}

impl Member {
    pub(crate) fn credential(&self) -> Credential {
        Credential { key_pem: self.key_pem.clone(), certificates_pem: self.certificates_pem.clone() }
    }

    /// Milliseconds since 1970, or one more than the last: increasing over restarts without a file.
    pub(crate) fn next_sequence(&mut self, now: Timestamp) -> u64 {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        self.last_sequence = millis.max(self.last_sequence + 1);
        self.last_sequence
    }

    /// Reports the inventory of `day`; a device that is not there that day says nothing and gives `false`.
    pub(crate) async fn check_in(
        &mut self,
        world: &World,
        https: &mut Https,
        fleet: &Fleet,
        day: u32,
    ) -> Result<bool> {
        let Some(request) = self.report(world, fleet, day) else { return Ok(false) };
        match send(https, &request).await?.message::<CheckInResponse>()? {
            Ok(_) => {}
            Err(Refusal { code: Some(Code::BaseMismatch), .. }) => {
                self.reported_day = None;
                let full = self.report(world, fleet, day).context("the device was there a moment ago")?;
                send(https, &full).await?.message::<CheckInResponse>()??;
            }
            Err(refusal) => return Err(refusal.into()),
        }
        self.reported_day = Some(day);
        Ok(true)
    }

    /// A delta on the day reported last, else a full report.
    fn report(&mut self, world: &World, fleet: &Fleet, day: u32) -> Option<CheckInRequest> {
        let sections = fleet.sections(self.index, day)?;
        let before = self.reported_day.and_then(|day| fleet.sections(self.index, day));
        let now = world.clock.now();
        Some(CheckInRequest {
            sequence: self.next_sequence(now),
            report_id: world.ids.guid(),
            collected_at: now,
            reason: if before.is_some() { Reason::Scheduled } else { Reason::Start },
            base: before.as_ref().map(proto::Sections::state_hash),
            sections: match &before {
                Some(before) => delta::diff(before, &sections),
                None => delta::full(&sections),
            },
        })
    }
}

async fn send(https: &mut Https, request: &CheckInRequest) -> Result<Answer> {
    Ok(https.send(Request::post_json(path::CHECK_IN, serde_json::to_vec(request)?)).await?)
}

#[cfg(test)]
mod tests {
    use proto::{Validate, delta};

    use super::*;

    fn member(index: u32) -> Member {
        Member {
            index,
            device_id: Uuid::nil(),
            key_pem: String::new(),
            certificates_pem: String::new(),
            reported_day: None,
            last_sequence: 0,
        }
    }

    #[test]
    fn reports_follow_on_each_other_as_the_days_pass() {
        let world = World::seeded(1, "2026-11-20T08:00:00Z".parse().expect("a time"));
        let fleet = Fleet::new(7, 50);
        let index = (0..50).find(|i| fleet.device(*i).is_present_on(0)).expect("most are");
        let mut member = member(index);
        let first = member.report(&world, &fleet, 0).expect("there");
        assert_eq!((first.base, first.validate()), (None, Ok(())));
        member.reported_day = Some(0);
        let second = member.report(&world, &fleet, 1).expect("there");
        assert!(second.sequence > first.sequence);
        let held = delta::apply_all(&proto::Sections::default(), None, first.sections).expect("full");
        let held = delta::apply_all(&held, second.base, second.sections).expect("a delta on the first");
        assert_eq!(Some(held), fleet.sections(index, 1));
    }

    #[test]
    fn an_enrolling_device_says_that_it_is_simulated() {
        let identity = identity(&Fleet::new(7, 50), 3);
        assert!(identity.device_name.starts_with("SIM-"));
        assert!(identity.os_version.is_some());
        assert_eq!(identity.validate(), Ok(()));
    }
}
