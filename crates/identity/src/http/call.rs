//! What every handler needs to know of its request.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use store::TenantId;
use uuid::Uuid;

use super::answer::Refused;
use crate::limits;
use crate::oauth_error::{Kind, OAuthError, Trace};
use crate::params::{Params, ParamsError};
use crate::service::Identity;

/// One request: its ids and time, headers, query and the peer's network.
pub(crate) struct Call {
    pub(crate) identity: Identity,
    pub(crate) trace: Trace,
    pub(crate) headers: HeaderMap,
    pub(crate) query: String,
    pub(crate) network: IpAddr,
}

impl FromRequestParts<Identity> for Call {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, identity: &Identity) -> Result<Call, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let call = Call::of(identity, &parts.headers, parts.uri.query().unwrap_or_default());
        Ok(Call { network: limits::network(peer.unwrap_or(call.network)), ..call })
    }
}

impl Call {
    /// A request whose peer is not known.
    pub(crate) fn of(identity: &Identity, headers: &HeaderMap, query: &str) -> Call {
        let given = headers.get("client-request-id").and_then(|value| value.to_str().ok());
        let trace_id = identity.inner.world.ids.guid();
        Call {
            identity: identity.clone(),
            trace: Trace {
                trace_id,
                correlation_id: given.and_then(|text| Uuid::try_parse(text).ok()).unwrap_or(trace_id),
                now: identity.now(),
            },
            headers: headers.clone(),
            query: query.to_owned(),
            network: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        }
    }

    /// The tenant a path segment names, or the refusal to answer with.
    pub(crate) async fn tenant(&self, segment: &str) -> Result<TenantId, Refused> {
        let found = self.identity.find_tenant(segment).await.map_err(|error| self.refuse(error.into()))?;
        found.ok_or_else(|| {
            self.refuse(OAuthError::new(
                Kind::InvalidTenant,
                "There is no such tenant here. Use the tenant's id, one of its domains, or 'common'.",
            ))
        })
    }

    pub(crate) fn refuse(&self, error: OAuthError) -> Refused {
        Refused { error, trace: self.trace, basic: false }
    }

    /// A cookie's value.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name)
    }
}

/// A cookie's value in the request's headers. A name sent twice counts as absent: we set each once.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value);
    let first = values.next()?;
    values.next().is_none().then_some(first)
}

/// Reads a posted form; refuses other content types and oversize.
pub(crate) fn form(headers: &HeaderMap, body: &[u8]) -> Result<Params, OAuthError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(OAuthError::new(
            Kind::InvalidRequest,
            "Send the parameters as application/x-www-form-urlencoded in the body of a POST.",
        ));
    }
    Params::parse(body).map_err(OAuthError::from)
}

impl From<ParamsError> for OAuthError {
    fn from(error: ParamsError) -> OAuthError {
        OAuthError::new(Kind::InvalidRequest, format!("The request cannot be read: {error}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_cookie_is_found_once_or_not_at_all() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; b=2"));
        assert_eq!(cookie(&headers, "b"), Some("2"));
        assert_eq!(cookie(&headers, "c"), None);
        headers.append(header::COOKIE, HeaderValue::from_static("b=3"));
        assert_eq!(cookie(&headers, "b"), None);
    }
}
