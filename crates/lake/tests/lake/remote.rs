//! The same promises with the files in an object store: a real S3 server in this process, and calls that fail.

use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use jiff::SignedDuration;
use lake::{At, Bucket, Damage, Keep, Lake, OpenError, ReadError};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use sql::DatabaseUrl;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use world::World;

use crate::kit::*;

const KEY: &str = "deck";
const SECRET: &str = "not-a-secret-of-anybody";

/// An S3 server whose objects are files below a folder; it ends when it is dropped.
struct S3 {
    _runtime: Runtime,
    port: u16,
}

impl S3 {
    fn serve(folder: &Path) -> S3 {
        std::fs::create_dir_all(folder.join("days")).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = builder.build();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(async move {
            loop {
                let Ok((socket, _)) = listener.accept().await else { return };
                let service = service.clone();
                tokio::spawn(async move {
                    let http = Builder::new(TokioExecutor::new());
                    // A client that goes away ends its connection.
                    drop(http.serve_connection(TokioIo::new(socket), service).await);
                });
            }
        });
        S3 { _runtime: runtime, port }
    }

    fn bucket(&self, folder: &str) -> Bucket {
        let options = [
            ("aws_access_key_id", KEY.to_owned()),
            ("aws_secret_access_key", SECRET.to_owned()),
            ("aws_region", "eu-north-1".to_owned()),
            ("aws_endpoint", format!("http://127.0.0.1:{}", self.port)),
            ("aws_allow_http", "true".to_owned()),
        ];
        let options: Vec<_> = options.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Bucket::open("s3://days", &options).unwrap().folder(folder)
    }
}

/// A lake in a bucket, and what it takes to open it again.
struct Far {
    lake: Lake,
    bucket: Bucket,
    catalogue: DatabaseUrl,
    world: World,
    objects: std::path::PathBuf,
}

impl Far {
    fn reopened(&self) -> Lake {
        // Another server has ids of its own.
        let world = World::with_set_clock(self.world.clock.now());
        Lake::open_in(&self.catalogue, &self.bucket.folder(""), world).unwrap()
    }

    fn lease(&self) -> lake::Lease {
        self.lake.lease("publish", "tests", HOUR).unwrap()
    }
}

fn check_far(test: impl Fn(&Far)) {
    let folder = tempfile::tempdir().unwrap();
    let objects = folder.path().join("objects");
    std::fs::create_dir_all(&objects).unwrap();
    let s3 = S3::serve(&objects);
    for (number, catalogue) in catalogues(folder.path()).into_iter().enumerate() {
        let bucket = s3.bucket(&format!("tenant-{number}"));
        let world = World::with_set_clock(START.parse().unwrap());
        let lake = Lake::open_in(&catalogue, &bucket, world.clone()).unwrap();
        lake.ensure_tables(&[devices(), kinds()]).unwrap();
        let objects = objects.join(format!("days/tenant-{number}"));
        test(&Far { lake, bucket, catalogue, world, objects });
    }
}

#[test]
fn days_are_kept_in_a_bucket_and_found_by_another_server() {
    check_far(|far| {
        publish_day(&far.lake, &far.lease(), 20_260_101, "one").unwrap();
        publish_day(&far.lake, &far.lease(), 20_260_102, "two").unwrap();
        let other = far.reopened();
        let days = [(20_260_101, "one"), (20_260_102, "two")];
        assert_eq!(content(&other, &At::Latest), expected(&days));
        assert_eq!(content(&other, &At::Published(key(20_260_101))), expected(&days[..1]));
        assert_eq!(other.verify().unwrap(), []);
        assert_eq!(parquet_files(&far.objects).len(), 4, "the files are objects");
        // The bucket belongs to this catalogue and to no other.
        let stranger = DatabaseUrl::sqlite(far.objects.join("stranger.sqlite"));
        let opened = Lake::open_in(&stranger, &far.bucket, World::with_set_clock(far.world.clock.now()));
        assert!(matches!(opened, Err(OpenError::OtherLake(_))));
    });
}

#[test]
fn a_large_file_is_sent_in_parts_and_read_in_pieces() {
    check_far(|far| {
        // Names that do not compress: more than one part of 8 MiB.
        let rows = 700_000_i64;
        let mut seed = 1_u64;
        let mut name = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("{seed:016x}{:016x}", seed.rotate_left(29))
        };
        let columns: Vec<arrow_array::ArrayRef> = vec![
            std::sync::Arc::new(arrow_array::Int32Array::from(vec![20_260_101; rows as usize])),
            std::sync::Arc::new(arrow_array::Int64Array::from_iter_values(0..rows)),
            std::sync::Arc::new(arrow_array::StringArray::from_iter_values((0..rows).map(|_| name()))),
        ];
        let staged = stage(&far.lake, &devices(), Some(20_260_101), &batch(&devices(), columns)).unwrap();
        assert!(staged[0].bytes() > 9 << 20, "{} bytes are one part", staged[0].bytes());
        let replace =
            vec![lake::Replace { table: "devices".to_owned(), old: lake::Old::None, files: staged }];
        let publish = lake::Publish {
            key: key(20_260_101),
            lease: far.lease(),
            replace,
            info: String::new(),
            supersede: false,
            begin_anew: false,
        };
        far.lake.publish(publish).unwrap();
        let snapshot = far.lake.snapshot(&At::Latest).unwrap();
        let file = files(&far.lake, &snapshot, "devices").remove(0);
        let read = |projection: &[&str], rows: std::ops::Range<u64>| -> u64 {
            let batches = far.lake.read(&file, projection, rows, 8192).unwrap();
            batches.map(|batch| batch.unwrap().num_rows() as u64).sum()
        };
        assert_eq!(read(&["deviceName"], 0..u64::MAX), 700_000);
        assert_eq!(read(&["deviceKey", "dateKey"], 699_990..700_000), 10);
        assert_eq!(read(&["deviceKey", "deviceName"], 200_000..200_100), 100);
        let mut copied = Vec::new();
        assert_eq!(far.lake.copy(&file, &mut copied).unwrap(), file.bytes);
        assert_eq!(copied, std::fs::read(&parquet_files(&far.objects)[0]).unwrap());
    });
}

#[test]
fn a_call_that_fails_leaves_the_old_day_or_the_new_one_whole() {
    check_far(|far| {
        publish_day(&far.lake, &far.lease(), 20_260_101, "one").unwrap();
        let (old, new) = ([(20_260_101, "one")], [(20_260_101, "one"), (20_260_102, "two")]);
        let mut n_failed = 0;
        for nth in 1.. {
            far.lake.file_faults().fail_nth(nth);
            let result = publish_day(&far.lake, &far.lease(), 20_260_102, "two");
            let happened = far.lake.file_faults().clear();
            let found = content(&far.reopened(), &At::Latest);
            assert!(found == expected(&old) || found == expected(&new), "call {nth}: {found:?}");
            assert_eq!(result.is_ok(), found == expected(&new), "call {nth}: {result:?}");
            if !happened {
                break;
            }
            n_failed += 1;
        }
        assert!(n_failed >= 4, "only {n_failed} calls could fail");
        // What the failed attempts left is collected; objects are as old as the machine says.
        far.world.clock.set("2099-01-01T00:00:00Z".parse().unwrap());
        let collected = far.lake.collect_garbage(HOUR).unwrap();
        assert!(collected.orphan_files > 0);
        assert_eq!(parquet_files(&far.objects).len(), 4);
        assert_eq!(content(&far.lake, &At::Latest), expected(&new));
        assert_eq!(far.lake.verify().unwrap(), []);
    });
}

#[test]
fn expired_objects_are_removed_and_missing_ones_are_told() {
    check_far(|far| {
        publish_day(&far.lake, &far.lease(), 20_260_101, "one").unwrap();
        let before = far.lake.snapshot(&At::Latest).unwrap();
        let kinds_before = files(&far.lake, &before, "kinds").remove(0);
        publish_day(&far.lake, &far.lease(), 20_260_102, "two").unwrap();
        far.lake.expire(Keep { newer_than: far.world.clock.now(), at_least: 1 }).unwrap();
        let collected = far.lake.collect_garbage(SignedDuration::ZERO).unwrap();
        assert_eq!(collected.expired_files, 1);
        assert_eq!(parquet_files(&far.objects).len(), 3);
        let gone = far.lake.read(&kinds_before, &["kind"], 0..9, 9).map(drop);
        assert!(matches!(gone, Err(ReadError::Gone(_))), "{gone:?}");
        std::fs::remove_file(&parquet_files(&far.objects)[0]).unwrap();
        let damage = far.lake.verify().unwrap();
        assert!(matches!(&damage[..], [Damage::Missing { .. }]), "{damage:?}");
    });
}
