//! Documents, headers, keys, cross-origin pages, and requests that make no sense.

use axum::body::Body;
use axum::http::{Method, Request, header};
use identity::Resource;
use identity::applications::{self, PermissionKind};
use identity::redirect::{Platform, RedirectUri};

use crate::house::{Browser, TENANT, authorize, check, encode, permission, signed_by};

#[test]
fn both_discovery_addresses_and_every_alias_give_the_same_document() {
    check(async |house| {
        let expected = house.get(&format!("/{TENANT}/v2.0/.well-known/openid-configuration")).await.json();
        assert_eq!(expected["issuer"], format!("https://deck.example:8443/{TENANT}/v2.0"));
        for segment in ["common", "organizations", "deck.example", "DECK.example"] {
            for path in ["v2.0/.well-known", ".well-known"] {
                let answer = house.get(&format!("/{segment}/{path}/openid-configuration")).await;
                assert_eq!(answer.json(), expected, "{segment} {path}");
                assert_eq!(answer.header("cache-control"), "public, max-age=3600");
            }
        }
        for segment in ["consumers", "nowhere.example", "00000000-0000-4000-8000-000000000000", "%00", "adfs"]
        {
            let answer = house.get(&format!("/{segment}/.well-known/openid-configuration")).await;
            assert_eq!(answer.error(), (400, "invalid_request".into()), "{segment}");
        }
        let realm = house.get("/common/UserRealm/ada@deck.example?api-version=1.0").await.json();
        assert_eq!(
            (&realm["account_type"], &realm["domain_name"]),
            (&"Managed".into(), &"deck.example".into())
        );
        let resource = house.get("/.well-known/oauth-protected-resource").await.json();
        assert_eq!(resource["authorization_servers"][0], expected["issuer"]);
        let known = "https%3A%2F%2Fdeck.example%3A8443%2Fcommon%2Foauth2%2Fauthorize";
        let instance =
            house.get(&format!("/common/discovery/instance?authorization_endpoint={known}")).await.json();
        assert_eq!(instance["metadata"][0]["preferred_network"], "deck.example:8443");
        let other = house
            .get("/common/discovery/instance?authorization_endpoint=https%3A%2F%2Fevil.example%2Fx")
            .await;
        assert_eq!(other.error(), (400, "invalid_instance".into()));
    });
}

#[test]
fn keys_rotate_without_refusing_a_token() {
    check(async |house| {
        let app = house.register(false, &[permission(PermissionKind::Role, true)]).await;
        let token = async || {
            let pairs = [
                ("grant_type", "client_credentials"),
                ("client_id", app.client_id.as_str()),
                ("client_secret", app.secret.as_str()),
                ("scope", "https://api.manage.microsoft.com/.default"),
            ];
            house.token(&pairs).await.text("access_token")
        };
        let kids = async || {
            let keys = house.get("/common/discovery/v2.0/keys").await.json();
            let keys = keys["keys"].as_array().unwrap().clone();
            keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let before = kids().await;
        assert_eq!(before.len(), 2);
        let old = token().await;
        house.identity.rotate_keys().await.unwrap();
        let after = kids().await;
        assert!(after.len() == 3 && before.iter().all(|kid| after.contains(kid)));
        let new = token().await;
        for token in [&old, &new] {
            assert!(house.identity.validate_bearer(token, &[Resource::Warehouse], house.now()).is_ok());
        }
        house.advance(86_400);
        house.identity.tend().await.unwrap();
        let left = kids().await;
        assert!(left.len() == 2 && left.iter().all(|kid| after.contains(kid) && *kid != signed_by(&old)));
        assert!(left.contains(&signed_by(&new)));
        let audited = house.audited_all().await;
        for event in
            ["Retire signing key Success", "Activate signing key Success", "Delete signing key Success"]
        {
            assert!(audited.contains(&event.to_owned()), "{event}: {audited:?}");
        }
    });
}

#[test]
fn every_page_is_closed_to_frames_caches_and_strangers() {
    check(async |house| {
        let app = house.register(true, &[]).await;
        let mut browser = Browser::new(house);
        for path in [
            authorize(&app.client_id, &[]),
            authorize("nobody", &[]),
            format!("/{TENANT}/login"),
            "/welcome/x".into(),
        ] {
            let answer = browser.get(&path).await;
            assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'; style-src 'nonce-"), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
            assert!(!policy.contains("unsafe") && !answer.body.contains(" style="));
        }
    });
}

#[test]
fn pages_speak_the_persons_language() {
    check(async |house| {
        for (header, query, expected) in
            [("nl-NL,nl;q=0.9", "", "Aanmelden"), ("nl", "?ui_locales=sv", "Logga in"), ("xx", "", "Sign in")]
        {
            let request = Request::get(format!("/{TENANT}/login{query}"))
                .header(header::ACCEPT_LANGUAGE, header)
                .body(Body::empty())
                .unwrap();
            assert!(house.send(request).await.body.contains(expected), "{header} {query}");
        }
    });
}

#[test]
fn requests_that_make_no_sense_are_refused_and_never_break_anything() {
    check(async |house| {
        let token = format!("/{TENANT}/oauth2/v2.0/token");
        let send = async |path: &str, kind: &str, body: Vec<u8>| {
            let request =
                Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap();
            house.send(request).await.status.as_u16()
        };
        let form = "application/x-www-form-urlencoded";
        for path in [
            token.as_str(),
            "/common/oauth2/token",
            "/common/oauth2/devicecode",
            "/common/oauth2/v2.0/revoke",
        ] {
            for (kind, body, expected) in [
                (form, b"".to_vec(), 400),
                (form, b"client_id=a&client_id=b".to_vec(), 400),
                (form, b"client_id=%ff".to_vec(), 400),
                (form, b"client_id=%00".to_vec(), 400),
                (form, b"\xff\xfe".to_vec(), 400),
                (form, vec![b'a'; 100_000], 400),
                (form, vec![b'a'; 1_000_000], 413),
                ("application/json", b"{}".to_vec(), 400),
                ("", b"grant_type=x".to_vec(), 400),
            ] {
                let length = body.len();
                assert_eq!(send(path, kind, body).await, expected, "{path} {kind} {length}");
            }
        }
        assert_eq!(house.get(&token).await.status, 405);
        let in_url = format!("{token}?client_secret=x");
        let in_url = house.post(&in_url, &[("grant_type", "client_credentials"), ("client_id", "x")]);
        assert_eq!(in_url.await.error(), (400, "invalid_request".into()));
        for path in ["/account/password", "/devicelogin"] {
            assert_eq!(house.post(path, &[("user_code", "x")]).await.status, 303, "{path}");
        }
        assert_eq!(house.post(&format!("/{TENANT}/consent"), &[("choice", "accept")]).await.status, 400);
        let userinfo = house.get("/oidc/userinfo").await;
        assert_eq!(userinfo.status, 401);
        assert!(!userinfo.header("www-authenticate").contains("error="));
        for bearer in ["Bearer x", "Bearer a.b.c", "Bearer ", "Basic x"] {
            let request = Request::get("/oidc/userinfo")
                .header(header::AUTHORIZATION, bearer)
                .body(Body::empty())
                .unwrap();
            assert_eq!(house.send(request).await.status, 401, "{bearer}");
        }
    });
}

#[test]
fn errors_carry_the_clients_correlation_id() {
    check(async |house| {
        let id = "11111111-2222-4333-8444-555555555555";
        let request = Request::post("/common/oauth2/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("client-request-id", id)
            .body(Body::from(encode(&[("grant_type", "password")])))
            .unwrap();
        let answer = house.send(request).await;
        assert_eq!((answer.text("correlation_id").as_str(), answer.header("client-request-id")), (id, id));
        assert_eq!(answer.text("trace_id"), answer.header("x-ms-request-id"));
    });
}

#[test]
fn only_registered_pages_may_call_from_elsewhere() {
    check(async |house| {
        let app = house.register(true, &[]).await;
        let uris = vec![RedirectUri { uri: "https://spa.example/cb".into(), platform: Platform::Spa }];
        let app_id = app.app_id;
        house
            .store
            .write(TENANT, move |tx| applications::set_redirect_uris(tx, app_id, &uris))
            .await
            .unwrap();
        let ask = async |method: Method, origin: &str| {
            let request = Request::builder()
                .method(method)
                .uri(format!("/{TENANT}/oauth2/v2.0/token"))
                .header(header::ORIGIN, origin)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::empty())
                .unwrap();
            house.send(request).await
        };
        for method in [Method::OPTIONS, Method::POST] {
            let answer = ask(method.clone(), "https://spa.example").await;
            assert_eq!(answer.header("access-control-allow-origin"), "https://spa.example", "{method}");
            assert_eq!(answer.header("access-control-allow-credentials"), "");
            for origin in ["https://evil.example", "null", "https://spa.example.evil.example"] {
                assert_eq!(
                    ask(method.clone(), origin).await.header("access-control-allow-origin"),
                    "",
                    "{origin}"
                );
            }
        }
    });
}
