//! The claims of the tokens we mint, and the typed claims of one we accepted.
//!
//! Pure: person, client, time and ids in, JSON out. Access tokens carry v1 and v2 names so that code written for
//! either works (identity notes §1.5).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use store::TenantId;
use uuid::Uuid;

use crate::codec;
use crate::origin::Origin;

/// Life of an access or ID token: one hour.
pub const TOKEN_SECONDS: i64 = 3600;
/// Tolerated clock difference.
const SKEW_SECONDS: i64 = 60;
/// The longest life a token may claim.
const LIFE_MAX_SECONDS: i64 = 86_400;

/// A person as tokens describe them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: Uuid,
    pub user_principal_name: String,
    pub display_name: String,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub mail: Option<String>,
    /// Template ids of directory roles (`wids`), such as Global Administrator.
    pub directory_roles: Vec<String>,
}

/// How and when a person signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    pub session: Uuid,
    pub at: Timestamp,
    /// `pwd` or `otp` (RFC 8176).
    pub method: String,
}

/// Everything common to the tokens of one answer.
#[derive(Debug, Clone)]
pub struct Mint<'a> {
    pub origin: &'a Origin,
    pub tenant: TenantId,
    pub client: &'a str,
    /// Whether the client proved a secret: `azpacr` 1, else 0.
    pub authenticated: bool,
    pub now: Timestamp,
    pub token_id: Uuid,
}

impl Mint<'_> {
    /// An access token for a person.
    pub fn delegated(&self, audience: &str, scopes: &[String], person: &Person, sign_in: &SignIn) -> Value {
        let mut claims = self.base(audience);
        claims.extend(object(json!({
            "oid": person.id.to_string(),
            "sub": pairwise(self.tenant, person.id, self.client),
            "scp": scopes.join(" "),
            "upn": person.user_principal_name,
            "preferred_username": person.user_principal_name,
            "unique_name": person.user_principal_name,
            "name": person.display_name,
            "wids": person.directory_roles,
            "idtyp": "user",
            "amr": [sign_in.method],
            "auth_time": sign_in.at.as_second(),
            "sid": sign_in.session.to_string(),
        })));
        Value::Object(claims)
    }

    /// An access token for the client itself.
    pub fn app_only(&self, audience: &str, roles: &[String], service_principal: Uuid) -> Value {
        let mut claims = self.base(audience);
        claims.extend(object(json!({
            "oid": service_principal.to_string(),
            "sub": service_principal.to_string(),
            "idtyp": "app",
        })));
        if !roles.is_empty() {
            claims.insert("roles".to_owned(), json!(roles));
        }
        Value::Object(claims)
    }

    /// An ID token.
    pub fn id_token(&self, person: &Person, sign_in: &SignIn, nonce: Option<&str>) -> Value {
        let mut claims = object(json!({
            "iss": self.origin.issuer(self.tenant),
            "aud": self.client,
            "exp": self.now.as_second() + TOKEN_SECONDS,
            "iat": self.now.as_second(),
            "nbf": self.now.as_second(),
            "tid": self.tenant.to_string(),
            "oid": person.id.to_string(),
            "sub": pairwise(self.tenant, person.id, self.client),
            "ver": "2.0",
            "name": person.display_name,
            "preferred_username": person.user_principal_name,
            "upn": person.user_principal_name,
            "login_hint": person.user_principal_name,
            "idp": self.origin.issuer(self.tenant),
            "amr": [sign_in.method],
            "auth_time": sign_in.at.as_second(),
            "sid": sign_in.session.to_string(),
        }));
        let optional = [
            ("nonce", nonce),
            ("email", person.mail.as_deref()),
            ("given_name", person.given_name.as_deref()),
            ("family_name", person.surname.as_deref()),
        ];
        claims
            .extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))));
        Value::Object(claims)
    }

    fn base(&self, audience: &str) -> Map<String, Value> {
        let authenticated = if self.authenticated { "1" } else { "0" };
        object(json!({
            "iss": self.origin.issuer(self.tenant),
            "aud": audience,
            "exp": self.now.as_second() + TOKEN_SECONDS,
            "iat": self.now.as_second(),
            "nbf": self.now.as_second(),
            "jti": self.token_id.to_string(),
            "uti": codec::encode(self.token_id.as_bytes()),
            "tid": self.tenant.to_string(),
            "ver": "2.0",
            "azp": self.client,
            "appid": self.client,
            "azpacr": authenticated,
            "appidacr": authenticated,
        }))
    }
}

/// `sub`: different for each client, so that clients cannot compare their users by it (OpenID Connect Core §8.1).
pub(crate) fn pairwise(tenant: TenantId, person: Uuid, client: &str) -> String {
    codec::encode(&codec::sha256(format!("sub\n{tenant}\n{person}\n{client}").as_bytes()))
}

/// Who a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    User {
        id: Uuid,
        user_principal_name: String,
        display_name: String,
        directory_roles: Vec<String>,
    },
    /// The client itself; never treated as a person (RFC 9700 §4.15).
    App {
        service_principal: Uuid,
    },
}

/// The claims of an accepted access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenClaims {
    pub tenant: TenantId,
    pub subject: Subject,
    pub client_id: String,
    /// The spelling the client asked for.
    pub audience: String,
    /// Delegated permissions (`scp`); empty for an app.
    pub scopes: Vec<String>,
    /// The app's own permissions (`roles`); empty for a user.
    pub roles: Vec<String>,
    pub token_id: Uuid,
    pub session: Option<Uuid>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Why claims were refused; for the log only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimsRefusal {
    Shape,
    Issuer,
    Tenant,
    Audience,
    Time,
}

/// Reads and judges the claims of an access token whose signature holds.
pub fn accept(
    claims: &Map<String, Value>,
    origin: &Origin,
    audiences: &[String],
    now: Timestamp,
) -> Result<TokenClaims, ClaimsRefusal> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let guid = |name: &str| text(name).and_then(|value| Uuid::try_parse(value).ok());
    let tenant = TenantId(guid("tid").ok_or(ClaimsRefusal::Tenant)?);
    if text("iss") != Some(origin.issuer(tenant).as_str()) {
        return Err(ClaimsRefusal::Issuer);
    }
    let audience = text("aud").ok_or(ClaimsRefusal::Audience)?;
    if !audiences.iter().any(|accepted| accepted == audience) {
        return Err(ClaimsRefusal::Audience);
    }
    let (issued_at, expires_at) = check_times(claims, now)?;
    let words = |name: &str| -> Vec<String> {
        text(name).unwrap_or("").split_whitespace().map(str::to_owned).collect()
    };
    let id = guid("oid").ok_or(ClaimsRefusal::Shape)?;
    let subject = match text("idtyp") {
        Some("app") => Subject::App { service_principal: id },
        Some("user") => Subject::User {
            id,
            user_principal_name: text("upn").ok_or(ClaimsRefusal::Shape)?.to_owned(),
            display_name: text("name").unwrap_or_default().to_owned(),
            directory_roles: list(claims, "wids"),
        },
        _ => return Err(ClaimsRefusal::Shape),
    };
    let is_app = matches!(subject, Subject::App { .. });
    Ok(TokenClaims {
        tenant,
        subject,
        client_id: text("azp").ok_or(ClaimsRefusal::Shape)?.to_owned(),
        audience: audience.to_owned(),
        scopes: if is_app { Vec::new() } else { words("scp") },
        roles: if is_app { list(claims, "roles") } else { Vec::new() },
        token_id: guid("jti").ok_or(ClaimsRefusal::Shape)?,
        session: guid("sid"),
        issued_at,
        expires_at,
    })
}

/// Whether a token that was accepted before still is at `now`.
pub(crate) fn is_current(claims: &TokenClaims, now: Timestamp) -> bool {
    let skew = SignedDuration::from_secs(SKEW_SECONDS);
    now.duration_since(claims.expires_at) < skew && claims.issued_at.duration_since(now) <= skew
}

fn check_times(claims: &Map<String, Value>, now: Timestamp) -> Result<(Timestamp, Timestamp), ClaimsRefusal> {
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    let (issued, expires) = seconds("iat").zip(seconds("exp")).ok_or(ClaimsRefusal::Time)?;
    let not_before = seconds("nbf").unwrap_or(issued);
    let now = now.as_second();
    let early = issued.max(not_before) > now + SKEW_SECONDS;
    let late = now >= expires.saturating_add(SKEW_SECONDS);
    let long = expires.saturating_sub(issued) > LIFE_MAX_SECONDS;
    if early || late || long {
        return Err(ClaimsRefusal::Time);
    }
    let at = |second| Timestamp::from_second(second).map_err(|_| ClaimsRefusal::Time);
    Ok((at(issued)?, at(expires)?))
}

fn list(claims: &Map<String, Value>, name: &str) -> Vec<String> {
    let items = claims.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests;
