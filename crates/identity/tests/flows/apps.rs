//! Applications that sign in by themselves, and their registrations.

use axum::body::Body;
use axum::http::{Request, header};
use identity::applications::{self, ApplicationError, NewPassword, PermissionKind};
use identity::redirect::{Platform, RedirectUri};
use identity::{Resource, Subject};
use jiff::SignedDuration;

use crate::house::{House, OTHER, Registered, TENANT, WAREHOUSE, basic, check, claims, encode, permission};

async fn reader(house: &House) -> Registered {
    house.register(false, &[permission(PermissionKind::Role, true)]).await
}

#[test]
fn an_application_gets_a_token_for_the_feed_on_both_faces() {
    check(async |house| {
        let app = reader(house).await;
        let base = [
            ("grant_type", "client_credentials"),
            ("client_id", &app.client_id),
            ("client_secret", &app.secret),
        ];

        let scope = ("scope", "https://api.manage.microsoft.com//.default");
        let v2 = house.token(&[&base[..], &[scope]].concat()).await;
        let body = v2.json();
        let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["token_type", "expires_in", "ext_expires_in", "access_token"]);
        assert_eq!(body["expires_in"], 3600);
        assert_eq!((v2.header("cache-control"), v2.header("pragma")), ("no-store", "no-cache"));

        let path = "/deck.example/oauth2/token?api-version=1.0";
        let v1 = house.post(path, &[&base[..], &[("resource", WAREHOUSE)]].concat()).await;
        let body = v1.json();
        let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "token_type",
            "expires_in",
            "ext_expires_in",
            "expires_on",
            "not_before",
            "resource",
            "access_token",
        ];
        assert_eq!(names, expected);
        assert_eq!((&body["expires_in"], &body["resource"]), (&"3600".into(), &WAREHOUSE.into()));

        for answer in [v2, v1] {
            let token = answer.text("access_token");
            let accepted =
                house.identity.validate_bearer(&token, &[Resource::Warehouse], house.now()).unwrap();
            assert_eq!(accepted.tenant, TENANT);
            assert_eq!(accepted.roles, ["get_data_warehouse"]);
            assert!(accepted.scopes.is_empty() && matches!(accepted.subject, Subject::App { .. }));
            let claims = claims(&token);
            assert_eq!((&claims["idtyp"], &claims["aud"]), (&"app".into(), &WAREHOUSE.into()));
            assert_eq!(claims["appid"], claims["azp"]);
            assert!(claims["scp"].is_null() && claims["upn"].is_null());
        }
    });
}

#[test]
fn a_token_opens_only_its_own_resource_and_only_until_it_expires() {
    check(async |house| {
        let app = reader(house).await;
        let answer = house
            .token(&[
                ("grant_type", "client_credentials"),
                ("client_id", &app.client_id),
                ("client_secret", &app.secret),
                ("scope", "https://warehouse.manage.microsoft.com/.default"),
            ])
            .await;
        let token = answer.text("access_token");
        let validate =
            |resources: &[Resource]| house.identity.validate_bearer(&token, resources, house.now());
        assert!(validate(&[Resource::Warehouse, Resource::Quarterdeck]).is_ok());
        let wrong_resource = validate(&[Resource::Graph]).unwrap_err();
        house.advance(3600 + 59);
        assert!(validate(&[Resource::Warehouse]).is_ok());
        house.advance(1);
        let expired = validate(&[Resource::Warehouse]).unwrap_err();
        let forged =
            house.identity.validate_bearer("a.b.c", &[Resource::Warehouse], house.now()).unwrap_err();
        // One public text for every reason.
        assert_eq!(wrong_resource.to_string(), expired.to_string());
        assert_eq!(expired.to_string(), forged.to_string());
        assert_ne!(expired.reason(), forged.reason());
    });
}

#[test]
fn basic_authentication_is_form_decoded_and_its_failure_names_it() {
    check(async |house| {
        let app = reader(house).await;
        let send = async |authorization: String, pairs: &[(&str, &str)]| {
            let request = Request::post(format!("/{TENANT}/oauth2/v2.0/token"))
                .header(header::AUTHORIZATION, authorization)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
                .body(Body::from(encode(pairs)))
                .unwrap();
            house.send(request).await
        };
        let pairs = [("grant_type", "client_credentials"), ("scope", "api://quarterdeck/.default")];
        let escaped: String = app.client_id.replace('-', "%2D");
        assert_eq!(send(basic(&escaped, &app.secret), &pairs).await.status, 200);
        let wrong = send(basic(&app.client_id, "wrong"), &pairs).await;
        assert_eq!(wrong.error(), (401, "invalid_client".into()));
        assert!(wrong.header("www-authenticate").starts_with("Basic "));
        let both = [&pairs[..], &[("client_secret", "x")]].concat();
        assert_eq!(
            send(basic(&app.client_id, &app.secret), &both).await.error(),
            (400, "invalid_request".into())
        );
        assert_eq!(send("Basic !!!".into(), &pairs).await.error(), (401, "invalid_client".into()));
        assert!(house.audited().await.contains(&"Sign in as application Failure".to_owned()));
    });
}

#[test]
fn what_an_application_cannot_do() {
    check(async |house| {
        let app = reader(house).await;
        let (id, secret) = (app.client_id.as_str(), app.secret.as_str());
        let scope = "https://api.manage.microsoft.com//.default";
        for (pairs, expected) in [
            (vec![("client_id", id), ("client_secret", secret)], (400, "invalid_request")),
            (vec![("grant_type", "password"), ("client_id", id)], (400, "unsupported_grant_type")),
            (vec![("grant_type", "client_credentials"), ("client_secret", secret)], (400, "invalid_request")),
            (vec![("grant_type", "client_credentials"), ("client_id", id)], (401, "invalid_client")),
            (
                vec![("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)],
                (400, "invalid_request"),
            ),
            (
                vec![
                    ("grant_type", "client_credentials"),
                    ("client_id", id),
                    ("client_secret", "no"),
                    ("scope", scope),
                ],
                (401, "invalid_client"),
            ),
            (
                vec![
                    ("grant_type", "client_credentials"),
                    ("client_id", "quarterdeck-agent"),
                    ("scope", scope),
                ],
                (400, "unauthorized_client"),
            ),
            (
                vec![
                    ("grant_type", "client_credentials"),
                    ("client_id", "quarterdeck-web"),
                    ("client_secret", "x"),
                    ("scope", scope),
                ],
                (401, "invalid_client"),
            ),
            (
                vec![
                    ("grant_type", "client_credentials"),
                    ("client_id", id),
                    ("client_secret", secret),
                    ("scope", "https://x.example/.default"),
                ],
                (400, "invalid_resource"),
            ),
            (
                vec![
                    ("grant_type", "client_credentials"),
                    ("client_id", id),
                    ("client_secret", secret),
                    ("scope", "User.Read"),
                ],
                (400, "invalid_scope"),
            ),
            (
                vec![
                    ("grant_type", "client_credentials"),
                    ("client_id", id),
                    ("client_assertion", "x"),
                    ("scope", scope),
                ],
                (401, "invalid_client"),
            ),
        ] {
            let (status, error) = house.token(&pairs).await.error();
            assert_eq!((status, error.as_str()), expected, "{pairs:?}");
        }
        // Another tenant does not know this client.
        let pairs = [
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
            ("scope", scope),
        ];
        assert_eq!(house.post(&format!("/{OTHER}/oauth2/v2.0/token"), &pairs).await.status, 401);
        assert_eq!(
            house.post("/nowhere.example/oauth2/v2.0/token", &pairs).await.error(),
            (400, "invalid_request".into())
        );
        assert_eq!(house.post("/consumers/oauth2/v2.0/token", &pairs).await.status, 400);
    });
}

#[test]
fn guessing_secrets_is_slowed_down() {
    check(async |house| {
        let app = reader(house).await;
        let pairs = [
            ("grant_type", "client_credentials"),
            ("client_id", app.client_id.as_str()),
            ("client_secret", "no"),
        ];
        for _ in 0..50 {
            assert_eq!(house.token(&pairs).await.status, 401);
        }
        let limited = house.token(&pairs).await;
        assert_eq!(limited.status, 429);
        assert_eq!(limited.header("retry-after"), "900");
        // The right secret still works: nobody can shut a client out by guessing.
        let good = [
            ("grant_type", "client_credentials"),
            ("client_id", app.client_id.as_str()),
            ("client_secret", app.secret.as_str()),
            ("scope", "api://quarterdeck/.default"),
        ];
        assert_eq!(house.token(&good).await.status, 200);
    });
}

#[test]
fn two_secrets_overlap_and_a_removed_one_stops_working() {
    check(async |house| {
        let app = reader(house).await;
        let (app_id, now) = (app.app_id, house.now());
        let month = SignedDuration::from_hours(24 * 30);
        let second = NewPassword::draw(&house.world, "second", now + month);
        let third = NewPassword::draw(&house.world, "third", now + month);
        let late = NewPassword::draw(&house.world, "late", now + month * 30);
        let second_secret = second.reveal().to_owned();
        let refused =
            house.store.write(TENANT, move |tx| applications::add_password(tx, app_id, &late, now)).await;
        assert!(matches!(refused, Err(ApplicationError::PasswordLife)));
        let added =
            house.store.write(TENANT, move |tx| applications::add_password(tx, app_id, &second, now)).await;
        assert_eq!(added.unwrap().hint, second_secret[3..6]);
        let refused =
            house.store.write(TENANT, move |tx| applications::add_password(tx, app_id, &third, now)).await;
        assert!(matches!(refused, Err(ApplicationError::PasswordCount)));

        let works = async |secret: &str| {
            let pairs = [
                ("grant_type", "client_credentials"),
                ("client_id", app.client_id.as_str()),
                ("client_secret", secret),
                ("scope", "api://quarterdeck/.default"),
            ];
            house.token(&pairs).await.status == 200
        };
        assert!(works(&app.secret).await && works(&second_secret).await);
        let application = house.store.read(TENANT, move |tx| applications::get(tx, app_id)).await.unwrap();
        let first = application.passwords.iter().find(|password| password.display_name == "first");
        let first = first.unwrap().key_id;
        let removed =
            house.store.write(TENANT, move |tx| applications::remove_password(tx, app_id, first)).await;
        assert!(removed.unwrap());
        assert!(!works(&app.secret).await && works(&second_secret).await);
        house.store.write(TENANT, move |tx| applications::delete(tx, app_id, now)).await.unwrap();
        assert!(!works(&second_secret).await);
    });
}

#[test]
fn registrations_are_checked_and_listed_in_their_tenant_only() {
    check(async |house| {
        let app = reader(house).await;
        let app_id = app.app_id;
        let bad = vec![RedirectUri { uri: "javascript:alert(1)".into(), platform: Platform::Native }];
        let set =
            house.store.write(TENANT, move |tx| applications::set_redirect_uris(tx, app_id, &bad)).await;
        assert!(matches!(set, Err(ApplicationError::Redirect(..))));
        let kept = house.store.read(TENANT, move |tx| applications::get(tx, app_id)).await.unwrap();
        assert_eq!(kept.redirect_uris.len(), 1);
        let unknown =
            applications::Permission { name: "nothing".into(), ..permission(PermissionKind::Role, true) };
        let now = house.now();
        let set = house
            .store
            .write(TENANT, move |tx| applications::set_permission(tx, app_id, &unknown, now))
            .await;
        assert!(matches!(set, Err(ApplicationError::Permission(_))));
        let list = |tenant| house.store.read(tenant, |tx| applications::list(tx, 10));
        assert_eq!(list(TENANT).await.unwrap().len(), 1);
        assert_eq!(list(OTHER).await.unwrap().len(), 0);
        let gone = house.store.read(OTHER, move |tx| applications::get(tx, app_id)).await;
        assert!(matches!(gone, Err(ApplicationError::NotFound(_))));
    });
}
