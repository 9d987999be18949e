//! The authorization endpoint of both faces, and the consent form.

use std::borrow::Cow;

use audit::{Actor, Category, Event};
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{Response, StatusCode};
use jiff::SignedDuration;
use sql::SqlError;
use store::TenantId;

use super::answer;
use super::browser::{self, Browser};
use super::call::{Call, form};
use super::clients::{self, Known};
use crate::accounts;
use crate::authorize::{self, Authorization, Problem, Prompt, ResponseMode, Target};
use crate::grants::{Grant, code, consent};
use crate::oauth_error::{Kind, OAuthError};
use crate::pages::{self, Consent};
use crate::params::Params;
use crate::redirect;
use crate::scope::Face;
use crate::sessions::Session;

pub(super) async fn v1(call: Call, Path(tenant): Path<String>) -> Response<Body> {
    get(&call, &tenant, Face::V1).await
}

pub(super) async fn v2(call: Call, Path(tenant): Path<String>) -> Response<Body> {
    get(&call, &tenant, Face::V2).await
}

/// A posted request becomes a GET, so that the browser sends its session cookie along (SameSite=Lax).
pub(super) async fn v1_post(call: Call, Path(tenant): Path<String>, body: Bytes) -> Response<Body> {
    post(&call, &tenant, Face::V1, &body).await
}

pub(super) async fn v2_post(call: Call, Path(tenant): Path<String>, body: Bytes) -> Response<Body> {
    post(&call, &tenant, Face::V2, &body).await
}

async fn post(call: &Call, tenant: &str, face: Face, body: &[u8]) -> Response<Body> {
    let browser = Browser::new(call, None);
    let tenant = match call.tenant(tenant).await {
        Ok(tenant) => tenant,
        Err(refused) => return browser.error(&refused.error),
    };
    match form(&call.headers, body) {
        Ok(params) => answer::see_other(&path(tenant, face, &params)),
        Err(error) => browser.error(&error),
    }
}

async fn get(call: &Call, tenant: &str, face: Face) -> Response<Body> {
    let params = Params::parse(call.query.as_bytes());
    let browser = Browser::new(call, params.as_ref().ok().and_then(|params| params.get("ui_locales")));
    let tenant = match call.tenant(tenant).await {
        Ok(tenant) => tenant,
        Err(refused) => return browser.error(&refused.error),
    };
    let request = match params {
        Ok(params) => Request { call, browser: &browser, tenant, face, params },
        Err(error) => return browser.error(&error.into()),
    };
    match request.answer().await {
        Ok(response) => response,
        Err(problem) => request.refuse(problem),
    }
}

/// The address of a request in its canonical form.
fn path(tenant: TenantId, face: Face, params: &Params) -> String {
    let version = if face == Face::V2 { "/v2.0" } else { "" };
    format!("/{tenant}/oauth2{version}/authorize?{}", params.encode())
}

/// One authorization request on its way to an answer.
struct Request<'a> {
    call: &'a Call,
    browser: &'a Browser<'a>,
    tenant: TenantId,
    face: Face,
    params: Params,
}

/// What the transaction decides.
enum Decision {
    Code(String),
    Ask(Vec<(String, String)>),
    SetPassword,
}

impl Request<'_> {
    async fn answer(&self) -> Result<Response<Body>, Problem> {
        let known = self.client().await?;
        let asked = authorize::check(&self.params, &known.client, self.call.identity.origin(), self.face)?;
        let refuse = |error| Problem::Redirect(asked.target.clone(), error);
        let permissions =
            consent::permissions(&known.client, known.application.as_ref(), &asked.scope).map_err(refuse)?;
        let session = browser::session(self.call, self.tenant).await.map_err(|e| refuse(e.into()))?;
        let Some(session) = session.filter(|session| !self.must_sign_in(&asked, session)) else {
            if asked.prompt == Prompt::None {
                return Err(refuse(OAuthError::new(Kind::LoginRequired, "Nobody is signed in.")));
            }
            return Ok(self.sign_in(&asked));
        };
        let decision =
            self.decide(&known, &asked, &session, permissions).await.map_err(|e| refuse(e.into()))?;
        match decision {
            Decision::Code(code) => {
                let issuer = self.call.identity.origin().issuer(self.tenant);
                Ok(self.deliver(&asked.target, &asked.target.success(&code, &issuer)))
            }
            Decision::SetPassword => Ok(answer::see_other("/account/password")),
            Decision::Ask(_) if asked.prompt == Prompt::None => {
                Err(refuse(OAuthError::new(Kind::ConsentRequired, "The person has not agreed to this yet.")))
            }
            Decision::Ask(missing) => Ok(self.ask(&known, &asked, &session, &missing)),
        }
    }

    /// The client, or a problem that must not be redirected.
    async fn client(&self) -> Result<Known, Problem> {
        let page = |text: &str| Problem::Page(OAuthError::new(Kind::UnauthorizedClient, text));
        let id = self
            .params
            .get("client_id")
            .ok_or_else(|| page("The parameter 'client_id' is missing. Add it."))?;
        let (id, origin) = (clients::canonical(id), self.call.identity.origin().clone());
        let found =
            self.call.identity.inner.store.read(self.tenant, move |tx| clients::find(tx, &id, &origin)).await;
        let found = found.map_err(|error| Problem::Page(error.into()))?;
        found.ok_or_else(|| page("No application with this client_id is registered in this tenant."))
    }

    fn must_sign_in(&self, asked: &Authorization, session: &Session) -> bool {
        let age = self.call.trace.now.duration_since(session.sign_in.at);
        asked.prompt == Prompt::Login
            || asked.max_age_seconds.is_some_and(|max| age > SignedDuration::from_secs(max))
    }

    /// Issues a code, unless something has to happen first; one transaction.
    async fn decide(
        &self,
        known: &Known,
        asked: &Authorization,
        session: &Session,
        permissions: Vec<String>,
    ) -> Result<Decision, SqlError> {
        let (known, asked, session) = (known.clone(), asked.clone(), session.clone());
        let (world, now) = (self.call.identity.inner.world.clone(), self.call.trace.now);
        self.call
            .identity
            .inner
            .store
            .write(self.tenant, move |tx| {
                let person = &session.person;
                if session.sign_in.method == "otp" && accounts::password(tx, person.id)?.is_none() {
                    return Ok(Decision::SetPassword);
                }
                let application = known.application.as_ref();
                let mut missing =
                    consent::missing(tx, person.id, &known.client, application, &asked.scope, &permissions)?;
                if asked.prompt == Prompt::Consent && missing.is_empty() {
                    missing = consent::all(&known.client, &asked.scope, &permissions);
                }
                if !missing.is_empty() {
                    return Ok(Decision::Ask(missing));
                }
                let grant = Grant::new(&asked.scope, permissions);
                let new = code::NewCode {
                    client: &known.client.id,
                    redirect_uri: &asked.target.redirect_uri,
                    challenge: asked.challenge.as_ref(),
                    nonce: asked.nonce.as_deref(),
                    person,
                    sign_in: &session.sign_in,
                    grant: &grant,
                };
                let code = code::issue(tx, &world, now, &new)?;
                Ok(Decision::Code(code.reveal().to_owned()))
            })
            .await
    }

    fn sign_in(&self, asked: &Authorization) -> Response<Body> {
        // Having signed in satisfies both; left in, they would ask again for ever.
        let params = self.params.clone().with("prompt", None).with("max_age", None);
        let return_to = path(self.tenant, self.face, &params);
        let name = asked.login_hint.as_deref().unwrap_or_default();
        let page = pages::sign_in(
            self.browser.lang,
            &format!("/{}/login", self.tenant),
            &self.browser.token("sign-in"),
            &return_to,
            name,
            None,
        );
        let form_action = Some(redirect::form_action(&asked.target.redirect_uri));
        self.browser.show(StatusCode::OK, &pages::Page { form_action, ..page })
    }

    fn ask(
        &self,
        known: &Known,
        asked: &Authorization,
        session: &Session,
        missing: &[(String, String)],
    ) -> Response<Body> {
        let return_to = path(self.tenant, self.face, &self.params.clone().with("prompt", None));
        let page = pages::consent(
            self.browser.lang,
            &format!("/{}/consent", self.tenant),
            &self.browser.token(&consent_purpose(session, &return_to)),
            &return_to,
            &Consent {
                client: &known.client.display_name,
                host: &redirect::host(&asked.target.redirect_uri),
                user_name: &session.person.user_principal_name,
                permissions: missing,
                form_action: redirect::form_action(&asked.target.redirect_uri),
            },
        );
        self.browser.show(StatusCode::OK, &page)
    }

    fn deliver(&self, target: &Target, pairs: &[(&str, Cow<'_, str>)]) -> Response<Body> {
        if target.mode != ResponseMode::FormPost {
            return answer::see_other(&target.location(pairs));
        }
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        self.browser.show(StatusCode::OK, &pages::form_post(self.browser.lang, &target.redirect_uri, &pairs))
    }

    fn refuse(&self, problem: Problem) -> Response<Body> {
        match problem {
            Problem::Page(error) => self.browser.error(&error),
            Problem::Redirect(target, error) => {
                let issuer = self.call.identity.origin().issuer(self.tenant);
                self.deliver(&target, &target.failure(&error, &self.call.trace, &issuer))
            }
        }
    }
}

fn consent_purpose(session: &Session, return_to: &str) -> String {
    format!("consent {} {return_to}", session.sign_in.session)
}

/// The consent form's answer. What is agreed to is worked out again from the request, never taken from the form.
pub(super) async fn consent(call: Call, Path(tenant): Path<String>, body: Bytes) -> Response<Body> {
    let browser = Browser::new(&call, None);
    match consented(&call, &browser, &tenant, &body).await {
        Ok(response) => response,
        Err(error) => browser.error(&error),
    }
}

async fn consented(
    call: &Call,
    browser: &Browser<'_>,
    tenant: &str,
    body: &[u8],
) -> Result<Response<Body>, OAuthError> {
    let tenant = call.tenant(tenant).await.map_err(|refused| refused.error)?;
    let params = form(&call.headers, body)?;
    let expired =
        || OAuthError::new(Kind::InvalidRequest, "This page was open too long. Start the sign-in again.");
    let session = browser::session(call, tenant).await?.ok_or_else(expired)?;
    let return_to =
        params.get("return_to").and_then(|text| browser::local_path(tenant, text)).ok_or_else(expired)?;
    if !browser.accepts(&consent_purpose(&session, &return_to), &params) {
        return Err(expired());
    }
    let (address, query) = return_to.split_once('?').ok_or_else(expired)?;
    let face = if address.ends_with("/v2.0/authorize") { Face::V2 } else { Face::V1 };
    let request = Request { call, browser, tenant, face, params: Params::parse(query.as_bytes())? };
    let answer = agree(&request, &session, params.get("choice") == Some("accept")).await;
    Ok(match answer {
        Ok(()) => answer::see_other(&return_to),
        Err(problem) => request.refuse(problem),
    })
}

async fn agree(request: &Request<'_>, session: &Session, accepts: bool) -> Result<(), Problem> {
    let known = request.client().await?;
    let origin = request.call.identity.origin();
    let asked = authorize::check(&request.params, &known.client, origin, request.face)?;
    let refuse = |error| Problem::Redirect(asked.target.clone(), error);
    if !accepts {
        return Err(refuse(OAuthError::new(Kind::AccessDenied, "The person declined.")));
    }
    let permissions =
        consent::permissions(&known.client, known.application.as_ref(), &asked.scope).map_err(refuse)?;
    let all = consent::all(&known.client, &asked.scope, &permissions);
    let (user, client, trace) = (session.person.id, known.client.id.clone(), request.call.trace);
    let names: Vec<&str> = all.iter().map(|(_, name)| name.as_str()).collect();
    let event = Event::new(Actor::User(user), "Consent to application", Category::Authentication)
        .on(audit::Resource::new("Application", &client).named(&known.client.display_name))
        .with(serde_json::json!({"permissions": names}))
        .correlated(Some(trace.correlation_id.to_string()));
    let event_id = request.call.identity.inner.world.ids.guid();
    let store = &request.call.identity.inner.store;
    let written = store.write(request.tenant, move |tx| {
        consent::give(tx, user, &client, &all, trace.now)?;
        audit::record(tx, trace.now, event_id, &event)
    });
    written.await.map_err(|error: SqlError| refuse(error.into()))
}
