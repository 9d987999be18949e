//! Connectors that Intune has not: whatever else the owner wants to see on the same page.

use policy::action;

use super::{ConnectorType, CredentialKind, Kind, SyncKind};

pub(super) const TYPES: &[ConnectorType] = &[
    probe("tlsExpiry", Kind::Expiry).named(
        "TLS certificates of servers",
        "TLS-certificaten van servers",
        "TLS-certifikat för servrar",
    ),
    probe("tlsProbe", Kind::Heartbeat).named("TLS probes", "TLS-controles", "TLS-kontroller"),
    ConnectorType::new("httpsProbe", "httpsEndpoint", Kind::Heartbeat, action::CONNECTORS_UPDATE)
        .named("HTTPS probes", "HTTPS-controles", "HTTPS-kontroller")
        .syncing(&[SyncKind::HttpsProbe]),
    ConnectorType::new("customHeartbeat", "customHeartbeat", Kind::Heartbeat, action::CONNECTORS_UPDATE)
        .named("Scripts and partners", "Scripts en partners", "Skript och partner")
        .syncing(&[SyncKind::Heartbeat]),
    ConnectorType::new("clientSecretExpiry", "clientSecret", Kind::Expiry, action::CONNECTORS_UPDATE)
        .named("Client secrets", "Clientgeheimen", "Klienthemligheter")
        .taking(CredentialKind::ClientSecret),
    ConnectorType::new("certificateExpiry", "certificate", Kind::Expiry, action::CONNECTORS_UPDATE)
        .named("Other certificates", "Andere certificaten", "Andra certifikat")
        .taking(CredentialKind::Certificate),
    ConnectorType::new("directorySync", "scimDirectory", Kind::Sync, action::CONNECTORS_UPDATE)
        .named(
            "Directory synchronization (SCIM)",
            "Adreslijstsynchronisatie (SCIM)",
            "Katalogsynkronisering (SCIM)",
        )
        .syncing(&[SyncKind::Scim]),
    ConnectorType::new("graphImportSync", "graphImport", Kind::Sync, action::CONNECTORS_UPDATE)
        .named("Import from Microsoft Graph", "Import uit Microsoft Graph", "Import från Microsoft Graph")
        .taking(CredentialKind::ClientSecret)
        .syncing(&[SyncKind::GraphImport]),
];

const fn probe(key: &'static str, kind: Kind) -> ConnectorType {
    ConnectorType::new(key, "tlsEndpoint", kind, action::CONNECTORS_UPDATE).syncing(&[SyncKind::TlsProbe])
}
