//! Signing out (OpenID Connect RP-Initiated Logout): asks first, unless the UI ended the session itself.
//!
//! A link elsewhere must not be able to sign people out, so a GET only shows a button. Afterwards the browser goes to
//! `post_logout_redirect_uri` only when it is one of the named client's registered addresses.

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{Response, StatusCode};
use sql::SqlError;
use store::TenantId;

use super::answer;
use super::browser::{self, Browser};
use super::call::{Call, form};
use super::clients;
use crate::oauth_error::OAuthError;
use crate::pages;
use crate::pages::text::Key;
use crate::params::Params;
use crate::redirect;
use crate::sessions;

pub(super) async fn page(call: Call, Path(tenant): Path<String>) -> Response<Body> {
    let params = Params::parse(call.query.as_bytes()).unwrap_or_default();
    let browser = Browser::new(&call, params.get("ui_locales"));
    match asked(&call, &browser, &tenant, &params).await {
        Ok(response) => response,
        Err(error) => browser.error(&error),
    }
}

async fn asked(
    call: &Call,
    browser: &Browser<'_>,
    segment: &str,
    params: &Params,
) -> Result<Response<Body>, OAuthError> {
    let tenant = call.tenant(segment).await.map_err(|refused| refused.error)?;
    let onward = onward(call, tenant, params).await?;
    let Some(session) = browser::session(call, tenant).await? else {
        return Ok(done(browser, onward.as_deref()));
    };
    let action = format!("/{tenant}/oauth2/v2.0/logout");
    // The address to go on to is bound into the form's token: the form cannot be given another.
    let token = browser.token(&format!("sign-out {}", onward.as_deref().unwrap_or_default()));
    let name = &session.person.user_principal_name;
    Ok(browser.show(StatusCode::OK, &pages::sign_out(browser.lang, &action, &token, name, onward.as_deref())))
}

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
    segment: &str,
    body: &[u8],
) -> Result<Response<Body>, OAuthError> {
    let tenant = call.tenant(segment).await.map_err(|refused| refused.error)?;
    let params = form(&call.headers, body)?;
    let onward = params.get("return_to");
    if !browser.accepts(&format!("sign-out {}", onward.unwrap_or_default()), &params) {
        return Ok(answer::see_other(&format!("/{tenant}/oauth2/v2.0/logout")));
    }
    if let Some(session) = browser::session(call, tenant).await? {
        let (world, now) = (call.identity.inner.world.clone(), call.trace.now);
        let (id, user) = (session.sign_in.session, session.person.id);
        let ended =
            call.identity.inner.store.write(tenant, move |tx| sessions::end(tx, &world, now, id, user));
        ended.await.map_err(|error: SqlError| OAuthError::from(error))?;
    }
    let mut response = done(browser, onward);
    answer::cookie(&mut response, sessions::COOKIE, "", "Lax", Some(0));
    answer::cookie(&mut response, crate::web_session::COOKIE, "", "Strict", Some(0));
    Ok(response)
}

fn done(browser: &Browser<'_>, onward: Option<&str>) -> Response<Body> {
    match onward {
        Some(address) => answer::see_other(address),
        None => {
            let way_on = Some(("/", Key::SignInAgain));
            browser.show(
                StatusCode::OK,
                &pages::message(browser.lang, Key::SignedOutTitle, Key::SignedOut, way_on),
            )
        }
    }
}

/// Where to go on to, if the client registered that address; `state` goes along.
async fn onward(call: &Call, tenant: TenantId, params: &Params) -> Result<Option<String>, OAuthError> {
    let (Some(client), Some(address)) = (params.get("client_id"), params.get("post_logout_redirect_uri"))
    else {
        return Ok(None);
    };
    let (client, origin) = (clients::canonical(client), call.identity.origin().clone());
    let known = call.identity.inner.store.read(tenant, move |tx| clients::find(tx, &client, &origin)).await?;
    let registered =
        known.is_some_and(|known| redirect::find(&known.client.redirect_uris, address).is_some());
    Ok(registered.then(|| match params.get("state") {
        Some(state) => {
            let separator = if address.contains('?') { '&' } else { '?' };
            format!("{address}{separator}{}", crate::params::encode_pairs([("state", state)]))
        }
        None => address.to_owned(),
    }))
}
