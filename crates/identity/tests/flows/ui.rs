//! The browser UI's own session.

use axum::http::{HeaderMap, header};
use identity::web_session;

use crate::house::{ADA, Answer, Browser, House, PASSWORD, TENANT, check};

fn headers(browser: &Browser<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, browser.cookie_header().parse().unwrap());
    headers
}

async fn begin(house: &House, browser: &mut Browser<'_>, query: &str) -> String {
    let response = web_session::begin(&house.identity, &headers(browser), query).await;
    browser.keep(response.headers());
    response.headers()[header::LOCATION].to_str().unwrap().to_owned()
}

/// Follows the authorization server's answer into the callback; gives where the browser ends, or nothing.
async fn call_back(house: &House, browser: &mut Browser<'_>, answer: &Answer) -> Option<String> {
    let location = answer.header("location").strip_prefix("https://deck.example:8443").unwrap().to_owned();
    let (path, query) = location.split_once('?').unwrap();
    assert_eq!(path, web_session::CALLBACK_PATH);
    let response = web_session::callback(&house.identity, &headers(browser), query).await;
    browser.keep(response.headers());
    response.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned())
}

#[test]
fn the_ui_signs_in_through_the_server_and_holds_one_cookie() {
    check(async |house| {
        house.with_password().await;
        let mut browser = Browser::new(house);
        assert_eq!(web_session::resolve(&house.identity, &headers(&browser)).await.unwrap(), None);
        let address = begin(house, &mut browser, "returnTo=%2Fdevices%3Fa%3Db").await;
        let page = browser.get(&address).await;
        let answer = browser.fill_sign_in(&page, "ada@deck.example", PASSWORD).await;
        let back = answer.header("location").to_owned();
        let answer = browser.get(&back).await;
        assert_eq!(call_back(house, &mut browser, &answer).await.as_deref(), Some("/devices?a=b"));
        let session = web_session::resolve(&house.identity, &headers(&browser)).await.unwrap().unwrap();
        assert_eq!((session.tenant, session.person.id), (TENANT, ADA));
        assert!(
            session.accepts_csrf(&session.csrf_token)
                && !session.accepts_csrf("")
                && !session.accepts_csrf("x")
        );
        // The same answer a second time starts nothing.
        assert_eq!(call_back(house, &mut browser, &answer).await, None);

        let response = web_session::end(&house.identity, &session).await.unwrap();
        let kept = headers(&browser);
        browser.keep(response.headers());
        assert!(!browser.cookies.contains_key("__Host-qd_session"));
        assert_eq!(web_session::resolve(&house.identity, &kept).await.unwrap(), None);
        let location = response.headers()[header::LOCATION].to_str().unwrap();
        assert!(browser.get(location).await.body.contains("You are signed out."));
        assert_eq!(browser.get("/devicelogin").await.status, 303);
    });
}

#[test]
fn a_session_ends_when_idle_when_old_and_when_its_person_is_disabled() {
    check(async |house| {
        house.with_password().await;
        let start = async || {
            let mut browser = Browser::new(house);
            browser.sign_in().await;
            let address = begin(house, &mut browser, "").await;
            let answer = browser.get(&address).await;
            assert_eq!(call_back(house, &mut browser, &answer).await.as_deref(), Some("/"));
            headers(&browser)
        };
        let alive = async |headers: &HeaderMap| {
            web_session::resolve(&house.identity, headers).await.unwrap().is_some()
        };
        let session = start().await;
        for _ in 0..3 {
            house.advance(7 * 3600);
            assert!(alive(&session).await, "use keeps it alive");
        }
        house.advance(3 * 3600);
        assert!(!alive(&session).await, "but not beyond a day");
        let session = start().await;
        house.advance(8 * 3600);
        assert!(!alive(&session).await, "idle");
        let session = start().await;
        assert!(alive(&session).await);
        house.disable_ada().await;
        assert!(!alive(&session).await);
    });
}

#[test]
fn a_foreign_answer_starts_no_session() {
    check(async |house| {
        house.with_password().await;
        let (mut victim, mut attacker) = (Browser::new(house), Browser::new(house));
        attacker.sign_in().await;
        let address = begin(house, &mut attacker, "").await;
        let answer = attacker.get(&address).await;
        // The attacker's code in the victim's browser: without a started sign-in, and with another one.
        assert_eq!(call_back(house, &mut victim, &answer).await, None);
        begin(house, &mut victim, "").await;
        assert_eq!(call_back(house, &mut victim, &answer).await, None);
        for query in ["", "code=x", "state=x&code=y&iss=z", "error=access_denied&state=x"] {
            let response = web_session::callback(&house.identity, &headers(&victim), query).await;
            assert_eq!(response.status(), 400, "{query}");
        }
        // An answer that took too long.
        let address = begin(house, &mut attacker, "").await;
        let answer = attacker.get(&address).await;
        house.advance(900);
        assert_eq!(call_back(house, &mut attacker, &answer).await, None);
    });
}
