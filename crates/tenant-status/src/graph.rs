//! Graph's resources that connectors are, and how an instance looks as one (reference: intune-facts §4.1 and §5). Pure.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::catalogue;
use crate::connector::instance::{CredentialState, Instance};
use crate::model::Health;

/// A resource.
pub(crate) struct Resource {
    pub(crate) paths: Paths,
    /// The entity's type.
    pub(crate) name: &'static str,
    pub(crate) families: &'static [&'static str],
    pub(crate) is_singleton: bool,
    /// In `v1.0` too; all are in `beta`.
    pub(crate) is_released: bool,
    pub(crate) shows_certificate: bool,
    properties: fn(&Seen<'_>) -> Json,
}

/// Where a resource is.
#[derive(Clone, Copy)]
pub(crate) struct Paths {
    /// Below the version.
    pub(crate) path: &'static str,
    pub(crate) summary: &'static str,
    /// The whole and one of it, in v1.0 and in beta.
    pub(crate) released: [&'static str; 2],
    pub(crate) beta: [&'static str; 2],
}

macro_rules! paths {
    ($path:literal) => {
        Paths {
            path: $path,
            summary: concat!("Read connectors as ", $path),
            released: [concat!("/graph/v1.0/", $path), concat!("/graph/v1.0/", $path, "/{id}")],
            beta: [concat!("/graph/beta/", $path), concat!("/graph/beta/", $path, "/{id}")],
        }
    };
}

/// An instance as the rules see it now.
struct Seen<'a> {
    instance: &'a Instance,
    certificate: &'a str,
    health: Health,
    now: Timestamp,
}

impl Resource {
    const fn of(
        paths: Paths,
        name: &'static str,
        families: &'static [&'static str],
        properties: fn(&Seen<'_>) -> Json,
    ) -> Resource {
        Resource {
            paths,
            name,
            families,
            is_singleton: false,
            is_released: false,
            shows_certificate: false,
            properties,
        }
    }

    const fn singleton(mut self) -> Resource {
        self.is_singleton = true;
        self
    }

    const fn released(mut self) -> Resource {
        self.is_released = true;
        self
    }
}

/// All of them.
pub(crate) const RESOURCES: &[Resource] = &[
    Resource {
        shows_certificate: true,
        ..Resource::of(
            paths!("deviceManagement/applePushNotificationCertificate"),
            "applePushNotificationCertificate",
            &["applePushNotificationCertificate"],
            apple_push,
        )
        .singleton()
        .released()
    },
    Resource::of(paths!("deviceAppManagement/vppTokens"), "vppToken", &["vppToken"], vpp_token).released(),
    Resource::of(
        paths!("deviceManagement/depOnboardingSettings"),
        "depOnboardingSetting",
        &["depOnboardingSetting"],
        dep_setting,
    ),
    Resource::of(
        paths!("deviceManagement/windowsAutopilotSettings"),
        "windowsAutopilotSettings",
        &["windowsAutopilotSettings"],
        autopilot,
    )
    .singleton(),
    Resource::of(
        paths!("deviceManagement/mobileThreatDefenseConnectors"),
        "mobileThreatDefenseConnector",
        &["microsoftDefenderForEndpoint", "mobileThreatDefenseConnector"],
        threat_defense,
    )
    .released(),
    Resource::of(
        paths!("deviceManagement/deviceManagementPartners"),
        "deviceManagementPartner",
        &["deviceManagementPartner"],
        partner,
    )
    .released(),
    Resource::of(
        paths!("deviceManagement/complianceManagementPartners"),
        "complianceManagementPartner",
        &["complianceManagementPartner"],
        partner,
    )
    .released(),
    Resource::of(
        paths!("deviceManagement/remoteAssistancePartners"),
        "remoteAssistancePartner",
        &["remoteAssistancePartner"],
        remote_assistance,
    )
    .released(),
    Resource::of(
        paths!("deviceManagement/exchangeConnectors"),
        "deviceManagementExchangeConnector",
        &["exchangeConnector"],
        exchange,
    )
    .released(),
    Resource::of(paths!("deviceManagement/ndesConnectors"), "ndesConnector", &["ndesConnector"], ndes),
    Resource::of(
        paths!("deviceManagement/certificateConnectorDetails"),
        "certificateConnectorDetails",
        &["pfxConnector", "importedPfxConnector", "ndesConnector"],
        certificate_connector,
    ),
    Resource::of(
        paths!("deviceManagement/domainJoinConnectors"),
        "deviceManagementDomainJoinConnector",
        &["domainJoinConnector"],
        domain_join,
    ),
    Resource::of(
        paths!("deviceManagement/chromeOSOnboardingSettings"),
        "chromeOSOnboardingSettings",
        &["chromeOSOnboardingSetting"],
        chrome,
    ),
    Resource::of(
        paths!("deviceManagement/zebraFotaConnector"),
        "zebraFotaConnector",
        &["zebraFotaConnector"],
        zebra,
    )
    .singleton(),
    Resource::of(
        paths!("deviceManagement/serviceNowConnections"),
        "serviceNowConnection",
        &["serviceNowConnection"],
        service_now,
    ),
    Resource::of(
        paths!("deviceManagement/androidManagedStoreAccountEnterpriseSettings"),
        "androidManagedStoreAccountEnterpriseSettings",
        &["managedGooglePlay"],
        google_play,
    )
    .singleton(),
];

/// An instance as the resource shows it. Its certificate is public.
pub(crate) fn entity(resource: &Resource, instance: &Instance, certificate: &str, now: Timestamp) -> Json {
    let health = catalogue::of_family(&instance.family)
        .map(|ty| instance.judge(ty, now).health)
        .min()
        .unwrap_or(Health::NotEnabled);
    let mut out = json!({
        "@odata.type": format!("#microsoft.graph.{}", resource.name),
        "id": instance.id,
    });
    let properties = (resource.properties)(&Seen { instance, certificate, health, now });
    if let (Some(out), Json::Object(properties)) = (out.as_object_mut(), properties) {
        out.extend(properties);
    }
    out
}

impl Seen<'_> {
    fn fact(&self, name: &str) -> Json {
        self.instance.credential.facts[name].clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.instance.credential.expires_at
    }

    fn last_success_at(&self) -> Option<Timestamp> {
        self.instance.sync.last_success_at
    }

    fn name(&self) -> &str {
        &self.instance.display_name
    }

    /// Whether the other side was heard of lately enough.
    fn is_alive(&self) -> bool {
        self.instance.is_enabled && matches!(self.health, Health::Healthy | Health::Warning)
    }

    /// `none`, `inProgress`, `completed` or `failed`.
    fn sync_status(&self) -> &'static str {
        let sync = &self.instance.sync;
        match (self.instance.is_running(self.now), &sync.last_error, sync.last_success_at) {
            (true, ..) => "inProgress",
            (_, Some(_), _) => "failed",
            (_, None, Some(_)) => "completed",
            (_, None, None) => "none",
        }
    }

    /// vppTokenState.
    fn token_state(&self) -> &'static str {
        match self.instance.credential.state {
            CredentialState::None => "unknown",
            CredentialState::Unreadable => "invalid",
            CredentialState::Readable if self.expires_at().is_some_and(|at| at <= self.now) => "expired",
            CredentialState::Readable => "valid",
        }
    }

    fn enabled_or(&self, unresponsive: &'static str) -> &'static str {
        match (self.instance.is_enabled, self.is_alive()) {
            (false, _) => "unavailable",
            (true, true) => "enabled",
            (true, false) => unresponsive,
        }
    }

    fn one_of(&self, alive: &'static str, not: &'static str) -> &'static str {
        if self.is_alive() { alive } else { not }
    }
}

fn apple_push(seen: &Seen<'_>) -> Json {
    json!({
        "appleIdentifier": seen.fact("appleIdentifier"),
        "topicIdentifier": seen.fact("topic"),
        "lastModifiedDateTime": seen.instance.credential.at,
        "expirationDateTime": seen.expires_at(),
        "certificateUploadStatus": null,
        "certificateUploadFailureReason": null,
        "certificateSerialNumber": seen.fact("serialNumber"),
        "certificate": seen.certificate,
    })
}

fn vpp_token(seen: &Seen<'_>) -> Json {
    json!({
        "organizationName": seen.fact("organizationName"),
        "vppTokenAccountType": "business",
        "appleId": seen.fact("appleIdentifier"),
        "expirationDateTime": seen.expires_at(),
        "lastSyncDateTime": seen.last_success_at(),
        "token": null,
        "lastModifiedDateTime": seen.instance.modified_at,
        "state": seen.token_state(),
        "lastSyncStatus": seen.sync_status(),
        "displayName": seen.name(),
    })
}

fn dep_setting(seen: &Seen<'_>) -> Json {
    json!({
        "appleIdentifier": seen.fact("appleIdentifier"),
        "tokenName": seen.name(),
        "tokenType": if seen.instance.credential.state == CredentialState::None { "none" } else { "dep" },
        "tokenExpirationDateTime": seen.expires_at(),
        "lastModifiedDateTime": seen.instance.modified_at,
        "lastSuccessfulSyncDateTime": seen.last_success_at(),
        "lastSyncTriggeredDateTime": seen.instance.sync.last_attempt_at,
        "lastSyncErrorCode": i32::from(seen.instance.sync.last_error.is_some()),
    })
}

fn autopilot(seen: &Seen<'_>) -> Json {
    json!({
        "lastSyncDateTime": seen.last_success_at(),
        "lastManualSyncTriggerDateTime": seen.instance.sync.last_attempt_at,
        "syncStatus": match seen.sync_status() {
            "none" => "unknown",
            other => other,
        },
    })
}

fn threat_defense(seen: &Seen<'_>) -> Json {
    json!({
        "displayName": seen.name(),
        "lastHeartbeatDateTime": seen.last_success_at(),
        "partnerState": seen.enabled_or("unresponsive"),
        "partnerUnresponsivenessThresholdInDays": (seen.instance.period() * 3).as_hours() / 24,
    })
}

fn partner(seen: &Seen<'_>) -> Json {
    json!({
        "displayName": seen.name(),
        "lastHeartbeatDateTime": seen.last_success_at(),
        "partnerState": seen.enabled_or("unresponsive"),
        "isConfigured": seen.last_success_at().is_some(),
    })
}

fn remote_assistance(seen: &Seen<'_>) -> Json {
    json!({
        "displayName": seen.name(),
        "onboardingStatus": if seen.last_success_at().is_some() { "onboarded" } else { "notOnboarded" },
        "lastConnectionDateTime": seen.last_success_at(),
    })
}

fn exchange(seen: &Seen<'_>) -> Json {
    json!({
        "lastSyncDateTime": seen.last_success_at(),
        "status": seen.one_of("connected", "disconnected"),
        "connectorServerName": seen.name(),
    })
}

fn ndes(seen: &Seen<'_>) -> Json {
    json!({
        "displayName": seen.name(),
        "lastConnectionDateTime": seen.last_success_at(),
        "enrolledDateTime": seen.instance.created_at,
        "state": seen.one_of("active", "inactive"),
    })
}

fn certificate_connector(seen: &Seen<'_>) -> Json {
    json!({
        "connectorName": seen.name(),
        "enrollmentDateTime": seen.instance.created_at,
        "lastCheckinDateTime": seen.last_success_at(),
    })
}

fn domain_join(seen: &Seen<'_>) -> Json {
    let error = seen.instance.sync.last_error.is_some();
    json!({
        "displayName": seen.name(),
        "lastConnectionDateTime": seen.last_success_at(),
        "state": if error { "error" } else { seen.one_of("active", "inactive") },
    })
}

fn chrome(seen: &Seen<'_>) -> Json {
    json!({
        "lastModifiedDateTime": seen.instance.modified_at,
        "lastDirectorySyncDateTime": seen.last_success_at(),
        "onboardingStatus": if seen.last_success_at().is_some() { "onboarded" } else { "inprogress" },
    })
}

fn zebra(seen: &Seen<'_>) -> Json {
    json!({
        "lastSyncDateTime": seen.last_success_at(),
        "state": seen.one_of("connected", "disconnected"),
    })
}

fn service_now(seen: &Seen<'_>) -> Json {
    json!({
        "instanceUrl": seen.instance.settings["instanceUrl"],
        "serviceNowConnectionStatus": if seen.instance.is_enabled { "enabled" } else { "disabled" },
        "createdDateTime": seen.instance.created_at,
        "lastModifiedDateTime": seen.instance.modified_at,
        "lastQueriedDateTime": seen.last_success_at(),
    })
}

fn google_play(seen: &Seen<'_>) -> Json {
    json!({
        "bindStatus": if seen.last_success_at().is_some() { "boundAndValidated" } else { "notBound" },
        "lastAppSyncDateTime": seen.last_success_at(),
        "lastAppSyncStatus": match seen.sync_status() {
            "completed" => "success",
            "failed" => "unknownError",
            _ => "none",
        },
    })
}
