//! A running server: what it answers, what it refuses, and how it ends.

use std::io::{Read as _, Write as _};

use rustix::process::Signal;

use crate::harness::{Server, folder, quarterdeck, said, text};

#[test]
fn https_answers_with_the_authority_made_at_first_start() {
    let folder = folder();
    let server = Server::start(folder.path());
    let answer = server.get("/healthz", "*/*");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("ok\n"), "{answer}");
    let answer = server.get("/readyz", "*/*");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("store: ok\n"), "{answer}");
    let answer = server.get("/", "text/html");
    assert!(
        answer.contains("content-security-policy: default-src 'none'; script-src 'self' 'nonce-"),
        "{answer}"
    );
    assert!(answer.contains("x-content-type-options: nosniff"), "{answer}");
    assert!(!answer.contains("__CSP_NONCE__"), "{answer}");
    let answer = server.get("/metrics", "*/*");
    let counted = "_count{route=\"/healthz\",method=\"GET\",status=\"200\"} 1\n";
    assert!(answer.contains(counted), "{answer}");
}

#[test]
fn the_same_folder_serves_again_with_the_same_authority() {
    let folder = folder();
    let authority = || std::fs::read(folder.path().join("tls/ca.pem")).expect("an authority");
    Server::start(folder.path()).stop();
    let first = authority();
    let server = Server::start(folder.path());
    assert!(server.get("/healthz", "*/*").ends_with("ok\n"));
    assert_eq!(authority(), first);
    let mut second = quarterdeck(&["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    let (code, words) = said(second.arg(folder.path()));
    assert_eq!(code, Some(1));
    assert!(words.contains("is used by another Quarterdeck"), "{words}");
}

#[test]
fn plain_http_is_told_to_use_https() {
    let folder = folder();
    let server = Server::start(folder.path());
    let mut stream = server.plain();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = text(&answer);
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("This port speaks https."), "{answer}");
}

#[test]
fn bad_requests_get_the_right_status_and_the_server_goes_on() {
    let folder = folder();
    let server = Server::start_with(folder.path(), &[("QUARTERDECK_SERVER__BODY_BYTES_MAX", "1000")]);
    let long = "x".repeat(70_000);
    let many = "A: b\r\n".repeat(200);
    for (status, request) in [
        ("400", "GARBAGE\r\n\r\n".to_owned()),
        ("400", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n".to_owned()),
        ("400", "GET / HTTP/1.1\r\nHost : a\r\n\r\n".to_owned()),
        ("431", format!("GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n")),
        ("431", format!("GET / HTTP/1.1\r\n{many}\r\n")),
        (
            "413",
            "POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nConnection: close\r\n\r\n".to_owned(),
        ),
        (
            "404",
            "POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
        ),
        ("404", "GET /graph/v1.0/%ff%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned()),
        ("404", "GET /api/../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned()),
    ] {
        let answer = server.send(request.as_bytes());
        let line = request.lines().next().unwrap_or_default();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {answer}");
    }
    assert!(server.get("/healthz", "*/*").ends_with("ok\n"));
    assert!(server.get("/metrics", "*/*").contains("\nquarterdeck_panics_total 0\n"));
}

#[test]
fn both_signals_stop_it_in_order() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = folder();
        let server = Server::start(folder.path());
        // An open connection without a request keeps nobody waiting.
        let mut idle = server.connect();
        idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
        idle.read_exact(&mut [0; 15]).expect("answered");
        server.tell(signal);
        let (status, _) = server.wait();
        assert_eq!(status.code(), Some(0), "{signal:?}");
    }
}
