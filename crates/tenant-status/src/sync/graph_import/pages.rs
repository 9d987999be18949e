//! Reading lists page by page, and waiting when asked to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use outbound::{Answer, Client, Request, Target};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::sync::SyncError;
use crate::sync::trouble::refused;

/// A longer pause is waited for by the job, not here.
const PAUSE_MAX: SignedDuration = SignedDuration::from_secs(10);
const PAUSES_MAX: usize = 3;
/// In all lists of one run together.
const PAGES_MAX: usize = 100_000;

/// One page of a list.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Page<T> {
    pub(super) value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    pub(super) next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    pub(super) delta_link: Option<String>,
}

/// The endpoint, and the token it takes.
pub(super) struct Graph {
    pub(super) client: Client,
    pub(super) root: Target,
    pub(super) token: String,
    pub(super) now: Timestamp,
    /// Ends a list that goes round in circles.
    pub(super) n_pages: AtomicUsize,
}

impl Graph {
    /// The page at `link`; none when the endpoint has forgotten it (410) and reading begins anew.
    pub(super) async fn page<T: DeserializeOwned>(&self, link: &str) -> Result<Option<Page<T>>, SyncError> {
        let answer = self.get(link).await?;
        match answer.status {
            StatusCode::GONE => Ok(None),
            status if status.is_success() => Ok(Some(answer.json()?)),
            _ => Err(refused(&answer, self.now)),
        }
    }

    /// How many there are in a list. An endpoint without it has none.
    pub(super) async fn count(&self, link: &str) -> Result<usize, SyncError> {
        let (mut n_seen, mut next) = (0, Some(link.to_owned()));
        while let Some(link) = next.take() {
            let answer = self.get(&link).await?;
            if answer.status == StatusCode::NOT_FOUND {
                return Ok(n_seen);
            }
            if !answer.status.is_success() {
                return Err(refused(&answer, self.now));
            }
            let page: Page<Value> = answer.json()?;
            n_seen += page.value.len();
            next = page.next_link;
        }
        Ok(n_seen)
    }

    /// Asks, and asks again after a short pause when the endpoint wants one. A link to another host is not followed:
    /// it would get the token.
    async fn get(&self, link: &str) -> Result<Answer, SyncError> {
        let target = Target::parse(link)?;
        if !target.is_same_origin(&self.root) {
            let message =
                format!("The endpoint sends on to another host, {}, which is not trusted.", target.origin());
            return Err(SyncError::lasting(message));
        }
        if self.n_pages.fetch_add(1, Ordering::Relaxed) >= PAGES_MAX {
            return Err(SyncError::new("A list of the endpoint does not end."));
        }
        let mut n_pauses = 0;
        loop {
            let answer = self.client.send(Request::get(target.clone()).bearer(&self.token)).await?;
            let is_busy =
                matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
            let pause = answer.retry_after(self.now).map(|at| at.duration_since(self.now));
            match pause.filter(|pause| is_busy && *pause <= PAUSE_MAX && n_pauses < PAUSES_MAX) {
                Some(pause) => {
                    n_pauses += 1;
                    tokio::time::sleep(Duration::try_from(pause).unwrap_or_default()).await;
                }
                None => return Ok(answer),
            }
        }
    }
}
