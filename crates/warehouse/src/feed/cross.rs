//! `$crossjoin(A,B)`: the rows of several tables beside each other (URL Conventions §4.15).
//!
//! Columns are called as their paths, such as `devices/deviceName`. What `$filter` says to be equal is joined by its
//! values; other pairs of tables meet row by row, within the limits of the query engine.

use std::sync::Arc;

use ::model::{Table, Version};
use api::Failure;
use arrow_array::{ArrayRef, BinaryArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field as ArrowField, Schema};
use datafusion::common::NullEquality;
use datafusion::logical_expr::JoinType;
use datafusion::prelude::Column;
use odata::edm::{EdmType, EntityType, Model, Navigation};
use odata::expr::{Comparison, Expr, ExprKind};
use odata::query::{Context, ExpandItem, ExpandKind, SystemOption, parse_options};

use super::data::Asked;
use super::filter::Filter;
use super::plan::first_filters;
use super::query::{self, QueryFailure, Relation, Shape};
use super::rows::Broken;
use super::target::Target;
use super::{Feed, FeedRequest, FeedResponse, not_offered_at};
use crate::encode::{Field, IdFormat, Level, RowFormat, RowWriter};

const OFFERED: [SystemOption; 11] = [
    SystemOption::Apply,
    SystemOption::Compute,
    SystemOption::Count,
    SystemOption::Expand,
    SystemOption::Filter,
    SystemOption::OrderBy,
    SystemOption::Search,
    SystemOption::Select,
    SystemOption::Skip,
    SystemOption::SkipToken,
    SystemOption::Top,
];

impl Feed {
    pub(super) fn cross_join(
        &self,
        request: &FeedRequest<'_>,
        version: Version,
        model: &Model,
        sets: &[String],
    ) -> Result<FeedResponse, Failure> {
        let missing = |set: &String| Failure::not_found(format!("There is no {set}."));
        let tables = sets.iter().map(|set| ::model::table(set).ok_or_else(|| missing(set)));
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        let Some(table) = tables.first().copied() else {
            return Err(Failure::bad_request("Name the sets, such as $crossjoin(devices,users)."));
        };
        let rows = tables.iter().fold(EntityType::new("$crossjoin"), |rows, table| {
            rows.navigation(Navigation::one(table.name, table.entity))
        });
        let model = model.clone().entity_type(rows.clone());
        let options = parse_options(request.query, &Context::new(&model, &rows).offering(&OFFERED))?;
        let address = format!("$crossjoin({})", sets.join(","));
        let target = Target::whole(table, version, address);
        self.read(request, model, (rows, tables), &target, options, None)
    }
}

/// The rows, with the columns of all tables; none is written unless it is asked for.
pub(super) fn relation(asked: &Asked<'_>, first_day: Option<i64>) -> Result<Relation, QueryFailure> {
    let options = &asked.options;
    // A filter behind $apply is about its results; those it begins with are about the rows.
    let filters = match &options.filter {
        Some(filter) if options.apply.is_empty() => vec![filter],
        _ => first_filters(options).collect(),
    };
    let terms: Vec<_> = filters.into_iter().flat_map(terms).collect();
    let mut found: Option<Relation> = None;
    for table in &asked.cross {
        let mut own = Filter::default();
        terms.iter().filter_map(|term| of_one(term, table)).for_each(|term| own.add(&term, table));
        let first = first_day.filter(|_| !own.names_date_key).unwrap_or(*own.days.start());
        let days = first.max(*own.days.start())..=*own.days.end();
        let files = asked.tables.files(table, Some(days))?;
        let next = query::inside(asked.tables.over(table, files)?, table.name, table.entity)?;
        found = Some(match found {
            None => next,
            Some(before) => beside(before, next, &terms)?,
        });
    }
    found.ok_or(QueryFailure::Empty)
}

/// The terms that must all hold.
fn terms(filter: &Expr) -> Vec<&Expr> {
    match &filter.kind {
        ExprKind::And(all) => all.iter().flat_map(terms).collect(),
        _ => vec![filter],
    }
}

/// The term as one about the rows of `table`, if it reads nothing else.
fn of_one(term: &Expr, table: &Table) -> Option<Expr> {
    let (mut term, mut is_own) = (term.clone(), true);
    own_paths(&mut term, table, &mut is_own);
    is_own.then_some(term)
}

fn own_paths(expr: &mut Expr, table: &Table, is_own: &mut bool) {
    match &mut expr.kind {
        ExprKind::Path(path) if path.segments.len() == 2 && path.segments[0] == table.name => {
            path.segments.remove(0);
        }
        ExprKind::Path(_) | ExprKind::Lambda(_) | ExprKind::Count(..) => *is_own = false,
        _ => {}
    }
    expr.for_each_child_mut(&mut |child| own_paths(child, table, is_own));
}

/// Both rows beside each other, joined by what the terms say to be equal.
fn beside(left: Relation, right: Relation, terms: &[&Expr]) -> Result<Relation, QueryFailure> {
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for term in terms {
        let ExprKind::Compare(Comparison::Eq, one, other) = &term.kind else { continue };
        let (Some(one), Some(other)) = (one.as_path(), other.as_path()) else { continue };
        let (one, other) = (one.to_string(), other.to_string());
        for (own, foreign) in [(&one, &other), (&other, &one)] {
            let found = left.shapes.iter().find(|shape| shape.name == *own);
            let pair = found.zip(right.shapes.iter().find(|shape| shape.name == *foreign));
            if pair.is_some_and(|(own, foreign)| own.ty == foreign.ty) {
                here.push(Column::from_name(own.as_str()));
                there.push(Column::from_name(foreign.as_str()));
            }
        }
    }
    let added = right.plan.build()?;
    let plan = if here.is_empty() {
        left.plan.cross_join(added)?
    } else {
        // The side that is held in memory is the left one; null equals null.
        left.plan.join_detailed(added, JoinType::Inner, (here, there), None, NullEquality::NullEqualsNull)?
    };
    let shapes = [left.shapes, right.shapes].concat();
    Ok(Relation { plan, shapes })
}

/// An object or a link inside each row, made of columns of the row.
#[derive(Clone, Debug)]
pub(super) struct Nested {
    name: String,
    format: RowFormat,
    is_link: bool,
}

/// Adds the columns that [`nested`] reads.
pub(super) fn needed(asked: &Asked<'_>, shapes: &[Shape], columns: &mut Vec<String>) {
    for table in &asked.cross {
        let prefix = format!("{}/", table.name);
        let is_whole = expanded(asked, table).is_some();
        let is_key = |name: &str| has_links(asked) && table.key.contains(&name);
        let is_needed = |shape: &&Shape| {
            let own = shape.name.strip_prefix(&prefix).filter(|name| !name.contains(['/', '#']));
            own.is_some_and(|name| is_whole || is_key(name)) && !columns.contains(&shape.name)
        };
        let added: Vec<_> = shapes.iter().filter(is_needed).map(|shape| shape.name.clone()).collect();
        columns.extend(added);
    }
}

fn expanded<'a>(asked: &'a Asked<'_>, table: &Table) -> Option<&'a ExpandItem> {
    asked.options.expand.iter().find(|item| item.path.to_string() == table.name)
}

/// Whether rows have links to what they are made of: unless properties are chosen or made.
fn has_links(asked: &Asked<'_>) -> bool {
    let is_plain = asked.options.apply.is_empty() && asked.options.select.is_none();
    is_plain && asked.output.is_json() && asked.output.level() != Level::None
}

/// What stands for each table in a row: the expanded entity, or a link to it.
pub(super) fn nested(
    asked: &Asked<'_>,
    shapes: &[Shape],
    columns: &[String],
) -> Result<Vec<Nested>, Failure> {
    let mut all = Vec::new();
    for table in &asked.cross {
        match expanded(asked, table) {
            Some(item) => all.push(entity(asked, table, item, shapes, columns)?),
            None if has_links(asked) => {
                let format = RowFormat { id: Some(id(table, columns)), ..RowFormat::default() };
                let name = format!("{}@odata.navigationLink", table.name);
                all.push(Nested { name, format, is_link: true });
            }
            None => {}
        }
    }
    Ok(all)
}

fn entity(
    asked: &Asked<'_>,
    table: &'static Table,
    item: &ExpandItem,
    shapes: &[Shape],
    columns: &[String],
) -> Result<Nested, Failure> {
    let options = &item.options;
    let is_plain =
        item.kind == ExpandKind::Entities && options.expand.is_empty() && options.compute.is_empty();
    if !is_plain || item.levels.is_some() || !asked.output.is_json() && !asked.output.is_lines() {
        let message = "$expand in $crossjoin is available for JSON, and takes $select alone.".to_owned();
        return Err(not_offered_at(message, "$expand", item.path.span.start));
    }
    let prefix = format!("{}/", table.name);
    let is_chosen = |name: &str| {
        options.select.as_ref().is_none_or(|paths| paths.iter().any(|path| path.as_property() == Some(name)))
    };
    let field = |shape: &Shape| {
        let name =
            shape.name.strip_prefix(&prefix).filter(|name| !name.contains(['/', '#']) && is_chosen(name))?;
        let column = columns.iter().position(|known| *known == shape.name)?;
        Some(Field { name: name.into(), edm: shape.ty.clone(), column })
    };
    let level = asked.output.level();
    let fields: Vec<_> = shapes.iter().filter_map(field).collect();
    let lacks_key = table.key.iter().any(|name| !fields.iter().any(|field| *field.name == **name));
    let has_id = level == Level::Full || level == Level::Minimal && lacks_key;
    let format = RowFormat {
        fields,
        ieee754_compatible: asked.output.is_ieee754(),
        level,
        entity_type: format!("{}.{}", crate::edm::NAMESPACE, table.entity),
        id: has_id.then(|| id(table, columns)),
        omits_nulls: asked.omits_nulls(),
    };
    Ok(Nested { name: table.name.to_owned(), format, is_link: false })
}

fn id(table: &'static Table, columns: &[String]) -> IdFormat {
    let field = |name: &&'static str| Field {
        name: (*name).into(),
        edm: EdmType::String,
        column: columns
            .iter()
            .position(|known| *known == format!("{}/{name}", table.name))
            .unwrap_or(usize::MAX),
    };
    IdFormat { member: "@odata.id", set: table.name, key: table.key.iter().map(field).collect() }
}

impl Nested {
    /// Where it is written, as the column at `column`.
    pub(super) fn field(&self, column: usize) -> Field {
        Field { name: self.name.as_str().into(), edm: EdmType::Complex(String::new()), column }
    }

    /// The batch with a column of JSON for each of `all`.
    pub(super) fn widen(all: &[Self], batch: RecordBatch) -> Result<RecordBatch, Broken> {
        let mut fields: Vec<_> = batch.schema().fields().iter().cloned().collect();
        let mut columns = batch.columns().to_vec();
        for nested in all {
            let mut writer = RowWriter::new(&nested.format, &batch)?;
            let mut out = Vec::new();
            let texts: Vec<_> = (0..batch.num_rows())
                .map(|row| {
                    out.clear();
                    writer.write(row, &mut out);
                    nested.text(&out).to_vec()
                })
                .collect();
            let column: BinaryArray = texts.iter().map(|text| Some(text.as_slice())).collect();
            fields.push(Arc::new(ArrowField::new(format!("#{}", fields.len()), DataType::Binary, false)));
            columns.push(Arc::new(column) as ArrayRef);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?)
    }

    /// The object of a row `,{…}`, or the text of the only member of `,{"@odata.id":"…"}`.
    fn text<'o>(&self, out: &'o [u8]) -> &'o [u8] {
        const BEFORE: &[u8] = b",{\"@odata.id\":";
        if self.is_link {
            out.strip_prefix(BEFORE).and_then(|rest| rest.strip_suffix(b"}")).unwrap_or_default()
        } else {
            out.strip_prefix(b",").unwrap_or(out)
        }
    }
}
