//! `$all`: the rows of all tables, one table after the other, perhaps only those of one type (URL Conventions §4.16).
//!
//! Each row says its type and its id, as nothing else tells where it is from.

use ::model::{Table, Version};
use api::Failure;
use bytes::Bytes;
use lake::At;
use odata::edm::Model;
use odata::negotiate::{Document, Format, Metadata, Preferences};
use odata::query::{Context, Options, SystemOption, parse_options};

use super::output::Output;
use super::plan::Plan;
use super::rows::{Broken, Rows};
use super::tables::SnapshotTables;
use super::target::Target;
use super::token::{Place, next_link};
use super::{Feed, FeedBody, FeedRequest, FeedResponse, agree, snapshot_failure};
use crate::encode::{Level, PageEncoder, json_text};

const OFFERED: [SystemOption; 4] =
    [SystemOption::Count, SystemOption::Skip, SystemOption::SkipToken, SystemOption::Top];

/// A page of the rows of all tables.
pub struct All {
    parts: Vec<Rows>,
    head: String,
    tail: String,
}

impl std::fmt::Debug for All {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("All").field("parts", &self.parts.len()).finish_non_exhaustive()
    }
}

impl Feed {
    pub(super) fn everything(
        &self,
        request: &FeedRequest<'_>,
        version: Version,
        model: &Model,
        ty: Option<&str>,
    ) -> Result<FeedResponse, Failure> {
        let is_wanted = |table: &&'static Table| ty.is_none_or(|ty| table.entity == model.unqualified(ty));
        let tables: Vec<_> = ::model::tables_in(version).filter(is_wanted).collect();
        let Some(entity) = tables.first().and_then(|table| model.type_of_set(table.name)) else {
            return Err(Failure::not_found("There are no entities of this type."));
        };
        let options = parse_options(request.query, &Context::new(model, entity).offering(&OFFERED))?;
        let agreed = agree(request, Document::Data, options.format.as_deref())?;
        let preferences = request.prefer.map(Preferences::parse).unwrap_or_default();
        let most = preferences.max_page_size.unwrap_or(u64::MAX).min(self.page_rows);
        let output = Output::Odata(with_types(agreed.format));
        let plan = |table, most| {
            let address = match ty {
                Some(ty) => format!("$all/{ty}"),
                None => "$all".to_owned(),
            };
            let target = Target::whole(table, version, address);
            Plan::new(request, &target, &options, None, most)
        };
        let first = plan(tables[0], most)?;
        let at = first.snapshot.map_or(At::Latest, At::Id);
        let snapshot = self.lake.snapshot(&at).map_err(snapshot_failure)?;
        let known = SnapshotTables { lake: self.lake.clone(), snapshot, version };
        let mut window = Window::of(&first, &options);
        let mut parts = Vec::new();
        for table in tables {
            let files = known.files(table, None).map_err(snapshot_failure)?;
            let (row, rows) = window.take(files.iter().map(|file| file.rows).sum());
            if rows > 0 {
                let plan = Plan { first_row: row, skip: 0, top: Some(rows), ..plan(table, rows)? };
                parts.push(Rows::new(self.lake.clone(), plan, files, snapshot.id, output, None));
            }
        }
        let has_context = output.level() != Level::None;
        let name =
            ty.map_or_else(|| "Edm.EntityType".to_owned(), |ty| model.qualified(model.unqualified(ty)));
        let context = json_text(&format!("{}/$metadata#Collection({name})", request.root_url));
        let mut head = "{".to_owned();
        if has_context {
            head.push_str(&format!("\"@odata.context\":{context},"));
        }
        if options.count {
            head.push_str(&format!("\"@odata.count\":{},", window.total));
        }
        head.push_str("\"value\":");
        let link = window.next(first.top).map(|(row, top)| {
            let place = Place { snapshot: snapshot.id, row, day: first.day, after: None };
            next_link(&format!("{}/{}", first.root_url, first.address), &first.query, &place, top)
        });
        let tail = link.map(|link| format!(",\"@odata.nextLink\":{}}}", json_text(&link)));
        let tail = tail.unwrap_or_else(|| "}".to_owned());
        let response = FeedResponse::new(agreed.version.header());
        let body = FeedBody::All(Box::new(All { parts, head, tail }));
        Ok(FeedResponse { content_type: agreed.content_type(), body, ..response })
    }
}

/// The format, saying the type of each row unless nothing but the rows is wanted.
fn with_types(format: Format) -> Format {
    match format {
        Format::Json { metadata: Metadata::Minimal, ieee754, streaming } => {
            Format::Json { metadata: Metadata::Full, ieee754, streaming }
        }
        other => other,
    }
}

/// The rows of a page among those of all tables.
struct Window {
    start: u64,
    end: u64,
    /// Rows of the tables so far.
    total: u64,
}

impl Window {
    fn of(plan: &Plan, options: &Options) -> Self {
        let start = plan.first_row.saturating_add(plan.skip);
        let rows = options.top.unwrap_or(u64::MAX).min(plan.page_rows);
        Self { start, end: start.saturating_add(rows), total: 0 }
    }

    /// Which rows of the next table, which has `rows`, are in the page: the first, and how many.
    fn take(&mut self, rows: u64) -> (u64, u64) {
        let before = self.total;
        self.total += rows;
        let first = self.start.clamp(before, self.total);
        let last = self.end.clamp(before, self.total);
        (first - before, last - first)
    }

    /// Where the next page begins, and how many rows are still wanted.
    fn next(&self, top: Option<u64>) -> Option<(u64, Option<u64>)> {
        let left = top.map(|top| top.saturating_sub(self.end - self.start));
        (self.end < self.total && left != Some(0)).then_some((self.end, left))
    }
}

impl All {
    pub(super) fn run(self, emit: &mut dyn FnMut(Bytes) -> bool) -> Result<(), Broken> {
        let mut page: Option<PageEncoder> = None;
        for rows in self.parts {
            let format = rows.row_format();
            let page = match &mut page {
                Some(page) => {
                    page.become_format(format);
                    page
                }
                empty => empty.insert(PageEncoder::new(format, &self.head)),
            };
            rows.each(&mut |batch| Ok(page.write(batch, emit)?))?;
        }
        let page = page.unwrap_or_else(|| PageEncoder::new(crate::encode::RowFormat::default(), &self.head));
        if emit(page.finish(&self.tail)) { Ok(()) } else { Err(crate::encode::EncodeError::Stopped.into()) }
    }
}
