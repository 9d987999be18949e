//! Connectors as Graph shows them: the same rows under Graph's names, for scripts that know them.

use api::{Code, Failure, Permitted, id_in_path};
use axum::Json;
use axum::extract::{OriginalUri, Path};
use jiff::Timestamp;
use serde_json::{Value as Json_, json};
use store::{SqlError, TenantId, Tx};

use crate::TenantStatus;
use crate::connector::instance::{self, Instance};
use crate::connector::secret::{self, Purpose};
use crate::graph::{Resource, entity};

/// All instances that are this resource.
pub(crate) async fn collection(
    status: TenantStatus,
    permitted: Permitted,
    OriginalUri(uri): OriginalUri,
    resource: &'static Resource,
) -> Result<Json<Json_>, Failure> {
    refuse_options(&uri)?;
    let (found, now) = read(&status, permitted.tenant(), resource).await?;
    let value: Vec<Json_> = found.iter().map(|one| entity(resource, &one.0, &one.1, now)).collect();
    Ok(Json(json!({ "@odata.context": context(&status, &uri, resource, false), "value": value })))
}

/// One of them.
pub(crate) async fn one(
    status: TenantStatus,
    permitted: Permitted,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    resource: &'static Resource,
) -> Result<Json<Json_>, Failure> {
    refuse_options(&uri)?;
    let id = id_in_path(&id)?;
    let (found, now) = read(&status, permitted.tenant(), resource).await?;
    let found = found.iter().find(|one| one.0.id == id);
    let found = found
        .ok_or_else(|| Failure::not_found(format!("There is no {} {id}.", resource.name)).target("id"))?;
    Ok(Json(with_context(&status, &uri, resource, entity(resource, &found.0, &found.1, now))))
}

/// The only one there can be in Graph: the one that expires or reported last.
pub(crate) async fn singleton(
    status: TenantStatus,
    permitted: Permitted,
    OriginalUri(uri): OriginalUri,
    resource: &'static Resource,
) -> Result<Json<Json_>, Failure> {
    refuse_options(&uri)?;
    let (found, now) = read(&status, permitted.tenant(), resource).await?;
    let newest =
        |one: &&(Instance, String)| (one.0.credential.expires_at, one.0.sync.last_success_at, one.0.id);
    let found = found.iter().filter(|one| one.0.is_enabled).max_by_key(newest);
    let found = found.ok_or_else(|| Failure::not_found(format!("{} is not set up.", resource.name)))?;
    Ok(Json(with_context(&status, &uri, resource, entity(resource, &found.0, &found.1, now))))
}

type Found = (Vec<(Instance, String)>, Timestamp);

/// The instances, each with its certificate where Graph shows one.
async fn read(
    status: &TenantStatus,
    tenant: TenantId,
    resource: &'static Resource,
) -> Result<Found, Failure> {
    let seal = status.seal.clone();
    let read = status.store.read(tenant, move |tx| {
        let mut out = Vec::new();
        for family in resource.families {
            for found in instance::all(tx, family)? {
                let public = public_text(tx, &*seal, resource, &found)?;
                out.push((found, public));
            }
        }
        Ok::<_, SqlError>(out)
    });
    Ok((read.await?, status.world.clock.now()))
}

fn public_text(
    tx: &mut Tx<'_, '_>,
    seal: &dyn identity::Seal,
    resource: &Resource,
    found: &Instance,
) -> Result<String, SqlError> {
    if !resource.shows_certificate {
        return Ok(String::new());
    }
    Ok(secret::find(tx, seal, found.id, Purpose::Credential)?
        .map(|kept| kept.public_text)
        .unwrap_or_default())
}

fn refuse_options(uri: &http::Uri) -> Result<(), Failure> {
    if uri.query().is_none_or(str::is_empty) {
        return Ok(());
    }
    let message = "This resource is answered whole; leave the query options out.";
    Err(Failure::new(Code::NotImplemented, message))
}

fn context(status: &TenantStatus, uri: &http::Uri, resource: &Resource, is_one: bool) -> String {
    let version = if uri.path().starts_with("/graph/beta/") { "beta" } else { "v1.0" };
    let end = if is_one { "/$entity" } else { "" };
    format!("{}/graph/{version}/$metadata#{}{end}", status.origin, resource.paths.path)
}

fn with_context(status: &TenantStatus, uri: &http::Uri, resource: &Resource, entity: Json_) -> Json_ {
    let mut out = json!({ "@odata.context": context(status, uri, resource, true) });
    if let (Some(out), Json_::Object(properties)) = (out.as_object_mut(), entity) {
        out.extend(properties);
    }
    out
}
