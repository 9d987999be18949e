//! Types of policies, and the readable table of them that reports otherwise carry with them.
//!
//! The documents name no values. The ids are this warehouse's own and never change; the last column is the type the
//! same policy has in Microsoft Graph.

use super::{CATALOGUE, enumeration, id_column, key_column, name_column, row};
use crate::Const::{Int, Text};
use crate::{Column, Row, Shown, Table};

/// Writes the rows of both tables from one list: id and key, name, category, platform, type in Microsoft Graph.
macro_rules! policy_types {
    ($(($id:literal, $name:literal, $category:literal, $platform:literal, $graph:literal),)*) => {
        const TYPES: &[Row] = &[
            row(&[Int(-1), Int(-1), Text("Not Available")], "The policy type is unavailable."),
            $(row(&[Int($id), Int($id), Text($name)], $graph),)*
        ];
        const CATEGORIES: &[Row] = &[
            row(
                &[Int(-1), Int(-1), Text("Not Available"), Text("Not Available"), Text("Not Available"), Text("")],
                "The policy type is unavailable.",
            ),
            $(row(
                &[Int($id), Int($id), Text($name), Text($category), Text($platform), Text($graph)],
                $category,
            ),)*
        ];
    };
}

policy_types![
    (1, "Android Compliance policy", "Compliance", "Android", "#microsoft.graph.androidCompliancePolicy"),
    (
        2,
        "Android Enterprise Compliance policy",
        "Compliance",
        "Android",
        "#microsoft.graph.androidDeviceOwnerCompliancePolicy"
    ),
    (
        3,
        "Android work profile Compliance policy",
        "Compliance",
        "Android",
        "#microsoft.graph.androidWorkProfileCompliancePolicy"
    ),
    (
        4,
        "Android AOSP Compliance policy",
        "Compliance",
        "Android",
        "#microsoft.graph.aospDeviceOwnerCompliancePolicy"
    ),
    (5, "iOS Compliance policy", "Compliance", "iOS/iPadOS", "#microsoft.graph.iosCompliancePolicy"),
    (6, "macOS Compliance policy", "Compliance", "macOS", "#microsoft.graph.macOSCompliancePolicy"),
    (
        7,
        "Windows 10 Compliance policy",
        "Compliance",
        "Windows",
        "#microsoft.graph.windows10CompliancePolicy"
    ),
    (
        8,
        "Windows 10 Mobile Compliance policy",
        "Compliance",
        "Windows",
        "#microsoft.graph.windows10MobileCompliancePolicy"
    ),
    (
        9,
        "Windows 8.1 Compliance policy",
        "Compliance",
        "Windows",
        "#microsoft.graph.windows81CompliancePolicy"
    ),
    (
        10,
        "Windows Phone 8.1 Compliance policy",
        "Compliance",
        "Windows",
        "#microsoft.graph.windowsPhone81CompliancePolicy"
    ),
    (11, "Linux Compliance policy", "Compliance", "Linux", "#microsoft.graph.linuxCompliancePolicy"),
    (
        12,
        "Android device restrictions",
        "Configuration",
        "Android",
        "#microsoft.graph.androidGeneralDeviceConfiguration"
    ),
    (13, "Android custom profile", "Configuration", "Android", "#microsoft.graph.androidCustomConfiguration"),
    (
        14,
        "Android Enterprise device restrictions",
        "Configuration",
        "Android",
        "#microsoft.graph.androidDeviceOwnerGeneralDeviceConfiguration"
    ),
    (
        15,
        "Android work profile device restrictions",
        "Configuration",
        "Android",
        "#microsoft.graph.androidWorkProfileGeneralDeviceConfiguration"
    ),
    (
        16,
        "Android work profile custom profile",
        "Configuration",
        "Android",
        "#microsoft.graph.androidWorkProfileCustomConfiguration"
    ),
    (
        17,
        "iOS device restrictions",
        "Configuration",
        "iOS/iPadOS",
        "#microsoft.graph.iosGeneralDeviceConfiguration"
    ),
    (
        18,
        "iOS device features",
        "Configuration",
        "iOS/iPadOS",
        "#microsoft.graph.iosDeviceFeaturesConfiguration"
    ),
    (19, "iOS custom profile", "Configuration", "iOS/iPadOS", "#microsoft.graph.iosCustomConfiguration"),
    (20, "iOS update policy", "Configuration", "iOS/iPadOS", "#microsoft.graph.iosUpdateConfiguration"),
    (21, "iOS certificate profile", "Configuration", "iOS/iPadOS", "#microsoft.graph.iosCertificateProfile"),
    (
        22,
        "macOS device restrictions",
        "Configuration",
        "macOS",
        "#microsoft.graph.macOSGeneralDeviceConfiguration"
    ),
    (
        23,
        "macOS device features",
        "Configuration",
        "macOS",
        "#microsoft.graph.macOSDeviceFeaturesConfiguration"
    ),
    (24, "macOS custom profile", "Configuration", "macOS", "#microsoft.graph.macOSCustomConfiguration"),
    (
        25,
        "Windows 10 device restrictions",
        "Configuration",
        "Windows",
        "#microsoft.graph.windows10GeneralConfiguration"
    ),
    (
        26,
        "Windows 10 custom profile",
        "Configuration",
        "Windows",
        "#microsoft.graph.windows10CustomConfiguration"
    ),
    (
        27,
        "Windows 10 endpoint protection",
        "Configuration",
        "Windows",
        "#microsoft.graph.windows10EndpointProtectionConfiguration"
    ),
    (
        28,
        "Windows 10 secure assessment",
        "Configuration",
        "Windows",
        "#microsoft.graph.windows10SecureAssessmentConfiguration"
    ),
    (
        29,
        "Windows 10 Team device restrictions",
        "Configuration",
        "Windows",
        "#microsoft.graph.windows10TeamGeneralConfiguration"
    ),
    (
        30,
        "Windows Defender advanced threat protection",
        "Configuration",
        "Windows",
        "#microsoft.graph.windowsDefenderAdvancedThreatProtectionConfiguration"
    ),
    (
        31,
        "Windows 10 update ring",
        "Configuration",
        "Windows",
        "#microsoft.graph.windowsUpdateForBusinessConfiguration"
    ),
    (
        32,
        "Windows 10 edition upgrade",
        "Configuration",
        "Windows",
        "#microsoft.graph.editionUpgradeConfiguration"
    ),
    (33, "Windows 10 shared device", "Configuration", "Windows", "#microsoft.graph.sharedPCConfiguration"),
    (34, "Windows 10 Wi-Fi", "Configuration", "Windows", "#microsoft.graph.windowsWifiConfiguration"),
    (35, "Windows 10 VPN", "Configuration", "Windows", "#microsoft.graph.windows10VpnConfiguration"),
    (
        36,
        "Windows 8.1 device restrictions",
        "Configuration",
        "Windows",
        "#microsoft.graph.windows81GeneralConfiguration"
    ),
    (
        37,
        "Windows Phone 8.1 device restrictions",
        "Configuration",
        "Windows",
        "#microsoft.graph.windowsPhone81GeneralConfiguration"
    ),
    (
        38,
        "Settings catalogue",
        "Configuration",
        "Any",
        "#microsoft.graph.deviceManagementConfigurationPolicy"
    ),
    (
        39,
        "Android app configuration",
        "App configuration",
        "Android",
        "#microsoft.graph.androidManagedStoreAppConfiguration"
    ),
    (
        40,
        "iOS app configuration",
        "App configuration",
        "iOS/iPadOS",
        "#microsoft.graph.iosMobileAppConfiguration"
    ),
    (
        41,
        "App configuration for protected apps",
        "App configuration",
        "Any",
        "#microsoft.graph.targetedManagedAppConfiguration"
    ),
];

pub(crate) static POLICY_TYPES: Table = enumeration(
    ("policyTypes", "policyType"),
    &["policyTypeId"],
    &[
        id_column("policyTypeId", "Id of the policy type."),
        key_column("policyTypeKey", "The warehouse's key of the policy type."),
        name_column("policyTypeName", "Name of the policy type."),
    ],
    TYPES,
    (
        "Intune Data Warehouse Collections, policyTypes",
        "Types of device configuration profiles, app configuration profiles and compliance policies.",
    ),
);

pub(crate) static POLICY_TYPE_CATEGORIES: Table = enumeration(
    ("policyTypeCategories", "policyTypeCategory"),
    &["policyTypeId"],
    &[
        id_column("policyTypeId", "Id of the policy type."),
        Column::int("policyTypeKey", CATALOGUE, "Key of the policy type.").required().to("policyTypes"),
        name_column("policyTypeName", "Name of the policy type."),
        name_column("category", "Compliance, Configuration or App configuration."),
        name_column("platform", "The platform the policies are for."),
        name_column("graphType", "Type of such a policy in Microsoft Graph."),
    ],
    CATEGORIES,
    (
        "A table the product's reports carry with them, made a table of the feed",
        "Policy types in words: what they are for and on which platform.",
    ),
)
.shown(Shown::Extended);
