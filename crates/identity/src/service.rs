//! The authorization server as one value: what the rest of the house holds.
//!
//! Opens the keys, validates tokens, and offers the few operations that are not protocol endpoints. The endpoints are
//! in `http`, the UI's session in `web_session`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use audit::{Actor, Category, Event};
use jiff::Timestamp;
use serde_json::Value;
use sql::SqlError;
use store::{Store, TenantId};
use tokio::sync::Semaphore;
use uuid::Uuid;
use world::World;

use crate::accounts::{self, PasswordError};
use crate::claims::TokenClaims;
use crate::directory::{self, TenantName};
use crate::keys::KeyRing;
use crate::keys::master::{Master, MasterError};
use crate::keys::sql::{self as key_rows, RingError};
use crate::limits::Limits;
use crate::origin::Origin;
use crate::resource::Resource;
use crate::validate::{TokenError, Verified};

/// Passwords hashed at the same time; each takes 19 MiB and a core.
const HASHING_AT_ONCE: usize = 2;

/// What the authorization server is told at start.
#[derive(Debug, Clone)]
pub struct IdentityConfig {
    /// The public origin; issuer and every address derive from it.
    pub origin: Origin,
    /// The master key file; made with mode 0600 when missing.
    pub key_file: PathBuf,
}

/// Why the authorization server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    KeyFile(#[from] MasterError),
    #[error(transparent)]
    Keys(#[from] RingError),
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Why an account operation failed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("there is no enabled user with this id in the tenant")]
    NoUser,
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// The authorization server. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) origin: Origin,
    pub(crate) master: Master,
    pub(crate) limits: Mutex<Limits>,
    ring: RwLock<Arc<KeyRing>>,
    verified: Mutex<Verified>,
    hashing: Semaphore,
}

impl Identity {
    /// Opens the key file and the signing keys; makes them when there are none.
    pub async fn open(store: Store, world: World, config: IdentityConfig) -> Result<Identity, OpenError> {
        let master = Master::open(&config.key_file, &world)?;
        let ring = tend(&store, &world, &master, false).await?;
        Ok(Identity {
            inner: Arc::new(Inner {
                store,
                world,
                origin: config.origin,
                master,
                limits: Mutex::new(Limits::default()),
                ring: RwLock::new(Arc::new(ring)),
                verified: Mutex::new(Verified::default()),
                hashing: Semaphore::new(HASHING_AT_ONCE),
            }),
        })
    }

    pub fn origin(&self) -> &Origin {
        &self.inner.origin
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.world.clock.now()
    }

    /// To be called every minute: rotates keys that are due, learns of keys other servers made, and deletes expired
    /// codes, tokens and sessions.
    pub async fn tend(&self) -> Result<(), OpenError> {
        let inner = &self.inner;
        self.replace_ring(tend(&inner.store, &inner.world, &inner.master, false).await?);
        crate::upkeep::delete_expired(&inner.store, self.now()).await?;
        Ok(())
    }

    /// Rotates the signing key now, for instance because it may have leaked. Tokens signed by the old key stay valid
    /// until they expire.
    pub async fn rotate_keys(&self) -> Result<(), OpenError> {
        let inner = &self.inner;
        self.replace_ring(tend(&inner.store, &inner.world, &inner.master, true).await?);
        Ok(())
    }

    /// The tenant a path segment names: its GUID, a verified domain, `common` or `organizations`.
    pub async fn find_tenant(&self, segment: &str) -> Result<Option<TenantId>, SqlError> {
        let Some(name) = TenantName::parse(segment) else { return Ok(None) };
        self.inner.store.read_global(move |conn| directory::find_tenant(conn, &name)).await
    }

    /// Accepts or refuses an access token meant for one of `resources` (RFC 8725). Accepted tokens are remembered by
    /// hash until they expire. Every refusal looks the same from outside.
    pub fn validate_bearer(
        &self,
        token: &str,
        resources: &[Resource],
        now: Timestamp,
    ) -> Result<Arc<TokenClaims>, TokenError> {
        let ring = self.ring();
        let mut verified = self.inner.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(claims) = verified.find(token, now) {
            drop(verified);
            return crate::validate::for_resources(claims, resources, &self.inner.origin);
        }
        drop(verified);
        let claims = Arc::new(crate::validate::verify(token, &ring, &self.inner.origin, now)?);
        verified = self.inner.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.remember(token, &claims, now);
        drop(verified);
        crate::validate::for_resources(claims, resources, &self.inner.origin)
    }

    /// Sets a person's password, with its audit event.
    pub async fn set_password(
        &self,
        tenant: TenantId,
        user: Uuid,
        password: &str,
        actor: Actor,
    ) -> Result<(), AccountError> {
        let person = self.inner.store.read(tenant, move |tx| directory::person(tx, user)).await?;
        let person = person.ok_or(AccountError::NoUser)?;
        accounts::check_password(password, &person.user_principal_name)?;
        let hash = self.hash_password(password.to_owned()).await;
        let (now, id) = (self.now(), self.inner.world.ids.guid());
        let event = user_event(actor, "Set password", user);
        self.inner
            .store
            .write(tenant, move |tx| {
                accounts::set_password(tx, user, &hash, now)?;
                audit::record(tx, now, id, &event)
            })
            .await?;
        Ok(())
    }

    /// Makes a one-time sign-in link for a person, with its audit event; answers its address, to show once.
    pub async fn create_sign_in_link(
        &self,
        tenant: TenantId,
        user: Uuid,
        actor: Actor,
    ) -> Result<String, AccountError> {
        let (now, world) = (self.now(), self.inner.world.clone());
        let event = user_event(actor, "Create sign-in link", user);
        let token = self
            .inner
            .store
            .write(tenant, move |tx| {
                directory::person(tx, user)?.ok_or(AccountError::NoUser)?;
                let token = accounts::create_link(tx, &world, user, now)?;
                audit::record(tx, now, world.ids.guid(), &event)?;
                Ok::<_, AccountError>(token)
            })
            .await?;
        Ok(self.link_url(&token))
    }

    /// The address of a one-time sign-in link's secret.
    pub fn link_url(&self, token: &str) -> String {
        self.inner.origin.url(&format!("{}/{token}", crate::http::LINK_PATH))
    }

    pub(crate) fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.inner.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn limits(&self) -> MutexGuard<'_, Limits> {
        self.inner.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn jwks(&self) -> Value {
        self.ring().jwks()
    }

    pub(crate) async fn hash_password(&self, password: String) -> accounts::HashedPassword {
        let salt = self.inner.world.entropy.bytes();
        self.hashing(move || accounts::hash_password(&password, salt)).await
    }

    pub(crate) async fn verify_password(
        &self,
        password: String,
        hash: Option<accounts::HashedPassword>,
    ) -> bool {
        self.hashing(move || accounts::verify_password(&password, hash.as_ref())).await
    }

    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let _permit = self.inner.hashing.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(work).await.expect("hashing does not panic")
    }

    fn replace_ring(&self, ring: KeyRing) {
        *self.inner.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        // A token of a deleted key must not live on in memory.
        *self.inner.verified.lock().unwrap_or_else(PoisonError::into_inner) = Verified::default();
    }
}

/// Reads the ring, writing only when the rotation rule asks for it.
async fn tend(store: &Store, world: &World, master: &Master, force: bool) -> Result<KeyRing, RingError> {
    let now = world.clock.now();
    let settled = store.read_global(move |conn| key_rows::is_settled(conn, now)).await?;
    let (master, world) = (master.clone(), world.clone());
    if settled && !force {
        return store.read_global(move |conn| key_rows::load(conn, &master)).await;
    }
    store.write_global(move |conn| key_rows::tend(conn, &master, &world, force)).await
}

fn user_event(actor: Actor, activity: &str, user: Uuid) -> Event {
    Event::new(actor, activity, Category::Authentication).on(audit::Resource::new("User", user.to_string()))
}
