//! Gets a page and looks whether it answers as it should.

use std::time::Duration;

use outbound::{Client, Expected, Limits, probe_https};
use serde_json::{Value, json};
use words::Words;

use super::trouble::{Refused, address, number, text};
use super::{Asked, Running, Sync, SyncError, Synced};
use crate::catalogue::SyncKind;

const LIMIT: Duration = Duration::from_secs(20);
/// Enough to find a text in.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Probes `url` of the settings.
pub(super) struct HttpsProbe {
    pub(super) client: Client,
}

impl Sync for HttpsProbe {
    fn kind(&self) -> SyncKind {
        SyncKind::HttpsProbe
    }

    fn check(&self, settings: &Value) -> Result<(), Refused> {
        address(settings, "url")?;
        expected(settings).map(drop)
    }

    fn run(&self, asked: Asked) -> Running<'_> {
        Box::pin(async move {
            let lasting = |(_, message)| SyncError::lasting(message);
            let target = address(&asked.settings, "url").map_err(lasting)?;
            let expected = expected(&asked.settings).map_err(lasting)?;
            let limits = Limits { whole: LIMIT, body_bytes_max: BODY_BYTES_MAX, ..Limits::default() };
            let answer = probe_https(&self.client.limited(limits), target).await?;
            if let Some(wrong) = expected.trouble(&answer) {
                return Err(SyncError::new(wrong));
            }
            let (host, status) = (&answer.host, answer.status.as_u16());
            let message = Words::new(
                format!("{host} answered as expected, with status {status}."),
                format!("{host} antwoordde zoals verwacht, met status {status}."),
                format!("{host} svarade som väntat, med status {status}."),
            );
            Ok(Synced { counts: json!({ "bytes": answer.body.len() }), ..Synced::new(message) })
        })
    }
}

fn expected(settings: &Value) -> Result<Expected, Refused> {
    Ok(Expected {
        status: number(settings, "expectedStatus", (100, 599))?,
        body_contains: text(settings, "expectedText")?.map(str::to_owned),
    })
}
