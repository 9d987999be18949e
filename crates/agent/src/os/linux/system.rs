//! What runs: os-release(5) and the kernel.

use proto::{OperatingSystem, OsFamily, clean_text};

use super::Tree;

pub(super) fn read(tree: &Tree) -> OperatingSystem {
    let release = tree.text("/etc/os-release").or_else(|| tree.text("/usr/lib/os-release"));
    let release = release.unwrap_or_default();
    let field = |name| value(&release, name);
    OperatingSystem {
        architecture: Some(std::env::consts::ARCH.to_owned()),
        edition: field("VARIANT"),
        family: OsFamily::Linux,
        kernel: tree.line("/proc/sys/kernel/osrelease"),
        name: field("NAME").unwrap_or_else(|| "Linux".to_owned()),
        version: point_release(tree, field("ID"), field("VERSION_ID"))
            .or_else(|| field("BUILD_ID"))
            .unwrap_or_else(|| "unknown".to_owned()),
    }
}

/// Debian's os-release has only the major number; its point release is in a file of its own.
fn point_release(tree: &Tree, id: Option<String>, version: Option<String>) -> Option<String> {
    let version = version?;
    let precise = tree.line("/etc/debian_version").filter(|precise| {
        id.as_deref() == Some("debian")
            && precise.strip_prefix(&version).is_some_and(|rest| rest.starts_with('.'))
    });
    precise.or(Some(version))
}

fn value(release: &str, name: &str) -> Option<String> {
    let line = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    let line = line.trim();
    let quoted = |quote| line.strip_prefix(quote).and_then(|line| line.strip_suffix(quote));
    clean_text(&quoted('"').or_else(|| quoted('\'')).unwrap_or(line).replace("\\\"", "\""))
}
