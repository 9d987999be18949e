//! Enrolling once, whatever is lost; clear refusals; renewal.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::renew_if_due;
use crate::testing::{Fault, ServerDouble, state_dir, time, world};

fn enrolling(token: &str) -> Enrolling {
    Enrolling {
        server: "https://deck.example".parse().expect("an origin"),
        authority: Authority::Token(token.to_owned()),
        tenant_id: None,
        server_ca_pem: Some("the CA".to_owned()),
        identity: EnrollIdentity {
            device_name: "workstation".to_owned(),
            serial_number: None,
            manufacturer: None,
            model: None,
            operating_system: Some(proto::OsFamily::Linux),
            os_version: Some("12".to_owned()),
        },
        simulated: false,
    }
}

#[tokio::test]
async fn an_enrolled_device_has_a_key_of_its_own_and_a_certificate() {
    let folder = tempfile::tempdir().expect("a folder");
    let (dir, mut server) = (state_dir(&folder), ServerDouble::new());
    let enrolment = enrol(&world(), &mut server, &dir, &enrolling("open-sesame")).await.expect("enrolled");
    assert_eq!(dir.enrolment().expect("read"), Some(enrolment));
    let credential = dir.credential().expect("read").expect("there");
    assert_eq!(server.speaks_as.as_ref(), Some(&credential));
    assert!(credential.key_pem.contains("PRIVATE KEY") && !credential.certificates_pem.contains("PRIVATE"));
    assert_eq!(credential.certificates_pem.matches("BEGIN CERTIFICATE").count(), 2);
    assert!(credential.not_after().is_some());
    let mode = std::fs::metadata(dir.path().join("device.pem")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(dir.pending().expect("read"), None);
}

#[tokio::test]
async fn a_lost_answer_does_not_make_a_second_device() {
    let folder = tempfile::tempdir().expect("a folder");
    let (dir, mut server) = (state_dir(&folder), ServerDouble::new());
    server.faults = vec![Some(Fault::AnswerLost)];
    let lost = enrol(&world(), &mut server, &dir, &enrolling("open-sesame")).await.unwrap_err();
    assert!(matches!(lost, EnrolError::Transport(_)), "{lost}");
    assert_eq!(dir.enrolment().expect("read"), None);
    enrol(&world(), &mut server, &dir, &enrolling("open-sesame")).await.expect("enrolled");
    assert_eq!(server.enrolled.len(), 1);
}

#[tokio::test]
async fn a_false_token_is_refused_with_advice_and_may_be_corrected() {
    let folder = tempfile::tempdir().expect("a folder");
    let (dir, mut server) = (state_dir(&folder), ServerDouble::new());
    let error = enrol(&world(), &mut server, &dir, &enrolling("guess")).await.unwrap_err();
    assert!(error.to_string().contains("Ask an administrator for a new one"), "{error}");
    enrol(&world(), &mut server, &dir, &enrolling("open-sesame")).await.expect("enrolled");
    let again = enrol(&world(), &mut server, &dir, &enrolling("open-sesame")).await.unwrap_err();
    assert!(again.to_string().contains("unenroll first"), "{again}");
}

#[tokio::test]
async fn forgetting_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let (dir, mut server) = (state_dir(&folder), ServerDouble::new());
    enrol(&world(), &mut server, &dir, &enrolling("open-sesame")).await.expect("enrolled");
    std::fs::write(dir.path().join("device.unfinished"), "half a key").expect("written");
    dir.write("outbox/00000000000000000001.json", b"{}").expect("written");
    dir.forget().expect("removed");
    assert_eq!(dir.waiting().expect("listed"), 0);
    assert_eq!(dir.enrolment().expect("read"), None);
    let files = std::fs::read_dir(dir.path()).expect("listed").flatten();
    assert_eq!(files.map(|file| file.file_name()).collect::<Vec<_>>(), Vec::<std::ffi::OsString>::new());
}

#[tokio::test]
async fn a_certificate_is_renewed_when_due_with_a_new_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let (dir, mut server) = (state_dir(&folder), ServerDouble::new());
    let mut enrolment =
        enrol(&world(), &mut server, &dir, &enrolling("open-sesame")).await.expect("enrolled");
    let old = dir.credential().expect("read").expect("there");
    let (before, due) = (time("2027-01-31T00:00:00Z"), time("2027-02-01T00:00:00Z"));
    assert!(!renew_if_due(before, false, &mut server, &dir, &mut enrolment).await.expect("not due"));

    server.faults = vec![Some(Fault::AnswerLost)];
    renew_if_due(due, false, &mut server, &dir, &mut enrolment).await.unwrap_err();
    assert_eq!(dir.credential().expect("read").as_ref(), Some(&old), "the old one stays in use");

    assert!(renew_if_due(due, false, &mut server, &dir, &mut enrolment).await.expect("renewed"));
    let new = dir.credential().expect("read").expect("there");
    assert_ne!(old.key_pem, new.key_pem);
    assert_eq!(server.speaks_as, Some(new));
    assert_eq!(dir.enrolment().expect("read").expect("there").renew_after, time("2027-05-01T00:00:00Z"));
    assert!(renew_if_due(before, true, &mut server, &dir, &mut enrolment).await.expect("asked for"));
}
