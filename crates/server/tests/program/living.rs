//! A tenant's life with the program: made, shown, published, and told to stop in the middle of things.

use std::io::{Read as _, Write as _};
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value;

use crate::harness::{Server, folder, quarterdeck, said, text};

fn init(data_dir: &Path) -> String {
    let mut command = quarterdeck(&["init", "--listen", "127.0.0.1:0", "--domain", "contoso.example"]);
    let (code, words) = said(command.arg("--data-dir").arg(data_dir));
    assert_eq!(code, Some(0), "{words}");
    words
}

fn links(words: &str) -> Vec<&str> {
    words.split_whitespace().filter(|word| word.contains("/welcome/")).collect()
}

#[test]
fn init_makes_a_tenant_once_and_a_link_each_time() {
    let folder = folder();
    let first = init(folder.path());
    assert!(
        first.contains("Made the tenant") && first.contains("sign in as admin@contoso.example"),
        "{first}"
    );
    let second = init(folder.path());
    assert!(second.contains("nothing was changed"), "{second}");
    assert_eq!((links(&first).len(), links(&second).len()), (1, 1));
    assert_ne!(links(&first), links(&second));
    let (code, words) =
        said(quarterdeck(&["init", "--admin", "not a name", "--data-dir"]).arg(folder.path().join("other")));
    assert_eq!(code, Some(1));
    assert!(words.contains("is no sign-in name"), "{words}");
    assert!(!folder.path().join("other").exists());
}

#[test]
fn serving_needs_a_tenant() {
    let folder = folder();
    let (code, words) =
        said(quarterdeck(&["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path()));
    assert_eq!(code, Some(1));
    assert!(words.contains("there is no tenant yet; make one with: quarterdeck init --data-dir"), "{words}");
}

#[test]
fn a_snapshot_is_taken_beside_the_server() {
    let folder = folder();
    let snapshot = |extra: &[&str]| {
        said(quarterdeck(&["snapshot"]).args(extra).arg("--data-dir").arg(folder.path().join("data")))
    };
    let (code, words) = snapshot(&[]);
    assert_eq!(code, Some(1));
    assert!(words.contains("there is no data folder") && words.contains("quarterdeck init"), "{words}");
    let server = Server::start(&folder.path().join("data"));
    // The server may be publishing the same day at this moment; one of the two does it.
    let (_, words) = snapshot(&[]);
    assert!(
        ["is published", "was published before", "is making"].iter().any(|w| words.contains(w)),
        "{words}"
    );
    let (code, words) = snapshot(&["--refresh"]);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("0 devices"), "{words}");
    server.stop();
}

#[test]
fn the_openapi_document_is_json_and_a_closed_pipe_is_no_error() {
    let output = quarterdeck(&["openapi"]).output().expect("the program starts");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(document["paths"]["/graph/v1.0/users"]["get"]["summary"].is_string());
    let mut child = quarterdeck(&["openapi"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("our child");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn a_request_that_is_being_answered_is_finished_before_the_end() {
    let folder = folder();
    let server = Server::start(folder.path());
    let mut slow = server.connect();
    let body = b"grant_type=client_credentials&client_id=x&client_secret=hunter2";
    let head = format!(
        "POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).expect("sent");
    // The interim answer says that the handler waits for the body: the request is under way.
    let mut interim = [0; 25];
    slow.read_exact(&mut interim).expect("asked to go on");
    assert_eq!(text(&interim), "HTTP/1.1 100 Continue\r\n\r\n");
    server.tell(Signal::TERM);
    while std::net::TcpStream::connect(("127.0.0.1", server.port)).is_ok() {
        std::thread::yield_now();
    }
    slow.write_all(body).expect("still connected");
    let mut answer = Vec::new();
    let _ = slow.read_to_end(&mut answer);
    assert!(text(&answer).starts_with("HTTP/1.1 40"), "{}", text(&answer));
    assert_eq!(server.wait().0.code(), Some(0));
}

const READY_KEYS: [&str; 16] = [
    "origin",
    "ca_file",
    "tenant_id",
    "tenant_domain",
    "admin_user",
    "admin_password",
    "client_id",
    "client_secret",
    "feed_root",
    "graph_root",
    "pid",
    "enrollment_token",
    "one_time_sign_in",
    "scim_root",
    "provisioning_client_id",
    "provisioning_client_secret",
];

#[test]
fn a_demo_tells_everything_needed_to_use_it_and_logs_no_secret() {
    let folder = folder();
    let demo = Server::demo(folder.path(), &["--devices", "6", "--days", "2", "--seed", "3"]);
    let ready = demo.ready();
    let keys: Vec<&str> = ready.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, READY_KEYS);
    let told = |key: &str| ready[key].as_str().unwrap_or_default().to_owned();
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=https://api.manage.microsoft.com//.default",
        told("client_id"),
        told("client_secret")
    );
    let answer = demo.send(
        format!(
            "POST /{}/oauth2/v2.0/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            told("tenant_id"),
            body.len()
        )
        .as_bytes(),
    );
    let token = answer.split("\"access_token\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let token = token.unwrap_or_else(|| panic!("no token in {answer}"));
    let feed = told("feed_root").replace(&told("origin"), "");
    let answer = demo.send(
        format!(
            "GET {feed}/devices?api-version=v1.0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Connection: close\r\n\r\n"
        )
        .as_bytes(),
    );
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"deviceName\":\"SIM-"), "{answer}");
    let log = demo.stop_and_read_log();
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
    assert!(log.contains("\"route\":\"/{tenant}/oauth2/v2.0/token\""), "{log}");
    let secrets = ["admin_user", "admin_password", "client_secret", "enrollment_token", "one_time_sign_in"];
    for secret in secrets.map(told).into_iter().chain([token.to_owned(), "SIM-".to_owned()]) {
        assert!(!log.contains(&secret), "{secret} is in the log:\n{log}");
    }
    let again = Server::demo(folder.path(), &["--devices", "6", "--days", "2", "--seed", "3"]);
    assert_eq!(again.ready()["client_secret"], ready["client_secret"]);
    assert_eq!(again.ready()["tenant_id"], ready["tenant_id"]);
}
