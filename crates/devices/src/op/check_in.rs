//! A device reports: `POST /agent/v1/checkin`.
//!
//! One transaction: the device is found and may report, the report is not one that was accepted before, its changes
//! fit the inventory held, then inventory and row are written. The row's report sequence and id are the record of it;
//! a report is the device's own word, so no audit event is written (docs/rfd/0004).

use api::{Failure, PeerCertificate, Permitted};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use proto::{
    CheckInRequest, CheckInResponse, DeltaError, Hash, Section, SectionChange, SectionName, Sections,
};
use std::collections::BTreeMap;
use store::{Row, Tx, Value};
use uuid::Uuid;

use super::{Reporter, read, reporter, shown};
use crate::certificate::{self, Shown};
use crate::model::{Facts, facts};
use crate::{Devices, refusal, sql};

pub async fn handle(
    devices: Devices,
    _: Permitted,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Result<Response, Failure> {
    let shown = shown(&devices, &peer).await?;
    let report: CheckInRequest = read::message(request).await?;
    let now = devices.world.clock.now();
    let renew_now = now >= certificate::renew_after(shown.not_after);
    let accepted = accept(&devices, shown, report, now).await?;
    let response = CheckInResponse {
        accepted: accepted.sequence,
        state_hash: accepted.state_hash,
        duplicate: accepted.duplicate,
        next_check_in_seconds: devices.config.check_in_interval_seconds,
        renew_now,
    };
    Ok(Json(response).into_response())
}

struct Accepted {
    sequence: u64,
    state_hash: Hash,
    duplicate: bool,
}

async fn accept(
    devices: &Devices,
    shown: Shown,
    report: CheckInRequest,
    now: Timestamp,
) -> Result<Accepted, Failure> {
    devices
        .store
        .write(shown.tenant, move |tx| {
            let known = reporter(tx, &shown)?;
            if let Some(accepted) = duplicate(&known, &report)? {
                return Ok(accepted);
            }
            let state_hash = apply(tx, shown.device, known.state_hash.as_deref(), &report, now)?;
            Ok(Accepted { sequence: report.sequence, state_hash, duplicate: false })
        })
        .await
}

/// A report that was accepted before: the same id, or a sequence that has passed.
fn duplicate(known: &Reporter, report: &CheckInRequest) -> Result<Option<Accepted>, Failure> {
    let sequence = i64::try_from(report.sequence).unwrap_or(i64::MAX);
    if known.report_id != Some(report.report_id) && sequence > known.sequence {
        return Ok(None);
    }
    let state_hash = hash(known.state_hash.as_deref()).map_err(|error| Failure::internal(&error))?;
    // A restored device finds its place by the highest sequence that was accepted.
    let sequence = u64::try_from(known.sequence).unwrap_or(0);
    Ok(Some(Accepted { sequence, state_hash, duplicate: true }))
}

/// Applies a device's report to the inventory held, without asking who reports: for the door above, and for simulated
/// days that are told in-process. Answers the hash of the inventory now held.
///
/// # Errors
/// `base_mismatch` when the changes are to another inventory, `malformed` when a section is not what its hash says.
pub fn apply(
    tx: &mut Tx<'_, '_>,
    device: Uuid,
    held_hash: Option<&str>,
    report: &CheckInRequest,
    now: Timestamp,
) -> Result<Hash, Failure> {
    let held_hash =
        held_hash.map(|text| hash(Some(text))).transpose().map_err(|error| Failure::internal(&error))?;
    if report.base.is_some() && report.base != held_hash {
        return Err(delta(DeltaError::BaseMismatch));
    }
    let sequence = Value::from(i64::try_from(report.sequence).unwrap_or(i64::MAX));
    if let (Some(held), true, true) = (held_hash, report.base.is_some(), report.sections.is_empty()) {
        tx.exec(&sql::SEEN, &[device.into(), now.into(), sequence, report.report_id.into()])?;
        return Ok(held);
    }
    let mut held = load(tx, device, needs_lists(report))?;
    let before = held.clone_names();
    let changed = held.change(report)?;
    for name in &before {
        if !held.hashes.contains_key(name) {
            tx.exec(&sql::REMOVE_SECTION, &[device.into(), name.as_str().into()])?;
        }
    }
    for name in changed {
        if let (Some(section), Some(hash)) = (held.sections.get(name), held.hashes.get(&name)) {
            let params = [
                device.into(),
                name.as_str().into(),
                hash.to_string().into(),
                section.canonical().into(),
                report.collected_at.into(),
            ];
            tx.exec(&sql::PUT_SECTION, &params)?;
        }
    }
    let state_hash = proto::state_hash(held.hashes.iter().map(|(name, hash)| (*name, hash)));
    let row = [device.into(), now.into(), sequence, report.report_id.into(), state_hash.to_string().into()];
    tx.exec(&sql::REPORTED, &[&row[..], &columns(&facts(&held.sections))[..]].concat())?;
    Ok(state_hash)
}

/// Packages are by far the largest section: they are read only to be patched.
fn needs_lists(report: &CheckInRequest) -> bool {
    [SectionName::Packages, SectionName::LoggedOnUsers]
        .iter()
        .any(|name| matches!(report.sections.get(name), Some(SectionChange::Patch { .. })))
}

/// The inventory held: every section's hash, and the contents that are needed.
struct Held {
    hashes: BTreeMap<SectionName, Hash>,
    sections: Sections,
}

fn load(tx: &mut Tx<'_, '_>, device: Uuid, with_lists: bool) -> Result<Held, Failure> {
    let mut held = Held { hashes: BTreeMap::new(), sections: Sections::default() };
    for row in tx.rows(&sql::SECTIONS, &[device.into(), i64::from(with_lists).into()])? {
        let (name, hash, content) = section(&row)?;
        held.hashes.insert(name, hash);
        if !content.is_empty() {
            let section = Section::read(name, &content).map_err(|error| Failure::internal(&error))?;
            held.sections.insert(section);
        }
    }
    Ok(held)
}

fn section(row: &Row) -> Result<(SectionName, Hash, String), Failure> {
    let name: String = row.get(0)?;
    let name = name.parse().map_err(|error: proto::UnknownSection| Failure::internal(&error))?;
    let hash = hash(Some(&row.get::<String>(1)?)).map_err(|error| Failure::internal(&error))?;
    Ok((name, hash, row.get(2)?))
}

impl Held {
    fn clone_names(&self) -> Vec<SectionName> {
        self.hashes.keys().copied().collect()
    }

    /// Applies the report and answers which sections now differ.
    fn change(&mut self, report: &CheckInRequest) -> Result<Vec<SectionName>, Failure> {
        if report.base.is_none() {
            let told: Vec<SectionName> = report.sections.keys().copied().collect();
            self.hashes.retain(|name, _| told.contains(name));
            for name in SectionName::ALL.into_iter().filter(|name| !told.contains(name)) {
                self.sections.remove(name);
            }
        }
        let mut changed = Vec::new();
        for (name, change) in &report.sections {
            let old = self.sections.get(*name);
            match proto::delta::apply(*name, old, change.clone()).map_err(delta)? {
                None => {
                    self.sections.remove(*name);
                    self.hashes.remove(name);
                }
                Some(section) => {
                    let hash = section.hash();
                    if self.hashes.insert(*name, hash) != Some(hash) {
                        changed.push(*name);
                    }
                    self.sections.insert(section);
                }
            }
        }
        Ok(changed)
    }
}

fn delta(error: DeltaError) -> Failure {
    let code = match error {
        DeltaError::BaseMismatch => proto::Code::BaseMismatch,
        DeltaError::HashMismatch(_) => proto::Code::Malformed,
    };
    let mut detail = error.to_string();
    if let Some(first) = detail.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    refusal(code, format!("{detail}."))
}

/// The hash as text; of nothing when nothing was reported.
fn hash(text: Option<&str>) -> Result<Hash, proto::NotAHash> {
    text.map_or_else(|| Ok(proto::state_hash([])), str::parse)
}

fn columns(facts: &Facts) -> [Value; 16] {
    [
        (&facts.device_name).into(),
        facts.device_type_id.into(),
        facts.os_version.as_deref().into(),
        facts.serial_number.as_deref().into(),
        facts.manufacturer.as_deref().into(),
        facts.model.as_deref().into(),
        (&facts.operating_system).into(),
        facts.free_storage_bytes.into(),
        facts.total_storage_bytes.into(),
        facts.encryption_state.into(),
        facts.wifi_mac_address.as_deref().into(),
        facts.ethernet_mac_address.as_deref().into(),
        facts.physical_memory_bytes.into(),
        facts.ip_address_v4_wifi.as_deref().into(),
        facts.subnet_address_v4_wifi.as_deref().into(),
        facts.windows_os_edition.as_deref().into(),
    ]
}

/// Applies a report told in-process, as the device's next one: simulated days. Answers the hash now held.
///
/// # Errors
/// As [`apply`], and when the device is unknown.
pub fn told_in_process(
    tx: &mut Tx<'_, '_>,
    device: Uuid,
    sections: &Sections,
    report_id: Uuid,
    now: Timestamp,
) -> Result<Hash, Failure> {
    let row = tx.row(&sql::ME, &[device.into()])?.ok_or_else(|| super::no_device(device))?;
    let report = CheckInRequest {
        sequence: u64::try_from(row.get::<i64>(3)?).unwrap_or(0) + 1,
        report_id,
        collected_at: now,
        reason: proto::Reason::Scheduled,
        base: None,
        sections: proto::delta::full(sections),
    };
    apply(tx, device, None, &report, now)
}
