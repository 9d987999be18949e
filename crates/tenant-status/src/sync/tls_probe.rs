//! Looks at a server's certificate. A certificate that has expired is a finding, not a failure: the expiry rule tells it.

use std::time::Duration;

use outbound::{Client, Limits, OutboundError, TlsReport, Verdict, probe_tls};
use serde_json::{Value, json};
use words::Words;

use super::trouble::{Refused, number, required};
use super::{Asked, Running, SeenCredential, Sync, SyncError, Synced};
use crate::catalogue::SyncKind;

const PORT: u16 = 443;
const LIMIT: Duration = Duration::from_secs(15);

/// Probes `host` and `port` of the settings.
pub(super) struct TlsProbe {
    pub(super) client: Client,
}

impl Sync for TlsProbe {
    fn kind(&self) -> SyncKind {
        SyncKind::TlsProbe
    }

    fn check(&self, settings: &Value) -> Result<(), Refused> {
        let host = required(settings, "host")?;
        if host.contains(['/', '@', '?', '#']) || host.contains(char::is_whitespace) {
            let said = Words::new(
                "Write the host's name or address alone: mail.contoso.example.",
                "Schrijf alleen de naam of het adres van de host: mail.contoso.example.",
                "Skriv bara värdens namn eller adress: mail.contoso.example.",
            );
            return Err(("host".to_owned(), said));
        }
        number(settings, "port", (1, u16::MAX)).map(drop)
    }

    fn run(&self, asked: Asked) -> Running<'_> {
        Box::pin(async move {
            let host =
                required(&asked.settings, "host").map_err(|(_, message)| SyncError::lasting(message))?;
            let port = number(&asked.settings, "port", (1, u16::MAX)).ok().flatten().unwrap_or(PORT);
            let limits = Limits { connect: LIMIT, whole: LIMIT, ..Limits::default() };
            let report = probe_tls(&self.client.limited(limits), host, port).await?;
            judge(host, &report)
        })
    }
}

fn judge(host: &str, report: &TlsReport) -> Result<Synced, SyncError> {
    match report.trouble() {
        None | Some(Verdict::Expired | Verdict::NotYetValid) => {}
        Some(wrong) => {
            let error = OutboundError::Untrusted { host: host.to_owned(), why: wrong.words() };
            return Err(SyncError::new(error.words()));
        }
    }
    let leaf = report.chain.first();
    let leaf = leaf.ok_or_else(|| {
        SyncError::new(Words::new(
            format!("{host} shows no certificate."),
            format!("{host} toont geen certificaat."),
            format!("{host} visar inget certifikat."),
        ))
    })?;
    let mut facts = json!(leaf);
    facts["chain"] =
        report.chain.iter().skip(1).map(|c| json!({ "name": c.name, "notAfter": c.not_after })).collect();
    Ok(Synced {
        message: Words::new(
            format!("{host} shows the certificate {} that ends at {}.", leaf.name, leaf.not_after),
            format!("{host} toont het certificaat {} dat eindigt op {}.", leaf.name, leaf.not_after),
            format!("{host} visar certifikatet {} som slutar gälla {}.", leaf.name, leaf.not_after),
        ),
        counts: json!({ "certificates": report.chain.len() }),
        cursor: None,
        credential: Some(SeenCredential {
            valid_from: Some(leaf.not_before),
            expires_at: Some(leaf.not_after),
            facts,
        }),
    })
}
