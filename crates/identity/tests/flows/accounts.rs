//! Passwords, one-time links, attempt limits, signing out.

use audit::Actor;
use identity::AccountError;
use uuid::Uuid;

use crate::house::{ADA, Browser, House, PASSWORD, TENANT, authorize, check, permission};
use identity::applications::PermissionKind;

async fn link(house: &House) -> String {
    let url =
        house.identity.create_sign_in_link(TENANT, ADA, Actor::System("init".to_owned())).await.unwrap();
    url.strip_prefix("https://deck.example:8443").unwrap().to_owned()
}

#[test]
fn the_first_administrator_opens_a_link_and_chooses_a_password() {
    check(async |house| {
        let path = link(house).await;
        let mut browser = Browser::new(house);
        // A mail scanner that opens the link does not use it up.
        assert_eq!(Browser::new(house).get(&path).await.status, 200);
        let token = browser.get(&path).await.input("form_token");
        let answer = browser.post(&path, &[("form_token", &token)]).await;
        assert_eq!(answer.header("location"), "/account/password", "{}", answer.body);
        let mut late = Browser::new(house);
        assert_eq!(late.get(&path).await.status, 404);
        // Nothing else works before there is a password.
        let app = house.register(true, &[permission(PermissionKind::Scope, true)]).await;
        let address = authorize(&app.client_id, &[]);
        assert_eq!(browser.get(&address).await.header("location"), "/account/password");

        let page = browser.get("/account/password").await;
        assert!(!page.body.contains("name=\"current\""));
        let token = page.input("form_token");
        for (password, repeat, problem) in [
            ("short", "short", "at least 12 characters"),
            ("long enough but", "different", "differ"),
            ("ada ada ada ada", "ada ada ada ada", "must not contain your user name"),
        ] {
            let pairs = [("form_token", token.as_str()), ("password", password), ("repeat", repeat)];
            let answer = browser.post("/account/password", &pairs).await;
            assert!(answer.body.contains(problem), "{}", answer.body);
        }
        let pairs = [("form_token", token.as_str()), ("password", PASSWORD), ("repeat", PASSWORD)];
        assert!(browser.post("/account/password", &pairs).await.body.contains("Your password is saved"));
        assert!(browser.get(&address).await.redirected("code").is_some());
        Browser::new(house).sign_in().await;
        let expected =
            ["Create sign-in link Success", "Sign in Success", "Change password Success", "Sign in Success"];
        assert_eq!(house.audited().await, expected);
    });
}

#[test]
fn a_link_is_used_by_one_of_two_and_expires_and_is_replaced() {
    check(async |house| {
        let path = link(house).await;
        let (mut one, mut two) = (Browser::new(house), Browser::new(house));
        let (a, b) = (one.get(&path).await.input("form_token"), two.get(&path).await.input("form_token"));
        let (pa, pb) = ([("form_token", a.as_str())], [("form_token", b.as_str())]);
        let (a, b) = tokio::join!(one.post(&path, &pa), two.post(&path, &pb));
        assert_eq!([a, b].iter().filter(|answer| answer.status == 303).count(), 1);
        let (first, second) = (link(house).await, link(house).await);
        assert_eq!(house.get(&first).await.status, 404);
        house.advance(86_400 - 1);
        assert_eq!(house.get(&second).await.status, 200);
        house.advance(1);
        assert_eq!(house.get(&second).await.status, 404);
        assert_eq!(house.get("/welcome/nonsense").await.status, 404);
        let nobody = Uuid::from_u128(99);
        let refused = house.identity.create_sign_in_link(TENANT, nobody, Actor::Unknown).await;
        assert!(matches!(refused, Err(AccountError::NoUser)));
    });
}

#[test]
fn a_stranger_cannot_lock_the_administrator_out() {
    check(async |house| {
        house.with_password().await;
        let mut stranger = Browser::new(house).at([203, 0, 113, 9]);
        let page = stranger.get(&format!("/{TENANT}/login")).await;
        for _ in 0..10 {
            let answer = stranger.fill_sign_in(&page, "ada@deck.example", "wrong").await;
            assert_eq!(answer.status, 200);
            assert!(answer.body.contains("The user name or password is wrong."));
        }
        let limited = stranger.fill_sign_in(&page, "ada@deck.example", PASSWORD).await;
        assert_eq!((limited.status.as_u16(), limited.header("retry-after")), (429, "900"));
        Browser::new(house).sign_in().await;
        house.advance(900);
        let answer = stranger.fill_sign_in(&page, "ada@deck.example", PASSWORD).await;
        assert_eq!(answer.status, 303);
        let failures = house.audited().await.iter().filter(|event| *event == "Sign in Failure").count();
        assert_eq!(failures, 10);
    });
}

#[test]
fn an_unknown_name_and_a_wrong_password_look_the_same() {
    check(async |house| {
        house.with_password().await;
        let mut browser = Browser::new(house);
        let page = browser.get(&format!("/{TENANT}/login")).await;
        let unknown =
            browser.fill_sign_in(&page, "eve@deck.example", "my secret typed in the wrong box").await;
        let wrong = browser.fill_sign_in(&page, "ada@deck.example", "wrong").await;
        assert_eq!(unknown.status, wrong.status);
        assert!(unknown.body.contains("The user name or password is wrong."));
        assert!(!house.audit_text().await.contains("eve@deck.example"));
        // Without the page's token the form does nothing.
        let pairs = [("name", "ada@deck.example"), ("password", PASSWORD)];
        let forged = Browser::new(house).post(&format!("/{TENANT}/login"), &pairs).await;
        assert!(forged.body.contains("open too long") && !forged.headers.contains_key("location"));
        // An address elsewhere is not followed.
        let token = page.input("form_token");
        let pairs = [
            ("form_token", token.as_str()),
            ("return_to", "https://evil.example/"),
            ("name", "ada@deck.example"),
            ("password", PASSWORD),
        ];
        assert_eq!(browser.post(&format!("/{TENANT}/login"), &pairs).await.header("location"), "/");
    });
}

#[test]
fn changing_the_password_needs_the_present_one_and_ends_other_sessions() {
    check(async |house| {
        house.with_password().await;
        let (mut here, mut there) = (Browser::new(house), Browser::new(house));
        here.sign_in().await;
        there.sign_in().await;
        let page = here.get("/account/password").await;
        let token = page.input("form_token");
        let new = "difference engines too";
        let pairs = |current: &'static str| {
            [
                ("form_token", token.clone()),
                ("current", current.into()),
                ("password", new.into()),
                ("repeat", new.into()),
            ]
        };
        for (current, shown) in [("wrong", "current password is wrong"), (PASSWORD, "Your password is saved")]
        {
            let pairs = pairs(current);
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert!(here.post("/account/password", &pairs).await.body.contains(shown));
        }
        assert_eq!(here.get("/devicelogin").await.status, 200);
        assert_eq!(there.get("/devicelogin").await.status, 303);
    });
}

#[test]
fn signing_out_asks_first_and_goes_only_where_the_client_registered() {
    check(async |house| {
        let app = house.with_password().await.register(true, &[]).await;
        let mut browser = Browser::new(house);
        browser.sign_in().await;
        let path = format!("/{TENANT}/oauth2/v2.0/logout");
        let asked = format!(
            "{path}?client_id={}&state=x&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
            app.client_id
        );
        let page = browser.get(&asked).await;
        assert!(page.body.contains("Ada@deck.example"));
        assert_eq!(browser.get("/devicelogin").await.status, 200, "a GET signs nobody out");
        let (token, onward) = (page.input("form_token"), page.input("return_to"));
        let elsewhere = [("form_token", token.as_str()), ("return_to", "https://evil.example/")];
        assert_eq!(browser.post(&path, &elsewhere).await.header("location"), path);
        let answer = browser.post(&path, &[("form_token", &token), ("return_to", &onward)]).await;
        assert_eq!(answer.header("location"), "https://app.example/cb?state=x");
        assert_eq!(browser.get("/devicelogin").await.status, 303);
        let evil =
            format!("{path}?client_id={}&post_logout_redirect_uri=https%3A%2F%2Fevil.example", app.client_id);
        let page = browser.get(&evil).await;
        assert!(page.status == 200 && page.body.contains("You are signed out."));
        assert!(house.audited().await.contains(&"Sign out Success".to_owned()));
    });
}
