//! What `status` says in each situation.

use uuid::Uuid;

use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn enrolment() -> Enrolment {
    Enrolment {
        server: "https://deck.example".parse().expect("an origin"),
        tenant_id: Uuid::from_u128(1),
        device_id: Uuid::from_u128(2),
        device_name: "bridge".to_owned(),
        enrolled_at: time("2026-11-01T00:00:00Z"),
        check_in_interval_seconds: 28_800,
        renew_after: time("2027-02-01T00:00:00Z"),
        channel_path: "/agent/v1/channel".to_owned(),
        server_ca_pem: None,
    }
}

fn status(enrolment: Option<Enrolment>, last: LastCheckIn, waiting: usize, ends: &str) -> Status {
    Status::of(
        Path::new("/var/lib/quarterdeck-agent"),
        enrolment,
        last,
        waiting,
        Some(time(ends)),
        time("2026-11-20T12:00:00Z"),
    )
}

fn delivered(at: &str) -> LastCheckIn {
    LastCheckIn { delivered_at: Some(time(at)), attempted_at: Some(time(at)), ..LastCheckIn::default() }
}

const LATER: &str = "2027-02-18T12:00:00Z";

#[test]
fn each_situation_has_its_advice() {
    let state = |enrolment, last, waiting, ends| status(enrolment, last, waiting, ends).state;
    let recent = || delivered("2026-11-20T09:00:00Z");
    assert_eq!(state(None, LastCheckIn::default(), 0, LATER), State::NotEnrolled);
    assert_eq!(state(Some(enrolment()), LastCheckIn::default(), 0, LATER), State::NeverReported);
    assert_eq!(state(Some(enrolment()), recent(), 0, LATER), State::Well);
    assert_eq!(state(Some(enrolment()), recent(), 3, LATER), State::Waiting);
    assert_eq!(state(Some(enrolment()), delivered("2026-11-19T09:00:00Z"), 0, LATER), State::Quiet);
    let over = "2026-11-20T11:00:00Z";
    assert_eq!(state(Some(enrolment()), recent(), 0, over), State::CertificateExpired);
    let ended = LastCheckIn { ended: true, ..recent() };
    assert_eq!(state(Some(enrolment()), ended, 0, LATER), State::Ended);
}

#[test]
fn the_text_explains_itself() {
    let last = LastCheckIn {
        failure: Some("the server cannot be reached (x)".to_owned()),
        attempted_at: Some(time("2026-11-20T11:30:00Z")),
        ..delivered("2026-11-20T09:00:00Z")
    };
    let status = status(Some(enrolment()), last, 2, LATER);
    assert_eq!(
        text(&status, time("2026-11-20T12:00:00Z")),
        "\
Enrolled at   https://deck.example
As            bridge (device 00000000-0000-0000-0000-000000000002)
In tenant     00000000-0000-0000-0000-000000000001
Last report   3 hours ago, 2026-11-20 09:00 UTC
Last failure  the server cannot be reached (x) (30 minutes ago, 2026-11-20 11:30 UTC)
Waiting       2 reports
Certificate   90 days left; it is renewed in time by itself
Next          Reports wait for the server. They are sent when it is back; quarterdeck-agent check-in tries now."
    );
}

#[test]
fn programs_read_the_same_as_people() {
    let json = serde_json::to_value(status(None, LastCheckIn::default(), 0, LATER)).expect("plain data");
    assert_eq!(json["enrolled"], false);
    assert_eq!(json["state"], "notEnrolled");
    assert_eq!(json["waitingReports"], 0);
}
