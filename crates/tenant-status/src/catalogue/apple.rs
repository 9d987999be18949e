//! Apple's connectors.

use policy::action;

use super::{ConnectorType, CredentialKind, Kind, SyncKind};

const VPP: &[SyncKind] = &[SyncKind::AppleVpp, SyncKind::Heartbeat];
const DEP: &[SyncKind] = &[SyncKind::AppleDep, SyncKind::Heartbeat];

pub(super) const TYPES: &[ConnectorType] = &[
    ConnectorType::new(
        "apnsExpiry",
        "applePushNotificationCertificate",
        Kind::Expiry,
        action::ORGANIZATION_UPDATE,
    )
    .named("APNS Expiry Date", "Verloopdatum van APNS", "Förfallodatum för APNS")
    .on_page("Apple MDM push certificates", "Apple MDM-pushcertificaten", "Apple MDM-pushcertifikat")
    .taking(CredentialKind::ApplePush)
    .graph("deviceManagement/applePushNotificationCertificate", "expirationDateTime"),
    vpp("vppExpiry", Kind::Expiry)
        .named("VPP Expiry Date", "Verloopdatum van VPP", "Förfallodatum för VPP")
        .graph("deviceAppManagement/vppTokens", "expirationDateTime"),
    vpp("vppSync", Kind::Sync)
        .named("VPP Last Sync Date", "Laatste synchronisatie van VPP", "Senaste synkronisering för VPP")
        .graph("deviceAppManagement/vppTokens", "lastSyncDateTime"),
    dep("depExpiry", Kind::Expiry)
        .named("DEP Expiry Date", "Verloopdatum van DEP", "Förfallodatum för DEP")
        .graph("deviceManagement/depOnboardingSettings", "tokenExpirationDateTime"),
    dep("depSync", Kind::Sync)
        .named("DEP Last Sync Date", "Laatste synchronisatie van DEP", "Senaste synkronisering för DEP")
        .graph("deviceManagement/depOnboardingSettings", "lastSuccessfulSyncDateTime"),
    ConnectorType::new(
        "appleSchoolManagerSync",
        "appleSchoolManager",
        Kind::Sync,
        action::ORGANIZATION_UPDATE,
    )
    .named(
        "Apple School Manager last sync date",
        "Laatste synchronisatie van Apple School Manager",
        "Senaste synkronisering för Apple School Manager",
    )
    .syncing(&[SyncKind::Heartbeat]),
    ConnectorType::new(
        "appleBusinessManagerSync",
        "appleBusinessManager",
        Kind::Sync,
        action::ORGANIZATION_UPDATE,
    )
    .named(
        "Apple Business Manager last sync date",
        "Laatste synchronisatie van Apple Business Manager",
        "Senaste synkronisering för Apple Business Manager",
    )
    .syncing(&[SyncKind::Heartbeat]),
];

const fn vpp(key: &'static str, kind: Kind) -> ConnectorType {
    ConnectorType::new(key, "vppToken", kind, action::MOBILE_APPS_UPDATE)
        .on_page(
            "iOS Volume-Purchased Program Tokens",
            "iOS Volume-Purchased Program Tokens",
            "Volyminköpsprogramtoken för iOS",
        )
        .taking(CredentialKind::AppleLocationToken)
        .syncing(VPP)
}

const fn dep(key: &'static str, kind: Kind) -> ConnectorType {
    ConnectorType::new(key, "depOnboardingSetting", kind, action::ENROLLMENT_PROGRAM_TOKEN_UPDATE)
        .on_page(
            "Enrollment program tokens",
            "Tokens voor inschrijvingsprogramma's",
            "Token för registreringsprogram",
        )
        .taking(CredentialKind::AppleEnrolmentToken)
        .syncing(DEP)
}
