//! The statements of notices, channels and deliveries.

use store::Sql;

pub(crate) const RAISE: Sql = Sql::tenant(
    "insert into notice (tenant_id, id, topic, subject, severity, state, title_en, title_nl, title_sv, text_en,
     text_nl, text_sv, link, raised_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
);
pub(crate) const NOTICE: Sql = Sql::tenant(
    "select id, topic, subject, severity, state, title_en, title_nl, title_sv, text_en, text_nl, text_sv, link,
     raised_at from notice where tenant_id = $1 and id = $2",
);
pub(crate) const TENANT_NAME: Sql = Sql::tenant("select display_name from tenant where tenant_id = $1");

pub(crate) const CHANNELS: Sql = Sql::tenant(
    "select id, owner_user_id, kind, display_name, settings, secret, is_enabled, created_at, modified_at, last_sent_at
     from notify_channel where tenant_id = $1 order by created_at, id",
);
pub(crate) const CHANNEL: Sql = Sql::tenant(
    "select id, owner_user_id, kind, display_name, settings, secret, is_enabled, created_at, modified_at, last_sent_at
     from notify_channel where tenant_id = $1 and id = $2",
);
pub(crate) const OWN_CHANNEL: Sql = Sql::tenant(
    "select id, owner_user_id, kind, display_name, settings, secret, is_enabled, created_at, modified_at, last_sent_at
     from notify_channel where tenant_id = $1 and owner_user_id = $2",
);
pub(crate) const INSERT_CHANNEL: Sql = Sql::tenant(
    "insert into notify_channel (tenant_id, id, owner_user_id, kind, display_name, settings, secret, is_enabled,
     created_at, modified_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
);
pub(crate) const UPDATE_CHANNEL: Sql = Sql::tenant(
    "update notify_channel set display_name = $3, settings = $4, secret = $5, is_enabled = $6, modified_at = $7
     where tenant_id = $1 and id = $2",
);
/// What was sent through it stays in the record, without the channel.
pub(crate) const FREE_DELIVERIES: Sql =
    Sql::tenant("update delivery set channel_id = null where tenant_id = $1 and channel_id = $2");
pub(crate) const DELETE_CHANNEL: Sql =
    Sql::tenant("delete from notify_channel where tenant_id = $1 and id = $2");
pub(crate) const SENT_THROUGH: Sql =
    Sql::tenant("update notify_channel set last_sent_at = $3 where tenant_id = $1 and id = $2");

pub(crate) const THREAD: Sql = Sql::tenant(
    "select is_open, told_at from notify_thread
     where tenant_id = $1 and channel_id = $2 and topic = $3 and subject = $4",
);
pub(crate) const KEEP_THREAD: Sql = Sql::tenant(
    "insert into notify_thread (tenant_id, channel_id, topic, subject, is_open, notice_id)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, channel_id, topic, subject) do update
     set is_open = excluded.is_open, notice_id = excluded.notice_id",
);
pub(crate) const TOLD: Sql = Sql::tenant(
    "update notify_thread set told_at = $5 where tenant_id = $1 and channel_id = $2 and topic = $3 and subject = $4",
);
/// A resolved thread was told of, or never will be: the next trouble begins anew.
pub(crate) const END_THREAD: Sql = Sql::tenant(
    "delete from notify_thread
     where tenant_id = $1 and channel_id = $2 and topic = $3 and subject = $4 and is_open = false",
);
pub(crate) const UNRESOLVED: Sql = Sql::tenant(
    "select notice_id from notify_thread
     where tenant_id = $1 and channel_id = $2 and is_open = true and told_at <= $3 order by notice_id",
);

pub(crate) const WAITING: Sql = Sql::tenant(
    "select id, due_at from delivery
     where tenant_id = $1 and channel_id = $2 and state = 'waiting' and is_reminder = false
     order by due_at, id limit 1 for update",
);
pub(crate) const REMINDING: Sql = Sql::tenant(
    "select id from delivery where tenant_id = $1 and channel_id = $2 and is_reminder = true
     and state in ('waiting', 'sending', 'retrying') limit 1",
);
pub(crate) const INSERT_DELIVERY: Sql = Sql::tenant(
    "insert into delivery (tenant_id, id, channel_id, channel_kind, channel_name, state, is_reminder, title, n_notices,
     attempts, created_at, due_at) values ($1, $2, $3, $4, $5, 'waiting', $6, $7, 0, 0, $8, $9)",
);
pub(crate) const ADD_NOTICE: Sql = Sql::tenant(
    "insert into delivery_notice (tenant_id, delivery_id, notice_id) values ($1, $2, $3)
     on conflict (tenant_id, delivery_id, notice_id) do nothing",
);
pub(crate) const GROW_DELIVERY: Sql = Sql::tenant(
    "update delivery set due_at = $3, title = $4,
     n_notices = (select count(*) from delivery_notice n where n.tenant_id = $1 and n.delivery_id = $2)
     where delivery.tenant_id = $1 and delivery.id = $2",
);
pub(crate) const DELIVERY: Sql = Sql::tenant(
    "select channel_id, state, is_reminder, attempts from delivery where tenant_id = $1 and id = $2",
);
pub(crate) const DELIVERED_NOTICES: Sql = Sql::tenant(
    "select n.id, n.topic, n.subject, n.severity, n.state, n.title_en, n.title_nl, n.title_sv, n.text_en, n.text_nl,
     n.text_sv, n.link, n.raised_at from notice n
     join delivery_notice d on d.tenant_id = n.tenant_id and d.notice_id = n.id
     where n.tenant_id = $1 and d.delivery_id = $2 order by n.raised_at, n.id",
);
pub(crate) const SENDING: Sql = Sql::tenant(
    "update delivery set state = 'sending', attempts = attempts + 1 where tenant_id = $1 and id = $2",
);
pub(crate) const FINISH: Sql = Sql::tenant(
    "update delivery set state = $3, title = $4, last_error = $5, last_error_nl = $6, last_error_sv = $7, finished_at = $8
     where tenant_id = $1 and id = $2",
);
pub(crate) const AGAIN: Sql = Sql::tenant(
    "update delivery set state = 'retrying', last_error = null, last_error_nl = null, last_error_sv = null,
     finished_at = null, due_at = $3
     where tenant_id = $1 and id = $2 and state = 'failed'",
);
pub(crate) const FORGET_DELIVERIES: Sql =
    Sql::tenant("delete from delivery where tenant_id = $1 and finished_at is not null and finished_at < $2");
/// A notice that a channel may still be reminded of is kept.
pub(crate) const FORGET_NOTICES: Sql = Sql::tenant(
    "delete from notice where notice.tenant_id = $1 and raised_at < $2
     and not exists (select 1 from notify_thread t where t.tenant_id = $1 and t.notice_id = notice.id)
     and not exists (select 1 from delivery_notice d where d.tenant_id = $1 and d.notice_id = notice.id)",
);
/// `$2`: the reader's language. What failed before errors were kept in three languages has only the English.
pub(crate) const DELIVERIES: Sql = Sql::tenant(
    "select id, channel_id, channel_kind, channel_name, state, is_reminder, title, n_notices, attempts,
     case cast($2 as text) when 'nl' then coalesce(last_error_nl, last_error)
       when 'sv' then coalesce(last_error_sv, last_error) else last_error end as last_error,
     created_at, due_at, finished_at from delivery where tenant_id = $1",
);
