//! Quarterdeck's own: what this server itself depends on. Their instances are computed.

use policy::action;

use super::{ConnectorType, Kind};

pub(super) const TYPES: &[ConnectorType] = &[
    // A certificate made here is exchanged thirty days before it ends.
    own("ownTlsExpiry", Kind::Expiry)
        .named(
            "Quarterdeck TLS certificate",
            "TLS-certificaat van Quarterdeck",
            "Quarterdecks TLS-certifikat",
        )
        .warning_at(&[21, 14, 7, 1]),
    own("ownDeviceCaExpiry", Kind::Expiry).named(
        "Quarterdeck device certificate authority",
        "Apparaatcertificeringsinstantie van Quarterdeck",
        "Quarterdecks certifikatutfärdare för enheter",
    ),
    own("ownSigningKeyExpiry", Kind::Expiry)
        .named(
            "Quarterdeck signing keys",
            "Ondertekeningssleutels van Quarterdeck",
            "Quarterdecks signeringsnycklar",
        )
        .warning_at(&[7, 1]),
    own("ownMailSecretExpiry", Kind::Expiry).named(
        "Quarterdeck mail server secret",
        "Geheim van Quarterdeck voor de mailserver",
        "Quarterdecks hemlighet för e-postservern",
    ),
    own("ownSignInSecretExpiry", Kind::Expiry).named(
        "Quarterdeck app secrets",
        "App-geheimen van Quarterdeck",
        "Quarterdecks apphemligheter",
    ),
    own("ownBackup", Kind::Heartbeat).named(
        "Quarterdeck backup",
        "Back-up van Quarterdeck",
        "Quarterdecks säkerhetskopiering",
    ),
    own("ownSnapshot", Kind::Heartbeat).named(
        "Quarterdeck midnight snapshot",
        "Momentopname van Quarterdeck om middernacht",
        "Quarterdecks ögonblicksbild vid midnatt",
    ),
];

const fn own(key: &'static str, kind: Kind) -> ConnectorType {
    ConnectorType::new(key, key, kind, action::CONNECTORS_UPDATE).of_quarterdeck()
}
