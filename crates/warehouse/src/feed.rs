//! The warehouse feed: a read-only OData service over the lake (seed, "Intune Data Warehouse API endpoint").
//!
//! It takes a request as plain values and gives an answer whose rows are written later, chunk by chunk. It knows no
//! HTTP server and asks nobody's permission: that is [`crate::op::feed`]. Two root styles reach it: the version as
//! `api-version`, as the product has it, and the version as a path segment, which tools can use that cannot cope with
//! a query in a root.
//!
//! `$select`, `$top`, `$skip`, `$count` and `$filter` are answered; other options of OData are refused with 501.
//! Pages are pinned to a snapshot of the lake: a download that runs over midnight shows one day.

mod filter;
mod plan;
mod rows;
mod token;

#[cfg(test)]
mod tests;

use ::model::Version;
use api::{Code, Failure};
use bytes::Bytes;
use jiff::civil::Date;
use lake::{At, Lake, SnapshotError};
use odata::ErrorKind;
use odata::edm::Model;
use odata::negotiate::{self, Agreed, Document, Format, Preferences, Wish};
use odata::path::{DataPath, Resource, Root as PathRoot, Segment};

use plan::Plan;
pub use rows::{Broken, Rows};

/// Rows of a page unless the client asks for fewer.
pub const PAGE_ROWS: u64 = 100_000;

/// How the version is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// `…/DataWarehouseFEService[/{set}]?api-version=v1.0`
    Query,
    /// `…/warehouse/v1.0/[{set}]`
    Path(Version),
}

/// A request, as far as it matters here.
#[derive(Clone, Debug)]
pub struct FeedRequest<'a> {
    /// How the version is given.
    pub root: Root,
    /// Absolute URL of the service root, without a slash at the end.
    pub root_url: &'a str,
    /// What follows the root, percent-encoded.
    pub path: &'a str,
    /// What follows `?`, percent-encoded.
    pub query: &'a str,
    /// The `Accept` header.
    pub accept: Option<&'a str>,
    /// The `OData-Version` header.
    pub odata_version: Option<&'a str>,
    /// The `OData-MaxVersion` header.
    pub odata_max_version: Option<&'a str>,
    /// The `Prefer` header.
    pub prefer: Option<&'a str>,
    /// Today in UTC.
    pub today: Date,
}

/// An answer with status 200.
#[derive(Debug)]
pub struct FeedResponse {
    /// `Content-Type`.
    pub content_type: String,
    /// `OData-Version`.
    pub odata_version: &'static str,
    /// `Preference-Applied`.
    pub preference_applied: Option<String>,
    /// The body.
    pub body: FeedBody,
}

/// A body.
#[derive(Debug)]
pub enum FeedBody {
    /// Ready.
    Whole(Bytes),
    /// To be written by [`Rows::run`].
    Rows(Box<Rows>),
}

/// The feed of one tenant.
#[derive(Clone)]
pub struct Feed {
    lake: Lake,
    page_rows: u64,
}

impl Feed {
    /// A feed over `lake` with pages of at most `page_rows` rows.
    pub const fn new(lake: Lake, page_rows: u64) -> Self {
        Self { lake, page_rows }
    }

    /// Answers a request. It reads the lake's catalogue: call it from a thread that may wait.
    ///
    /// # Errors
    /// A failure that names the option and the place; 410 when the snapshot of a next link is no longer kept.
    pub fn answer(&self, request: &FeedRequest<'_>) -> Result<FeedResponse, Failure> {
        let (version, path) = version(request)?;
        let model = crate::edm::model(version);
        let resource = odata::path::parse_path(&path, &model)?;
        match resource {
            Resource::ServiceDocument => self.document(request, Document::Data, |agreed| {
                let level = match agreed.format {
                    Format::Json { metadata, .. } => metadata,
                    Format::Xml | Format::Text => negotiate::Metadata::Minimal,
                };
                odata::json::service_document(&model, &format!("{}/", request.root_url), level).to_string()
            }),
            Resource::Metadata => self.document(request, Document::Metadata, |agreed| match agreed.format {
                Format::Xml | Format::Text => odata::csdl::to_xml(&model, agreed.version),
                Format::Json { .. } => odata::csdl::to_json(&model).to_string(),
            }),
            Resource::Data(path) => self.data(request, version, &model, &path),
            Resource::Batch => Err(not_offered("$batch is not offered; send the requests one by one.")),
            Resource::Entity | Resource::EntityAs(_) => {
                Err(not_offered("$entity is not offered; read the entity set with $filter."))
            }
            Resource::All(_) => Err(not_offered("$all is not offered; read the entity sets one by one.")),
            Resource::CrossJoin(_) => {
                Err(not_offered("$crossjoin is not offered; read the entity sets one by one."))
            }
        }
    }

    fn document(
        &self,
        request: &FeedRequest<'_>,
        document: Document,
        write: impl FnOnce(&Agreed) -> String,
    ) -> Result<FeedResponse, Failure> {
        let agreed = agree(request, document, token::option(request.query, "format").as_deref())?;
        let body = FeedBody::Whole(write(&agreed).into());
        Ok(FeedResponse {
            content_type: agreed.content_type(),
            odata_version: agreed.version.header(),
            preference_applied: None,
            body,
        })
    }

    fn data(
        &self,
        request: &FeedRequest<'_>,
        version: Version,
        model: &Model,
        path: &DataPath,
    ) -> Result<FeedResponse, Failure> {
        let PathRoot::Set(set) = &path.root else {
            return Err(not_offered("The feed has no singletons; read an entity set."));
        };
        let table = ::model::table(set).ok_or_else(|| Failure::not_found(format!("There is no {set}.")))?;
        let (counts, key) = match path.segments.as_slice() {
            [] => (false, None),
            [Segment::Count] => (true, None),
            [Segment::Key(key)] => (false, Some(key.as_slice())),
            _ => {
                let message = format!("Only {set}, {set}/$count and single entities of {set} are offered.");
                return Err(not_offered(message));
            }
        };
        let options = plan::options(request.query, model, table)?;
        let document = if counts { Document::RawValue } else { Document::Data };
        let agreed = agree(request, document, options.format.as_deref())?;
        let preferences = request.prefer.map(Preferences::parse).unwrap_or_default();
        let page_rows =
            preferences.max_page_size.filter(|rows| *rows > 0).unwrap_or(u64::MAX).min(self.page_rows);
        let mut plan = Plan::new(request, version, table, &options, page_rows)?;
        if let Some(key) = key {
            plan.only(key, &options)?;
        }
        let snapshot = match plan.snapshot {
            Some(id) => self.lake.snapshot(&At::Id(id)).map_err(snapshot_failure)?,
            None => self.lake.snapshot(&At::Latest).map_err(snapshot_failure)?,
        };
        let partitions = table.is_dated().then(|| plan.days.clone());
        let files = match self.lake.files(&snapshot, table.name, partitions) {
            Err(SnapshotError::UnknownTable(_)) => Vec::new(),
            files => files.map_err(snapshot_failure)?,
        };
        let rows = Rows::new(self.lake.clone(), plan, files, snapshot.id, agreed.format);
        let internal = |error: Broken| Failure::internal(&error);
        let body = match key {
            _ if counts => FeedBody::Whole(rows.count().map_err(internal)?.to_string().into()),
            None => FeedBody::Rows(Box::new(rows)),
            Some(_) => {
                let message = format!("{set} has no entity with this key.");
                let entity = rows.entity().map_err(internal)?;
                FeedBody::Whole(entity.ok_or_else(|| Failure::not_found(message))?)
            }
        };
        let applied = preferences.max_page_size.filter(|_| !counts && key.is_none());
        Ok(FeedResponse {
            content_type: agreed.content_type(),
            odata_version: agreed.version.header(),
            preference_applied: applied.map(|_| format!("odata.maxpagesize={page_rows}")),
            body,
        })
    }
}

/// The version asked for, and the path below the root.
fn version(request: &FeedRequest<'_>) -> Result<(Version, String), Failure> {
    if let Root::Path(version) = request.root {
        return Ok((version, request.path.to_owned()));
    }
    let target = "api-version";
    let Some(given) = token::option(request.query, target) else {
        let message = "Add ?api-version=v1.0 (or api-version=beta) to the address: the feed has versions.";
        return Err(Failure::bad_request(message).target(target));
    };
    // Tools that append the entity set to the whole root put it behind the query.
    let (given, behind) = given.split_once('/').unwrap_or((&given, ""));
    let path = if request.path.trim_matches('/').is_empty() { behind } else { request.path };
    let Some(version) = Version::parse(given) else {
        let message = format!("There is no version {given}; ask for api-version=v1.0 or api-version=beta.");
        return Err(Failure::bad_request(message).target(target));
    };
    Ok((version, path.to_owned()))
}

fn agree(request: &FeedRequest<'_>, document: Document, format: Option<&str>) -> Result<Agreed, Failure> {
    let wish = Wish {
        accept: request.accept,
        format,
        // Clients that say nothing were made for the original, which speaks 4.0.
        odata_version: request.odata_version.or(Some("4.0")),
        odata_max_version: request.odata_max_version,
    };
    negotiate::negotiate(&wish, document).map_err(|refusal| {
        let (code, target) = match refusal {
            negotiate::Refusal::NotAcceptable(_) if format.is_some() => (Code::NotAcceptable, "$format"),
            negotiate::Refusal::NotAcceptable(_) => (Code::NotAcceptable, "Accept"),
            negotiate::Refusal::Version(_) => (Code::BadRequest, "OData-Version"),
        };
        Failure::new(code, refusal.to_string()).target(target)
    })
}

fn not_offered(message: impl Into<String>) -> Failure {
    Failure::new(Code::NotImplemented, message)
}

fn snapshot_failure(error: SnapshotError) -> Failure {
    match error {
        SnapshotError::Gone(_) | SnapshotError::NotPublished(_) => {
            let message = "The snapshot this link belongs to is no longer kept. Start the download again without \
                           $skiptoken.";
            Failure::new(Code::Gone, message).target("$skiptoken")
        }
        SnapshotError::UnknownTable(_) | SnapshotError::Catalogue(_) => Failure::internal(&error),
    }
}

/// Whether an odata error is one of "not offered".
fn is_not_offered(error: &odata::QueryError) -> bool {
    error.kind == ErrorKind::NotImplemented
}
