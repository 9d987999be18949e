//! Connections to partners: threat defence, other management, Android, support.

use policy::action;

use super::{ConnectorType, CredentialKind, Kind, SyncKind};

const REPORTED: &[SyncKind] = &[SyncKind::Heartbeat];
const WATCHED: &[SyncKind] = &[SyncKind::Heartbeat, SyncKind::HttpsProbe];

pub(super) const TYPES: &[ConnectorType] = &[
    ConnectorType::new(
        "managedGooglePlaySync",
        "managedGooglePlay",
        Kind::Sync,
        action::MANAGED_GOOGLE_PLAY_MODIFY,
    )
    .named(
        "Managed Google Play App Sync",
        "App-synchronisatie van beheerd Google Play",
        "Appsynkronisering för hanterat Google Play",
    )
    .taking(CredentialKind::ServiceAccount)
    .syncing(REPORTED)
    .graph("deviceManagement/androidManagedStoreAccountEnterpriseSettings", "lastAppSyncDateTime"),
    ConnectorType::new(
        "defenderHeartbeat",
        "microsoftDefenderForEndpoint",
        Kind::Heartbeat,
        action::MOBILE_THREAT_DEFENSE_MODIFY,
    )
    .named(
        "Microsoft Defender for Endpoint Connector",
        "Connector voor Microsoft Defender voor Eindpunt",
        "Anslutningsprogram för Microsoft Defender för Endpoint",
    )
    .syncing(REPORTED)
    .graph("deviceManagement/mobileThreatDefenseConnectors", "lastHeartbeatDateTime"),
    ConnectorType::new(
        "mobileThreatDefenseHeartbeat",
        "mobileThreatDefenseConnector",
        Kind::Heartbeat,
        action::MOBILE_THREAT_DEFENSE_MODIFY,
    )
    .named(
        "Mobile Threat Defense connectors",
        "Connectors voor Mobile Threat Defense",
        "Anslutningsprogram för Mobile Threat Defense",
    )
    .syncing(REPORTED)
    .graph("deviceManagement/mobileThreatDefenseConnectors", "lastHeartbeatDateTime"),
    ConnectorType::new(
        "deviceManagementPartnerHeartbeat",
        "deviceManagementPartner",
        Kind::Heartbeat,
        action::PARTNER_DEVICE_MANAGEMENT_MODIFY,
    )
    .named(
        "Partner device management (Jamf)",
        "Apparaatbeheer door een partner (Jamf)",
        "Partnerenhetshantering (Jamf)",
    )
    .syncing(REPORTED)
    .graph("deviceManagement/deviceManagementPartners", "lastHeartbeatDateTime"),
    ConnectorType::new(
        "compliancePartnerHeartbeat",
        "complianceManagementPartner",
        Kind::Heartbeat,
        action::PARTNER_DEVICE_MANAGEMENT_MODIFY,
    )
    .named(
        "Partner compliance management",
        "Nalevingsbeheer door een partner",
        "Partnerefterlevnadshantering",
    )
    .syncing(REPORTED)
    .graph("deviceManagement/complianceManagementPartners", "lastHeartbeatDateTime"),
    ConnectorType::new(
        "remoteAssistanceHeartbeat",
        "remoteAssistancePartner",
        Kind::Heartbeat,
        action::REMOTE_ASSISTANCE_UPDATE,
    )
    .named("TeamViewer connector", "TeamViewer-connector", "TeamViewer-anslutningsprogram")
    .syncing(WATCHED)
    .graph("deviceManagement/remoteAssistancePartners", "lastConnectionDateTime"),
    ConnectorType::new(
        "serviceNowSync",
        "serviceNowConnection",
        Kind::Sync,
        action::SERVICE_NOW_UPDATE_CONNECTOR,
    )
    .named("ServiceNow connector", "ServiceNow-connector", "ServiceNow-anslutningsprogram")
    .taking(CredentialKind::ClientSecret)
    .syncing(&[SyncKind::HttpsProbe, SyncKind::Heartbeat])
    .graph("deviceManagement/serviceNowConnections", "lastQueriedDateTime"),
    ConnectorType::new(
        "chromeSync",
        "chromeOSOnboardingSetting",
        Kind::Sync,
        action::CHROMEBOOK_SYNC_UPDATE_ONBOARDING,
    )
    .named(
        "Chrome Enterprise connector",
        "Chrome Enterprise-connector",
        "Chrome Enterprise-anslutningsprogram",
    )
    .taking(CredentialKind::ServiceAccount)
    .syncing(REPORTED)
    .graph("deviceManagement/chromeOSOnboardingSettings", "lastDirectorySyncDateTime"),
    ConnectorType::new("zebraFotaSync", "zebraFotaConnector", Kind::Sync, action::ANDROID_FOTA_UPDATE)
        .named(
            "Firmware over-the-air (Zebra)",
            "Firmware over-the-air (Zebra)",
            "Inbyggd programvara över luften (Zebra)",
        )
        .syncing(REPORTED)
        .graph("deviceManagement/zebraFotaConnector", "lastSyncDateTime"),
    ConnectorType::new(
        "derivedCredentialExpiry",
        "derivedCredential",
        Kind::Expiry,
        action::DERIVED_CREDENTIALS_MODIFY,
    )
    .named("Derived credentials", "Afgeleide referenties", "Härledda autentiseringsuppgifter")
    .taking(CredentialKind::Certificate),
    ConnectorType::new(
        "telecomExpenseHeartbeat",
        "telecomExpensePartner",
        Kind::Heartbeat,
        action::TELECOM_EXPENSES_UPDATE,
    )
    .named("Telecom expense management", "Beheer van telecomkosten", "Hantering av telekostnader")
    .syncing(REPORTED)
    .graph("deviceManagement/telecomExpenseManagementPartners", "lastConnectionDateTime"),
];
