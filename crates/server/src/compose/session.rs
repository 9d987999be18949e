//! The UI's session: who is signed in and what they may do, sign-in and sign-out.

use api::{Code, Door, Failure, Module, Permitted, Route};
use axum::Json;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, header};
use identity::Identity;
use identity::web_session::{self, CALLBACK_PATH, SIGN_IN_PATH};
use policy::{Action, Need, permit};
use schemars::JsonSchema;
use serde::Serialize;
use store::Store;
use uuid::Uuid;

/// Who is signed in.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Session {
    user: User,
    tenant: Tenant,
    /// The permissions held, as the catalogue names them.
    permissions: Vec<&'static str>,
    csrf_token: String,
    version: &'static str,
    /// The first language the browser asks for that the UI has.
    locale: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct User {
    id: Uuid,
    display_name: String,
    user_principal_name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Tenant {
    id: Uuid,
    display_name: String,
    domain: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SignedOut {
    redirect_to: String,
}

pub(crate) fn module(identity: &Identity, store: &Store) -> Module {
    let (begin, callback, end, who) =
        (identity.clone(), identity.clone(), identity.clone(), identity.clone());
    let store = store.clone();
    let routes = vec![
        Route::get("/api/session", Need::SignedIn, "Read who is signed in", move |permitted, headers| {
            show(who.clone(), store.clone(), permitted, headers)
        })
        .answers::<Session>(200),
        Route::new(
            Method::GET,
            SIGN_IN_PATH,
            Door::Open("nobody is signed in yet; it only sends the browser to the sign-in page"),
            "Sign in with the browser",
            move |headers: HeaderMap, RawQuery(query): RawQuery| {
                let identity = begin.clone();
                async move { web_session::begin(&identity, &headers, query.as_deref().unwrap_or("")).await }
            },
        )
        .answers_plain(303),
        Route::new(
            Method::GET,
            CALLBACK_PATH,
            Door::Open("the authorization server's answer carries a one-time code"),
            "Finish signing in with the browser",
            move |headers: HeaderMap, RawQuery(query): RawQuery| {
                let identity = callback.clone();
                async move { web_session::callback(&identity, &headers, query.as_deref().unwrap_or("")).await }
            },
        )
        .answers_plain(303),
        Route::post("/api/session/sign-out", Need::SignedIn, "Sign out", move |permitted, headers| {
            sign_out(end.clone(), permitted, headers)
        })
        .answers::<SignedOut>(200),
    ];
    Module { name: "session", routes }
}

async fn show(
    identity: Identity,
    store: Store,
    permitted: Permitted,
    headers: HeaderMap,
) -> Result<Json<Session>, Failure> {
    let session = web_session::resolve(&identity, &headers).await?;
    let session =
        session.ok_or_else(|| Failure::new(Code::Unauthenticated, "Sign in with the browser first."))?;
    let (tenant, id) = (permitted.tenant(), session.person.id);
    let names = store.read(tenant, move |tx| directory::caller::names(tx, id)).await?;
    let names = names.ok_or_else(|| Failure::new(Code::Unauthenticated, "This account was deleted."))?;
    let held = |action: &Action| permit(&permitted.caller, Need::Action(*action)).is_ok();
    Ok(Json(Session {
        user: User { id, display_name: names.display_name, user_principal_name: names.user_principal_name },
        tenant: Tenant { id: tenant.0, display_name: names.tenant, domain: names.domain },
        permissions: Action::all().map(|operation| operation.action).filter(held).map(Action::id).collect(),
        csrf_token: session.csrf_token,
        version: env!("CARGO_PKG_VERSION"),
        locale: locale(&headers),
    }))
}

fn locale(headers: &HeaderMap) -> &'static str {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut tags = asked.split(',').map(|part| part.trim().to_ascii_lowercase());
    let known = |tag: String| {
        ["en", "nl", "sv"].into_iter().find(|known| tag.split(['-', ';']).next() == Some(known))
    };
    tags.find_map(known).unwrap_or("en")
}

async fn sign_out(identity: Identity, _: Permitted, headers: HeaderMap) -> Result<Response, Failure> {
    let session = web_session::resolve(&identity, &headers).await?;
    let session =
        session.ok_or_else(|| Failure::new(Code::Unauthenticated, "You are signed out already."))?;
    let ended = web_session::end(&identity, &session).await?;
    let location = ended.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or("/");
    let mut response = (StatusCode::OK, Json(SignedOut { redirect_to: location.to_owned() })).into_response();
    for cookie in ended.headers().get_all(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    Ok(response)
}
