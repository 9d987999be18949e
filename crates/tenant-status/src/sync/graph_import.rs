//! Import from a Graph-shaped endpoint: users (only what changed, by delta), managed devices, and Autopilot identities.
//! Where users and devices land others know ([`Landing`]).

mod pages;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use http::StatusCode;
use jiff::Timestamp;
use outbound::{Client, Request, Target};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::TenantId;
use uuid::Uuid;
use words::Words;

use super::shelf::{AutopilotIdentity, Kept, Page as ShelfPage, Shelf, Shelved};
use super::trouble::{Refused, address, refused, required};
use super::{Asked, Running, Sync, SyncError, Synced};
use crate::catalogue::SyncKind;
use crate::upload::Stored;
use pages::{Found, Graph};

const USERS: &str =
    "/users/delta?$select=id,userPrincipalName,displayName,givenName,surname,mail,accountEnabled";
const DEVICES: &str = "/deviceManagement/managedDevices";
const AUTOPILOT: &str = "/deviceManagement/windowsAutopilotDeviceIdentities";

/// A user as Graph tells it; a property that is not told has not changed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GraphUser {
    pub id: Uuid,
    pub user_principal_name: Option<String>,
    pub display_name: Option<String>,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub mail: Option<String>,
    pub account_enabled: Option<bool>,
    /// Why it is gone, if it is.
    #[serde(rename = "@removed")]
    pub removed: Option<Value>,
}

/// A managed device as Graph tells it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GraphDevice {
    pub id: Uuid,
    pub device_name: Option<String>,
    pub operating_system: Option<String>,
    pub os_version: Option<String>,
    pub compliance_state: Option<String>,
    pub managed_device_owner_type: Option<String>,
    pub enrolled_date_time: Option<Timestamp>,
    pub last_sync_date_time: Option<Timestamp>,
    pub serial_number: Option<String>,
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    /// A GUID, or empty where nobody uses it.
    pub user_id: Option<String>,
    #[serde(rename = "azureADDeviceId")]
    pub azure_ad_device_id: Option<String>,
    pub is_supervised: Option<bool>,
    pub is_encrypted: Option<bool>,
    pub total_storage_space_in_bytes: Option<i64>,
    pub free_storage_space_in_bytes: Option<i64>,
}

/// What became of those that were told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LandedCounts {
    pub made: u64,
    pub changed: u64,
    pub removed: u64,
    pub skipped: u64,
}

/// Landing on its way; an error is for people.
pub type LandingRun<'a> = std::pin::Pin<Box<dyn Future<Output = Result<LandedCounts, Words>> + Send + 'a>>;

/// Where users and devices are kept: whoever keeps them. A page lands whole or not at all, and may come twice.
pub trait Landing: Send + std::marker::Sync + 'static {
    fn users(&self, tenant: TenantId, users: Vec<GraphUser>) -> LandingRun<'_>;
    fn devices(&self, tenant: TenantId, devices: Vec<GraphDevice>) -> LandingRun<'_>;
}

/// Imports from `root`, with a token from `tokenAddress` for `clientId`.
pub(super) struct GraphImport {
    pub(super) client: Client,
    pub(super) landing: Arc<dyn Landing>,
    pub(super) shelf: Arc<dyn Shelf>,
}

/// What is kept between runs.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Cursor {
    users_delta: Option<String>,
    /// Graph itself offers none; another endpoint may.
    autopilot_delta: Option<String>,
}

impl Sync for GraphImport {
    fn kind(&self) -> SyncKind {
        SyncKind::GraphImport
    }

    fn check(&self, settings: &Value) -> Result<(), Refused> {
        address(settings, "root")?;
        address(settings, "tokenAddress")?;
        required(settings, "clientId").map(drop)
    }

    fn run(&self, asked: Asked) -> Running<'_> {
        Box::pin(self.import(asked))
    }
}

impl GraphImport {
    async fn import(&self, asked: Asked) -> Result<Synced, SyncError> {
        let lasting = |(_, message)| SyncError::lasting(message);
        let root = address(&asked.settings, "root").map_err(lasting)?;
        let token = self.token(&asked, &root).await?;
        let text = required(&asked.settings, "root").map_err(lasting)?.trim_end_matches('/').to_owned();
        let graph =
            Graph { client: self.client.clone(), root, token, now: asked.now, n_pages: AtomicUsize::new(0) };
        let cursor = asked.cursor.as_deref().and_then(|text| serde_json::from_str::<Cursor>(text).ok());
        let Cursor { users_delta, autopilot_delta } = cursor.unwrap_or_default();
        let (users, users_delta) = self.users(&asked, &graph, &text, users_delta).await?;
        let devices = self.devices(&asked, &graph, &text).await?;
        let (autopilot, autopilot_delta) = self.autopilot(&asked, &graph, &text, autopilot_delta).await?;
        let n_autopilot = autopilot.n_kept;
        let cursor = Cursor { users_delta, autopilot_delta };
        Ok(Synced {
            message: told(users, devices, n_autopilot),
            counts: json!({
                "usersMade": users.made, "usersChanged": users.changed, "usersRemoved": users.removed,
                "usersSkipped": users.skipped, "devicesMade": devices.made, "devicesKept": devices.changed,
                "devicesSkipped": devices.skipped, "autopilotIdentities": n_autopilot,
                "autopilotIdentitiesRemoved": autopilot.n_removed,
            }),
            cursor: serde_json::to_string(&cursor).ok(),
            credential: None,
        })
    }

    /// OAuth 2.0 client credentials (RFC 6749 §4.4).
    async fn token(&self, asked: &Asked, root: &Target) -> Result<String, SyncError> {
        #[derive(Deserialize)]
        struct Token {
            access_token: String,
        }
        let Some(Stored::ClientSecret { value }) = Stored::read(asked.credential.as_deref()) else {
            return Err(SyncError::lasting(Words::new(
                "There is no client secret; add it first.",
                "Er is geen clientgeheim; voeg dat eerst toe.",
                "Det finns ingen klienthemlighet; lägg till den först.",
            )));
        };
        let lasting = |(_, message)| SyncError::lasting(message);
        let target = address(&asked.settings, "tokenAddress").map_err(lasting)?;
        let client_id = required(&asked.settings, "clientId").map_err(lasting)?;
        let scope = format!("{}/.default", root.origin());
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", &value),
            ("scope", &scope),
        ];
        let form: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", super::oauth1::encoded(value))).collect();
        let request = Request::post(target, "application/x-www-form-urlencoded", form.join("&"));
        let answer = self.client.send(request).await?;
        if matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) {
            let host = &answer.host;
            return Err(SyncError::lasting(Words::new(
                format!(
                    "{host} gives no token for this client and secret; check both, and that the secret has not expired."
                ),
                format!(
                    "{host} geeft geen token voor deze client en dit geheim; controleer beide, en of het geheim niet is verlopen."
                ),
                format!(
                    "{host} ger ingen token för den här klienten och hemligheten; kontrollera båda, och att hemligheten inte har upphört att gälla."
                ),
            )));
        }
        if !answer.status.is_success() {
            return Err(refused(&answer, asked.now));
        }
        Ok(answer.json::<Token>()?.access_token)
    }

    /// Users that changed since the last time; all of them when the other side has forgotten that time.
    async fn users(
        &self,
        asked: &Asked,
        graph: &Graph,
        root: &str,
        delta: Option<String>,
    ) -> Result<(LandedCounts, Option<String>), SyncError> {
        let (mut counts, all) = (LandedCounts::default(), format!("{root}{USERS}"));
        let mut next = Some(delta.unwrap_or_else(|| all.clone()));
        let (mut delta, mut is_restarted) = (None, false);
        while let Some(link) = next.take() {
            let Some(page) = graph.page::<GraphUser>(&link).await? else {
                if is_restarted {
                    return Err(SyncError::new(Words::new(
                        "The list of users ends before it is complete.",
                        "De lijst met gebruikers eindigt voordat die volledig is.",
                        "Listan över användare slutar innan den är fullständig.",
                    )));
                }
                is_restarted = true;
                next = Some(all.clone());
                continue;
            };
            let landed = self.landing.users(asked.tenant, page.value).await;
            counts.add(landed.map_err(SyncError::new)?);
            (next, delta) = (page.next_link, page.delta_link);
        }
        Ok((counts, delta))
    }

    async fn devices(&self, asked: &Asked, graph: &Graph, root: &str) -> Result<LandedCounts, SyncError> {
        let (mut counts, mut next) = (LandedCounts::default(), Some(format!("{root}{DEVICES}")));
        while let Some(link) = next.take() {
            let page = graph.page::<GraphDevice>(&link).await?;
            let page = page.ok_or_else(|| {
                SyncError::new(Words::new(
                    "The list of devices ends before it is complete.",
                    "De lijst met apparaten eindigt voordat die volledig is.",
                    "Listan över enheter slutar innan den är fullständig.",
                ))
            })?;
            let landed = self.landing.devices(asked.tenant, page.value).await;
            counts.add(landed.map_err(SyncError::new)?);
            next = page.next_link;
        }
        Ok(counts)
    }
}

impl GraphImport {
    /// Autopilot identities: all of them, or what changed where the endpoint tells that. One without the list leaves
    /// what there is as it is.
    async fn autopilot(
        &self,
        asked: &Asked,
        graph: &Graph,
        root: &str,
        since: Option<String>,
    ) -> Result<(Kept, Option<String>), SyncError> {
        let all = format!("{root}{AUTOPILOT}");
        let (mut is_whole, mut n_removed, mut delta) = (since.is_none(), 0, None);
        let mut next = Some(since.unwrap_or_else(|| all.clone()));
        while let Some(link) = next.take() {
            match graph.find::<AutopilotIdentity>(&link).await? {
                Found::Page(page) => {
                    let put = self.shelf.put(asked.bringer(), ShelfPage::Autopilot(page.value)).await;
                    n_removed += put.map_err(SyncError::new)?;
                    (next, delta) = (page.next_link, page.delta_link);
                }
                Found::Forgotten if !is_whole => (is_whole, next) = (true, Some(all.clone())),
                Found::Forgotten => {
                    return Err(SyncError::new(Words::new(
                        "The list of Autopilot identities ends before it is complete.",
                        "De lijst met Autopilot-identiteiten eindigt voordat die volledig is.",
                        "Listan över Autopilot-identiteter slutar innan den är fullständig.",
                    )));
                }
                Found::Missing(_) => is_whole = false,
            }
        }
        let kept = self.shelf.close(asked.bringer(), Shelved::Autopilot, is_whole).await;
        let kept = kept.map_err(SyncError::new)?;
        Ok((Kept { n_removed: kept.n_removed + n_removed, ..kept }, delta))
    }
}

fn told(users: LandedCounts, devices: LandedCounts, n_autopilot: u64) -> Words {
    let LandedCounts { made, changed, removed, .. } = users;
    let (new, kept) = (devices.made, devices.changed);
    Words::new(
        format!(
            "Users: {made} new, {changed} changed, {removed} removed. Devices: {new} new, {kept} kept. {n_autopilot} Autopilot identities."
        ),
        format!(
            "Gebruikers: {made} nieuw, {changed} gewijzigd, {removed} verwijderd. Apparaten: {new} nieuw, {kept} behouden. {n_autopilot} Autopilot-identiteiten."
        ),
        format!(
            "Användare: {made} nya, {changed} ändrade, {removed} borttagna. Enheter: {new} nya, {kept} behållna. {n_autopilot} Autopilot-identiteter."
        ),
    )
}

impl LandedCounts {
    fn add(&mut self, more: LandedCounts) {
        self.made += more.made;
        self.changed += more.changed;
        self.removed += more.removed;
        self.skipped += more.skipped;
    }
}
