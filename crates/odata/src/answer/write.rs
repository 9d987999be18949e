//! Entities and values as JSON with their control information (JSON Format §4.6, §6 to §14).

use super::page;
use super::rows::{Item, World};
use super::source::{Entity, Home};
use super::structured::{self, Structured};
use super::value::{self, Style};
use crate::edm::{EdmType, Members, Navigation, Property};
use crate::expr::Literal;
use crate::json::{write_int, write_null, write_string};
use crate::negotiate::{Metadata, OmitValues};
use crate::percent::encode;
use crate::query::{ExpandItem, ExpandKind, Levels, Options, engine};

/// `$levels=max` goes this far: related entities may lead back to where they came from.
const MOST_LEVELS: u32 = 3;

/// A JSON object being written.
pub(super) struct Object<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl<'o> Object<'o> {
    pub(super) fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// Writes the name of the next member; its value goes to what this gives.
    pub(super) fn member(&mut self, name: &str) -> &mut Vec<u8> {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.out.push(b',');
        }
        write_string(self.out, name);
        self.out.push(b':');
        self.out
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        let out = self.member(name);
        write_string(out, value);
    }

    pub(super) fn close(self) {
        self.out.push(b'}');
    }
}

/// Writes one answer.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) world: World<'a>,
    /// The absolute address of the service root, ending in `/`.
    pub(super) root: &'a str,
    pub(super) metadata: Metadata,
    pub(super) ieee754: bool,
    pub(super) omit: Option<OmitValues>,
}

impl Writer<'_> {
    pub(super) fn style(&self) -> Style {
        Style { ieee754: self.ieee754, omits_nulls: self.omit.is_some() }
    }

    /// An item of a collection, or what stands at a single-valued path.
    pub(super) fn item(&self, out: &mut Vec<u8>, item: &Item, options: &Options, declared: &EdmType) {
        match item {
            Item::Entity(entity) => {
                let mut object = Object::open(out);
                self.entity(&mut object, entity, options, declared);
                object.close();
            }
            Item::Plain(value) => self.plain(out, value, options, declared),
        }
    }

    pub(super) fn plain(&self, out: &mut Vec<u8>, value: &Literal, options: &Options, ty: &EdmType) {
        let chosen = match (value, &options.select) {
            (Literal::Record(members), Some(paths)) => {
                let paths: Vec<&[String]> = paths.iter().map(|path| path.segments.as_slice()).collect();
                &Literal::Record(chosen_members(members, &paths))
            }
            (value, _) => value,
        };
        value::write(out, chosen, Some(ty), self.world.model, self.style());
    }

    /// The members of an entity, after whatever the object already holds.
    pub(super) fn entity(
        &self,
        object: &mut Object<'_>,
        entity: &Entity,
        options: &Options,
        declared: &EdmType,
    ) {
        let own = EdmType::Entity(entity.ty.clone());
        let members = self.world.model.members_of(&own).unwrap_or_default();
        self.identity(object, entity, declared);
        for property in &members.properties {
            self.property(object, entity, property, options);
        }
        // What was computed or aggregated; a known name keeps its type.
        let known = self.world.model.members_of(declared).unwrap_or_default();
        let others = entity.values.iter().filter(|(name, _)| members.find(name).is_none());
        for (name, value) in others.filter(|(name, _)| selection(options, name, entity, self).is_some()) {
            let is_expanded =
                options.expand.iter().any(|item| item.path.segments.iter().any(|segment| segment == name));
            if is_expanded || (self.omit.is_some() && value.is_null()) {
                continue;
            }
            let ty = known.find(name).map(|property| &property.ty);
            value::write(object.member(name), value, ty, self.world.model, self.style());
        }
        self.navigation_links(object, entity, &members, options);
        for item in &options.expand {
            self.expand(object, entity, &members, item);
        }
    }

    /// Type, id, entity tag and links of the entity itself.
    fn identity(&self, object: &mut Object<'_>, entity: &Entity, declared: &EdmType) {
        if self.metadata == Metadata::None {
            return;
        }
        let is_derived = *declared != EdmType::Entity(entity.ty.clone());
        if !entity.ty.is_empty() && (is_derived || self.metadata == Metadata::Full) {
            object.text("@odata.type", &format!("#{}", self.world.model.qualified(&entity.ty)));
        }
        let Some(address) = address(entity, self.world) else {
            return;
        };
        let id = format!("{}{address}", self.root);
        object.text("@odata.id", &id);
        if let Some(etag) = self.world.source.etag(entity) {
            object.text("@odata.etag", &etag);
        }
        if self.metadata == Metadata::Full {
            object.text("@odata.editLink", &address);
            object.text("@odata.readLink", &address);
        }
        let ty = self.world.model.find_entity_type(&entity.ty);
        if ty.is_some_and(|ty| self.world.model.has_stream(ty)) {
            self.media(object, entity, None, &format!("{address}/$value"));
        }
    }

    /// Where a stream is read, and what it is.
    fn media(&self, object: &mut Object<'_>, entity: &Entity, property: Option<&str>, link: &str) {
        let Some(media) = self.world.source.media(entity, property) else { return };
        let name = property.unwrap_or_default();
        object.text(&format!("{name}@odata.mediaReadLink"), link);
        object.text(&format!("{name}@odata.mediaContentType"), &media.content_type);
        if self.metadata == Metadata::Full {
            object.text(&format!("{name}@odata.mediaEditLink"), link);
        }
    }

    fn property(&self, object: &mut Object<'_>, entity: &Entity, property: &Property, options: &Options) {
        let inner = structured::inside(options, &property.name, entity, self.world.model);
        let selected = selection(options, &property.name, entity, self);
        if selected.is_none() && inner.is_empty() {
            return;
        }
        if property.ty == EdmType::Stream {
            if let (Some(address), true) = (address(entity, self.world), self.metadata != Metadata::None) {
                let link = format!("{address}/{}", property.name);
                self.media(object, entity, Some(&property.name), &link);
            }
            return;
        }
        let value = entity.get(&property.name).unwrap_or(&Literal::Null);
        if self.is_omitted(value, property) {
            return;
        }
        if self.metadata == Metadata::Full
            && let (Some(ty), false) =
                (value::annotated_type(&property.ty, self.world.model), value.is_null())
        {
            object.text(&format!("{}@odata.type", property.name), &ty);
        }
        if let (Literal::Record(all), false) = (value, inner.is_empty()) {
            let chosen = match &selected {
                None => Vec::new(),
                Some(paths) if paths.is_empty() => all.clone(),
                Some(paths) => chosen_members(all, paths),
            };
            let (path, ty) = (property.name.as_str(), &property.ty);
            let value = Structured { path, ty, all, chosen: &chosen };
            return self.structured(object.member(path), entity, value, &inner);
        }
        let paths = selected.unwrap_or_default();
        let part = match value {
            Literal::Record(members) if !paths.is_empty() => {
                &Literal::Record(chosen_members(members, &paths))
            }
            Literal::Collection(items) => &self.chosen_items(object, items, property, options, &paths),
            value => value,
        };
        let out = object.member(&property.name);
        value::write(out, part, Some(&property.ty), self.world.model, self.style());
    }

    /// What the options `$select` gives for a collection leave of it.
    fn chosen_items(
        &self,
        object: &mut Object<'_>,
        items: &[Literal],
        property: &Property,
        options: &Options,
        paths: &[&[String]],
    ) -> Literal {
        let mut given = options.select_options.iter();
        let nested = given.find(|(path, _)| path.segments.last() == Some(&property.name));
        let mut rows = items.to_vec();
        if let Some((_, nested)) = nested {
            let found = engine::run(rows, nested, &self.world);
            if nested.count {
                let out = object.member(&format!("{}@odata.count", property.name));
                write_int(out, i64::try_from(found.count).unwrap_or(i64::MAX));
            }
            rows = found.rows;
        }
        for row in &mut rows {
            if let (Literal::Record(members), false) = (&*row, paths.is_empty()) {
                *row = Literal::Record(chosen_members(members, paths));
            }
        }
        Literal::Collection(rows)
    }

    /// `Prefer: omit-values`: nulls, or what equals the declared default (Protocol §8.2.8.6).
    fn is_omitted(&self, value: &Literal, property: &Property) -> bool {
        match self.omit {
            None => false,
            Some(OmitValues::Nulls) => value.is_null(),
            Some(OmitValues::Defaults) => match &property.default {
                None => value.is_null(),
                Some(default) => value::raw(value, &property.ty) == default.as_bytes(),
            },
        }
    }

    /// Under full metadata all that are not left out by `$select`; else those `$select` names.
    fn navigation_links(
        &self,
        object: &mut Object<'_>,
        entity: &Entity,
        members: &Members<'_>,
        options: &Options,
    ) {
        let Some(address) = address(entity, self.world).filter(|_| self.metadata != Metadata::None) else {
            return;
        };
        for navigation in &members.navigation {
            let is_named = options.select.is_some();
            let is_wanted = (is_named || self.metadata == Metadata::Full)
                && selection(options, &navigation.name, entity, self).is_some();
            if is_wanted {
                let link = format!("{}{address}/{}", self.root, navigation.name);
                if self.metadata == Metadata::Full {
                    object
                        .text(&format!("{}@odata.associationLink", navigation.name), &format!("{link}/$ref"));
                }
                object.text(&format!("{}@odata.navigationLink", navigation.name), &link);
            }
        }
    }

    /// A path is types the entity must have, a navigation property, types the related entities must have.
    fn expand(&self, object: &mut Object<'_>, entity: &Entity, members: &Members<'_>, item: &ExpandItem) {
        let model = self.world.model;
        let mut segments = item.path.segments.iter();
        let Some(name) = segments.find(|segment| !segment.contains('.')) else { return };
        let is_kind = |ty: &str, segment: &String| model.is_kind_of(ty, model.unqualified(segment));
        let mut before = item.path.segments.iter().take_while(|segment| segment.contains('.'));
        if before.any(|segment| !is_kind(&entity.ty, segment)) {
            return;
        }
        let Some(navigation) = members.find_navigation(name) else {
            // Inside a structured value, which is written with it, or another set of a cross join, held among the values.
            if members.find(name).is_some() {
                return;
            }
            return self.held(object, entity, name, item);
        };
        let mut related = self.world.source.related(entity, name);
        related.retain(|entity| segments.clone().all(|segment| is_kind(&entity.ty, segment)));
        self.related(object, navigation, related, item);
    }

    /// An entity kept as a value of another, as cross joins do.
    fn held(&self, object: &mut Object<'_>, entity: &Entity, name: &str, item: &ExpandItem) {
        if let Some(value) = entity.get(name) {
            self.plain(object.member(name), value, &item.options, &item.path.ty);
        }
    }

    pub(super) fn related(
        &self,
        object: &mut Object<'_>,
        navigation: &Navigation,
        related: Vec<Entity>,
        item: &ExpandItem,
    ) {
        let options = with_levels(item, navigation);
        let name = &navigation.name;
        let all = related.into_iter().map(Item::Entity).collect();
        let items = self.world.arranged(self.world.applied(all, &options), &options);
        let total = items.len();
        let is_counted = item.kind == ExpandKind::Count || options.count;
        if navigation.collection && is_counted {
            let out = object.member(&format!("{name}@odata.count"));
            write_int(out, i64::try_from(total).unwrap_or(i64::MAX));
        }
        if item.kind == ExpandKind::Count {
            return;
        }
        let declared = EdmType::Entity(navigation.target.clone());
        let write = |out: &mut Vec<u8>, related: &Item| match item.kind {
            ExpandKind::References => self.reference(out, related),
            _ => self.item(out, related, &options, &declared),
        };
        let out = object.member(name);
        if !navigation.collection {
            return match items.first() {
                Some(related) => write(out, related),
                None => write_null(out),
            };
        }
        out.push(b'[');
        for (index, related) in items[page::window(&options, total)].iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"" } else { b"," });
            write(out, related);
        }
        out.push(b']');
    }

    /// Only where the entity is.
    pub(super) fn reference(&self, out: &mut Vec<u8>, item: &Item) {
        let mut object = Object::open(out);
        if let Item::Entity(entity) = item
            && let Some(address) = address(entity, self.world)
        {
            object.text("@odata.id", &format!("{}{address}", self.root));
        }
        object.close();
    }
}

/// The nested options, with the same expansion again while levels are left.
fn with_levels(item: &ExpandItem, navigation: &Navigation) -> Options {
    let mut options = (*item.options).clone();
    let left = match item.levels {
        None => return options,
        Some(Levels::Number(number)) => number.min(MOST_LEVELS + 2),
        Some(Levels::Max) => MOST_LEVELS,
    };
    let leads_on = matches!(&item.path.ty, EdmType::Entity(name) if *name == navigation.target)
        || matches!(&item.path.ty, EdmType::Collection(inner) if **inner == EdmType::Entity(navigation.target.clone()));
    if left > 1 && leads_on {
        let again = ExpandItem { levels: Some(Levels::Number(left - 1)), ..item.clone() };
        options.expand.push(again);
    }
    options
}

/// What `$select` wants of a member: `None` for nothing, no paths for all of it, else the paths inside it.
fn selection<'o>(
    options: &'o Options,
    name: &str,
    entity: &Entity,
    writer: &Writer<'_>,
) -> Option<Vec<&'o [String]>> {
    let Some(paths) = &options.select else { return Some(Vec::new()) };
    let model = writer.world.model;
    let mut inside = Vec::new();
    for path in paths {
        let mut segments = path.segments.as_slice();
        while let [first, rest @ ..] = segments {
            if !first.contains('.') || !model.is_kind_of(&entity.ty, model.unqualified(first)) {
                break;
            }
            segments = rest;
        }
        match segments {
            [first] if first == name => return Some(Vec::new()),
            [first, rest @ ..] if first == name => inside.push(rest),
            [] => return Some(Vec::new()),
            _ => {}
        }
    }
    (!inside.is_empty()).then_some(inside)
}

/// The members of a structured value that these paths lead to.
fn chosen_members(members: &[(String, Literal)], paths: &[&[String]]) -> Vec<(String, Literal)> {
    let mut chosen = Vec::new();
    for (name, value) in members {
        let mut inside: Vec<&[String]> = Vec::new();
        let mut is_whole = false;
        for path in paths {
            let bare =
                path.iter().position(|segment| !segment.contains('.')).map_or(&[][..], |at| &path[at..]);
            match bare {
                [first] if first == name => is_whole = true,
                [first, rest @ ..] if first == name => inside.push(rest),
                _ => {}
            }
        }
        match value {
            value if is_whole => chosen.push((name.clone(), value.clone())),
            Literal::Record(inner) if !inside.is_empty() => {
                chosen.push((name.clone(), Literal::Record(chosen_members(inner, &inside))));
            }
            _ => {}
        }
    }
    chosen
}

/// Relative to the root, percent-encoded; `None` for what has no address.
pub(super) fn address(entity: &Entity, world: World<'_>) -> Option<String> {
    let set = match &entity.home {
        Home::Singleton(name) => return Some(encode(name, "")),
        Home::Set(set) => set,
        Home::Nowhere => return None,
    };
    let ty = world.model.find_entity_type(&entity.ty)?;
    let text = |name: &String| match entity.get(name) {
        Some(Literal::Enum { type_name, members }) => {
            Some(format!("{}'{members}'", world.model.qualified(type_name)))
        }
        value => value.map(ToString::to_string),
    };
    let key = match world.model.key_of(ty) {
        [] => return None,
        [only] => text(only)?,
        several => {
            let parts: Option<Vec<String>> =
                several.iter().map(|name| Some(format!("{name}={}", text(name)?))).collect();
            parts?.join(",")
        }
    };
    Some(format!("{}({})", encode(set, ""), encode(&key, "=,'")))
}
