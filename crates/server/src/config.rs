//! The settings of one server: where they come from, and how a wrong one is told.
//!
//! Every setting is declared once, in `declaration`; the typed struct, the names in the file, the environment
//! variables and `docs/config.md` follow from it. A setting is taken from the environment, else from the file,
//! else from its default. It opens no socket and makes no folder.

mod declaration;
mod docs;
mod network;
mod origin;
mod setting;
mod source;

use std::path::{Path, PathBuf};

pub(crate) use declaration::{Config, KEYS, Otlp, Server, Tls};
pub(crate) use docs::{listing, markdown};
pub(crate) use network::Network;
pub(crate) use origin::Origin;
#[cfg(test)]
pub(crate) use setting::CollectorAddress;
pub(crate) use setting::{LogFormat, LogLevel, Refusals};

use source::Values;

/// One declared setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// The table it stands in; empty for the top of the file.
    pub(crate) section: &'static str,
    pub(crate) name: &'static str,
    pub(crate) shape: setting::Shape,
    /// As it would be written in an environment variable; empty when unset.
    pub(crate) default: &'static str,
    pub(crate) doc: &'static str,
}

impl Key {
    /// `server.tls.certificate_file`.
    pub(crate) fn path(&self) -> String {
        if self.section.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.section, self.name) }
    }

    /// `QUARTERDECK_SERVER__TLS__CERTIFICATE_FILE`: the path in capitals, each dot as two underscores.
    pub(crate) fn variable(&self) -> String {
        format!("QUARTERDECK_{}", self.path().replace('.', "__").to_uppercase())
    }
}

/// Settings that cannot be used: one sentence for each thing to change.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", .0.join("\n"))]
pub(crate) struct ConfigError(pub(crate) Vec<String>);

/// Where the settings of this process come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    pub(crate) file: Option<PathBuf>,
    /// Names and values of the environment.
    pub(crate) environment: Vec<(String, String)>,
    /// Settings given on the command line; they win over everything.
    pub(crate) overrides: Vec<(&'static str, String)>,
}

/// Reads the file, if one is named, and puts all sources together.
///
/// # Errors
/// A [`ConfigError`] with everything that is wrong, not only the first thing.
pub(crate) fn load(sources: &Sources) -> Result<Config, ConfigError> {
    let text = match &sources.file {
        None => None,
        Some(path) => Some(read(path)?),
    };
    let name = sources.file.as_ref().map_or_else(String::new, |path| path.display().to_string());
    from_texts(&name, text.as_deref().unwrap_or_default(), sources)
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| {
        ConfigError(vec![format!("the configuration file {} cannot be read: {error}", path.display())])
    })
}

fn from_texts(file_name: &str, text: &str, sources: &Sources) -> Result<Config, ConfigError> {
    let mut values = Values::default();
    values.read_file(file_name, text);
    values.read_environment(&sources.environment);
    for (path, value) in &sources.overrides {
        values.set(path, value.clone());
    }
    let config = Config::read(&mut values);
    match config {
        Some(config) if values.problems.is_empty() => Ok(config),
        _ => Err(ConfigError(values.problems)),
    }
}

/// Checks that a file holding a secret may be read by its owner (and group) only.
///
/// # Errors
/// A sentence that says what to change.
pub(crate) fn check_private(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let about = std::fs::metadata(path)
        .map_err(|error| format!("the file {} cannot be read: {error}", path.display()))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o007 != 0 {
        return Err(format!(
            "the file {} holds a secret and everybody on this machine may open it (mode {mode:03o}); \
             run: chmod 600 {}",
            path.display(),
            path.display()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
