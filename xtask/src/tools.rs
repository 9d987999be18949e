//! Programs xtask needs and installs by package name when they are missing.

pub(crate) mod apt;
pub(crate) mod node;
pub(crate) mod postgres;
pub(crate) mod python;

use std::path::PathBuf;

/// The first executable of this name on `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
