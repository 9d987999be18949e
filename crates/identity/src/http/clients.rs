//! Which client speaks, and whether it proved to be that client (RFC 6749 §2.3).

use audit::{Actor, Category, Event};
use axum::http::HeaderMap;
use axum::http::header;
use sql::SqlError;
use store::{TenantId, Tx};
use uuid::Uuid;

use super::call::Call;
use crate::applications::{self, Application};
use crate::client::{self, Client};
use crate::codec;
use crate::limits::Key;
use crate::oauth_error::{Kind, OAuthError};
use crate::origin::Origin;
use crate::params::{self, Params};

/// A client and, when it is a registered one, its registration.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) client: Client,
    pub(crate) application: Option<Application>,
}

/// Finds a client by id: built in, or registered in the tenant.
pub(crate) fn find(tx: &mut Tx<'_, '_>, id: &str, origin: &Origin) -> Result<Option<Known>, SqlError> {
    if let Some(client) = client::built_in(id, origin) {
        return Ok(Some(Known { client, application: None }));
    }
    // Only the hyphenated form names a client: another spelling would be another client to whoever compares text.
    let Some(app_id) =
        Uuid::try_parse(id).ok().filter(|app_id| app_id.to_string() == id.to_ascii_lowercase())
    else {
        return Ok(None);
    };
    let found = applications::client(tx, app_id)?;
    Ok(found.map(|(client, application)| Known { client, application: Some(application) }))
}

/// A client that spoke at a token-shaped endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Speaker {
    pub(crate) known: Known,
    /// It proved a secret.
    pub(crate) authenticated: bool,
}

/// What a request says of its client.
struct Credentials {
    id: String,
    secret: Option<String>,
}

/// Identifies and authenticates the client of a request.
pub(crate) async fn authenticate(
    call: &Call,
    tenant: TenantId,
    params: &Params,
) -> Result<Speaker, OAuthError> {
    let Credentials { id, secret } = credentials(&call.headers, &call.query, params)?;
    let (origin, wanted) = (call.identity.origin().clone(), id.clone());
    let found = call.identity.inner.store.read(tenant, move |tx| find(tx, &wanted, &origin)).await?;
    let now = call.trace.now;
    match (found, secret) {
        (Some(known), None) if known.client.public => Ok(Speaker { known, authenticated: false }),
        (Some(known), Some(secret)) if !known.client.public && known.client.accepts_secret(&secret, now) => {
            Ok(Speaker { known, authenticated: true })
        }
        (found, secret) => Err(refuse(call, tenant, &id, found.as_ref(), secret.is_some()).await),
    }
}

/// Counts, records and words a failure. The right secret works however many wrong ones came before: it is too long
/// to guess, and a stranger who knows the client id must not be able to shut the client out.
async fn refuse(
    call: &Call,
    tenant: TenantId,
    id: &str,
    found: Option<&Known>,
    with_secret: bool,
) -> OAuthError {
    let limit = [Key::Client(id.to_owned(), call.network)];
    let wait = call.identity.limits().wait_seconds(&limit, call.trace.now);
    if let Some(seconds) = wait {
        return OAuthError::too_many(seconds);
    }
    call.identity.limits().count(&limit, call.trace.now);
    if with_secret && found.is_some_and(|known| known.application.is_some()) {
        let recorded = record_failure(call, tenant, id).await;
        return recorded.err().unwrap_or_else(|| refusal(found, with_secret));
    }
    refusal(found, with_secret)
}

fn refusal(found: Option<&Known>, with_secret: bool) -> OAuthError {
    let text = match (found, with_secret) {
        (Some(known), true) if known.client.public => "This is a public client; send no client secret.",
        (Some(_), false) => "This client must prove itself; send its client secret.",
        _ => "The client id or the client secret is wrong, or the secret has expired.",
    };
    OAuthError::new(Kind::InvalidClient, text)
}

async fn record_failure(call: &Call, tenant: TenantId, id: &str) -> Result<(), OAuthError> {
    let event = Event::new(Actor::Unknown, "Sign in as application", Category::Authentication)
        .on(audit::Resource::new("Application", id))
        .failed()
        .correlated(Some(call.trace.correlation_id.to_string()));
    let (now, event_id) = (call.trace.now, call.identity.inner.world.ids.guid());
    Ok(call.identity.inner.store.write(tenant, move |tx| audit::record(tx, now, event_id, &event)).await?)
}

/// Whether the request authenticates with HTTP Basic.
pub(crate) fn uses_basic(headers: &HeaderMap) -> bool {
    basic(headers).is_some()
}

fn credentials(headers: &HeaderMap, query: &str, params: &Params) -> Result<Credentials, OAuthError> {
    let bad = |text: &str| OAuthError::new(Kind::InvalidRequest, text);
    let in_url = Params::parse(query.as_bytes()).unwrap_or_default();
    if ["client_secret", "client_assertion", "code", "refresh_token", "password"]
        .iter()
        .any(|n| in_url.get(n).is_some())
    {
        return Err(bad("Secrets do not belong in the address; send them in the body of the POST."));
    }
    if params.get("client_assertion").is_some() || params.get("client_assertion_type").is_some() {
        return Err(OAuthError::new(
            Kind::InvalidClient,
            "Client assertions are not supported; authenticate with a client secret.",
        ));
    }
    let (id, secret) = (params.get("client_id"), params.get("client_secret"));
    let Some(encoded) = basic(headers) else {
        let id = id.ok_or_else(|| bad("The parameter 'client_id' is missing. Add it."))?;
        return Ok(Credentials { id: canonical(id), secret: secret.map(str::to_owned) });
    };
    let malformed =
        || OAuthError::new(Kind::InvalidClient, "The Authorization header is not valid HTTP Basic.");
    let pair = codec::decode_standard(encoded).ok_or_else(malformed)?;
    let colon = pair.iter().position(|&b| b == b':').ok_or_else(malformed)?;
    // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
    let basic_id = params::decode(&pair[..colon]).ok_or_else(malformed)?;
    let basic_secret = params::decode(&pair[colon + 1..]).ok_or_else(malformed)?;
    if secret.is_some() || id.is_some_and(|id| id != basic_id) {
        return Err(bad(
            "Authenticate once: either with HTTP Basic or with client_secret in the body, not both.",
        ));
    }
    Ok(Credentials { id: canonical(&basic_id), secret: (!basic_secret.is_empty()).then_some(basic_secret) })
}

fn basic(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then(|| rest.trim())
}

/// GUIDs in lower case, as registrations keep them; other ids as they are, cut to a sane length.
pub(crate) fn canonical(id: &str) -> String {
    let id: String = id.chars().take(100).collect();
    if Uuid::try_parse(&id).is_ok() { id.to_ascii_lowercase() } else { id }
}
