//! Our own monitors: what each watches, in which service, and how many readings it takes. Pure.

pub mod judge;
pub mod reading;
pub mod words;

use std::time::Duration;

use crate::hysteresis::Rule;

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Monitor {
    Snapshot,
    Feed,
    Backlog,
    Disk,
    Database,
    ObjectStore,
    Clock,
    Certificate,
    Agents,
}

const A_MINUTE: Duration = Duration::from_secs(60);

impl Monitor {
    pub const ALL: [Monitor; 9] = [
        Monitor::Snapshot,
        Monitor::Feed,
        Monitor::Backlog,
        Monitor::Disk,
        Monitor::Database,
        Monitor::ObjectStore,
        Monitor::Clock,
        Monitor::Certificate,
        Monitor::Agents,
    ];

    /// The name it is kept by and shown as `sourceName`.
    pub fn name(self) -> &'static str {
        match self {
            Monitor::Snapshot => "snapshot",
            Monitor::Feed => "feed",
            Monitor::Backlog => "jobBacklog",
            Monitor::Disk => "diskSpace",
            Monitor::Database => "database",
            Monitor::ObjectStore => "objectStore",
            Monitor::Clock => "clock",
            Monitor::Certificate => "certificate",
            Monitor::Agents => "agents",
        }
    }

    /// Graph's `service`.
    pub fn service(self) -> &'static str {
        match self {
            Monitor::Snapshot | Monitor::Feed | Monitor::ObjectStore => "Data warehouse",
            Monitor::Agents => "Device management",
            Monitor::Backlog | Monitor::Disk | Monitor::Database | Monitor::Clock | Monitor::Certificate => {
                "Quarterdeck"
            }
        }
    }

    /// Graph's `feature`.
    pub fn feature(self) -> &'static str {
        match self {
            Monitor::Snapshot => "Midnight snapshot",
            Monitor::Feed => "Feed",
            Monitor::Backlog => "Background work",
            Monitor::Disk => "Disk space",
            Monitor::Database => "Database",
            Monitor::ObjectStore => "Storage of files",
            Monitor::Clock => "Clock",
            Monitor::Certificate => "Server certificate",
            Monitor::Agents => "Check-in",
        }
    }

    /// Readings in a row to open and to resolve. What is looked at every few seconds takes more of them; what comes
    /// back slowly takes longer to be believed.
    pub fn rule(self) -> Rule {
        let (bad_to_open, good_to_close) = match self {
            Monitor::Snapshot | Monitor::Certificate => (2, 2),
            Monitor::Backlog | Monitor::Clock => (3, 3),
            Monitor::Disk => (3, 5),
            Monitor::Database | Monitor::ObjectStore => (3, 8),
            Monitor::Feed => (3, 10),
            Monitor::Agents => (2, 4),
        };
        Rule { bad_to_open, good_to_close }
    }

    /// How far readings lie apart. What the sentinel looks at comes with its own readings.
    pub fn every(self) -> Duration {
        match self {
            Monitor::Agents => 15 * A_MINUTE,
            _ => A_MINUTE,
        }
    }
}
