//! The error answers of the token-shaped endpoints, as RFC 6749 §5.2 with the members the client libraries read.
//!
//! Pure: correlation id and time come in. Does not decide anything; the grants do. The wording avoids the words the
//! libraries search descriptions for (`interaction_required` and its kin) unless that is what is meant.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// What went wrong, with the error code and the number clients know it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    InvalidRequest,
    InvalidClient,
    UnauthorizedClient,
    InvalidGrant,
    ExpiredGrant,
    UnsupportedGrantType,
    UnsupportedResponseType,
    InvalidScope,
    InvalidResource,
    InvalidTenant,
    AccessDenied,
    LoginRequired,
    ConsentRequired,
    AuthorizationPending,
    SlowDown,
    AuthorizationDeclined,
    ExpiredToken,
    BadVerificationCode,
    TooManyRequests,
    ServerError,
}

impl Kind {
    /// The `error` member.
    pub fn code(self) -> &'static str {
        match self {
            Kind::InvalidRequest | Kind::InvalidTenant => "invalid_request",
            Kind::InvalidClient => "invalid_client",
            Kind::UnauthorizedClient => "unauthorized_client",
            Kind::InvalidGrant | Kind::ExpiredGrant => "invalid_grant",
            Kind::UnsupportedGrantType => "unsupported_grant_type",
            Kind::UnsupportedResponseType => "unsupported_response_type",
            Kind::InvalidScope => "invalid_scope",
            Kind::InvalidResource => "invalid_resource",
            Kind::AccessDenied => "access_denied",
            Kind::LoginRequired => "login_required",
            Kind::ConsentRequired => "consent_required",
            Kind::AuthorizationPending => "authorization_pending",
            Kind::SlowDown => "slow_down",
            Kind::AuthorizationDeclined => "authorization_declined",
            Kind::ExpiredToken => "expired_token",
            Kind::BadVerificationCode => "bad_verification_code",
            Kind::TooManyRequests => "temporarily_unavailable",
            Kind::ServerError => "server_error",
        }
    }

    /// The number of the `AADSTS` text that existing scripts look for.
    pub fn number(self) -> u32 {
        match self {
            Kind::InvalidRequest => 900_144,
            Kind::InvalidClient => 7_000_215,
            Kind::UnauthorizedClient => 700_016,
            Kind::InvalidGrant => 9_002_313,
            Kind::ExpiredGrant => 70_008,
            Kind::UnsupportedGrantType => 70_003,
            Kind::UnsupportedResponseType => 70_005,
            Kind::InvalidScope => 70_011,
            Kind::InvalidResource => 500_011,
            Kind::InvalidTenant => 90_002,
            Kind::AccessDenied => 65_004,
            Kind::LoginRequired => 50_058,
            Kind::ConsentRequired => 65_001,
            Kind::AuthorizationPending => 70_016,
            Kind::SlowDown => 70_017,
            Kind::AuthorizationDeclined => 70_018,
            Kind::ExpiredToken => 70_020,
            Kind::BadVerificationCode => 70_019,
            Kind::TooManyRequests => 90_055,
            Kind::ServerError => 90_033,
        }
    }

    /// The HTTP status of the token-shaped endpoints: 400 for whatever the client can mend.
    pub fn status(self) -> u16 {
        match self {
            Kind::InvalidClient => 401,
            Kind::TooManyRequests => 429,
            Kind::ServerError => 500,
            _ => 400,
        }
    }
}

/// One refusal: its kind and a sentence that says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", .kind.code())]
pub struct OAuthError {
    pub kind: Kind,
    pub description: String,
    /// Seconds to wait, for [`Kind::TooManyRequests`].
    pub retry_after_seconds: Option<u64>,
}

impl OAuthError {
    pub fn new(kind: Kind, description: impl Into<String>) -> OAuthError {
        OAuthError { kind, description: description.into(), retry_after_seconds: None }
    }

    /// A refusal of too many attempts.
    pub fn too_many(seconds: u64) -> OAuthError {
        OAuthError {
            kind: Kind::TooManyRequests,
            description: format!("Too many attempts. Wait {seconds} seconds and try again."),
            retry_after_seconds: Some(seconds),
        }
    }

    /// The database or another part of ours failed; the cause belongs in the log only.
    pub fn server() -> OAuthError {
        OAuthError::new(Kind::ServerError, "Something failed on our side. Try again; nothing was changed.")
    }

    /// The JSON body: RFC 6749 §5.2 plus the members existing clients read.
    pub fn body(&self, trace: &Trace) -> Value {
        let time = stamp(trace.now);
        let description = format!(
            "AADSTS{}: {}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {time}",
            self.kind.number(),
            self.description,
            trace.trace_id,
            trace.correlation_id,
        );
        json!({
            "error": self.kind.code(),
            "error_description": description,
            "error_codes": [self.kind.number()],
            "timestamp": time,
            "trace_id": trace.trace_id.to_string(),
            "correlation_id": trace.correlation_id.to_string(),
        })
    }
}

impl From<sql::SqlError> for OAuthError {
    fn from(error: sql::SqlError) -> OAuthError {
        tracing::error!(%error, "the store failed in an identity operation");
        OAuthError::server()
    }
}

/// What ties an answer to the log: our id, the client's id, the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    pub trace_id: Uuid,
    pub correlation_id: Uuid,
    pub now: Timestamp,
}

/// `2026-11-20 12:00:00Z`, the form the error body uses.
fn stamp(now: Timestamp) -> String {
    now.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_every_member_the_clients_read() {
        let trace = Trace {
            trace_id: Uuid::from_u128(1),
            correlation_id: Uuid::from_u128(2),
            now: "2026-11-20T12:00:00Z".parse().expect("a time"),
        };
        let body = OAuthError::new(Kind::ExpiredGrant, "The code has expired.").body(&trace);
        insta::assert_json_snapshot!(body, @r#"
        {
          "error": "invalid_grant",
          "error_description": "AADSTS70008: The code has expired.\r\nTrace ID: 00000000-0000-0000-0000-000000000001\r\nCorrelation ID: 00000000-0000-0000-0000-000000000002\r\nTimestamp: 2026-11-20 12:00:00Z",
          "error_codes": [
            70008
          ],
          "timestamp": "2026-11-20 12:00:00Z",
          "trace_id": "00000000-0000-0000-0000-000000000001",
          "correlation_id": "00000000-0000-0000-0000-000000000002"
        }
        "#);
    }

    #[test]
    fn only_client_authentication_answers_401_and_only_our_own_failure_5xx() {
        assert_eq!(Kind::InvalidClient.status(), 401);
        assert_eq!(Kind::ServerError.status(), 500);
        assert_eq!(Kind::TooManyRequests.status(), 429);
        assert_eq!(Kind::InvalidGrant.status(), 400);
        assert_eq!(Kind::UnauthorizedClient.status(), 400);
    }
}
