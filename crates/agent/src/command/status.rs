//! `status`: where this machine is enrolled, how reporting goes, and what to do next.

use std::path::Path;

use agent_client::{Enrolment, LastCheckIn, StateDir};
use jiff::Timestamp;
use serde::Serialize;
use world::World;

use super::say;

/// What `status` knows; written as JSON with `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    enrolled: bool,
    state_dir: String,
    server: Option<String>,
    tenant_id: Option<String>,
    device_id: Option<String>,
    device_name: Option<String>,
    enrolled_date_time: Option<Timestamp>,
    last_delivered_date_time: Option<Timestamp>,
    last_attempt_date_time: Option<Timestamp>,
    last_failure: Option<String>,
    next_check_in_date_time: Option<Timestamp>,
    waiting_reports: usize,
    certificate_not_after: Option<Timestamp>,
    certificate_days_left: Option<i64>,
    /// `notEnrolled`, `ended`, `certificateExpired`, `waiting`, `neverReported`, `quiet` or `well`.
    state: State,
    advice: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum State {
    NotEnrolled,
    Ended,
    CertificateExpired,
    Waiting,
    NeverReported,
    Quiet,
    Well,
}

pub(crate) fn run(world: &World, state_dir: &Path, json: bool) -> anyhow::Result<()> {
    let dir = StateDir::existing(state_dir);
    let not_after = dir.credential()?.and_then(|credential| credential.not_after());
    let status = Status::of(
        state_dir,
        dir.enrolment()?,
        dir.last_check_in()?,
        dir.waiting()?,
        not_after,
        world.clock.now(),
    );
    match json {
        true => say(serde_json::to_string_pretty(&status)?),
        false => say(text(&status, world.clock.now())),
    }
    Ok(())
}

impl Status {
    fn of(
        state_dir: &Path,
        enrolment: Option<Enrolment>,
        last: LastCheckIn,
        waiting_reports: usize,
        certificate_not_after: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let days = certificate_not_after.map(|end| end.duration_since(now).as_hours().div_euclid(24));
        let state = state(enrolment.as_ref(), &last, waiting_reports, days, now);
        let of = |tell: fn(&Enrolment) -> String| enrolment.as_ref().map(tell);
        Self {
            enrolled: enrolment.is_some(),
            state_dir: state_dir.display().to_string(),
            server: of(|enrolment| enrolment.server.to_string()),
            tenant_id: of(|enrolment| enrolment.tenant_id.to_string()),
            device_id: of(|enrolment| enrolment.device_id.to_string()),
            device_name: of(|enrolment| enrolment.device_name.clone()),
            enrolled_date_time: enrolment.as_ref().map(|enrolment| enrolment.enrolled_at),
            last_delivered_date_time: last.delivered_at,
            last_attempt_date_time: last.attempted_at,
            last_failure: last.failure,
            next_check_in_date_time: last.next_at,
            waiting_reports,
            certificate_not_after,
            certificate_days_left: days,
            state,
            advice: advice(state).to_owned(),
        }
    }
}

fn state(
    enrolment: Option<&Enrolment>,
    last: &LastCheckIn,
    waiting: usize,
    days_left: Option<i64>,
    now: Timestamp,
) -> State {
    let Some(enrolment) = enrolment else { return State::NotEnrolled };
    let silent = |since: Timestamp| {
        now.duration_since(since).as_secs() > i64::from(enrolment.check_in_interval_seconds) * 2
    };
    match last.delivered_at {
        _ if last.ended => State::Ended,
        _ if days_left.is_some_and(|days| days < 0) => State::CertificateExpired,
        _ if waiting > 0 => State::Waiting,
        None => State::NeverReported,
        Some(delivered) if silent(delivered) => State::Quiet,
        Some(_) => State::Well,
    }
}

fn advice(state: State) -> &'static str {
    match state {
        State::NotEnrolled => {
            "Enrol this machine: quarterdeck-agent enroll --server URL with --token-file FILE or --device-code."
        }
        State::Ended => {
            "The server no longer wants this device. If that is a mistake, ask an administrator for an enrolment token, then: quarterdeck-agent unenroll, quarterdeck-agent enroll."
        }
        State::CertificateExpired => {
            "The certificate has expired, since the device was away for too long. Ask for an enrolment token, then: quarterdeck-agent unenroll, quarterdeck-agent enroll."
        }
        State::Waiting => {
            "Reports wait for the server. They are sent when it is back; quarterdeck-agent check-in tries now."
        }
        State::NeverReported => {
            "Send the first report: quarterdeck-agent check-in. Keep reporting: systemctl enable --now quarterdeck-agent."
        }
        State::Quiet => {
            "The last report is long ago: the service seems not to run. Start it: systemctl enable --now quarterdeck-agent."
        }
        State::Well => "All is well; there is nothing to do.",
    }
}

fn text(status: &Status, now: Timestamp) -> String {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: String| lines.push(format!("{name:<14}{value}"));
    match (&status.server, &status.device_name) {
        (Some(server), Some(name)) => {
            line("Enrolled at", server.clone());
            line("As", format!("{name} (device {})", status.device_id.as_deref().unwrap_or("?")));
            line("In tenant", status.tenant_id.clone().unwrap_or_default());
            line(
                "Last report",
                status.last_delivered_date_time.map_or("none yet".to_owned(), |t| ago(t, now)),
            );
            if let Some(failure) = &status.last_failure {
                let when = status.last_attempt_date_time.map_or(String::new(), |t| ago(t, now));
                line("Last failure", format!("{failure} ({when})"));
            }
            line(
                "Waiting",
                match status.waiting_reports {
                    0 => "nothing".to_owned(),
                    1 => "1 report".to_owned(),
                    n => format!("{n} reports"),
                },
            );
            if let Some(next) = status.next_check_in_date_time {
                line("Next report", format!("{} at the latest, if the service runs", short(next)));
            }
            line(
                "Certificate",
                match status.certificate_days_left {
                    None => "missing".to_owned(),
                    Some(days) if days < 0 => "expired".to_owned(),
                    Some(days) => format!("{days} days left; it is renewed in time by itself"),
                },
            );
        }
        _ => line("Enrolled", format!("no (looked in {})", status.state_dir)),
    }
    line("Next", status.advice.clone());
    lines.join("\n")
}

fn short(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn ago(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(time).as_secs().max(0);
    let (count, unit) = match seconds {
        0..=119 => return format!("just now, {}", short(time)),
        120..=7199 => (seconds / 60, "minutes"),
        7200..=172_799 => (seconds / 3600, "hours"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{count} {unit} ago, {}", short(time))
}

#[cfg(test)]
mod tests;
