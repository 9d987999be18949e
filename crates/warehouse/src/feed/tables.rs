//! The tables of one snapshot, for the query engine.

use std::ops::RangeInclusive;

use ::model::{Table, Version};
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{LogicalPlanBuilder, ident};
use lake::engine::Engine;
use lake::{DataFile, Lake, Snapshot, SnapshotError};

use super::query::{QueryFailure, Relation, Shape, Tables};

/// The tables as a version shows them.
#[derive(Clone)]
pub(super) struct SnapshotTables {
    pub(super) lake: Lake,
    pub(super) snapshot: Snapshot,
    pub(super) version: Version,
}

impl SnapshotTables {
    /// The files of a table; none when the snapshot does not know it yet.
    pub(super) fn files(
        &self,
        table: &Table,
        days: Option<RangeInclusive<i64>>,
    ) -> Result<Vec<DataFile>, SnapshotError> {
        let days = days.filter(|_| table.is_dated());
        match self.lake.files(&self.snapshot, table.name, days) {
            Err(SnapshotError::UnknownTable(_)) => Ok(Vec::new()),
            files => files,
        }
    }

    /// The rows of some files.
    pub(super) fn over(&self, table: &'static Table, files: Vec<DataFile>) -> Result<Relation, QueryFailure> {
        let source = provider_as_source(Engine::table(&self.lake, &crate::files::spec(table), files));
        let plan = LogicalPlanBuilder::scan(table.name, source, None)?;
        let shape = |column: &::model::Column| Shape {
            name: column.name.to_owned(),
            ty: crate::edm::edm_type(column.edm),
            nullable: column.nullable,
            is_hidden: false,
        };
        let shapes: Vec<_> = table.shown_columns(self.version).map(|(_, column)| shape(column)).collect();
        // The names lose their table, so that joins can bring columns of the same name.
        let exprs: Vec<_> =
            shapes.iter().map(|shape| ident(shape.name.as_str()).alias(shape.name.as_str())).collect();
        Ok(Relation { plan: plan.project(exprs)?, shapes })
    }
}

impl Tables for SnapshotTables {
    fn relation(&self, set: &str) -> Result<Relation, QueryFailure> {
        let table = ::model::table(set).ok_or(QueryFailure::Empty)?;
        self.over(table, self.files(table, None)?)
    }
}
