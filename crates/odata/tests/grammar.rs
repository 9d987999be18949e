//! What URLs are accepted and refused, by rule of the OData ABNF: the cases of `grammar/*.txt`, read by the parsers of
//! paths and options against a model with a bit of everything.
//!
//! Refused means: with the status the case says, a sentence, and a place inside the text. Accepted paths and filters are
//! also written back and read again.

#[path = "grammar/shop.rs"]
mod shop;

use odata::QueryError;
use odata::edm::Model;
use odata::expr;
use odata::path::{Resource, parse_path_with, render_path};
use odata::percent::encode;
use odata::query::{Context, Options, parse_options};

struct Case<'t> {
    line: usize,
    status: Option<u16>,
    text: &'t str,
}

/// Lines of a sign and a text; sections and comments are for readers.
fn cases(file: &str) -> Vec<Case<'_>> {
    let numbered =
        file.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with(['#', '[']));
    numbered
        .map(|(index, line)| {
            let (sign, text) = line.split_at(1);
            let status = match sign {
                "+" => None,
                "-" => Some(400),
                "?" => Some(404),
                "!" => Some(501),
                _ => panic!("line {}: unknown sign '{sign}'", index + 1),
            };
            Case { line: index + 1, status, text: text.strip_prefix(' ').unwrap_or(text) }
        })
        .collect()
}

fn compare(file: &str, read: impl Fn(&str) -> Result<(), QueryError>) {
    let mut surprises = Vec::new();
    let all = cases(file);
    for Case { line, status, text } in &all {
        match (read(text), status) {
            (Ok(()), None) => {}
            (Ok(()), Some(status)) => {
                surprises.push(format!("line {line}: {text} is accepted, expected {status}"))
            }
            (Err(error), expected) => {
                let given = error.kind.status();
                let is_sentence = error.message.ends_with(['.', '?']);
                if Some(given) != *expected || !is_sentence {
                    surprises.push(format!("line {line}: {text} is {given}: {error}"));
                }
            }
        }
    }
    assert!(all.len() > 100, "the fixture is read");
    assert!(surprises.is_empty(), "{} of {}:\n{}", surprises.len(), all.len(), surprises.join("\n"));
}

fn path(text: &str, model: &Model) -> Result<(), QueryError> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    // Inside a case the query is written plainly.
    let query: Vec<String> = query
        .split('&')
        .map(|part| {
            part.split_once('=')
                .map_or(part.to_owned(), |(name, value)| format!("{name}={}", encode(value, "")))
        })
        .collect();
    let resource = parse_path_with(path, &query.join("&"), model)?;
    if let Resource::Data(data) = &resource {
        let written = render_path(data, model);
        match parse_path_with(&written, "", model) {
            Ok(Resource::Data(again)) => assert_eq!(again.ty, data.ty, "{text} as {written}"),
            other => panic!("{text} as {written}: {other:?}"),
        }
    }
    Ok(())
}

fn options(query: &str, model: &Model) -> Result<Options, QueryError> {
    let product = model.find_entity_type("Product").expect("the shop has products");
    parse_options(query, &Context::new(model, product))
}

fn filter(text: &str, model: &Model) -> Result<(), QueryError> {
    let plain = |text: &str| options(&format!("$filter={}", encode(text, "")), model);
    let first = plain(text)?.filter.expect("there is a filter");
    let written = expr::render(&first, &model.namespace);
    let again = plain(&written).map_err(|error| panic!("{text} as {written}: {error}"))?;
    let again = expr::render(&again.filter.expect("there is a filter"), &model.namespace);
    assert_eq!(again, written, "{text}");
    Ok(())
}

#[test]
fn paths_follow_the_grammar() {
    let model = shop::model();
    compare(include_str!("grammar/paths.txt"), |text| path(text, &model));
}

#[test]
fn expressions_follow_the_grammar() {
    let model = shop::model();
    compare(include_str!("grammar/expressions.txt"), |text| filter(text, &model));
}

#[test]
fn options_follow_the_grammar() {
    let model = shop::model();
    compare(include_str!("grammar/options.txt"), |text| options(&plus_escaped(text), &model).map(|_| ()));
}

/// Spaces are written plainly in the cases; a plus means itself.
fn plus_escaped(text: &str) -> String {
    text.replace('+', "%2B")
}

/// A small generator with a fixed seed (xorshift64*), so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).expect("31 bits fit") % sides
    }
}

const SNIPPETS: [&str; 40] = [
    "(",
    ")",
    "'",
    "''",
    "\"",
    "/",
    ",",
    ";",
    ":",
    "@",
    "$",
    "%",
    "%27",
    "%2F",
    "=",
    "&",
    " ",
    "-",
    ".",
    "[",
    "]",
    "{",
    "}",
    "*",
    "null",
    "true",
    "1",
    "1e999",
    "9999999999999999999999",
    "$it",
    "$count",
    "/$count",
    "any(x:x)",
    " and ",
    " eq ",
    "Shop.Special/",
    "not ",
    "é",
    "\u{0}",
    "\u{202e}",
];

/// One, two or three changes somewhere in the text.
fn broken(text: &str, dice: &mut Dice) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(chars.len() + 1);
        match dice.roll(4) {
            0 if at < chars.len() => {
                chars.remove(at);
            }
            1 if at < chars.len() => {
                let end = (at + 1 + dice.roll(8)).min(chars.len());
                let copy: Vec<char> = chars[at..end].to_vec();
                chars.splice(at..at, copy);
            }
            2 if at + 1 < chars.len() => chars.swap(at, at + 1),
            _ => {
                let snippet = SNIPPETS[dice.roll(SNIPPETS.len())];
                chars.splice(at..at, snippet.chars());
            }
        }
    }
    chars.into_iter().collect()
}

/// Whatever is written, the answer is a result with a place inside the text.
#[test]
fn broken_urls_never_break_the_parsers() {
    const ROUNDS: usize = 20;
    let model = shop::model();
    let mut dice = Dice(0x5EED_0DA7_A401);
    let files = [
        include_str!("grammar/paths.txt"),
        include_str!("grammar/expressions.txt"),
        include_str!("grammar/options.txt"),
    ];
    let mut read = 0;
    for (kind, file) in files.into_iter().enumerate() {
        for case in cases(file) {
            for _ in 0..ROUNDS {
                let text = broken(case.text, &mut dice);
                let result = match kind {
                    0 => path(&text, &model),
                    1 => filter(&text, &model),
                    _ => options(&text, &model).map(|_| ()),
                };
                if let Err(error) = result {
                    let most = text.len().max(2) * 3;
                    assert!(error.position.is_none_or(|place| place <= most), "{text}: {error}");
                }
                read += 1;
            }
        }
    }
    assert!(read > 10_000, "{read} texts");
}
