//! Writes the Rust files that are derived from committed data files, and checks that they are fresh.
//!
//! Derived today: the permission constants and built-in roles of `policy`, from `crates/policy/catalogue/*.json`.
//! It does not judge the data beyond what it needs to write valid Rust; `policy`'s own tests do that.

mod policy;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// One derived file: where it lives in the repository and what it must hold.
pub(crate) struct Derived {
    pub(crate) path: &'static str,
    pub(crate) text: String,
}

/// Every derived file, formatted as the repository formats Rust.
///
/// # Errors
/// A data file is missing or malformed, or `rustfmt` is not installed.
pub(crate) fn derive(root: &Path) -> Result<Vec<Derived>> {
    let mut derived = policy::derive(root)?;
    for file in &mut derived {
        file.text = rustfmt(root, &file.text).with_context(|| format!("formatting {}", file.path))?;
    }
    Ok(derived)
}

/// Paths of derived files whose committed text differs from what the data says.
pub(crate) fn stale(root: &Path) -> Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for file in derive(root)? {
        let path = root.join(file.path);
        if std::fs::read_to_string(&path).unwrap_or_default() != file.text {
            stale.push(path);
        }
    }
    Ok(stale)
}

/// `cargo xtask codegen [--check]`.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    if check {
        let stale = stale(root)?;
        if stale.is_empty() {
            println!("codegen: every derived file is fresh");
            return Ok(());
        }
        for path in &stale {
            println!("codegen: {} is stale", path.display());
        }
        bail!("{} derived file(s) are stale; run `cargo xtask codegen` and commit the result", stale.len());
    }
    for file in derive(root)? {
        let path = root.join(file.path);
        if std::fs::read_to_string(&path).unwrap_or_default() != file.text {
            std::fs::write(&path, &file.text).with_context(|| format!("writing {}", path.display()))?;
            println!("codegen: wrote {}", file.path);
        }
    }
    Ok(())
}

fn rustfmt(root: &Path, text: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting rustfmt; install it with `rustup component add rustfmt`")?;
    let mut stdin = child.stdin.take().context("rustfmt has no standard input")?;
    stdin.write_all(text.as_bytes())?;
    drop(stdin);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("rustfmt refused the derived text");
    }
    Ok(String::from_utf8(output.stdout)?)
}
