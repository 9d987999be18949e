//! Which pages of other origins may read the protocol's answers: those of registered single-page applications.
//!
//! Never with credentials: the endpoints look at no cookie (RFC 9700; checklist A17).

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, Response, StatusCode, header};
use axum::middleware::Next;
use sql::{Sql, SqlError};
use store::TenantId;

use super::answer;
use crate::redirect;
use crate::service::Identity;

const SPA_REDIRECTS: Sql =
    Sql::tenant("select uri from application_redirect where tenant_id = $1 and platform = 'spa'");

/// Adds the headers for allowed origins, and answers preflights.
pub(super) async fn layer(State(identity): State<Identity>, request: Request, next: Next) -> Response<Body> {
    let origin =
        request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let Some(origin) = origin else { return next.run(request).await };
    let segment = request.uri().path().split('/').nth(1).unwrap_or_default().to_owned();
    let segment = if segment == "oidc" { "common".to_owned() } else { segment };
    let allowed = is_allowed(&identity, &segment, origin.clone()).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the registered origins could not be read");
        false
    });
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight { no_content() } else { next.run(request).await };
    answer::set(&mut response, header::VARY, "Origin");
    if allowed {
        answer::set(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, &origin);
        answer::set(
            &mut response,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "client-request-id, x-ms-request-id, retry-after",
        );
        if preflight {
            answer::set(&mut response, header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
            let headers = "authorization, content-type, client-request-id, x-client-sku, x-client-ver, \
                           x-client-current-telemetry, x-client-last-telemetry, x-ms-lib-capability";
            answer::set(&mut response, header::ACCESS_CONTROL_ALLOW_HEADERS, headers);
            answer::set(&mut response, header::ACCESS_CONTROL_MAX_AGE, "3600");
        }
    }
    response
}

async fn is_allowed(identity: &Identity, segment: &str, origin: String) -> Result<bool, SqlError> {
    let Some(tenant): Option<TenantId> = identity.find_tenant(segment).await? else { return Ok(false) };
    let rows = identity.inner.store.read(tenant, |tx| tx.rows(&SPA_REDIRECTS, &[])).await?;
    let uris: Vec<String> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    Ok(uris.iter().any(|uri| redirect::form_action(uri) == origin))
}

fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
