//! The documents clients discover us by.
//!
//! Pure: an origin and a tenant in, JSON out. Publishes only what works. Endpoint path names are fixed: several
//! client libraries build them themselves (identity notes §1.1).

use serde_json::{Value, json};
use store::TenantId;

use crate::origin::Origin;

/// OpenID Connect Discovery 1.0 §3 and RFC 8414, the same for both discovery addresses of a tenant.
pub fn openid_configuration(origin: &Origin, tenant: TenantId) -> Value {
    let base = format!("{origin}/{tenant}");
    json!({
        "issuer": origin.issuer(tenant),
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
        "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
        "userinfo_endpoint": origin.url("/oidc/userinfo"),
        "introspection_endpoint": format!("{base}/oauth2/v2.0/introspect"),
        "revocation_endpoint": format!("{base}/oauth2/v2.0/revoke"),
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": [
            "authorization_code",
            "client_credentials",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "nbf", "auth_time", "nonce", "amr", "sid", "tid", "oid", "ver",
            "name", "given_name", "family_name", "preferred_username", "upn", "email", "login_hint", "idp",
        ],
        "ui_locales_supported": ["en", "nl", "sv"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
        "tenant_region_scope": Value::Null,
        "cloud_instance_name": host(origin),
    })
}

/// RFC 9728: which authorization server protects this origin's APIs.
pub fn protected_resource(origin: &Origin, tenant: TenantId) -> Value {
    json!({
        "resource": origin.as_str(),
        "authorization_servers": [origin.issuer(tenant)],
        "jwks_uri": format!("{origin}/{tenant}/discovery/v2.0/keys"),
        "bearer_methods_supported": ["header"],
        "scopes_supported": [format!("{origin}/get_data_warehouse"), format!("{origin}/user_impersonation")],
        "resource_name": "Quarterdeck",
    })
}

/// The answer to `/common/userrealm/{upn}`: accounts here sign in with a password we keep.
pub fn user_realm(origin: &Origin, login: &str) -> Value {
    json!({
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": login.rsplit_once('@').map_or("", |(_, domain)| domain),
        "cloud_instance_name": host(origin),
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    })
}

/// The `WWW-Authenticate` value of a resource that wants a token (identity notes §1.7: quoted, no empty realm).
/// `error` is an RFC 6750 code such as `invalid_token`, absent when no token was sent.
pub fn challenge(origin: &Origin, tenant: Option<TenantId>, error: Option<&str>) -> String {
    let tenant = tenant.map_or_else(|| "common".to_owned(), |tenant| tenant.to_string());
    let mut text = format!(
        "Bearer realm=\"{origin}/{tenant}\", authorization_uri=\"{origin}/{tenant}/oauth2/authorize\", \
         resource_id=\"{origin}\""
    );
    if let Some(error) = error {
        text.push_str(&format!(", error=\"{error}\""));
    }
    text
}

fn host(origin: &Origin) -> &str {
    origin.as_str().trim_start_matches("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture() -> (Origin, TenantId) {
        let tenant = "11111111-2222-3333-4444-555555555555".parse().expect("a guid");
        (Origin::parse("https://deck.example:8443").expect("an origin"), TenantId(tenant))
    }

    #[test]
    fn every_address_lies_under_the_one_origin_and_the_tenants_guid() {
        let (origin, tenant) = fixture();
        let document = openid_configuration(&origin, tenant);
        assert_eq!(document["issuer"], format!("https://deck.example:8443/{tenant}/v2.0"));
        let token_endpoint = document["token_endpoint"].as_str().expect("text");
        // MSAL Python takes the first path segment as the cache realm.
        assert_eq!(token_endpoint.split('/').nth(3), Some(tenant.to_string().as_str()));
        for (name, value) in document.as_object().expect("an object") {
            if let Some(url) = value.as_str().filter(|text| text.contains("://")) {
                assert!(url.starts_with("https://deck.example:8443/"), "{name}: {url}");
            }
        }
        // MSAL.js replaces the first "/token" of the token endpoint by "/devicecode".
        assert_eq!(
            token_endpoint.replacen("/token", "/devicecode", 1),
            document["device_authorization_endpoint"].as_str().expect("text")
        );
    }

    #[test]
    fn the_challenge_is_the_quoted_form_that_adal_parses() {
        let (origin, _) = fixture();
        assert_eq!(
            challenge(&origin, None, Some("invalid_token")),
            "Bearer realm=\"https://deck.example:8443/common\", \
             authorization_uri=\"https://deck.example:8443/common/oauth2/authorize\", \
             resource_id=\"https://deck.example:8443\", error=\"invalid_token\""
        );
    }
}
