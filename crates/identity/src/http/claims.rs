//! Asking about tokens and people: userinfo, introspection (RFC 7662), revocation (RFC 7009), user realm.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::{Map, Value, json};
use store::TenantId;

use super::answer::{self, Refused};
use super::call::{Call, form};
use super::clients;
use crate::claims::{Person, Subject, TokenClaims};
use crate::directory;
use crate::discovery;
use crate::grants::refresh;
use crate::oauth_error::{Kind, OAuthError};
use crate::opaque::Opaque;
use crate::params::Params;
use crate::resource::Resource;
use crate::validate::TokenError;

/// OpenID Connect Core §5.3: who the token's person is. Any access token of ours for a person opens it.
pub(super) async fn userinfo(call: Call) -> Response<Body> {
    let bearer = call.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        bearer.and_then(|text| text.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    let claims =
        token.map(|(_, token)| call.identity.validate_bearer(token.trim(), &Resource::ALL, call.trace.now));
    let person = match &claims {
        Some(Ok(claims)) => enabled_person(&call, claims).await,
        _ => Ok(None),
    };
    match (claims, person) {
        (_, Err(error)) => call.refuse(error).into_response(),
        (Some(Ok(claims)), Ok(Some(person))) => {
            let sub = call.identity.subject(claims.tenant, person.id, &claims.client_id);
            answer::json(StatusCode::OK, &profile(&person, &sub))
        }
        (claims, _) => challenge(&call, claims.is_some()),
    }
}

fn profile(person: &Person, sub: &str) -> Value {
    let mut body = Map::new();
    body.insert("sub".to_owned(), json!(sub));
    body.insert("name".to_owned(), json!(person.display_name));
    body.insert("preferred_username".to_owned(), json!(person.user_principal_name));
    let optional =
        [("given_name", &person.given_name), ("family_name", &person.surname), ("email", &person.mail)];
    for (name, value) in optional {
        if let Some(value) = value {
            body.insert(name.to_owned(), json!(value));
        }
    }
    Value::Object(body)
}

fn challenge(call: &Call, with_token: bool) -> Response<Body> {
    let code = if with_token { TokenError::CODE } else { "missing_token" };
    let body =
        json!({"error": code, "error_description": "Send a valid access token of a signed-in person."});
    let mut response = answer::json(StatusCode::UNAUTHORIZED, &body);
    let text = discovery::challenge(call.identity.origin(), None, with_token.then_some(TokenError::CODE));
    answer::set(&mut response, header::WWW_AUTHENTICATE, &text);
    answer::traced(&mut response, &call.trace);
    response
}

async fn enabled_person(call: &Call, claims: &TokenClaims) -> Result<Option<Person>, OAuthError> {
    let Subject::User { id, .. } = claims.subject else { return Ok(None) };
    Ok(call.identity.inner.store.read(claims.tenant, move |tx| directory::person(tx, id)).await?)
}

/// RFC 7662. A disabled person's tokens are inactive at once.
pub(super) async fn introspect(
    call: Call,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Result<Response<Body>, Refused> {
    let tenant = call.tenant(&tenant).await?;
    let refuse = |error| Refused { basic: clients::uses_basic(&call.headers), ..call.refuse(error) };
    let params = form(&call.headers, &body).map_err(refuse)?;
    let body = introspected(&call, tenant, &params).await.map_err(refuse)?;
    Ok(answer::json(StatusCode::OK, &body))
}

async fn introspected(call: &Call, tenant: TenantId, params: &Params) -> Result<Value, OAuthError> {
    let speaker = clients::authenticate(call, tenant, params).await?;
    if !speaker.authenticated {
        return Err(OAuthError::new(
            Kind::InvalidClient,
            "Introspection needs a client that proves its secret.",
        ));
    }
    let token = params.get("token").ok_or_else(missing_token)?;
    if let Some(secret) = Opaque::parse(token).filter(|secret| secret.tenant() == tenant) {
        let now = call.trace.now;
        let standing =
            call.identity.inner.store.read(tenant, move |tx| refresh::standing(tx, &secret, now)).await?;
        return Ok(standing.filter(|s| s.active && s.client == speaker.known.client.id).map_or_else(
            inactive,
            |s| {
                json!({"active": true, "client_id": s.client, "scope": s.grant.scopes.join(" "),
                   "aud": s.grant.audience, "exp": s.expires_at.as_second(), "token_type": "refresh_token"})
            },
        ));
    }
    let claims = call.identity.validate_bearer(token, &Resource::ALL, call.trace.now);
    let Some(claims) = claims.ok().filter(|claims| claims.tenant == tenant) else { return Ok(inactive()) };
    let person = enabled_person(call, &claims).await?;
    Ok(describe(call, &claims, person))
}

fn describe(call: &Call, claims: &Arc<TokenClaims>, person: Option<Person>) -> Value {
    let mut body = json!({
        "active": true,
        "token_type": "Bearer",
        "iss": call.identity.origin().issuer(claims.tenant),
        "aud": claims.audience,
        "client_id": claims.client_id,
        "exp": claims.expires_at.as_second(),
        "iat": claims.issued_at.as_second(),
        "jti": claims.token_id.to_string(),
    });
    match (&claims.subject, person) {
        (Subject::App { service_principal }, _) => {
            body["sub"] = json!(service_principal.to_string());
            body["roles"] = json!(claims.roles);
        }
        (Subject::User { .. }, Some(person)) => {
            body["sub"] = json!(call.identity.subject(claims.tenant, person.id, &claims.client_id));
            body["username"] = json!(person.user_principal_name);
            body["scope"] = json!(claims.scopes.join(" "));
        }
        (Subject::User { .. }, None) => return inactive(),
    }
    body
}

fn inactive() -> Value {
    json!({"active": false})
}

/// RFC 7009: revokes a refresh token's family. Answers the same whether there was one or not.
pub(super) async fn revoke(
    call: Call,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Result<Response<Body>, Refused> {
    let tenant = call.tenant(&tenant).await?;
    let refuse = |error| Refused { basic: clients::uses_basic(&call.headers), ..call.refuse(error) };
    let params = form(&call.headers, &body).map_err(refuse)?;
    revoked(&call, tenant, &params).await.map_err(refuse)?;
    Ok(answer::json(StatusCode::OK, &json!({})))
}

async fn revoked(call: &Call, tenant: TenantId, params: &Params) -> Result<(), OAuthError> {
    let speaker = clients::authenticate(call, tenant, params).await?;
    let token = params.get("token").ok_or_else(missing_token)?;
    let Some(secret) = Opaque::parse(token).filter(|secret| secret.tenant() == tenant) else { return Ok(()) };
    let (client, trace, world) = (speaker.known.client.id, call.trace, call.identity.inner.world.clone());
    let written =
        call.identity.inner.store.write(tenant, move |tx| match refresh::standing(tx, &secret, trace.now)? {
            Some(standing) if standing.client == client => {
                refresh::revoke_at_request(tx, &world, trace.now, &standing, trace.correlation_id)
            }
            _ => Ok(()),
        });
    Ok(written.await?)
}

fn missing_token() -> OAuthError {
    OAuthError::new(Kind::InvalidRequest, "The parameter 'token' is missing. Add it.")
}

/// How an account signs in: always with a password here. The answer does not tell whether the account exists.
pub(super) async fn user_realm(call: Call, Path(login): Path<String>) -> Response<Body> {
    let login: String = login.chars().take(320).collect();
    let mut response = answer::json(StatusCode::OK, &discovery::user_realm(call.identity.origin(), &login));
    answer::traced(&mut response, &call.trace);
    response
}
