//! What is to be said of a server from outside.

use jiff::SignedDuration;
use outbound::{Expected, OutboundError, Target, Verdict, probe_https, probe_tls};

use crate::server::{Authority, Server, answer};

#[tokio::test]
async fn a_certificate_is_looked_at_however_bad_it_is() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let now = authority.world.clock.now();
    for (identity, verdict, is_for_name, trouble) in [
        (authority.identity(&["localhost"], -1, 6), Verdict::Trusted, true, None),
        (authority.identity(&["localhost"], -9, -1), Verdict::Expired, true, Some(Verdict::Expired)),
        (authority.identity(&["localhost"], 1, 6), Verdict::NotYetValid, true, Some(Verdict::NotYetValid)),
        (authority.identity(&["deck.example"], -1, 6), Verdict::Trusted, false, Some(Verdict::OtherName)),
        (
            stranger.identity(&["localhost"], -1, 6),
            Verdict::UnknownIssuer,
            true,
            Some(Verdict::UnknownIssuer),
        ),
    ] {
        let server = Server::tls(&identity, |_| String::new()).await;
        let report = probe_tls(&authority.client(), "localhost", server.address.port()).await.unwrap();
        assert_eq!((&report.verdict, report.is_for_name), (&verdict, is_for_name));
        assert_eq!((report.trouble(), report.chain.len()), (trouble, 1));
        if verdict == Verdict::Trusted {
            assert_eq!(report.expires_at().unwrap(), now + SignedDuration::from_hours(6 * 24));
        }
    }
}

#[tokio::test]
async fn time_passes_for_probes_too() {
    let authority = Authority::new();
    let server = Server::tls(&authority.identity(&["127.0.0.1"], -1, 6), |_| String::new()).await;
    let (client, port) = (authority.client(), server.address.port());
    assert_eq!(probe_tls(&client, "127.0.0.1", port).await.unwrap().verdict, Verdict::Trusted);
    authority.world.clock.advance(SignedDuration::from_hours(7 * 24));
    assert_eq!(probe_tls(&client, "127.0.0.1", port).await.unwrap().verdict, Verdict::Expired);
}

#[tokio::test]
async fn a_host_without_tls_has_no_certificate() {
    let authority = Authority::new();
    let server = Server::plain(|_| answer("400 Bad Request", "", "")).await;
    let (client, port) = (authority.client(), server.address.port());
    let limits =
        outbound::Limits { connect: std::time::Duration::from_millis(500), ..outbound::Limits::default() };
    let error = probe_tls(&client.limited(limits), "localhost", port).await.unwrap_err();
    assert!(matches!(error, OutboundError::Tls { .. } | OutboundError::TimedOut { .. }), "{error:?}");
}

#[tokio::test]
async fn a_page_is_compared_with_what_is_expected() {
    let authority = Authority::new();
    let identity = authority.identity(&["localhost"], -1, 90);
    let server = Server::tls(&identity, |head| match head.split(' ').nth(1) {
        Some("/ok") => answer("200 OK", "", "all is well"),
        Some("/empty") => answer("204 No Content", "", ""),
        _ => answer("503 Service Unavailable", "", "all is well"),
    })
    .await;
    let client = authority.client();
    let expected = |status, text: Option<&str>| Expected { status, body_contains: text.map(str::to_owned) };
    for (path, expected, trouble) in [
        ("/ok", expected(None, None), None),
        ("/ok", expected(Some(200), Some("well")), None),
        ("/ok", expected(None, Some("")), None),
        ("/ok", expected(None, Some("ill")), Some("does not hold the expected text")),
        ("/ok", expected(Some(204), None), Some("status 200; expected 204")),
        ("/empty", expected(None, None), None),
        ("/down", expected(None, None), Some("status 503; expected 200 to 299")),
        ("/down", expected(Some(503), Some("well")), None),
    ] {
        let target = Target::parse(&format!("https://localhost:{}{path}", server.address.port())).unwrap();
        let found = expected.trouble(&probe_https(&client, target).await.unwrap());
        assert_eq!(found.is_some(), trouble.is_some(), "{path} {expected:?}: {found:?}");
        let english = found.map(|found| found.en).unwrap_or_default();
        assert!(english.contains(trouble.unwrap_or_default()), "{path}");
    }
}
