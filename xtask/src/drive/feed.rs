//! What the warehouse feed shows: a token for it, its sets, and whether they tell one day.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::http::Client;
use crate::demo::Ready;

/// The sets a snapshot publishes together.
const SETS: [&str; 5] = ["dates", "devices", "devicePropertyHistories", "users", "userDeviceAssociations"];

/// An app that may read the feed.
pub(super) struct Feed {
    pub(super) client: Client,
    pub(super) token: String,
    /// The path of the feed root.
    root: String,
}

/// Every set at one moment.
#[derive(PartialEq)]
pub(super) struct Shown {
    sets: Vec<(&'static str, Vec<Value>)>,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sets = self.sets.iter().map(|(name, rows)| format!("{} {name}", rows.len()));
        write!(
            f,
            "{}, newest day {}",
            sets.collect::<Vec<_>>().join(", "),
            self.newest_day().unwrap_or_default()
        )
    }
}

impl Shown {
    /// Whether all sets tell the same day: the history of the newest day has each device that is not deleted, once,
    /// with the values the devices' own rows have.
    ///
    /// # Errors
    /// What does not fit.
    pub(super) fn is_whole(&self) -> Result<()> {
        let newest = self.newest_day();
        let history =
            self.rows("devicePropertyHistories").iter().filter(|row| row["dateKey"].as_i64() == newest);
        let history = keyed(history)?;
        let devices =
            keyed(self.rows("devices").iter().filter(|row| row["isDeleted"] == Value::Bool(false)))?;
        if history.len() != devices.len() {
            bail!("{} devices, but the newest day tells of {}", devices.len(), history.len());
        }
        for (key, device) in &devices {
            let told =
                history.get(key).with_context(|| format!("device {key} is missing from the newest day"))?;
            for column in ["deviceName", "osVersion", "complianceStateKey", "managementStateKey"] {
                if device[column] != told[column] {
                    let (row, day) = (&device[column], &told[column]);
                    bail!("device {key} has {column} {row} in its row and {day} on the newest day");
                }
            }
        }
        Ok(())
    }

    fn rows(&self, set: &str) -> &[Value] {
        self.sets.iter().find(|(name, _)| *name == set).map_or(&[], |(_, rows)| rows)
    }

    fn newest_day(&self) -> Option<i64> {
        self.rows("devicePropertyHistories").iter().filter_map(|row| row["dateKey"].as_i64()).max()
    }
}

fn keyed<'a>(rows: impl Iterator<Item = &'a Value>) -> Result<BTreeMap<i64, &'a Value>> {
    let mut keyed = BTreeMap::new();
    for row in rows {
        let key = row["deviceKey"].as_i64().context("a row has no deviceKey")?;
        if keyed.insert(key, row).is_some() {
            bail!("device {key} is there twice");
        }
    }
    Ok(keyed)
}

impl Feed {
    /// Signs in as the demo's app (client credentials).
    pub(super) fn sign_in(ready: &Ready) -> Result<Self> {
        let origin = ready.text("origin")?;
        let client = Client::new(origin, Path::new(ready.text("ca_file")?))?;
        let answer = client.post_form(
            &format!("/{}/oauth2/v2.0/token", ready.text("tenant_id")?),
            &[
                ("grant_type", "client_credentials"),
                ("client_id", ready.text("client_id")?),
                ("client_secret", ready.text("client_secret")?),
                ("scope", "https://api.manage.microsoft.com//.default"),
            ],
        )?;
        let token =
            answer["access_token"].as_str().context("the token answer has no access_token")?.to_owned();
        let root = ready.text("feed_root")?.strip_prefix(origin).context("the feed is on another origin")?;
        Ok(Self { client, token, root: root.trim_end_matches('/').to_owned() })
    }

    /// The path of a set's first page.
    pub(super) fn path(&self, set: &str) -> String {
        format!("{}/{set}?api-version=v1.0", self.root)
    }

    /// Every set, read to its last page.
    pub(super) fn shown(&self) -> Result<Shown> {
        let sets = SETS.iter().map(|set| Ok((*set, self.read(set)?)));
        Ok(Shown { sets: sets.collect::<Result<_>>()? })
    }

    fn read(&self, set: &str) -> Result<Vec<Value>> {
        let mut path = self.path(set);
        let mut rows = Vec::new();
        loop {
            let answer = self.client.get(&path, &self.token)?;
            if answer.status != 200 {
                let text = String::from_utf8_lossy(&answer.body);
                bail!("the feed answered {} for {set}: {text}", answer.status);
            }
            let mut page: Value =
                serde_json::from_slice(&answer.body).with_context(|| format!("{set} is not whole JSON"))?;
            let Value::Array(values) = page["value"].take() else { bail!("{set} has no value") };
            rows.extend(values);
            match page["@odata.nextLink"].as_str() {
                None => return Ok(rows),
                Some(next) => path = path_of(next),
            }
        }
    }
}

/// The path and query of an absolute or relative link.
pub(super) fn path_of(link: &str) -> String {
    let after_scheme = link.split_once("://").map_or(link, |(_, rest)| rest);
    match after_scheme.find('/') {
        Some(at) if link.contains("://") => after_scheme[at..].to_owned(),
        _ => link.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(device: &str, history: &str) -> Shown {
        let rows = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap();
        Shown { sets: vec![("devices", rows(device)), ("devicePropertyHistories", rows(history))] }
    }

    #[test]
    fn half_a_day_is_told_from_a_whole_one() {
        let device =
            r#"[{"deviceKey":1,"isDeleted":false,"osVersion":"2"},{"deviceKey":2,"isDeleted":true}]"#;
        let days = r#"[{"deviceKey":1,"dateKey":20260101,"osVersion":"1"},{"deviceKey":1,"dateKey":20260102,"osVersion":"2"}]"#;
        shown(device, days).is_whole().unwrap();
        let says = |history: &str| shown(device, history).is_whole().unwrap_err().to_string();
        assert!(says(&days.replace("\"2\"", "\"3\"")).contains("osVersion \"2\" in its row and \"3\""));
        assert!(says("[]").contains("1 devices, but the newest day tells of 0"));
        assert!(says(&days.replace("20260101", "20260102")).contains("device 1 is there twice"));
    }

    #[test]
    fn next_links_become_paths() {
        assert_eq!(
            path_of("https://127.0.0.1:1/warehouse/v1.0/users?$skiptoken=a/b"),
            "/warehouse/v1.0/users?$skiptoken=a/b"
        );
        assert_eq!(path_of("/warehouse/v1.0/users?x=1"), "/warehouse/v1.0/users?x=1");
    }
}
