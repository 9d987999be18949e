//! Reports survive crashes, come out in order, and do not fill the disk.

use super::*;
use crate::testing::{inventory, state_dir, time};

fn put(outbox: &mut Outbox, version: u32) -> u64 {
    let id = Uuid::from_u128(u128::from(version));
    outbox.put(inventory(version), Reason::Scheduled, time("2026-11-20T08:00:00Z"), id).expect("written")
}

fn request(waiting: &Waiting) -> CheckInRequest {
    proto::parse(&waiting.body).expect("a valid report")
}

fn accepted(sequence: u64, sections: &Sections) -> CheckInResponse {
    CheckInResponse {
        accepted: sequence,
        state_hash: sections.state_hash(),
        duplicate: false,
        next_check_in_seconds: 28_800,
        renew_now: false,
    }
}

#[test]
fn the_first_report_is_full_and_the_next_ones_are_deltas_on_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut outbox = Outbox::open(&state_dir(&folder)).expect("opened");
    assert_eq!((put(&mut outbox, 1), put(&mut outbox, 2)), (1, 2));

    let first = outbox.head().expect("read").expect("waits");
    assert!(first.is_full);
    assert!(outbox.acknowledge(1, &accepted(1, &inventory(1))).expect("removed"));
    let second = outbox.head().expect("read").expect("waits");
    assert_eq!(request(&second).base, Some(inventory(1).state_hash()));
    assert!(second.body.len() < first.body.len());
    assert!(outbox.acknowledge(2, &accepted(2, &inventory(2))).expect("removed"));
    assert_eq!(outbox.head().expect("read"), None);
}

#[test]
fn what_waits_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = state_dir(&folder);
    put(&mut Outbox::open(&dir).expect("opened"), 1);
    let mut outbox = Outbox::open(&dir).expect("opened");
    assert_eq!(put(&mut outbox, 2), 2);
    assert_eq!(outbox.len(), 2);
    let again = Outbox::open(&dir).expect("opened");
    assert_eq!(again.head().expect("read"), outbox.head().expect("read"));
    assert_eq!(again.reported(), &inventory(2));
}

/// A crash after the report is written, before the inventory is: the report counts.
#[test]
fn a_crash_between_report_and_inventory_is_mended() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = state_dir(&folder);
    let mut outbox = Outbox::open(&dir).expect("opened");
    put(&mut outbox, 1);
    let before = dir.read("reported.json").expect("read").expect("there");
    put(&mut outbox, 2);
    dir.write("reported.json", &before).expect("written");

    let mut outbox = Outbox::open(&dir).expect("opened");
    assert_eq!(outbox.reported(), &inventory(2));
    assert_eq!(put(&mut outbox, 3), 3);
}

/// A crash after a full report is written, before those it replaces are removed.
#[test]
fn a_crash_while_starting_over_is_mended() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = state_dir(&folder);
    let mut outbox = Outbox::open(&dir).expect("opened");
    put(&mut outbox, 1);
    put(&mut outbox, 2);
    let old = dir.read(&file_name(2)).expect("read").expect("there");
    outbox.start_over(Reason::Scheduled, time("2026-11-20T09:00:00Z"), Uuid::nil()).expect("written");
    dir.write(&file_name(2), &old).expect("written");

    let outbox = Outbox::open(&dir).expect("opened");
    let head = outbox.head().expect("read").expect("waits");
    assert_eq!((outbox.len(), head.sequence, head.is_full), (1, 3, true));
}

#[test]
fn a_full_outbox_becomes_one_full_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = state_dir(&folder);
    let mut outbox = Outbox::open(&dir).expect("opened");
    for version in 1..=MAX_WAITING as u32 {
        put(&mut outbox, version);
    }
    assert_eq!(outbox.len(), MAX_WAITING);
    put(&mut outbox, 1000);
    let head = outbox.head().expect("read").expect("waits");
    assert_eq!((outbox.len(), head.is_full), (1, true));
    assert_eq!(request(&head).sections, delta::full(&inventory(1000)));
    assert_eq!(dir.list("outbox").expect("listed").len(), 1);
}

#[test]
fn a_server_with_another_inventory_is_noticed_once_nothing_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut outbox = Outbox::open(&state_dir(&folder)).expect("opened");
    put(&mut outbox, 1);
    put(&mut outbox, 2);
    assert!(outbox.acknowledge(1, &accepted(1, &inventory(9))).expect("removed"), "more waits");
    assert!(!outbox.acknowledge(2, &accepted(2, &inventory(9))).expect("removed"));
}

#[test]
fn a_copy_from_long_ago_finds_a_sequence_the_server_has_not_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut outbox = Outbox::open(&state_dir(&folder)).expect("opened");
    put(&mut outbox, 1);
    let duplicate = CheckInResponse { duplicate: true, ..accepted(1, &inventory(9)) };
    assert!(!outbox.acknowledge(1, &duplicate).expect("removed"));
    let now = time("2026-11-20T09:00:00Z");
    assert_eq!(outbox.start_over(Reason::Scheduled, now, Uuid::nil()).expect("written"), 1 + SKIP + 1);

    let told = CheckInResponse { accepted: 5_000, ..duplicate };
    assert!(!outbox.acknowledge(1 + SKIP + 1, &told).expect("removed"));
    assert_eq!(outbox.start_over(Reason::Scheduled, now, Uuid::nil()).expect("written"), 5_001);
}

#[test]
fn a_damaged_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = state_dir(&folder);
    dir.write("reported.json", b"{").expect("written");
    let error = Outbox::open(&dir).unwrap_err().to_string();
    assert!(error.contains("reported.json is damaged"), "{error}");
}
