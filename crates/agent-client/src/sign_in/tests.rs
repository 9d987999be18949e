//! The device authorisation grant against a scripted server.

use super::*;
use crate::Credential;

/// Answers in order; keeps what was asked.
struct Script {
    answers: Vec<(u16, &'static str)>,
    asked: Vec<Request>,
}

impl Transport for Script {
    fn speak_as(&mut self, _: Option<&Credential>) -> Result<(), TransportError> {
        Ok(())
    }

    async fn send(&mut self, request: Request) -> Result<Answer, TransportError> {
        self.asked.push(request);
        if self.answers.is_empty() {
            return Err(TransportError::Unreachable("the script is over".to_owned()));
        }
        let (status, body) = self.answers.remove(0);
        Ok(Answer { status, body: body.as_bytes().to_vec() })
    }
}

const CODE: (u16, &str) = (
    200,
    r#"{"user_code":"ABCD-EFGH","device_code":"d c","verification_uri":"https://deck.example/device","expires_in":60,"interval":5,"message":"…"}"#,
);
const PENDING: (u16, &str) = (400, r#"{"error":"authorization_pending","error_description":"Wait."}"#);

async fn run(answers: &[(u16, &'static str)]) -> (Result<String, SignInError>, Vec<Request>) {
    let mut script = Script { answers: answers.to_vec(), asked: Vec::new() };
    let mut shown = Vec::new();
    let outcome =
        sign_in(&mut script, "contoso.example", |prompt| shown.push(prompt.user_code.clone())).await;
    assert_eq!(shown, ["ABCD-EFGH"]);
    (outcome, script.asked)
}

#[tokio::test(start_paused = true)]
async fn the_token_comes_once_the_user_has_signed_in() {
    let slow = (400, r#"{"error":"slow_down"}"#);
    let token = (200, r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#);
    let begun = tokio::time::Instant::now();
    let (outcome, asked) = run(&[CODE, PENDING, slow, PENDING, token]).await;
    assert_eq!(outcome.expect("signed in"), "t");
    assert_eq!(begun.elapsed().as_secs(), 5 + 5 + 10 + 10);
    assert_eq!(asked[0].path, "/contoso.example/oauth2/v2.0/devicecode");
    let form = String::from_utf8_lossy(&asked[1].body);
    assert!(form.contains("device_code=d%20c") && form.contains("client_id=quarterdeck-agent"), "{form}");
}

#[tokio::test(start_paused = true)]
async fn declining_expiring_and_refusing_are_told_apart() {
    let (outcome, _) = run(&[CODE, (400, r#"{"error":"access_denied"}"#)]).await;
    assert!(matches!(outcome, Err(SignInError::Declined)));
    let (outcome, _) = run(&[CODE, PENDING]).await;
    assert!(matches!(outcome, Err(SignInError::Expired)), "a server that went away is asked until the end");
    let (outcome, _) = run(&[CODE, (400, r#"{"error":"invalid_client","error_description":"No."}"#)]).await;
    assert_eq!(outcome.unwrap_err().to_string(), "the server does not offer this sign-in: No.");
}
