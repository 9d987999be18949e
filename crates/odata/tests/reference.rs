//! The reference service from end to end, by scripts: requests, and what their answers must say.
//!
//! A script is a text of blocks with blank lines between them:
//!
//! ```text
//! # A comment.
//! GET /Products?$filter=Price gt 1000
//! OData-MaxVersion: 4.01
//! < a line of the body
//! = 200
//! = Content-Type: application/json*
//! = !ETag
//! /value/0/Name "Premium Laptop Pro"
//! ```
//!
//! After the status and headers of the answer (`*` ends a beginning, `!` says there is none) come statements on its body:
//!
//! | statement | means |
//! |---|---|
//! | `/pointer JSON`, `/pointer #2`, `/pointer -` | the value there, its number of members, nothing there |
//! | `each Name JSON` | this member of all items of `value` |
//! | `{…}` | the whole body, as JSON |
//! | `== text`, `~ text`, `!~ text` | the body is, contains, does not contain the text; `\n` is a new line |
//! | `keep name /pointer`, `keep name Header` | `{name}` in later blocks |
//!
//! `{p1}`, `{c1}`, `{m1}` are the keys of products, categories, media items. Spaces in addresses are encoded on the way.

#[path = "../examples/reference_service/model.rs"]
mod model;
#[path = "../examples/reference_service/rows.rs"]
mod rows;
#[path = "../examples/reference_service/source.rs"]
mod source;

use std::collections::HashMap;

use odata::answer::{Request, Response, Service};
use odata::edm::Model;
use serde_json::Value;

const ROOT: &str = "http://host/odata/";

macro_rules! scripts {
    ($($name:ident),+) => {
        $(#[test]
        fn $name() {
            run(stringify!($name), include_str!(concat!("reference/", stringify!($name), ".txt")));
        })+
    };
}

scripts!(
    apply,
    batch,
    changes,
    conditions,
    control_information,
    documents,
    entities,
    errors,
    expand,
    filter,
    functions,
    later,
    negotiation,
    pages,
    properties,
    select,
    streams,
    types
);

fn run(name: &str, script: &str) {
    let mut runner = Runner {
        model: model::model(),
        source: source::Reference::default(),
        known: keys(),
        failures: Vec::new(),
        checked: 0,
    };
    let mut block: Vec<&str> = Vec::new();
    let mut start = 1;
    for (number, line) in (1..).zip(script.lines().chain([""])) {
        match line.trim_end() {
            "" => {
                if !block.is_empty() {
                    runner.block(&format!("{name}.txt:{start}"), &block);
                }
                block.clear();
            }
            line if line.starts_with('#') => {}
            line => {
                if block.is_empty() {
                    start = number;
                }
                block.push(line);
            }
        }
    }
    assert!(runner.failures.is_empty(), "\n{}\n", runner.failures.join("\n"));
    assert!(runner.checked > 0, "{name}.txt holds no request");
}

fn keys() -> HashMap<String, String> {
    let kinds =
        [("p", 0xa001_u32, 7), ("c", 0xb002, 3), ("m", 0xc003, 2), ("r", 0xd004, 2), ("d", 0xe005, 1)];
    let of_kind = |(letter, kind, count): (&'static str, u32, u32)| {
        (1..=count).map(move |number| {
            (format!("{letter}{number}"), format!("{kind:08x}-0000-4000-8000-{number:012x}"))
        })
    };
    kinds.into_iter().flat_map(of_kind).collect()
}

struct Runner {
    model: Model,
    source: source::Reference,
    known: HashMap<String, String>,
    failures: Vec<String>,
    checked: usize,
}

impl Runner {
    fn block(&mut self, place: &str, lines: &[&str]) {
        let lines: Vec<String> = lines.iter().map(|line| self.filled(line)).collect();
        let (request, answer) =
            lines.split_at(lines.iter().position(|line| line.starts_with("= ")).unwrap_or(lines.len()));
        let response = self.send(request);
        let body = String::from_utf8_lossy(&response.body).into_owned();
        self.checked += 1;
        for statement in answer {
            if let Err(why) = self.check(statement, &response, &body) {
                let shown: String = body.chars().take(500).collect();
                self.failures.push(format!("{place}: {statement}\n  {why}\n  {} {shown}", response.status));
            }
        }
    }

    /// With what is in braces put in.
    fn filled(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for (name, value) in &self.known {
            line = line.replace(&format!("{{{name}}}"), value);
        }
        line
    }

    fn send(&self, lines: &[String]) -> Response {
        let (method, target) = lines[0].split_once(' ').expect("a method and an address");
        let target = target.strip_prefix(ROOT).unwrap_or(target).replace(' ', "%20");
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let (body, headers): (Vec<&String>, Vec<&String>) =
            lines[1..].iter().partition(|line| line.starts_with('<'));
        let header = |line: &String| {
            let (name, value) = line.split_once(':').expect("a header");
            (name.to_owned(), value.trim().to_owned())
        };
        let headers: Vec<(String, String)> = headers.into_iter().map(header).collect();
        let text = |line: &String| line[1..].strip_prefix(' ').unwrap_or(&line[1..]).to_owned();
        let body = body.into_iter().map(text).collect::<Vec<_>>().join("\r\n");
        let now = "2026-01-01T00:00:00Z".parse().expect("a time");
        let request = Request { method, path, query, headers: &headers, body: body.as_bytes(), now };
        Service { model: &self.model, source: &self.source, root: ROOT, page_items: 1000 }.answer(&request)
    }

    fn check(&mut self, statement: &str, response: &Response, body: &str) -> Result<(), String> {
        let json = || serde_json::from_str::<Value>(body).map_err(|error| format!("no JSON: {error}"));
        let (word, rest) = statement.split_once(' ').unwrap_or((statement, ""));
        let unescaped = rest.replace("\\n", "\n").replace("\\r", "\r");
        match word {
            "=" => check_head(rest, response),
            "==" => same(&body, &unescaped.as_str()),
            "~" => holds(body.contains(&unescaped), "not in the body"),
            "!~" => holds(!body.contains(&unescaped), "in the body"),
            "each" => {
                let (name, wanted) = rest.split_once(' ').ok_or("a name and a list")?;
                let body = json()?;
                let items = body["value"].as_array().ok_or("no value")?;
                let found = items.iter().map(|item| item.get(name).cloned().unwrap_or(Value::Null));
                same(&Value::Array(found.collect()), &parsed(wanted)?)
            }
            "keep" => {
                let (name, place) = rest.split_once(' ').ok_or("a name and a place")?;
                let found = match place.starts_with('/') {
                    true => json()?.pointer(place).and_then(Value::as_str).map(str::to_owned),
                    false => response.header(place).map(str::to_owned),
                };
                self.known.insert(name.to_owned(), found.ok_or("nothing there")?);
                Ok(())
            }
            _ if statement.starts_with('{') => same(&json()?, &parsed(statement)?),
            pointer => {
                let body = json()?;
                let found = body.pointer(pointer);
                match (rest, found) {
                    ("-", found) => holds(found.is_none(), "there is something"),
                    (_, None) => Err("there is nothing".to_owned()),
                    (rest, Some(found)) => match rest.strip_prefix('#') {
                        Some(size) => same(&size_of(found).to_string().as_str(), &size),
                        None => same(found, &parsed(rest)?),
                    },
                }
            }
        }
    }
}

fn check_head(wanted: &str, response: &Response) -> Result<(), String> {
    if let Some(name) = wanted.strip_prefix('!') {
        return holds(response.header(name).is_none(), "the header is there");
    }
    match wanted.split_once(": ") {
        None => same(&response.status.to_string().as_str(), &wanted),
        Some((name, value)) => {
            let found = response.header(name).ok_or("no such header")?;
            let count = response.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).count();
            holds(count == 1, "the header is there twice")?;
            match value.strip_suffix('*') {
                Some(start) => holds(found.starts_with(start), found),
                None => same(&found, &value),
            }
        }
    }
}

fn holds(is_so: bool, why: &str) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(why.to_owned()) }
}

fn same<T: PartialEq + std::fmt::Debug>(found: &T, wanted: &T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("found {found:?}")) }
}

fn parsed(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("write JSON here: {error}"))
}

fn size_of(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }
}

/// Pieces of addresses and options, so that many of their sequences mean something.
const PIECES: [&str; 66] = [
    "Products",
    "Categories",
    "Company",
    "MediaItems",
    "$all",
    "$crossjoin(Products,Categories)",
    "$entity",
    "$metadata",
    "$batch",
    "GetTopProducts",
    "(count=2)",
    "({p1})",
    "({c1})",
    "/",
    "/",
    "/",
    "?",
    "?",
    "&",
    "&",
    "$filter=",
    "$orderby=",
    "$select=",
    "$expand=",
    "$apply=",
    "$compute=",
    "$search=",
    "$top=1",
    "$skip=1",
    "$count=true",
    "$index",
    "$skiptoken=",
    "$deltatoken=1",
    "$format=json",
    "$levels=max",
    "$id=Products({p1})",
    "$count",
    "$value",
    "$ref",
    "$filter(Price gt 1)",
    "$each",
    "$query",
    "ReferenceService.SpecialProduct",
    "Name",
    "Price",
    "Category",
    "Descriptions",
    "ShippingAddress",
    "City",
    "Status",
    "Location",
    " eq ",
    " gt ",
    " and ",
    " in ",
    "1",
    "'x'",
    "null",
    "(",
    ")",
    ",",
    ";",
    "groupby((Name))",
    "aggregate($count as N)",
    "any(d:d/",
    "%",
];

const STARTS: [&str; 12] = [
    "",
    "Products/",
    "Products?",
    "Products({p1})/",
    "Products({p1})?$expand=",
    "Products?$filter=",
    "Products?$select=",
    "Products?$expand=Descriptions(",
    "Products?$apply=",
    "$crossjoin(Products,Categories)?",
    "Products?$count=true&$top=3&$orderby=",
    "Categories({c1})/Products?",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 3000, ..Default::default() })]

    #[test]
    fn any_request_gets_an_answer(
        start in 0..STARTS.len(),
        pieces in proptest::collection::vec(0..PIECES.len(), 1..10),
        method in 0..4_usize,
        header in 0..6_usize,
    ) {
        let known = keys();
        let pieces: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        let target = format!("{}{pieces}", STARTS[start]).replace("{p1}", &known["p1"]).replace("{c1}", &known["c1"]).replace(' ', "%20");
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let headers = [
            ("Prefer", "respond-async,maxpagesize=2,track-changes,omit-values=nulls"),
            ("Accept", "application/json;odata.metadata=full;IEEE754Compatible=true"),
            ("Accept", "application/xml;q=0.1, */*;q=0"),
            ("OData-MaxVersion", "4.0"),
            ("If-None-Match", "W/\"1\", *"),
            ("X-Custom", "1"),
        ];
        let (name, value) = headers[header];
        let request = Request {
            method: ["GET", "HEAD", "POST", "DELETE"][method],
            path,
            query,
            headers: &[(name.to_owned(), value.to_owned())],
            body: b"$top=1",
            now: "2026-01-01T00:00:00Z".parse().expect("a time"),
        };
        let (model, source) = (model::model(), source::Reference::default());
        let response = Service { model: &model, source: &source, root: ROOT, page_items: 3 }.answer(&request);
        proptest::prop_assert!((200..600).contains(&response.status) && response.status != 500, "{target}");
        let is_json = response.header("Content-Type").is_some_and(|ty| ty.starts_with("application/json"));
        if is_json && !response.body.is_empty() {
            proptest::prop_assert!(serde_json::from_slice::<Value>(&response.body).is_ok(), "{target}");
        }
        let failed = response.status >= 400;
        proptest::prop_assert_eq!(failed && request.method != "HEAD", failed && !response.body.is_empty(), "{}", target);
    }
}
