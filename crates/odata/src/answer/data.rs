//! Answers made of data: collections with their pages, entities, values, streams, references, counts.

use super::applicable::{self, Kind};
use super::headers::{self, Condition, Wishes, agree};
use super::locate::{self, Found, Place};
use super::page::{self, Page};
use super::route::not_acceptable;
use super::rows::{Item, World};
use super::source::{Change, Entity, Media};
use super::write::{Object, Writer, address};
use super::{Request, Response, Service, failed, structured, value};
use crate::edm::{EdmType, EntitySet};
use crate::error::{QueryError, code};
use crate::expr::Literal;
use crate::json::{ErrorBody, context_url, write_int};
use crate::negotiate::{Agreed, Document, Format, Metadata, Version};
use crate::path::{DataPath, Root, Segment};
use crate::query::{Context, Options, SystemOption, parse_options};

pub(super) type Answer = Result<Response, QueryError>;

/// Reads what a path names.
pub(super) fn read(service: &Service<'_>, request: &Request<'_>, path: &DataPath, query: &str) -> Answer {
    let kind = kind_of(path);
    applicable::check(query, kind)?;
    if let Some(set) = set_itself(service, path) {
        applicable::check_offered(set, query, kind == Kind::Count)?;
    }
    let context = Context::for_path(service.model, path);
    let options = parse_options(query, &context)?;
    structured::check(&options, &path.ty, service.model)?;
    check_arguments(path, &options)?;
    let document = match kind {
        Kind::Raw | Kind::Count => Document::RawValue,
        _ => Document::Data,
    };
    let agreed = match agree(request, options.format.as_deref(), document) {
        Ok(agreed) => agreed,
        Err(refusal) => return Ok(not_acceptable(request, &refusal)),
    };
    if options.index && agreed.version == Version::V4 {
        let message = "'$index' is an unknown query option of OData 4.0; leave it out, or ask for 4.01.";
        return Err(QueryError::bad(code::UNKNOWN_OPTION, message).in_option("$index"));
    }
    let found = locate::locate(World::of(service, request), path)?;
    let request = &Request { query, ..request.clone() };
    self::found(service, request, path, &options, agreed, found)
}

/// The set, where the whole set is asked for and nothing inside it.
fn set_itself<'a>(service: &Service<'a>, path: &DataPath) -> Option<&'a EntitySet> {
    let is_whole = path.segments.iter().all(|segment| matches!(segment, Segment::Count | Segment::Reference));
    match &path.root {
        Root::Set(name) if is_whole => service.model.entity_sets.iter().find(|set| set.name == *name),
        _ => None,
    }
}

fn kind_of(path: &DataPath) -> Kind {
    let is_collection = matches!(path.ty, EdmType::Collection(_));
    let is_entity = matches!(locate::item_type(&path.ty), EdmType::Entity(_));
    match (path.segments.last(), is_collection, is_entity) {
        (Some(Segment::Count), ..) => Kind::Count,
        (Some(Segment::Value), ..) => Kind::Raw,
        (Some(Segment::Reference), true, _) => Kind::References,
        (Some(Segment::Reference), ..) => Kind::Reference,
        _ if path.ty == EdmType::Stream => Kind::Raw,
        (_, true, true) => Kind::Entities,
        (_, true, false) => Kind::Values,
        (_, false, true) => Kind::Entity,
        (_, false, false) => Kind::Value,
    }
}

/// Beside arguments given as query options, other options may be misspelt arguments.
fn check_arguments(path: &DataPath, options: &Options) -> Result<(), QueryError> {
    let in_segments = path.segments.iter().filter_map(|segment| match segment {
        Segment::Function(call) => Some(call),
        _ => None,
    });
    let root = match &path.root {
        Root::Function(call) => Some(call),
        _ => None,
    };
    let mut calls = in_segments.chain(root);
    match options.custom.first() {
        Some((name, _)) if calls.any(|call| call.is_implicit && !call.arguments.is_empty()) => {
            let message = format!("The function has no parameter '{name}'; leave it out.");
            Err(QueryError::bad(code::UNKNOWN_OPTION, message).in_option(name))
        }
        _ => Ok(()),
    }
}

/// The context of a property that was reached over a navigation property: it names the entity by its own address, which
/// the path does not tell.
fn owned_context(
    service: &Service<'_>,
    request: &Request<'_>,
    path: &DataPath,
    owner: Option<&Entity>,
    options: &Options,
) -> Option<String> {
    let is_reached = path.segments.iter().any(|segment| matches!(segment, Segment::Navigation(_)));
    let owner = owner.filter(|_| is_reached && options.select.is_none())?;
    let address = address(owner, World::of(service, request))?;
    let last = path.segments.iter().rposition(|segment| !matches!(segment, Segment::Property(_)));
    let names = path.segments[last.map_or(0, |last| last + 1)..].iter().filter_map(|segment| match segment {
        Segment::Property(name) => Some(name.as_str()),
        _ => None,
    });
    let names: Vec<&str> = names.collect();
    Some(format!("{}$metadata#{address}/{}", service.root, names.join("/"))).filter(|_| !names.is_empty())
}

/// Writes what was found.
pub(super) fn found(
    service: &Service<'_>,
    request: &Request<'_>,
    path: &DataPath,
    options: &Options,
    agreed: Agreed,
    found: Found,
) -> Answer {
    let context = owned_context(service, request, path, found.owner.as_ref(), options)
        .unwrap_or_else(|| context_url(service.root, path, options, service.model));
    let set = match (&path.root, path.segments.as_slice()) {
        (Root::Set(name), [] | [Segment::Query]) => Some(name.as_str()),
        _ => None,
    };
    let mut reply = Reply { set, ..Reply::new(service, request, options, agreed, context) };
    match (path.segments.last(), found.place) {
        (Some(Segment::Count), Place::Many(items)) => {
            let world = reply.writer.world;
            let items = world.applied(items, options);
            Ok(reply.text(world.arranged(items, options).len().to_string().into_bytes(), None))
        }
        (Some(Segment::Value), Place::One(Item::Plain(value))) => {
            let is_bytes = found.ty == EdmType::Binary;
            Ok(reply.text(value::raw(&value, &found.ty), is_bytes.then_some("application/octet-stream")))
        }
        (Some(Segment::Value), Place::One(Item::Entity(entity))) => {
            match service.source.media(&entity, None) {
                Some(media) => Ok(reply.media(media)),
                None => Err(QueryError::not_found("This entity has no stream.")),
            }
        }
        (_, Place::Stream(media)) => Ok(reply.media(media)),
        (_, Place::Nothing) => Ok(reply.empty()),
        (Some(Segment::Reference), Place::One(item)) => Ok(reply.reference(&item)),
        (_, Place::Many(_)) if options.deltatoken.is_some() => reply.changes(&found.ty),
        (Some(Segment::Reference), Place::Many(items)) => {
            let write = |writer: &Writer<'_>, out: &mut Vec<u8>, item: &Item| writer.reference(out, item);
            reply.many(items, &write)
        }
        (_, Place::Many(items)) => reply.items(items, &found.ty),
        (_, Place::One(Item::Entity(entity))) => Ok(reply.entity(&entity, &found.ty)),
        (_, Place::One(Item::Plain(value))) => Ok(reply.plain(&value, &found.ty)),
    }
}

/// An answer being made.
pub(super) struct Reply<'a> {
    service: &'a Service<'a>,
    request: &'a Request<'a>,
    options: &'a Options,
    agreed: Agreed,
    wishes: Wishes,
    writer: Writer<'a>,
    context: String,
    /// The set this is all of: only its changes can be told.
    set: Option<&'a str>,
}

impl<'a> Reply<'a> {
    pub(super) fn new(
        service: &'a Service<'a>,
        request: &'a Request<'a>,
        options: &'a Options,
        agreed: Agreed,
        context: String,
    ) -> Self {
        let mut wishes = Wishes::of(request, agreed.version);
        let (metadata, ieee754) = match agreed.format {
            Format::Json { metadata, ieee754, .. } => (metadata, ieee754),
            Format::Xml | Format::Text => (Metadata::None, false),
        };
        let omit = wishes.found.omit_values;
        if omit.is_some() {
            wishes.apply("omit-values");
        }
        // Data has no annotations but control information, which is not asked for this way.
        if wishes.found.include_annotations.is_some() {
            wishes.apply("include-annotations");
        }
        let writer =
            Writer { world: World::of(service, request), root: service.root, metadata, ieee754, omit };
        Self { service, request, options, agreed, wishes, writer, context, set: None }
    }

    /// An answer with these headers and those of the preferences.
    fn finish(&self, status: u16, content_type: Option<&str>, body: Vec<u8>) -> Response {
        let mut response = Response { status, headers: Vec::new(), body };
        if let Some(content_type) = content_type {
            response = response.with("Content-Type", content_type);
        }
        response = response.with("OData-Version", self.agreed.version.header());
        match self.wishes.applied() {
            Some(applied) => response.with("Preference-Applied", applied),
            None => response,
        }
    }

    fn json(&self, body: Vec<u8>) -> Response {
        self.finish(200, Some(&self.agreed.content_type()), body)
    }

    fn text(&self, body: Vec<u8>, content_type: Option<&str>) -> Response {
        self.finish(200, Some(content_type.unwrap_or("text/plain;charset=utf-8")), body)
    }

    fn media(&self, media: Media) -> Response {
        self.finish(200, Some(&media.content_type), media.content)
    }

    /// Null, or no entity at the end of a single-valued path (Protocol §11.2.4, §11.2.7).
    fn empty(&self) -> Response {
        self.finish(204, None, Vec::new())
    }

    fn context(&self, object: &mut Object<'_>) {
        if self.writer.metadata != Metadata::None {
            object.text("@odata.context", &self.context);
        }
    }

    fn reference(&self, item: &Item) -> Response {
        let mut out = Vec::new();
        let mut object = Object::open(&mut out);
        self.context(&mut object);
        if let Item::Entity(entity) = item
            && let Some(address) = address(entity, self.writer.world)
        {
            object.text("@odata.id", &format!("{}{address}", self.service.root));
        }
        object.close();
        self.json(out)
    }

    fn entity(&self, entity: &Entity, declared: &EdmType) -> Response {
        let etag = self.service.source.etag(entity);
        let tagged = |response: Response| match &etag {
            Some(etag) => response.with("ETag", etag.clone()),
            None => response,
        };
        match headers::condition(self.request, etag.as_deref()) {
            Condition::Holds => {}
            Condition::NotModified => return tagged(self.finish(304, None, Vec::new())),
            Condition::Failed => {
                let body = ErrorBody::new("PreconditionFailed", "The entity has another entity tag by now.");
                return failed(412, &body, self.agreed.version);
            }
        }
        let mut out = Vec::new();
        let mut object = Object::open(&mut out);
        self.context(&mut object);
        self.writer.entity(&mut object, entity, self.options, declared);
        object.close();
        tagged(self.json(out))
    }

    fn plain(&self, value: &Literal, ty: &EdmType) -> Response {
        let mut out = Vec::new();
        let mut object = Object::open(&mut out);
        self.context(&mut object);
        if let (Metadata::Full, Some(name)) =
            (self.writer.metadata, value::annotated_type(ty, self.service.model))
        {
            object.text("@odata.type", &name);
        }
        match value {
            Literal::Record(_) => {
                let mut members = Vec::new();
                self.writer.plain(&mut members, value, self.options, ty);
                object.close();
                splice(&mut out, &members);
            }
            value => {
                self.writer.plain(object.member("value"), value, self.options, ty);
                object.close();
            }
        }
        self.json(out)
    }

    pub(super) fn items(&mut self, items: Vec<Item>, ty: &EdmType) -> Answer {
        let options = self.options;
        let write = |writer: &Writer<'_>, out: &mut Vec<u8>, item: &Item| writer.item(out, item, options, ty);
        self.many(items, &write)
    }

    /// A page of what the options leave.
    fn many(&mut self, items: Vec<Item>, write: &dyn Fn(&Writer<'_>, &mut Vec<u8>, &Item)) -> Answer {
        let world = self.writer.world;
        let items = world.applied(items, self.options);
        let items = world.arranged(items, self.options);
        let size = self.page_size();
        let state = self.set.and_then(|set| self.service.source.state(set)).unwrap_or_default();
        let page = page::page(self.options, items.len(), size, &state)?;
        let delta = self.delta_link(&page, &state);
        let mut out = Vec::new();
        let mut object = Object::open(&mut out);
        self.context(&mut object);
        if self.options.count {
            write_int(object.member("@odata.count"), i64::try_from(items.len()).unwrap_or(i64::MAX));
        }
        let list = object.member("value");
        list.push(b'[');
        let is_indexed = self.writer.metadata != Metadata::None && self.options.index;
        for place in page.range.clone() {
            list.extend_from_slice(if place == page.range.start { b"" } else { b"," });
            let start = list.len();
            write(&self.writer, list, &items[place]);
            if is_indexed {
                put_index(list, start, place);
            }
        }
        list.push(b']');
        if let Some(token) = &page.next {
            object.text("@odata.nextLink", &self.link(SystemOption::SkipToken, token));
        }
        if let Some(delta) = delta {
            object.text("@odata.deltaLink", &delta);
        }
        object.close();
        Ok(self.json(out))
    }

    /// The smaller of what the service and the client want.
    fn page_size(&mut self) -> usize {
        let asked = self.wishes.found.max_page_size.and_then(|size| usize::try_from(size).ok());
        if asked.is_some() {
            self.wishes.apply("maxpagesize");
        }
        asked.unwrap_or(usize::MAX).min(self.service.page_items)
    }

    fn link(&self, option: SystemOption, token: &str) -> String {
        page::link(self.service.root, self.request.path, self.request.query, option, token)
    }

    /// `Prefer: track-changes`: where to ask for changes, on the last page.
    fn delta_link(&mut self, page: &Page, state: &str) -> Option<String> {
        let is_asked = self.wishes.found.track_changes && self.options.apply.is_empty();
        if !is_asked || state.is_empty() {
            return None;
        }
        self.wishes.apply("track-changes");
        page.next.is_none().then(|| self.link(SystemOption::DeltaToken, state))
    }

    /// What changed since a token (Protocol §11.3; JSON Format §15).
    fn changes(&self, ty: &EdmType) -> Answer {
        let (Some(set), Some(since)) = (self.set, &self.options.deltatoken) else {
            return Err(QueryError::not_implemented("Changes are only known of whole collections.")
                .in_option("$deltatoken"));
        };
        let Some(changes) = self.service.source.changes(set, since) else {
            let body = ErrorBody::new("Gone", "This token is not known any more; read the collection again.");
            return Ok(failed(
                410,
                &ErrorBody { target: Some("$deltatoken".to_owned()), ..body },
                self.agreed.version,
            ));
        };
        let mut out = Vec::new();
        let mut object = Object::open(&mut out);
        if self.writer.metadata != Metadata::None {
            object.text("@odata.context", &format!("{}/$delta", self.context));
        }
        let list = object.member("value");
        list.push(b'[');
        for (index, change) in changes.iter().enumerate() {
            list.extend_from_slice(if index == 0 { b"" } else { b"," });
            self.change(list, change, ty, set);
        }
        list.push(b']');
        let state = self.service.source.state(set).unwrap_or_default();
        object.text("@odata.deltaLink", &self.link(SystemOption::DeltaToken, &state));
        object.close();
        Ok(self.json(out))
    }

    fn change(&self, out: &mut Vec<u8>, change: &Change, ty: &EdmType, set: &str) {
        let world = self.writer.world;
        let entity = match change {
            Change::Present(entity) => {
                let item = Item::Entity(entity.clone());
                // What no longer fits the condition is gone for this reader.
                if self.options.filter.as_ref().is_none_or(|filter| world.holds(filter, &item)) {
                    return self.writer.item(out, &item, self.options, ty);
                }
                entity
            }
            Change::Removed(entity) => entity,
        };
        let mut object = Object::open(out);
        let id = address(entity, world).map(|address| format!("{}{address}", self.service.root));
        let reason = if matches!(change, Change::Removed(_)) { "deleted" } else { "changed" };
        if self.agreed.version == Version::V4 {
            let context = format!("{}$metadata#{set}/$deletedEntity", self.service.root);
            object.text("@odata.context", &context);
            object.text("id", &id.unwrap_or_default());
            object.text("reason", reason);
        } else {
            object
                .member("@odata.removed")
                .extend_from_slice(format!("{{\"reason\":\"{reason}\"}}").as_bytes());
            object.text("@odata.id", &id.unwrap_or_default());
        }
        object.close();
    }
}

/// Puts `@odata.index`, the place in the whole result, into the object that was written from `start` on. OData defines
/// `$index` for insertions only; services that answer reads with it do it so.
fn put_index(out: &mut Vec<u8>, start: usize, place: usize) {
    if out.get(start) != Some(&b'{') {
        return;
    }
    let rest = out.split_off(start + 1);
    out.extend_from_slice(format!("\"@odata.index\":{place}").as_bytes());
    out.extend_from_slice(if rest == b"}" { b"" } else { b"," });
    out.extend(rest);
}

/// Puts the members of one written object at the end of another.
fn splice(out: &mut Vec<u8>, object: &[u8]) {
    let inside = object.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or_default();
    if inside.is_empty() {
        return;
    }
    out.pop();
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.extend_from_slice(inside);
    out.push(b'}');
}
