//! The feature's statements.
//!
//! In the lists' statements `$2` is the reader's language: `en`, `nl` or `sv`.

use store::Sql;

/// The services: ours, and those that issues name. A service shows its worst open issue's status.
pub(crate) const OVERVIEWS: Sql = Sql::tenant(
    "select s.service as id, s.service as service, coalesce((select i.status from service_issue i
        where i.tenant_id = s.tenant_id and i.service = s.service and not i.is_resolved
        order by i.status_rank desc, i.start_at desc, i.id limit 1), 'serviceOperational') as status
     from (select t.tenant_id, 'Data warehouse' as service from tenant t where t.tenant_id = $1
       union select t.tenant_id, 'Device management' from tenant t where t.tenant_id = $1
       union select t.tenant_id, 'Quarterdeck' from tenant t where t.tenant_id = $1
       union select o.tenant_id, o.service from service_issue o where o.tenant_id = $1) s
     where s.tenant_id = $1",
);

/// `$3`: issues that ended before are not shown any more.
pub(crate) const ISSUES: Sql = Sql::tenant(
    "select i.id, case cast($2 as text) when 'nl' then i.title_nl when 'sv' then i.title_sv else i.title end as title,
     i.service, i.feature, i.feature_group, i.classification, i.origin, i.status,
     case cast($2 as text) when 'nl' then i.impact_nl when 'sv' then i.impact_sv else i.impact end as impact,
     i.is_resolved, i.start_at, i.end_at, i.last_modified_at, i.details, i.source_kind, i.source_name,
     '[' || coalesce((select string_agg(
          case cast($2 as text) when 'nl' then p.post_nl when 'sv' then p.post_sv else p.post end, ','
          order by p.sequence)
        from service_issue_post p where p.tenant_id = i.tenant_id and p.issue_id = i.id), '') || ']' as posts
     from service_issue i where i.tenant_id = $1 and (i.end_at is null or i.end_at >= $3)",
);

/// `$3`: the reader, or '' for one who has no marks. `$4`: whether messages about data privacy are shown. `$5`: now.
pub(crate) const MESSAGES: Sql = Sql::tenant(
    "select m.id, case cast($2 as text) when 'nl' then m.title_nl when 'sv' then m.title_sv else m.title end as title,
     case cast($2 as text) when 'nl' then m.body_nl when 'sv' then m.body_sv else m.body end as body,
     m.category, m.severity, m.services, m.tags, m.is_major_change, m.act_by_at, m.start_at, m.end_at,
     m.last_modified_at, m.source_kind, m.source_name, false as has_attachments, '[]' as details,
     coalesce(p.is_read, false) as is_read, coalesce(p.is_archived, false) as is_archived,
     coalesce(p.is_favorited, false) as is_favorited,
     (m.end_at is null or m.end_at > $5) and not coalesce(p.is_archived, false) as is_active,
     '{\"isRead\":' || case when coalesce(p.is_read, false) then 'true' else 'false' end
       || ',\"isArchived\":' || case when coalesce(p.is_archived, false) then 'true' else 'false' end
       || ',\"isFavorited\":' || case when coalesce(p.is_favorited, false) then 'true' else 'false' end
       || '}' as view_point
     from service_message m left join service_message_view_point p
       on p.tenant_id = m.tenant_id and p.message_id = m.id and p.user_id = $3
     where m.tenant_id = $1 and ($4 or not m.is_data_privacy)",
);

/// What is to be done, as it stands: what is mended is not in it.
pub(crate) const ACTION_ITEMS: Sql = Sql::tenant(
    "select a.id, a.kind, a.subject, a.severity,
     case cast($2 as text) when 'nl' then a.title_nl when 'sv' then a.title_sv else a.title end as title,
     case cast($2 as text) when 'nl' then a.advice_nl when 'sv' then a.advice_sv else a.advice end as advice,
     a.link, a.affected, a.first_seen_at, a.last_seen_at
     from action_item a where a.tenant_id = $1 and a.mended_at is null",
);

pub(crate) const INSERT_ISSUE: Sql = Sql::tenant(
    "insert into service_issue (tenant_id, id, source_kind, source_name, origin, title, title_nl, title_sv, service,
     feature, feature_group, classification, status, status_rank, impact, impact_nl, impact_sv, is_resolved, start_at,
     end_at, last_modified_at, details)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
);
pub(crate) const LOCK_ISSUE: Sql = Sql::tenant(
    "select source_kind, source_name, is_resolved, title, title_nl, title_sv, classification, status, service,
     last_modified_at from service_issue where tenant_id = $1 and id = $2 for update",
);
pub(crate) const UPDATE_ISSUE: Sql = Sql::tenant(
    "update service_issue set status = $3, status_rank = $4, is_resolved = $5, end_at = $6, last_modified_at = $7,
     classification = $8 where tenant_id = $1 and id = $2",
);
pub(crate) const UPDATE_IMPACT: Sql = Sql::tenant(
    "update service_issue set impact = $3, impact_nl = $4, impact_sv = $5 where tenant_id = $1 and id = $2",
);
pub(crate) const INSERT_POST: Sql = Sql::tenant(
    "insert into service_issue_post (tenant_id, issue_id, sequence, created_at, post, post_nl, post_sv)
     select $1, cast($2 as text), coalesce(max(p.sequence), 0) + 1, cast($3 as bigint), cast($4 as text), cast($5 as text),
     cast($6 as text)
     from service_issue_post p where p.tenant_id = $1 and p.issue_id = $2",
);

pub(crate) const INSERT_MESSAGE: Sql = Sql::tenant(
    "insert into service_message (tenant_id, id, source_kind, source_name, title, title_nl, title_sv, body, body_nl,
     body_sv, category, severity, services, tags, is_data_privacy, is_major_change, act_by_at, start_at, end_at,
     last_modified_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
     on conflict (tenant_id, id) do nothing",
);
pub(crate) const LOCK_MESSAGE: Sql = Sql::tenant(
    "select source_kind, source_name, title, title_nl, title_sv, body, body_nl, body_sv, category, severity, services,
     tags, is_major_change, act_by_at, start_at, end_at, last_modified_at
     from service_message where tenant_id = $1 and id = $2 for update",
);
pub(crate) const UPDATE_MESSAGE: Sql = Sql::tenant(
    "update service_message set title = $3, title_nl = $4, title_sv = $5, body = $6, body_nl = $7, body_sv = $8,
     category = $9, severity = $10, services = $11, tags = $12, is_data_privacy = $13, is_major_change = $14,
     act_by_at = $15, start_at = $16, end_at = $17, last_modified_at = $18 where tenant_id = $1 and id = $2",
);
/// Who has read a message has not read what it says now.
pub(crate) const UNREAD: Sql = Sql::tenant(
    "update service_message_view_point set is_read = false where tenant_id = $1 and message_id = $2",
);
/// The message is there, and the reader may see it.
pub(crate) const SEES_MESSAGE: Sql = Sql::tenant(
    "select id from service_message where tenant_id = $1 and id = $2 and ($3 or not is_data_privacy)",
);
pub(crate) const BEGIN_VIEW_POINT: Sql = Sql::tenant(
    "insert into service_message_view_point (tenant_id, message_id, user_id, is_read, is_archived, is_favorited)
     values ($1, $2, $3, false, false, false) on conflict (tenant_id, message_id, user_id) do nothing",
);
pub(crate) const MARK_READ: Sql = Sql::tenant(
    "update service_message_view_point set is_read = $4 where tenant_id = $1 and message_id = $2 and user_id = $3",
);
pub(crate) const MARK_ARCHIVED: Sql = Sql::tenant(
    "update service_message_view_point set is_archived = $4 where tenant_id = $1 and message_id = $2 and user_id = $3",
);
pub(crate) const MARK_FAVORITED: Sql = Sql::tenant(
    "update service_message_view_point set is_favorited = $4
     where tenant_id = $1 and message_id = $2 and user_id = $3",
);

pub(crate) const BEGIN_MONITOR: Sql = Sql::tenant(
    "insert into health_monitor (tenant_id, name, state, memory, read_at) values ($1, $2, '{}', '{}', 0)
     on conflict (tenant_id, name) do nothing",
);
pub(crate) const LOCK_MONITOR: Sql = Sql::tenant(
    "select state, memory, issue_id, told_at, read_at from health_monitor where tenant_id = $1 and name = $2 for update",
);
pub(crate) const KEEP_MONITOR: Sql = Sql::tenant(
    "update health_monitor set state = $3, memory = $4, issue_id = $5, told_at = $6, read_at = $7
     where tenant_id = $1 and name = $2",
);
/// Work that waits although it is due, or whose worker has gone.
pub(crate) const BACKLOG: Sql = Sql::tenant(
    "select count(*), min(due_at) from job
     where tenant_id = $1 and due_at <= $2 and (state = 'queued' or (state = 'running' and lease_until < $2))",
);
/// Devices seen since `$2`, and those of them not seen since `$3`.
/// Devices that were seen since `$2`, and those of them that were not seen since `$3`. Only the silent ones are read: how
/// many there are is kept.
pub(crate) const FLEET: Sql = Sql::tenant(
    "select coalesce((select c.enrolled from device_count c where c.tenant_id = $1), 0)
        - coalesce(sum(case when d.last_sync_at < $2 then 1 else 0 end), 0),
     coalesce(sum(case when d.last_sync_at >= $2 then 1 else 0 end), 0) from device d
     where d.tenant_id = $1 and d.retired_at is null and d.last_sync_at < $3",
);
pub(crate) const DATABASE_CLOCK: Sql =
    Sql::global("select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)");

pub(crate) const KNOWN_ITEMS: Sql = Sql::tenant(
    "select kind, subject, severity, title, title_nl, title_sv, mended_at is not null from action_item
     where tenant_id = $1 order by kind, subject for update",
);
pub(crate) const BEGIN_ITEM: Sql = Sql::tenant(
    "insert into action_item (tenant_id, kind, subject, id, severity, title, title_nl, title_sv, advice, advice_nl,
     advice_sv, link, affected, first_seen_at, last_seen_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
     on conflict (tenant_id, kind, subject) do update set severity = excluded.severity, title = excluded.title,
       title_nl = excluded.title_nl, title_sv = excluded.title_sv, advice = excluded.advice,
       advice_nl = excluded.advice_nl, advice_sv = excluded.advice_sv, link = excluded.link,
       affected = excluded.affected, first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at,
       mended_at = null",
);
pub(crate) const KEEP_ITEM: Sql = Sql::tenant(
    "update action_item set severity = $4, title = $5, title_nl = $6, title_sv = $7, advice = $8, advice_nl = $9,
     advice_sv = $10, link = $11, affected = $12, last_seen_at = $13
     where tenant_id = $1 and kind = $2 and subject = $3",
);
pub(crate) const MEND_ITEM: Sql =
    Sql::tenant("update action_item set mended_at = $4 where tenant_id = $1 and kind = $2 and subject = $3");
pub(crate) const FORGET_ITEMS: Sql =
    Sql::tenant("delete from action_item where tenant_id = $1 and mended_at < $2");
pub(crate) const FORGET_POSTS: Sql = Sql::tenant(
    "delete from service_issue_post where service_issue_post.tenant_id = $1 and service_issue_post.issue_id in
     (select i.id from service_issue i where i.tenant_id = $1 and i.end_at < $2)",
);
pub(crate) const FORGET_ISSUES: Sql =
    Sql::tenant("delete from service_issue where tenant_id = $1 and end_at < $2");

/// What a person read, archived and marked.
pub(crate) const FORGET_MARKS: Sql =
    Sql::tenant("delete from service_message_view_point where tenant_id = $1 and user_id = $2");

/// App registrations by when their last secret ends.
pub(crate) const APPLICATION_SECRETS: Sql = Sql::tenant(
    "select a.app_id, a.display_name, max(p.ends_at) from application a
     join application_password p on p.tenant_id = a.tenant_id and p.app_id = a.app_id
     where a.tenant_id = $1 group by a.app_id, a.display_name",
);
pub(crate) const FAILED_ENROLLMENTS: Sql = Sql::tenant(
    "select cause, cast(sum(n_failures) as bigint) from enrollment_failure where tenant_id = $1 and last_at >= $2
     group by cause order by cause",
);
pub(crate) const DEVICES_NOT_SEEN: Sql = Sql::tenant(
    "select count(*) from device where tenant_id = $1 and retired_at is null and last_sync_at < $2",
);
/// `$2`: the role of those who may do everything.
pub(crate) const ADMINISTRATORS: Sql = Sql::tenant(
    "select coalesce(sum(case when m.role_template_id = $2 and u.account_enabled and u.deleted_at is null
        then 1 else 0 end), 0),
     count(distinct case when not u.account_enabled or u.deleted_at is not null then u.id end)
     from directory_role_member m join directory_user u on u.tenant_id = m.tenant_id and u.id = m.user_id
     where m.tenant_id = $1",
);
pub(crate) const LICENSES: Sql = Sql::tenant(
    "select sku_id, display_name, enabled_units, consumed_units from subscribed_sku where tenant_id = $1 order by sku_id",
);

/// What another service says now of an issue of its own.
pub(crate) const REPLACE_ISSUE: Sql = Sql::tenant(
    "update service_issue set title = $3, title_nl = $3, title_sv = $3, service = $4, feature = $5, feature_group = $6,
     classification = $7, origin = $8, status = $9, status_rank = $10, impact = $11, impact_nl = $11, impact_sv = $11,
     is_resolved = $12, start_at = $13, end_at = $14, last_modified_at = $15, details = $16
     where tenant_id = $1 and id = $2",
);
pub(crate) const DELETE_POSTS: Sql =
    Sql::tenant("delete from service_issue_post where tenant_id = $1 and issue_id = $2");

/// `$2`: the kind of an import's job. `$3`: one connection, or '' for all.
pub(crate) const SOURCES: Sql = Sql::tenant(
    "select id, display_name, service_url, token_url, client_id, scope, is_enabled, created_at, asked_at,
     last_success_at, last_error, last_error_nl, last_error_sv,
     exists (select 1 from job j where j.tenant_id = s.tenant_id and j.kind = $2 and substr(j.dedupe_key, 1, 36) = s.id
       and j.state in ('queued', 'running')) as is_running
     from announcement_source s where s.tenant_id = $1 and ($3 = '' or s.id = $3) order by created_at, id limit 100",
);
pub(crate) const INSERT_SOURCE: Sql = Sql::tenant(
    "insert into announcement_source (tenant_id, id, display_name, service_url, token_url, client_id, scope,
     sealed_secret, is_enabled, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, true, $9)",
);
/// `$10`: it is another place now, so everything is asked for again, soon.
pub(crate) const UPDATE_SOURCE: Sql = Sql::tenant(
    "update announcement_source set display_name = $3, service_url = $4, token_url = $5, client_id = $6, scope = $7,
     sealed_secret = coalesce($8, sealed_secret), is_enabled = $9,
     issues_until = case when $10 then null else issues_until end,
     messages_until = case when $10 then null else messages_until end,
     asked_at = case when $10 then null else asked_at end where tenant_id = $1 and id = $2",
);
pub(crate) const FIND_SOURCE: Sql = Sql::tenant(
    "select display_name, service_url, token_url, client_id, scope, sealed_secret, issues_until, messages_until,
     is_enabled from announcement_source where tenant_id = $1 and id = $2",
);
pub(crate) const LOCK_SOURCE: Sql =
    Sql::tenant("select display_name from announcement_source where tenant_id = $1 and id = $2 for update");
pub(crate) const DELETE_SOURCE: Sql =
    Sql::tenant("delete from announcement_source where tenant_id = $1 and id = $2");
/// `$2`: sources that were asked before are due.
pub(crate) const DUE_SOURCES: Sql = Sql::tenant(
    "select id from announcement_source
     where tenant_id = $1 and is_enabled and (asked_at is null or asked_at <= $2) order by id",
);
pub(crate) const ASK_SOURCE: Sql =
    Sql::tenant("update announcement_source set asked_at = $3 where tenant_id = $1 and id = $2");
pub(crate) const SOURCE_DONE: Sql = Sql::tenant(
    "update announcement_source set issues_until = $3, messages_until = $4, last_success_at = $5, last_error = null,
     last_error_nl = null, last_error_sv = null where tenant_id = $1 and id = $2",
);
pub(crate) const SOURCE_FAILED: Sql = Sql::tenant(
    "update announcement_source set last_error = $3, last_error_nl = $4, last_error_sv = $5
     where tenant_id = $1 and id = $2",
);
/// Whether an import of this source waits or runs.
pub(crate) const SOURCE_BUSY: Sql = Sql::tenant(
    "select id from job where tenant_id = $1 and kind = $2 and substr(dedupe_key, 1, 36) = $3
     and state in ('queued', 'running') limit 1",
);
/// What waits to be tried again is due now.
pub(crate) const HASTEN_SOURCE: Sql = Sql::tenant(
    "update job set due_at = $4
     where tenant_id = $1 and kind = $2 and substr(dedupe_key, 1, 36) = $3 and state = 'queued' and due_at > $4",
);
/// What a source brought goes with it.
pub(crate) const DELETE_SOURCE_POSTS: Sql = Sql::tenant(
    "delete from service_issue_post where service_issue_post.tenant_id = $1 and service_issue_post.issue_id in
     (select i.id from service_issue i where i.tenant_id = $1 and i.source_kind = 'import' and i.source_name = $2)",
);
pub(crate) const DELETE_SOURCE_ISSUES: Sql = Sql::tenant(
    "delete from service_issue where tenant_id = $1 and source_kind = 'import' and source_name = $2",
);
pub(crate) const DELETE_SOURCE_MARKS: Sql = Sql::tenant(
    "delete from service_message_view_point
     where service_message_view_point.tenant_id = $1 and service_message_view_point.message_id in
     (select m.id from service_message m where m.tenant_id = $1 and m.source_kind = 'import' and m.source_name = $2)",
);
pub(crate) const DELETE_SOURCE_MESSAGES: Sql = Sql::tenant(
    "delete from service_message where tenant_id = $1 and source_kind = 'import' and source_name = $2",
);

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use store::{TenantId, testkit};
    use uuid::Uuid;

    use super::*;

    /// They are asked every few minutes, and there may be a million devices.
    #[test]
    fn devices_are_counted_by_an_index() {
        let (now, tenant) = (Timestamp::UNIX_EPOCH, TenantId(Uuid::from_u128(1)));
        testkit::check(async |store| {
            for (statement, params) in
                [(FLEET, vec![now.into(), now.into()]), (DEVICES_NOT_SEEN, vec![now.into()])]
            {
                let plan = testkit::plan(&store, tenant, statement, params).await;
                assert!(plan.contains("device_last_sync"), "{plan}");
                assert!(!plan.contains("scan d") && !plan.contains("seq scan"), "{plan}");
            }
        });
    }
}
