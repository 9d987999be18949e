//! Judging an authorization request, and writing the answer to its redirect address.
//!
//! Pure. A request whose client or redirect address is wrong is never redirected (RFC 6749 §4.1.2.1); every other
//! refusal is, with `state` and `iss`. Does not know who is signed in.

use std::borrow::Cow;

use crate::client::{Client, Party};
use crate::oauth_error::{Kind, OAuthError, Trace};
use crate::origin::Origin;
use crate::params::{Params, encode_pairs};
use crate::pkce::Challenge;
use crate::redirect::{self, Platform};
use crate::scope::{self, Face, Request};

const STATE_MAX_BYTES: usize = 8192;
const NONCE_MAX_BYTES: usize = 1024;

/// How the answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

/// Where an answer goes, and what it repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) redirect_uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
}

/// What the client wants the person to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// Whatever is needed.
    Needed,
    None,
    Login,
    Consent,
}

/// A request that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) target: Target,
    pub(crate) scope: Request,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) nonce: Option<String>,
    pub(crate) prompt: Prompt,
    pub(crate) max_age_seconds: Option<i64>,
    pub(crate) login_hint: Option<String>,
}

/// A request that cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// To be shown, never redirected.
    Page(OAuthError),
    Redirect(Target, OAuthError),
}

/// Judges a request of a known client.
pub(crate) fn check(
    params: &Params,
    client: &Client,
    origin: &Origin,
    face: Face,
) -> Result<Authorization, Problem> {
    let page = |text: &str| Problem::Page(OAuthError::new(Kind::InvalidRequest, text));
    let asked =
        params.get("redirect_uri").ok_or_else(|| page("The parameter 'redirect_uri' is missing. Add it."))?;
    let registered = redirect::find(&client.redirect_uris, asked).ok_or_else(|| {
        page("The redirect_uri is not registered for this application. Register exactly this address, or correct it.")
    })?;
    let (mode, mode_known) = match params.get("response_mode") {
        None | Some("query") => (ResponseMode::Query, true),
        Some("fragment") => (ResponseMode::Fragment, true),
        Some("form_post") => (ResponseMode::FormPost, true),
        Some(_) => (ResponseMode::Query, false),
    };
    let state = params.get("state").map(str::to_owned);
    if state.as_ref().is_some_and(|state| state.len() > STATE_MAX_BYTES) {
        return Err(page("The parameter 'state' is longer than 8192 bytes."));
    }
    let target = Target { redirect_uri: asked.to_owned(), mode, state };
    let refuse = |error| Problem::Redirect(target.clone(), error);
    if !mode_known {
        return Err(refuse(invalid("The response_mode must be query, fragment or form_post.")));
    }
    check_kind(params).map_err(refuse)?;
    let needs_challenge =
        client.public || registered.platform != Platform::Web || client.party == Party::First;
    let challenge = challenge(params, needs_challenge).map_err(refuse)?;
    let scope = match face {
        Face::V2 => scope::parse_v2(params.get("scope").unwrap_or_default(), origin),
        Face::V1 => v1_scope(params, origin),
    };
    let scope = scope.map_err(refuse)?;
    let (prompt, max_age_seconds) = prompt(params).map_err(refuse)?;
    let nonce = params.get("nonce").map(str::to_owned);
    if nonce.as_ref().is_some_and(|nonce| nonce.len() > NONCE_MAX_BYTES) {
        return Err(refuse(invalid("The parameter 'nonce' is longer than 1024 bytes.")));
    }
    let login_hint = params.get("login_hint").map(|hint| hint.chars().take(320).collect());
    Ok(Authorization { target, scope, challenge, nonce, prompt, max_age_seconds, login_hint })
}

fn check_kind(params: &Params) -> Result<(), OAuthError> {
    match params.get("response_type") {
        Some("code") => {}
        None => return Err(invalid("The parameter 'response_type' is missing; it must be 'code'.")),
        Some(_) => {
            return Err(OAuthError::new(
                Kind::UnsupportedResponseType,
                "Only the response_type 'code' is supported; tokens never travel in addresses.",
            ));
        }
    }
    if ["request", "request_uri", "registration"].iter().any(|name| params.get(name).is_some()) {
        return Err(invalid("Request objects are not supported; send plain parameters."));
    }
    Ok(())
}

fn challenge(params: &Params, needed: bool) -> Result<Option<Challenge>, OAuthError> {
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (None, None) if !needed => Ok(None),
        (None, None) => Err(invalid(
            "A public client must use PKCE: send code_challenge with code_challenge_method=S256.",
        )),
        (Some(text), Some("S256")) => Challenge::parse(text)
            .map(Some)
            .ok_or_else(|| invalid("The code_challenge must be the base64url of a SHA-256, 43 characters.")),
        _ => Err(invalid("The code_challenge_method must be S256; 'plain' is refused.")),
    }
}

/// v1 names the resource; without one the token opens userinfo only.
fn v1_scope(params: &Params, origin: &Origin) -> Result<Request, OAuthError> {
    match params.get("resource") {
        Some(resource) => scope::parse_v1(resource, params.get("scope"), origin),
        None => scope::parse_v2("openid profile email offline_access", origin)
            .map(|request| Request { spelled: Vec::new(), ..request }),
    }
}

fn prompt(params: &Params) -> Result<(Prompt, Option<i64>), OAuthError> {
    let prompt = match params.get("prompt") {
        None => Prompt::Needed,
        Some("none") => Prompt::None,
        Some("login" | "select_account" | "login consent") => Prompt::Login,
        Some("consent" | "admin_consent") => Prompt::Consent,
        Some(_) => return Err(invalid("The prompt must be none, login, select_account or consent.")),
    };
    let max_age = match params.get("max_age").map(str::parse::<u32>) {
        None => None,
        Some(Ok(seconds)) => Some(i64::from(seconds)),
        Some(Err(_)) => return Err(invalid("The max_age must be a whole number of seconds.")),
    };
    Ok((prompt, max_age))
}

fn invalid(text: &str) -> OAuthError {
    OAuthError::new(Kind::InvalidRequest, text)
}

impl Target {
    /// The parameters of a successful answer.
    pub(crate) fn success<'a>(&'a self, code: &'a str, issuer: &'a str) -> Vec<(&'a str, Cow<'a, str>)> {
        let mut pairs = vec![("code", Cow::from(code))];
        pairs.extend(self.common(issuer));
        pairs
    }

    /// The parameters of a refusal.
    pub(crate) fn failure<'a>(
        &'a self,
        error: &OAuthError,
        trace: &Trace,
        issuer: &'a str,
    ) -> Vec<(&'a str, Cow<'a, str>)> {
        let body = error.body(trace);
        let description = body["error_description"].as_str().unwrap_or_default().to_owned();
        let mut pairs = vec![
            ("error", Cow::from(error.kind.code())),
            ("error_description", Cow::from(description.replace("\r\n", " "))),
        ];
        pairs.extend(self.common(issuer));
        pairs
    }

    /// The address that carries the parameters; not for `form_post`.
    pub(crate) fn location(&self, pairs: &[(&str, Cow<'_, str>)]) -> String {
        let text = encode_pairs(pairs.iter().map(|(name, value)| (*name, value.as_ref())));
        let separator = match self.mode {
            ResponseMode::Fragment => "#",
            _ if self.redirect_uri.contains('?') => "&",
            _ => "?",
        };
        format!("{}{separator}{text}", self.redirect_uri)
    }

    fn common<'a>(&'a self, issuer: &'a str) -> Vec<(&'a str, Cow<'a, str>)> {
        let state = self.state.as_deref().map(|state| ("state", Cow::from(state)));
        state.into_iter().chain([("iss", Cow::from(issuer))]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{WEB_CLIENT, built_in};
    use crate::redirect::RedirectUri;

    const CALLBACK: &str = "https://app.example/cb";
    const GOOD: &str = "client_id=x&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&state=a%26b\
                        &scope=openid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
                        &code_challenge_method=S256";

    fn origin() -> Origin {
        Origin::parse("https://deck.example").expect("an origin")
    }

    fn client(public: bool) -> Client {
        Client {
            party: Party::Registered,
            public,
            redirect_uris: vec![RedirectUri { uri: CALLBACK.into(), platform: Platform::Web }],
            ..built_in(WEB_CLIENT, &origin()).expect("built in")
        }
    }

    fn run(params: &Params, public: bool) -> Result<Authorization, Problem> {
        check(params, &client(public), &origin(), Face::V2)
    }

    fn good() -> Params {
        Params::parse(GOOD.as_bytes()).expect("well formed")
    }

    #[test]
    fn a_good_request_is_read() {
        let request = run(&good(), true).expect("good");
        assert_eq!(request.target.state.as_deref(), Some("a&b"));
        assert_eq!(request.prompt, Prompt::Needed);
        let pairs = request.target.success("CODE", "https://deck.example/t/v2.0");
        assert_eq!(
            request.target.location(&pairs),
            "https://app.example/cb?code=CODE&state=a%26b&iss=https%3A%2F%2Fdeck.example%2Ft%2Fv2.0"
        );
    }

    #[test]
    fn a_wrong_redirect_address_is_shown_and_never_followed() {
        for uri in [
            None,
            Some("https://app.example/cb/"),
            Some("https://evil.example/"),
            Some("javascript:alert(1)"),
        ] {
            assert!(matches!(run(&good().with("redirect_uri", uri), true), Err(Problem::Page(_))), "{uri:?}");
        }
    }

    #[test]
    fn other_refusals_are_redirected_with_their_kind() {
        for (name, value, public, kind) in [
            ("response_type", Some("token"), true, Kind::UnsupportedResponseType),
            ("response_type", Some("id_token token"), true, Kind::UnsupportedResponseType),
            ("response_type", Some("code token"), true, Kind::UnsupportedResponseType),
            ("response_type", None, true, Kind::InvalidRequest),
            ("response_mode", Some("cookie"), true, Kind::InvalidRequest),
            ("code_challenge_method", Some("plain"), true, Kind::InvalidRequest),
            ("code_challenge_method", None, true, Kind::InvalidRequest),
            ("code_challenge", None, false, Kind::InvalidRequest),
            ("code_challenge", Some("short"), true, Kind::InvalidRequest),
            ("scope", None, true, Kind::InvalidRequest),
            ("scope", Some("https://other.example/.default"), true, Kind::InvalidResource),
            ("prompt", Some("dance"), true, Kind::InvalidRequest),
            ("prompt", Some("none login"), true, Kind::InvalidRequest),
            ("max_age", Some("-1"), true, Kind::InvalidRequest),
            ("request", Some("x.y.z"), true, Kind::InvalidRequest),
            ("request_uri", Some("https://evil.example/"), true, Kind::InvalidRequest),
        ] {
            match run(&good().with(name, value), public) {
                Err(Problem::Redirect(target, error)) => {
                    assert_eq!(error.kind, kind, "{name} = {value:?}");
                    assert_eq!(target.redirect_uri, CALLBACK);
                }
                other => panic!("{name} = {value:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_public_client_needs_pkce_and_a_confidential_web_client_may_go_without() {
        let bare = good().with("code_challenge", None).with("code_challenge_method", None);
        assert!(matches!(run(&bare, true), Err(Problem::Redirect(..))));
        assert_eq!(run(&bare, false).expect("allowed").challenge, None);
    }

    #[test]
    fn v1_takes_a_resource_or_none() {
        let with = good().with("scope", None).with("resource", Some("https://api.manage.microsoft.com/"));
        let request = check(&with, &client(true), &origin(), Face::V1).expect("good");
        assert_eq!(request.scope.audience, "https://api.manage.microsoft.com/");
        let without = good().with("scope", None);
        assert!(check(&without, &client(true), &origin(), Face::V1).expect("good").scope.openid);
    }
}
