//! Issues in the environment that require action: what was found, and what that changes of what is known. Pure.

pub mod facts;
pub mod find;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use notify::{Severity, Words};

/// What sort of issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    ExpiringCredential,
    FailedEnrollment,
    DevicesNotSeen,
    UnprotectedAdmins,
    LicensesUsedUp,
    RetentionDropping,
}

impl Kind {
    pub const ALL: [Kind; 6] = [
        Kind::ExpiringCredential,
        Kind::FailedEnrollment,
        Kind::DevicesNotSeen,
        Kind::UnprotectedAdmins,
        Kind::LicensesUsedUp,
        Kind::RetentionDropping,
    ];

    /// The word it is kept and shown as.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::ExpiringCredential => "expiringCredential",
            Kind::FailedEnrollment => "failedEnrollment",
            Kind::DevicesNotSeen => "devicesNotSeen",
            Kind::UnprotectedAdmins => "unprotectedAdmins",
            Kind::LicensesUsedUp => "licensesUsedUp",
            Kind::RetentionDropping => "retentionDropping",
        }
    }
}

/// An issue as it is now. Kind and subject name it: found again, it is the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub kind: Kind,
    /// The stable key of the thing: `connector/applePushCertificate/<id>`.
    pub subject: String,
    pub severity: Severity,
    pub title: Words,
    /// What to do.
    pub advice: Words,
    /// The page where it is done: a path that begins with `/`.
    pub link: String,
    /// How many things are affected.
    pub n_affected: i64,
}

/// An issue as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub kind: String,
    pub subject: String,
    pub severity: String,
    pub title: Words,
    pub is_mended: bool,
}

/// What follows from comparing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// It was not there, or had been mended.
    Begin(&'a Found),
    /// It matters more than before.
    Worsen(&'a Found),
    /// It is still there; its figures may have changed.
    Keep(&'a Found),
    /// It is not there any more.
    Mend(&'a Known),
}

/// Compares what was found with what is known. Of the kinds that could not be looked for, nothing changes.
pub fn compare<'a>(found: &'a [Found], known: &'a [Known], looked_for: &BTreeSet<Kind>) -> Vec<Change<'a>> {
    let looked_for: BTreeSet<&str> = looked_for.iter().map(|kind| kind.as_str()).collect();
    // The first of two with one name counts; sources should not give two.
    let mut by_name: BTreeMap<(&str, &str), &Found> = BTreeMap::new();
    for one in found.iter().filter(|one| looked_for.contains(one.kind.as_str())) {
        by_name.entry((one.kind.as_str(), &one.subject)).or_insert(one);
    }
    let mut changes = Vec::new();
    for one in known.iter().filter(|one| looked_for.contains(one.kind.as_str())) {
        let name = (one.kind.as_str(), one.subject.as_str());
        changes.extend(match by_name.remove(&name) {
            None if one.is_mended => None,
            None => Some(Change::Mend(one)),
            Some(found) if one.is_mended => Some(Change::Begin(found)),
            Some(found) if rank(found.severity.as_str()) > rank(&one.severity) => Some(Change::Worsen(found)),
            Some(found) => Some(Change::Keep(found)),
        });
    }
    changes.extend(by_name.into_values().map(Change::Begin));
    changes
}

fn rank(severity: &str) -> usize {
    Severity::ALL.iter().position(|known| known.as_str() == severity).unwrap_or(0)
}

#[cfg(test)]
mod tests;
