//! The enrolled fleet on disk: `fleet.json` says which fleet and server, `devices.jsonl` has a line per
//! device with its key. Both only for their owner.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use agent_client::Origin;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::member::Member;

/// Which fleet is enrolled where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct About {
    pub(crate) server: Origin,
    pub(crate) ca_pem: Option<String>,
    pub(crate) seed: u64,
    pub(crate) devices: u32,
}

/// The folder of an enrolled fleet.
pub(crate) struct Roster {
    folder: PathBuf,
    pub(crate) about: About,
    pub(crate) members: Vec<Member>,
}

impl Roster {
    /// Opens the folder of a fleet that `enroll` filled.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("fleet.json");
        let text = std::fs::read(&path).with_context(|| {
            format!("{} cannot be read; run quarterdeck-sim enroll first", path.display())
        })?;
        let about =
            serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))?;
        Ok(Self { members: members(folder)?, folder: folder.to_owned(), about })
    }

    /// Opens the folder to enrol `about` into it: new, or one where the same fleet was begun.
    pub(crate) fn begin(folder: &Path, about: About) -> Result<Self> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        if folder.join("fleet.json").exists() {
            let found = Self::open(folder)?;
            if (found.about.seed, &found.about.server) != (about.seed, &about.server) {
                bail!(
                    "{} holds a fleet of seed {} at {}; choose another --state-dir",
                    folder.display(),
                    found.about.seed,
                    found.about.server
                );
            }
        }
        let mut file = private(&folder.join("fleet.json"), false)?;
        serde_json::to_writer_pretty(&mut file, &about)?;
        file.sync_all()?;
        Ok(Self { members: members(folder)?, folder: folder.to_owned(), about })
    }

    /// Adds newly enrolled devices; on disk when it returns.
    pub(crate) fn add(&mut self, new: Vec<Member>) -> Result<()> {
        let mut text = Vec::new();
        for member in &new {
            serde_json::to_writer(&mut text, member)?;
            text.push(b'\n');
        }
        let mut file = private(&self.folder.join("devices.jsonl"), true)?;
        file.write_all(&text)?;
        file.sync_all()?;
        self.members.extend(new);
        Ok(())
    }
}

fn private(path: &Path, append: bool) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .write(true)
        .append(append)
        .truncate(!append)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// A last line cut off by a crash is passed over: its device enrols anew.
fn members(folder: &Path) -> Result<Vec<Member>> {
    let path = folder.join("devices.jsonl");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let file = File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut members = Vec::new();
    for line in BufReader::new(file).lines() {
        members.extend(serde_json::from_str::<Member>(&line?));
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(seed: u64) -> About {
        let server = "https://127.0.0.1:8443".parse().expect("an origin");
        About { server, ca_pem: None, seed, devices: 3 }
    }

    #[test]
    fn a_begun_fleet_is_gone_on_with_and_another_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut roster = Roster::begin(folder.path(), about(7)).expect("new");
        let member: Member = serde_json::from_str(
            r#"{"index":0,"deviceId":"00000000-0000-0000-0000-000000000001","keyPem":"k","certificatesPem":"c"}"#,
        )
        .expect("a member");
        roster.add(vec![member]).expect("written");
        std::fs::OpenOptions::new()
            .append(true)
            .open(folder.path().join("devices.jsonl"))
            .and_then(|mut file| file.write_all(b"{\"index\":1,\"dev"))
            .expect("cut off");
        let again = Roster::begin(folder.path(), about(7)).expect("the same fleet");
        assert_eq!(again.members.len(), 1);
        assert_eq!(Roster::open(folder.path()).expect("there").about, about(7));
        let other = Roster::begin(folder.path(), about(8)).err().expect("another fleet").to_string();
        assert!(other.contains("choose another --state-dir"), "{other}");
    }
}
