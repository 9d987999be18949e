//! `docs/config.md`, written from the declaration.

use std::fmt::Write as _;

use super::declaration::SECTIONS;
use super::{KEYS, Key};

/// The whole page.
pub(crate) fn markdown() -> String {
    let mut page = String::from(PREFACE);
    for (section, about) in SECTIONS {
        let title = if section.is_empty() { "Top of the file".to_owned() } else { format!("`[{section}]`") };
        let _ = write!(page, "\n## {title}\n\n");
        if !section.is_empty() {
            let _ = write!(page, "{}\n\n", about.trim());
        }
        page.push_str("| setting | default | environment variable |\n|---|---|---|\n");
        for key in KEYS.iter().filter(|key| key.section == *section) {
            let _ = writeln!(page, "{}", row(key));
        }
    }
    page
}

const PREFACE: &str = "<!-- Generated from crates/server/src/config/declaration.rs. \
Write again with: quarterdeck config --markdown > docs/config.md -->
# Settings

`quarterdeck serve --config FILE` reads a TOML file. Every setting can also be given by an environment variable:
`QUARTERDECK_`, then the setting's path in capitals, each dot as two underscores; lists are separated by commas, and an
empty value unsets a setting that has no default. The environment wins over the file, the command line over both.

A name that is not listed here is refused, with the nearest name that is. Secrets are never written into the file or the
environment: settings that end in `_file` name a file, and that file may be readable by its owner and group only.
";

fn row(key: &Key) -> String {
    let default = if key.default.is_empty() { String::new() } else { format!("`{}`", key.default) };
    format!("| `{}`<br>{} | {default} | `{}` |", key.name, key.doc.trim(), key.variable())
}

/// Every setting on a few lines, for a terminal.
pub(crate) fn listing() -> String {
    let mut text = String::new();
    for key in KEYS {
        let default = if key.default.is_empty() { "unset" } else { key.default };
        let _ =
            writeln!(text, "{} = {default}\n    {}\n    {}\n", key.path(), key.doc.trim(), key.variable());
    }
    text
}
