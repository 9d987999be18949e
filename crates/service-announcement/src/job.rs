//! What the feature does without a caller.

pub mod actions;
pub mod import;
pub mod releases;
pub mod watch;

use std::time::Duration;

use jobs::{Tick, Work};

use crate::ServiceAnnouncement;

const A_MINUTE: Duration = Duration::from_secs(60);

/// What the feature looks at every so often.
pub fn ticks(feature: &ServiceAnnouncement) -> Vec<Tick> {
    let (watching, looking, publishing, asking) =
        (feature.clone(), feature.clone(), feature.clone(), feature.clone());
    vec![
        Tick::new("service-announcement.watch", A_MINUTE, move |tenant| {
            let feature = watching.clone();
            async move { watch::run(&feature, tenant).await }
        }),
        Tick::new("service-announcement.actions", 5 * A_MINUTE, move |tenant| {
            let feature = looking.clone();
            async move { actions::run(&feature, tenant).await }
        }),
        Tick::new("service-announcement.releases", 60 * A_MINUTE, move |tenant| {
            let feature = publishing.clone();
            async move { releases::run(&feature, tenant).await }
        }),
        Tick::new("service-announcement.sources", A_MINUTE, move |tenant| {
            let feature = asking.clone();
            async move { import::ask_due(&feature, tenant).await }
        }),
    ]
}

/// The kinds of work this feature offers.
pub fn works(feature: &ServiceAnnouncement) -> Vec<Work> {
    vec![import::work(feature)]
}
