//! The database failing at every statement in turn, and requests made of noise.

use identity::applications::PermissionKind;
use world::World;

use crate::house::{
    Answer, Browser, CALLBACK, House, PASSWORD, Registered, TENANT, VERIFIER, authorize, check, permission,
};

/// Runs `attempt` with the 1st, 2nd, … statement failing until none does; after each failure `again` must succeed.
async fn loop_of_faults(house: &House, attempt: impl AsyncFn() -> Answer, again: impl AsyncFn()) {
    for n in 1..60 {
        house.store.database().faults().fail_nth(n);
        let answer = attempt().await;
        if !house.store.database().faults().clear() {
            assert!(
                answer.status.is_success() || answer.status.is_redirection(),
                "{} {}",
                answer.status,
                answer.body
            );
            return assert!(n > 3, "the faults were reached");
        }
        assert_eq!(answer.status, 500, "statement {n}: {}", answer.body);
        again().await;
    }
    panic!("the operation has fewer than 60 statements");
}

async fn redeem(house: &House, app: &Registered, code: &str) -> Answer {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", app.client_id.as_str()),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    house.token(&pairs).await
}

async fn refresh(house: &House, app: &Registered, token: &str) -> Answer {
    let pairs =
        [("grant_type", "refresh_token"), ("client_id", app.client_id.as_str()), ("refresh_token", token)];
    house.token(&pairs).await
}

async fn code(house: &House, app: &Registered, session: &Browser<'_>) -> String {
    let mut browser = Browser::new(house);
    browser.cookies.clone_from(&session.cookies);
    browser.get(&authorize(&app.client_id, &[])).await.redirected("code").unwrap()
}

#[test]
fn a_failed_redemption_or_refresh_leaves_nothing_behind() {
    check(async |house| {
        let app =
            house.with_password().await.register(true, &[permission(PermissionKind::Scope, true)]).await;
        let mut browser = Browser::new(house);
        browser.sign_in().await;
        let held = std::cell::RefCell::new(code(house, &app, &browser).await);
        let current = || held.borrow().clone();
        let attempt = async || redeem(house, &app, &current()).await;
        let again = async || {
            assert_eq!(redeem(house, &app, &current()).await.status, 200, "the code was not used up");
            let next = code(house, &app, &browser).await;
            held.replace(next);
        };
        loop_of_faults(house, attempt, again).await;

        let fresh = code(house, &app, &browser).await;
        held.replace(redeem(house, &app, &fresh).await.text("refresh_token"));
        let attempt = async || refresh(house, &app, &current()).await;
        let again = async || {
            let answer = refresh(house, &app, &current()).await;
            held.replace(answer.text("refresh_token"));
        };
        loop_of_faults(house, attempt, again).await;
    });
}

#[test]
fn a_failed_sign_in_leaves_no_session_and_no_cookie() {
    check(async |house| {
        house.with_password().await;
        let mut first = Browser::new(house);
        let page = first.get(&format!("/{TENANT}/login")).await;
        let cookies = first.cookies.clone();
        let attempt = async || {
            let mut browser = Browser::new(house);
            browser.cookies.clone_from(&cookies);
            let answer = browser.fill_sign_in(&page, "ada@deck.example", PASSWORD).await;
            assert_eq!(browser.cookies.contains_key("__Host-qd_idp"), answer.status == 303);
            answer
        };
        let again = async || assert_eq!(attempt().await.status, 303);
        loop_of_faults(house, attempt, again).await;
    });
}

#[test]
fn noise_is_never_answered_with_a_server_error() {
    check(async |house| {
        let app = house.register(true, &[permission(PermissionKind::Scope, true)]).await;
        let noise = World::seeded(11, house.now());
        let names = [
            "client_id",
            "grant_type",
            "scope",
            "resource",
            "code",
            "refresh_token",
            "device_code",
            "token",
            "state",
            "redirect_uri",
            "response_type",
            "response_mode",
            "code_challenge",
            "prompt",
            "max_age",
            "user_code",
            "form_token",
            "return_to",
            "name",
            "password",
            "client_secret",
            "code_verifier",
            "nonce",
            "choice",
        ];
        let values = [
            app.client_id.as_str(),
            "quarterdeck-agent",
            "quarterdeck-web",
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "device_code",
            "openid",
            "https://api.manage.microsoft.com//.default",
            "%00",
            "%ff",
            "..%2f..",
            "'%20or%201=1--",
            "%E2%98%83",
            "-1",
            "99999999999999999999",
            "code",
            "form_post",
            "none",
            "https%3A%2F%2Fapp.example%2Fcb",
            "https://deck.example:8443/x",
            "a.b.c",
            "+",
            "",
        ];
        let paths = [
            "oauth2/v2.0/token",
            "oauth2/token",
            "oauth2/v2.0/devicecode",
            "oauth2/v2.0/authorize",
            "oauth2/authorize",
            "oauth2/v2.0/logout",
            "oauth2/v2.0/introspect",
            "oauth2/v2.0/revoke",
            "login",
            "consent",
        ];
        let pick = |bound: usize| usize::try_from(noise.entropy.below(bound as u64)).unwrap();
        for _ in 0..400 {
            let pairs: Vec<String> = (0..pick(8))
                .map(|_| format!("{}={}", names[pick(names.len())], values[pick(values.len())]))
                .collect();
            let path = format!("/{TENANT}/{}", paths[pick(paths.len())]);
            let text = pairs.join("&");
            for answer in [house.get(&format!("{path}?{text}")).await, house.post_raw(&path, &text).await] {
                assert!(answer.status.as_u16() < 500, "{path} {text}: {} {}", answer.status, answer.body);
            }
        }
    });
}
