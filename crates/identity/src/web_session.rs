//! The browser UI's session: the UI signs in through the authorization server like any client, but its tokens never
//! reach the browser (the backend-for-frontend pattern). The browser holds one HttpOnly cookie.
//!
//! The code is redeemed in this process, in the transaction that makes the session. The server mounts [`begin`],
//! [`callback`] and [`end`] as routes and asks [`resolve`] who a request is from. It decides no permission.

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sql::{Row, Sql, SqlError};
use store::{TenantId, Tx};
use uuid::Uuid;

use crate::claims::Person;
use crate::client::WEB_CLIENT;
use crate::codec;
use crate::directory;
use crate::grants::{Outcome, Ready, code};
use crate::http::answer;
use crate::http::browser::Browser;
use crate::http::call::{Call, cookie};
use crate::opaque::Opaque;
use crate::pages;
use crate::pages::text::Key;
use crate::params::{Params, encode_pairs};
use crate::pkce::Challenge;
use crate::scope::Face;
use crate::service::Identity;
use crate::sessions::{self, IDLE_SECONDS, LIFE_SECONDS, SEEN_EVERY_SECONDS};

/// Where the browser starts a sign-in (GET); `?returnTo=/path` says where to end.
pub const SIGN_IN_PATH: &str = "/api/session/sign-in";
/// Where the authorization server sends the browser back to (GET).
pub const CALLBACK_PATH: &str = "/api/session/callback";
/// The header in which the UI repeats the session's CSRF token with every request that changes something.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// The UI's cookie. That a browser sends one says nothing yet of whether the session still lives.
pub const COOKIE: &str = "__Host-qd_session";
/// Holds what a started sign-in must come back with, sealed.
const STARTED_COOKIE: &str = "__Host-qd_signin";
/// How long a person may take to sign in: 15 minutes.
const STARTED_SECONDS: i64 = 900;
const SEALED_AS: &str = "web sign-in";
const RETURN_MAX_BYTES: usize = 2048;

const INSERT: Sql = Sql::tenant(
    "insert into web_session (tenant_id, token_hash, user_id, sign_in_id, created_at, seen_at, expires_at)
     values ($1, $2, $3, $4, $5, $5, $6)",
);
const FIND: Sql = Sql::tenant(
    "select user_id, sign_in_id, seen_at, expires_at from web_session
     where tenant_id = $1 and token_hash = $2 and expires_at > $3 and seen_at > $4",
);
const TOUCH: Sql =
    Sql::tenant("update web_session set seen_at = $3 where tenant_id = $1 and token_hash = $2");

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSession {
    pub tenant: TenantId,
    pub person: Person,
    /// To be sent back in [`CSRF_HEADER`].
    pub csrf_token: String,
    /// The latest end, however busy the session is.
    pub expires_at: Timestamp,
    sign_in: Uuid,
}

impl WebSession {
    /// Whether a request's CSRF token is this session's.
    pub fn accepts_csrf(&self, given: &str) -> bool {
        codec::same(self.csrf_token.as_bytes(), given.as_bytes())
    }
}

/// What a started sign-in must come back with.
#[derive(Serialize, Deserialize)]
struct Started {
    tenant: Uuid,
    state: String,
    nonce: String,
    verifier: String,
    return_to: String,
    at: i64,
}

/// Sends the browser to the authorization server. The query may hold `returnTo`, `login_hint` and `ui_locales`.
pub async fn begin(identity: &Identity, headers: &HeaderMap, query: &str) -> Response<Body> {
    let call = Call::of(identity, headers, query);
    let params = Params::parse(query.as_bytes()).unwrap_or_default();
    let tenant = match call.tenant("common").await {
        Ok(tenant) => tenant,
        Err(refused) => return Browser::new(&call, None).error(&refused.error),
    };
    let entropy = &identity.inner.world.entropy;
    let started = Started {
        tenant: tenant.0,
        state: entropy.token(24),
        nonce: entropy.token(24),
        verifier: entropy.token(48),
        return_to: local(params.get("returnTo")),
        at: call.trace.now.as_second(),
    };
    let challenge = Challenge::of(&started.verifier);
    let callback = identity.origin().url(CALLBACK_PATH);
    let mut pairs = vec![
        ("client_id", WEB_CLIENT),
        ("response_type", "code"),
        ("redirect_uri", callback.as_str()),
        ("scope", "openid profile"),
        ("state", started.state.as_str()),
        ("nonce", started.nonce.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    pairs.extend(["login_hint", "ui_locales"].into_iter().filter_map(|name| Some((name, params.get(name)?))));
    let location = format!("/{tenant}/oauth2/v2.0/authorize?{}", encode_pairs(pairs));
    let mut response = answer::see_other(&location);
    answer::cookie(&mut response, STARTED_COOKIE, &seal(identity, &started), "Lax", Some(STARTED_SECONDS));
    response
}

/// Takes the authorization server's answer, redeems the code here and starts the session.
pub async fn callback(identity: &Identity, headers: &HeaderMap, query: &str) -> Response<Body> {
    let call = Call::of(identity, headers, query);
    let browser = Browser::new(&call, None);
    let mut response = match finish(&call, query).await {
        Ok(Some((token, return_to))) => {
            let mut response = answer::see_other(&return_to);
            answer::cookie(&mut response, COOKIE, token.reveal(), "Strict", None);
            response
        }
        Ok(None) => {
            let way_on = Some((SIGN_IN_PATH, Key::SignInAgain));
            browser.show(
                StatusCode::BAD_REQUEST,
                &pages::message(browser.lang, Key::ErrorTitle, Key::FormExpired, way_on),
            )
        }
        Err(error) => browser.error(&error.into()),
    };
    answer::cookie(&mut response, STARTED_COOKIE, "", "Lax", Some(0));
    response
}

/// The session and where to go; `None` when the answer does not belong to a sign-in this browser started.
async fn finish(call: &Call, query: &str) -> Result<Option<(Opaque, String)>, SqlError> {
    let Some((started, code)) = answered(call, query) else { return Ok(None) };
    let (identity, trace, tenant) = (call.identity.clone(), call.trace, TenantId(started.tenant));
    let return_to = started.return_to.clone();
    let store = call.identity.inner.store.clone();
    let session = store.write(tenant, move |tx| {
        let callback = identity.origin().url(CALLBACK_PATH);
        let asked = code::Redemption {
            code: &code,
            client: WEB_CLIENT,
            redirect_uri: Some(&callback),
            verifier: Some(&started.verifier),
            face: Face::V2,
            correlation: trace.correlation_id,
        };
        match code::redeem(tx, &identity.inner.world, trace.now, &asked)? {
            Outcome::Ready(ready) if ready.nonce.as_deref() == Some(started.nonce.as_str()) => {
                start(tx, &identity, trace.now, &ready).map(Some)
            }
            Outcome::Ready(_) | Outcome::Replayed | Outcome::Refused(_) => Ok(None),
        }
    });
    Ok(session.await?.map(|token| (token, return_to)))
}

/// What was started and the code that came back, when state, issuer and age fit.
fn answered(call: &Call, query: &str) -> Option<(Started, Opaque)> {
    let params = Params::parse(query.as_bytes()).ok()?;
    let started = unseal(&call.identity, cookie(&call.headers, STARTED_COOKIE)?)?;
    let tenant = TenantId(started.tenant);
    let fits = codec::same(params.get("state")?.as_bytes(), started.state.as_bytes())
        && params.get("iss")? == call.identity.origin().issuer(tenant)
        && call.trace.now.as_second() - started.at < STARTED_SECONDS;
    let code = params.get("code").and_then(Opaque::parse).filter(|code| code.tenant() == tenant)?;
    fits.then_some((started, code))
}

fn start(
    tx: &mut Tx<'_, '_>,
    identity: &Identity,
    now: Timestamp,
    ready: &Ready,
) -> Result<Opaque, SqlError> {
    let token = Opaque::new(tx.tenant(), &identity.inner.world);
    let params = [
        token.hash().into(),
        ready.person.id.into(),
        ready.sign_in.session.into(),
        now.into(),
        (now + SignedDuration::from_secs(LIFE_SECONDS)).into(),
    ];
    tx.exec(&INSERT, &params)?;
    Ok(token)
}

/// Who a request of the browser is from; `None` when it has no live session. Moves the idle end on.
pub async fn resolve(identity: &Identity, headers: &HeaderMap) -> Result<Option<WebSession>, SqlError> {
    let Some(token) = cookie(headers, COOKIE).and_then(Opaque::parse) else { return Ok(None) };
    let (now, tenant, store) = (identity.now(), token.tenant(), &identity.inner.store);
    let csrf_token = identity.inner.master.form_token("csrf", token.reveal());
    let asked = token.clone();
    let found = store.read(tenant, move |tx| {
        let idle_since = now - SignedDuration::from_secs(IDLE_SECONDS);
        let row = tx.row(&FIND, &[asked.hash().into(), now.into(), idle_since.into()])?;
        row.map_or(Ok(None), |row| read(tx, &row, csrf_token))
    });
    let Some((session, seen_at)) = found.await? else { return Ok(None) };
    if now.duration_since(seen_at) >= SignedDuration::from_secs(SEEN_EVERY_SECONDS) {
        store.write(tenant, move |tx| tx.exec(&TOUCH, &[token.hash().into(), now.into()])).await?;
    }
    Ok(Some(session))
}

fn read(
    tx: &mut Tx<'_, '_>,
    row: &Row,
    csrf_token: String,
) -> Result<Option<(WebSession, Timestamp)>, SqlError> {
    let (tenant, user) = (tx.tenant(), row.get(0)?);
    let (sign_in, seen_at, expires_at) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let person = directory::person(tx, user)?;
    Ok(person.map(|person| (WebSession { tenant, person, csrf_token, expires_at, sign_in }, seen_at)))
}

/// Signs the browser out here and at the authorization server. To be called for a POST whose CSRF token was accepted.
pub async fn end(identity: &Identity, session: &WebSession) -> Result<Response<Body>, SqlError> {
    let (world, now) = (identity.inner.world.clone(), identity.now());
    let (sign_in, user) = (session.sign_in, session.person.id);
    let store = &identity.inner.store;
    store.write(session.tenant, move |tx| sessions::end(tx, &world, now, sign_in, user)).await?;
    let mut response = answer::see_other(&format!("/{}/oauth2/v2.0/logout", session.tenant));
    answer::cookie(&mut response, COOKIE, "", "Strict", Some(0));
    answer::cookie(&mut response, sessions::COOKIE, "", "Lax", Some(0));
    Ok(response)
}

/// A path of this origin; anything else becomes the start page.
fn local(asked: Option<&str>) -> String {
    let fits = |text: &&str| {
        text.len() <= RETURN_MAX_BYTES
            && text.starts_with('/')
            && !text.starts_with("//")
            && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
    };
    asked.filter(fits).unwrap_or("/").to_owned()
}

fn seal(identity: &Identity, started: &Started) -> String {
    let plain = serde_json::to_vec(started).expect("a started sign-in is plain data");
    codec::encode(&identity.inner.master.seal(SEALED_AS, &plain, &identity.inner.world))
}

fn unseal(identity: &Identity, sealed: &str) -> Option<Started> {
    let plain = identity.inner.master.unseal(SEALED_AS, &codec::decode(sealed)?)?;
    serde_json::from_slice(&plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_ends_on_this_origin_only() {
        for text in ["/", "/devices?filter=a%20b", "/devices#x"] {
            assert_eq!(local(Some(text)), text);
        }
        for text in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "javascript:alert(1)"]
        {
            assert_eq!(local(Some(text)), "/", "{text}");
        }
        assert_eq!(local(None), "/");
    }
}
