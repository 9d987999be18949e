//! Answering requests for rows: one snapshot, a plan, and a body in the format asked for.

use std::sync::Arc;

use api::Failure;
use arrow_array::Array as _;
use lake::{At, DataFile, Snapshot};
use odata::edm::{EntityType, Model};
use odata::expr::{DateTimeOffset, Literal};
use odata::negotiate::{Agreed, Document, OmitValues, Preferences};
use odata::path::DataPath;
use odata::query::{Options, Step, Transformation};

use super::expand::{Expansion, With};
use super::output::Output;
use super::plan::{self, Plan};
use super::query::{self, Link, Planner, Relation, Shape, Tables as _};
use super::rows::{Broken, Query, Rows};
use super::tables::SnapshotTables;
use super::target::{Form, Target};
use super::{Feed, FeedBody, FeedRequest, FeedResponse, agree, compat, delta, not_offered, snapshot_failure};
use crate::encode::{Level, RowFormat, RowWriter, json_text};

/// What one request is answered with.
struct Asked<'a> {
    request: &'a FeedRequest<'a>,
    model: Arc<Model>,
    entity: EntityType,
    options: Options,
    preferences: Preferences,
    agreed: Agreed,
    output: Output,
    tables: SnapshotTables,
    now: Literal,
}

impl Feed {
    pub(super) fn data(
        &self,
        request: &FeedRequest<'_>,
        version: ::model::Version,
        model: Model,
        path: &DataPath,
        address: &str,
    ) -> Result<FeedResponse, Failure> {
        let mut target = Target::of(path, version, address)?;
        let mut snapshot = None;
        if target.onward.is_some() {
            let latest = self.lake.snapshot(&At::Latest).map_err(snapshot_failure)?;
            target = self.follow(&model, target, latest)?;
            snapshot = Some(latest);
        }
        let options = plan::options(request.query, &model, target.table)?;
        target.check(&options)?;
        if request.is_compat {
            compat::check(&options)?;
        }
        let other = match target.form {
            Form::Collection => Output::other(options.format.as_deref(), request.accept),
            _ => None,
        };
        let is_raw = matches!(target.form, Form::Count | Form::Property { is_raw: true, .. });
        let document = if is_raw { Document::RawValue } else { Document::Data };
        let wish = if other.is_some() { FeedRequest { accept: None, ..*request } } else { *request };
        let format = options.format.as_deref().filter(|_| other.is_none());
        let agreed = agree(&wish, document, format)?;
        let preferences = request.prefer.map(Preferences::parse).unwrap_or_default();
        let entity = model.type_of_set(target.table.name).cloned();
        let entity =
            entity.ok_or_else(|| Failure::not_found(format!("There is no {}.", target.table.name)))?;
        let output = other.unwrap_or(Output::Odata(agreed.format));
        let page_rows = preferences.max_page_size.unwrap_or(u64::MAX).min(self.page_rows);
        let page_rows = if output.is_json() { page_rows } else { u64::MAX };
        let condition = target.condition(&options);
        let plan = Plan::new(request, &target, &options, condition.as_ref(), page_rows)?;
        let snapshot = match (plan.snapshot, snapshot) {
            (Some(id), _) => self.lake.snapshot(&At::Id(id)).map_err(snapshot_failure)?,
            (None, Some(snapshot)) => snapshot,
            (None, None) => self.lake.snapshot(&At::Latest).map_err(snapshot_failure)?,
        };
        let tables = SnapshotTables { lake: self.lake.clone(), snapshot, version };
        let now = Literal::DateTimeOffset(DateTimeOffset::from(request.now));
        let (model, options) = (Arc::new(model), Options { filter: condition, ..options });
        let asked = Asked { request, model, entity, options, preferences, agreed, output, tables, now };
        self.respond(&asked, &target, plan)
    }

    /// The target a path leads to behind one row.
    fn follow(&self, model: &Model, target: Target, snapshot: Snapshot) -> Result<Target, Failure> {
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
        Ok(Target { table, equals, form, onward: None, ..target })
    }

    fn respond(&self, asked: &Asked<'_>, target: &Target, mut plan: Plan) -> Result<FeedResponse, Failure> {
        let options = &asked.options;
        let etag = format!("W/\"{}-{}\"", asked.tables.snapshot.id, crate::lifetime::date_key(plan.day));
        let mut response = FeedResponse::new(asked.agreed.version.header());
        response.etag = Some(etag.clone());
        let is_known = |known: &str| known.split(',').any(|tag| tag.trim() == etag || tag.trim() == "*");
        if asked.request.if_none_match.is_some_and(is_known) {
            return Ok(FeedResponse { status: 304, ..response });
        }
        response.content_type = match asked.output.content_type() {
            Some(other) => other.to_owned(),
            None => asked.agreed.content_type(),
        };
        response.preference_applied = asked.applied(&plan);
        if matches!(target.form, Form::References | Form::Reference) {
            plan.chosen = Vec::new();
            plan.is_reference = true;
        }
        if let Form::Property { name, .. } = &target.form {
            let at = target.table.index(name);
            plan.chosen = vec![at.ok_or_else(|| Failure::not_found(format!("There is no {name}.")))?];
        }
        if let Some(token) = &options.deltatoken {
            let changes = self.changes(asked, &plan, token)?;
            return Ok(FeedResponse { body: FeedBody::Changes(Box::new(changes)), ..response });
        }
        let files = asked.tables.files(target.table, Some(plan.days.clone())).map_err(snapshot_failure)?;
        let query = self.query(asked, target, &plan, &files)?;
        let snapshot = asked.tables.snapshot.id;
        let mut rows = Rows::new(self.lake.clone(), plan, files, snapshot, asked.output, query);
        rows.omits_nulls = asked.omits_nulls();
        rows.tracks_changes = asked.tracks_changes();
        let internal = |error: Broken| broken(error);
        let missing = || Failure::not_found(format!("{} has no entity with this key.", target.table.name));
        match &target.form {
            Form::Collection | Form::References => response.body = FeedBody::Rows(Box::new(rows)),
            Form::Count => response.body = FeedBody::whole(rows.count().map_err(internal)?.to_string()),
            Form::Entity | Form::Reference => {
                let entity = rows.entity().map_err(internal)?;
                response.body = FeedBody::Whole(entity.ok_or_else(missing)?);
            }
            Form::Property { name, is_raw } => {
                let text = property(&rows, asked, target, name, *is_raw).map_err(internal)?;
                match text.ok_or_else(missing)? {
                    Some(text) => response.body = FeedBody::whole(text),
                    None => response = FeedResponse { status: 204, content_type: String::new(), ..response },
                }
            }
        }
        Ok(response)
    }

    /// The query of a plan that the files alone cannot answer.
    fn query(
        &self,
        asked: &Asked<'_>,
        target: &Target,
        plan: &Plan,
        files: &[DataFile],
    ) -> Result<Option<Query>, Failure> {
        let options = &asked.options;
        if !query::is_needed(options) && options.expand.is_empty() {
            return Ok(None);
        }
        let is_row_format = matches!(asked.output, Output::Odata(_) | Output::Ndjson);
        if !options.expand.is_empty() && !is_row_format {
            let message = "$expand is not available in this format; ask for JSON or NDJSON.";
            return Err(super::not_offered_at(message.to_owned(), "$expand", 0));
        }
        let with = With {
            engine: self.engine.clone(),
            tables: asked.tables.clone(),
            model: Arc::clone(&asked.model),
            now: asked.now.clone(),
            level: asked.output.level(),
            ieee754: asked.output.is_ieee754(),
            omits_nulls: asked.omits_nulls(),
        };
        let expand = Expansion::new(&with, &asked.entity, &options.expand)?;
        let about = |failure: query::QueryFailure| failure.into_failure("$filter");
        let relation = asked.tables.over(target.table, files.to_vec()).map_err(about)?;
        let planner = asked.planner();
        let relation = planner.rows(relation, options)?;
        let shapes = if plan.is_reference { Vec::new() } else { asked.written(&relation.shapes) };
        let count = query::counted(relation.clone()).map_err(about)?;
        let ordered = planner.ordered(relation, options)?;
        let mut columns: Vec<_> = shapes.iter().map(|shape| shape.name.clone()).collect();
        let links = expand.iter().flat_map(Expansion::links).map(str::to_owned);
        for name in asked.entity.key.iter().cloned().chain(links) {
            let is_there = ordered.shapes.iter().any(|shape| shape.name == name);
            if is_there && !columns.contains(&name) {
                columns.push(name);
            }
        }
        let skip = plan.first_row.saturating_add(plan.skip);
        let wanted = plan.top.unwrap_or(u64::MAX).min(plan.page_rows);
        let rows = (wanted < u64::MAX).then(|| wanted.saturating_add(1));
        let page = ordered.only(&columns).and_then(|all| query::part(all, skip, rows));
        let page = page.and_then(|page| Ok(page.plan.build()?)).map_err(about)?;
        let context = asked.context(&shapes, expand.as_ref());
        let (engine, are_entities) = (self.engine.clone(), options.apply.is_empty());
        Ok(Some(Query { engine, page, count, shapes, columns, are_entities, expand, context }))
    }

    /// What changed since the snapshot of `token`.
    fn changes(&self, asked: &Asked<'_>, plan: &Plan, token: &str) -> Result<delta::Changes, Failure> {
        if !asked.output.is_json() || !asked.options.apply.is_empty() || !asked.options.expand.is_empty() {
            let message = "Changes are written as OData JSON of plain rows: leave out $apply, $expand and other formats.";
            return Err(super::not_offered_at(message.to_owned(), "$deltatoken", 0));
        }
        let known = self.lake.snapshot(&At::Id(delta::known(token)?)).map_err(|_| delta::gone())?;
        let before = SnapshotTables { snapshot: known, ..asked.tables.clone() };
        let table = plan.table;
        let days = || Some(plan.days.clone());
        let old_files = before.files(table, days()).map_err(snapshot_failure)?;
        let new_files = asked.tables.files(table, days()).map_err(snapshot_failure)?;
        let about = |failure: query::QueryFailure| failure.into_failure("$filter");
        let over = |files: Vec<DataFile>| asked.tables.over(table, files).map_err(about);
        let (gone, fresh) = (delta::only_in(&old_files, &new_files), delta::only_in(&new_files, &old_files));
        let planner = asked.planner();
        let mut names: Vec<_> = plan.chosen.iter().map(|at| table.columns[*at].name.to_owned()).collect();
        let missing = |name: &&&str| !names.iter().any(|known| known == **name);
        let lacking: Vec<_> = table.key.iter().filter(missing).map(|name| (*name).to_owned()).collect();
        names.extend(lacking);
        let chosen = |relation: Relation| {
            let relation = planner.rows(relation, &asked.options)?;
            relation.only(&names).map_err(about)
        };
        let relations = (chosen(over(gone)?)?, chosen(over(fresh.clone())?)?, over(fresh)?);
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
        let link = delta::link(&address, &plan.query, asked.tables.snapshot.id);
        let context = format!("{}/$metadata#{}", plan.root_url, table.name);
        let is_401 = asked.agreed.version == odata::negotiate::Version::V401;
        delta::Changes::new(self.engine.clone(), relations, table.key, format, is_401, context, link)
            .map_err(|error| query::QueryFailure::from(error).into_failure("$deltatoken"))
    }
}

fn ids(table: &'static ::model::Table) -> crate::encode::IdFormat {
    let field = |name: &&'static str| crate::encode::Field {
        name: (*name).into(),
        edm: table
            .column(name)
            .map_or(odata::edm::EdmType::String, |column| crate::edm::edm_type(column.edm)),
        column: usize::MAX,
    };
    crate::encode::IdFormat {
        member: "@odata.id",
        set: table.name,
        key: table.key.iter().map(field).collect(),
    }
}

impl Asked<'_> {
    fn planner(&self) -> Planner<'_> {
        Planner { model: &self.model, entity: &self.entity, tables: &self.tables, now: &self.now }
    }

    fn omits_nulls(&self) -> bool {
        self.preferences.omit_values == Some(OmitValues::Nulls) && self.output.is_json()
    }

    fn tracks_changes(&self) -> bool {
        let options = &self.options;
        let is_whole = options.top.is_none() && options.skip.is_none() && options.apply.is_empty();
        self.preferences.track_changes && self.output.is_json() && is_whole && options.expand.is_empty()
    }

    /// `Preference-Applied`.
    fn applied(&self, plan: &Plan) -> Option<String> {
        let mut applied = Vec::new();
        if self.preferences.max_page_size.is_some() && self.output.is_json() {
            applied.push(format!("odata.maxpagesize={}", plan.page_rows));
        }
        if self.omits_nulls() {
            applied.push("omit-values=nulls".to_owned());
        }
        if self.tracks_changes() {
            applied.push("odata.track-changes".to_owned());
        }
        (!applied.is_empty()).then(|| applied.join(", "))
    }

    /// The columns that are written, in order.
    fn written(&self, shapes: &[Shape]) -> Vec<Shape> {
        let find = |name: &str| shapes.iter().find(|shape| shape.name == name).cloned();
        if let Some(paths) = &self.options.select {
            return paths.iter().filter_map(|path| find(&path.to_string())).collect();
        }
        let mut grouped = Vec::new();
        grouping(&self.options.apply, &mut grouped);
        let is_written = |shape: &&Shape| {
            !shape.name.contains('#') && (!shape.name.contains('/') || grouped.contains(&shape.name))
        };
        shapes.iter().filter(is_written).cloned().collect()
    }

    /// The properties in the context URL; nothing when they are those of the type.
    fn context(&self, shapes: &[Shape], expand: Option<&Expansion>) -> Option<String> {
        let options = &self.options;
        let is_made = options.select.is_some() || !options.apply.is_empty() || !options.compute.is_empty();
        if !is_made && expand.is_none() {
            return None;
        }
        let mut names = Vec::new();
        if is_made {
            names.extend(shapes.iter().map(|shape| shape.name.clone()));
        }
        names.extend(expand.map(Expansion::names).unwrap_or_default());
        Some(names.join(","))
    }
}

fn grouping(steps: &[Step], found: &mut Vec<String>) {
    for step in steps {
        match &step.kind {
            Transformation::GroupBy(paths, inner) => {
                found.extend(paths.iter().map(ToString::to_string));
                grouping(inner, found);
            }
            Transformation::Concat(sequences) => sequences.iter().for_each(|steps| grouping(steps, found)),
            _ => {}
        }
    }
}

/// The text of a property: nothing when there is no entity, none when the property is null.
fn property(
    rows: &Rows,
    asked: &Asked<'_>,
    target: &Target,
    name: &str,
    is_raw: bool,
) -> Result<Option<Option<String>>, Broken> {
    let Some(row) = rows.first()? else { return Ok(None) };
    let format = rows.row_format();
    let Some(field) = format.fields.first().cloned() else { return Ok(None) };
    let Some(array) = row.columns().get(field.column).filter(|array| array.is_valid(0)) else {
        return Ok(Some(None));
    };
    if is_raw {
        return Ok(Some(Some(match super::literal(array.as_ref(), 0, &field.edm) {
            Literal::String(text) => text,
            other => other.to_string(),
        })));
    }
    let field = crate::encode::Field { name: "value".into(), ..field };
    let format =
        RowFormat { fields: vec![field], id: None, level: Level::None, omits_nulls: false, ..format };
    let mut out = Vec::new();
    RowWriter::new(&format, &row)?.write(0, &mut out);
    let text = String::from_utf8_lossy(&out).into_owned();
    let members = text.trim_start_matches(",{").to_owned();
    if asked.output.level() == Level::None {
        return Ok(Some(Some(format!("{{{members}"))));
    }
    let address = target.address.strip_suffix(&format!("/{name}")).unwrap_or(&target.address);
    let context = format!("{}/$metadata#{address}/{name}", asked.request.root_url);
    Ok(Some(Some(format!("{{\"@odata.context\":{},{members}", json_text(&context)))))
}

fn broken(error: Broken) -> Failure {
    match error {
        Broken::Engine(error) => query::QueryFailure::from(error).into_failure(""),
        Broken::Related(message) => Failure::new(api::Code::TooLarge, format!("{message}.")),
        other => Failure::internal(&other),
    }
}
