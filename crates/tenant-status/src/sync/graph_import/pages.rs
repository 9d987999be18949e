//! Reading lists page by page, and waiting when asked to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use outbound::{Answer, Client, Request, Target};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use words::Words;

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

/// What is at a link.
pub(super) enum Found<T> {
    Page(Page<T>),
    /// A link of an earlier run that is of no use any more.
    Forgotten,
    /// The endpoint does not have it; how that reads where it has to.
    Missing(SyncError),
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
        match self.find(link).await? {
            Found::Page(page) => Ok(Some(page)),
            Found::Forgotten => Ok(None),
            Found::Missing(refusal) => Err(refusal),
        }
    }

    /// As [`Graph::page`], of a list that not every endpoint has.
    pub(super) async fn find<T: DeserializeOwned>(&self, link: &str) -> Result<Found<T>, SyncError> {
        let answer = self.get(link).await?;
        match answer.status {
            StatusCode::GONE => Ok(Found::Forgotten),
            StatusCode::NOT_FOUND => Ok(Found::Missing(refused(&answer, self.now))),
            status if status.is_success() => Ok(Found::Page(answer.json()?)),
            _ => Err(refused(&answer, self.now)),
        }
    }

    /// Asks, and asks again after a short pause when the endpoint wants one. A link to another host is not followed:
    /// it would get the token.
    async fn get(&self, link: &str) -> Result<Answer, SyncError> {
        let target = Target::parse(link)?;
        if !target.is_same_origin(&self.root) {
            let other = target.origin();
            return Err(SyncError::lasting(Words::new(
                format!("The endpoint sends on to another host, {other}, which is not trusted."),
                format!("Het eindpunt verwijst naar een andere host, {other}, die niet wordt vertrouwd."),
                format!("Slutpunkten skickar vidare till en annan värd, {other}, som inte är betrodd."),
            )));
        }
        if self.n_pages.fetch_add(1, Ordering::Relaxed) >= PAGES_MAX {
            return Err(SyncError::new(Words::new(
                "A list of the endpoint does not end.",
                "Een lijst van het eindpunt houdt niet op.",
                "En lista från slutpunkten tar aldrig slut.",
            )));
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
