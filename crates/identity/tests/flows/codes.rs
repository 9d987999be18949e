//! The authorization code flow: sign-in, consent, codes, refresh tokens, and everybody who tries to cheat.

use identity::Resource;
use identity::applications::PermissionKind;

use crate::house::{
    ADA, Answer, Browser, CALLBACK, CHALLENGE, House, OTHER, PASSWORD, Registered, TENANT, VERIFIER,
    WAREHOUSE, authorize, basic, check, claims, encode, permission,
};

/// A public client that needs no consent, and a browser Ada is signed in with.
async fn signed_in(house: &House) -> (Registered, Browser<'_>) {
    let app = house.with_password().await.register(true, &[permission(PermissionKind::Scope, true)]).await;
    let mut browser = Browser::new(house);
    browser.sign_in().await;
    (app, browser)
}

async fn code(browser: &mut Browser<'_>, app: &Registered) -> String {
    browser.get(&authorize(&app.client_id, &[])).await.redirected("code").expect("a code")
}

async fn redeem(house: &House, app: &Registered, code: &str) -> Answer {
    house
        .token(&[
            ("grant_type", "authorization_code"),
            ("client_id", &app.client_id),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_info", "1"),
        ])
        .await
}

async fn refresh(house: &House, app: &Registered, token: &str, more: &[(&str, &str)]) -> Answer {
    let base = [("grant_type", "refresh_token"), ("client_id", &app.client_id), ("refresh_token", token)];
    house.token(&[&base[..], more].concat()).await
}

#[test]
fn a_person_signs_in_and_the_client_gets_all_three_tokens() {
    check(async |house| {
        house.with_password().await;
        let app = house.register(true, &[permission(PermissionKind::Scope, true)]).await;
        let mut browser = Browser::new(house);
        let page = browser.get(&authorize(&app.client_id, &[("login_hint", "ada@deck.example")])).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.input("name"), "ada@deck.example");
        assert!(page.header("content-security-policy").contains("form-action 'self' https://app.example;"));
        let answer = browser.fill_sign_in(&page, "ada@deck.example", PASSWORD).await;
        let back = answer.header("location").to_owned();
        let answer = browser.get(&back).await;
        assert_eq!(answer.redirected("state").as_deref(), Some("a&b=\u{e9} \"<>"));
        assert_eq!(answer.redirected("iss").unwrap(), format!("https://deck.example:8443/{TENANT}/v2.0"));
        let tokens = redeem(house, &app, &answer.redirected("code").unwrap()).await;
        let body = tokens.json();
        assert_eq!(
            body["scope"],
            "openid profile offline_access https://api.manage.microsoft.com//get_data_warehouse"
        );
        assert!(body["refresh_token"].is_string() && body["client_info"].is_string());

        let id = claims(&tokens.text("id_token"));
        assert_eq!((&id["nonce"], &id["aud"]), (&"n-0S6_WzA2Mj".into(), &app.client_id.as_str().into()));
        assert_eq!(
            (&id["preferred_username"], &id["given_name"]),
            (&"Ada@deck.example".into(), &"Ada".into())
        );
        let access = tokens.text("access_token");
        let accepted = house.identity.validate_bearer(&access, &[Resource::Warehouse], house.now()).unwrap();
        assert_eq!(accepted.scopes, ["get_data_warehouse"]);
        assert_eq!(claims(&access)["wids"][0], "62e90394-69f5-4237-9190-012177145e10");
        // An ID token is no access token (checklist J5).
        assert!(
            house.identity.validate_bearer(&tokens.text("id_token"), &Resource::ALL, house.now()).is_err()
        );
        let audited = house.audited().await;
        assert_eq!(audited, ["Set password Success", "Sign in Success", "Sign in to application Success"]);
        // No secret reaches the audit record (checklist A21).
        let record = house.audit_text().await;
        for secret in
            [access, tokens.text("refresh_token"), answer.redirected("code").unwrap(), PASSWORD.to_owned()]
        {
            assert!(!record.contains(&secret));
        }
    });
}

#[test]
fn a_code_works_once_and_its_second_use_revokes_what_it_gave() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        let code = code(&mut browser, &app).await;
        let tokens = redeem(house, &app, &code).await;
        assert_eq!(redeem(house, &app, &code).await.error(), (400, "invalid_grant".into()));
        let refreshed = refresh(house, &app, &tokens.text("refresh_token"), &[]).await;
        assert_eq!(refreshed.error(), (400, "invalid_grant".into()));
        assert!(house.audited().await.contains(&"Revoke tokens used twice Failure".to_owned()));
    });
}

#[test]
fn of_eight_redemptions_at_once_exactly_one_wins() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        let code = code(&mut browser, &app).await;
        let (a, b, c, d, e, f, g, h) = tokio::join!(
            redeem(house, &app, &code),
            redeem(house, &app, &code),
            redeem(house, &app, &code),
            redeem(house, &app, &code),
            redeem(house, &app, &code),
            redeem(house, &app, &code),
            redeem(house, &app, &code),
            redeem(house, &app, &code),
        );
        let answers = [a, b, c, d, e, f, g, h];
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert!(answers.iter().all(|answer| answer.status == 200 || answer.error().1 == "invalid_grant"));
    });
}

#[test]
fn of_eight_refreshes_at_once_exactly_one_wins_and_the_family_is_revoked() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        let code = code(&mut browser, &app).await;
        let token = redeem(house, &app, &code).await.text("refresh_token");
        let (a, b, c, d, e, f, g, h) = tokio::join!(
            refresh(house, &app, &token, &[]),
            refresh(house, &app, &token, &[]),
            refresh(house, &app, &token, &[]),
            refresh(house, &app, &token, &[]),
            refresh(house, &app, &token, &[]),
            refresh(house, &app, &token, &[]),
            refresh(house, &app, &token, &[]),
            refresh(house, &app, &token, &[]),
        );
        let winners: Vec<_> =
            [a, b, c, d, e, f, g, h].into_iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(winners.len(), 1);
        let next = winners[0].text("refresh_token");
        assert_eq!(refresh(house, &app, &next, &[]).await.error(), (400, "invalid_grant".into()));
    });
}

#[test]
fn a_code_is_bound_to_everything_it_was_issued_for() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        let other = house.register(true, &[permission(PermissionKind::Scope, true)]).await;
        let good = [
            ("grant_type", "authorization_code"),
            ("client_id", app.client_id.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let wrong_verifier = "a".repeat(43);
        for change in [
            ("client_id", other.client_id.as_str()),
            ("redirect_uri", "https://app.example/cb/"),
            ("redirect_uri", ""),
            ("code_verifier", wrong_verifier.as_str()),
            ("code_verifier", ""),
        ] {
            let code = code(&mut browser, &app).await;
            let mut pairs: Vec<_> = good.into_iter().filter(|(name, _)| *name != change.0).collect();
            pairs.extend([change, ("code", &code)]);
            assert_eq!(house.token(&pairs).await.error(), (400, "invalid_grant".into()), "{change:?}");
        }
        let code = code(&mut browser, &app).await;
        house.advance(300);
        let late = redeem(house, &app, &code).await;
        assert_eq!(
            (late.error(), late.json()["error_codes"][0].as_i64()),
            ((400, "invalid_grant".into()), Some(70008))
        );
        // A code of one tenant means nothing in another, nor does any text that is no code.
        let path = format!("/{OTHER}/oauth2/v2.0/token");
        let pairs = [
            ("grant_type", "authorization_code"),
            ("client_id", "quarterdeck-agent"),
            ("code", code.as_str()),
        ];
        assert_eq!(house.post(&path, &pairs).await.error(), (400, "invalid_grant".into()));
        assert_eq!(redeem(house, &app, "no code").await.error(), (400, "invalid_grant".into()));
    });
}

#[test]
fn a_confidential_client_may_go_without_pkce_but_not_mix() {
    check(async |house| {
        let app =
            house.with_password().await.register(false, &[permission(PermissionKind::Scope, true)]).await;
        let mut browser = Browser::new(house);
        browser.sign_in().await;
        // As Postman does: the resource is in the authorization address only, and the secret in the header.
        let pairs = [
            ("client_id", app.client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("resource", WAREHOUSE),
        ];
        let path = format!("/common/oauth2/authorize?{}", encode(&pairs));
        for (verifier, expected) in [(None, 200), (Some(VERIFIER), 400)] {
            let code = browser.get(&path).await.redirected("code").unwrap();
            let mut pairs =
                vec![("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
            pairs.extend(verifier.map(|verifier| ("code_verifier", verifier)));
            let request = axum::http::Request::post("/common/oauth2/token")
                .header("authorization", basic(&app.client_id, &app.secret))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(axum::body::Body::from(encode(&pairs)))
                .unwrap();
            let answer = house.send(request).await;
            assert_eq!(answer.status, expected, "{}", answer.body);
            if expected == 200 {
                let body = answer.json();
                assert_eq!(
                    (&body["resource"], &body["scope"]),
                    (&WAREHOUSE.into(), &"get_data_warehouse".into())
                );
                assert!(body["refresh_token"].is_string() && body["id_token"].is_string());
                assert_eq!(body["expires_in"], "3600");
                assert_eq!(claims(&answer.text("access_token"))["azpacr"], "1");
            }
        }
        let with_challenge = authorize(&app.client_id, &[]);
        let code = browser.get(&with_challenge).await.redirected("code").unwrap();
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("client_id", &app.client_id),
            ("client_secret", &app.secret),
        ];
        assert_eq!(house.token(&pairs).await.error(), (400, "invalid_grant".into()));
    });
}

#[test]
fn refresh_tokens_rotate_narrow_and_expire() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        let code = code(&mut browser, &app).await;
        let first = redeem(house, &app, &code).await.text("refresh_token");
        // Asking for more is refused without using the token up.
        for scope in
            ["https://api.manage.microsoft.com//user_impersonation", "https://graph.microsoft.com/User.Read"]
        {
            let wider = refresh(house, &app, &first, &[("scope", scope)]).await;
            assert_eq!(wider.error(), (400, "invalid_scope".into()), "{scope}");
        }
        let scope = "https://api.manage.microsoft.com//get_data_warehouse openid profile offline_access";
        let second = refresh(house, &app, &first, &[("scope", scope)]).await;
        assert_eq!(second.text("scope"), scope);
        let second = second.text("refresh_token");
        assert_ne!(first, second);
        let stranger = house.register(true, &[]).await;
        assert_eq!(refresh(house, &stranger, &second, &[]).await.error(), (400, "invalid_grant".into()));
        house.advance(14 * 86_400 - 1);
        let third = refresh(house, &app, &second, &[]).await.text("refresh_token");
        house.advance(14 * 86_400);
        assert_eq!(refresh(house, &app, &third, &[]).await.error(), (400, "invalid_grant".into()));
    });
}

#[test]
fn a_used_refresh_token_kills_its_family() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        let code = code(&mut browser, &app).await;
        let first = redeem(house, &app, &code).await.text("refresh_token");
        let second = refresh(house, &app, &first, &[]).await.text("refresh_token");
        assert_eq!(refresh(house, &app, &first, &[]).await.error(), (400, "invalid_grant".into()));
        assert_eq!(refresh(house, &app, &second, &[]).await.error(), (400, "invalid_grant".into()));
        assert!(house.audited().await.contains(&"Revoke tokens used twice Failure".to_owned()));
    });
}

#[test]
fn a_disabled_person_gets_nothing_more() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        let code_one = code(&mut browser, &app).await;
        let tokens = redeem(house, &app, &code_one).await;
        let code_two = code(&mut browser, &app).await;
        let introspect = async |token: &str| {
            let reader = house.register(false, &[]).await;
            let pairs = [
                ("client_id", reader.client_id.as_str()),
                ("client_secret", &reader.secret),
                ("token", token),
            ];
            house.post(&format!("/{TENANT}/oauth2/v2.0/introspect"), &pairs).await.json()["active"].clone()
        };
        let access = tokens.text("access_token");
        assert_eq!(introspect(&access).await, true);
        house.disable_ada().await;
        assert_eq!(introspect(&access).await, false);
        assert_eq!(refresh(house, &app, &tokens.text("refresh_token"), &[]).await.error().1, "invalid_grant");
        assert_eq!(redeem(house, &app, &code_two).await.error().1, "invalid_grant");
        // The session is over too: the sign-in page is back.
        assert_eq!(browser.get(&authorize(&app.client_id, &[])).await.status, 200);
    });
}

#[test]
fn revocation_ends_the_family_and_never_tells() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        let code = code(&mut browser, &app).await;
        let token = redeem(house, &app, &code).await.text("refresh_token");
        let path = format!("/{TENANT}/oauth2/v2.0/revoke");
        for unknown in ["nonsense", "a.b.c"] {
            let pairs = [("client_id", app.client_id.as_str()), ("token", unknown)];
            assert_eq!(house.post(&path, &pairs).await.status, 200);
        }
        let pairs = [("client_id", app.client_id.as_str()), ("token", token.as_str())];
        assert_eq!(house.post(&path, &pairs).await.status, 200);
        assert_eq!(refresh(house, &app, &token, &[]).await.error().1, "invalid_grant");
    });
}

#[test]
fn a_third_party_asks_once_and_may_be_declined() {
    check(async |house| {
        let app =
            house.with_password().await.register(true, &[permission(PermissionKind::Scope, false)]).await;
        let mut browser = Browser::new(house);
        browser.sign_in().await;
        let address = authorize(&app.client_id, &[]);
        let silent = browser.get(&authorize(&app.client_id, &[("prompt", "none")])).await;
        assert_eq!(silent.redirected("error").as_deref(), Some("consent_required"));
        let page = browser.get(&address).await;
        for shown in ["Report tool", "app.example", "Read the data warehouse as you", "Ada@deck.example"] {
            assert!(page.body.contains(shown), "{shown}: {}", page.body);
        }
        // Without the form's token nothing is agreed to.
        let forged = [("return_to", page.input("return_to")), ("choice", "accept".to_owned())];
        let forged: Vec<_> = forged.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(browser.post(&format!("/{TENANT}/consent"), &forged).await.status, 400);
        let declined = browser.accept(&page, "decline").await;
        assert_eq!(declined.redirected("error").as_deref(), Some("access_denied"));
        assert_eq!(declined.redirected("state").as_deref(), Some("a&b=\u{e9} \"<>"));
        let page = browser.get(&address).await;
        assert!(browser.accept(&page, "accept").await.redirected("code").is_some());
        assert!(browser.get(&address).await.redirected("code").is_some());
        // More than was agreed to asks again, and so does prompt=consent.
        let more = "https://api.manage.microsoft.com//user_impersonation";
        let page = browser.get(&authorize(&app.client_id, &[("scope", more)])).await;
        assert!(
            page.body.contains("Use Quarterdeck as you") && !page.body.contains("Read the data warehouse")
        );
        let page = browser.get(&authorize(&app.client_id, &[("prompt", "consent")])).await;
        assert!(browser.accept(&page, "accept").await.redirected("code").is_some());
        assert!(house.audited().await.contains(&"Consent to application Success".to_owned()));
    });
}

#[test]
fn prompts_and_age_decide_whether_to_ask_for_the_password_again() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        let ask = async |browser: &mut Browser<'_>, change: (&str, &str)| {
            browser.get(&authorize(&app.client_id, &[change])).await
        };
        assert!(ask(&mut browser, ("prompt", "none")).await.redirected("code").is_some());
        house.advance(100);
        assert!(ask(&mut browser, ("max_age", "100")).await.redirected("code").is_some());
        assert_eq!(ask(&mut browser, ("max_age", "99")).await.status, 200);
        let page = ask(&mut browser, ("prompt", "login")).await;
        assert_eq!(page.status, 200);
        let old = browser.cookies["__Host-qd_idp"].clone();
        let answer = browser.fill_sign_in(&page, "ada@deck.example", PASSWORD).await;
        assert_ne!(browser.cookies["__Host-qd_idp"], old);
        let back = answer.header("location").to_owned();
        assert!(browser.get(&back).await.redirected("code").is_some());
        let mut stranger = Browser::new(house);
        let silent = stranger.get(&authorize(&app.client_id, &[("prompt", "none")])).await;
        assert_eq!(silent.redirected("error").as_deref(), Some("login_required"));
        // Idle for eight hours: the session is over.
        house.advance(8 * 3600);
        assert_eq!(ask(&mut browser, ("max_age", "999999")).await.status, 200);
    });
}

#[test]
fn a_wrong_client_or_address_is_shown_and_never_redirected() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        for change in [
            ("client_id", "00000000-0000-4000-8000-000000000000"),
            ("client_id", "nobody"),
            ("client_id", ""),
            ("redirect_uri", "https://app.example/cb/"),
            ("redirect_uri", "https://APP.example/cb"),
            ("redirect_uri", "https://app.example/cb?x=1"),
            ("redirect_uri", "https://app.example@evil.example/cb"),
            ("redirect_uri", "https://app.example\\cb"),
            ("redirect_uri", "https://app.example/%2e/cb"),
            ("redirect_uri", "javascript:alert(1)"),
            ("redirect_uri", ""),
        ] {
            let answer = browser.get(&authorize(&app.client_id, &[change])).await;
            assert_eq!((answer.status.as_u16(), answer.header("location")), (400, ""), "{change:?}");
            assert!(answer.body.contains("role=\"alert\""), "{change:?}");
        }
        let twice = format!("{}&state=x", authorize(&app.client_id, &[]));
        assert_eq!(browser.get(&twice).await.status, 400);
        let errors = [
            ("response_type", "token", "unsupported_response_type"),
            ("code_challenge", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("scope", "https://evil.example/.default", "invalid_resource"),
        ];
        for (name, value, error) in errors {
            let answer = browser.get(&authorize(&app.client_id, &[(name, value)])).await;
            assert!(answer.header("location").starts_with("https://app.example/cb?"));
            assert_eq!(answer.redirected("error").as_deref(), Some(error), "{name}={value}");
            assert!(answer.redirected("iss").is_some() && answer.redirected("state").is_some());
        }
    });
}

#[test]
fn the_answer_travels_as_the_client_wants() {
    check(async |house| {
        let (app, mut browser) = signed_in(house).await;
        let fragment = browser.get(&authorize(&app.client_id, &[("response_mode", "fragment")])).await;
        assert!(fragment.header("location").starts_with("https://app.example/cb#code="));
        let form = browser.get(&authorize(&app.client_id, &[("response_mode", "form_post")])).await;
        assert_eq!(form.status, 200);
        assert!(form.body.contains("<form method=\"post\" action=\"https://app.example/cb\">"));
        assert_eq!(redeem(house, &app, &form.input("code")).await.status, 200);
        // A posted request becomes a GET with the same parameters.
        let pairs = [("client_id", app.client_id.as_str()), ("code_challenge", CHALLENGE), ("state", "s")];
        let posted = browser.post("/common/oauth2/v2.0/authorize", &pairs).await;
        assert!(
            posted.header("location").starts_with(&format!("/{TENANT}/oauth2/v2.0/authorize?client_id="))
        );
    });
}

#[test]
fn power_query_signs_in_with_its_own_client() {
    check(async |house| {
        house.with_password().await;
        let mut browser = Browser::new(house);
        browser.sign_in().await;
        let redirect = "https://oauth.powerbi.com/views/oauthredirect.html";
        let pairs = [
            ("client_id", "a672d62c-fc7b-4e81-a576-e60dc46e951d"),
            ("response_type", "code"),
            ("redirect_uri", redirect),
            ("resource", "https://deck.example:8443"),
            ("scope", "user_impersonation"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let page = browser.get(&format!("/{TENANT}/oauth2/authorize?{}", encode(&pairs))).await;
        let code = browser.accept(&page, "accept").await.redirected("code").unwrap();
        let pairs = [
            ("grant_type", "authorization_code"),
            ("client_id", "a672d62c-fc7b-4e81-a576-e60dc46e951d"),
            ("code", &code),
            ("redirect_uri", redirect),
            ("code_verifier", VERIFIER),
        ];
        let answer = house.post(&format!("/{TENANT}/oauth2/token"), &pairs).await;
        let token = answer.text("access_token");
        let accepted = house.identity.validate_bearer(&token, &[Resource::Quarterdeck], house.now()).unwrap();
        assert_eq!(accepted.scopes, ["user_impersonation"]);
        assert!(matches!(accepted.subject, identity::Subject::User { id, .. } if id == ADA));
    });
}
