//! Who is asking: a bearer token, the browser's session, or a device's certificate, turned into a caller.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use api::{Authenticate, RequestHead, Unauthenticated};
use devices::{DeviceCas, UserToken, UserTokens};
use http::{HeaderMap, Method, header};
use identity::discovery::challenge;
use identity::web_session::{self, CSRF_HEADER};
use identity::{Identity, Resource, Subject, TokenClaims};
use policy::{Caller, Kind};
use store::{SqlError, Store, TenantId};
use uuid::Uuid;
use world::World;

/// Knows the three ways to prove who one is.
pub(crate) struct Doorkeeper {
    pub(crate) identity: Identity,
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) cas: Arc<DeviceCas>,
}

impl Authenticate for Doorkeeper {
    fn caller(
        &self,
        head: RequestHead,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + '_>> {
        Box::pin(async move {
            if head.uri.path().starts_with("/agent/") {
                return self.device(&head).await;
            }
            match bearer(&head.headers) {
                Some(token) => self.token(&head, &token).await,
                None => self.session(&head).await,
            }
        })
    }
}

/// The token of an `Authorization: Bearer` header; empty when the client only asks how to sign in.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Which tokens a door takes.
fn resources(path: &str) -> &'static [Resource] {
    if path.starts_with("/warehouse") || path.starts_with("/ReportingService") {
        &[Resource::Warehouse, Resource::Quarterdeck]
    } else {
        &[Resource::Graph, Resource::Quarterdeck]
    }
}

fn refused(code: &'static str, message: impl Into<String>) -> Unauthenticated {
    Unauthenticated { code, message: message.into(), challenge: None, forbidden: false }
}

fn broken(error: &SqlError) -> Unauthenticated {
    tracing::error!(%error, "who is asking could not be found out");
    refused("unavailable", "The server cannot check who you are at the moment. Try again in a few seconds.")
}

impl Doorkeeper {
    fn challenged(&self, code: &'static str, message: &str, error: Option<&str>) -> Unauthenticated {
        let challenge = challenge(self.identity.origin(), None, error);
        Unauthenticated { challenge: Some(challenge), ..refused(code, message) }
    }

    async fn device(&self, head: &RequestHead) -> Result<Caller, Unauthenticated> {
        let Some(der) = &head.peer.0 else {
            return Err(refused(
                "certificate_missing",
                "This door is for enrolled devices: show the device certificate.",
            ));
        };
        let judged =
            self.cas.judge(&self.store, der, self.world.clock.now()).await.map_err(|e| broken(&e))?;
        let shown = judged.map_err(|why| refused(why.code.as_str(), why.detail))?;
        Ok(Caller { tenant: shown.tenant.0, kind: Kind::Device { device_id: shown.device }, delegated: None })
    }

    async fn token(&self, head: &RequestHead, token: &str) -> Result<Caller, Unauthenticated> {
        if token.is_empty() {
            return Err(self.challenged(
                "unauthenticated",
                "Sign in and send the token as Authorization: Bearer.",
                None,
            ));
        }
        let validated =
            self.identity.validate_bearer(token, resources(head.uri.path()), self.world.clock.now());
        let claims = validated.map_err(|error| {
            tracing::info!(reason = error.reason(), "a token was refused");
            self.challenged(
                "token_invalid",
                "The token is not valid here: get a new one for this address.",
                Some("invalid_token"),
            )
        })?;
        match &claims.subject {
            Subject::App { .. } => app(&claims),
            Subject::User { id, .. } => self.person(claims.tenant, *id, Some(claims.scopes.clone())).await,
        }
    }

    async fn session(&self, head: &RequestHead) -> Result<Caller, Unauthenticated> {
        let session = web_session::resolve(&self.identity, &head.headers).await.map_err(|e| broken(&e))?;
        let Some(session) = session else {
            return Err(self.challenged("unauthenticated", "Sign in first.", None));
        };
        let reads = head.method == Method::GET || head.method == Method::HEAD;
        let given = head.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !reads && !session.accepts_csrf(given) {
            let message = format!(
                "Send the session's CSRF token in the header {CSRF_HEADER}; GET /api/session tells it."
            );
            return Err(Unauthenticated { forbidden: true, ..refused("csrf", message) });
        }
        self.person(session.tenant, session.person.id, None).await
    }

    async fn person(
        &self,
        tenant: TenantId,
        id: Uuid,
        delegated: Option<Vec<String>>,
    ) -> Result<Caller, Unauthenticated> {
        let read = self.store.read(tenant, move |tx| directory::caller::find(tx, id)).await;
        let caller = read.map_err(|e| broken(&e))?.ok_or_else(|| {
            self.challenged(
                "account_disabled",
                "This account is disabled or was deleted.",
                Some("invalid_token"),
            )
        })?;
        Ok(Caller { delegated, ..caller })
    }
}

fn app(claims: &TokenClaims) -> Result<Caller, Unauthenticated> {
    let client_id = Uuid::try_parse(&claims.client_id)
        .map_err(|_| refused("token_invalid", "The token is of a client that is no app registration."))?;
    let kind = Kind::App { client_id, app_roles: claims.roles.clone() };
    Ok(Caller { tenant: claims.tenant.0, kind, delegated: None })
}

/// The people who enrol devices by signing in on them.
pub(crate) struct Enrollers {
    pub(crate) identity: Identity,
    pub(crate) store: Store,
    pub(crate) world: World,
}

impl UserTokens for Enrollers {
    fn enroller<'a>(&'a self, token: &'a str) -> UserToken<'a> {
        Box::pin(async move {
            let now = self.world.clock.now();
            let validated = self.identity.validate_bearer(token, &[Resource::Quarterdeck], now);
            let claims = validated.map_err(|_| "The token is not valid here: sign in again.".to_owned())?;
            let Subject::User { id, .. } = &claims.subject else {
                return Err("Only a person can enrol a device by signing in.".to_owned());
            };
            if !claims.scopes.iter().any(|scope| scope == "agent.enroll") {
                return Err(format!("The token lacks the scope {}.", proto::ENROLL_SCOPE));
            }
            let (tenant, id) = (claims.tenant, *id);
            match self.store.read(tenant, move |tx| directory::caller::find(tx, id)).await {
                Ok(Some(_)) => Ok((tenant, id)),
                Ok(None) => Err("This account is disabled or was deleted.".to_owned()),
                Err(error) => Err(broken(&error).message),
            }
        })
    }
}

/// What people may do, for doors that a token in the address opens.
pub(crate) struct People {
    pub(crate) store: Store,
}

impl tenant_status::People for People {
    fn caller(&self, tenant: TenantId, user: Uuid) -> tenant_status::FoundCaller<'_> {
        Box::pin(self.store.read(tenant, move |tx| directory::caller::find(tx, user)))
    }
}
