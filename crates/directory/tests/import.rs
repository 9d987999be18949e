//! Users that another directory tells of, on both databases.

use api::Failure;
use directory::import::{ImportedUser, Landed, user};
use directory::setup::{NewTenant, tenant};
use directory::{Leaver, Leaving};
use jiff::Timestamp;
use store::{Sql, SqlError, Store, TenantId, Tx, testkit};
use uuid::Uuid;
use world::World;

const HOME: TenantId = TenantId(Uuid::from_u128(1));
const ANN: Uuid = Uuid::from_u128(10);

/// Writes down who left, in the transaction.
struct Farewell;

const LEFT: Sql = Sql::tenant("update tenant set location = $2 where tenant_id = $1");
const WHO_LEFT: Sql = Sql::tenant("select location from tenant where tenant_id = $1");

impl Leaving for Farewell {
    fn left(&self, tx: &mut Tx<'_, '_>, leaver: &Leaver, _: Timestamp) -> Result<(), SqlError> {
        tx.exec(&LEFT, &[format!("{} {}", leaver.id, leaver.names.join(", ")).into()]).map(drop)
    }
}

async fn land(store: &Store, world: &World, told: ImportedUser) -> Landed {
    let (event, now) = (world.ids.guid(), world.clock.now());
    let written = store.write(HOME, move |tx| user(tx, ("test", event), &told, &Farewell, now));
    written.await.unwrap_or_else(|failure: Failure| panic!("{failure:?}"))
}

fn ann() -> ImportedUser {
    ImportedUser {
        id: ANN,
        user_principal_name: Some("ann@home.example".to_owned()),
        display_name: Some("Ann".to_owned()),
        mail: Some("ann@home.example".to_owned()),
        account_enabled: Some(true),
        ..ImportedUser::default()
    }
}

#[test]
fn users_come_change_and_go() {
    testkit::check(async |store| {
        let world = World::with_set_clock("2026-11-21T12:00:00Z".parse().unwrap());
        let (inner, text) = (world.clone(), str::to_owned);
        let new = NewTenant {
            display_name: text("home"),
            domain: text("home.example"),
            country_letter_code: text("NL"),
            location: text("here"),
        };
        store.write(HOME, move |tx| tenant(tx, &inner, &new)).await.unwrap();
        let n_audited = async || store.read(HOME, audit::count).await.unwrap();
        assert_eq!(land(&store, &world, ann()).await, Landed::Made);
        let before = n_audited().await;
        assert_eq!(land(&store, &world, ann()).await, Landed::Same);
        assert_eq!(n_audited().await, before, "nothing happened");
        // Delta tells only what changed.
        let off = ImportedUser { id: ANN, account_enabled: Some(false), ..ImportedUser::default() };
        assert_eq!(land(&store, &world, off).await, Landed::Changed);
        let caller = store.read(HOME, |tx| directory::caller::find(tx, ANN)).await.unwrap();
        assert_eq!(caller, None, "who is disabled may nothing");
        let twin = ImportedUser { id: Uuid::from_u128(11), ..ann() };
        assert_eq!(land(&store, &world, twin).await, Landed::Skipped, "the name is taken");
        let nameless = ImportedUser { id: Uuid::from_u128(12), ..ImportedUser::default() };
        assert_eq!(land(&store, &world, nameless).await, Landed::Skipped);
        let gone = ImportedUser { id: ANN, is_removed: true, ..ImportedUser::default() };
        assert_eq!(land(&store, &world, gone.clone()).await, Landed::Removed);
        assert_eq!(land(&store, &world, gone).await, Landed::Same);
        assert_eq!(n_audited().await, before + 2);
        let row = store.read(HOME, |tx| tx.row(&WHO_LEFT, &[])).await.unwrap().unwrap();
        let left = format!("{ANN} ann@home.example, ann@home.example, Ann");
        assert_eq!(row.get::<String>(0).unwrap(), left, "others hear who left");
    });
}
