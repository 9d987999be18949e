//! What a public repository must not carry: registry hosts, and paths of somebody's machine.
//!
//! Names come from package managers by name alone, so that a mirror or a proxy works. `Cargo.lock` names the index it
//! was made with and is left out for that one line.

use std::path::Path;

use super::{Finding, Source, finding};

// Written in two halves so that this file does not find itself.
const HOSTS: &[&str] = &[
    concat!("registry.npm", "js.org"),
    concat!("registry.yarn", "pkg.com"),
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("py", "pi.org"),
    concat!("files.python", "hosted.org"),
    concat!("deb.debian", ".org"),
];
const FOLDERS: &[&str] =
    &[concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("C:\\Us", "ers\\")];
/// Whose home folders may appear in examples.
const NOBODY: &[&str] = &["$USER", "you/", "<", "{"];

/// Paths that are true on this machine only: the checkout and the home folder.
pub(crate) fn own_paths(root: &Path) -> Vec<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    [root.display().to_string(), home].into_iter().filter(|path| path.len() > 4).collect()
}

pub(crate) fn check(sources: &[Source], own_paths: &[String]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.path != "Cargo.lock") {
        for (at, line) in source.text.lines().enumerate() {
            let place = || format!("{}:{}", source.path, at + 1);
            for host in HOSTS.iter().filter(|host| line.contains(*host)) {
                found.push(finding(
                    place(),
                    format!("names {host}; name the package and let the tool find it"),
                ));
            }
            let own = own_paths.iter().map(String::as_str).find(|path| starts_path(line, path, &[]));
            let folder = FOLDERS.iter().copied().find(|folder| starts_path(line, folder, NOBODY));
            if let Some(path) = own.or(folder) {
                found.push(finding(
                    place(),
                    format!("names a path of one machine ({path}…); make it relative"),
                ));
            }
        }
    }
    found
}

/// Whether the line has the path where a path may start, and not followed by one of the exceptions.
fn starts_path(line: &str, path: &str, exceptions: &[&str]) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let starts = before.is_none_or(|c| !(c.is_alphanumeric() || "._-}>/*$".contains(c)));
        let rest = &line[at + path.len()..];
        starts && !exceptions.iter().any(|exception| rest.starts_with(exception))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{lines, source};

    fn check_line(line: &str) -> String {
        lines(&check(&[source("docs/a.md", line)], &["/srv/checkout".to_owned()]))
    }

    #[test]
    fn hosts_and_machine_paths_are_found() {
        let host = concat!("https://registry.npm", "js.org/react");
        assert!(check_line(host).starts_with("docs/a.md:1: names registry.npm"));
        assert!(check_line(concat!("cat /ro", "ot/key")).contains("names a path of one machine"));
        assert!(check_line(concat!("\"/ho", "me/ann/x\"")).contains("names a path of one machine"));
        assert!(check_line("see /srv/checkout/a").contains("(/srv/checkout…)"));
    }

    #[test]
    fn urls_and_examples_are_left_alone() {
        assert_eq!(check_line("GET https://deck.example/home/start"), "");
        assert_eq!(check_line(concat!("/ho", "me/$USER/deck")), "");
        assert_eq!(check_line("the way home/ is long"), "");
    }
}
