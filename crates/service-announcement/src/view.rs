//! What the doors show.

use api::list::{Column, Kind, View};

use crate::sql;

const fn column(name: &'static str, sql: &'static str, kind: Kind, nullable: bool) -> Column {
    Column { name, sql, kind, nullable }
}

/// Graph's `serviceHealth`.
pub(crate) static OVERVIEWS: View = View {
    set: "admin/serviceAnnouncement/healthOverviews",
    base: sql::OVERVIEWS,
    searched: &["service"],
    order: "service",
    columns: &[
        column("id", "id", Kind::Text, false),
        column("service", "service", Kind::Text, false),
        column("status", "status", Kind::Text, false),
    ],
};

/// Graph's `serviceHealthIssue`, with `source` and `sourceName` of our own.
pub(crate) static ISSUES: View = View {
    set: "admin/serviceAnnouncement/issues",
    base: sql::ISSUES,
    searched: &["title", "impact", "service", "feature", "id"],
    order: "last_modified_at desc",
    columns: &[
        column("id", "id", Kind::Text, false),
        column("title", "title", Kind::Text, false),
        column("service", "service", Kind::Text, false),
        column("feature", "feature", Kind::Text, false),
        column("featureGroup", "feature_group", Kind::Text, false),
        column("classification", "classification", Kind::Text, false),
        column("origin", "origin", Kind::Text, false),
        column("status", "status", Kind::Text, false),
        column("impactDescription", "impact", Kind::Text, false),
        column("isResolved", "is_resolved", Kind::Bool, false),
        column("startDateTime", "start_at", Kind::Time, false),
        column("endDateTime", "end_at", Kind::Time, true),
        column("lastModifiedDateTime", "last_modified_at", Kind::Time, false),
        column("details", "details", Kind::Json, false),
        column("posts", "posts", Kind::Json, false),
        column("source", "source_kind", Kind::Text, false),
        column("sourceName", "source_name", Kind::Text, false),
    ],
};

/// Graph's `serviceUpdateMessage`, with our own: `source`, `sourceName`, the reader's marks as properties that can be
/// filtered by, and `isActive`: neither ended nor archived by the reader.
pub(crate) static MESSAGES: View = View {
    set: "admin/serviceAnnouncement/messages",
    base: sql::MESSAGES,
    searched: &["title", "body", "id"],
    order: "last_modified_at desc",
    columns: &[
        column("id", "id", Kind::Text, false),
        column("title", "title", Kind::Text, false),
        column("body", "body", Kind::Json, false),
        column("category", "category", Kind::Text, false),
        column("severity", "severity", Kind::Text, false),
        column("services", "services", Kind::Json, false),
        column("tags", "tags", Kind::Json, false),
        column("isMajorChange", "is_major_change", Kind::Bool, false),
        column("actionRequiredByDateTime", "act_by_at", Kind::Time, true),
        column("startDateTime", "start_at", Kind::Time, false),
        column("endDateTime", "end_at", Kind::Time, true),
        column("lastModifiedDateTime", "last_modified_at", Kind::Time, false),
        column("hasAttachments", "has_attachments", Kind::Bool, false),
        column("details", "details", Kind::Json, false),
        column("viewPoint", "view_point", Kind::Json, false),
        column("isRead", "is_read", Kind::Bool, false),
        column("isArchived", "is_archived", Kind::Bool, false),
        column("isFavorited", "is_favorited", Kind::Bool, false),
        column("isActive", "is_active", Kind::Bool, false),
        column("source", "source_kind", Kind::Text, false),
        column("sourceName", "source_name", Kind::Text, false),
    ],
};

/// An issue in the environment that requires action.
pub(crate) static ACTION_ITEMS: View = View {
    set: "actionItems",
    base: sql::ACTION_ITEMS,
    searched: &["title", "advice", "subject"],
    order: "case v.severity when 'critical' then 0 when 'warning' then 1 else 2 end, v.first_seen_at",
    columns: &[
        column("id", "id", Kind::Guid, false),
        column("kind", "kind", Kind::Text, false),
        column("subject", "subject", Kind::Text, false),
        column("severity", "severity", Kind::Text, false),
        column("title", "title", Kind::Text, false),
        column("advice", "advice", Kind::Text, false),
        column("link", "link", Kind::Text, false),
        column("affectedCount", "affected", Kind::Int, false),
        column("firstSeenDateTime", "first_seen_at", Kind::Time, false),
        column("lastSeenDateTime", "last_seen_at", Kind::Time, false),
    ],
};
