//! Writing the rows of a plan: whole files and row groups are passed over, the rest is read, filtered and encoded.

use ::model::Table;
use arrow_array::BooleanArray;
use arrow_select::filter::filter_record_batch;
use bytes::Bytes;
use lake::{DataFile, Lake, ReadError, SnapshotId};
use odata::negotiate::{Format, Metadata};

use super::filter;
use super::plan::Plan;
use super::token::{Place, next_link};
use crate::encode::{EncodeError, Field, IdFormat, Level, PageEncoder, RowFormat, json_text};

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
}

/// A page to write.
pub struct Rows {
    lake: Lake,
    plan: Plan,
    files: Vec<DataFile>,
    snapshot: SnapshotId,
    format: Format,
    /// Places in the table of the columns that are read, in the order of the batches.
    read: Vec<usize>,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("plan", &self.plan).finish_non_exhaustive()
    }
}

impl Rows {
    pub(super) fn new(
        lake: Lake,
        plan: Plan,
        files: Vec<DataFile>,
        snapshot: SnapshotId,
        format: Format,
    ) -> Self {
        let key = plan.table.key.iter().filter_map(|name| plan.table.index(name));
        let mut read = plan.chosen.clone();
        for column in key.chain(plan.term_columns.iter().copied()) {
            if !read.contains(&column) {
                read.push(column);
            }
        }
        let mut rows = Self { lake, plan, files, snapshot, format, read };
        if rows.row_format().id.is_none() {
            // The key is read only for ids.
            let needed =
                |column: &usize| rows.plan.chosen.contains(column) || rows.plan.term_columns.contains(column);
            rows.read = rows.read.iter().copied().filter(needed).collect();
        }
        rows
    }

    /// How many rows match, without regard to `$top` and `$skip`. It may have to read them.
    pub fn count(&self) -> Result<u64, Broken> {
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
        let head = self.head()?;
        let mut page = PageEncoder::new(self.row_format(), &head);
        let next = if self.plan.terms.is_empty() {
            self.plain(&mut page, emit)?
        } else {
            self.filtered(&mut page, emit)?
        };
        let tail = match next {
            None => "}".to_owned(),
            Some((row, top)) => {
                let place = Place { snapshot: self.snapshot, row, day: self.plan.day };
                let address = format!("{}/{}", self.plan.root_url, self.plan.table.name);
                format!(
                    ",\"@odata.nextLink\":{}}}",
                    json_text(&next_link(&address, &self.plan.query, place, top))
                )
            }
        };
        if emit(page.finish(&tail)) { Ok(()) } else { Err(EncodeError::Stopped.into()) }
    }

    /// The first matching row as an entity of its own; nothing when no row matches.
    pub fn entity(self) -> Result<Option<Bytes>, Broken> {
        let mut page = PageEncoder::new(self.row_format(), "");
        let mut bytes = Vec::new();
        self.filtered(&mut page, &mut |chunk| {
            bytes.extend_from_slice(&chunk);
            true
        })?;
        if page.rows() == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&page.finish(""));
        // What is written is an array of one object, whose first member is to be the context.
        let members = bytes.strip_prefix(b"[{").and_then(|rest| rest.strip_suffix(b"]")).unwrap_or_default();
        let mut entity = b"{".to_vec();
        if let Some(context) = self.context("/$entity") {
            entity.extend_from_slice(format!("\"@odata.context\":{context},").as_bytes());
        }
        entity.extend_from_slice(members);
        Ok(Some(entity.into()))
    }

    fn total(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    fn names(&self) -> Vec<&'static str> {
        self.read.iter().map(|at| self.plan.table.columns[*at].name).collect()
    }

    /// Every row matches, so that files and row groups before the page are never opened.
    fn plain(
        &self,
        page: &mut PageEncoder,
        emit: &mut dyn FnMut(Bytes) -> bool,
    ) -> Result<Option<(u64, Option<u64>)>, Broken> {
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
                    page.write(&batch?, emit)?;
                }
            }
            file_start += file.rows;
        }
        Ok((end < wanted_end).then(|| (end, self.plan.top.map(|_| wanted_end - end))))
    }

    /// Rows are looked at one by one; the next page goes on behind the last one looked at.
    fn filtered(
        &self,
        page: &mut PageEncoder,
        emit: &mut dyn FnMut(Bytes) -> bool,
    ) -> Result<Option<(u64, Option<u64>)>, Broken> {
        let place = |column: usize| self.read.iter().position(|at| *at == column);
        let (mut skip, total) = (self.plan.skip, self.total());
        let mut left = self.plan.top.unwrap_or(u64::MAX).min(self.plan.page_rows);
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
                page.write(&filter_record_batch(&batch, &taken)?, emit)?;
                left -= taken.true_count() as u64;
                row += looked_at as u64;
                if left == 0 {
                    let top = self.plan.top.map(|top| top.saturating_sub(page.rows()));
                    return Ok((row < total && top != Some(0)).then_some((row, top)));
                }
            }
        }
        Ok(None)
    }

    fn head(&self) -> Result<String, Broken> {
        let plan = &self.plan;
        let mut head = String::from("{");
        if let Some(context) = self.context("") {
            head.push_str(&format!("\"@odata.context\":{context},"));
        }
        if plan.count {
            head.push_str(&format!("\"@odata.count\":{},", self.count()?));
        }
        head.push_str("\"value\":");
        Ok(head)
    }

    /// The context URL as a JSON string, unless the client wants no control information.
    fn context(&self, suffix: &str) -> Option<String> {
        let plan = &self.plan;
        let mut context = format!("{}/$metadata#{}", plan.root_url, plan.table.name);
        if plan.is_chosen {
            let names: Vec<_> = plan.chosen.iter().map(|at| plan.table.columns[*at].name).collect();
            context.push_str(&format!("({})", names.join(",")));
        }
        context.push_str(suffix);
        (self.level() != Level::None).then(|| json_text(&context))
    }

    fn level(&self) -> Level {
        match self.format {
            Format::Json { metadata: Metadata::None, .. } => Level::None,
            Format::Json { metadata: Metadata::Full, .. } => Level::Full,
            _ => Level::Minimal,
        }
    }

    /// Ids are written at level full, and at level minimal when the chosen columns lack a part of the key (OData JSON
    /// 4.01, section 4.6.9).
    fn row_format(&self) -> RowFormat {
        let plan = &self.plan;
        let level = self.level();
        let field = |column: usize| Field {
            name: plan.table.columns[column].name,
            edm: plan.table.columns[column].edm,
            column: self.read.iter().position(|at| *at == column).unwrap_or(usize::MAX),
        };
        let key: Vec<_> = plan.table.key.iter().filter_map(|name| plan.table.index(name)).collect();
        let lacks_key = key.iter().any(|column| !plan.chosen.contains(column));
        let has_id = level == Level::Full || (level == Level::Minimal && lacks_key);
        RowFormat {
            fields: plan.chosen.iter().copied().map(field).collect(),
            ieee754_compatible: matches!(self.format, Format::Json { ieee754: true, .. }),
            level,
            entity_type: entity_type(plan.table),
            id: has_id.then(|| IdFormat { set: plan.table.name, key: key.into_iter().map(field).collect() }),
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
