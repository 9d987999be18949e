//! The real programs: built, and a demo server started on a fresh data folder and a free port.
//!
//! What others need to know of a running demo (address, accounts, secrets) is in its ready file; see `quarterdeck demo
//! --help` for its keys. Each key also reaches child programs as `QD_…`.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use crate::process::{Server, Show, run};
use crate::site::Site;

/// How the programs are built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// What is released.
pub(crate) const RELEASED: [&str; 3] =
    ["-p=quarterdeck-server", "-p=quarterdeck-agent", "-p=quarterdeck-sim"];

/// The folder with the built programs.
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Builds `quarterdeck`, `quarterdeck-agent` and `quarterdeck-sim`.
    ///
    /// # Errors
    /// They do not compile.
    pub(crate) fn build(site: &Site, profile: Profile) -> Result<Self> {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&site.root).arg("build").env("CARGO_TARGET_DIR", &site.target);
        let folder = match profile {
            // Everything at once, so that features are the same as in the tests and little is compiled twice.
            Profile::Dev => {
                cargo.args(["--workspace", "--bins", "--features=xtask/drive"]);
                "debug"
            }
            Profile::Release => {
                cargo.arg("--release").args(RELEASED);
                "release"
            }
        };
        let limit = Duration::from_secs(60 * 60);
        let built = run(site, "build", &mut cargo, limit, Show::Lines)?;
        if !built.success {
            bail!("the programs do not compile:\n{}", built.trouble(12));
        }
        Ok(Self { folder: site.target.join(folder) })
    }

    pub(crate) fn command(&self, name: &str) -> Command {
        Command::new(self.folder.join(name))
    }
}

/// The ready file.
pub(crate) struct Ready(Map<String, Value>);

impl Ready {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        Ok(Self(serde_json::from_str(&text).with_context(|| format!("parsing {}", path.display()))?))
    }

    /// # Errors
    /// The server did not write this key.
    pub(crate) fn text(&self, key: &str) -> Result<&str> {
        self.0.get(key).and_then(Value::as_str).with_context(|| format!("the ready file has no `{key}`"))
    }

    /// Every key as an environment variable: `feed_root` as `QD_FEED_ROOT`.
    fn environment(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|(key, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (format!("QD_{}", key.to_uppercase()), text)
        })
    }
}

/// A running demo. Dropping it stops the server; its data folder stays for a look until the next run.
pub(crate) struct Demo {
    pub(crate) server: Server,
    pub(crate) ready: Ready,
    pub(crate) data_dir: PathBuf,
}

/// How large the simulated fleet is, and where to listen.
pub(crate) struct Fleet {
    /// 0 for no simulated fleet at all.
    pub(crate) devices: u32,
    pub(crate) days: u32,
    pub(crate) seed: u64,
    /// `host:port`; a free loopback port when absent.
    pub(crate) listen: Option<String>,
}

/// What a demo is started with beside its fleet.
#[derive(Default)]
pub(crate) struct Extras {
    /// The file its clock follows.
    pub(crate) clock_offset_file: Option<PathBuf>,
    /// Settings, as environment variables.
    pub(crate) settings: Vec<(&'static str, String)>,
}

impl Demo {
    /// Starts `quarterdeck demo` and waits until it is ready.
    ///
    /// # Errors
    /// It ends, or is not ready within five minutes; the message holds what it said last.
    pub(crate) fn start(site: &Site, programs: &Programs, data_dir: &Path, fleet: &Fleet) -> Result<Self> {
        Self::start_with(site, programs, data_dir, fleet, &Extras::default())
    }

    /// As [`Demo::start`], with settings and a clock of its own.
    ///
    /// # Errors
    /// As [`Demo::start`].
    pub(crate) fn start_with(
        site: &Site,
        programs: &Programs,
        data_dir: &Path,
        fleet: &Fleet,
        extras: &Extras,
    ) -> Result<Self> {
        let listen = match &fleet.listen {
            Some(listen) => listen.clone(),
            None => format!("127.0.0.1:{}", Site::free_port()?),
        };
        let name = data_dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let ready_file = site.own_folder("ready")?.join(format!("{name}.json"));
        if ready_file.exists() {
            std::fs::remove_file(&ready_file)?;
        }
        let mut command = programs.command("quarterdeck");
        command.arg("demo").arg("--data-dir").arg(data_dir).args(["--listen", &listen]);
        if fleet.devices == 0 {
            command.arg("--empty");
        } else {
            command.args(["--devices", &fleet.devices.to_string(), "--days", &fleet.days.to_string()]);
        }
        command.args(["--seed", &fleet.seed.to_string()]).arg("--ready-file").arg(&ready_file);
        if let Some(file) = &extras.clock_offset_file {
            command.arg("--clock-offset-file").arg(file);
        }
        command.envs(extras.settings.iter().map(|(name, value)| (name, value)));
        let log = site.own_folder("logs")?.join(format!("{name}.log"));
        let mut server = Server::start(&mut command, &log)?;
        // Each simulated device is enrolled and reports every day: a million of them take a while.
        let lived = u64::from(fleet.devices) * u64::from(fleet.days);
        let limit = Duration::from_secs(5 * 60 + lived / 500);
        server.wait_until(site, "the demo server", limit, |_| Ready::read(&ready_file).is_ok())?;
        Ok(Self { server, ready: Ready::read(&ready_file)?, data_dir: data_dir.to_path_buf() })
    }

    /// Enrols this machine with the real agent, lets it check in once, and keeps it running.
    ///
    /// # Errors
    /// The agent refuses or is refused; the message holds what it said.
    pub(crate) fn enrol_this_machine(&self, site: &Site, programs: &Programs) -> Result<Server> {
        let state = self.data_dir.join("this-machine");
        let agent = |arguments: &[&str]| {
            let mut command = programs.command("quarterdeck-agent");
            command.arg("--state-dir").arg(&state).args(arguments);
            command
        };
        // A data folder that was kept holds a machine that is enrolled already.
        if !state.exists() {
            let token_file = site.own_folder("ready")?.join("enrollment-token");
            write_private(&token_file, self.ready.text("enrollment_token")?)?;
            let mut enroll = agent(&["enroll", "--no-check-in", "--server", self.ready.text("origin")?]);
            enroll.arg("--token-file").arg(&token_file).args(["--ca-file", self.ready.text("ca_file")?]);
            let enrolled = must(site, "agent-enroll", &mut enroll, Show::Nothing);
            std::fs::remove_file(&token_file)?;
            enrolled?;
        }
        must(site, "agent-check-in", &mut agent(&["check-in"]), Show::Nothing)?;
        Server::start(&mut agent(&["run"]), &site.own_folder("logs")?.join("agent-run.log"))
    }

    /// Takes today's snapshot again, so that what happened since midnight is in the feed.
    pub(crate) fn snapshot(&self, site: &Site, programs: &Programs) -> Result<()> {
        must(site, "snapshot", &mut snapshot(programs, &self.data_dir), Show::Lines)
    }

    /// Tells a child program about the demo: `QD_…`, and its CA to libraries that read the usual variables.
    pub(crate) fn tell(&self, command: &mut Command) -> Result<()> {
        command.envs(self.ready.environment()).env("QD_DATA_DIR", &self.data_dir);
        let ca_file = self.ready.text("ca_file")?;
        for variable in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
            command.env(variable, ca_file);
        }
        Ok(())
    }
}

/// `quarterdeck snapshot --refresh` on a data folder.
pub(crate) fn snapshot(programs: &Programs, data_dir: &Path) -> Command {
    let mut command = programs.command("quarterdeck");
    command.args(["snapshot", "--refresh", "--data-dir"]).arg(data_dir);
    command
}

/// A file only we can read.
fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.create(true).write(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes()).with_context(|| format!("writing {}", path.display()))
}

fn must(site: &Site, name: &str, command: &mut Command, show: Show) -> Result<()> {
    let ran = run(site, name, command, Duration::from_secs(5 * 60), show)?;
    if !ran.success {
        bail!("{name} failed:\n{}", ran.tail(15));
    }
    Ok(())
}

/// Writes `docs/openapi.json` from the server's own description.
pub(crate) fn write_openapi(site: &Site) -> Result<()> {
    site.catch_interrupts()?;
    let mut command = Programs::build(site, Profile::Dev)?.command("quarterdeck");
    let output = command.arg("openapi").output().context("starting quarterdeck openapi")?;
    if !output.status.success() {
        bail!("quarterdeck openapi failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    std::fs::write(site.root.join("docs/openapi.json"), output.stdout).context("writing docs/openapi.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_file_becomes_variables() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ready.json");
        std::fs::write(&path, r#"{"feed_root":"https://127.0.0.1:1/warehouse/v1.0/","pid":7}"#).unwrap();
        let ready = Ready::read(&path).unwrap();
        let variables: Vec<_> = ready.environment().collect();
        assert!(variables.contains(&("QD_PID".into(), "7".into())), "{variables:?}");
        assert_eq!(ready.text("feed_root").unwrap(), "https://127.0.0.1:1/warehouse/v1.0/");
        assert_eq!(ready.text("origin").unwrap_err().to_string(), "the ready file has no `origin`");
    }
}
