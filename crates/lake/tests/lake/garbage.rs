//! What is no longer needed is removed from the disk; what is needed is not.

use std::fs::File;
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use lake::{At, Collected, Damage, Expired, Keep, SnapshotError};

use crate::kit::*;

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[test]
fn expired_files_leave_the_disk_after_the_grace_time() {
    check(|lab| {
        for (date_key, text) in [(20_260_101, "one"), (20_260_102, "two"), (20_260_103, "three")] {
            publish_day(&lab.lake, &lab.lease(), date_key, text).unwrap();
            lab.world.clock.advance(DAY);
        }
        let oldest = lab.lake.snapshot(&At::Published(key(20_260_101))).unwrap();
        let all = parquet_files(&lab.config.data_dir);
        assert_eq!(all.len(), 6);

        let keep = Keep { newer_than: lab.now() - DAY, at_least: 1 };
        let expired = lab.lake.expire(keep).unwrap();
        // The first and second day, the two empty states before them, and the `kinds` of both days.
        assert_eq!(expired, Expired { snapshots: 4, files: 2 });
        assert_eq!(lab.lake.expire(keep).unwrap(), Expired { snapshots: 0, files: 0 });
        let read = lab.lake.files(&oldest, "devices", None);
        assert!(matches!(read, Err(SnapshotError::Gone(id)) if id == oldest.id));

        lab.world.clock.advance(HOUR);
        assert_eq!(lab.lake.collect_garbage(DAY).unwrap(), Collected::default());
        assert_eq!(parquet_files(&lab.config.data_dir), all);
        lab.world.clock.advance(DAY);
        let collected = lab.lake.collect_garbage(DAY).unwrap();
        assert_eq!((collected.expired_files, collected.orphan_files), (2, 0));
        let left = parquet_files(&lab.config.data_dir);
        assert_eq!(left.len(), 4);
        let days = [(20_260_101, "one"), (20_260_102, "two"), (20_260_103, "three")];
        assert_eq!(content(&lab.reopened(), &At::Latest), expected(&days));
        assert_eq!(lab.lake.verify().unwrap(), []);
    });
}

#[test]
fn the_newest_snapshots_stay_whatever_their_age() {
    check(|lab| {
        let lease = lab.lease();
        for date_key in [20_260_101, 20_260_102, 20_260_103] {
            publish_day(&lab.lake, &lease, date_key, "day").unwrap();
        }
        lab.world.clock.advance(DAY);
        lab.lake.expire(Keep { newer_than: lab.now(), at_least: 2 }).unwrap();
        assert!(lab.lake.snapshot(&At::Before(key(20_260_103))).is_ok());
        assert!(lab.lake.snapshot(&At::Before(key(20_260_102))).is_err());
        lab.lake.expire(Keep { newer_than: lab.now(), at_least: 0 }).unwrap();
        assert!(lab.lake.snapshot(&At::Latest).is_ok());
        assert!(lab.lake.snapshot(&At::Before(key(20_260_103))).is_err());
    });
}

#[test]
fn staged_files_that_nobody_published_are_collected() {
    check(|lab| {
        publish_day(&lab.lake, &lab.lease(), 20_260_101, "kept").unwrap();
        let kept = parquet_files(&lab.config.data_dir);
        let orphan = stage(&lab.lake, &kinds(), None, &kind_batch("orphan")).unwrap().remove(0);
        // One that was never finished: its writer died with the process.
        let mut writer = lab.lake.writer(&kinds(), lab.lake.attempt(), None).unwrap();
        writer.write(&kind_batch("partial")).unwrap();
        drop(writer);
        assert_eq!(parquet_files(&lab.config.data_dir).len(), kept.len() + 2);

        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(lab.now().as_second().unsigned_abs());
        for path in parquet_files(&lab.config.data_dir) {
            File::options().write(true).open(path).unwrap().set_modified(now).unwrap();
        }
        lab.world.clock.advance(DAY - HOUR);
        assert_eq!(lab.lake.collect_garbage(DAY).unwrap(), Collected::default());
        lab.world.clock.advance(HOUR);
        let collected = lab.lake.collect_garbage(DAY).unwrap();
        assert_eq!((collected.expired_files, collected.orphan_files), (0, 2));
        assert!(collected.bytes >= orphan.bytes());
        assert_eq!(parquet_files(&lab.config.data_dir), kept);
        assert!(!orphan.path().parent().unwrap().exists());
    });
}

#[test]
fn a_collection_that_fails_goes_on_next_time() {
    check(|lab| {
        for (date_key, text) in [(20_260_101, "one"), (20_260_102, "two")] {
            publish_day(&lab.lake, &lab.lease(), date_key, text).unwrap();
        }
        lab.lake.expire(Keep { newer_than: lab.now(), at_least: 1 }).unwrap();
        for n in 1.. {
            lab.lake.file_faults().fail_nth(n);
            let result = lab.lake.collect_garbage(SignedDuration::ZERO);
            if !lab.lake.file_faults().clear() {
                result.unwrap();
                break;
            }
            result.unwrap_err();
        }
        assert_eq!(parquet_files(&lab.config.data_dir).len(), 3);
        assert_eq!(lab.lake.verify().unwrap(), []);
        assert_eq!(content(&lab.lake, &At::Latest), expected(&[(20_260_101, "one"), (20_260_102, "two")]));
    });
}

#[test]
fn lost_and_cut_files_are_found() {
    check(|lab| {
        publish_day(&lab.lake, &lab.lease(), 20_260_101, "x").unwrap();
        let files = parquet_files(&lab.config.data_dir);
        std::fs::remove_file(&files[0]).unwrap();
        File::options().write(true).open(&files[1]).unwrap().set_len(10).unwrap();
        let damage = lab.lake.verify().unwrap();
        let name = |path: &std::path::Path| path.file_name().unwrap().to_owned();
        assert_eq!(damage.len(), 2);
        for found in damage {
            match found {
                Damage::Missing { path } => assert_eq!(name(&path), name(&files[0])),
                Damage::Size { path, found_bytes, .. } => {
                    assert_eq!((name(&path), found_bytes), (name(&files[1]), 10));
                }
            }
        }
    });
}
