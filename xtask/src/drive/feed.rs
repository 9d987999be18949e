//! What the warehouse feed shows: a token for it, its sets, and a fingerprint of a whole day.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::Hasher as _;
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
    /// The path of the feed root, ending in `/`.
    pub(super) root: String,
}

/// Rows and contents of every set at one moment.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Shown {
    sets: Vec<(&'static str, usize, u64)>,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sets = self.sets.iter().map(|(name, rows, mark)| format!("{name} {rows} rows ({mark:08x})"));
        f.write_str(&sets.collect::<Vec<_>>().join(", "))
    }
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
        Ok(Self { client, token, root: format!("{}/", root.trim_end_matches('/')) })
    }

    /// Every set, read to its last page.
    pub(super) fn shown(&self) -> Result<Shown> {
        let sets = SETS.iter().map(|set| {
            let (rows, mark) = self.read(set)?;
            Ok((*set, rows, mark))
        });
        Ok(Shown { sets: sets.collect::<Result<_>>()? })
    }

    fn read(&self, set: &str) -> Result<(usize, u64)> {
        let mut path = format!("{}{set}", self.root);
        let mut rows = 0;
        let mut mark = DefaultHasher::new();
        loop {
            let answer = self.client.get(&path, &self.token)?;
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            if answer.status != 200 {
                bail!("the feed answered {} for {set}: {text}", answer.status);
            }
            let page: Value =
                serde_json::from_str(&text).with_context(|| format!("{set} is not whole JSON"))?;
            let values = page["value"].as_array().with_context(|| format!("{set} has no value"))?;
            rows += values.len();
            for value in values {
                mark.write(value.to_string().as_bytes());
            }
            match page["@odata.nextLink"].as_str() {
                None => return Ok((rows, mark.finish())),
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

    #[test]
    fn next_links_become_paths() {
        assert_eq!(
            path_of("https://127.0.0.1:1/warehouse/v1.0/users?$skiptoken=a/b"),
            "/warehouse/v1.0/users?$skiptoken=a/b"
        );
        assert_eq!(path_of("/warehouse/v1.0/users?x=1"), "/warehouse/v1.0/users?x=1");
    }
}
