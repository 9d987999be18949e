//! `cargo xtask web`: the UI, built into `web/dist`, which the server carries inside its binary.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Result, bail};

use crate::process::Finished;
use crate::site::Site;
use crate::tools::node::Node;

const LIMIT: Duration = Duration::from_secs(10 * 60);

/// Builds the UI, or checks and tests it.
pub(crate) fn command(site: &Site, check: bool) -> Result<()> {
    site.catch_interrupts()?;
    if !check {
        return build(site);
    }
    let node = Node::find(site)?;
    node.install(site)?;
    for script in ["check", "test"] {
        must(script, &node.script(site, script, LIMIT)?)?;
    }
    println!("web: checked");
    Ok(())
}

/// Builds `web/dist`, unless it is fresher than everything it is made of.
pub(crate) fn build(site: &Site) -> Result<()> {
    let web = site.root.join("web");
    let built = modified(&web.join("dist/index.html"));
    if built.is_some() && built > newest_source(&web) {
        println!("    web/dist is fresh");
        return Ok(());
    }
    let node = Node::find(site)?;
    node.install(site)?;
    must("build", &node.script(site, "build", LIMIT)?)
}

fn must(script: &str, ran: &Finished) -> Result<()> {
    if !ran.success {
        bail!("npm run {script} failed; all it said is in {}", ran.log.display());
    }
    Ok(())
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

/// When the youngest file that goes into the UI was changed: everything in `web/` but what tools put there.
fn newest_source(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    entries
        .filter(|entry| {
            let name = entry.file_name();
            !["node_modules", "dist", "e2e", "e2e-output", "dev", "test", "test-results"]
                .iter()
                .any(|skip| name == *skip)
        })
        .filter_map(|entry| {
            let path = entry.path();
            if path.is_dir() { newest_source(&path) } else { modified(&path) }
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_tools_do_not_make_the_build_stale() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, at: u64| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let file = std::fs::File::create(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(at)).unwrap();
        };
        write("src/main.tsx", 10);
        write("package.json", 7);
        write("node_modules/react/index.js", 99);
        write("test/a.test.ts", 98);
        assert_eq!(newest_source(folder.path()), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(10)));
    }
}
