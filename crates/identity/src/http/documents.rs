//! The public documents: discovery and keys.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse as _;
use serde_json::json;

use super::answer::{self, Refused};
use super::call::Call;
use crate::discovery;
use crate::oauth_error::{Kind, OAuthError};
use crate::params::Params;

/// How long clients may keep the documents: shorter than a key is published before it signs.
const KEPT_SECONDS: u32 = 3600;

pub(super) async fn configuration(call: Call, Path(tenant): Path<String>) -> Result<Response<Body>, Refused> {
    let tenant = call.tenant(&tenant).await?;
    Ok(answer::document(&discovery::openid_configuration(call.identity.origin(), tenant), KEPT_SECONDS))
}

pub(super) async fn keys(call: Call, Path(tenant): Path<String>) -> Result<Response<Body>, Refused> {
    call.tenant(&tenant).await?;
    Ok(answer::document(&call.identity.jwks(), KEPT_SECONDS))
}

pub(super) async fn protected_resource(call: Call) -> Result<Response<Body>, Refused> {
    let tenant = call.tenant("common").await?;
    Ok(answer::document(&discovery::protected_resource(call.identity.origin(), tenant), KEPT_SECONDS))
}

/// Instance discovery, for clients pointed here on purpose; any other host is unknown (identity notes §1.1).
pub(super) async fn instance(call: Call) -> Result<Response<Body>, Refused> {
    let params = Params::parse(call.query.as_bytes()).map_err(|error| call.refuse(error.into()))?;
    let origin = call.identity.origin().as_str();
    let host = origin.trim_start_matches("https://");
    let asked = params.get("authorization_endpoint").unwrap_or_default();
    let path = asked.strip_prefix(origin).and_then(|rest| rest.strip_prefix('/'));
    let Some(segment) = path.and_then(|path| path.split('/').next()) else {
        let error =
            OAuthError::new(Kind::InvalidRequest, "The authorization endpoint is not on this server.");
        let mut body = error.body(&call.trace);
        body["error"] = json!("invalid_instance");
        return Ok(answer::json(StatusCode::BAD_REQUEST, &body).into_response());
    };
    let tenant = call.tenant(segment).await?;
    let body = json!({
        "tenant_discovery_endpoint": format!("{origin}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    });
    Ok(answer::document(&body, KEPT_SECONDS))
}
