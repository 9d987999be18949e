//! A path that goes on behind one row: which rows its navigation property leads to.

use api::Failure;
use lake::Snapshot;
use odata::edm::Model;
use odata::expr::Literal;
use odata::query::Options;

use super::query::{self, Link, Planner, Tables as _};
use super::rows::Broken;
use super::tables::SnapshotTables;
use super::target::{Form, Target};
use super::{Feed, not_offered};

impl Feed {
    /// The target a path leads to behind one row.
    pub(super) fn follow(
        &self,
        model: &Model,
        target: Target,
        snapshot: Snapshot,
    ) -> Result<Target, Failure> {
        let Some(onward) = target.onward.clone() else { return Ok(target) };
        let link = Link::find(model, target.table.entity, &onward.navigation);
        let table = link.and_then(|link| Some((link, ::model::table(link.set)?)));
        let (link, table) =
            table.ok_or_else(|| not_offered(format!("{} is not offered.", onward.navigation)))?;
        let internal = |error: Broken| Failure::internal(&error);
        let tables = SnapshotTables { lake: self.lake.clone(), snapshot, version: target.version };
        let about = |failure: query::QueryFailure| failure.into_failure("");
        let relation = tables.relation(target.table.name).map_err(about)?;
        let entity = model.type_of_set(target.table.name);
        let entity =
            entity.ok_or_else(|| Failure::not_found(format!("There is no {}.", target.table.name)))?;
        let options = Options { filter: target.condition(&Options::default()), ..Options::default() };
        let planner = Planner { model, entity, tables: &tables, now: &Literal::Null };
        let found = planner.rows(relation, &options)?.only(&[link.here.to_owned()]).map_err(about)?;
        let plan = query::part(found, 0, Some(1)).and_then(|part| Ok(part.plan.build()?)).map_err(about)?;
        let mut value = None;
        for batch in self.engine.run(plan).map_err(|error| internal(error.into()))? {
            let batch = batch.map_err(|error| internal(error.into()))?;
            value = Some(super::literal(batch.column(0).as_ref(), 0, &odata::edm::EdmType::Int64));
        }
        let value =
            value.ok_or_else(|| Failure::not_found("There is no entity with this key.".to_owned()))?;
        let mut equals = onward.key;
        equals.push((link.there.to_owned(), value));
        let form = match onward.form {
            Form::Collection if !link.many => Form::Entity,
            Form::References if !link.many => Form::Reference,
            form => form,
        };
        let is_related = !link.many;
        Ok(Target { table, equals, form, onward: None, is_related, ..target })
    }
}
