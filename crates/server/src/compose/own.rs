//! Quarterdeck's own certificates, keys, secrets and jobs, as the tenant status page shows them.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use devices::DeviceCas;
use identity::keys::ACTIVE_SECONDS;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sql::{Sql, SqlError};
use store::{Store, TenantId};
use tenant_status::{OwnSeen, OwnThing, OwnThings, Server};
use warehouse::Lakes;
use words::Words;
use world::World;

use crate::config::check_private;
use crate::data_dir;
use crate::metrics::Metrics;

/// Keys are exchanged by themselves. That is late by a day when seven days of this are left.
const KEY_GRACE: SignedDuration = SignedDuration::from_hours(24 * 8);
/// The day is written shortly after midnight; an hour late is late.
const SNAPSHOT_EVERY: SignedDuration = SignedDuration::from_hours(25);

/// A new server makes its first day at once; nobody needs to hear that there was none a minute before.
const FIRST_SNAPSHOT_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// A nightly job that takes up to an hour.
const BACKUP_EVERY: SignedDuration = SignedDuration::from_hours(25);

const SIGNING: Sql = Sql::global("select kid, since from signing_key where state = 'active' order by kid");
const APP_SECRETS: Sql = Sql::tenant(
    "select p.key_id, a.display_name, p.display_name, p.hint, p.starts_at, p.ends_at
     from application_password p join application a on a.tenant_id = p.tenant_id and a.app_id = p.app_id
     where p.tenant_id = $1 order by p.ends_at, p.key_id limit 500",
);

/// Where they are.
pub(super) struct Own {
    pub(super) store: Store,
    pub(super) world: World,
    pub(super) cas: Arc<DeviceCas>,
    pub(super) lakes: Lakes,
    pub(super) served: Served,
    pub(super) opened_at: Timestamp,
    pub(super) data_dir: PathBuf,
    pub(super) server: Server,
    /// The mail server and the file with its password, when there is one.
    pub(super) mail: Option<(String, PathBuf)>,
}

/// The certificate that is served, once a server serves one: not the file, which may be newer.
pub(crate) type Served = Arc<OnceLock<Metrics>>;

impl OwnThings for Own {
    fn server(&self) -> &Server {
        &self.server
    }

    fn of(
        &self,
        tenant: TenantId,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<OwnThing>, String>> + Send + '_>> {
        Box::pin(async move {
            let local = self.tls().into_iter().chain(self.on_disk(tenant).await?);
            let mut things: Vec<OwnThing> = local.map(|thing| of_server(&self.server, thing)).collect();
            things.push(self.device_ca(tenant).await);
            things.extend(self.signing_keys().await.map_err(|error| error.to_string())?);
            things.extend(self.app_secrets(tenant).await.map_err(|error| error.to_string())?);
            things.extend(self.snapshot(tenant).await?);
            Ok(things)
        })
    }
}

impl Own {
    fn tls(&self) -> Option<OwnThing> {
        let expires_at = self.served.get()?.served_certificate_expires_at()?;
        Some(thing("ownTlsExpiry", "tls", "TLS", expiring(None, expires_at, json!({}))))
    }

    async fn device_ca(&self, tenant: TenantId) -> OwnThing {
        let seen = match self.cas.of(&self.store, &self.world, tenant).await {
            Ok(ca) => ca_facts(&ca.certificate_pem),
            Err(error) => OwnSeen::Unreadable {
                why: Words::new(
                    format!("The device authority cannot be opened: {error}."),
                    format!("De apparaatinstantie kan niet worden geopend: {error}."),
                    format!("Enhetsutfärdaren kan inte öppnas: {error}."),
                ),
            },
        };
        thing("ownDeviceCaExpiry", "ca", "Device CA", seen)
    }

    async fn signing_keys(&self) -> Result<Vec<OwnThing>, SqlError> {
        let read = self.store.read_global(|conn| {
            let rows = conn.rows(&SIGNING, &[])?;
            rows.iter()
                .map(|row| Ok((row.get(0)?, row.get(1)?)))
                .collect::<Result<Vec<(String, Timestamp)>, SqlError>>()
        });
        let active = SignedDuration::from_secs(ACTIVE_SECONDS);
        let made = |(kid, since): (String, Timestamp)| {
            let seen = expiring(Some(since), since + active + KEY_GRACE, json!({ "keyId": kid }));
            thing("ownSigningKeyExpiry", "signing", "RS256", seen)
        };
        Ok(read.await?.into_iter().map(made).collect())
    }

    async fn app_secrets(&self, tenant: TenantId) -> Result<Vec<OwnThing>, SqlError> {
        let read = self.store.read(tenant, |tx| {
            let mut things = Vec::new();
            for row in tx.rows(&APP_SECRETS, &[])? {
                let (id, app, secret): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let facts = json!({ "hint": row.get::<String>(3)? });
                let seen = expiring(Some(row.get(4)?), row.get(5)?, facts);
                things.push(thing("ownSignInSecretExpiry", &id, &format!("{app}: {secret}"), seen));
            }
            Ok::<_, SqlError>(things)
        });
        read.await
    }

    /// What files tell.
    async fn on_disk(&self, tenant: TenantId) -> Result<Vec<OwnThing>, String> {
        let (data_dir, mail) = (self.data_dir.clone(), self.mail.clone());
        let read = tokio::task::spawn_blocking(move || {
            mail.map(mail_secret).into_iter().chain(backup(&data_dir, tenant)).collect()
        });
        read.await.map_err(|error| error.to_string())
    }

    async fn snapshot(&self, tenant: TenantId) -> Result<Option<OwnThing>, String> {
        let lakes = self.lakes.clone();
        let read = tokio::task::spawn_blocking(move || lakes.last_day(tenant));
        let read = read.await.map_err(|error| error.to_string())?;
        let (last_success_at, last_error) = match read {
            Ok(last) => (last.map(|publication| publication.published_at), None),
            Err(why) => {
                let said = Words::new(
                    format!("The warehouse's catalogue cannot be read: {why}."),
                    format!("De catalogus van het datawarehouse kan niet worden gelezen: {why}."),
                    format!("Informationslagrets katalog kan inte läsas: {why}."),
                );
                (None, Some(said))
            }
        };
        let is_new = self.world.clock.now().duration_since(self.opened_at) < FIRST_SNAPSHOT_WITHIN;
        if last_success_at.is_none() && last_error.is_none() && is_new {
            return Ok(None);
        }
        let seen = OwnSeen::Job { last_success_at, last_error, period: SNAPSHOT_EVERY };
        Ok(Some(thing("ownSnapshot", "midnight", "Snapshot", seen)))
    }
}

/// Nobody tells when a mail server's password expires; that it can be read is known.
fn mail_secret((host, file): (String, PathBuf)) -> OwnThing {
    let read = check_private(&file).and_then(|()| std::fs::read(&file).map_err(|error| error.to_string()));
    let seen = match read {
        Ok(_) => OwnSeen::Credential { valid_from: None, expires_at: None, facts: json!({ "host": host }) },
        Err(why) => OwnSeen::Unreadable {
            why: Words::new(
                format!("The mail server's password cannot be read: {why}."),
                format!("Het wachtwoord van de mailserver kan niet worden gelezen: {why}."),
                format!("E-postserverns lösenord kan inte läsas: {why}."),
            ),
        },
    };
    thing("ownMailSecretExpiry", "mail", &host, seen)
}

/// The last `quarterdeck export` from this data folder; nothing before the first.
fn backup(data_dir: &Path, tenant: TenantId) -> Option<OwnThing> {
    let text = std::fs::read_to_string(data_dir::export_note(data_dir, tenant)).ok()?;
    let (last_success_at, last_error) = match text.trim().parse::<Timestamp>() {
        Ok(at) => (Some(at), None),
        Err(_) => {
            let said = Words::new(
                "The note of the last export is damaged; export again.",
                "De notitie van de laatste export is beschadigd; exporteer opnieuw.",
                "Anteckningen om den senaste exporten är skadad; exportera igen.",
            );
            (None, Some(said))
        }
    };
    let seen = OwnSeen::Job { last_success_at, last_error, period: BACKUP_EVERY };
    Some(thing("ownBackup", "export", "quarterdeck export", seen))
}

fn thing(type_key: &'static str, name: &str, display_name: &str, seen: OwnSeen) -> OwnThing {
    OwnThing {
        type_key,
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        is_of_server: false,
        seen,
    }
}

/// Of this server alone: its certificate, its files. It bears the machine's name, to be told from the others'.
fn of_server(server: &Server, thing: OwnThing) -> OwnThing {
    let display_name = format!("{} ({})", thing.display_name, server.name);
    OwnThing { is_of_server: true, display_name, ..thing }
}

fn expiring(valid_from: Option<Timestamp>, expires_at: Timestamp, facts: serde_json::Value) -> OwnSeen {
    OwnSeen::Credential { valid_from, expires_at: Some(expires_at), facts }
}

fn ca_facts(pem: &str) -> OwnSeen {
    use rustls_pki_types::CertificateDer;
    use rustls_pki_types::pem::PemObject as _;
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok();
    let facts = der.and_then(|der| credential::read_chain_der([der.as_ref()]).ok()?.into_iter().next());
    match facts {
        Some(ca) => {
            let shown =
                json!({ "subject": ca.subject, "serialNumber": ca.serial_number, "sha256": ca.sha256 });
            expiring(Some(ca.not_before), ca.not_after, shown)
        }
        None => OwnSeen::Unreadable {
            why: Words::new(
                "The device authority's certificate is damaged.",
                "Het certificaat van de apparaatinstantie is beschadigd.",
                "Enhetsutfärdarens certifikat är skadat.",
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_mail_password_that_cannot_be_read_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("password");
        let seen = || mail_secret(("mail.example".to_owned(), file.clone())).seen;
        assert!(matches!(seen(), OwnSeen::Unreadable { .. }), "there is none");
        std::fs::write(&file, "s3cr3t").expect("the file can be written");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
        let told = seen();
        assert!(matches!(told, OwnSeen::Credential { expires_at: None, .. }), "{told:?}");
        assert!(!format!("{told:?}").contains("s3cr3t"));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
        assert!(matches!(seen(), OwnSeen::Unreadable { .. }), "others may read it");
    }

    #[test]
    fn the_last_export_is_the_backup() {
        let folder = tempfile::tempdir().expect("a folder");
        let tenant = TenantId(Uuid::from_u128(1));
        assert_eq!(backup(folder.path(), tenant), None);
        let note = data_dir::export_note(folder.path(), tenant);
        let at: Timestamp = "2026-11-21T02:00:00Z".parse().expect("an instant");
        std::fs::write(&note, at.to_string()).expect("the note can be written");
        let seen = OwnSeen::Job { last_success_at: Some(at), last_error: None, period: BACKUP_EVERY };
        assert_eq!(backup(folder.path(), tenant).map(|thing| thing.seen), Some(seen));
        std::fs::write(&note, "?").expect("the note can be written");
        let told = backup(folder.path(), tenant).map(|thing| thing.seen);
        assert!(matches!(told, Some(OwnSeen::Job { last_error: Some(_), .. })), "{told:?}");
    }
}
