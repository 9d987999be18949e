//! Private virtual environments: nothing is installed into the system's Python.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::{apt, find};
use crate::process::{Show, run};
use crate::site::Site;

const LIMIT: Duration = Duration::from_secs(15 * 60);

/// A virtual environment holding exactly the packages asked for.
pub(crate) struct Venv {
    pub(crate) folder: PathBuf,
}

impl Venv {
    /// Makes the environment, or takes the one an earlier run made from the same requirements.
    ///
    /// # Errors
    /// There is no Python 3 with `venv` and none can be installed, or pip cannot find a package.
    pub(crate) fn with(site: &Site, name: &str, requirements: &[String]) -> Result<Self> {
        let folder = site.own_folder("venv")?.join(name);
        let stamp = folder.join("requirements.done");
        let wanted = requirements.join("\n");
        if std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
            return Ok(Self { folder });
        }
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        println!("    making a private Python environment for {name}");
        create(site, &folder)?;
        let venv = Self { folder };
        let mut pip = venv.python();
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        let installed = run(site, &format!("pip-{name}"), pip.args(requirements), LIMIT, Show::Lines)?;
        if !installed.success {
            bail!("pip could not install {}:\n{}", requirements.join(" "), installed.tail(5));
        }
        std::fs::write(stamp, wanted)?;
        Ok(venv)
    }

    pub(crate) fn python(&self) -> Command {
        Command::new(self.folder.join("bin/python"))
    }

    /// The folder Python packages are in.
    pub(crate) fn site_packages(&self) -> Result<PathBuf> {
        let lib = self.folder.join("lib");
        let mut versions = std::fs::read_dir(&lib).with_context(|| format!("reading {}", lib.display()))?;
        let version = versions.next().context("the environment has no Python")??;
        Ok(version.path().join("site-packages"))
    }
}

fn create(site: &Site, folder: &Path) -> Result<()> {
    let make = || {
        let python = find("python3")?;
        run(site, "venv", Command::new(python).args(["-m", "venv"]).arg(folder), LIMIT, Show::Nothing).ok()
    };
    if make().is_some_and(|made| made.success) {
        return Ok(());
    }
    // Debian's python3 comes without venv.
    apt::install(site, &["python3", "python3-venv"])?;
    match make() {
        Some(made) if made.success => Ok(()),
        Some(made) => bail!("python3 cannot make a virtual environment:\n{}", made.tail(5)),
        None => bail!("there is no python3; install Python 3.9 or newer"),
    }
}

/// Requirement lines of a file: comments and blank lines left out.
pub(crate) fn requirements(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim().to_owned());
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    for line in &lines {
        if !line.contains("==") {
            bail!("{} asks for `{line}`; give an exact version with ==", path.display());
        }
    }
    Ok(lines)
}
