//! What other parts of the program know of issues; the program fills it in.

use jiff::Timestamp;
use jiff::civil::Date;
use notify::Words;
use store::TenantId;

pub use crate::monitor::reading::Asked;

/// What others know.
pub trait Facts: Send + Sync + 'static {
    /// Everything of the connectors that expires, whenever that is.
    fn expiring(&self, tenant: TenantId) -> Asked<'_, Vec<Expiring>>;
    /// Days of the warehouse that will be dropped, where somebody should look at it.
    fn dropping(&self, tenant: TenantId) -> Asked<'_, Vec<Dropping>>;
}

/// Something that expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// The thing's stable key: `connector/applePushCertificate/<id>`.
    pub subject: String,
    pub display_name: Words,
    pub expires_at: Timestamp,
    /// The page where it is renewed: a path that begins with `/`.
    pub link: String,
}

/// Days that a table will lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropping {
    pub table: String,
    /// The day whose snapshot drops them.
    pub on: Date,
    pub n_days: i64,
}
