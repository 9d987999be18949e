//! The schema is the same however it came to be, and on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;

use sql::{Database, Engine, Sql, SqlError};
use store::{MIGRATIONS, MigrateError, Store, testkit};

const SQLITE_COLUMNS: &str = "select m.name, p.name, lower(p.type), p.\"notnull\" > 0 or p.pk > 0 \
    from sqlite_schema m join pragma_table_info(m.name) p where m.type = 'table' and m.name not like 'sqlite_%'";
const POSTGRES_COLUMNS: &str = "select table_name::text, column_name::text, data_type::text, is_nullable = 'NO' \
    from information_schema.columns where table_schema = current_schema()";
const SQLITE_INDEXES: &str = "select m.name, l.name, '', l.\"unique\" > 0 from sqlite_schema m \
    join pragma_index_list(m.name) l where m.type = 'table' and l.origin = 'c'";
const POSTGRES_INDEXES: &str = "select t.relname::text, c.relname::text, '', i.indisunique from pg_index i \
    join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid \
    join pg_namespace n on n.oid = t.relnamespace where n.nspname = current_schema() and not i.indisprimary";

type Schema = BTreeMap<String, BTreeMap<String, String>>;

async fn schema(database: &Database) -> Schema {
    let statements = match database.engine() {
        Engine::Sqlite => [SQLITE_COLUMNS, SQLITE_INDEXES],
        Engine::Postgres => [POSTGRES_COLUMNS, POSTGRES_INDEXES],
    };
    let read = database.read(move |conn| {
        let mut schema = Schema::new();
        for statement in statements {
            for row in conn.rows(&Sql::global(statement), &[])? {
                let ty = match row.get::<String>(2)?.as_str() {
                    "bytea" => "blob".to_owned(),
                    other => other.to_owned(),
                };
                let rule = if row.get::<bool>(3)? { "required or unique" } else { "" };
                schema.entry(row.get(0)?).or_default().insert(row.get(1)?, format!("{ty} {rule}"));
            }
        }
        Ok::<_, SqlError>(schema)
    });
    read.await.unwrap()
}

#[test]
fn a_database_migrated_step_by_step_equals_a_fresh_one() {
    let (urls, _folder) = testkit::urls();
    let (fresh_urls, _fresh_folder) = testkit::urls();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut by_engine = Vec::new();
    for (url, fresh_url) in urls.iter().zip(&fresh_urls) {
        for n in 1..=MIGRATIONS.len() {
            Store::open_at(url, &MIGRATIONS[..n]).unwrap();
        }
        let migrated = runtime.block_on(schema(Store::open(url, 1).unwrap().database()));
        let fresh = runtime.block_on(schema(Store::open(fresh_url, 1).unwrap().database()));
        assert!(fresh.len() > 15, "the schema was read");
        assert_eq!(migrated, fresh);
        by_engine.push(fresh);
    }
    for other in &by_engine[1..] {
        assert_eq!(&by_engine[0], other, "SQLite and PostgreSQL have the same tables, columns and indexes");
    }
}

#[test]
fn data_of_a_later_version_is_refused_with_a_way_out() {
    testkit::check(async |store| {
        let later = Sql::global("insert into schema_version (version, name) values (9999, 'later')");
        store
            .write_global(move |conn| conn.exec(&later, &[]).map(drop))
            .await
            .unwrap_or_else(|e: SqlError| panic!("{e}"));
        let url = store.database().url().clone();
        let refused = std::thread::spawn(move || Store::open(&url, 1).map(drop)).join().unwrap().unwrap_err();
        assert!(matches!(refused, MigrateError::Newer { found: 9999, .. }), "{refused}");
    });
}
