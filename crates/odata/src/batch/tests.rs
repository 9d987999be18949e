//! Batches as clients write them, broken ones, and arbitrary bytes.

use proptest::prelude::*;

use super::{
    Batch, BatchError, Limits, Request, Response, Run, boundary, parse_json, parse_multipart, write_json,
    write_multipart,
};

const MULTIPART: &str = "preamble\r\n--b_1\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\n\
    GET devices?$top=1 HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n\
    --b_1\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n\
    --c\r\nContent-Type: application/http\r\nContent-ID: 2\r\n\r\npatch /service/devices(5) HTTP/1.1\r\n\
    Content-Type: application/json\r\n\r\n{\"a\":1}\r\n--c--\r\n--b_1--\r\nepilogue";

#[test]
fn multipart_batches_come_apart() {
    for text in [MULTIPART.to_owned(), MULTIPART.replace("\r\n", "\n")] {
        let requests = parse_multipart(text.as_bytes(), "b_1", &Limits::default()).expect("well formed");
        let [read, change] = requests.as_slice() else { panic!("two requests") };
        assert_eq!((read.method.as_str(), read.url.as_str()), ("GET", "devices?$top=1"));
        assert_eq!((read.id.as_deref(), read.header("ACCEPT")), (Some("1"), Some("application/json")));
        assert_eq!((read.group.as_deref(), read.body.as_slice()), (None, &b""[..]));
        assert_eq!((change.method.as_str(), change.group.as_deref()), ("PATCH", Some("2")));
        assert_eq!(change.body, b"{\"a\":1}");
    }
}

#[test]
fn boundaries_are_read_from_the_header() {
    assert_eq!(boundary("multipart/mixed; boundary=\"a b\""), Ok("a b"));
    assert_eq!(boundary("Multipart/Mixed;charset=utf-8;BOUNDARY=x"), Ok("x"));
    for header in
        ["application/json", "multipart/mixed", "multipart/mixed;boundary=", "multipart/mixed;boundary=é"]
    {
        assert!(boundary(header).is_err(), "{header}");
    }
}

#[test]
fn broken_multipart_says_what_is_missing() {
    let part = |content: &str| format!("--b\r\n{content}\r\n--b--\r\n");
    let cases = [
        (String::new(), "End the batch with a line --b--"),
        ("--b\r\n".to_owned(), "End the batch with a line --b--"),
        (part("nonsense"), "Part 1: write headers as"),
        (part("Content-Type: text/plain\r\n\r\nGET x HTTP/1.1"), "must be application/http"),
        (part("Content-Type: application/http\r\n\r\nGET"), "start the request with"),
        (part("Content-Type: application/http\r\n\r\nGET x FTP/1.1"), "start the request with"),
        (part("Content-Type: multipart/mixed\r\n\r\n"), "Name a boundary"),
    ];
    for (text, expected) in cases {
        let error = parse_multipart(text.as_bytes(), "b", &Limits::default()).expect_err(&text);
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
    let many =
        format!("{}--b--", "--b\r\nContent-Type: application/http\r\n\r\nGET x HTTP/1.1\r\n\r\n".repeat(101));
    let error = parse_multipart(many.as_bytes(), "b", &Limits::default()).expect_err("too many");
    assert!(matches!(error, BatchError::TooLarge(_)), "{error}");
}

#[test]
fn json_batches_come_apart() {
    let text = r#"{"requests":[
        {"id":"1","method":"get","url":"devices","headers":{"Accept":"application/json"}},
        {"id":"2","method":"POST","url":"devices","body":{"a":1},"atomicityGroup":"g"},
        {"id":"3","method":"GET","url":"$1","dependsOn":["1","g"]}]}"#;
    let requests = parse_json(text.as_bytes(), &Limits::default()).expect("well formed");
    assert_eq!(
        (requests[0].method.as_str(), requests[0].header("accept")),
        ("GET", Some("application/json"))
    );
    assert_eq!((requests[1].body.as_slice(), requests[1].group.as_deref()), (&b"{\"a\":1}"[..], Some("g")));
    assert_eq!(requests[2].depends_on, ["1", "g"]);
}

#[test]
fn broken_json_says_what_is_missing() {
    let cases = [
        ("{", "not valid JSON"),
        ("[]", "\"requests\""),
        (r#"{"requests":[{"id":"1"}]}"#, "Request 1 needs"),
        (r#"{"requests":[{"id":1,"method":"GET","url":"x"}]}"#, "Request 1 needs"),
        (r#"{"requests":[{"id":"1","method":"GET","url":"x","if":"$2"}]}"#, "\"if\" is not available"),
        (
            r#"{"requests":[{"id":"1","method":"GET","url":"x","dependsOn":["9"]}]}"#,
            "does not come before it",
        ),
        (r#"{"requests":[{"id":"1","method":"GET","url":"x","headers":{"a":1}}]}"#, "must be a text"),
        (
            r#"{"requests":[{"id":"1","method":"GET","url":"x"},{"id":"1","method":"GET","url":"y"}]}"#,
            "used twice",
        ),
        (
            r#"{"requests":[{"id":"1","method":"GET","url":"x"},{"id":"2","method":"GET","url":"y","atomicityGroup":"1"}]}"#,
            "for a request and for a group",
        ),
        (
            r#"{"requests":[{"id":"1","method":"GET","url":"x","atomicityGroup":"g"},{"id":"g","method":"GET","url":"y"}]}"#,
            "used twice",
        ),
        (
            r#"{"requests":[{"id":"1","method":"GET","url":"x","atomicityGroup":"g"},{"id":"2","method":"GET","url":"y"},{"id":"3","method":"GET","url":"y","atomicityGroup":"g"}]}"#,
            "next to each other",
        ),
    ];
    for (text, expected) in cases {
        let error = parse_json(text.as_bytes(), &Limits::default()).expect_err(text);
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
}

#[test]
fn answers_are_put_together() {
    let json = ("Content-Type".to_owned(), "application/json".to_owned());
    let answers = [
        Response {
            id: Some("1".to_owned()),
            status: 200,
            headers: vec![json],
            body: b"{\"value\":[]}".to_vec(),
            ..Response::default()
        },
        Response { status: 404, ..Response::default() },
    ];
    let expected = "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\nHTTP/1.1 200 OK\r\n\
        Content-Type: application/json\r\n\r\n{\"value\":[]}\r\n\
        --b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n\r\n--b--\r\n";
    assert_eq!(String::from_utf8(write_multipart(&answers, "b")).expect("text"), expected);
    let expected = r#"{"responses":[{"id":"1","status":200,"headers":{"content-type":"application/json"},"body":{"value":[]}},{"id":"","status":404}]}"#;
    assert_eq!(String::from_utf8(write_json(&answers)).expect("text"), expected);
}

/// Runs a JSON batch against a service that has only `ok` and what begins with it, and gives `id status url` lines.
fn run(batch: Batch, headers: &[(&str, &str)]) -> (Vec<String>, String) {
    let headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut run = Run::new(batch, "https://host/service/", &headers);
    let mut asked = Vec::new();
    while let Some(request) = run.next_request() {
        asked.push(format!("{} {}", request.url, request.header("odata-maxversion").unwrap_or("-")));
        let status = if request.url.starts_with("ok") { 200 } else { 404 };
        run.answer(Response { status, ..Response::default() });
    }
    let (_, body) = run.finish();
    (asked, String::from_utf8(body).expect("text"))
}

fn json_batch(requests: &[(&str, &str, &str, &str)]) -> Batch {
    let items: Vec<serde_json::Value> = requests
        .iter()
        .map(|(id, url, depends_on, group)| {
            let mut item = serde_json::json!({"id": id, "method": "GET", "url": url});
            if !depends_on.is_empty() {
                item["dependsOn"] = serde_json::json!([depends_on]);
            }
            if !group.is_empty() {
                item["atomicityGroup"] = serde_json::json!(group);
            }
            item
        })
        .collect();
    let body = serde_json::json!({ "requests": items }).to_string();
    Batch::parse("application/json;charset=utf-8", body.as_bytes(), &Limits::default()).expect("well formed")
}

#[test]
fn addresses_and_references_become_relative() {
    let batch = json_batch(&[
        ("a", "https://host/service/ok(1)?$select=x", "", ""),
        ("b", "/service/ok/2", "", ""),
        ("c", "$a/name", "a", ""),
        ("d", "/service/$metadata", "", ""),
        ("e", "https://other/ok", "", ""),
        ("f", "/elsewhere/ok", "", ""),
        ("g", "$nobody", "", ""),
    ]);
    let (asked, body) = run(batch, &[("odata-maxversion", "4.0"), ("X-Other", "1")]);
    assert_eq!(asked, ["ok(1)?$select=x 4.0", "ok/2 4.0", "ok(1)/name 4.0", "$metadata 4.0"]);
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let statuses: Vec<u64> = body["responses"]
        .as_array()
        .expect("list")
        .iter()
        .filter_map(|item| item["status"].as_u64())
        .collect();
    assert_eq!(statuses, [200, 200, 200, 404, 400, 404, 400]);
}

#[test]
fn failures_reach_what_depends_on_them_and_their_group() {
    let batch = json_batch(&[
        ("1", "missing", "", ""),
        ("2", "ok", "1", ""),
        ("3", "ok", "", "g"),
        ("4", "missing", "", "g"),
        ("5", "ok", "", "g"),
        ("6", "ok", "g", ""),
        ("7", "ok", "", ""),
    ]);
    let (asked, body) = run(batch.clone(), &[]);
    assert_eq!(asked, ["missing -", "ok -", "missing -", "ok -"]);
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let lines: Vec<String> = body["responses"]
        .as_array()
        .expect("list")
        .iter()
        .map(|item| format!("{} {} {}", item["id"], item["status"], item["atomicityGroup"]))
        .collect();
    let expected = [
        r#""1" 404 null"#,
        r#""2" 424 null"#,
        r#""3" 424 "g""#,
        r#""4" 404 "g""#,
        r#""5" 424 "g""#,
        r#""6" 424 null"#,
        r#""7" 200 null"#,
    ];
    assert_eq!(lines, expected);
    assert_eq!(run(batch, &[("Prefer", "odata.continue-on-error=false")]).0, ["missing -"]);
}

#[test]
fn multipart_batches_stop_at_the_first_failure_unless_asked() {
    let part =
        |url: &str| format!("--b\r\nContent-Type: application/http\r\n\r\nGET {url} HTTP/1.1\r\n\r\n\r\n");
    let text = format!("{}{}{}--b--", part("ok"), part("missing"), part("ok"));
    let batch =
        Batch::parse("multipart/mixed;boundary=b", text.as_bytes(), &Limits::default()).expect("parts");
    assert_eq!(run(batch.clone(), &[]).0, ["ok -", "missing -"]);
    assert_eq!(run(batch, &[("Prefer", "continue-on-error")]).0, ["ok -", "missing -", "ok -"]);
    let change =
        |url: &str| format!("--c\r\nContent-Type: application/http\r\n\r\nPOST {url} HTTP/1.1\r\n\r\n\r\n");
    let set = |first: &str| {
        let body = format!(
            "--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n{}{}--c--\r\n--b--",
            change(first),
            change("ok")
        );
        Batch::parse("multipart/mixed;boundary=b", body.as_bytes(), &Limits::default()).expect("parts")
    };
    let (_, body) = run(set("ok"), &[]);
    assert_eq!(body.matches("HTTP/1.1 200 OK").count(), 2, "{body}");
    assert!(body.contains("multipart/mixed;boundary=batch_1_changes"), "{body}");
    let (_, body) = run(set("missing"), &[]);
    assert_eq!((body.matches("HTTP/1.1").count(), body.matches("404").count()), (1, 1), "{body}");
}

proptest! {
    #[test]
    fn arbitrary_bodies_never_panic(
        bytes: Vec<u8>,
        lines in proptest::collection::vec(
            proptest::sample::select(vec![
                "--b", "--b--", "--c", "--c--", "", "GET x HTTP/1.1", "Content-Type: application/http", "x: y", "\r",
                "Content-Type: multipart/mixed;boundary=c", "Content-Type: multipart/mixed;boundary=b",
            ]),
            0..20,
        ),
    ) {
        let _ = parse_multipart(&bytes, "b", &Limits::default());
        let _ = parse_json(&bytes, &Limits::default());
        let _: Result<Vec<Request>, _> = parse_multipart(lines.join("\n").as_bytes(), "b", &Limits::default());
    }
}
