//! Windows' connectors, and those of servers that stand on the owner's own ground.

use policy::action;

use super::{ConnectorType, CredentialKind, Kind, SyncKind};

const REPORTED: &[SyncKind] = &[SyncKind::Heartbeat];
const IMPORTED: &[SyncKind] = &[SyncKind::GraphImport, SyncKind::Heartbeat];

pub(super) const TYPES: &[ConnectorType] = &[
    ConnectorType::new(
        "autopilotSync",
        "windowsAutopilotSettings",
        Kind::Sync,
        action::CORPORATE_DEVICE_IDENTIFIERS_UPDATE,
    )
    .named(
        "Windows Autopilot last sync date",
        "Laatste synchronisatie van Windows Autopilot",
        "Senaste synkronisering för Windows Autopilot",
    )
    .taking(CredentialKind::ClientSecret)
    .syncing(IMPORTED)
    .graph("deviceManagement/windowsAutopilotSettings", "lastSyncDateTime"),
    ConnectorType::new(
        "storeForBusinessSync",
        "microsoftStoreForBusiness",
        Kind::Sync,
        action::MICROSOFT_STORE_FOR_BUSINESS_MODIFY,
    )
    .named(
        "Microsoft Store for Business last sync date",
        "Laatste synchronisatie van Microsoft Store voor Bedrijven",
        "Senaste synkronisering för Microsoft Store för företag",
    )
    .syncing(REPORTED)
    .graph("deviceAppManagement", "microsoftStoreForBusinessLastSuccessfulSyncDateTime")
    .retired(),
    ConnectorType::new(
        "codeSigningExpiry",
        "windowsEnterpriseCodeSigningCertificate",
        Kind::Expiry,
        action::WINDOWS_ENTERPRISE_CERTIFICATE_MODIFY,
    )
    .named("Windows enterprise certificate", "Windows-bedrijfscertificaat", "Windows-företagscertifikat")
    .taking(CredentialKind::Certificate)
    .graph("deviceAppManagement/enterpriseCodeSigningCertificates", "expirationDateTime"),
    ConnectorType::new(
        "symantecExpiry",
        "symantecCodeSigningCertificate",
        Kind::Expiry,
        action::WINDOWS_ENTERPRISE_CERTIFICATE_MODIFY,
    )
    .named("Windows Symantec certificate", "Windows Symantec-certificaat", "Windows Symantec-certifikat")
    .taking(CredentialKind::Certificate)
    .graph("deviceAppManagement/symantecCodeSigningCertificate", "expirationDateTime")
    .retired(),
    ConnectorType::new(
        "scepCaExpiry",
        "certificateAuthority",
        Kind::Expiry,
        action::CERTIFICATE_CONNECTOR_MODIFY,
    )
    .named("SCEP and CA certificates", "SCEP- en CA-certificaten", "SCEP- och CA-certifikat")
    .taking(CredentialKind::Certificate),
    ConnectorType::new(
        "ndesHeartbeat",
        "ndesConnector",
        Kind::Heartbeat,
        action::CERTIFICATE_CONNECTOR_MODIFY,
    )
    .named("NDES certificate connector", "NDES-certificaatconnector", "NDES-certifikatanslutning")
    .syncing(REPORTED)
    .graph("deviceManagement/ndesConnectors", "lastConnectionDateTime"),
    ConnectorType::new("pfxHeartbeat", "pfxConnector", Kind::Heartbeat, action::CERTIFICATE_CONNECTOR_MODIFY)
        .named("PFX certificate connector", "PFX-certificaatconnector", "PFX-certifikatanslutning")
        .syncing(REPORTED)
        .graph("deviceManagement/certificateConnectorDetails", "lastCheckinDateTime"),
    ConnectorType::new(
        "importedPfxHeartbeat",
        "importedPfxConnector",
        Kind::Heartbeat,
        action::CERTIFICATE_CONNECTOR_MODIFY,
    )
    .named(
        "Imported PFX certificate connector",
        "Connector voor geïmporteerde PFX-certificaten",
        "Anslutning för importerade PFX-certifikat",
    )
    .syncing(REPORTED),
    ConnectorType::new(
        "domainJoinHeartbeat",
        "domainJoinConnector",
        Kind::Heartbeat,
        action::ORGANIZATION_UPDATE,
    )
    .named(
        "Connector for Active Directory",
        "Connector voor Active Directory",
        "Anslutningsprogram för Active Directory",
    )
    .syncing(REPORTED)
    .graph("deviceManagement/domainJoinConnectors", "lastConnectionDateTime"),
    ConnectorType::new("exchangeSync", "exchangeConnector", Kind::Sync, action::ORGANIZATION_UPDATE)
        .named(
            "Exchange on-premises connector",
            "On-premises Exchange-connector",
            "Lokalt Exchange-anslutningsprogram",
        )
        .syncing(REPORTED)
        .graph("deviceManagement/exchangeConnectors", "lastSyncDateTime")
        .retired(),
    ConnectorType::new(
        "configurationManagerSync",
        "configurationManager",
        Kind::Sync,
        action::ORGANIZATION_UPDATE,
    )
    .named("Configuration Manager", "Configuration Manager", "Configuration Manager")
    .syncing(REPORTED),
    ConnectorType::new(
        "tunnelHeartbeat",
        "microsoftTunnelServer",
        Kind::Heartbeat,
        action::MICROSOFT_TUNNEL_GATEWAY_UPDATE,
    )
    .named("Microsoft Tunnel Gateway", "Microsoft Tunnel Gateway", "Microsoft Tunnel Gateway")
    .syncing(&[SyncKind::HttpsProbe, SyncKind::Heartbeat]),
    ConnectorType::new(
        "windows365Heartbeat",
        "windows365Partner",
        Kind::Heartbeat,
        action::ORGANIZATION_UPDATE,
    )
    .named(
        "Windows 365 partner connectors",
        "Windows 365-partnerconnectors",
        "Windows 365-partneranslutningar",
    )
    .syncing(REPORTED),
];
