//! Writing the rows of a plan: whole files and row groups are passed over, the rest is read, filtered and written.
//!
//! Rows come from the files themselves, or from a query when the plan needs one; both are written alike.

use ::model::Table;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use bytes::Bytes;
use datafusion::logical_expr::LogicalPlan;
use lake::engine::{Engine, EngineError};
use lake::{DataFile, Lake, ReadError, SnapshotId};
use odata::edm::EdmType;

use super::cross::Nested;
use super::expand::Expansion;
use super::output::Output;
use super::plan::Plan;
use super::query::{Key, Shape, place_of_last};
use super::token::{Place, next_link};
use super::{delta, filter};
use crate::encode::{EncodeError, Field, IdFormat, Level, RowFormat, json_text};

/// Rows read from a file at a time: enough to compile a batch seldom, little enough to stay in the cache.
const BATCH_ROWS: usize = 8192;

/// Why a body could not be written to its end. It must be aborted, so that no client takes a part for the whole.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file is damaged, or nobody reads any more.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A batch could not be filtered.
    #[error(transparent)]
    Arrow(#[from] arrow_schema::ArrowError),
    /// A query met a limit, or an error.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Related rows could not be read.
    #[error("{0}")]
    Related(String),
}

/// A query in place of the files.
pub(super) struct Query {
    pub(super) engine: Engine,
    /// The rows of the page and one more, and all their columns.
    pub(super) page: LogicalPlan,
    /// How many rows match.
    pub(super) count: LogicalPlan,
    /// What tells the place of a row in the order, if rows can be found by it.
    pub(super) keys: Vec<Key>,
    /// What is written, with the columns of the plan.
    pub(super) shapes: Vec<Shape>,
    /// Columns of the plan, written or not.
    pub(super) columns: Vec<String>,
    /// Whether rows are entities of the table, which have a type and an id.
    pub(super) are_entities: bool,
    pub(super) expand: Option<Expansion>,
    /// What stands for the tables of a cross join.
    pub(super) nested: Vec<Nested>,
    /// Whether the context URL names the properties.
    pub(super) context: Option<String>,
}

/// A page to write.
pub struct Rows {
    pub(super) lake: Lake,
    pub(super) plan: Plan,
    pub(super) files: Vec<DataFile>,
    pub(super) snapshot: SnapshotId,
    pub(super) output: Output,
    pub(super) omits_nulls: bool,
    /// A link to ask for later changes with, for the last page.
    pub(super) tracks_changes: bool,
    pub(super) query: Option<Query>,
    /// Places in the table of the columns that are read, in the order of the batches.
    read: Vec<usize>,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("plan", &self.plan).finish_non_exhaustive()
    }
}

pub(super) type Sink<'s> = dyn FnMut(&RecordBatch) -> Result<(), Broken> + 's;

/// Where the next page begins.
pub(super) struct Next {
    /// Rows to pass.
    row: u64,
    /// How many rows are still wanted.
    top: Option<u64>,
    /// What the row that rows are counted from is sorted by.
    after: Option<String>,
}

impl Rows {
    pub(super) fn new(
        lake: Lake,
        plan: Plan,
        files: Vec<DataFile>,
        snapshot: SnapshotId,
        output: Output,
        query: Option<Query>,
    ) -> Self {
        let mut read = plan.chosen.clone();
        let key = plan.table.key.iter().filter_map(|name| plan.table.index(name));
        for column in key.chain(plan.term_columns.iter().copied()) {
            if !read.contains(&column) {
                read.push(column);
            }
        }
        let (omits_nulls, tracks_changes) = (false, false);
        let mut rows = Self { lake, plan, files, snapshot, output, omits_nulls, tracks_changes, query, read };
        if rows.query.is_none() && rows.row_format().id.is_none() {
            // The key is read only for ids.
            let needed =
                |column: &usize| rows.plan.chosen.contains(column) || rows.plan.term_columns.contains(column);
            rows.read = rows.read.iter().copied().filter(needed).collect();
        }
        rows
    }

    /// How many rows match, without regard to `$top` and `$skip`. It may have to read them.
    pub fn count(&self) -> Result<u64, Broken> {
        if let Some(query) = &self.query {
            let mut rows = 0;
            for batch in query.engine.run(query.count.clone())? {
                rows = batch?.column(0).as_primitive::<Int64Type>().value(0).unsigned_abs();
            }
            return Ok(rows);
        }
        if self.plan.terms.is_empty() {
            return Ok(self.total());
        }
        let columns = self.plan.term_columns.clone();
        let place = |column: usize| columns.iter().position(|at| *at == column);
        let names: Vec<_> = columns.iter().map(|at| self.plan.table.columns[*at].name).collect();
        let mut count = 0;
        for file in &self.files {
            for batch in self.lake.read(file, &names, 0..file.rows, BATCH_ROWS)? {
                count +=
                    filter::matching(&self.plan.terms, &batch?, self.plan.table, &place).true_count() as u64;
            }
        }
        Ok(count)
    }

    /// Writes the page. `emit` takes chunks and answers whether anybody still reads. It reads files: call it from a
    /// thread that may wait.
    pub fn run(self, emit: &mut dyn FnMut(Bytes) -> bool) -> Result<(), Broken> {
        let mut writer = self.output.writer(self.row_format(), &self.head()?);
        let next = self.each(&mut |batch| writer.write(batch, emit))?;
        writer.finish(&self.tail(next), emit)
    }

    /// What stands behind the rows of a page.
    fn tail(&self, next: Option<Next>) -> String {
        let address = format!("{}/{}", self.plan.root_url, self.plan.address);
        match next {
            Some(Next { row, top, after }) => {
                let place = Place { snapshot: self.snapshot, row, day: self.plan.day, after };
                let link = next_link(&address, &self.plan.query, &place, top);
                format!(",\"@odata.nextLink\":{}}}", json_text(&link))
            }
            None if self.tracks_changes => {
                let link = delta::link(&address, &self.plan.query, self.snapshot);
                format!(",\"@odata.deltaLink\":{}}}", json_text(&link))
            }
            None => "}".to_owned(),
        }
    }

    /// Gives the rows of the page to `sink`.
    pub(super) fn each(&self, sink: &mut Sink<'_>) -> Result<Option<Next>, Broken> {
        match &self.query {
            Some(query) => self.queried(query, sink),
            None if self.plan.terms.is_empty() => self.plain(sink),
            None => self.filtered(sink),
        }
    }

    /// The first matching row as an entity of its own; nothing when no row matches.
    pub fn entity(self) -> Result<Option<Bytes>, Broken> {
        let mut writer = crate::encode::PageEncoder::new(self.row_format(), "");
        let mut bytes = Vec::new();
        let mut keep = |chunk: Bytes| {
            bytes.extend_from_slice(&chunk);
            true
        };
        self.each(&mut |batch| Ok(writer.write(batch, &mut keep)?))?;
        if writer.rows() == 0 {
            return Ok(None);
        }
        keep(writer.finish(""));
        // What is written is an array of one object, whose first member is to be the context.
        let members = bytes.strip_prefix(b"[{").and_then(|rest| rest.strip_suffix(b"]")).unwrap_or_default();
        let mut entity = b"{".to_vec();
        if let Some(context) = self.context("/$entity") {
            entity.extend_from_slice(format!("\"@odata.context\":{context}").as_bytes());
            if members != b"}" {
                entity.push(b',');
            }
        }
        entity.extend_from_slice(members);
        Ok(Some(entity.into()))
    }

    /// The first matching row as it is; nothing when no row matches.
    pub(super) fn first(&self) -> Result<Option<RecordBatch>, Broken> {
        let mut first = None;
        self.each(&mut |batch| {
            if batch.num_rows() > 0 && first.is_none() {
                first = Some(batch.slice(0, 1));
            }
            Ok(())
        })?;
        Ok(first)
    }

    fn total(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    fn names(&self) -> Vec<&'static str> {
        self.read.iter().map(|at| self.plan.table.columns[*at].name).collect()
    }

    /// The plan of the page asks for one row more than the page has, to know whether there is another.
    fn queried(&self, query: &Query, sink: &mut Sink<'_>) -> Result<Option<Next>, Broken> {
        let plan = &self.plan;
        let wanted = plan.top.unwrap_or(u64::MAX).min(plan.page_rows);
        let mut left = wanted;
        let (mut is_more, mut last) = (false, None);
        for batch in query.engine.run(query.page.clone())? {
            let batch = batch?;
            let rows = left.min(batch.num_rows() as u64);
            is_more |= rows < batch.num_rows() as u64;
            let mut batch = batch.slice(0, rows as usize);
            if rows > 0 {
                let column = |name: &str| query.columns.iter().position(|known| known == name);
                last = place_of_last(&batch, &query.keys, column);
            }
            if let Some(expansion) = &query.expand {
                batch = expansion.widen(batch)?;
            }
            if !query.nested.is_empty() {
                batch = Nested::widen(&query.nested, batch)?;
            }
            sink(&batch)?;
            left -= rows;
        }
        let top = plan.top.map(|top| top - wanted.min(top));
        let next = match last {
            Some(_) => Next { row: 0, top, after: last },
            None => {
                let row = plan.first_row.saturating_add(plan.skip).saturating_add(wanted);
                Next { row, top, after: plan.after.clone() }
            }
        };
        Ok((is_more && top != Some(0)).then_some(next))
    }

    /// Every row matches, so that files and row groups before the page are never opened.
    fn plain(&self, sink: &mut Sink<'_>) -> Result<Option<Next>, Broken> {
        let total = self.total();
        let start = self.plan.first_row.saturating_add(self.plan.skip).min(total);
        let wanted_end = self.plan.top.map_or(total, |top| start.saturating_add(top).min(total));
        let end = start.saturating_add(self.plan.page_rows).min(wanted_end);
        let mut file_start = 0;
        for file in &self.files {
            let (first, last) = (start.max(file_start), end.min(file_start + file.rows));
            if first < last {
                let rows = first - file_start..last - file_start;
                for batch in self.lake.read(file, &self.names(), rows, BATCH_ROWS)? {
                    sink(&batch?)?;
                }
            }
            file_start += file.rows;
        }
        let top = self.plan.top.map(|_| wanted_end - end);
        Ok((end < wanted_end).then_some(Next { row: end, top, after: None }))
    }

    /// Rows are looked at one by one; the next page goes on behind the last one looked at.
    fn filtered(&self, sink: &mut Sink<'_>) -> Result<Option<Next>, Broken> {
        let place = |column: usize| self.read.iter().position(|at| *at == column);
        let (mut skip, total) = (self.plan.skip, self.total());
        let wanted = self.plan.top.unwrap_or(u64::MAX).min(self.plan.page_rows);
        let mut left = wanted;
        let mut file_start = 0;
        for file in &self.files {
            let first = self.plan.first_row.saturating_sub(file_start).min(file.rows);
            let mut row = file_start + first;
            file_start += file.rows;
            if first >= file.rows || left == 0 {
                continue;
            }
            for batch in self.lake.read(file, &self.names(), first..file.rows, BATCH_ROWS)? {
                let batch = batch?;
                let matches = filter::matching(&self.plan.terms, &batch, self.plan.table, &place);
                let (taken, looked_at) = take(&matches, &mut skip, left);
                sink(&filter_record_batch(&batch, &taken)?)?;
                left -= taken.true_count() as u64;
                row += looked_at as u64;
                if left == 0 {
                    let top = self.plan.top.map(|top| top.saturating_sub(wanted));
                    let next = Next { row, top, after: None };
                    return Ok((row < total && top != Some(0)).then_some(next));
                }
            }
        }
        Ok(None)
    }

    fn head(&self) -> Result<String, Broken> {
        if !self.output.is_json() {
            return Ok(String::new());
        }
        let mut head = String::from("{");
        if let Some(context) = self.context("") {
            head.push_str(&format!("\"@odata.context\":{context},"));
        }
        if self.plan.count {
            head.push_str(&format!("\"@odata.count\":{},", self.count()?));
        }
        head.push_str("\"value\":");
        Ok(head)
    }

    /// The context URL as a JSON string, unless the client wants no control information.
    fn context(&self, suffix: &str) -> Option<String> {
        let plan = &self.plan;
        if plan.is_reference {
            let what = if suffix.is_empty() { "Collection($ref)" } else { "$ref" };
            let context = format!("{}/$metadata#{what}", plan.root_url);
            return (self.output.level() != Level::None).then(|| json_text(&context));
        }
        if plan.is_cross {
            let context = format!("{}/$metadata#Collection(Edm.ComplexType)", plan.root_url);
            return (self.output.level() != Level::None).then(|| json_text(&context));
        }
        let mut context = format!("{}/$metadata#{}", plan.root_url, plan.table.name);
        let queried = self.query.as_ref().map(|query| query.context.as_deref());
        match queried {
            Some(Some(names)) => context.push_str(&format!("({names})")),
            Some(None) => {}
            None if plan.is_chosen => {
                let names: Vec<_> = plan.chosen.iter().map(|at| plan.table.columns[*at].name).collect();
                context.push_str(&format!("({})", names.join(",")));
            }
            None => {}
        }
        context.push_str(suffix);
        (self.output.level() != Level::None).then(|| json_text(&context))
    }

    /// Ids are written at level full, and at level minimal when the chosen columns lack a part of the key (OData JSON
    /// 4.01, section 4.6.9).
    pub(super) fn row_format(&self) -> RowFormat {
        let plan = &self.plan;
        let level = self.output.level();
        let names: Vec<&str> = match &self.query {
            Some(query) => query.columns.iter().map(String::as_str).collect(),
            None => self.names(),
        };
        let field = |name: &str, edm: EdmType| Field {
            name: name.into(),
            edm,
            column: names.iter().position(|known| *known == name).unwrap_or(usize::MAX),
        };
        let column = |at: &usize| {
            let column = &plan.table.columns[*at];
            field(column.name, crate::edm::edm_type(column.edm))
        };
        let mut fields: Vec<_> = match &self.query {
            Some(query) => query.shapes.iter().map(|shape| field(&shape.name, shape.ty.clone())).collect(),
            None => plan.chosen.iter().map(column).collect(),
        };
        if let Some(expansion) = self.query.as_ref().and_then(|query| query.expand.as_ref()) {
            fields.extend(expansion.fields(names.len()));
        }
        let nested = self.query.iter().flat_map(|query| query.nested.iter().enumerate());
        fields.extend(nested.map(|(at, nested)| nested.field(names.len() + at)));
        let key: Vec<_> = plan.table.key.iter().filter_map(|name| plan.table.index(name)).collect();
        let lacks_key = plan.table.key.iter().any(|name| !fields.iter().any(|field| *field.name == **name));
        let are_entities = self.query.as_ref().is_none_or(|query| query.are_entities);
        let has_id = plan.is_reference
            || are_entities && (level == Level::Full || (level == Level::Minimal && lacks_key));
        RowFormat {
            fields,
            ieee754_compatible: self.output.is_ieee754(),
            level,
            entity_type: if are_entities { entity_type(plan.table) } else { String::new() },
            id: (has_id && self.output.is_json()).then(|| IdFormat {
                member: "@odata.id",
                set: plan.table.name,
                key: key.iter().map(column).collect(),
            }),
            omits_nulls: self.omits_nulls,
        }
    }
}

fn entity_type(table: &Table) -> String {
    format!("{}.{}", crate::edm::NAMESPACE, table.entity)
}

/// Of the matching rows, leaves out `skip` and takes at most `left`. Also gives how many rows were looked at.
fn take(matches: &BooleanArray, skip: &mut u64, mut left: u64) -> (BooleanArray, usize) {
    let mut taken = vec![false; matches.len()];
    let mut looked_at = 0;
    while looked_at < matches.len() && left > 0 {
        if matches.value(looked_at) {
            if *skip > 0 {
                *skip -= 1;
            } else {
                taken[looked_at] = true;
                left -= 1;
            }
        }
        looked_at += 1;
    }
    (taken.into(), looked_at)
}
