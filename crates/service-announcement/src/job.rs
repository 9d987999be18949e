//! What the feature does without a caller.

pub mod watch;

use std::time::Duration;

use jobs::Tick;

use crate::ServiceAnnouncement;

/// What the feature looks at every so often.
pub fn ticks(feature: &ServiceAnnouncement) -> Vec<Tick> {
    let watching = feature.clone();
    vec![Tick::new("service-announcement.watch", Duration::from_secs(60), move |tenant| {
        let feature = watching.clone();
        async move { watch::run(&feature, tenant).await }
    })]
}
