//! Reads a changelog in the form of keepachangelog.com: `## [version] - date`, `### Section`, `- item`.

use schemars::JsonSchema;
use serde::Serialize;

/// One version's changes.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Release {
    pub version: String,
    /// As written; null for what is not released yet.
    pub date: Option<String>,
    pub sections: Vec<Section>,
}

/// `Added`, `Changed`, `Fixed` …
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Section {
    pub title: String,
    pub items: Vec<String>,
}

/// The releases of a changelog, in its order. Lines it does not know are left out.
pub fn releases(text: &str) -> Vec<Release> {
    let mut releases: Vec<Release> = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let (version, date) =
                heading.split_once(" - ").map_or((heading, None), |(v, d)| (v, Some(d.trim().to_owned())));
            let version = version.trim().trim_matches(['[', ']']).to_owned();
            releases.push(Release { version, date, sections: Vec::new() });
            continue;
        }
        let Some(release) = releases.last_mut() else { continue };
        if let Some(title) = line.strip_prefix("### ") {
            release.sections.push(Section { title: title.trim().to_owned(), items: Vec::new() });
        } else if let Some(section) = release.sections.last_mut() {
            if let Some(item) = line.strip_prefix("- ") {
                section.items.push(item.trim().to_owned());
            } else if let (Some(more), Some(item)) = (line.strip_prefix("  "), section.items.last_mut()) {
                item.push(' ');
                item.push_str(more.trim());
            }
        }
    }
    releases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_go_on_over_lines() {
        let text = "# Changelog\n\n## [0.2.0] - 2026-12-01\n\n### Added\n- One thing\n  and its end.\n- Two.\n\n## [Unreleased]\n";
        let found = releases(text);
        assert_eq!(found[0].version, "0.2.0");
        assert_eq!(found[0].date.as_deref(), Some("2026-12-01"));
        assert_eq!(found[0].sections[0].items, ["One thing and its end.", "Two."]);
        assert_eq!((found[1].version.as_str(), found[1].date.as_deref()), ("Unreleased", None));
    }
}
