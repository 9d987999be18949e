//! The tenants' device CAs: made when a tenant first needs one, kept sealed, remembered once opened.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use audit::{Actor, Category, Event, Resource};
use identity::Seal;
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use store::{SqlError, Store, TenantId, Tx};
use world::World;

use crate::certificate::{self, Refused, Shown, hex};
use crate::sql;

/// A CA that is open for use.
pub struct Ca {
    pub certificate_pem: String,
    pub key_pkcs8: Vec<u8>,
}

/// Judged certificates that are remembered; at the limit all are forgotten and judged anew.
const JUDGED_MAX: usize = 100_000;

/// All tenants' CAs of one installation.
pub struct DeviceCas {
    seal: Arc<dyn Seal>,
    open: Mutex<HashMap<TenantId, Arc<Ca>>>,
    judged: Mutex<HashMap<[u8; 32], Shown>>,
}

impl DeviceCas {
    pub fn new(seal: Arc<dyn Seal>) -> DeviceCas {
        DeviceCas { seal, open: Mutex::default(), judged: Mutex::default() }
    }

    /// The tenant's CA, made now if there is none.
    ///
    /// # Errors
    /// When the database or the crypto library fails, or the key file is not the one the CA was sealed with.
    pub async fn of(&self, store: &Store, world: &World, tenant: TenantId) -> Result<Arc<Ca>, SqlError> {
        if let Some(ca) = self.remembered(tenant) {
            return Ok(ca);
        }
        let (now, id, event_id) = (world.clock.now(), world.ids.guid(), world.ids.guid());
        let new = certificate::new_ca(tenant, now)
            .map_err(|e| SqlError::Other(format!("cannot make a CA: {e}")))?;
        let sealed = self.seal.seal(&seal_name(tenant), &new.key_pkcs8);
        let (pem, sealed) = store
            .write(tenant, move |tx| {
                if let Some(found) = find(tx)? {
                    return Ok(found);
                }
                let params = [
                    id.into(),
                    (&new.certificate_pem).into(),
                    sealed.clone().into(),
                    new.not_after.into(),
                    now.into(),
                ];
                tx.exec(&sql::INSERT_CA, &params)?;
                let event =
                    Event::new(Actor::System("devices".to_owned()), "Create device CA", Category::Enrollment)
                        .on(Resource::new("DeviceCertificateAuthority", id.to_string()));
                audit::record(tx, now, event_id, &event)?;
                Ok::<_, SqlError>((new.certificate_pem, sealed))
            })
            .await?;
        self.opened(tenant, pem, &sealed)
    }

    /// Judges the certificate a device shows: whose it is, and that its tenant's CA issued it. Revocation is judged
    /// with the operation, in its transaction.
    ///
    /// # Errors
    /// The refusal, or the database's failure.
    pub async fn judge(
        &self,
        store: &Store,
        der: &CertificateDer<'static>,
        now: Timestamp,
    ) -> Result<Result<Shown, Refused>, SqlError> {
        let key: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(der).into();
        let known = self.judged.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(shown) = known.filter(|shown| now < shown.not_after) {
            return Ok(Ok(shown));
        }
        let shown = match certificate::claimed(der) {
            Ok(shown) => shown,
            Err(refused) => return Ok(Err(refused)),
        };
        let ca = match self.remembered(shown.tenant) {
            Some(ca) => Some(ca),
            None => match store.read(shown.tenant, find).await? {
                Some((pem, sealed)) => Some(self.opened(shown.tenant, pem, &sealed)?),
                None => None,
            },
        };
        let Some(ca) = ca else {
            let detail = "This client certificate names a tenant that this server does not have.".to_owned();
            return Ok(Err(Refused { code: proto::Code::CertificateUntrusted, detail }));
        };
        if let Err(refused) = certificate::verify(der, &ca.certificate_pem, now) {
            return Ok(Err(refused));
        }
        let mut judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        if judged.len() >= JUDGED_MAX {
            judged.clear();
        }
        judged.insert(key, shown.clone());
        Ok(Ok(shown))
    }

    fn remembered(&self, tenant: TenantId) -> Option<Arc<Ca>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned()
    }

    fn opened(&self, tenant: TenantId, certificate_pem: String, sealed: &[u8]) -> Result<Arc<Ca>, SqlError> {
        let key_pkcs8 = self.seal.unseal(&seal_name(tenant), sealed).ok_or_else(|| {
            SqlError::Other(
                "the device CA's key cannot be opened: the key file is not the one it was sealed with"
                    .to_owned(),
            )
        })?;
        let ca = Arc::new(Ca { certificate_pem, key_pkcs8 });
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant, Arc::clone(&ca));
        Ok(ca)
    }
}

fn find(tx: &mut Tx<'_, '_>) -> Result<Option<(String, Vec<u8>)>, SqlError> {
    tx.row(&sql::FIND_CA, &[])?.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

fn seal_name(tenant: TenantId) -> String {
    format!("device-ca:{tenant}")
}

/// SHA-256 in hex: how tokens are kept.
pub(crate) fn token_hash(token: &str) -> String {
    hex(&<sha2::Sha256 as sha2::Digest>::digest(token.as_bytes()))
}
