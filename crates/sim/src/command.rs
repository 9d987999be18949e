//! The commands.

pub(crate) mod enroll;
pub(crate) mod load;
pub(crate) mod run;

use std::path::Path;

use agent_client::https::Https;
use anyhow::{Context, Result};
use fleet::Fleet;
use futures_util::StreamExt;
use futures_util::stream;
use world::World;

use crate::cli::Target;
use crate::member::{self, Member};

const USER_AGENT: &str = concat!("quarterdeck-sim/", env!("CARGO_PKG_VERSION"));

impl Target {
    fn token(&self) -> Result<String> {
        match (&self.token, &self.token_file) {
            (Some(token), _) => Ok(token.trim().to_owned()),
            (None, Some(path)) => Ok(text(path, "the token file")?.trim().to_owned()),
            (None, None) => anyhow::bail!("give --token or --token-file"),
        }
    }

    fn ca_pem(&self) -> Result<Option<String>> {
        self.ca_file.as_deref().map(|path| text(path, "the CA file")).transpose()
    }
}

fn text(path: &Path, what: &str) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{what} {} cannot be read", path.display()))
}

/// Enrols the given devices, some at a time; what enrolled, and the first failure.
async fn enrol_all(
    world: &World,
    https: &Https,
    fleet: &Fleet,
    token: &str,
    indexes: impl Iterator<Item = u32>,
    connections: u32,
) -> (Vec<Member>, Option<anyhow::Error>) {
    let chunks: Vec<Vec<u32>> = {
        let all: Vec<u32> = indexes.collect();
        let size = all.len().div_ceil(connections.max(1) as usize).max(1);
        all.chunks(size).map(<[u32]>::to_vec).collect()
    };
    let work = stream::iter(chunks).map(async |chunk| {
        let mut https = https.another();
        let mut done = Vec::new();
        for index in chunk {
            match member::enrol(world, &mut https, fleet, index, token).await {
                Ok(member) => done.push(member),
                Err(error) => return (done, Some(error)),
            }
        }
        (done, None)
    });
    let outcomes: Vec<_> = work.buffer_unordered(connections as usize).collect().await;
    let mut enrolled = Vec::new();
    let mut failure = None;
    for (done, error) in outcomes {
        enrolled.extend(done);
        failure = failure.or(error);
    }
    enrolled.sort_unstable_by_key(|member| member.index);
    (enrolled, failure)
}
