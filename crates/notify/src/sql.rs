//! The statements of notices, channels and deliveries.

use store::Sql;

pub(crate) const RAISE: Sql = Sql::tenant(
    "insert into notice (tenant_id, id, topic, subject, severity, state, title_en, title_nl, title_sv, text_en,
     text_nl, text_sv, link, raised_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
);
