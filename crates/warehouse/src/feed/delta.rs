//! Delta links: what changed in a table between two snapshots.
//!
//! A file is never changed, so that rows of files that both snapshots have are the same without a look. Of the other
//! files, rows that are new or different are written as they are now, and those that are gone as removed. The token is
//! the number of the snapshot the client knows.

use std::collections::HashSet;

use api::{Code, Failure};
use arrow_array::{ArrayRef, BinaryArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field as ArrowField, Schema};
use bytes::Bytes;
use datafusion::logical_expr::{JoinType, LogicalPlan, LogicalPlanBuilder, ident};
use datafusion::prelude::Column;
use lake::engine::{Engine, EngineError};
use lake::{At, DataFile, SnapshotId};
use odata::edm::EdmType;
use std::sync::Arc;

use super::data::Asked;
use super::plan::Plan;
use super::query::{self, Relation};
use super::rows::{Broken, Rows};
use super::tables::SnapshotTables;
use super::token::same_request;
use super::{Feed, snapshot_failure};
use crate::encode::{Field, IdFormat, Level, PageEncoder, RowFormat, json_text};

/// The link to ask for changes after `snapshot` with.
pub(super) fn link(address: &str, query: &str, snapshot: SnapshotId) -> String {
    let mut pairs = same_request(query);
    pairs.push(format!("$deltatoken={snapshot}"));
    format!("{address}?{}", pairs.join("&"))
}

/// The snapshot a token names.
fn known(token: &str) -> Result<SnapshotId, Failure> {
    let digits = token.bytes().all(|byte| byte.is_ascii_digit());
    token.parse().ok().filter(|_| digits).map(SnapshotId).ok_or_else(|| {
        let message = "This is no $deltatoken of the feed. Use @odata.deltaLink exactly as it was given.";
        Failure::bad_request(message).target("$deltatoken")
    })
}

/// The known snapshot is no longer kept.
fn gone() -> Failure {
    let message = "The snapshot this link compares with is no longer kept. Download the table again, with Prefer: \
                   odata.track-changes, and go on from the new link.";
    Failure::new(Code::Gone, message).target("$deltatoken")
}

/// Files of `left` that `right` has not.
fn only_in(left: &[DataFile], right: &[DataFile]) -> Vec<DataFile> {
    let there: HashSet<_> = right.iter().map(|file| file.id).collect();
    left.iter().filter(|file| !there.contains(&file.id)).cloned().collect()
}

impl Feed {
    /// What changed since the snapshot of `token`.
    pub(super) fn changes(&self, asked: &Asked<'_>, plan: &Plan, token: &str) -> Result<Changes, Failure> {
        if !asked.output.is_json() || !asked.options.apply.is_empty() || !asked.options.expand.is_empty() {
            let message = "Changes are written as OData JSON of plain rows: leave out $apply, $expand and other formats.";
            return Err(super::not_offered_at(message.to_owned(), "$deltatoken", 0));
        }
        let known = self.lake.snapshot(&At::Id(known(token)?)).map_err(|_| gone())?;
        let before = SnapshotTables { snapshot: known, ..asked.tables.clone() };
        let table = plan.table;
        let days = || Some(plan.days.clone());
        let old_files = before.files(table, days()).map_err(snapshot_failure)?;
        let new_files = asked.tables.files(table, days()).map_err(snapshot_failure)?;
        let about = |failure: query::QueryFailure| failure.into_failure("$filter");
        let over = |files: Vec<DataFile>| asked.tables.over(table, files).map_err(about);
        let (left, fresh) = (only_in(&old_files, &new_files), only_in(&new_files, &old_files));
        let planner = asked.planner();
        let mut names: Vec<_> = plan.chosen.iter().map(|at| table.columns[*at].name.to_owned()).collect();
        let missing = |name: &&&str| !names.iter().any(|known| known == **name);
        let lacking: Vec<_> = table.key.iter().filter(missing).map(|name| (*name).to_owned()).collect();
        names.extend(lacking);
        let chosen = |relation: Relation| {
            let relation = planner.rows(relation, &asked.options)?;
            relation.only(&names).map_err(about)
        };
        let relations = (chosen(over(left)?)?, chosen(over(fresh.clone())?)?, over(fresh)?);
        let mut rows = Rows::new(
            self.lake.clone(),
            plan.clone(),
            Vec::new(),
            asked.tables.snapshot.id,
            asked.output,
            None,
        );
        rows.omits_nulls = asked.omits_nulls();
        let mut format = rows.row_format();
        // Removed rows need their ids, whatever the level.
        format.id = Some(ids(table));
        let address = format!("{}/{}", plan.root_url, plan.address);
        let next = link(&address, &plan.query, asked.tables.snapshot.id);
        let context = format!("{}/$metadata#{}", plan.root_url, table.name);
        let is_401 = asked.agreed.version == odata::negotiate::Version::V401;
        Changes::new(self.engine.clone(), relations, table.key, format, is_401, context, next)
            .map_err(|error| query::QueryFailure::from(error).into_failure("$deltatoken"))
    }
}

fn ids(table: &'static ::model::Table) -> IdFormat {
    let field = |name: &&'static str| Field {
        name: (*name).into(),
        edm: table.column(name).map_or(EdmType::String, |column| crate::edm::edm_type(column.edm)),
        column: usize::MAX,
    };
    IdFormat { member: "@odata.id", set: table.name, key: table.key.iter().map(field).collect() }
}

impl std::fmt::Debug for Changes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Changes").field("link", &self.link).finish_non_exhaustive()
    }
}

/// The three lists a change is made of, as plans over rows with a key.
pub struct Changes {
    pub(super) engine: Engine,
    /// Rows as they are now.
    changed: LogicalPlan,
    /// Keys of rows that are gone, and of rows that no longer satisfy the condition.
    deleted: LogicalPlan,
    no_longer: LogicalPlan,
    names: Vec<String>,
    pub(super) format: RowFormat,
    pub(super) is_401: bool,
    pub(super) context: String,
    pub(super) link: String,
}

impl Changes {
    /// `old` and `new` are the rows that satisfy the condition, with the chosen columns and the key; `all` is every row
    /// as it is now.
    fn new(
        engine: Engine,
        (old, new, all): (Relation, Relation, Relation),
        key: &[&'static str],
        format: RowFormat,
        is_401: bool,
        context: String,
        link: String,
    ) -> Result<Self, EngineError> {
        let names: Vec<_> = new.shapes.iter().map(|shape| shape.name.clone()).collect();
        let keys = |relation: &Relation| {
            let exprs: Vec<_> = key.iter().map(|name| ident(*name).alias(*name)).collect();
            relation.plan.clone().project(exprs)
        };
        let on = || -> (Vec<Column>, Vec<Column>) {
            let columns =
                |prefix: &'static str| key.iter().map(move |name| Column::new(Some(prefix), *name)).collect();
            (columns("before"), columns("after"))
        };
        let joined = |left: LogicalPlanBuilder, right: &Relation, kind| {
            let right = keys(right)?.alias("after")?.build()?;
            left.alias("before")?.join(right, kind, on(), None)
        };
        let changed =
            LogicalPlanBuilder::except(new.plan.clone().build()?, old.plan.clone().build()?, false)?;
        let deleted = joined(keys(&old)?, &all, JoinType::LeftAnti)?.build()?;
        let still = joined(keys(&old)?, &all, JoinType::LeftSemi)?;
        let exprs: Vec<_> = key.iter().map(|name| ident(*name).alias(*name)).collect();
        let no_longer = joined(still.project(exprs)?, &new, JoinType::LeftAnti)?.build()?;
        Ok(Self { engine, changed, deleted, no_longer, names, format, is_401, context, link })
    }

    /// Writes the changes.
    pub fn run(self, emit: &mut dyn FnMut(Bytes) -> bool) -> Result<(), Broken> {
        let place = |name: &str| self.names.iter().position(|known| known == name).unwrap_or(usize::MAX);
        let mut format = self.format.clone();
        for field in &mut format.fields {
            field.column = place(&field.name);
        }
        for field in format.id.iter_mut().flat_map(|id| &mut id.key) {
            field.column = place(&field.name);
        }
        let has_context = format.level != Level::None;
        let head = match has_context {
            true => {
                format!("{{\"@odata.context\":{},\"value\":", json_text(&format!("{}/$delta", self.context)))
            }
            false => "{\"value\":".to_owned(),
        };
        let mut page = PageEncoder::new(format, &head);
        for batch in self.engine.run(self.changed.clone())? {
            page.write(&batch?, emit)?;
        }
        for (plan, reason) in [(&self.deleted, "deleted"), (&self.no_longer, "changed")] {
            page.become_format(self.removed());
            for batch in self.engine.run(plan.clone())? {
                page.write(&self.with_reason(&batch?, reason)?, emit)?;
            }
        }
        let tail = format!(",\"@odata.deltaLink\":{}}}", json_text(&self.link));
        if emit(page.finish(&tail)) { Ok(()) } else { Err(crate::encode::EncodeError::Stopped.into()) }
    }

    /// How a removed row is written: its id and the reason (OData JSON 4.01, section 15.3; 4.0, section 15.2).
    fn removed(&self) -> RowFormat {
        let json =
            |name: &str, column| Field { name: name.into(), edm: EdmType::Complex(String::new()), column };
        let key = self.format.id.as_ref().map(|id| id.key.clone()).unwrap_or_default();
        let keys = key.len();
        let key = key.into_iter().enumerate().map(|(column, field)| Field { column, ..field }).collect();
        let set = self.format.id.as_ref().map_or("", |id| id.set);
        let (member, fields) = if self.is_401 {
            ("@id", vec![json("@removed", keys)])
        } else {
            ("id", vec![json("reason", keys), json("@odata.context", keys + 1)])
        };
        let id = Some(IdFormat { set, key, member });
        RowFormat { fields, id, level: Level::Minimal, omits_nulls: false, ..self.format.clone() }
    }

    fn with_reason(&self, batch: &RecordBatch, reason: &str) -> Result<RecordBatch, Broken> {
        let rows = batch.num_rows();
        let context = json_text(&format!("{}/$deletedEntity", self.context));
        let texts = if self.is_401 {
            vec![format!("{{\"reason\":\"{reason}\"}}")]
        } else {
            vec![format!("\"{reason}\""), context]
        };
        let mut fields: Vec<_> = batch.schema().fields().iter().cloned().collect();
        let mut columns = batch.columns().to_vec();
        for text in texts {
            fields.push(Arc::new(ArrowField::new(format!("#{}", fields.len()), DataType::Binary, false)));
            let column: BinaryArray = (0..rows).map(|_| Some(text.as_bytes())).collect();
            columns.push(Arc::new(column) as ArrayRef);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?)
    }
}
