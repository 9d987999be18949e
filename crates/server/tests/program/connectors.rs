//! A connector's life, played by its administrator: it warns, expires as time passes, and is renewed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::{Server, folder};

/// What takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(60);
const SIX_DAYS_AND_AN_HOUR: &str = "522000";

/// A signed-in browser, as far as an administrator needs one.
struct Browser<'a> {
    server: &'a Server,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

/// An answer's status, headers and body.
struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

impl<'a> Browser<'a> {
    /// Signs the demo's administrator in by the link that its start gave.
    fn signed_in(server: &'a Server) -> Browser<'a> {
        let mut browser = Browser { server, cookies: BTreeMap::new(), csrf: String::new() };
        let ready = server.ready();
        let link = ready["one_time_sign_in"].as_str().expect("a link").to_owned();
        let page = browser.ask("GET", &link, None);
        let token = between(&page.body, "name=\"form_token\" value=\"", "\"");
        let form = ("application/x-www-form-urlencoded", format!("form_token={token}"));
        browser.ask("POST", &link, Some(form));
        let mut next = Some("/api/session/sign-in?return_to=/".to_owned());
        while let Some(address) =
            next.filter(|address| address.contains("/api/session") || address.contains("oauth2"))
        {
            next = browser.ask("GET", &address, None).location;
        }
        let session: Value =
            serde_json::from_str(&browser.ask("GET", "/api/session", None).body).expect("JSON");
        browser.csrf = session["csrfToken"].as_str().expect("somebody is signed in").to_owned();
        browser
    }

    /// Asks for JSON, and expects this status.
    fn json(&mut self, method: &str, path: &str, body: &Value, status: u16) -> Value {
        let body = (!body.is_null()).then(|| ("application/json", body.to_string()));
        let answer = self.ask(method, path, body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap_or(Value::Null)
    }

    fn ask(&mut self, method: &str, address: &str, body: Option<(&str, String)>) -> Answer {
        let origin = format!("https://localhost:{}", self.server.port);
        let path = address.strip_prefix(&origin).unwrap_or(address);
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (media_type, body) = body.unwrap_or(("text/plain", String::new()));
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nOrigin: {origin}\r\nCookie: {}\r\nX-CSRF-Token: {}\r\n\
             Content-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.server.port,
            cookies.join("; "),
            self.csrf,
            body.len()
        );
        let whole = self.server.send(request.as_bytes());
        let (head, body) = whole.split_once("\r\n\r\n").expect("a head and a body");
        let mut answer = Answer { status: 0, location: None, body: body.to_owned() };
        answer.status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(": ")) {
            match name.to_ascii_lowercase().as_str() {
                "location" => answer.location = Some(value.to_owned()),
                "set-cookie" => {
                    let pair =
                        value.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
                    self.cookies.insert(pair.0.to_owned(), pair.1.to_owned());
                }
                _ => {}
            }
        }
        answer
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("{before} is missing from\n{text}")).1;
    rest.split_once(after).expect("its end").0
}

fn openssl(folder: &Path, line: &str) {
    let output = Command::new("openssl").args(line.split(' ')).current_dir(folder).output().expect("openssl");
    assert!(output.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Asks for a signing request, answers it as Apple does, and uploads the answer.
fn renew(browser: &mut Browser<'_>, folder: &Path, at: &str, n_days: u32) -> Value {
    let request = browser.json("POST", &format!("{at}/signingRequest"), &Value::Null, 201);
    std::fs::write(folder.join("push.csr"), request["pem"].as_str().expect("a request")).expect("a file");
    openssl(
        folder,
        &format!(
            "x509 -req -in push.csr -CA apple.pem -CAkey apple.key -CAcreateserial -days {n_days} \
             -subj /UID=com.apple.mgmt.External.a/CN=APSP:1 -out push.pem"
        ),
    );
    let bytes = std::fs::read(folder.join("push.pem")).expect("a certificate");
    let body = json!({ "contentBase64": STANDARD.encode(bytes) });
    browser.json("POST", &format!("{at}/credential"), &body, 200)
}

/// Waits until the metrics have a line with all these words.
fn wait_for_metric(server: &Server, words: &[&str]) {
    let begun = Instant::now();
    loop {
        let text = server.get("/metrics", "*/*");
        if text.lines().any(|line| words.iter().all(|word| line.contains(word))) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{words:?} did not come; the metrics were\n{text}");
    }
}

#[test]
fn a_push_certificate_warns_expires_as_time_passes_and_is_renewed() {
    let folder = folder();
    let path = folder.path();
    let offset = path.join("offset");
    let arguments = ["--empty", "--clock-offset-file", offset.to_str().expect("a plain name")];
    openssl(
        path,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 4000 -keyout apple.key -out apple.pem \
         -subj /CN=Apple",
    );
    let server = Server::demo(path, &arguments);
    let mut admin = Browser::signed_in(&server);
    let feed = admin.json("POST", "/api/tenantStatus/feeds", &json!({ "description": "Reader" }), 201);
    let instances = "/api/tenantStatus/connectors/apnsExpiry/instances";
    let made = admin.json("POST", instances, &json!({ "displayName": "Push" }), 201);
    let at = format!("{instances}/{}", made["id"].as_str().expect("an id"));
    assert_eq!(renew(&mut admin, path, &at, 6)["status"]["health"], "warning");
    let list = admin.json("GET", "/api/tenantStatus/connectors", &Value::Null, 200);
    assert_eq!(list["value"][0]["type"], "apnsExpiry", "it is on top");
    wait_for_metric(&server, &["quarterdeck_connector_health", "apnsExpiry", "health=\"warning\"} 1"]);
    let rss = admin.ask("GET", feed["rssAddress"].as_str().expect("an address"), None).body;
    assert!(rss.contains("APNS Expiry Date: Push: Warning"), "{rss}");
    let calendar = admin.ask("GET", feed["calendarAddress"].as_str().expect("an address"), None).body;
    assert!(calendar.contains("SUMMARY:APNS Expiry Date: Push"), "{calendar}");

    std::fs::write(&offset, SIX_DAYS_AND_AN_HOUR).expect("the clock's file");
    wait_for_metric(&server, &["x509_cert_expired", "apnsExpiry", "} 1"]);
    let begun = Instant::now();
    while !admin
        .ask("GET", feed["rssAddress"].as_str().expect("an address"), None)
        .body
        .contains("Push: Unhealthy")
    {
        assert!(begun.elapsed() < PATIENCE, "the change of health was not written down");
    }
    server.stop();

    // The session's time has passed: a new start gives a new link.
    let server = Server::demo(path, &arguments);
    let mut admin = Browser::signed_in(&server);
    assert_eq!(admin.json("GET", &at, &Value::Null, 200)["status"]["health"], "unhealthy");
    assert_eq!(renew(&mut admin, path, &at, 365)["status"]["health"], "healthy");
    wait_for_metric(&server, &["quarterdeck_connector_health", "apnsExpiry", "health=\"healthy\"} 1"]);
    let page = admin.json("GET", &at, &Value::Null, 200);
    let healths: Vec<&str> = page["timeline"]
        .as_array()
        .expect("a timeline")
        .iter()
        .filter_map(|one| one["health"].as_str())
        .collect();
    assert_eq!(healths, ["healthy", "unhealthy", "warning", "notEnabled"]);
    server.stop();
}
