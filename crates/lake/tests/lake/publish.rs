//! Publishing: whole or not at all, once, and only by the holder of the lease.

use std::thread;

use lake::{At, Lake, LeaseError, Old, PublishError, Replace, SnapshotError, SnapshotId};

use crate::kit::*;

#[test]
fn a_publish_that_fails_anywhere_leaves_the_old_day_whole() {
    check(|lab| {
        let lease = lab.lease();
        publish_day(&lab.lake, &lease, 20_260_101, "old").unwrap();
        let old = expected(&[(20_260_101, "old")]);
        let mut n_failures = 0;
        for n in 1.. {
            lab.lake.file_faults().fail_nth(n);
            let result = publish_day(&lab.lake, &lease, 20_260_102, "new");
            if !lab.lake.file_faults().clear() {
                result.unwrap();
                break;
            }
            result.unwrap_err();
            assert_eq!(content(&lab.lake, &At::Latest), old, "after file fault {n}");
            n_failures += 1;
        }
        assert!(n_failures >= 8, "two files have more than {n_failures} operations");
        let both = expected(&[(20_260_101, "old"), (20_260_102, "new")]);
        assert_eq!(content(&lab.lake, &At::Latest), both);

        n_failures = 0;
        for n in 1.. {
            lab.lake.catalogue_faults().fail_nth(n);
            let result = publish_day(&lab.lake, &lease, 20_260_103, "newer");
            if !lab.lake.catalogue_faults().clear() {
                result.unwrap();
                break;
            }
            result.unwrap_err();
            assert_eq!(content(&lab.lake, &At::Latest), both, "after statement fault {n}");
            n_failures += 1;
        }
        assert!(n_failures >= 20, "a publish has more than {n_failures} statements");
        let all = [(20_260_101, "old"), (20_260_102, "new"), (20_260_103, "newer")];
        assert_eq!(content(&lab.reopened(), &At::Latest), expected(&all));
        assert_eq!(lab.lake.verify().unwrap(), []);
    });
}

#[test]
fn a_key_is_published_once_unless_it_is_superseded() {
    check(|lab| {
        let lease = lab.lease();
        let first = publish_day(&lab.lake, &lease, 20_260_101, "first").unwrap();
        let again = day(&lab.lake, &lease, 20_260_101, "again").unwrap();
        let refused = lab.lake.publish(again.clone()).unwrap_err();
        assert!(matches!(refused, PublishError::AlreadyPublished(at) if at == first), "{refused}");
        assert_eq!(content(&lab.lake, &At::Latest), expected(&[(20_260_101, "first")]));
        let second = lab.lake.publish(lake::Publish { supersede: true, ..again }).unwrap();
        assert_eq!(content(&lab.lake, &At::Latest), expected(&[(20_260_101, "again")]));
        assert_eq!(content(&lab.lake, &At::Id(first)), expected(&[(20_260_101, "first")]));
        assert_eq!(lab.lake.publication(&key(20_260_101)).unwrap().unwrap().snapshot, second);
    });
}

#[test]
fn of_racing_publishers_exactly_one_wins() {
    check(|lab| {
        let lease = lab.lease();
        let lakes: Vec<_> = (0..6).map(|_| lab.reopened()).collect();
        let results: Vec<Result<SnapshotId, PublishError>> = thread::scope(|scope| {
            let race = |lake| {
                let lease = &lease;
                scope.spawn(move || Lake::publish(lake, day(lake, lease, 20_260_101, "one").unwrap()))
            };
            let racers: Vec<_> = lakes.iter().map(race).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let winners: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
        assert_eq!(winners.len(), 1, "{results:?}");
        let told =
            |error: &PublishError| matches!(error, PublishError::AlreadyPublished(at) if at == winners[0]);
        assert!(results.iter().filter_map(|result| result.as_ref().err()).all(told), "{results:?}");
        assert_eq!(content(&lab.lake, &At::Latest), expected(&[(20_260_101, "one")]));
    });
}

#[test]
fn publishes_of_different_days_at_once_all_count() {
    check(|lab| {
        let lease = lab.lease();
        let days = [20_260_101, 20_260_102, 20_260_103, 20_260_104];
        let mut snapshots: Vec<SnapshotId> = thread::scope(|scope| {
            let racers: Vec<_> = days
                .map(|date_key| {
                    let (lake, lease) = (lab.reopened(), &lease);
                    scope.spawn(move || publish_day(&lake, lease, date_key, "same").unwrap())
                })
                .into();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        snapshots.sort();
        snapshots.dedup();
        assert_eq!(snapshots.len(), days.len());
        assert_eq!(content(&lab.lake, &At::Latest), expected(&days.map(|date_key| (date_key, "same"))));
    });
}

#[test]
fn only_the_holder_of_the_latest_epoch_publishes() {
    check(|lab| {
        let mine = lab.lease();
        let held = lab.lake.lease("publish", "other", HOUR).unwrap_err();
        assert!(matches!(&held, LeaseError::Held { holder, .. } if holder == "tests"), "{held}");
        lab.world.clock.advance(HOUR);
        let theirs = lab.reopened().lease("publish", "other", HOUR).unwrap();
        assert_eq!(theirs.epoch, mine.epoch + 1);
        let lost = publish_day(&lab.lake, &mine, 20_260_101, "late").unwrap_err();
        assert!(lost.to_string().contains("taken by another holder"), "{lost}");
        assert!(matches!(lab.lake.renew(&mine, HOUR), Err(LeaseError::Lost(_))));
        assert!(lab.lake.publication(&key(20_260_101)).unwrap().is_none());
        publish_day(&lab.lake, &theirs, 20_260_101, "theirs").unwrap();
        let renewed = lab.lake.renew(&theirs, HOUR + HOUR).unwrap();
        assert_eq!((renewed.epoch, renewed.until), (theirs.epoch, theirs.until + HOUR));
        lab.lake.release(&renewed).unwrap();
        assert_eq!(lab.lease().epoch, theirs.epoch + 1);
    });
}

#[test]
fn an_earlier_day_can_be_read_by_its_key() {
    check(|lab| {
        let lease = lab.lease();
        assert!(lab.lake.last_publication("day").unwrap().is_none());
        publish_day(&lab.lake, &lease, 20_260_101, "one").unwrap();
        lab.world.clock.advance(HOUR);
        let second = publish_day(&lab.lake, &lease, 20_260_102, "two").unwrap();
        let one = expected(&[(20_260_101, "one")]);
        assert_eq!(content(&lab.lake, &At::Before(key(20_260_102))), one);
        assert_eq!(content(&lab.lake, &At::Published(key(20_260_101))), one);
        assert_eq!(content(&lab.lake, &At::Latest), expected(&[(20_260_101, "one"), (20_260_102, "two")]));
        let last = lab.lake.last_publication("day").unwrap().unwrap();
        assert_eq!((last.key, last.snapshot, last.published_at), (key(20_260_102), second, lab.now()));
        assert_eq!(lab.lake.snapshot(&At::Id(second)).unwrap().published_at, lab.now());
        for at in [At::Published(key(20_260_103)), At::Before(key(20_260_103))] {
            assert!(matches!(lab.lake.snapshot(&at), Err(SnapshotError::NotPublished(_))));
        }
        let unknown = At::Id(SnapshotId(99));
        assert!(matches!(lab.lake.snapshot(&unknown), Err(SnapshotError::Gone(SnapshotId(99)))));
    });
}

#[test]
fn old_partitions_and_single_files_can_be_replaced() {
    check(|lab| {
        let lease = lab.lease();
        for date_key in [20_260_101, 20_260_102, 20_260_103] {
            publish_day(&lab.lake, &lease, date_key, "day").unwrap();
        }
        let snapshot = lab.lake.snapshot(&At::Latest).unwrap();
        let files = lab.lake.files(&snapshot, "devices", Some(20_260_102..=20_260_102)).unwrap();
        assert_eq!(
            files.iter().map(|file| (file.partition, file.rows)).collect::<Vec<_>>(),
            [(Some(20_260_102), 3)]
        );
        let change = |date_key: i32, old: Old, text: Option<&str>| {
            let staged = text.map(|text| {
                let rows = device_batch(20_260_102, 0..3, text);
                stage(&lab.lake, &devices(), Some(20_260_102), &rows).unwrap()
            });
            let files = staged.unwrap_or_default();
            let replace = vec![Replace { table: "devices".to_owned(), old, files }];
            lab.lake.publish(lake::Publish { replace, ..day(&lab.lake, &lease, date_key, "unused").unwrap() })
        };
        change(1, Old::PartitionsBefore(20_260_102), None).unwrap();
        change(2, Old::Files(vec![files[0].id]), Some("erased")).unwrap();
        let conflict = change(3, Old::Files(vec![files[0].id]), Some("twice")).unwrap_err();
        assert!(matches!(conflict, PublishError::Conflict(_)), "{conflict}");
        assert_eq!(content(&lab.lake, &At::Latest), expected(&[(20_260_102, "erased"), (20_260_103, "day")]));
        let sizes = lab.lake.table_sizes(&lab.lake.snapshot(&At::Latest).unwrap()).unwrap();
        let sizes: Vec<_> = sizes.iter().map(|size| (size.table.as_str(), size.files, size.rows)).collect();
        assert_eq!(sizes, [("devices", 2, 6), ("kinds", 1, 1)]);
    });
}

#[test]
fn files_that_do_not_belong_are_refused() {
    check(|lab| {
        let lease = lab.lease();
        let publish = |replace| {
            let empty = day(&lab.lake, &lease, 20_260_101, "unused").unwrap();
            lab.lake.publish(lake::Publish { replace: vec![replace], ..empty }).unwrap_err()
        };
        let staged = || stage(&lab.lake, &kinds(), None, &kind_batch("x")).unwrap();
        let replace = |table: &str, files| Replace { table: table.to_owned(), old: Old::All, files };
        let error = publish(replace("devices", staged()));
        assert!(matches!(&error, PublishError::ForeignFile { .. }), "{error}");
        let error = publish(replace("persons", staged()));
        assert!(matches!(&error, PublishError::UnknownTable(_)), "{error}");
        let gone = staged();
        std::fs::remove_file(gone[0].path()).unwrap();
        let error = publish(replace("kinds", gone));
        assert!(matches!(&error, PublishError::StagedFileGone(_)), "{error}");
        assert!(lab.lake.publication(&key(20_260_101)).unwrap().is_none());
    });
}
