//! Routes as data, each behind its door.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Extension, Router};
use http::request::Parts;
use http::{Method, StatusCode};
use policy::{Caller, Need, Permit, permit};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use store::TenantId;
use uuid::Uuid;

use crate::authenticate::{Authenticate, PeerCertificate, RequestHead};
use crate::failure::{Code, Failure};

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A caller who is permitted this.
    Need(Need),
    /// Anybody; the text says why. These are few and listed in a test.
    Open(&'static str),
}

/// A query parameter, for the OpenAPI document.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub description: &'static str,
}

/// Makes the schema of a body, into the document's own set of definitions.
type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// One operation's place in the house.
pub struct Route {
    pub method: Method,
    /// In axum's form: `/graph/v1.0/users/{id}`.
    pub path: &'static str,
    pub door: Door,
    /// One English sentence without its full stop: the OpenAPI summary.
    pub summary: &'static str,
    pub parameters: Vec<Parameter>,
    pub(crate) accepts: Option<MakeSchema>,
    pub(crate) answers: Vec<(u16, Option<MakeSchema>)>,
    handler: MethodRouter,
}

impl Route {
    /// A route to `handler`. Its state, if any, has been given to it already.
    pub fn new<H, T>(
        method: Method,
        path: &'static str,
        door: Door,
        summary: &'static str,
        handler: H,
    ) -> Route
    where
        H: axum::handler::Handler<T, ()>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).expect("routes use the standard methods");
        Route {
            method,
            path,
            door,
            summary,
            parameters: Vec::new(),
            accepts: None,
            answers: Vec::new(),
            handler: on(filter, handler),
        }
    }

    pub fn get<H, T>(path: &'static str, need: Need, summary: &'static str, handler: H) -> Route
    where
        H: axum::handler::Handler<T, ()>,
        T: 'static,
    {
        Route::new(Method::GET, path, Door::Need(need), summary, handler)
    }

    pub fn post<H, T>(path: &'static str, need: Need, summary: &'static str, handler: H) -> Route
    where
        H: axum::handler::Handler<T, ()>,
        T: 'static,
    {
        Route::new(Method::POST, path, Door::Need(need), summary, handler)
    }

    pub fn put<H, T>(path: &'static str, need: Need, summary: &'static str, handler: H) -> Route
    where
        H: axum::handler::Handler<T, ()>,
        T: 'static,
    {
        Route::new(Method::PUT, path, Door::Need(need), summary, handler)
    }

    pub fn patch<H, T>(path: &'static str, need: Need, summary: &'static str, handler: H) -> Route
    where
        H: axum::handler::Handler<T, ()>,
        T: 'static,
    {
        Route::new(Method::PATCH, path, Door::Need(need), summary, handler)
    }

    pub fn delete<H, T>(path: &'static str, need: Need, summary: &'static str, handler: H) -> Route
    where
        H: axum::handler::Handler<T, ()>,
        T: 'static,
    {
        Route::new(Method::DELETE, path, Door::Need(need), summary, handler)
    }

    /// The request body is a `T`.
    #[must_use]
    pub fn accepts<T: JsonSchema>(mut self) -> Route {
        self.accepts = Some(|generator| generator.subschema_for::<T>());
        self
    }

    /// With this status the answer is a `T`.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self, status: u16) -> Route {
        self.answers.push((status, Some(|generator| generator.subschema_for::<T>())));
        self
    }

    /// With this status the answer has no JSON body of ours.
    #[must_use]
    pub fn answers_plain(mut self, status: u16) -> Route {
        self.answers.push((status, None));
        self
    }

    /// It is a list that [`crate::list::View`] answers: the options it takes, and its page.
    #[must_use]
    pub fn lists(self) -> Route {
        self.parameter("$filter", "A condition on the properties")
            .parameter("$select", "The properties to show")
            .parameter("$orderby", "The properties to sort by")
            .parameter("$search", "Words to look for")
            .parameter("$top", "How many at most")
            .parameter("$skip", "How many to leave out first")
            .parameter("$count", "true to tell how many there are")
            .answers_plain(200)
    }

    #[must_use]
    pub fn parameter(mut self, name: &'static str, description: &'static str) -> Route {
        self.parameters.push(Parameter { name, description });
        self
    }
}

/// The permit and the caller of this request. Handlers take it; only the door makes it.
#[derive(Clone, Debug)]
pub struct Permitted {
    pub permit: Permit,
    pub caller: Caller,
}

impl Permitted {
    /// The tenant the permit is for: what a transaction is opened with.
    pub fn tenant(&self) -> TenantId {
        TenantId(self.permit.tenant())
    }

    /// Who the permit is for, as the audit record writes it.
    pub fn actor(&self) -> audit::Actor {
        match self.permit.actor() {
            policy::Actor::User(id) => audit::Actor::User(id),
            policy::Actor::App(id) => audit::Actor::Application(id.to_string()),
            policy::Actor::Device(id) => audit::Actor::Device(id),
            policy::Actor::System(name) => audit::Actor::System(name.to_owned()),
        }
    }
}

/// The id in a path.
///
/// # Errors
/// A 404 that says what ids look like.
pub fn id_in_path(text: &str) -> Result<Uuid, Failure> {
    let refused = || Failure::not_found(format!("'{text}' is no id; ids look like 6f5b3c1e-…."));
    Uuid::try_parse(text).map_err(|_| refused().target("id"))
}

impl<S: Send + Sync> FromRequestParts<S> for Permitted {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Permitted, Failure> {
        let found = parts.extensions.get::<Permitted>().cloned();
        found.ok_or_else(|| Failure::internal(&"a handler that wants a permit stands behind an open door"))
    }
}

/// One router of all routes: each asks at its door first, and failures leave in their door's form.
pub fn router(routes: Vec<Route>, authenticate: Arc<dyn Authenticate>) -> Router {
    let mut router = Router::new();
    for route in routes {
        let handler = match route.door {
            Door::Open(_) => route.handler,
            Door::Need(need) => {
                route.handler.layer(from_fn_with_state((Arc::clone(&authenticate), need), ask))
            }
        };
        router = router.route(route.path, handler);
    }
    router.method_not_allowed_fallback(wrong_method).layer(from_fn(render))
}

async fn wrong_method(path: Option<Extension<MatchedPath>>) -> Failure {
    drop(path);
    Failure::new(Code::MethodNotAllowed, "This address does not take this method; see the Allow header.")
}

type Asked = (Arc<dyn Authenticate>, Need);

async fn ask(State((authenticate, need)): State<Asked>, mut request: Request, next: Next) -> Response {
    let head = RequestHead {
        method: request.method().clone(),
        uri: request.uri().clone(),
        headers: request.headers().clone(),
        peer: request.extensions().get().cloned().unwrap_or(PeerCertificate(None)),
    };
    let caller = match authenticate.caller(head).await {
        Ok(caller) => caller,
        Err(why) => {
            let code = if why.forbidden { Code::Forbidden } else { Code::Unauthenticated };
            let failure =
                Failure { challenge: why.challenge, ..Failure::new(code, why.message).word(why.code) };
            return failure.into_response();
        }
    };
    match permit(&caller, need) {
        Ok(permit) => {
            request.extensions_mut().insert(Permitted { permit, caller });
            next.run(request).await
        }
        Err(denied) => Failure::from(denied).into_response(),
    }
}

/// Gives failures their body, and axum's own plain refusals a sentence.
async fn render(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    if let Some(failure) = response.extensions().get::<Failure>() {
        let mut rendered = failure.render(&path);
        // axum's Allow header of a wrong method is kept.
        for (name, value) in response.headers() {
            if name == http::header::ALLOW {
                rendered.headers_mut().insert(name, value.clone());
            }
        }
        return rendered;
    }
    let plain =
        response.status().is_client_error() && !response.headers().contains_key(http::header::CONTENT_TYPE);
    let text =
        response.headers().get(http::header::CONTENT_TYPE).is_some_and(|t| t == "text/plain; charset=utf-8");
    if response.status().is_client_error() && (plain || text) {
        return of_status(response.status()).render(&path);
    }
    response
}

fn of_status(status: StatusCode) -> Failure {
    let code = Code::ALL.into_iter().find(|code| code.status().0 == status).unwrap_or(Code::BadRequest);
    let message = match code {
        Code::TooLarge => "The request is larger than this address takes.",
        Code::UnsupportedMediaType => "Send the body as application/json.",
        _ => "The request is not in the form this address takes; see the OpenAPI document.",
    };
    Failure::new(code, message)
}
