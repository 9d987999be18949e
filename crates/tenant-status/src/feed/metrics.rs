//! Prometheus series, with the x509-certificate-exporter's names where it has one. Labels hold ids and what certificates
//! show to everybody, never a name that somebody typed: `/metrics` is open.

use std::fmt::Write as _;

use jiff::Timestamp;
use store::TenantId;

use crate::catalogue::{self, ConnectorType, Kind};
use crate::connector::instance::{CredentialState, Instance};
use crate::model::Health;

/// A series: its name, what it tells, and its sample for an instance under a type.
type Series = (&'static str, &'static str, fn(&Sample<'_>) -> Option<f64>);

struct Sample<'a> {
    instance: &'a Instance,
    ty: &'static ConnectorType,
    now: Timestamp,
}

const SERIES: [Series; 6] = [
    ("x509_cert_not_before", "When the credential becomes valid, in Unix time.", |sample| {
        Some(seconds(sample.readable()?.0?))
    }),
    ("x509_cert_not_after", "When the credential expires, in Unix time.", |sample| {
        Some(seconds(sample.readable()?.1?))
    }),
    ("x509_cert_expired", "1 when the credential has expired.", |sample| {
        Some(flag(sample.readable()?.1? <= sample.now))
    }),
    (
        "x509_cert_expires_in_seconds",
        "Until the credential expires, in seconds; negative afterwards.",
        |sample| Some(seconds(sample.readable()?.1?) - seconds(sample.now)),
    ),
    ("x509_cert_error", "1 when the credential cannot be read.", |sample| {
        let expires =
            sample.ty.kind == Kind::Expiry && sample.instance.credential.state != CredentialState::None;
        expires.then(|| flag(sample.instance.credential.state == CredentialState::Unreadable))
    }),
    (
        "quarterdeck_connector_last_success_timestamp_seconds",
        "The last successful synchronization, in Unix time.",
        |sample| {
            let at = sample.instance.sync.last_success_at.filter(|_| sample.ty.kind != Kind::Expiry);
            at.map(seconds)
        },
    ),
];

impl Sample<'_> {
    /// From when and until when an expiring credential is valid.
    fn readable(&self) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
        let credential = &self.instance.credential;
        let is_readable = credential.state == CredentialState::Readable && self.ty.kind == Kind::Expiry;
        is_readable.then_some((credential.valid_from, credential.expires_at))
    }
}

/// The text of all series of the enabled instances of all tenants, in Prometheus' text format 0.0.4.
pub(crate) fn text(tenants: &[(TenantId, Vec<Instance>)], now: Timestamp) -> String {
    let samples: Vec<(String, Sample<'_>)> = tenants
        .iter()
        .flat_map(|(tenant, instances)| instances.iter().map(move |instance| (tenant, instance)))
        .filter(|(_, instance)| instance.is_enabled)
        .flat_map(|(tenant, instance)| {
            catalogue::of_family(&instance.family)
                .map(move |ty| (labels(*tenant, instance, ty), Sample { instance, ty, now }))
        })
        .collect();
    let mut out = String::new();
    for (name, about, value) in SERIES {
        let _ = writeln!(out, "# HELP {name} {about}\n# TYPE {name} gauge");
        for (labels, sample) in &samples {
            if let Some(value) = value(sample) {
                let _ = writeln!(out, "{name}{{{labels}}} {value}");
            }
        }
    }
    healths(&mut out, &samples);
    out
}

/// One sample for each health a connector can have: 1 for the one it has.
fn healths(out: &mut String, samples: &[(String, Sample<'_>)]) {
    let name = "quarterdeck_connector_health";
    let _ = writeln!(out, "# HELP {name} 1 for the health a connector has.\n# TYPE {name} gauge");
    for (labels, sample) in samples {
        let health = sample.instance.judge(sample.ty, sample.now).health;
        for one in Health::ALL {
            let _ = writeln!(out, "{name}{{{labels},health=\"{}\"}} {}", one.as_str(), flag(one == health));
        }
    }
}

fn labels(tenant: TenantId, instance: &Instance, ty: &ConnectorType) -> String {
    let mut labels = format!("tenant=\"{tenant}\",type=\"{}\",instance=\"{}\"", ty.key, instance.id);
    for (label, fact) in [("serial_number", "serialNumber"), ("subject_CN", "name"), ("issuer", "issuer")] {
        if let Some(value) = instance.credential.facts[fact].as_str().filter(|_| ty.kind == Kind::Expiry) {
            let _ = write!(labels, ",{label}=\"{}\"", escape(value));
        }
    }
    labels
}

fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

fn flag(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
