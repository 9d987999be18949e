//! The device flow: the endpoint devices start at, and the pages where people type the code.

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};
use sql::SqlError;
use store::TenantId;

use super::answer::{self, Refused};
use super::browser::{self, Browser};
use super::call::{Call, form};
use super::clients;
use crate::grants::device::{self, CODE_SECONDS, Codes, INTERVAL_SECONDS};
use crate::grants::{Grant, consent};
use crate::limits::Key as Limit;
use crate::oauth_error::{Kind, OAuthError};
use crate::pages::text::Key;
use crate::pages::{self, DeviceAsks};
use crate::params::Params;
use crate::scope::{self, Face};
use crate::sessions::Session;

/// Where people type the code.
pub(crate) const PAGE_PATH: &str = "/devicelogin";

pub(super) async fn start_v1(
    call: Call,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Result<Response<Body>, Refused> {
    start(&call, &tenant, Face::V1, &body).await
}

pub(super) async fn start_v2(
    call: Call,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Result<Response<Body>, Refused> {
    start(&call, &tenant, Face::V2, &body).await
}

async fn start(call: &Call, tenant: &str, face: Face, body: &[u8]) -> Result<Response<Body>, Refused> {
    let tenant = call.tenant(tenant).await?;
    let params = form(&call.headers, body).map_err(|error| call.refuse(error))?;
    let codes = started(call, tenant, face, &params).await.map_err(|error| call.refuse(error))?;
    let address = call.identity.origin().url(PAGE_PATH);
    let mut response = answer::json(StatusCode::OK, &description(face, &codes, &address));
    answer::traced(&mut response, &call.trace);
    Ok(response)
}

async fn started(call: &Call, tenant: TenantId, face: Face, params: &Params) -> Result<Codes, OAuthError> {
    let limit = [Limit::DeviceCode(call.network)];
    let wait = call.identity.limits().wait_seconds(&limit, call.trace.now);
    if let Some(seconds) = wait {
        return Err(OAuthError::too_many(seconds));
    }
    call.identity.limits().count(&limit, call.trace.now);
    let speaker = clients::authenticate(call, tenant, params).await?;
    let known = speaker.known;
    if !known.client.device_flow {
        return Err(OAuthError::new(
            Kind::UnauthorizedClient,
            "This client may not use the device flow. Register an application as public for it.",
        ));
    }
    let origin = call.identity.origin();
    let missing =
        |name: &str| OAuthError::new(Kind::InvalidRequest, format!("The parameter '{name}' is missing."));
    let request = match face {
        Face::V1 => scope::parse_v1(
            params.get("resource").ok_or_else(|| missing("resource"))?,
            params.get("scope"),
            origin,
        )?,
        Face::V2 => scope::parse_v2(params.get("scope").ok_or_else(|| missing("scope"))?, origin)?,
    };
    let permissions = consent::permissions(&known.client, known.application.as_ref(), &request)?;
    let grant = Grant::new(&request, permissions);
    let (world, now) = (call.identity.inner.world.clone(), call.trace.now);
    let store = &call.identity.inner.store;
    Ok(store.write(tenant, move |tx| device::start(tx, &world, now, &known.client.id, &grant)).await?)
}

/// RFC 8628 §3.2 in v2; v1 spells the address `verification_url` and numbers as strings.
fn description(face: Face, codes: &Codes, address: &str) -> Value {
    let message = format!(
        "To sign in, use a web browser to open the page {address} and enter the code {} to authenticate.",
        codes.user_code
    );
    let number = |n: i64| if face == Face::V1 { json!(n.to_string()) } else { json!(n) };
    let name = if face == Face::V1 { "verification_url" } else { "verification_uri" };
    json!({
        "user_code": codes.user_code,
        "device_code": codes.device_code,
        name: address,
        "expires_in": number(CODE_SECONDS),
        "interval": number(INTERVAL_SECONDS),
        "message": message,
    })
}

/// The page to type the code into; needs a session.
pub(super) async fn page(call: Call) -> Response<Body> {
    let params = Params::parse(call.query.as_bytes()).unwrap_or_default();
    let browser = Browser::new(&call, params.get("ui_locales"));
    match of_session(&call).await {
        Ok(Some((_, session))) => entry(&browser, &session, None),
        Ok(None) => answer::see_other("/common/login?return_to=%2Fdevicelogin"),
        Err(error) => browser.error(&error.into()),
    }
}

/// The typed code, or the decision about it.
pub(super) async fn submit(call: Call, body: Bytes) -> Response<Body> {
    let browser = Browser::new(&call, None);
    let session = match of_session(&call).await {
        Ok(Some(found)) => found,
        Ok(None) => return answer::see_other("/common/login?return_to=%2Fdevicelogin"),
        Err(error) => return browser.error(&error.into()),
    };
    let answered = match form(&call.headers, &body) {
        Ok(params) => submitted(&call, &browser, session, &params).await,
        Err(error) => Err(error),
    };
    answered.unwrap_or_else(|error| browser.error(&error))
}

async fn submitted(
    call: &Call,
    browser: &Browser<'_>,
    (tenant, session): (TenantId, Session),
    params: &Params,
) -> Result<Response<Body>, OAuthError> {
    let limit = [Limit::UserCode(call.network)];
    let wait = call.identity.limits().wait_seconds(&limit, call.trace.now);
    if wait.is_some() {
        return Ok(entry(browser, &session, Some(Key::TooManyAttempts)));
    }
    let typed = params.get("user_code").unwrap_or_default();
    let Some(letters) = device::normalise(typed) else {
        call.identity.limits().count(&limit, call.trace.now);
        return Ok(entry(browser, &session, Some(Key::DeviceCodeWrong)));
    };
    match params.get("choice") {
        Some(choice) => decide(call, browser, (tenant, session), params, &letters, choice == "approve").await,
        None if !browser.accepts(&entry_purpose(&session), params) => {
            Ok(entry(browser, &session, Some(Key::FormExpired)))
        }
        None => confirm(call, browser, (tenant, session), letters).await,
    }
}

async fn confirm(
    call: &Call,
    browser: &Browser<'_>,
    (tenant, session): (TenantId, Session),
    letters: String,
) -> Result<Response<Body>, OAuthError> {
    let (now, asked, origin) = (call.trace.now, letters.clone(), call.identity.origin().clone());
    let found = call.identity.inner.store.read(tenant, move |tx| {
        let Some(pending) = device::pending(tx, &asked, now)? else { return Ok(None) };
        let known = clients::find(tx, &pending.client, &origin)?;
        Ok::<_, SqlError>(known.map(|known| (known, pending.grant)))
    });
    let Some((known, grant)) = found.await? else {
        call.identity.limits().count(&[Limit::UserCode(call.network)], now);
        return Ok(entry(browser, &session, Some(Key::DeviceCodeWrong)));
    };
    let permissions: Vec<(String, String)> =
        grant.scopes.iter().map(|name| (grant.audience.clone(), name.clone())).collect();
    let user_code = format!("{}-{}", &letters[..4], &letters[4..]);
    let page = pages::device_confirm(
        browser.lang,
        PAGE_PATH,
        &browser.token(&decision_purpose(&session, &letters)),
        &DeviceAsks {
            client: &known.client.display_name,
            user_code: &user_code,
            user_name: &session.person.user_principal_name,
            permissions: &permissions,
        },
    );
    Ok(browser.show(StatusCode::OK, &page))
}

async fn decide(
    call: &Call,
    browser: &Browser<'_>,
    (tenant, session): (TenantId, Session),
    params: &Params,
    letters: &str,
    approve: bool,
) -> Result<Response<Body>, OAuthError> {
    if !browser.accepts(&decision_purpose(&session, letters), params) {
        return Ok(entry(browser, &session, Some(Key::FormExpired)));
    }
    let (world, trace, letters) = (call.identity.inner.world.clone(), call.trace, letters.to_owned());
    let (user, sign_in) = (session.person.id, session.sign_in.clone());
    let decided = call.identity.inner.store.write(tenant, move |tx| {
        device::decide(tx, &world, trace.now, &letters, approve, (user, &sign_in), trace.correlation_id)
    });
    if !decided.await.map_err(|error: SqlError| OAuthError::from(error))? {
        return Ok(entry(browser, &session, Some(Key::DeviceCodeWrong)));
    }
    let text = if approve { Key::DeviceApproved } else { Key::DeviceDeclined };
    Ok(browser.show(StatusCode::OK, &pages::message(browser.lang, Key::DeviceTitle, text, None)))
}

fn entry(browser: &Browser<'_>, session: &Session, error: Option<Key>) -> Response<Body> {
    let token = browser.token(&entry_purpose(session));
    let status =
        if error == Some(Key::TooManyAttempts) { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::OK };
    browser.show(status, &pages::device_entry(browser.lang, PAGE_PATH, &token, error))
}

fn entry_purpose(session: &Session) -> String {
    format!("device code {}", session.sign_in.session)
}

fn decision_purpose(session: &Session, letters: &str) -> String {
    format!("device decision {} {letters}", session.sign_in.session)
}

async fn of_session(call: &Call) -> Result<Option<(TenantId, Session)>, SqlError> {
    let Some(tenant) = browser::tenant(call).await? else { return Ok(None) };
    Ok(browser::session(call, tenant).await?.map(|session| (tenant, session)))
}
