//! Locale files: the same keys in every language, none empty, the same placeholders. English is the source.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Finding, Source, finding};

const SOURCE: &str = "en.json";
const OTHERS: [&str; 2] = ["nl.json", "sv.json"];

pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for english in sources.iter().filter(|source| is_locale(&source.path, SOURCE)) {
        let folder = english.path.trim_end_matches(SOURCE);
        let Some(expected) = entries(english, &mut found) else { continue };
        for other in OTHERS {
            let path = format!("{folder}{other}");
            match sources.iter().find(|source| source.path == path) {
                None => found
                    .push(finding(path, format!("is missing; write it with the keys of {}", english.path))),
                Some(translated) => compare(&expected, translated, &mut found),
            }
        }
    }
    found
}

fn is_locale(path: &str, file: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, name)| name == file && folder.ends_with("locales"))
}

fn compare(expected: &BTreeMap<String, String>, translated: &Source, found: &mut Vec<Finding>) {
    let Some(actual) = entries(translated, found) else { return };
    let place = &translated.path;
    for (key, english) in expected {
        match actual.get(key) {
            None => found.push(finding(place, format!("has no `{key}`; translate \"{english}\""))),
            Some(text) if placeholders(text) != placeholders(english) => {
                let wanted = placeholders(english);
                found.push(finding(place, format!("`{key}` must use exactly the placeholders {wanted:?}")));
            }
            Some(_) => {}
        }
    }
    for key in actual.keys().filter(|key| !expected.contains_key(*key)) {
        // A language may have plural forms English has not.
        let plural = key.rsplit_once('_').is_some_and(|(stem, form)| {
            ["zero", "one", "two", "few", "many", "other"].contains(&form)
                && expected.contains_key(&format!("{stem}_other"))
        });
        if !plural {
            found.push(finding(place, format!("`{key}` is not in English; add it there or remove it here")));
        }
    }
}

fn entries(source: &Source, found: &mut Vec<Finding>) -> Option<BTreeMap<String, String>> {
    let parsed: Value = match serde_json::from_str(&source.text) {
        Ok(parsed) => parsed,
        Err(error) => {
            found.push(finding(&source.path, format!("is not valid JSON: {error}")));
            return None;
        }
    };
    let mut flat = BTreeMap::new();
    flatten("", &parsed, &mut flat);
    for (key, _) in flat.iter().filter(|(_, text)| text.trim().is_empty()) {
        found.push(finding(&source.path, format!("`{key}` is empty; write the text or remove the key")));
    }
    Some(flat)
}

fn flatten(prefix: &str, value: &Value, flat: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&key, member, flat);
            }
        }
        Value::String(text) => {
            flat.insert(prefix.to_owned(), text.clone());
        }
        other => {
            flat.insert(prefix.to_owned(), other.to_string());
        }
    }
}

/// `{{name}}` placeholders without their formats, as i18next writes them.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split("{{")
        .skip(1)
        .filter_map(|rest| rest.split_once("}}"))
        .filter_map(|(inner, _)| inner.split(',').next())
        .map(str::trim)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{lines, source};

    fn check_pair(english: &str, dutch: &str) -> String {
        let sources = [
            source("web/src/locales/en.json", english),
            source("web/src/locales/nl.json", dutch),
            source("web/src/locales/sv.json", english),
        ];
        lines(&check(&sources))
    }

    #[test]
    fn equal_keys_and_placeholders_are_fine() {
        assert_eq!(check_pair(r#"{"a":{"b":"Hi {{name}}"}}"#, r#"{"a":{"b":"Dag {{ name, upper }}"}}"#), "");
        assert_eq!(
            check_pair(r#"{"n_one":"1","n_other":"2"}"#, r#"{"n_one":"1","n_other":"2","n_many":"3"}"#),
            ""
        );
    }

    #[test]
    fn differences_are_named_by_key() {
        assert!(check_pair(r#"{"a":"Hi"}"#, "{}").contains("nl.json: has no `a`; translate \"Hi\""));
        assert!(check_pair("{}", r#"{"a":"Dag"}"#).contains("nl.json: `a` is not in English"));
        assert!(
            check_pair(r#"{"a":"Hi {{n}}"}"#, r#"{"a":"Dag"}"#).contains("exactly the placeholders {\"n\"}")
        );
        assert!(check_pair(r#"{"a":"Hi"}"#, r#"{"a":" "}"#).contains("`a` is empty"));
        assert!(check_pair("{}", "{").contains("nl.json: is not valid JSON"));
        let alone = [source("web/src/locales/en.json", "{}")];
        assert!(lines(&check(&alone)).contains("web/src/locales/sv.json: is missing"));
    }
}
