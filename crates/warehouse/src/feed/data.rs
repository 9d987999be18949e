//! Answering requests for rows: one snapshot, a plan, and a body in the format asked for.

use std::sync::Arc;

use ::model::Table;
use api::Failure;
use lake::{At, DataFile, Snapshot};
use odata::edm::{EntityType, Model};
use odata::expr::{DateTimeOffset, Literal};
use odata::negotiate::{Agreed, Document, OmitValues, Preferences};
use odata::path::DataPath;
use odata::query::Options;

use super::expand::{Expansion, With};
use super::output::Output;
use super::plan::{self, Plan};
use super::property::property;
use super::query::{self, Ordered, Planner, Shape};
use super::rows::{Broken, Query, Rows};
use super::tables::SnapshotTables;
use super::target::{Form, Target};
use super::{Feed, FeedBody, FeedRequest, FeedResponse, agree, compat, cross, snapshot_failure};

/// What one request is answered with.
pub(super) struct Asked<'a> {
    pub(super) request: &'a FeedRequest<'a>,
    pub(super) model: Arc<Model>,
    pub(super) entity: EntityType,
    /// The tables of a `$crossjoin`.
    pub(super) cross: Vec<&'static Table>,
    pub(super) options: Options,
    pub(super) preferences: Preferences,
    pub(super) agreed: Agreed,
    pub(super) output: Output,
    pub(super) tables: SnapshotTables,
    pub(super) now: Literal,
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
        let entity = model.type_of_set(target.table.name).cloned();
        let entity =
            entity.ok_or_else(|| Failure::not_found(format!("There is no {}.", target.table.name)))?;
        self.read(request, model, (entity, Vec::new()), &target, options, snapshot)
    }

    /// Answers with what `options` say about the rows of `target`, which are of `entity`; or about those of a cross join.
    pub(super) fn read(
        &self,
        request: &FeedRequest<'_>,
        model: Model,
        (entity, cross): (EntityType, Vec<&'static Table>),
        target: &Target,
        options: Options,
        snapshot: Option<Snapshot>,
    ) -> Result<FeedResponse, Failure> {
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
        let output = other.unwrap_or(Output::Odata(agreed.format));
        let page_rows = preferences.max_page_size.unwrap_or(u64::MAX).min(self.page_rows);
        let page_rows = if output.is_json() { page_rows } else { u64::MAX };
        let condition = target.condition(&options);
        let is_cross = !cross.is_empty();
        let condition_of_one = condition.as_ref().filter(|_| !is_cross);
        let plan = Plan::new(request, target, &options, condition_of_one, page_rows)?;
        let plan = Plan { is_cross, ..plan };
        let snapshot = match (plan.snapshot, snapshot) {
            (Some(id), _) => self.lake.snapshot(&At::Id(id)).map_err(snapshot_failure)?,
            (None, Some(snapshot)) => snapshot,
            (None, None) => self.lake.snapshot(&At::Latest).map_err(snapshot_failure)?,
        };
        let tables = SnapshotTables { lake: self.lake.clone(), snapshot, version: target.version };
        let now = Literal::DateTimeOffset(DateTimeOffset::from(request.now));
        let (model, options) = (Arc::new(model), Options { filter: condition, ..options });
        let asked =
            Asked { request, model, entity, cross, options, preferences, agreed, output, tables, now };
        self.respond(&asked, target, plan)
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
            Form::Entity | Form::Reference => match rows.entity().map_err(internal)? {
                Some(entity) => response.body = FeedBody::Whole(entity),
                // A property that leads nowhere is null.
                None if target.is_related => {
                    response = FeedResponse { status: 204, content_type: String::new(), ..response };
                }
                None => return Err(missing()),
            },
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
        let is_cross = !asked.cross.is_empty();
        if !query::is_needed(options) && options.expand.is_empty() && !is_cross {
            return Ok(None);
        }
        let is_row_format = matches!(asked.output, Output::Odata(_) | Output::Ndjson);
        if !options.expand.is_empty() && !is_row_format {
            let message = "$expand is not available in this format; ask for JSON or NDJSON.";
            return Err(super::not_offered_at(message.to_owned(), "$expand", 0));
        }
        let about = |failure: query::QueryFailure| failure.into_failure("$filter");
        let (relation, expand) = if is_cross {
            (cross::relation(asked, plan.first_day).map_err(about)?, None)
        } else {
            let with = With::of(asked, self.engine.clone());
            let expand = Expansion::new(&with, &asked.entity, &options.expand)?;
            (asked.tables.over(target.table, files.to_vec()).map_err(about)?, expand)
        };
        let planner = asked.planner();
        let relation = planner.rows(relation, options)?;
        let shapes = if plan.is_reference { Vec::new() } else { asked.written(&relation.shapes) };
        let count = query::counted(relation.clone()).map_err(about)?;
        let Ordered { relation: ordered, keys } =
            planner.ordered(relation, options, plan.after.as_deref())?;
        let mut columns: Vec<_> = shapes.iter().map(|shape| shape.name.clone()).collect();
        cross::needed(asked, &ordered.shapes, &mut columns);
        let nested = cross::nested(asked, &ordered.shapes, &columns)?;
        let links = expand.iter().flat_map(Expansion::links).map(str::to_owned);
        let places = keys.iter().map(|key| key.name.clone());
        for name in asked.entity.key.iter().cloned().chain(links).chain(places) {
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
        let (engine, are_entities) = (self.engine.clone(), options.apply.is_empty() && !is_cross);
        Ok(Some(Query { engine, page, count, keys, shapes, columns, are_entities, expand, nested, context }))
    }
}

impl Asked<'_> {
    pub(super) fn planner(&self) -> Planner<'_> {
        Planner { model: &self.model, entity: &self.entity, tables: &self.tables, now: &self.now }
    }

    pub(super) fn omits_nulls(&self) -> bool {
        self.preferences.omit_values == Some(OmitValues::Nulls) && self.output.is_json()
    }

    fn tracks_changes(&self) -> bool {
        let options = &self.options;
        let is_whole = options.top.is_none() && options.skip.is_none() && options.apply.is_empty();
        self.preferences.track_changes
            && self.output.is_json()
            && is_whole
            && options.expand.is_empty()
            && self.cross.is_empty()
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
            return gathered(paths.iter().filter_map(|path| find(&path.to_string())));
        }
        // A cross join in columns has those of all tables.
        let is_flat =
            !self.cross.is_empty() && self.options.apply.is_empty() && self.options.expand.is_empty();
        let is_all = is_flat && !self.output.is_json();
        let is_written = |shape: &&Shape| !shape.is_hidden || is_all && !shape.name.contains('#');
        gathered(shapes.iter().filter(is_written).cloned())
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

/// What is inside one property stands together, as JSON wants it.
fn gathered(shapes: impl Iterator<Item = Shape>) -> Vec<Shape> {
    let mut all: Vec<Shape> = Vec::new();
    for shape in shapes {
        let shared = |other: &Shape| {
            let pairs = other.name.split('/').zip(shape.name.split('/'));
            pairs.take_while(|(other, own)| other == own).count()
        };
        let nearest = all.iter().enumerate().max_by_key(|(at, other)| (shared(other), *at));
        match nearest.filter(|(_, other)| shared(other) > 0).map(|(at, _)| at) {
            Some(at) => all.insert(at + 1, shape),
            None => all.push(shape),
        }
    }
    all
}

fn broken(error: Broken) -> Failure {
    match error {
        Broken::Engine(error) => query::QueryFailure::from(error).into_failure(""),
        Broken::Related(message) => Failure::new(api::Code::TooLarge, format!("{message}.")),
        other => Failure::internal(&other),
    }
}
