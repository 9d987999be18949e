//! One instance of a connector: a row, and how the rules see it.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use store::{Row, SqlError, Tx, Value};
use uuid::Uuid;
use words::Words;

use crate::catalogue::{ConnectorType, Kind, SyncKind};
use crate::model::{Facts, Judged, Rule, Seen, judge};
use crate::sql::connector as sql;

/// What is known of an instance's credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialState {
    None,
    Readable,
    Unreadable,
}

impl CredentialState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            CredentialState::None => "none",
            CredentialState::Readable => "readable",
            CredentialState::Unreadable => "unreadable",
        }
    }

    fn read(word: &str) -> CredentialState {
        match word {
            "none" => CredentialState::None,
            "readable" => CredentialState::Readable,
            _ => CredentialState::Unreadable,
        }
    }
}

/// A credential without its secrets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Credential {
    pub(crate) state: CredentialState,
    /// What it says of itself: subject, topic, serial, organisation.
    pub(crate) facts: Json,
    pub(crate) valid_from: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
    /// When it was given.
    pub(crate) at: Option<Timestamp>,
}

impl Credential {
    pub(crate) fn none() -> Credential {
        Credential {
            state: CredentialState::None,
            facts: serde_json::json!({}),
            valid_from: None,
            expires_at: None,
            at: None,
        }
    }
}

/// What is known of an instance's synchronisation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Syncing {
    pub(crate) kind: Option<SyncKind>,
    pub(crate) every_seconds: Option<i64>,
    pub(crate) cursor: Option<String>,
    pub(crate) last_success_at: Option<Timestamp>,
    pub(crate) last_attempt_at: Option<Timestamp>,
    pub(crate) last_error: Option<Words>,
    pub(crate) next_expected_at: Option<Timestamp>,
    pub(crate) next_run_at: Option<Timestamp>,
    pub(crate) running_since: Option<Timestamp>,
    pub(crate) token_hash: Option<String>,
}

/// An instance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Instance {
    pub(crate) id: Uuid,
    pub(crate) family: String,
    pub(crate) display_name: String,
    pub(crate) is_enabled: bool,
    pub(crate) owner: Option<String>,
    pub(crate) how_to_renew: Option<String>,
    /// What its synchronisation needs to know; nothing secret.
    pub(crate) settings: Json,
    /// Since when it could have worked: made, or enabled again.
    pub(crate) configured_at: Timestamp,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    pub(crate) credential: Credential,
    pub(crate) sync: Syncing,
}

/// The same name has the same id every time.
pub(crate) fn named_id(name: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(name.as_bytes()).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A run that has been going this long was lost with its worker.
const RUN_LOST_AFTER: SignedDuration = SignedDuration::from_hours(1);

impl Instance {
    /// The judgement under one of its types.
    pub(crate) fn judge(&self, ty: &ConnectorType, now: Timestamp) -> Judged {
        judge(self.rule(ty), Facts { is_enabled: self.is_enabled, seen: self.seen(ty) }, now)
    }

    fn rule(&self, ty: &ConnectorType) -> Rule {
        match ty.kind {
            Kind::Expiry => Rule::Expiry,
            Kind::Sync => Rule::Sync,
            Kind::Heartbeat => Rule::Heartbeat { period: self.period() },
        }
    }

    /// How often a sign of life is expected: as the last one said, or as was set. What we ask ourselves may miss one.
    pub(crate) fn period(&self) -> SignedDuration {
        let told = self.sync.next_expected_at.zip(self.sync.last_success_at);
        let told = told.map(|(next, last)| next.duration_since(last)).filter(SignedDuration::is_positive);
        let set = self.sync.every_seconds.filter(|seconds| *seconds > 0).map(SignedDuration::from_secs);
        let asks = self.sync.kind.filter(|kind| kind.is_active());
        match (told, asks) {
            (Some(told), _) => told,
            (None, Some(kind)) => {
                set.unwrap_or_else(|| SignedDuration::try_from(kind.every()).unwrap_or(SignedDuration::MAX))
                    * 2
            }
            (None, None) => set.unwrap_or(SignedDuration::from_hours(24)),
        }
    }

    fn seen(&self, ty: &ConnectorType) -> Seen {
        let credential = &self.credential;
        let synchronises = ty.kind != Kind::Expiry;
        match credential.state {
            CredentialState::Unreadable => Seen::Unreadable,
            // What a probe should have told and has not yet: nobody has to upload it.
            CredentialState::None if !synchronises && ty.credential.is_none() && self.asks() => {
                Seen::NeverSucceeded { configured_at: self.configured_at }
            }
            CredentialState::None if !synchronises => Seen::NoCredential,
            // What reports to us by itself needs nothing from us.
            CredentialState::None if ty.credential.is_some() && self.asks() => Seen::NoCredential,
            CredentialState::Readable if !synchronises => {
                Seen::Credential { valid_from: credential.valid_from, expires_at: credential.expires_at }
            }
            CredentialState::None | CredentialState::Readable => match self.sync.last_success_at {
                Some(at) => Seen::Succeeded { at },
                None => Seen::NeverSucceeded { configured_at: self.configured_at },
            },
        }
    }

    fn asks(&self) -> bool {
        self.sync.kind.is_some_and(SyncKind::is_active)
    }

    pub(crate) fn is_running(&self, now: Timestamp) -> bool {
        self.sync.running_since.is_some_and(|since| now < since + RUN_LOST_AFTER)
    }

    pub(crate) fn insert(&self, tx: &mut Tx<'_, '_>) -> Result<(), SqlError> {
        tx.exec(&sql::INSERT_INSTANCE, &self.params()).map(drop)
    }

    pub(crate) fn update(&self, tx: &mut Tx<'_, '_>) -> Result<(), SqlError> {
        tx.exec(&sql::UPDATE_INSTANCE, &self.params()).map(drop)
    }

    fn params(&self) -> Vec<Value> {
        let (credential, sync) = (&self.credential, &self.sync);
        let [error, error_nl, error_sv] = Words::columns_of(sync.last_error.as_ref());
        vec![
            self.id.into(),
            (&self.family).into(),
            (&self.display_name).into(),
            self.is_enabled.into(),
            self.owner.clone().into(),
            self.how_to_renew.clone().into(),
            self.settings.to_string().into(),
            self.configured_at.into(),
            self.created_at.into(),
            self.modified_at.into(),
            credential.state.as_str().into(),
            credential.facts.to_string().into(),
            credential.valid_from.into(),
            credential.expires_at.into(),
            credential.at.into(),
            sync.kind.map(SyncKind::as_str).into(),
            sync.every_seconds.into(),
            sync.cursor.clone().into(),
            sync.last_success_at.into(),
            sync.last_attempt_at.into(),
            error.into(),
            error_nl.into(),
            error_sv.into(),
            sync.next_expected_at.into(),
            sync.next_run_at.into(),
            sync.running_since.into(),
            sync.token_hash.clone().into(),
        ]
    }
}

/// The instances of a family, or of all when it is empty; by name.
pub(crate) fn all(tx: &mut Tx<'_, '_>, family: &str) -> Result<Vec<Instance>, SqlError> {
    tx.rows(&sql::INSTANCES, &[family.into(), "".into()])?.iter().map(read).collect()
}

/// One instance.
pub(crate) fn one(tx: &mut Tx<'_, '_>, id: Uuid) -> Result<Option<Instance>, SqlError> {
    tx.row(&sql::INSTANCES, &["".into(), id.into()])?.as_ref().map(read).transpose()
}

/// One instance that is about to be changed: others who want to change it wait.
pub(crate) fn locked(tx: &mut Tx<'_, '_>, id: Uuid) -> Result<Option<Instance>, SqlError> {
    tx.row(&sql::LOCK_INSTANCE, &[id.into()])?;
    one(tx, id)
}

fn read(row: &Row) -> Result<Instance, SqlError> {
    let json = |index| {
        let text: String = row.get(index)?;
        serde_json::from_str(&text)
            .map_err(|_| SqlError::Other("a connector's JSON cannot be read".to_owned()))
    };
    let credential = Credential {
        state: CredentialState::read(&row.get::<String>(10)?),
        facts: json(11)?,
        valid_from: row.get(12)?,
        expires_at: row.get(13)?,
        at: row.get(14)?,
    };
    let sync = Syncing {
        kind: row.get::<Option<String>>(15)?.as_deref().and_then(SyncKind::read),
        every_seconds: row.get(16)?,
        cursor: row.get(17)?,
        last_success_at: row.get(18)?,
        last_attempt_at: row.get(19)?,
        last_error: Words::of_columns([row.get(20)?, row.get(21)?, row.get(22)?]),
        next_expected_at: row.get(23)?,
        next_run_at: row.get(24)?,
        running_since: row.get(25)?,
        token_hash: row.get(26)?,
    };
    Ok(Instance {
        id: row.get(0)?,
        family: row.get(1)?,
        display_name: row.get(2)?,
        is_enabled: row.get(3)?,
        owner: row.get(4)?,
        how_to_renew: row.get(5)?,
        settings: json(6)?,
        configured_at: row.get(7)?,
        created_at: row.get(8)?,
        modified_at: row.get(9)?,
        credential,
        sync,
    })
}
