//! Which permissions a client gets on a person's behalf, and whether the person must be asked first.

use jiff::Timestamp;
use sql::{Sql, SqlError};
use store::Tx;
use uuid::Uuid;

use crate::applications::{Application, PermissionKind};
use crate::client::{Client, Party};
use crate::oauth_error::{Kind, OAuthError};
use crate::resource::{GET_DATA_WAREHOUSE, Resource, USER_IMPERSONATION};
use crate::scope::{Face, Request};

/// The stored resource of consent to OpenID scopes.
const OPENID: &str = "openid";

const LIST: Sql = Sql::tenant(
    "select permission from user_consent
     where tenant_id = $1 and user_id = $2 and client_id = $3 and resource = $4",
);
const INSERT: Sql = Sql::tenant(
    "insert into user_consent (tenant_id, user_id, client_id, resource, permission, granted_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, user_id, client_id, resource, permission) do nothing",
);

/// The delegated permissions a request comes to: what was named, or for `.default` what the client is registered for.
pub(crate) fn permissions(
    client: &Client,
    application: Option<&Application>,
    request: &Request,
) -> Result<Vec<String>, OAuthError> {
    let allowed = |name: &str| client.limited_to.is_none_or(|names| names.contains(&name));
    if let Some(refused) = request.permissions.iter().find(|name| !allowed(name)) {
        let text = format!("This client cannot have the permission '{refused}'.");
        return Err(OAuthError::new(Kind::InvalidScope, text));
    }
    if !request.default {
        return Ok(request.permissions.clone());
    }
    let offered = || request.resource.delegated_permissions().into_iter();
    let all: Vec<String> = match (client.party, application) {
        (Party::First, _) => offered().filter(|name| allowed(name)).map(str::to_owned).collect(),
        (Party::BuiltIn, _) if request.resource != Resource::Graph => {
            vec![GET_DATA_WAREHOUSE.to_owned(), USER_IMPERSONATION.to_owned()]
        }
        (Party::Registered, Some(application)) => registered(application, request.resource),
        _ => Vec::new(),
    };
    if all.is_empty() {
        return Err(OAuthError::new(
            Kind::InvalidResource,
            "The application is not registered for any permission of this resource. Add one to its registration.",
        ));
    }
    Ok(all)
}

fn registered(application: &Application, resource: Resource) -> Vec<String> {
    let scopes = application.permissions.iter();
    let scopes = scopes.filter(|p| p.kind == PermissionKind::Scope && p.resource == resource);
    scopes.map(|p| p.name.clone()).collect()
}

/// What the person still has to be asked, as (resource key, permission); empty when nothing.
pub(crate) fn missing(
    tx: &mut Tx<'_, '_>,
    user: Uuid,
    client: &Client,
    application: Option<&Application>,
    request: &Request,
    permissions: &[String],
) -> Result<Vec<(String, String)>, SqlError> {
    if client.party == Party::First {
        return Ok(Vec::new());
    }
    let for_all = |name: &str| {
        application.is_some_and(|application| {
            application.permissions.iter().any(|p| {
                p.granted
                    && p.kind == PermissionKind::Scope
                    && p.resource == request.resource
                    && p.name == name
            })
        })
    };
    let mut wanted: Vec<(String, String)> = permissions
        .iter()
        .filter(|name| !for_all(name))
        .map(|name| (request.resource.key().to_owned(), name.clone()))
        .collect();
    if permissions.is_empty() || !wanted.is_empty() {
        wanted.extend(request.oidc().into_iter().map(|name| (OPENID.to_owned(), name.to_owned())));
    }
    for key in [request.resource.key(), OPENID] {
        let rows = tx.rows(&LIST, &[user.into(), (&client.id).into(), key.into()])?;
        let known: Vec<String> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
        wanted.retain(|(resource, name)| resource != key || !known.contains(name));
    }
    Ok(wanted)
}

/// Everything a request comes to, as [`missing`] lists it: for asking again, and for keeping the answer.
pub(crate) fn all(client: &Client, request: &Request, permissions: &[String]) -> Vec<(String, String)> {
    if client.party == Party::First {
        return Vec::new();
    }
    let named = permissions.iter().map(|name| (request.resource.key().to_owned(), name.clone()));
    named.chain(request.oidc().into_iter().map(|name| (OPENID.to_owned(), name.to_owned()))).collect()
}

/// Keeps a person's consent. The caller writes the audit event.
pub(crate) fn give(
    tx: &mut Tx<'_, '_>,
    user: Uuid,
    client: &str,
    permissions: &[(String, String)],
    now: Timestamp,
) -> Result<(), SqlError> {
    for (resource, permission) in permissions {
        let params = [user.into(), client.into(), resource.into(), permission.into(), now.into()];
        tx.exec(&INSERT, &params)?;
    }
    Ok(())
}

/// Whether a later request asks for no more than a grant: the resource the same, the permissions among those granted.
pub(crate) fn is_within(request: &Request, audience: &str, scopes: &[String], face: Face) -> bool {
    let same = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
    let openid_only = face == Face::V2 && !request.default && request.permissions.is_empty();
    openid_only
        || (same(&request.audience) == same(audience)
            && request.permissions.iter().all(|name| scopes.contains(name)))
}
