//! Signing a user in from a device without a browser: the device authorisation grant (RFC 8628).

use std::time::Duration;

use proto::{AGENT_CLIENT_ID, ENROLL_SCOPE};
use serde::Deserialize;

use crate::{Answer, Request, Transport, TransportError};

/// What to show the user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Prompt {
    pub user_code: String,
    pub verification_uri: String,
    /// Seconds.
    pub expires_in: u64,
    device_code: String,
    #[serde(default = "five")]
    interval: u64,
}

fn five() -> u64 {
    5
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("the sign-in was declined")]
    Declined,
    #[error("the code has expired; run the command again for a new one")]
    Expired,
    #[error("the server does not offer this sign-in: {0}")]
    Refused(String),
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct OAuthError {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Asks for a code, shows it, and waits until the user has signed in with it elsewhere. Gives the access
/// token.
///
/// # Errors
/// When the user declines, the code expires, or the server refuses or fails. A server that cannot be
/// reached while waiting is asked again.
pub async fn sign_in<T: Transport>(
    transport: &mut T,
    tenant: &str,
    mut show: impl FnMut(&Prompt),
) -> Result<String, SignInError> {
    let scope = encode(&format!("openid offline_access {ENROLL_SCOPE}"));
    let form = format!("client_id={AGENT_CLIENT_ID}&scope={scope}");
    let path = format!("/{}/oauth2/v2.0", encode(tenant));
    let answer = transport.send(Request::post_form(format!("{path}/devicecode"), form)).await?;
    let prompt: Prompt = read(&answer)?.map_err(|error| SignInError::Refused(error.words()))?;
    show(&prompt);
    let grant = encode("urn:ietf:params:oauth:grant-type:device_code");
    let code = encode(&prompt.device_code);
    let form = format!("grant_type={grant}&client_id={AGENT_CLIENT_ID}&device_code={code}");
    let (mut wait, mut left) = (prompt.interval.max(1), prompt.expires_in);
    while left > 0 {
        tokio::time::sleep(Duration::from_secs(wait)).await;
        left = left.saturating_sub(wait);
        let request = Request::post_form(format!("{path}/token"), form.clone());
        let answer = match transport.send(request).await {
            Err(TransportError::Unreachable(_) | TransportError::Broken(_)) => continue,
            answer => answer?,
        };
        match read::<Token>(&answer)? {
            Ok(token) => return Ok(token.access_token),
            Err(error) => match error.error.as_str() {
                "authorization_pending" => {}
                // RFC 8628 §3.5: five seconds more, for good.
                "slow_down" => wait += 5,
                "access_denied" | "authorization_declined" => return Err(SignInError::Declined),
                "expired_token" | "code_expired" => return Err(SignInError::Expired),
                _ => return Err(SignInError::Refused(error.words())),
            },
        }
    }
    Err(SignInError::Expired)
}

impl OAuthError {
    fn words(self) -> String {
        if self.error_description.is_empty() { self.error } else { self.error_description }
    }
}

fn read<M: for<'de> Deserialize<'de>>(answer: &Answer) -> Result<Result<M, OAuthError>, SignInError> {
    if answer.status == 200 {
        let message = serde_json::from_slice(&answer.body);
        return message.map(Ok).map_err(|error| SignInError::Refused(format!("its answer is odd: {error}")));
    }
    serde_json::from_slice(&answer.body)
        .map(Err)
        .map_err(|_| SignInError::Refused(format!("it answers HTTP {}", answer.status)))
}

/// Percent-encoding of everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests;
