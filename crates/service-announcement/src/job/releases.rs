//! Publishes the release notes of each version as a message, once.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use notify::{State, Words};
use store::{SqlError, TenantId, Tx};

use crate::ServiceAnnouncement;
use crate::issue::Hand;
use crate::message::{self, Message, plain};
use crate::model::{Category, Severity, Source};

/// Older notes are there to be read, but nobody is told of them.
const NEWS: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The notes of one version; the program reads them out of its changelog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub version: String,
    pub date: Date,
    /// `Added`, `Changed` …, each with its items.
    pub sections: Vec<(String, Vec<String>)>,
}

/// Publishes the notes that are not published yet.
///
/// # Errors
/// When the database refuses.
pub async fn run(feature: &ServiceAnnouncement, tenant: TenantId) -> Result<(), SqlError> {
    let (releases, hand) = (feature.releases.clone(), Hand::of_system(&feature.world, "release notes"));
    let written = feature
        .store
        .write(tenant, move |tx| releases.iter().try_for_each(|release| publish(tx, &hand, release)));
    written.await
}

fn publish(tx: &mut Tx<'_, '_>, hand: &Hand, release: &Release) -> Result<(), SqlError> {
    let (id, start_at) = (id_of(release), begins(release, hand.now));
    let message = message_of(release, start_at);
    if !message::insert(tx, (&id, &Source::Release), &message, start_at)? {
        return Ok(());
    }
    if hand.now.duration_since(start_at) <= NEWS {
        message::tell(tx, hand, &id, &message, State::Open)?;
    }
    message::record_published(tx, hand, &id, &message)
}

/// A version's message has the same id everywhere.
fn id_of(release: &Release) -> String {
    format!("QR-{}", release.version)
}

fn begins(release: &Release, now: Timestamp) -> Timestamp {
    release.date.to_zoned(TimeZone::UTC).map_or(now, |midnight| midnight.timestamp())
}

fn message_of(release: &Release, start_at: Timestamp) -> Message {
    let version = &release.version;
    let title = Words::new(
        format!("What's new in Quarterdeck {version}"),
        format!("Nieuw in Quarterdeck {version}"),
        format!("Nyheter i Quarterdeck {version}"),
    );
    Message {
        title,
        // The changelog is written in English.
        body: plain(&Words::same(body_of(release))),
        category: Category::StayInformed,
        severity: Severity::Normal,
        services: vec!["Quarterdeck".to_owned()],
        tags: vec!["New feature".to_owned()],
        is_major_change: version.ends_with(".0.0"),
        act_by_at: None,
        start_at,
        end_at: None,
    }
}

fn body_of(release: &Release) -> String {
    let section = |(title, items): &(String, Vec<String>)| {
        let items: String = items.iter().map(|item| format!("\n- {item}")).collect();
        format!("{title}{items}")
    };
    release.sections.iter().map(section).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_become_a_message_of_their_day() {
        let release = Release {
            version: "0.2.0".to_owned(),
            date: "2026-12-01".parse().expect("a day"),
            sections: vec![("Added".to_owned(), vec!["One.".to_owned(), "Two.".to_owned()])],
        };
        assert_eq!(id_of(&release), "QR-0.2.0");
        assert_eq!(begins(&release, Timestamp::UNIX_EPOCH).to_string(), "2026-12-01T00:00:00Z");
        let message = message_of(&release, Timestamp::UNIX_EPOCH);
        assert_eq!(message.body.sv, r#"{"contentType":"text","content":"Added\n- One.\n- Two."}"#);
        assert_eq!(message.title.nl, "Nieuw in Quarterdeck 0.2.0");
    }
}
