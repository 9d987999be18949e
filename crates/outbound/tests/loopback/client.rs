//! Limits, redirects, trust.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use outbound::{Client, Limits, OutboundError, Request, Settings, Target};

use crate::server::{Authority, Server, answer};

fn target(server: &Server, host: &str, path: &str) -> Target {
    Target::parse(&format!("https://{host}:{}{path}", server.address.port())).unwrap()
}

async fn get(client: &Client, target: Target) -> Result<String, OutboundError> {
    let answer = client.send(Request::get(target)).await?;
    Ok(String::from_utf8(answer.body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_trusted_host_answers() {
    let authority = Authority::new();
    let identity = authority.identity(&["localhost", "127.0.0.1"], -1, 90);
    let server = Server::tls(&identity, |_| answer("200 OK", "X-A: b\r\n", "{\"n\":7}")).await;
    let request =
        Request::post(target(&server, "localhost", "/a?b=c"), "application/json", "{}").bearer("t0ken");
    let got = authority.client().send(request).await.unwrap();
    let json: serde_json::Value = got.json().unwrap();
    assert_eq!((got.status.as_u16(), got.header("x-a"), &json["n"]), (200, Some("b"), &7.into()));
    let heard = server.heard().join("").to_lowercase();
    let host = format!("host: localhost:{}", server.address.port());
    for part in
        ["post /a?b=c http/1.1", host.as_str(), "authorization: bearer t0ken", "user-agent: quarterdeck/"]
    {
        assert!(heard.contains(part), "{part} in {heard}");
    }
    assert_eq!(get(&authority.client(), target(&server, "127.0.0.1", "/")).await.unwrap(), "{\"n\":7}");
}

#[tokio::test]
async fn untrusted_certificates_are_told_apart() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (identity, part) in [
        (authority.identity(&["localhost"], -90, -1), "expired"),
        (authority.identity(&["localhost"], 1, 90), "not valid yet"),
        (authority.identity(&["deck.example"], -1, 90), "other names"),
        (stranger.identity(&["localhost"], -1, 90), "no trusted authority"),
    ] {
        let server = Server::tls(&identity, |_| answer("200 OK", "", "secret")).await;
        let error = get(&authority.client(), target(&server, "localhost", "/")).await.unwrap_err();
        assert!(matches!(error, OutboundError::Untrusted { .. }), "{error:?}");
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(server.heard(), Vec::<String>::new(), "nothing was sent");
    }
}

#[tokio::test]
async fn time_and_size_end() {
    let authority = Authority::new();
    let identity = authority.identity(&["localhost"], -1, 90);
    let limits = Limits {
        connect: Duration::from_secs(5),
        whole: Duration::from_millis(300),
        body_bytes_max: 100,
        redirects_max: 2,
    };
    let client = authority.client().limited(limits);
    let silent = Server::tls(&identity, |_| String::new()).await;
    let error = get(&client, target(&silent, "localhost", "/")).await.unwrap_err();
    assert!(matches!(error, OutboundError::TimedOut { .. }), "{error:?}");
    let client = client.limited(Limits { whole: Duration::from_secs(30), ..limits });
    let server = Server::tls(&identity, |head| match head.split(' ').nth(1) {
        Some("/fits") => answer("200 OK", "", &"a".repeat(100)),
        Some("/large") => answer("200 OK", "", &"a".repeat(101)),
        Some("/pieces") => format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}",
            format!("40\r\n{}\r\n", "a".repeat(64)).repeat(1000)
        ),
        Some("/cut") => "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc".to_owned(),
        Some("/round") => answer("302 Found", "Location: /round\r\n", ""),
        _ => "hello\r\n\r\n".to_owned(),
    })
    .await;
    assert_eq!(get(&client, target(&server, "localhost", "/fits")).await.unwrap().len(), 100);
    for (path, wanted) in [
        ("/large", "is larger than 100 bytes"),
        ("/pieces", "is larger than 100 bytes"),
        ("/cut", "before its answer was complete"),
        ("/none", "before its answer was complete"),
        ("/round", "more than 2 times"),
    ] {
        let error = get(&client, target(&server, "localhost", path)).await.unwrap_err().to_string();
        assert!(error.contains(wanted), "{path}: {error}");
    }
    assert_eq!(server.heard().iter().filter(|head| head.starts_with("GET /round")).count(), 3);
}

#[tokio::test]
async fn secrets_stay_with_their_host() {
    let authority = Authority::new();
    let identity = authority.identity(&["localhost"], -1, 90);
    let other = Server::tls(&identity, |_| answer("200 OK", "", "other")).await;
    let plain = Server::plain(|_| answer("200 OK", "", "plain")).await;
    let (there, weaker) = (target(&other, "localhost", "/there").origin(), plain.address);
    let server = Server::tls(&identity, move |head| match head.split(' ').nth(1) {
        Some("/away") => answer("307 Temporary Redirect", &format!("Location: {there}/there\r\n"), ""),
        Some("/weaker") => answer("301 Moved", &format!("Location: http://{weaker}/\r\n"), ""),
        Some("/near") => answer("302 Found", "Location: end\r\n", ""),
        Some("/end") => answer("200 OK", "", "end"),
        _ => answer("404 Not Found", "", ""),
    })
    .await;
    let settings = Settings { allows_plain: true, ..authority.settings() };
    let client = Client::open(&settings, authority.world.clone()).unwrap();
    let key = || (HeaderName::from_static("x-api-key"), HeaderValue::from_static("k3y"));
    let ask = |path| {
        let (name, value) = key();
        let accept = HeaderValue::from_static("text/plain");
        Request::get(target(&server, "localhost", path))
            .bearer("t0ken")
            .header(name, value)
            .header(http::header::ACCEPT, accept)
    };
    assert_eq!(client.send(ask("/away")).await.unwrap().body, "other");
    let heard = other.heard().join("").to_lowercase();
    assert!(!heard.contains("t0ken") && !heard.contains("k3y") && heard.contains("text/plain"), "{heard}");
    assert_eq!(client.send(ask("/near")).await.unwrap().body, "end");
    assert!(server.heard().last().unwrap().to_lowercase().contains("t0ken"), "the same host may know it");
    let error = client.send(ask("/weaker")).await.unwrap_err();
    assert!(matches!(error, OutboundError::RedirectElsewhere { .. }), "{error:?}");
    let post = Request::post(target(&server, "localhost", "/away"), "text/plain", "secret");
    let error = client.send(post).await.unwrap_err();
    assert!(matches!(error, OutboundError::RedirectElsewhere { .. }), "{error:?}");
    assert_eq!((plain.heard().len(), other.heard().len()), (0, 1));
}

#[tokio::test]
async fn plain_and_private_hosts_are_refused_when_so_set() {
    let authority = Authority::new();
    let server = Server::plain(|_| answer("200 OK", "", "plain")).await;
    let plain = Target::parse(&format!("http://{}/", server.address)).unwrap();
    let refused = get(&authority.client(), plain.clone()).await.unwrap_err();
    assert!(matches!(refused, OutboundError::Plain { .. }), "{refused:?}");
    let allowing = Settings { allows_plain: true, ..authority.settings() };
    let client = Client::open(&allowing, authority.world.clone()).unwrap();
    assert_eq!(get(&client, plain.clone()).await.unwrap(), "plain");
    let refusing = Settings { refuses_private: true, ..allowing };
    let client = Client::open(&refusing, authority.world.clone()).unwrap();
    let by_name = Target::parse(&format!("http://localhost:{}/", server.address.port())).unwrap();
    for target in [plain, by_name] {
        let refused = get(&client, target).await.unwrap_err();
        assert!(matches!(refused, OutboundError::Private { .. }), "{refused:?}");
    }
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn hosts_that_are_not_there_have_their_sentence() {
    let authority = Authority::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = Target::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = get(&authority.client(), closed).await.unwrap_err();
    assert!(matches!(error, OutboundError::NotConnected { .. }), "{error:?}");
    let nowhere = Target::parse("https://nowhere.invalid/").unwrap();
    let error = get(&authority.client(), nowhere).await.unwrap_err();
    assert!(matches!(error, OutboundError::NameNotFound { .. }), "{error:?}");
    let plain = Server::plain(|_| answer("200 OK", "", "plain")).await;
    let limits = Limits { connect: Duration::from_millis(300), ..Limits::default() };
    let error = get(&authority.client().limited(limits), target(&plain, "localhost", "/")).await.unwrap_err();
    assert!(matches!(error, OutboundError::Tls { .. } | OutboundError::TimedOut { .. }), "{error:?}");
    let none = Settings { has_native_roots: false, ..Settings::default() };
    assert_eq!(Client::open(&none, authority.world.clone()).err(), Some(OutboundError::NoRoots));
    let bad = Settings {
        extra_roots_pem: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec(),
        ..none
    };
    assert_eq!(Client::open(&bad, authority.world).err(), Some(OutboundError::RootUnreadable));
}
