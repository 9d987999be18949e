//! Signing in with a password or a one-time link, and choosing a password.

use audit::{Actor, Category, Event};
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{Response, StatusCode, header};
use jiff::SignedDuration;
use sql::SqlError;
use store::TenantId;

use super::answer;
use super::browser::{self, Browser};
use super::call::{Call, form};
use crate::accounts::{self, PasswordError};
use crate::claims::Person;
use crate::directory;
use crate::limits::Key as Limit;
use crate::oauth_error::OAuthError;
use crate::opaque::Opaque;
use crate::pages;
use crate::pages::text::Key;
use crate::params::Params;
use crate::sessions::{self, Session};

/// How long after a one-time link a password may be chosen without the present one: 30 minutes.
const LINK_TRUST_SECONDS: i64 = 1800;

/// The sign-in page on its own: for pages of ours that need a session.
pub(super) async fn page(call: Call, Path(tenant): Path<String>) -> Response<Body> {
    let params = Params::parse(call.query.as_bytes()).unwrap_or_default();
    let browser = Browser::new(&call, params.get("ui_locales"));
    let tenant = match call.tenant(&tenant).await {
        Ok(tenant) => tenant,
        Err(refused) => return browser.error(&refused.error),
    };
    let return_to = params.get("return_to").and_then(|text| browser::local_path(tenant, text));
    show(&browser, tenant, return_to.as_deref().unwrap_or("/"), "", None)
}

/// The sign-in form's answer.
pub(super) async fn submit(call: Call, Path(tenant): Path<String>, body: Bytes) -> Response<Body> {
    let browser = Browser::new(&call, None);
    match submitted(&call, &browser, &tenant, &body).await {
        Ok(response) => response,
        Err(error) => browser.error(&error),
    }
}

async fn submitted(
    call: &Call,
    browser: &Browser<'_>,
    tenant: &str,
    body: &[u8],
) -> Result<Response<Body>, OAuthError> {
    let tenant = call.tenant(tenant).await.map_err(|refused| refused.error)?;
    let params = form(&call.headers, body)?;
    let return_to = params.get("return_to").and_then(|text| browser::local_path(tenant, text));
    let return_to = return_to.unwrap_or_else(|| "/".to_owned());
    let name: String = params.get("name").unwrap_or_default().trim().chars().take(320).collect();
    let again = |key| Ok(show(browser, tenant, &return_to, &name, Some(key)));
    if !browser.accepts("sign-in", &params) {
        return again(Key::FormExpired);
    }
    let limits = [Limit::Account(name.to_lowercase(), call.network), Limit::Network(call.network)];
    let wait = call.identity.limits().wait_seconds(&limits, call.trace.now);
    if let Some(seconds) = wait {
        let mut response = show(browser, tenant, &return_to, &name, Some(Key::TooManyAttempts));
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        answer::set(&mut response, header::RETRY_AFTER, &seconds.to_string());
        return Ok(response);
    }
    // Counted before the slow check, so that many tries at once cannot slip past the limit together.
    call.identity.limits().count(&limits, call.trace.now);
    let password = params.get("password").unwrap_or_default().to_owned();
    let Some(person) = check(call, tenant, &name, password).await? else { return again(Key::WrongPassword) };
    call.identity.limits().clear(&limits[0]);
    call.identity.limits().uncount(&limits[1]);
    let token = start_session(call, tenant, &person, "pwd").await?;
    Ok(signed_in(&token, &return_to))
}

/// The person whose name and password these are; a failure is recorded.
async fn check(
    call: &Call,
    tenant: TenantId,
    name: &str,
    password: String,
) -> Result<Option<Person>, SqlError> {
    let wanted = name.to_owned();
    let store = &call.identity.inner.store;
    let found = store.read(tenant, move |tx| {
        let person = directory::person_by_name(tx, &wanted)?;
        let hash = person.as_ref().map(|person| accounts::password(tx, person.id)).transpose()?.flatten();
        Ok::<_, SqlError>((person, hash))
    });
    let (person, hash) = found.await?;
    if call.identity.verify_password(password, hash).await {
        return Ok(person);
    }
    // The typed name is not recorded: people type passwords into it.
    let id = person.map_or_else(|| "unknown".to_owned(), |person| person.id.to_string());
    let event = Event::new(Actor::Unknown, "Sign in", Category::Authentication)
        .on(audit::Resource::new("User", id))
        .failed()
        .correlated(Some(call.trace.correlation_id.to_string()));
    let (now, event_id) = (call.trace.now, call.identity.inner.world.ids.guid());
    store.write(tenant, move |tx| audit::record(tx, now, event_id, &event)).await?;
    Ok(None)
}

async fn start_session(
    call: &Call,
    tenant: TenantId,
    person: &Person,
    method: &'static str,
) -> Result<Opaque, SqlError> {
    let (world, trace, person) = (call.identity.inner.world.clone(), call.trace, person.clone());
    let old = browser::session_cookie(&call.headers).filter(|token| token.tenant() == tenant);
    let started = call.identity.inner.store.write(tenant, move |tx| {
        if let Some(old) = old {
            sessions::forget(tx, &old)?;
        }
        sessions::create(tx, &world, trace.now, &person, method, trace.correlation_id)
    });
    started.await
}

fn signed_in(token: &Opaque, location: &str) -> Response<Body> {
    let mut response = answer::see_other(location);
    answer::cookie(&mut response, sessions::COOKIE, token.reveal(), "Lax", None);
    response
}

fn show(
    browser: &Browser<'_>,
    tenant: TenantId,
    return_to: &str,
    name: &str,
    error: Option<Key>,
) -> Response<Body> {
    let action = format!("/{tenant}/login");
    let token = browser.token("sign-in");
    let page = pages::sign_in(browser.lang, &action, &token, return_to, name, error);
    let form_action = redirect_of(return_to);
    browser.show(StatusCode::OK, &pages::Page { form_action, ..page })
}

/// The origin a sign-in ends at, for the page's policy: browsers apply it to the redirects after the form too.
/// The address is judged again before anything is sent there.
fn redirect_of(return_to: &str) -> Option<String> {
    let (_, query) = return_to.split_once('?')?;
    let params = Params::parse(query.as_bytes()).ok()?;
    params.get("redirect_uri").map(crate::redirect::form_action)
}

/// A one-time link's page. Opening it does not use the link up.
pub(super) async fn link(call: Call, Path(token): Path<String>) -> Response<Body> {
    let browser = Browser::new(&call, None);
    let Some(token) = Opaque::parse(&token) else { return link_used(&browser) };
    let (now, asked) = (call.trace.now, token.clone());
    match call.identity.inner.store.read(token.tenant(), move |tx| accounts::link(tx, &asked, now)).await {
        Ok(Some(_)) => {
            let action = format!("{}/{}", super::LINK_PATH, token.reveal());
            browser.show(StatusCode::OK, &pages::link(browser.lang, &action, &browser.token("link")))
        }
        Ok(None) => link_used(&browser),
        Err(error) => browser.error(&OAuthError::from(error)),
    }
}

/// Uses a one-time link up and signs its person in.
pub(super) async fn use_link(call: Call, Path(token): Path<String>, body: Bytes) -> Response<Body> {
    let browser = Browser::new(&call, None);
    let Some(token) = Opaque::parse(&token) else { return link_used(&browser) };
    match form(&call.headers, &body) {
        Ok(params) if browser.accepts("link", &params) => {}
        Ok(_) => return answer::see_other(&format!("{}/{}", super::LINK_PATH, token.reveal())),
        Err(error) => return browser.error(&error),
    }
    let (world, trace, tenant) = (call.identity.inner.world.clone(), call.trace, token.tenant());
    let used = call.identity.inner.store.write(tenant, move |tx| {
        let Some(user) = accounts::use_link(tx, &token, trace.now)? else { return Ok(None) };
        let Some(person) = directory::person(tx, user)? else { return Ok(None) };
        sessions::create(tx, &world, trace.now, &person, "otp", trace.correlation_id).map(Some)
    });
    match used.await {
        Ok(Some(session)) => signed_in(&session, "/account/password"),
        Ok(None) => link_used(&browser),
        Err(error) => browser.error(&OAuthError::from(error)),
    }
}

fn link_used(browser: &Browser<'_>) -> Response<Body> {
    let page = pages::message(browser.lang, Key::LinkUsedTitle, Key::LinkUsed, None);
    browser.show(StatusCode::NOT_FOUND, &page)
}

/// The page to choose a password.
pub(super) async fn password(call: Call) -> Response<Body> {
    let browser = Browser::new(&call, None);
    match of_session(&call).await {
        Ok(Ok((_, session))) => show_password(&call, &browser, &session, None),
        Ok(Err(to_sign_in)) => to_sign_in,
        Err(error) => browser.error(&error.into()),
    }
}

/// The password form's answer.
pub(super) async fn set_password(call: Call, body: Bytes) -> Response<Body> {
    let browser = Browser::new(&call, None);
    let (tenant, session) = match of_session(&call).await {
        Ok(Ok(found)) => found,
        Ok(Err(to_sign_in)) => return to_sign_in,
        Err(error) => return browser.error(&error.into()),
    };
    let saved = match form(&call.headers, &body) {
        Ok(params) => save_password(&call, &browser, tenant, &session, &params).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(None) => {
            let way_on = Some(("/", Key::OpenQuarterdeck));
            let page = pages::message(browser.lang, Key::SetPasswordTitle, Key::PasswordSaved, way_on);
            browser.show(StatusCode::OK, &page)
        }
        Ok(Some(problem)) => show_password(&call, &browser, &session, Some(problem)),
        Err(error) => browser.error(&error),
    }
}

/// Checks and saves; answers what the person should mend, if anything.
async fn save_password(
    call: &Call,
    browser: &Browser<'_>,
    tenant: TenantId,
    session: &Session,
    params: &Params,
) -> Result<Option<Key>, OAuthError> {
    if !browser.accepts(&password_purpose(session), params) {
        return Ok(Some(Key::FormExpired));
    }
    let new = params.get("password").unwrap_or_default().to_owned();
    if params.get("repeat") != Some(new.as_str()) {
        return Ok(Some(Key::PasswordsDiffer));
    }
    if let Err(problem) = accounts::check_password(&new, &session.person.user_principal_name) {
        return Ok(Some(match problem {
            PasswordError::TooShort => Key::PasswordTooShort,
            PasswordError::TooLong => Key::PasswordTooLong,
            PasswordError::TooEasy => Key::PasswordTooEasy,
        }));
    }
    if needs_current(call, session) {
        let limits = [Limit::Account(session.person.user_principal_name.to_lowercase(), call.network)];
        if call.identity.limits().wait_seconds(&limits, call.trace.now).is_some() {
            return Ok(Some(Key::TooManyAttempts));
        }
        call.identity.limits().count(&limits, call.trace.now);
        let current = params.get("current").unwrap_or_default().to_owned();
        let name = &session.person.user_principal_name;
        if check(call, tenant, name, current).await?.is_none() {
            return Ok(Some(Key::CurrentPasswordWrong));
        }
        call.identity.limits().clear(&limits[0]);
    }
    let hash = call.identity.hash_password(new).await;
    let (user, kept, trace) = (session.person.id, session.sign_in.session, call.trace);
    let event = Event::new(Actor::User(user), "Change password", Category::Authentication)
        .on(audit::Resource::new("User", user.to_string()))
        .correlated(Some(trace.correlation_id.to_string()));
    let event_id = call.identity.inner.world.ids.guid();
    let written = call.identity.inner.store.write(tenant, move |tx| {
        accounts::set_password(tx, user, &hash, trace.now)?;
        sessions::revoke_all(tx, user, Some(kept), trace.now)?;
        audit::record(tx, trace.now, event_id, &event)
    });
    written.await.map_err(|error: SqlError| OAuthError::from(error))?;
    Ok(None)
}

fn show_password(
    call: &Call,
    browser: &Browser<'_>,
    session: &Session,
    error: Option<Key>,
) -> Response<Body> {
    let page = pages::set_password(
        browser.lang,
        "/account/password",
        &browser.token(&password_purpose(session)),
        &session.person.user_principal_name,
        needs_current(call, session),
        error,
    );
    browser.show(StatusCode::OK, &page)
}

fn password_purpose(session: &Session) -> String {
    format!("password {}", session.sign_in.session)
}

fn needs_current(call: &Call, session: &Session) -> bool {
    let age = call.trace.now.duration_since(session.sign_in.at);
    session.sign_in.method != "otp" || age > SignedDuration::from_secs(LINK_TRUST_SECONDS)
}

/// The browser's session on a page whose address names no tenant, or the way to sign in.
async fn of_session(call: &Call) -> Result<Result<(TenantId, Session), Response<Body>>, SqlError> {
    let tenant = browser::tenant(call).await?;
    let session = match tenant {
        Some(tenant) => browser::session(call, tenant).await?.map(|session| (tenant, session)),
        None => None,
    };
    Ok(session.ok_or_else(|| answer::see_other("/common/login?return_to=%2Faccount%2Fpassword")))
}
