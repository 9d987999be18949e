//! The warehouse feed: a read-only OData service over the lake (seed, "Intune Data Warehouse API endpoint").
//!
//! It takes a request as plain values and gives an answer whose rows are written later, chunk by chunk. It knows no
//! HTTP server and asks nobody's permission: that is [`crate::op::feed`]. Two root styles reach it: the version as
//! `api-version`, as the product has it, and the version as a path segment, which tools can use that cannot cope with
//! a query in a root.
//!
//! Plain reads go from the files to the encoder; what needs sorting, grouping or other tables goes through the query
//! engine ([`query`]). What is not offered is refused with 501, its place and its name. Pages are pinned to a snapshot of the lake: a download that runs over midnight shows one day.

mod all;
pub mod compat;
mod cross;
mod data;
mod delta;
mod expand;
mod filter;
mod follow;
mod output;
mod plan;
mod property;
mod query;
mod rows;
mod tables;
mod target;
mod token;

#[cfg(test)]
mod tests;

use ::model::Version;
use api::{Code, Failure};
use bytes::Bytes;
use jiff::civil::Date;
use lake::engine::Engine;
use lake::{Lake, SnapshotError};
use odata::negotiate::{self, Agreed, Document, Format, Wish};
use odata::path::Resource;

use all::All;
use delta::Changes;
pub(crate) use query::literal;
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
#[derive(Clone, Copy, Debug)]
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
    /// The `If-None-Match` header.
    pub if_none_match: Option<&'a str>,
    /// Whether to refuse what the original refuses ([`compat`]).
    pub is_compat: bool,
    /// Today in UTC.
    pub today: Date,
    /// The time of the request.
    pub now: jiff::Timestamp,
}

/// An answer.
#[derive(Debug)]
pub struct FeedResponse {
    /// 200, 204 or 304.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// `OData-Version`.
    pub odata_version: &'static str,
    /// `Preference-Applied`.
    pub preference_applied: Option<String>,
    /// `ETag`: the snapshot, and the day for what is relative to it.
    pub etag: Option<String>,
    /// The body.
    pub body: FeedBody,
}

impl FeedResponse {
    const fn new(odata_version: &'static str) -> Self {
        Self {
            status: 200,
            content_type: String::new(),
            odata_version,
            preference_applied: None,
            etag: None,
            body: FeedBody::Whole(Bytes::new()),
        }
    }
}

/// A body.
#[derive(Debug)]
pub enum FeedBody {
    /// Ready.
    Whole(Bytes),
    /// Rows to be written.
    Rows(Box<Rows>),
    /// Rows of all tables to be written.
    All(Box<All>),
    /// Changes to be written.
    Changes(Box<Changes>),
}

impl FeedBody {
    fn whole(text: String) -> Self {
        Self::Whole(text.into())
    }

    /// Writes it. `emit` takes chunks and answers whether anybody still reads. It reads files: call it from a thread
    /// that may wait.
    ///
    /// # Errors
    /// What came cannot be taken for the whole.
    pub fn run(self, emit: &mut dyn FnMut(Bytes) -> bool) -> Result<(), Broken> {
        match self {
            Self::Whole(bytes) => {
                if emit(bytes) {
                    Ok(())
                } else {
                    Err(crate::encode::EncodeError::Stopped.into())
                }
            }
            Self::Rows(rows) => rows.run(emit),
            Self::All(all) => all.run(emit),
            Self::Changes(changes) => changes.run(emit),
        }
    }
}

/// The feed of one tenant.
#[derive(Clone)]
pub struct Feed {
    lake: Lake,
    engine: Engine,
    page_rows: u64,
}

impl Feed {
    /// A feed over `lake` with pages of at most `page_rows` rows; `engine` runs what files alone do not answer.
    pub const fn new(lake: Lake, engine: Engine, page_rows: u64) -> Self {
        Self { lake, engine, page_rows }
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
            Resource::Data(data) => self.data(request, version, model, &data, &path),
            Resource::Batch => {
                Err(Failure::new(Code::MethodNotAllowed, "Send the requests of a batch with POST."))
            }
            Resource::Entity | Resource::EntityAs(_) => {
                let path = entity_path(request)?;
                match odata::path::parse_path(&path, &model)? {
                    Resource::Data(data) => self.data(request, version, model, &data, &path),
                    _ => Err(Failure::bad_request("$id names no entity of this service.").target("$id")),
                }
            }
            Resource::All(_) | Resource::CrossJoin(_) if request.is_compat => {
                Err(compat::refusal(path.trim_matches('/')))
            }
            Resource::All(ty) => self.everything(request, version, &model, ty.as_deref()),
            Resource::CrossJoin(sets) => self.cross_join(request, version, &model, &sets),
        }
    }

    fn document(
        &self,
        request: &FeedRequest<'_>,
        document: Document,
        write: impl FnOnce(&Agreed) -> String,
    ) -> Result<FeedResponse, Failure> {
        let agreed = agree(request, document, token::option(request.query, "format").as_deref())?;
        let body = FeedBody::whole(write(&agreed));
        let response = FeedResponse::new(agreed.version.header());
        Ok(FeedResponse { content_type: agreed.content_type(), body, ..response })
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

/// The path of the entity that `$id` names.
fn entity_path(request: &FeedRequest<'_>) -> Result<String, Failure> {
    let id = token::option(request.query, "id").ok_or_else(|| {
        let message = "Say which entity with $id, such as $entity?$id=devices(1).";
        Failure::bad_request(message).target("$id")
    })?;
    let path = id.strip_prefix(request.root_url).unwrap_or(&id);
    Ok(odata::percent::encode(path, "/()',=$"))
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

/// 501 about a place in an option.
fn not_offered_at(message: String, option: &str, position: usize) -> Failure {
    Failure { position: Some(position), ..not_offered(message).target(option) }
}
