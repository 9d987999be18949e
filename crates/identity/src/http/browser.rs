//! Pages and cookies: what a person's browser gets from us.

use axum::body::Body;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, Response, StatusCode};
use sql::SqlError;
use store::TenantId;

use super::answer;
use super::call::Call;
use crate::codec;
use crate::oauth_error::OAuthError;
use crate::opaque::Opaque;
use crate::pages::text::Lang;
use crate::pages::{self, FormToken, Page};
use crate::params::Params;
use crate::sessions::{self, Session};

/// Ties forms to the browser that was shown them.
const FORM_COOKIE: &str = "__Host-qd_form";

/// One browser's view of us: its language and its form cookie.
pub(crate) struct Browser<'c> {
    call: &'c Call,
    pub(crate) lang: Lang,
    form: String,
    fresh: bool,
}

impl<'c> Browser<'c> {
    pub(crate) fn new(call: &'c Call, ui_locales: Option<&str>) -> Browser<'c> {
        let text = |name: HeaderName| call.headers.get(name).and_then(|value| value.to_str().ok());
        let lang = Lang::choose(ui_locales, call.cookie("lang"), text(header::ACCEPT_LANGUAGE));
        let known =
            call.cookie(FORM_COOKIE).filter(|value| codec::decode(value).is_some_and(|b| b.len() == 16));
        let form = known.map_or_else(|| call.identity.inner.world.entropy.token(16), str::to_owned);
        Browser { call, lang, form, fresh: known.is_none() }
    }

    /// The token a form of this purpose carries.
    pub(crate) fn token(&self, purpose: &str) -> FormToken {
        FormToken(self.call.identity.inner.master.form_token(purpose, &self.form))
    }

    /// Whether a posted form came from a page this browser was shown for this purpose.
    pub(crate) fn accepts(&self, purpose: &str, params: &Params) -> bool {
        let expected = self.token(purpose).0;
        let given = params.get("form_token").unwrap_or_default();
        !self.fresh && codec::same(expected.as_bytes(), given.as_bytes())
    }

    /// A page.
    pub(crate) fn show(&self, status: StatusCode, page: &Page) -> Response<Body> {
        let nonce = self.call.identity.inner.world.entropy.token(16);
        let mut response = Response::new(Body::from(page.render(&nonce)));
        *response.status_mut() = status;
        answer::set(&mut response, header::CONTENT_TYPE, "text/html; charset=utf-8");
        answer::set(&mut response, header::CONTENT_LANGUAGE, page.lang.code());
        answer::set(&mut response, header::CONTENT_SECURITY_POLICY, &policy(page, &nonce));
        answer::set(&mut response, header::X_FRAME_OPTIONS, "DENY");
        answer::private(&mut response);
        answer::traced(&mut response, &self.call.trace);
        if self.fresh {
            answer::cookie(&mut response, FORM_COOKIE, &self.form, "Lax", None);
        }
        response
    }

    /// The page of a request that cannot be answered; never a redirect.
    pub(crate) fn error(&self, error: &OAuthError) -> Response<Body> {
        let status = match error.kind.status() {
            401 => StatusCode::BAD_REQUEST,
            status => StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
        };
        let trace = self.call.trace.trace_id.to_string();
        self.show(status, &pages::error(self.lang, &error.description, error.kind.code(), &trace))
    }
}

fn policy(page: &Page, nonce: &str) -> String {
    let more = page.form_action.as_deref().map(source).unwrap_or_default();
    let script = if page.submits_itself { format!("script-src 'nonce-{nonce}'; ") } else { String::new() };
    format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; {script}form-action 'self'{more}; \
         frame-ancestors 'none'; base-uri 'none'"
    )
}

/// A redirect origin as a policy source. Policies know no IPv6 hosts, so those allow their scheme.
fn source(origin: &str) -> String {
    let plain =
        origin.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'/' | b'.' | b'-' | b'+'));
    if plain {
        return format!(" {origin}");
    }
    let scheme = origin.split(':').next().unwrap_or_default();
    if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) { format!(" {scheme}:") } else { String::new() }
}

/// The session secret a browser holds, in its form only.
pub(crate) fn session_cookie(headers: &HeaderMap) -> Option<Opaque> {
    super::call::cookie(headers, sessions::COOKIE).and_then(Opaque::parse)
}

/// The live session of a browser in a tenant; writes the time of last use when it is worth it.
pub(crate) async fn session(call: &Call, tenant: TenantId) -> Result<Option<Session>, SqlError> {
    let Some(token) = session_cookie(&call.headers).filter(|token| token.tenant() == tenant) else {
        return Ok(None);
    };
    let (now, store) = (call.trace.now, &call.identity.inner.store);
    let asked = token.clone();
    let found = store.read(tenant, move |tx| sessions::find(tx, &asked, now)).await?;
    if found.as_ref().is_some_and(|session| session.is_stale(now)) {
        store.write(tenant, move |tx| sessions::touch(tx, &token, now)).await?;
    }
    Ok(found)
}

/// The tenant of pages whose address names none: the browser's own, else the first.
pub(crate) async fn tenant(call: &Call) -> Result<Option<TenantId>, SqlError> {
    match session_cookie(&call.headers) {
        Some(token) => Ok(Some(token.tenant())),
        None => call.identity.find_tenant("common").await,
    }
}

/// An address of ours to go on to after signing in; `None` for anything else, so that no form can send people away.
pub(crate) fn local_path(tenant: TenantId, text: &str) -> Option<String> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#');
    let authorize = [format!("/{tenant}/oauth2/v2.0/authorize?"), format!("/{tenant}/oauth2/authorize?")];
    let known = matches!(text, "/" | "/devicelogin" | "/account/password")
        || authorize.iter().any(|prefix| text.starts_with(prefix.as_str()));
    (plain && known).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_addresses_are_followed() {
        let tenant = TenantId(uuid::Uuid::from_u128(1));
        for text in ["/", "/devicelogin", "/account/password", &format!("/{tenant}/oauth2/authorize?a=b")] {
            assert!(local_path(tenant, text).is_some(), "{text}");
        }
        let other = TenantId(uuid::Uuid::from_u128(2));
        for text in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "/devicelogin/../x",
            &format!("/{other}/oauth2/authorize?a=b"),
            &format!("/{tenant}/oauth2/authorize"),
            &format!("/{tenant}/oauth2/authorize?a\r\nb"),
        ] {
            assert!(local_path(tenant, text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_redirect_address_cannot_write_into_the_policy() {
        assert_eq!(source("https://app.example:8443"), " https://app.example:8443");
        assert_eq!(source("http://[::1]:80"), " http:");
        assert_eq!(source("https://a;script-src *"), " https:");
        assert_eq!(source("com.example.app:"), " com.example.app:");
    }
}
