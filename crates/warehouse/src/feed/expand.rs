//! `$expand`: related rows as JSON inside each row, read batch by batch.
//!
//! For the rows of a batch the related table is read once, with a condition on the values that link them; nested options
//! apply for each row on its own. Memory holds the related rows of one batch.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BinaryArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field as ArrowField, Schema};
use datafusion::logical_expr::{Expr as EngineExpr, lit};
use datafusion::scalar::ScalarValue;
use lake::engine::Engine;
use odata::edm::{EdmType, EntityType, Model};
use odata::expr::Literal;
use odata::query::{ExpandItem, ExpandKind, Options};

use super::data::Asked;
use super::query::{Link, Planner, Relation, Shape, Tables};
use super::rows::Broken;
use super::tables::SnapshotTables;
use super::{Failure, not_offered_at};
use crate::encode::{Field, IdFormat, Level, RowFormat, RowWriter};

/// Most related rows of one batch.
const RELATED_ROWS_MAX: usize = 2_000_000;

/// What is expanded of one entity type.
#[derive(Clone)]
pub(super) struct Expansion {
    with: With,
    items: Vec<Item>,
}

/// What all levels work with.
#[derive(Clone)]
pub(super) struct With {
    pub(super) engine: Engine,
    pub(super) tables: SnapshotTables,
    pub(super) model: Arc<Model>,
    pub(super) now: Literal,
    pub(super) level: Level,
    pub(super) ieee754: bool,
    pub(super) omits_nulls: bool,
}

impl With {
    pub(super) fn of(asked: &Asked<'_>, engine: Engine) -> Self {
        Self {
            engine,
            tables: asked.tables.clone(),
            model: Arc::clone(&asked.model),
            now: asked.now.clone(),
            level: asked.output.level(),
            ieee754: asked.output.is_ieee754(),
            omits_nulls: asked.omits_nulls(),
        }
    }
}

#[derive(Clone)]
struct Item {
    name: String,
    link: Link,
    kind: ExpandKind,
    options: Options,
    nested: Option<Box<Expansion>>,
}

impl Expansion {
    /// The expansion of `items` of `entity`; none when there is nothing to expand.
    pub(super) fn new(
        with: &With,
        entity: &EntityType,
        items: &[ExpandItem],
    ) -> Result<Option<Self>, Failure> {
        if items.is_empty() {
            return Ok(None);
        }
        let items = items.iter().map(|item| Item::new(with, entity, item)).collect::<Result<_, _>>()?;
        Ok(Some(Self { with: with.clone(), items }))
    }

    /// The columns of the entity that link to what is expanded.
    pub(super) fn links(&self) -> impl Iterator<Item = &'static str> {
        self.items.iter().map(|item| item.link.here)
    }

    /// Names for the context URL.
    pub(super) fn names(&self) -> Vec<String> {
        self.items.iter().map(|item| format!("{}()", item.name)).collect()
    }

    /// What is added behind `columns` columns.
    pub(super) fn fields(&self, columns: usize) -> Vec<Field> {
        let mut fields = Vec::new();
        for item in &self.items {
            if item.options.count && item.link.many && item.kind == ExpandKind::Entities {
                fields.push(Field {
                    name: format!("{}@odata.count", item.name).into(),
                    edm: EdmType::Complex(String::new()),
                    column: columns + fields.len(),
                });
            }
            let name = match item.kind {
                ExpandKind::Count => format!("{}@odata.count", item.name),
                _ => item.name.clone(),
            };
            fields.push(Field {
                name: name.into(),
                edm: EdmType::Complex(String::new()),
                column: columns + fields.len(),
            });
        }
        fields
    }

    /// The batch with a column of JSON for each field.
    pub(super) fn widen(&self, batch: RecordBatch) -> Result<RecordBatch, Broken> {
        let schema = batch.schema();
        let mut fields: Vec<_> = schema.fields().iter().cloned().collect();
        let mut columns = batch.columns().to_vec();
        let mut add = |column: BinaryArray| {
            fields.push(Arc::new(ArrowField::new(format!("#{}", fields.len()), DataType::Binary, true)));
            columns.push(Arc::new(column) as ArrayRef);
        };
        for item in &self.items {
            let here = batch.column_by_name(item.link.here);
            let here = here.ok_or_else(|| Broken::Related(format!("{} is not read", item.link.here)))?;
            let found = item.related(&self.with, here)?;
            let keys = (0..batch.num_rows()).map(|row| key(here.as_ref(), row));
            let keys: Vec<_> = keys.collect();
            let of = |key: &Option<Key>| key.as_ref().and_then(|key| found.get(key));
            let count = |key: &Option<Key>| of(key).map_or(0, |group| group.count).to_string().into_bytes();
            if item.kind == ExpandKind::Count {
                add(keys.iter().map(|key| Some(count(key))).collect());
                continue;
            }
            if item.options.count && item.link.many {
                add(keys.iter().map(|key| Some(count(key))).collect());
            }
            add(keys.iter().map(|key| Some(item.json(of(key)))).collect());
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?)
    }
}

/// A value that links rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Number(i64),
    Text(String),
}

fn key(array: &dyn Array, row: usize) -> Option<Key> {
    match super::literal(array, row, &EdmType::Int64) {
        Literal::Int(number) => Some(Key::Number(number)),
        Literal::String(text) => Some(Key::Text(text)),
        _ => None,
    }
}

/// The related rows of one row.
#[derive(Default)]
struct Group {
    /// Without regard to `$top` and `$skip`.
    count: u64,
    /// `,{…}` for each row.
    rows: Vec<u8>,
    taken: u64,
}

impl Item {
    fn new(with: &With, entity: &EntityType, item: &ExpandItem) -> Result<Self, Failure> {
        let refused = |why: String| not_offered_at(why, "$expand", item.path.span.start);
        let name = item.path.to_string();
        let link = Link::find(&with.model, &entity.name, &name);
        let link = link.ok_or_else(|| refused(format!("{name} cannot be expanded here.")))?;
        // No navigation property leads to its own type, so that any number of `$levels` is the first one.
        let options = (*item.options).clone();
        if !options.apply.is_empty() {
            return Err(refused("$apply inside $expand is not available.".to_owned()));
        }
        let there = with.model.type_of_set(link.set);
        let there = there.ok_or_else(|| refused(format!("{name} cannot be expanded here.")))?;
        let nested = Expansion::new(with, there, &options.expand)?.map(Box::new);
        Ok(Self { name, link, kind: item.kind, options, nested })
    }

    fn json(&self, group: Option<&Group>) -> Vec<u8> {
        let rows = group.map(|group| group.rows.as_slice()).filter(|rows| !rows.is_empty());
        match (self.link.many, rows) {
            (true, None) => b"[]".to_vec(),
            (true, Some(rows)) => [b"[", &rows[1..], b"]"].concat(),
            (false, None) => b"null".to_vec(),
            (false, Some(rows)) => rows[1..].to_vec(),
        }
    }

    /// The related rows of all rows of a batch, by what links them.
    fn related(&self, with: &With, here: &ArrayRef) -> Result<HashMap<Key, Group>, Broken> {
        let failed = |failure: Failure| Broken::Related(failure.message);
        let relation = self.relation(with, here).map_err(failed)?;
        let names: Vec<_> = relation.shapes.iter().map(|shape| shape.name.clone()).collect();
        let shown = self.shown(&relation.shapes);
        let plan = relation.plan.build().map_err(lake::engine::EngineError::from)?;
        let (skip, top) = (self.options.skip.unwrap_or_default(), self.options.top.unwrap_or(u64::MAX));
        let mut groups: HashMap<Key, Group> = HashMap::new();
        let mut rows = 0;
        for batch in with.engine.run(plan)? {
            let batch = batch?;
            rows += batch.num_rows();
            if rows > RELATED_ROWS_MAX {
                let message = format!("more than {RELATED_ROWS_MAX} related rows; ask for smaller pages");
                return Err(Broken::Related(message));
            }
            let linking = batch.column_by_name(self.link.there).cloned();
            let batch = match &self.nested {
                Some(nested) => nested.widen(batch)?,
                None => batch,
            };
            let format = self.format(with, &shown, &names);
            let mut writer = RowWriter::new(&format, &batch)?;
            let linking =
                linking.ok_or_else(|| Broken::Related(format!("{} is not read", self.link.there)))?;
            for row in 0..batch.num_rows() {
                let Some(key) = key(linking.as_ref(), row) else { continue };
                let group = groups.entry(key).or_default();
                group.count += 1;
                if group.count > skip && group.taken < top && (self.link.many || group.taken == 0) {
                    writer.write(row, &mut group.rows);
                    group.taken += 1;
                }
            }
        }
        Ok(groups)
    }

    fn relation(&self, with: &With, here: &ArrayRef) -> Result<Relation, Failure> {
        let there = with.model.type_of_set(self.link.set);
        let there = there.ok_or_else(|| not_offered_at(self.name.clone(), "$expand", 0))?;
        let about = |failure: super::query::QueryFailure| failure.into_failure("$expand");
        let relation = with.tables.relation(self.link.set).map_err(about)?;
        let relation = super::query::linked(relation, self.link.there, values(here)).map_err(about)?;
        let planner = Planner { model: &with.model, entity: there, tables: &with.tables, now: &with.now };
        let relation = planner.rows(relation, &self.options)?;
        Ok(planner.ordered(relation, &self.options, None)?.relation)
    }

    /// What is written of a related row.
    fn shown(&self, shapes: &[Shape]) -> Vec<Shape> {
        match &self.options.select {
            Some(paths) => {
                let named = |shape: &&Shape| paths.iter().any(|path| path.to_string() == shape.name);
                shapes.iter().filter(named).cloned().collect()
            }
            None => shapes.iter().filter(|shape| !shape.is_hidden).cloned().collect(),
        }
    }

    fn format(&self, with: &With, shown: &[Shape], names: &[String]) -> RowFormat {
        let is_reference = self.kind == ExpandKind::References;
        let shown = if is_reference { &[] } else { shown };
        let field = |shape: &Shape| Field {
            name: shape.name.as_str().into(),
            edm: shape.ty.clone(),
            column: names.iter().position(|name| *name == shape.name).unwrap_or(usize::MAX),
        };
        let mut fields: Vec<_> = shown.iter().map(field).collect();
        if let Some(nested) = &self.nested {
            fields.extend(nested.fields(names.len()));
        }
        let table = ::model::table(self.link.set);
        let lacks_key = |table: &::model::Table| {
            table.key.iter().any(|name| !shown.iter().any(|shape| shape.name == *name))
        };
        let has_id = |table: &::model::Table| match with.level {
            Level::None => is_reference,
            Level::Minimal => lacks_key(table),
            Level::Full => true,
        };
        let entity = table.map_or("", |table| table.entity);
        RowFormat {
            fields,
            ieee754_compatible: with.ieee754,
            level: with.level,
            entity_type: format!("{}.{entity}", crate::edm::NAMESPACE),
            id: table.filter(|table| has_id(table)).map(|table| id(table, names)),
            omits_nulls: with.omits_nulls,
        }
    }
}

fn id(table: &'static ::model::Table, names: &[String]) -> IdFormat {
    let field = |name: &&'static str| Field {
        name: (*name).into(),
        edm: EdmType::String,
        column: names.iter().position(|known| known == name).unwrap_or(usize::MAX),
    };
    IdFormat { member: "@odata.id", set: table.name, key: table.key.iter().map(field).collect() }
}

/// The distinct values of a column.
fn values(array: &ArrayRef) -> Vec<EngineExpr> {
    let mut seen = std::collections::HashSet::new();
    let keys = (0..array.len()).filter_map(|row| key(array.as_ref(), row));
    keys.filter(|key| seen.insert(key.clone()))
        .map(|key| match key {
            Key::Number(number) => lit(number),
            Key::Text(text) => lit(ScalarValue::Utf8(Some(text))),
        })
        .collect()
}
