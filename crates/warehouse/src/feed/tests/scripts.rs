//! Requests and answers as text, in `crates/warehouse/scripts`. A block is a request with its headers, a line of dashes
//! and the answer; `UPDATE_EXPECT=1` writes the answers anew.

use std::path::PathBuf;

use super::*;

/// Runs one request over the small lake and writes the answer as text.
fn answer(bench: &Bench, asked: &[&str]) -> String {
    let (method, url) = asked[0].split_once(' ').expect("a method and an address");
    assert_eq!(method, "GET");
    let (root, rest) = url.split_once('/').expect("a version and a path");
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let version = Version::ALL.into_iter().find(|version| version.as_str() == root).expect("a version");
    let header = |name: &str| {
        let lines = asked[1..].iter().filter_map(|line| line.split_once(": "));
        lines.clone().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let request = FeedRequest {
        root: Root::Path(version),
        root_url: "https://deck/w",
        accept: header("accept"),
        odata_version: header("odata-version"),
        odata_max_version: header("odata-maxversion"),
        prefer: header("prefer"),
        if_none_match: header("if-none-match"),
        is_compat: compat::is_asked(query),
        ..super::request(path, query)
    };
    match Feed::new(bench.lake.clone(), bench.engine.clone(), 4).answer(&request) {
        Ok(response) => written(response),
        Err(failure) => {
            let status = failure.code.status().0.as_u16();
            let body = serde_json::to_string_pretty(&failure.odata()).expect("JSON");
            format!("{status}\n{body}\n")
        }
    }
}

fn written(response: FeedResponse) -> String {
    let mut out = format!("{} {}\n", response.status, response.content_type);
    if let Some(applied) = &response.preference_applied {
        out.push_str(&format!("Preference-Applied: {applied}\n"));
    }
    let mut bytes = Vec::new();
    let whole = response.body.run(&mut |chunk| {
        bytes.extend_from_slice(&chunk);
        true
    });
    whole.expect("the files are whole");
    let text = String::from_utf8(bytes).expect("text");
    match serde_json::from_str::<Value>(&text) {
        Ok(json) if text.starts_with('{') => out.push_str(&lines(&json)),
        _ => out.push_str(text.trim_end()),
    }
    out.push('\n');
    out
}

/// Members a line each, and rows a line each.
fn lines(json: &Value) -> String {
    let Some(members) = json.as_object() else { return json.to_string() };
    let mut out = String::new();
    for (name, value) in members {
        match value.as_array().filter(|_| name == "value") {
            Some(rows) => {
                out.push_str("value\n");
                rows.iter().for_each(|row| out.push_str(&format!("  {row}\n")));
            }
            None => out.push_str(&format!("{name}: {value}\n")),
        }
    }
    out.trim_end().to_owned()
}

fn check(name: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("scripts/{name}.txt"));
    let text = std::fs::read_to_string(&path).expect("the script is there");
    let bench = twelve_days();
    let mut found = String::new();
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let asked: Vec<_> = block.lines().take_while(|line| *line != "---").collect();
        let (notes, asked): (Vec<&str>, Vec<&str>) =
            asked.into_iter().partition(|line| line.starts_with('#'));
        notes.iter().for_each(|note| found.push_str(&format!("{note}\n")));
        if !asked.is_empty() {
            found.push_str(&format!("{}\n---\n{}", asked.join("\n"), answer(&bench, &asked)));
        }
        found.push('\n');
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &found).expect("the folder is writable");
    } else {
        assert!(found.trim() == text.trim(), "{} says otherwise:\n{found}", path.display());
    }
}

macro_rules! scripts {
    ($($name:ident),* $(,)?) => { $(#[test] fn $name() { check(stringify!($name)); })* };
}

scripts!(clients, crossjoin, options, formats, related, refusals, strict);
