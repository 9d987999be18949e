//! The grammar of `scope` (v2) and `resource` (v1), and the rule which scopes an answer repeats.
//!
//! Pure. In v2 everything before the last slash of a scope names the resource and becomes the token's audience, which
//! is why `https://api.manage.microsoft.com//.default` has two slashes (identity notes §1.4). Does not know clients,
//! users or consent.

use crate::oauth_error::{Kind, OAuthError};
use crate::origin::Origin;
use crate::resource::Resource;

/// The longest `scope` text read, in bytes.
const LIMIT_BYTES: usize = 4096;

/// The scopes of OpenID Connect itself; they belong to no resource.
pub(crate) const OIDC_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// The audience of a token that was asked for with OpenID scopes only.
const USERINFO_AUDIENCE: &str = "https://graph.microsoft.com";

/// Which protocol surface a request came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    /// `/oauth2/…` with `resource=`.
    V1,
    /// `/oauth2/v2.0/…` with `scope=`.
    V2,
}

/// What a client asks for: one resource, some of its permissions, some of the OpenID scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) resource: Resource,
    /// The spelling that becomes `aud`.
    pub(crate) audience: String,
    /// Permission names; empty when `default` is set or only OpenID scopes were asked for.
    pub(crate) permissions: Vec<String>,
    /// `/.default` was asked for: everything the client is registered for.
    pub(crate) default: bool,
    pub(crate) openid: bool,
    pub(crate) profile: bool,
    pub(crate) email: bool,
    pub(crate) offline: bool,
    /// The scopes as the client spelled them, in its order, without repeats; the answer echoes them, because MSAL
    /// keeps tokens under these names.
    pub(crate) spelled: Vec<String>,
}

impl Request {
    /// The OpenID scopes that were asked for.
    pub(crate) fn oidc(&self) -> Vec<&'static str> {
        let flags = [self.openid, self.profile, self.email, self.offline];
        OIDC_SCOPES.into_iter().zip(flags).filter(|(_, asked)| *asked).map(|(name, _)| name).collect()
    }
}

/// Reads a v2 `scope`.
pub(crate) fn parse_v2(scope: &str, origin: &Origin) -> Result<Request, OAuthError> {
    if scope.len() > LIMIT_BYTES || !scope.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return Err(invalid_scope(
            "The scope must be at most 4096 visible ASCII characters, separated by spaces.",
        ));
    }
    let mut request = empty(Resource::Graph, String::new());
    let mut found: Option<(Resource, String)> = None;
    for word in scope.split(' ').filter(|word| !word.is_empty()) {
        if request.spelled.iter().any(|known| known == word) {
            continue;
        }
        request.spelled.push(word.to_owned());
        if request.take_oidc(word) {
            continue;
        }
        let (name, permission) = split(word);
        let resource = Resource::find(name, origin).ok_or_else(|| unknown_resource(name))?;
        match &found {
            None => found = Some((resource, name.to_owned())),
            Some((_, audience)) if audience != name => {
                return Err(invalid_scope(
                    "One request can ask for one resource only; ask for each in turn.",
                ));
            }
            Some(_) => {}
        }
        request.add(resource, permission)?;
    }
    if request.spelled.is_empty() {
        return Err(OAuthError::new(Kind::InvalidRequest, "The parameter 'scope' is missing. Add it."));
    }
    let (resource, audience) = found.unwrap_or((Resource::Graph, USERINFO_AUDIENCE.to_owned()));
    if request.default && !request.permissions.is_empty() {
        return Err(invalid_scope("'.default' cannot be combined with single permissions of a resource."));
    }
    Ok(Request { resource, audience, ..request })
}

/// Reads a v1 request: a `resource`, and optionally short permission names in `scope`.
pub(crate) fn parse_v1(resource: &str, scope: Option<&str>, origin: &Origin) -> Result<Request, OAuthError> {
    let found = Resource::find(resource, origin).ok_or_else(|| unknown_resource(resource))?;
    let mut request = empty(found, resource.to_owned());
    // The v1 endpoints always sign the person in and always hand out a refresh token, asked or not.
    (request.openid, request.profile, request.email, request.offline) = (true, true, true, true);
    for word in scope.unwrap_or("").split(' ').filter(|word| !word.is_empty()).take(64) {
        let known = OIDC_SCOPES.contains(&word) || request.permissions.iter().any(|known| known == word);
        if !known && found.delegated_permissions().contains(&word) {
            request.permissions.push(word.to_owned());
        }
    }
    request.default = request.permissions.is_empty();
    Ok(request)
}

/// Reads the scope of `client_credentials`: exactly one `/.default`; stray OpenID scopes are ignored.
pub(crate) fn parse_app_only(scope: &str, origin: &Origin) -> Result<Request, OAuthError> {
    let kept: Vec<&str> = scope.split(' ').filter(|word| !OIDC_SCOPES.contains(word)).collect();
    let request = parse_v2(&kept.join(" "), origin)?;
    if !request.default || request.spelled.len() != 1 {
        return Err(invalid_scope(
            "An application asks for exactly one scope, the resource followed by '/.default', for example \
             'https://api.manage.microsoft.com//.default'.",
        ));
    }
    Ok(request)
}

impl Request {
    fn take_oidc(&mut self, word: &str) -> bool {
        let flag = match word {
            "openid" => &mut self.openid,
            "profile" => &mut self.profile,
            "email" => &mut self.email,
            "offline_access" => &mut self.offline,
            _ => return false,
        };
        *flag = true;
        true
    }

    fn add(&mut self, resource: Resource, permission: &str) -> Result<(), OAuthError> {
        if permission == ".default" {
            self.default = true;
            return Ok(());
        }
        if !resource.delegated_permissions().contains(&permission) {
            return Err(invalid_scope(format!(
                "The permission '{}' does not exist on the resource. It offers: {}.",
                printable(permission),
                resource.delegated_permissions().join(", ")
            )));
        }
        self.permissions.push(permission.to_owned());
        Ok(())
    }
}

/// Resource and permission of one scope: split at the last slash; a bare word belongs to Graph.
fn split(word: &str) -> (&str, &str) {
    word.rsplit_once('/').unwrap_or((USERINFO_AUDIENCE, word))
}

fn empty(resource: Resource, audience: String) -> Request {
    Request {
        resource,
        audience,
        permissions: Vec::new(),
        default: false,
        openid: false,
        profile: false,
        email: false,
        offline: false,
        spelled: Vec::new(),
    }
}

fn unknown_resource(name: &str) -> OAuthError {
    OAuthError::new(
        Kind::InvalidResource,
        format!("The resource '{}' is not known here. Use this server's own address.", printable(name)),
    )
}

fn invalid_scope(text: impl Into<String>) -> OAuthError {
    OAuthError::new(Kind::InvalidScope, text)
}

/// Client text made safe to repeat in an error description (RFC 6749 allows no quotes, backslashes, controls).
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| (c.is_ascii_graphic() || *c == ' ') && !matches!(c, '"' | '\\'))
        .take(120)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn origin() -> Origin {
        Origin::parse("https://deck.example").expect("an origin")
    }

    fn check(scope: &str, audience: &str, permissions: &[&str], default: bool) {
        let request = parse_v2(scope, &origin()).expect(scope);
        assert_eq!(request.audience, audience, "{scope}");
        assert_eq!(request.permissions, permissions, "{scope}");
        assert_eq!(request.default, default, "{scope}");
        assert_eq!(request.spelled.join(" "), scope, "{scope}");
    }

    #[test]
    fn the_resource_is_everything_before_the_last_slash() {
        check("https://api.manage.microsoft.com//.default", "https://api.manage.microsoft.com/", &[], true);
        check("https://api.manage.microsoft.com/.default", "https://api.manage.microsoft.com", &[], true);
        check(
            "https://deck.example/user_impersonation",
            "https://deck.example",
            &["user_impersonation"],
            false,
        );
        check(
            "openid offline_access api://quarterdeck/agent.enroll",
            "api://quarterdeck",
            &["agent.enroll"],
            false,
        );
        check("openid profile", "https://graph.microsoft.com", &[], false);
        check("User.Read", "https://graph.microsoft.com", &["User.Read"], false);
    }

    #[test]
    fn refuses_what_does_not_exist_or_mixes() {
        for (scope, kind) in [
            ("", Kind::InvalidRequest),
            ("https://other.example/.default", Kind::InvalidResource),
            ("https://deck.example/nothing", Kind::InvalidScope),
            ("https://deck.example/user_impersonation User.Read", Kind::InvalidScope),
            ("https://deck.example/.default https://deck.example/user_impersonation", Kind::InvalidScope),
            ("https://deck.example/user_impersonation\u{e9}", Kind::InvalidScope),
        ] {
            assert_eq!(parse_v2(scope, &origin()).map_err(|e| e.kind), Err(kind), "{scope}");
        }
        assert!(parse_v2(&"a ".repeat(4096), &origin()).is_err());
    }

    #[test]
    fn an_application_asks_for_one_default_only() {
        let ok = "https://api.manage.microsoft.com//.default openid profile offline_access";
        let request = parse_app_only(ok, &origin()).expect(ok);
        assert_eq!(request.audience, "https://api.manage.microsoft.com/");
        for scope in [
            "https://api.manage.microsoft.com/get_data_warehouse",
            "https://deck.example/.default User.Read",
            "openid",
        ] {
            assert!(parse_app_only(scope, &origin()).is_err(), "{scope}");
        }
    }

    #[test]
    fn v1_takes_the_resource_as_spelled_and_short_names() {
        let request = parse_v1("https://api.manage.microsoft.com/", None, &origin()).expect("known");
        assert_eq!((request.audience.as_str(), request.default), ("https://api.manage.microsoft.com/", true));
        let request = parse_v1("https://deck.example", Some("user_impersonation"), &origin()).expect("known");
        assert_eq!(
            (request.permissions.as_slice(), request.default),
            (&["user_impersonation".to_owned()][..], false)
        );
        assert!(parse_v1("https://other.example", None, &origin()).is_err());
    }

    proptest! {
        #[test]
        fn never_panics_and_always_echoes_what_it_accepts(scope in "[ -~]{0,80}") {
            if let Ok(request) = parse_v2(&scope, &origin()) {
                for word in &request.spelled {
                    prop_assert!(scope.split(' ').any(|given| given == word));
                }
            }
        }
    }
}
