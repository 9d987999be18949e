//! The token endpoint of both faces.

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{Response, StatusCode};
use store::TenantId;

use super::answer::{self, Refused};
use super::call::{Call, form};
use super::clients::{self, Speaker};
use crate::applications::PermissionKind;
use crate::grants::device::{self, Poll};
use crate::grants::{Outcome, code, consent, refresh};
use crate::mint::Recipient;
use crate::oauth_error::{Kind, OAuthError};
use crate::opaque::Opaque;
use crate::params::Params;
use crate::scope::{self, Face, Request};
use crate::token_response::{self, Tokens};

pub(super) async fn v1(
    call: Call,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Result<Response<Body>, Refused> {
    // A library that takes the last path segment as the tenant asks for `/token/oauth2/token` (identity notes §1.1).
    let tenant = if tenant == "token" { "common".to_owned() } else { tenant };
    answer(call, &tenant, Face::V1, &body).await
}

pub(super) async fn v2(
    call: Call,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Result<Response<Body>, Refused> {
    answer(call, &tenant, Face::V2, &body).await
}

async fn answer(call: Call, tenant: &str, face: Face, body: &[u8]) -> Result<Response<Body>, Refused> {
    let basic = clients::uses_basic(&call.headers);
    let refuse = |error| Refused { basic, ..call.refuse(error) };
    let tenant = call.tenant(tenant).await?;
    let params = form(&call.headers, body).map_err(refuse)?;
    let tokens = exchange(&call, tenant, face, &params).await.map_err(refuse)?;
    let body = token_response::body(face, &tokens, call.trace.now);
    let mut response = answer::json(StatusCode::OK, &body);
    answer::traced(&mut response, &call.trace);
    Ok(response)
}

/// One token request: what every grant needs to know of it.
struct Exchange<'a> {
    call: &'a Call,
    tenant: TenantId,
    face: Face,
    params: &'a Params,
    speaker: Speaker,
}

async fn exchange(call: &Call, tenant: TenantId, face: Face, params: &Params) -> Result<Tokens, OAuthError> {
    let grant_type = params.get("grant_type").ok_or_else(|| {
        OAuthError::new(Kind::InvalidRequest, "The parameter 'grant_type' is missing. Add it.")
    })?;
    let device = matches!(grant_type, "device_code" | "urn:ietf:params:oauth:grant-type:device_code");
    if !device && !matches!(grant_type, "authorization_code" | "refresh_token" | "client_credentials") {
        return Err(OAuthError::new(
            Kind::UnsupportedGrantType,
            "Supported grants are authorization_code, refresh_token, client_credentials and device_code.",
        ));
    }
    let speaker = clients::authenticate(call, tenant, params).await?;
    let exchange = Exchange { call, tenant, face, params, speaker };
    match grant_type {
        "authorization_code" => exchange.code().await,
        "refresh_token" => exchange.refresh().await,
        "client_credentials" => exchange.app_only(),
        _ => exchange.device().await,
    }
}

impl Exchange<'_> {
    async fn code(&self) -> Result<Tokens, OAuthError> {
        let code = self.secret("code")?;
        let (tenant, face, world) = (self.tenant, self.face, self.call.identity.inner.world.clone());
        let (client, trace) = (self.client().to_owned(), self.call.trace);
        let redirect_uri = self.params.get("redirect_uri").map(str::to_owned);
        let verifier = self.params.get("code_verifier").map(str::to_owned);
        let outcome = self
            .call
            .identity
            .inner
            .store
            .write(tenant, move |tx| {
                let asked = code::Redemption {
                    code: &code,
                    client: &client,
                    redirect_uri: redirect_uri.as_deref(),
                    verifier: verifier.as_deref(),
                    face,
                    correlation: trace.correlation_id,
                };
                code::redeem(tx, &world, trace.now, &asked)
            })
            .await
            .map_err(OAuthError::from)?;
        self.finish(outcome, None)
    }

    async fn refresh(&self) -> Result<Tokens, OAuthError> {
        let token = self.secret("refresh_token")?;
        let narrowed = self.narrowed()?;
        let (tenant, face, world) = (self.tenant, self.face, self.call.identity.inner.world.clone());
        let (client, trace, asked) = (self.client().to_owned(), self.call.trace, narrowed.clone());
        let outcome = self
            .call
            .identity
            .inner
            .store
            .write(tenant, move |tx| {
                // Asking for too much must not use the token up.
                let standing = refresh::standing(tx, &token, trace.now)?;
                if let (Some(asked), Some(standing)) = (&asked, standing.filter(|s| s.active))
                    && !consent::is_within(asked, &standing.grant.audience, &standing.grant.scopes, face)
                {
                    return Ok(None);
                }
                refresh::rotate(tx, &world, trace.now, &token, &client, trace.correlation_id).map(Some)
            })
            .await
            .map_err(OAuthError::from)?;
        let outcome = outcome.ok_or_else(|| {
            OAuthError::new(
                Kind::InvalidScope,
                "A refresh token gives only what was granted with it: the same resource and no further permission.",
            )
        })?;
        self.finish(outcome, narrowed.as_ref())
    }

    async fn device(&self) -> Result<Tokens, OAuthError> {
        // adal-py sends the device code as `code`.
        let name = if self.params.get("device_code").is_some() { "device_code" } else { "code" };
        let code = match self.params.get(name).map(Opaque::parse) {
            None => {
                return Err(OAuthError::new(Kind::InvalidRequest, "The parameter 'device_code' is missing."));
            }
            Some(code) => code.filter(|code| code.tenant() == self.tenant).ok_or_else(unknown_device_code)?,
        };
        let (face, world, trace) = (self.face, self.call.identity.inner.world.clone(), self.call.trace);
        let client = self.client().to_owned();
        let poll = self
            .call
            .identity
            .inner
            .store
            .write(self.tenant, move |tx| {
                device::poll(tx, &world, trace.now, &code, &client, (face, trace.correlation_id))
            })
            .await
            .map_err(OAuthError::from)?;
        let refused = |kind, text: &str| Err(OAuthError::new(kind, text));
        match poll {
            Poll::Ready(ready) => self.finish(Outcome::Ready(ready), None),
            // adal-py gives up on slow_down, so the v1 face never says it (identity notes §1.6).
            Poll::TooFast if self.face == Face::V2 => {
                refused(Kind::SlowDown, "You poll too fast. Wait five seconds longer between polls.")
            }
            Poll::Pending | Poll::TooFast => {
                refused(Kind::AuthorizationPending, "The code was not approved yet. Keep polling.")
            }
            Poll::Declined => refused(Kind::AuthorizationDeclined, "The person declined."),
            Poll::Expired => refused(Kind::ExpiredToken, "The device code has expired. Start again."),
            Poll::Unknown => Err(unknown_device_code()),
        }
    }

    fn app_only(&self) -> Result<Tokens, OAuthError> {
        let known = &self.speaker.known;
        let (Some(application), true) = (&known.application, self.speaker.authenticated) else {
            return Err(OAuthError::new(
                Kind::UnauthorizedClient,
                "Only a registered application with a secret can sign in by itself.",
            ));
        };
        let request = self.app_request()?;
        let roles: Vec<String> = application
            .permissions
            .iter()
            .filter(|p| p.granted && p.kind == PermissionKind::Role && p.resource == request.resource)
            .map(|p| p.name.clone())
            .collect();
        let identity = &self.call.identity;
        identity.mint_app_only(&self.recipient(), &request.audience, &roles, application.service_principal_id)
    }

    fn app_request(&self) -> Result<Request, OAuthError> {
        let origin = self.call.identity.origin();
        let missing = |name: &str| {
            OAuthError::new(Kind::InvalidRequest, format!("The parameter '{name}' is missing. Add it."))
        };
        match self.face {
            Face::V1 => {
                let resource = self.params.get("resource").ok_or_else(|| missing("resource"))?;
                scope::parse_v1(resource, None, origin)
            }
            Face::V2 => {
                scope::parse_app_only(self.params.get("scope").ok_or_else(|| missing("scope"))?, origin)
            }
        }
    }

    /// What a refresh asks for, when it says so.
    fn narrowed(&self) -> Result<Option<Request>, OAuthError> {
        let origin = self.call.identity.origin();
        match (self.face, self.params.get("resource"), self.params.get("scope")) {
            (Face::V1, Some(resource), scope) => scope::parse_v1(resource, scope, origin).map(Some),
            (Face::V2, _, Some(scope)) => scope::parse_v2(scope, origin).map(Some),
            _ => Ok(None),
        }
    }

    fn finish(&self, outcome: Outcome, narrowed: Option<&Request>) -> Result<Tokens, OAuthError> {
        match outcome {
            Outcome::Ready(ready) => self.call.identity.mint_delegated(&self.recipient(), &ready, narrowed),
            Outcome::Replayed => Err(OAuthError::new(
                Kind::InvalidGrant,
                "The code or token was used before. Everything issued from it was revoked; sign in again.",
            )),
            Outcome::Refused(text) => Err(OAuthError::new(Kind::ExpiredGrant, text)),
        }
    }

    /// A secret we handed out, of this tenant.
    fn secret(&self, name: &str) -> Result<Opaque, OAuthError> {
        let text = self.params.get(name).ok_or_else(|| {
            OAuthError::new(Kind::InvalidRequest, format!("The parameter '{name}' is missing. Add it."))
        })?;
        Opaque::parse(text).filter(|secret| secret.tenant() == self.tenant).ok_or_else(|| {
            OAuthError::new(
                Kind::InvalidGrant,
                format!("The {name} was not issued by this tenant. Sign in again."),
            )
        })
    }

    fn client(&self) -> &str {
        &self.speaker.known.client.id
    }

    fn recipient(&self) -> Recipient<'_> {
        Recipient {
            tenant: self.tenant,
            client: self.client(),
            authenticated: self.speaker.authenticated,
            face: self.face,
            wants_client_info: self.params.get("client_info") == Some("1"),
            now: self.call.trace.now,
        }
    }
}

fn unknown_device_code() -> OAuthError {
    OAuthError::new(
        Kind::BadVerificationCode,
        "The device code is not known or was used before. Start again.",
    )
}
