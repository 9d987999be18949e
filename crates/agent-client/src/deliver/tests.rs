//! Each report changes the server once, in order, whatever is lost on the way.

use proto::Code;

use super::*;
use crate::testing::{Fault, ServerDouble, inventory, state_dir, world};

struct Device {
    world: World,
    server: ServerDouble,
    outbox: Outbox,
    _folder: tempfile::TempDir,
}

fn device() -> Device {
    let folder = tempfile::tempdir().expect("a folder");
    let outbox = Outbox::open(&state_dir(&folder)).expect("opened");
    Device { world: world(), server: ServerDouble::new(), outbox, _folder: folder }
}

impl Device {
    fn report(&mut self, version: u32) -> u64 {
        let (now, id) = (self.world.clock.now(), self.world.ids.guid());
        self.outbox.put(inventory(version), Reason::Scheduled, now, id).expect("written")
    }

    async fn deliver(&mut self) -> Result<Delivered, DeliverError> {
        deliver(&self.world, &mut self.server, &mut self.outbox).await
    }
}

#[tokio::test]
async fn reports_wait_while_the_server_is_away_and_arrive_in_order() {
    let mut device = device();
    for version in 1..=3 {
        device.report(version);
        device.server.faults = vec![Some(Fault::Away)];
        let error = device.deliver().await.unwrap_err();
        assert!(matches!(error, DeliverError::Transport(TransportError::Unreachable(_))), "{error}");
    }
    assert_eq!(device.outbox.len(), 3);
    let delivered = device.deliver().await.expect("the server is back");
    assert_eq!((delivered.reports, delivered.duplicates), (3, 0));
    assert_eq!(device.server.applied, [1, 2, 3]);
    assert_eq!(device.server.held, inventory(3));
    assert_eq!(device.deliver().await.expect("nothing waits"), Delivered::default());
}

#[tokio::test]
async fn a_lost_answer_makes_a_duplicate_not_a_second_report() {
    let mut device = device();
    device.report(1);
    device.report(2);
    device.server.faults = vec![Some(Fault::AnswerLost)];
    device.deliver().await.unwrap_err();
    let delivered = device.deliver().await.expect("delivered");
    assert_eq!((delivered.reports, delivered.duplicates), (2, 1));
    assert_eq!(device.server.applied, [1, 2]);
}

#[tokio::test]
async fn a_server_that_lost_its_place_gets_a_full_report() {
    let mut device = device();
    device.report(1);
    device.deliver().await.expect("delivered");
    device.server.held = inventory(77);
    device.report(2);
    device.report(3);
    device.deliver().await.expect("delivered");
    assert_eq!(device.server.held, inventory(3));
    assert_eq!(device.server.applied, [1, 4], "one full report instead of two deltas");
}

#[tokio::test]
async fn a_server_that_holds_less_than_it_acknowledged_is_told_again() {
    let mut device = device();
    device.report(1);
    device.deliver().await.expect("delivered");
    // Restored from a backup: it knows neither the report nor its inventory, but takes the next delta for
    // a duplicate.
    device.server.held = inventory(50);
    device.server.last_sequence = 10;
    device.report(2);
    device.deliver().await.expect("delivered");
    assert_eq!(device.server.held, inventory(2));
    assert_eq!(device.server.applied, [1, 11]);
}

#[tokio::test]
async fn a_retired_device_keeps_its_reports_and_says_so() {
    let mut device = device();
    device.report(1);
    device.server.faults = vec![Some(Fault::Refuse(Code::DeviceRetired))];
    let DeliverError::Refused(refusal) = device.deliver().await.unwrap_err() else {
        panic!("refused");
    };
    assert!(refusal.ends_enrolment());
    assert!(refusal.to_string().starts_with("An administrator retired this device."), "{refusal}");
    assert_eq!(device.outbox.len(), 1);
}

#[tokio::test]
async fn a_full_report_the_server_cannot_read_does_not_hold_up_the_next() {
    let mut device = device();
    device.report(1);
    device.server.faults = vec![Some(Fault::Refuse(Code::TooLarge))];
    assert!(matches!(device.deliver().await, Err(DeliverError::Refused(_))));
    assert_eq!(device.outbox.len(), 0);
    device.report(2);
    assert!(device.outbox.head().expect("read").expect("waits").is_full);
    device.deliver().await.expect("delivered");
    assert_eq!(device.server.held, inventory(2));
}

#[tokio::test]
async fn a_server_that_never_agrees_is_not_asked_for_ever() {
    let mut device = device();
    device.report(1);
    device.deliver().await.expect("delivered");
    device.server.faults = vec![Some(Fault::Refuse(Code::BaseMismatch)); 50];
    device.report(2);
    let before = device.server.requests;
    device.deliver().await.unwrap_err();
    assert!(device.server.requests - before <= 5);
}

/// Random faults, restarts and new reports, many times over: at the end the server holds the newest
/// inventory and applied no sequence twice nor out of order.
#[tokio::test]
async fn whatever_is_lost_the_server_ends_up_right() {
    for seed in 0..12 {
        let dice = World::seeded(seed, jiff::Timestamp::UNIX_EPOCH).entropy;
        let folder = tempfile::tempdir().expect("a folder");
        let dir = state_dir(&folder);
        let (world, mut server) = (world(), ServerDouble::new());
        for version in 1..=12 {
            let mut outbox = Outbox::open(&dir).expect("opened");
            let (now, id) = (world.clock.now(), world.ids.guid());
            outbox.put(inventory(version), Reason::Scheduled, now, id).expect("written");
            server.faults = (0..6)
                .map(|_| match dice.below(6) {
                    0 => Some(Fault::Away),
                    1 => Some(Fault::AnswerLost),
                    2 => Some(Fault::Refuse(Code::Internal)),
                    _ => None,
                })
                .collect();
            let outcome = deliver(&world, &mut server, &mut outbox).await;
            assert_eq!(outcome.is_ok(), outbox.is_empty(), "seed {seed}");
        }
        server.faults.clear();
        let mut outbox = Outbox::open(&dir).expect("opened");
        deliver(&world, &mut server, &mut outbox).await.expect("no more faults");
        assert_eq!(server.held, inventory(12), "seed {seed}");
        assert!(server.applied.is_sorted_by(|a, b| a < b), "seed {seed}: {:?}", server.applied);
        assert_eq!(server.applied.len(), 12, "seed {seed}");
    }
}
