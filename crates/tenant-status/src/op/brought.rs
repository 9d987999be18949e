//! What synchronisations brought, as Graph's lists: Autopilot identities, Apple's enrolment devices, bought apps and
//! books.

use api::list::{Page, View};
use api::{Failure, Permitted, id_in_path};
use axum::extract::{OriginalUri, Path, RawQuery};
use serde_json::json;
use store::{Tx, Value};
use uuid::Uuid;

use crate::TenantStatus;
use crate::brought::view::APPLE_DEVICES;
use crate::connector::instance;

const SETTINGS: &str = "deviceManagement/depOnboardingSettings";
const SETTING: &str = "depOnboardingSetting";

/// A list, and what its statement binds.
#[derive(Clone, Copy)]
pub(crate) struct List {
    pub(crate) view: &'static View,
    pub(crate) bound: Option<&'static str>,
}

impl List {
    fn values(self) -> Vec<Value> {
        self.bound.map(Value::from).into_iter().collect()
    }
}

pub(crate) async fn list(
    status: TenantStatus,
    permitted: Permitted,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    list: List,
) -> Result<Page, Failure> {
    let (root, query) = (root(&status, &uri), query.unwrap_or_default());
    let read = status
        .store
        .read(permitted.tenant(), move |tx| list.view.page_with(tx, &root, &query, &list.values()));
    read.await
}

pub(crate) async fn one(
    status: TenantStatus,
    permitted: Permitted,
    (Path(id), OriginalUri(uri), RawQuery(query)): (Path<String>, OriginalUri, RawQuery),
    list: List,
) -> Result<Page, Failure> {
    let (id, root, query) = (id_in_path(&id)?, root(&status, &uri), query.unwrap_or_default());
    let read = status.store.read(permitted.tenant(), move |tx| {
        list.view.one_with(tx, &root, &id.to_string(), &query, &list.values())
    });
    read.await?
        .ok_or_else(|| Failure::not_found(format!("There is no {id} in {}.", list.view.set)).target("id"))
}

/// The devices that came by one server token.
pub(crate) async fn apple_devices(
    status: TenantStatus,
    permitted: Permitted,
    Path(setting): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let (setting, query) = (id_in_path(&setting)?, query.unwrap_or_default());
    let graph = format!("{}/graph/beta", status.origin);
    let read = status.store.read(permitted.tenant(), move |tx| {
        of_setting(tx, setting)?;
        let root = format!("{graph}/{SETTINGS}/{setting}");
        let mut page = APPLE_DEVICES.page_with(tx, &root, &query, &[setting.into()])?;
        place(&mut page, &graph, setting, "");
        Ok(page)
    });
    read.await
}

pub(crate) async fn apple_device(
    status: TenantStatus,
    permitted: Permitted,
    Path((setting, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let (setting, id, query) = (id_in_path(&setting)?, id_in_path(&id)?, query.unwrap_or_default());
    let graph = format!("{}/graph/beta", status.origin);
    let read = status.store.read(permitted.tenant(), move |tx| {
        of_setting(tx, setting)?;
        let found = APPLE_DEVICES.one_with(tx, &graph, &id.to_string(), &query, &[setting.into()])?;
        let mut page = found.ok_or_else(|| {
            Failure::not_found(format!("There is no device {id} of this token.")).target("id")
        })?;
        place(&mut page, &graph, setting, "/$entity");
        Ok(page)
    });
    read.await
}

fn of_setting(tx: &mut Tx<'_, '_>, setting: Uuid) -> Result<(), Failure> {
    let found = instance::one(tx, setting)?.filter(|found| found.family == SETTING);
    let missing = || Failure::not_found(format!("There is no {SETTING} {setting}.")).target("id");
    found.map(drop).ok_or_else(missing)
}

/// The list is within one setting, and its context says so.
fn place(page: &mut Page, graph: &str, setting: Uuid, end: &str) {
    let set = APPLE_DEVICES.set;
    page.0["@odata.context"] = json!(format!("{graph}/$metadata#{SETTINGS}('{setting}')/{set}{end}"));
}

fn root(status: &TenantStatus, uri: &http::Uri) -> String {
    let version = if uri.path().starts_with("/graph/beta/") { "beta" } else { "v1.0" };
    format!("{}/graph/{version}", status.origin)
}
