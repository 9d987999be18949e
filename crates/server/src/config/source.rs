//! Collects the settings that the file and the environment hold, by name, and notes what is wrong with them.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::setting::{Raw, Setting, Shape};
use super::{KEYS, Key};

/// Settings found so far, by path; the last source wins.
#[derive(Debug, Default)]
pub(crate) struct Values {
    found: BTreeMap<String, Found>,
    /// One sentence each.
    pub(crate) problems: Vec<String>,
}

#[derive(Debug)]
struct Found {
    raw: Raw,
    /// How a message names it: `deck.toml line 3: server.listen`, or the variable.
    name: String,
}

impl Values {
    pub(crate) fn set(&mut self, path: &str, value: String) {
        self.found.insert(path.to_owned(), Found { raw: Raw::One(value), name: path.to_owned() });
    }

    /// The typed value; what is wrong with it becomes a problem.
    pub(crate) fn take<T: Setting>(&mut self, section: &str, name: &str, default: &str) -> Option<T> {
        let path = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
        let found = self
            .found
            .remove(&path)
            .unwrap_or_else(|| Found { raw: Raw::One(default.to_owned()), name: path.clone() });
        match T::parse(&found.raw) {
            Ok(value) => Some(value),
            Err(why) => {
                self.problems.push(format!("{} {why}", found.name));
                None
            }
        }
    }

    pub(crate) fn read_file(&mut self, file_name: &str, text: &str) {
        match DeTable::parse(text) {
            Ok(table) => self.table(&File { name: file_name, text }, "", table.get_ref()),
            Err(error) => {
                let line = error.span().map_or(1, |span| line_of(text, span.start));
                let what = error.message().trim().replace('\n', " ");
                self.problems.push(format!("{file_name} line {line}: this is not TOML: {what}"));
            }
        }
    }

    fn table(&mut self, file: &File<'_>, section: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref();
            let path = if section.is_empty() { name.to_string() } else { format!("{section}.{name}") };
            let place = format!("{} line {}", file.name, line_of(file.text, key.span().start));
            if let Some(declared) = KEYS.iter().find(|declared| declared.path() == path) {
                self.value(declared, &place, value.get_ref());
            } else if let Some(inner) = value.get_ref().as_table().filter(|_| is_section(&path)) {
                self.table(file, &path, inner);
            } else {
                self.problems.push(format!("{place}: {}", unknown(&path)));
            }
        }
    }

    fn value(&mut self, key: &Key, place: &str, value: &DeValue<'_>) {
        let raw = match (key.shape, value) {
            (Shape::Text, DeValue::String(text)) => Some(Raw::One(text.to_string())),
            (Shape::Number, DeValue::Integer(number)) => Some(Raw::One(number.to_string())),
            (Shape::List, DeValue::Array(items)) => items
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .map(Raw::Many),
            _ => None,
        };
        let name = format!("{place}: {}", key.path());
        match raw {
            Some(raw) => {
                self.found.insert(key.path(), Found { raw, name });
            }
            None => self.problems.push(format!("{name} must be {}", key.shape.words())),
        }
    }

    /// Takes every `QUARTERDECK_…` variable. One with a double underscore that names no setting is refused;
    /// one without is left alone unless it is a near miss, because platforms set such variables by
    /// themselves (`QUARTERDECK_SERVICE_HOST`).
    pub(crate) fn read_environment(&mut self, environment: &[(String, String)]) {
        for (name, value) in environment {
            let Some(rest) = name.strip_prefix("QUARTERDECK_") else { continue };
            if let Some(key) = KEYS.iter().find(|key| key.variable() == *name) {
                let found = Found { raw: Raw::One(value.clone()), name: name.clone() };
                self.found.insert(key.path(), found);
                continue;
            }
            let of_another_program = rest.starts_with("AGENT_") || rest.starts_with("TEST_");
            let close = nearest(&rest.replace("__", ".").to_lowercase())
                .filter(|(path, distance)| *distance <= 2 && !path.contains('.'));
            if !of_another_program && (rest.contains("__") || close.is_some()) {
                let near = nearest(&rest.replace("__", ".").to_lowercase()).map(|(path, _)| path);
                let hint =
                    near.map_or_else(String::new, |path| format!("; did you mean {}?", variable(path)));
                self.problems.push(format!("there is no setting for the variable {name}{hint}"));
            }
        }
    }
}

struct File<'a> {
    name: &'a str,
    text: &'a str,
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn is_section(path: &str) -> bool {
    KEYS.iter().any(|key| key.section == path || key.section.starts_with(&format!("{path}.")))
}

fn variable(path: String) -> String {
    format!("QUARTERDECK_{}", path.replace('.', "__").to_uppercase())
}

/// The sentence about a name that is not a setting.
fn unknown(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or(path).to_lowercase();
    let secret = ["password", "secret", "token", "passphrase"].iter().any(|word| last.contains(word));
    if secret {
        return format!(
            "there is no setting \"{path}\", and secrets are not read from here; put the secret into a file \
             that only this server may read, and name that file in a setting that ends in _file"
        );
    }
    match nearest(path) {
        Some((near, _)) => format!("there is no setting \"{path}\"; did you mean \"{near}\"?"),
        None => format!("there is no setting \"{path}\"; `quarterdeck config` lists them all"),
    }
}

/// The closest declared path, and how many letters differ; none when nothing is close. A name that is right
/// but stands in the wrong section counts as close.
fn nearest(path: &str) -> Option<(String, usize)> {
    let last = path.rsplit('.').next().unwrap_or(path);
    let whole = KEYS.iter().map(|key| (key.path(), strsim::damerau_levenshtein(&key.path(), path)));
    let by_path = whole.min_by_key(|(_, distance)| *distance).filter(|(near, d)| *d * 3 <= near.len());
    by_path.or_else(|| {
        let named = KEYS.iter().map(|key| (key.path(), strsim::damerau_levenshtein(key.name, last)));
        named.min_by_key(|(_, distance)| *distance).filter(|(_, distance)| *distance * 3 <= last.len())
    })
}
