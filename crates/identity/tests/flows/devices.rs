//! The device flow.

use identity::Resource;

use crate::house::{Answer, Browser, House, TENANT, check};

const AGENT: &str = "quarterdeck-agent";
const SCOPE: &str = "openid offline_access api://quarterdeck/agent.enroll";

async fn start(house: &House) -> Answer {
    house.post(&format!("/{TENANT}/oauth2/v2.0/devicecode"), &[("client_id", AGENT), ("scope", SCOPE)]).await
}

async fn poll(house: &House, code: &str) -> Answer {
    house
        .token(&[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", AGENT),
            ("device_code", code),
        ])
        .await
}

/// Types the code and presses a button.
async fn decide(browser: &mut Browser<'_>, user_code: &str, choice: &str) -> Answer {
    let page = browser.get("/devicelogin").await;
    let token = page.input("form_token");
    let page = browser.post("/devicelogin", &[("form_token", &token), ("user_code", user_code)]).await;
    assert!(
        page.body.contains("Quarterdeck agent") && page.body.contains("Did you not start this yourself?"),
        "{}",
        page.body
    );
    let (token, code) = (page.input("form_token"), page.input("user_code"));
    browser.post("/devicelogin", &[("form_token", &token), ("user_code", &code), ("choice", choice)]).await
}

#[test]
fn an_agent_signs_in_once_its_person_approves() {
    check(async |house| {
        house.with_password().await;
        let started = start(house).await.json();
        assert_eq!(started["verification_uri"], "https://deck.example:8443/devicelogin");
        assert_eq!((&started["interval"], &started["expires_in"]), (&5.into(), &900.into()));
        let (code, user_code) =
            (started["device_code"].as_str().unwrap(), started["user_code"].as_str().unwrap());
        assert_eq!(poll(house, code).await.error(), (400, "authorization_pending".into()));
        assert_eq!(poll(house, code).await.error(), (400, "slow_down".into()));
        let mut browser = Browser::new(house);
        assert_eq!(
            browser.get("/devicelogin").await.header("location"),
            "/common/login?return_to=%2Fdevicelogin"
        );
        browser.sign_in().await;
        let done = decide(&mut browser, &user_code.to_lowercase().replace('-', " "), "approve").await;
        assert!(done.body.contains("Return to your device"), "{}", done.body);
        house.advance(5);
        let (one, two) = tokio::join!(poll(house, code), poll(house, code));
        let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
        assert_eq!(lost.error(), (400, "bad_verification_code".into()));
        let accepted =
            house.identity.validate_bearer(&won.text("access_token"), &[Resource::Quarterdeck], house.now());
        assert_eq!(accepted.unwrap().scopes, ["agent.enroll"]);
        assert!(won.json()["refresh_token"].is_string());
        // A decided code cannot be decided again.
        let token = browser.get("/devicelogin").await.input("form_token");
        let again = browser.post("/devicelogin", &[("form_token", &token), ("user_code", user_code)]).await;
        assert!(again.body.contains("wrong or has expired"));
        assert!(house.audited().await.contains(&"Approve device code Success".to_owned()));
    });
}

#[test]
fn declined_and_expired_codes_give_nothing() {
    check(async |house| {
        house.with_password().await;
        let mut browser = Browser::new(house);
        browser.sign_in().await;
        let started = start(house).await;
        decide(&mut browser, &started.text("user_code"), "decline").await;
        assert_eq!(poll(house, &started.text("device_code")).await.error().1, "authorization_declined");
        let started = start(house).await;
        house.advance(900);
        assert_eq!(poll(house, &started.text("device_code")).await.error().1, "expired_token");
        assert_eq!(poll(house, "nonsense").await.error().1, "bad_verification_code");
        // The form's token is needed for the decision itself.
        let started = start(house).await;
        let pairs = [("user_code", started.text("user_code")), ("choice", "approve".to_owned())];
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post("/devicelogin", &pairs).await;
        assert_eq!(poll(house, &started.text("device_code")).await.error().1, "authorization_pending");
    });
}

#[test]
fn five_wrong_codes_are_enough() {
    check(async |house| {
        house.with_password().await;
        let mut browser = Browser::new(house);
        browser.sign_in().await;
        let token = browser.get("/devicelogin").await.input("form_token");
        for _ in 0..5 {
            let answer =
                browser.post("/devicelogin", &[("form_token", &token), ("user_code", "BBBB-BBBB")]).await;
            assert_eq!(answer.status, 200);
        }
        let user_code = start(house).await.text("user_code");
        let answer = browser.post("/devicelogin", &[("form_token", &token), ("user_code", &user_code)]).await;
        assert_eq!(answer.status, 429);
    });
}

#[test]
fn v1_spells_it_its_own_way_and_never_says_slow_down() {
    check(async |house| {
        let pairs = [("client_id", AGENT), ("resource", "https://deck.example:8443")];
        let started = house.post(&format!("/{TENANT}/oauth2/devicecode?api-version=1.0"), &pairs).await;
        assert_eq!(started.text("verification_url"), "https://deck.example:8443/devicelogin");
        assert_eq!((started.text("interval"), started.text("expires_in")), ("5".into(), "900".into()));
        assert!(started.text("message").contains(&started.text("user_code")));
        let code = started.text("device_code");
        for _ in 0..3 {
            let pairs = [("grant_type", "device_code"), ("client_id", AGENT), ("code", code.as_str())];
            let answer = house.post(&format!("/{TENANT}/oauth2/token"), &pairs).await;
            assert_eq!(answer.error(), (400, "authorization_pending".into()));
        }
        // The agent gets what it is for and nothing else; Power Query has no use for the flow.
        let power_query = "a672d62c-fc7b-4e81-a576-e60dc46e951d";
        for (client, scope, error) in [
            (AGENT, "https://api.manage.microsoft.com//get_data_warehouse", "invalid_scope"),
            (AGENT, "https://graph.microsoft.com/.default", "invalid_resource"),
            (power_query, "https://api.manage.microsoft.com//get_data_warehouse", "unauthorized_client"),
        ] {
            let pairs = [("client_id", client), ("scope", scope)];
            let refused = house.post(&format!("/{TENANT}/oauth2/v2.0/devicecode"), &pairs).await;
            assert_eq!(refused.error(), (400, error.into()), "{client} {scope}");
        }
        let confidential = house.register(false, &[]).await;
        let pairs = [
            ("client_id", confidential.client_id.as_str()),
            ("client_secret", &confidential.secret),
            ("scope", "openid"),
        ];
        let refused = house.post(&format!("/{TENANT}/oauth2/v2.0/devicecode"), &pairs).await;
        assert_eq!(refused.error(), (400, "unauthorized_client".into()));
    });
}
