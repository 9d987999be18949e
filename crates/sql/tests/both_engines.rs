//! The same behaviour on SQLite and, when `TEST_POSTGRES_URL` is set, on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::atomic::{AtomicU64, Ordering};

use sql::{Conn, Database, DatabaseUrl, Sql, SqlError, Value};

const MAKE: &str =
    "create table t (id bigint primary key, name text not null, ok boolean, x double precision, b bytea)";
const INSERT: Sql = Sql::global("insert into t (id, name, ok, x, b) values ($1, $2, $3, $4, $5)");
const ALL: Sql = Sql::global("select id, name, ok, x, b from t order by id for update");
const COUNT: Sql = Sql::global("select count(*) from t");

static NEXT: AtomicU64 = AtomicU64::new(0);

fn check(test: impl AsyncFn(&Database)) {
    let folder = tempfile::tempdir().unwrap();
    let mut urls = vec![DatabaseUrl::sqlite(folder.path().join("t.db"))];
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        let schema = format!("sql_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        urls.push(url.parse::<DatabaseUrl>().unwrap().with_schema(&schema));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for url in urls {
        let database = Database::open(&url, 2).unwrap();
        database.write_blocking(|c| c.script(MAKE)).unwrap();
        runtime.block_on(test(&database));
    }
}

fn add(c: &mut Conn<'_>, id: i64) -> Result<(), SqlError> {
    c.exec(&INSERT, &[id.into(), "n".into(), true.into(), 1.5.into(), vec![1_u8].into()]).map(drop)
}

async fn count(database: &Database) -> i64 {
    database.read(|c| c.row(&COUNT, &[])?.unwrap().get(0)).await.unwrap_or_else(|e: SqlError| panic!("{e}"))
}

#[test]
fn values_come_back_as_they_went_in() {
    check(async |database| {
        let rows = database
            .write(|c| {
                add(c, 1)?;
                c.exec(&INSERT, &[2.into(), "é'$1".into(), Value::Null, Value::Null, Value::Null])?;
                c.rows(&ALL, &[])
            })
            .await
            .unwrap_or_else(|e: SqlError| panic!("{e}"));
        assert!(rows[0].get::<bool>(2).unwrap());
        assert_eq!(rows[0].get::<f64>(3).unwrap(), 1.5);
        assert_eq!(rows[0].get::<Vec<u8>>(4).unwrap(), vec![1]);
        assert_eq!(rows[1].get::<String>(1).unwrap(), "é'$1");
        assert_eq!(rows[1].get::<Option<bool>>(2).unwrap(), None);
        assert!(matches!(rows[1].get::<bool>(2), Err(SqlError::Column { index: 2, .. })));
    });
}

#[test]
fn an_error_undoes_its_own_transaction_only() {
    check(async |database| {
        let good = database.write(|c| add(c, 1));
        let bad = database.write(|c| {
            add(c, 2)?;
            add(c, 2)
        });
        let also_good = database.write(|c| add(c, 3));
        let (good, bad, also_good) = futures_join(good, bad, also_good).await;
        assert!(good.is_ok() && also_good.is_ok());
        assert!(matches!(bad, Err(SqlError::Unique { .. })), "{bad:?}");
        assert_eq!(count(database).await, 2);
    });
}

async fn futures_join<A, B, C>(
    a: impl Future<Output = A>,
    b: impl Future<Output = B>,
    c: impl Future<Output = C>,
) -> (A, B, C) {
    tokio::join!(a, b, c)
}

#[test]
fn going_on_after_a_failed_statement_keeps_nothing() {
    check(async |database| {
        let result = database
            .write(|c| {
                add(c, 1)?;
                let _ = add(c, 1);
                Ok::<_, SqlError>(())
            })
            .await;
        assert!(matches!(result, Err(SqlError::Aborted)), "{result:?}");
        assert_eq!(count(database).await, 0);
    });
}

#[test]
fn a_panic_undoes_and_the_database_goes_on() {
    check(async |database| {
        let result: Result<(), SqlError> = database
            .write(|c| {
                add(c, 1)?;
                panic!("on purpose")
            })
            .await;
        assert!(matches!(&result, Err(SqlError::Panicked(text)) if text == "on purpose"), "{result:?}");
        assert_eq!(count(database).await, 0);
        database.write(|c| add(c, 1)).await.unwrap();
        assert_eq!(count(database).await, 1);
    });
}

#[test]
fn every_fault_leaves_nothing_half_written() {
    check(async |database| {
        let mut n_faults = 0;
        loop {
            database.faults().fail_nth(n_faults + 1);
            let result = database
                .write(|c| {
                    add(c, 1)?;
                    add(c, 2)
                })
                .await;
            let happened = database.faults().clear();
            if !happened {
                assert!(result.is_ok());
                break;
            }
            n_faults += 1;
            assert!(result.is_err());
            assert_eq!(count(database).await, 0, "after fault {n_faults}");
        }
        assert_eq!(n_faults, 3, "two statements and the commit can fail");
        assert_eq!(count(database).await, 2);
    });
}

#[test]
fn an_image_does_not_see_what_comes_after_it() {
    check(async |database| {
        let inside =
            std::thread::scope(|threads| threads.spawn(|| look_write_look(database)).join().unwrap());
        assert_eq!(inside.unwrap(), (0, 0));
        assert_eq!(count(database).await, 1);
    });
}

/// Waits for the database, so it runs on a thread of its own and not on the runtime's.
fn look_write_look(database: &Database) -> Result<(i64, i64), SqlError> {
    database.image(|c| {
        let before: i64 = c.row(&COUNT, &[])?.unwrap().get(0)?;
        database.write_blocking(|c| add(c, 9))?;
        let after: i64 = c.row(&COUNT, &[])?.unwrap().get(0)?;
        Ok((before, after))
    })
}

#[test]
fn a_reader_cannot_write() {
    check(async |database| {
        assert!(database.read(|c| add(c, 1)).await.is_err());
        assert_eq!(count(database).await, 0);
    });
}
